package mail

import (
	"bytes"
	"crypto/rand"
	netmail "net/mail"
	"strings"
	"time"
	"unicode"

	gomail "github.com/wneessen/go-mail"
)

// Message is a mail to one person, in two forms that say the same.
type Message struct {
	To      string // an address alone
	ToName  string // may be empty
	Subject string // one line
	Text    string // plain text
	HTML    string // may be empty, for a mail that is plain text only
}

// letter is a message as it goes over the wire. All attempts send the same, so that a mail that arrives twice has one id.
type letter struct {
	from, to netmail.Address // without their names
	data     []byte
	utf8     bool // an address isn't ASCII

	message Message
}

func (s *Sender) letter(m Message) (letter, error) {
	to, err := netmail.ParseAddress(m.To)
	switch {
	case err != nil || !plain(m.To) || to.Name != "" || strings.HasPrefix(strings.TrimSpace(m.To), "<"):
		return letter{}, &failure{what: "what it should go to isn't an address"}
	case !plain(m.ToName):
		return letter{}, &failure{what: "the name of who gets it holds a line break or another control character"}
	case !plain(m.Subject):
		return letter{}, &failure{what: "the subject holds a line break or another control character"}
	}
	l := letter{from: netmail.Address{Address: s.from.Address}, to: netmail.Address{Address: to.Address}, message: m}
	l.utf8 = strings.ContainsFunc(l.from.Address+l.to.Address, func(r rune) bool { return r > unicode.MaxASCII })

	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	msg.FromMailAddress(s.from)
	msg.ToMailAddress(&netmail.Address{Name: m.ToName, Address: to.Address})
	msg.Subject(m.Subject)
	msg.SetDateWithValue(time.Now())
	domain := s.from.Address[strings.LastIndex(s.from.Address, "@")+1:]
	msg.SetMessageIDWithValue(rand.Text() + "@" + domain) // the machine's own name, as usual there, is nobody's business
	msg.SetGenHeader("Auto-Submitted", "auto-generated")  // so that nobody's absence answers it
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	if m.HTML != "" {
		msg.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	}
	var data bytes.Buffer
	if _, err := msg.WriteTo(&data); err != nil {
		return letter{}, &failure{what: "the mail can't be written: " + why(err)}
	}
	l.data = data.Bytes()
	return l, nil
}

// plain reports whether a text can stand in a header: nothing in it ends a line, or is a control character at all.
func plain(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' })
}
