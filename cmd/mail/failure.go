package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"io/fs"
	"net"
	"net/textproto"
	"strconv"
	"strings"
	"syscall"
	"unicode"
)

// maxWords bounds what a failure says, in characters.
const maxWords = 200

// failure is why a mail wasn't sent, in words for people.
type failure struct {
	what      string
	temporary bool  // another attempt may do
	ended     error // the context's, when that ended it
}

func newFailure(what string) *failure { return &failure{what: what} }

// Error returns the words, without what would disturb a screen.
func (f *failure) Error() string { return tidy(f.what, maxWords) }

// Unwrap returns the context's error, if any. No other is wrapped: its text may hold anything.
func (f *failure) Unwrap() error { return f.ended }

// explain puts an error into words; refused is what it means when it is a reply of the server's.
func (s *Sender) explain(ctx context.Context, refused string, err error) error {
	if ctx.Err() != nil {
		if errors.Is(ctx.Err(), context.Canceled) {
			return &failure{what: "the sending was cancelled", ended: ctx.Err()}
		}
		return &failure{what: s.server() + " didn't answer in time", ended: ctx.Err()}
	}
	if settings, ok := errors.AsType[*Error](err); ok {
		return newFailure(settings.Error())
	}
	if reply, ok := errors.AsType[*textproto.Error](err); ok {
		return &failure{what: refused + ": " + strings.TrimSpace(code(reply)+" "+reply.Msg), temporary: temporary(reply)}
	}
	if what := certificate(err); what != "" {
		return newFailure("the server's certificate isn't trusted: " + what)
	}
	_, foreign := errors.AsType[textproto.ProtocolError](err)
	_, notTLS := errors.AsType[tls.RecordHeaderError](err)
	switch {
	case foreign:
		return newFailure(s.server() + " doesn't speak SMTP, or only over TLS; mail.tls says how to connect")
	case notTLS:
		return newFailure(s.server() + " doesn't begin with TLS; mail.tls says how to connect")
	case strings.Contains(err.Error(), "tls: "): // the package has no type for them
		return newFailure("TLS with " + s.server() + " failed: " + why(err))
	}
	return s.unreachable(err)
}

// unreachable puts an error of the network into words. All of them may pass but a name that doesn't exist. Whatever isn't
// one keeps its words to itself: they may be the server's, which may repeat what it was told.
func (s *Sender) unreachable(err error) error {
	if _, ok := errors.AsType[net.Error](err); !ok && !hungUp(err) {
		return newFailure(s.server() + " answers in a way that lanyard doesn't understand")
	}
	doing := "the connection to " + s.server() + " broke: "
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" {
		doing = "can't reach " + s.server() + ": "
	}
	dns, unknown := errors.AsType[*net.DNSError](err)
	if unknown && dns.IsNotFound {
		return newFailure(doing + "there is no server of that name")
	}
	return &failure{what: doing + why(err), temporary: true}
}

// certificate says what is wrong with a server's certificate, or "".
func certificate(err error) string {
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return "nobody vouches for it; mail.ca_file can name a private authority"
	}
	if host, ok := errors.AsType[x509.HostnameError](err); ok {
		return "it is for another server than " + host.Host
	}
	if bad, ok := errors.AsType[x509.CertificateInvalidError](err); ok && bad.Reason == x509.Expired {
		return "it has expired, or isn't valid yet"
	}
	if bad, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return why(bad.Err)
	}
	return ""
}

func code(reply *textproto.Error) string { return strconv.Itoa(reply.Code) }

// temporary reports whether a reply asks to come again later.
func temporary(reply *textproto.Error) bool { return reply.Code/100 == 4 }

// why is the innermost reason of an error, without the path or address that those around it put before it.
func why(err error) string {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		err = path.Err
	}
	if number, ok := errors.AsType[syscall.Errno](err); ok {
		return number.Error()
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		return dns.Err
	}
	if hungUp(err) {
		return "the server hung up"
	}
	if network, ok := errors.AsType[net.Error](err); ok && network.Timeout() {
		return "no answer in time"
	}
	return err.Error()
}

func hungUp(err error) bool { return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) }

// tidy makes one line of a text, without control and invisible characters, of at most so many characters.
func tidy(text string, limit int) string {
	hidden := func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }
	line := []rune(strings.Join(strings.FieldsFunc(strings.ToValidUTF8(text, "?"), hidden), " "))
	if len(line) > limit {
		line = append(line[:limit-1], '…')
	}
	return string(line)
}
