package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/textproto"
	"slices"
	"strings"
	"time"

	"github.com/wneessen/go-mail/smtp"
)

// attempt connects, delivers the letter and leaves. What goes wrong is a *failure.
//
// It speaks through go-mail's smtp and not its Client, which leaves connections open when a login fails, and gives the
// server's reply only inside a sentence of its own.
func (s *Sender) attempt(ctx context.Context, l letter, password string) error {
	conn, err := s.dial(ctx)
	if err != nil {
		return s.explain(ctx, "", err)
	}
	defer func() { _ = conn.Close() }() // all that counts was answered before
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()

	client, err := smtp.NewClient(conn, s.settings.Host)
	if err == nil {
		err = client.Hello(s.hello)
	}
	if err != nil {
		return s.explain(ctx, "the server won't talk", err)
	}
	if err := s.protect(ctx, client); err != nil {
		return err
	}
	if err := s.login(ctx, client, password); err != nil {
		return err
	}
	if err := s.deliver(ctx, client, l); err != nil {
		return err
	}
	_ = conn.SetDeadline(time.Now().Add(2 * time.Second))
	_ = client.Quit() // the mail is the server's now, whether it says goodbye or not
	return nil
}

func (s *Sender) dial(ctx context.Context) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, s.dialLimit)
	defer cancel()
	if s.settings.TLS == TLS {
		return (&tls.Dialer{Config: s.tls}).DialContext(ctx, "tcp", s.server())
	}
	return (&net.Dialer{}).DialContext(ctx, "tcp", s.server())
}

// protect turns to TLS where that is asked for, and never goes on without.
func (s *Sender) protect(ctx context.Context, client *smtp.Client) error {
	if s.settings.TLS != STARTTLS {
		return nil
	}
	if offered, _ := client.Extension("STARTTLS"); !offered {
		return newFailure(s.server() + " offers no STARTTLS; mail.tls says how to connect")
	}
	if err := client.StartTLS(s.tls); err != nil {
		return s.explain(ctx, "the server refused TLS", err)
	}
	return nil
}

func (s *Sender) login(ctx context.Context, client *smtp.Client, password string) error {
	if s.settings.User == "" {
		return nil
	}
	_, offered := client.Extension("AUTH")
	ways := strings.Fields(strings.ToUpper(offered))
	var way smtp.Auth
	switch { // the connection is protected, or settings wouldn't have passed
	case slices.Contains(ways, "PLAIN"):
		way = smtp.PlainAuth("", s.settings.User, password, s.settings.Host, false)
	case slices.Contains(ways, "LOGIN"):
		way = smtp.LoginAuth(s.settings.User, password, s.settings.Host, false)
	default:
		return newFailure("the server offers neither PLAIN nor LOGIN to log in with")
	}
	err := client.Auth(way)
	if reply, ok := errors.AsType[*textproto.Error](err); ok {
		// Not what the server says: it may repeat what it was told.
		if temporary(reply) {
			return &failure{what: "the server can't check passwords now: " + code(reply), temporary: true}
		}
		s.passwords.forget(password)
		return newFailure("the user or password was refused: " + code(reply))
	}
	if err != nil {
		return s.explain(ctx, "", err)
	}
	return nil
}

func (s *Sender) deliver(ctx context.Context, client *smtp.Client, l letter) error {
	if offered, _ := client.Extension("SMTPUTF8"); l.utf8 && !offered {
		return newFailure("the server takes no addresses beyond ASCII")
	}
	client.SkipSMTPUTF8(!l.utf8) // or a server further on, which hasn't it, refuses a mail that doesn't need it
	if err := client.Mail(l.from.String()); err != nil {
		return s.explain(ctx, "the server refused the sender, mail.from", err)
	}
	if err := client.Rcpt(l.to.String()); err != nil {
		return s.explain(ctx, "the server refused the address", err)
	}
	w, err := client.Data()
	if err != nil {
		return s.explain(ctx, "the server refused the mail", err)
	}
	_, err = w.Write(l.data)
	if err == nil {
		err = w.Close()
	}
	if reply, ok := errors.AsType[*textproto.Error](err); ok && l.quotedIn(reply.Msg) {
		err = &textproto.Error{Code: reply.Code}
	}
	if err != nil {
		return s.explain(ctx, "the server refused the mail", err)
	}
	return nil
}

// quotedIn reports whether a reply repeats a long word of the message: a filter may name the link that it dislikes, and
// the link may hold an invitation's token.
func (l letter) quotedIn(reply string) bool {
	const long = 12
	said := l.message.Subject + "\n" + l.message.Text + "\n" + l.message.HTML
	for word := range strings.FieldsFuncSeq(reply, func(r rune) bool { return !wordRune(r) }) {
		if len(word) >= long && strings.Contains(said, word) {
			return true
		}
	}
	return false
}

func wordRune(r rune) bool {
	return r == '_' || r == '-' || '0' <= r && r <= '9' || 'A' <= r && r <= 'Z' || 'a' <= r && r <= 'z'
}
