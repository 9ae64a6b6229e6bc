package mail

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net"
	netmail "net/mail"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const secret = "lyi_0123456789ab_0123456789abcdefghijklmnopqrstuvwxyzAB"

var message = Message{
	To: "ben@acme.test", ToName: "Ben Okafor", Subject: "Ana invites you to Acmé",
	Text: "Hello Ben,\n.\n" + secret + "\n", HTML: "<p>Hello <b>Ben</b></p>",
}

// sender makes a sender that doesn't wait between its attempts, and returns the pauses that it would have made.
func sender(t *testing.T, s Settings) (*Sender, *[]time.Duration) {
	t.Helper()
	made, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	var pauses []time.Duration
	made.wait = func(ctx context.Context, pause time.Duration) error {
		pauses = append(pauses, pause)
		return ctx.Err()
	}
	return made, &pauses
}

func TestSend(t *testing.T) {
	t.Parallel()
	server := serve(t, nil)
	s, pauses := sender(t, server.settings(t))
	if err := s.Send(t.Context(), message); err != nil {
		t.Fatal(err)
	}
	if len(*pauses) != 0 || server.count("AUTH") != 1 || server.count("STARTTLS") != 1 || server.count("QUIT") != 1 {
		t.Errorf("paused %v and said %q", *pauses, server.said())
	}
	if !slices.Contains(server.said(), "MAIL FROM:<it@acme.test>") || !slices.Contains(server.said(), "RCPT TO:<ben@acme.test>") {
		t.Errorf("said %q", server.said())
	}
	checkMail(t, server.received())
}

// checkMail reads the one mail as a mail program does.
func checkMail(t *testing.T, mails []string) {
	t.Helper()
	if len(mails) != 1 {
		t.Fatalf("%d mails came", len(mails))
	}
	m, err := netmail.ReadMessage(strings.NewReader(mails[0]))
	if err != nil {
		t.Fatal(err)
	}
	from, err := m.Header.AddressList("From")
	if err != nil || len(from) != 1 || *from[0] != (netmail.Address{Name: "Acme IT", Address: "it@acme.test"}) {
		t.Errorf("from %v, %v", from, err)
	}
	to, err := m.Header.AddressList("To")
	if err != nil || len(to) != 1 || *to[0] != (netmail.Address{Name: "Ben Okafor", Address: "ben@acme.test"}) {
		t.Errorf("to %v, %v", to, err)
	}
	if subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject")); err != nil || subject != message.Subject {
		t.Errorf("subject %q, %v", subject, err)
	}
	if date, err := m.Header.Date(); err != nil || time.Since(date).Abs() > time.Minute {
		t.Errorf("date %v, %v", date, err)
	}
	if id := m.Header.Get("Message-Id"); !strings.HasPrefix(id, "<") || !strings.HasSuffix(id, "@acme.test>") || len(id) < 30 {
		t.Errorf("id %q", id)
	}
	kind, parameters, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("%q, %v", kind, err)
	}
	parts := multipart.NewReader(m.Body, parameters["boundary"])
	for _, want := range []struct{ kind, text string }{{"text/plain", message.Text}, {"text/html", message.HTML}} {
		part, err := parts.NextPart() // decodes quoted-printable
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(part)
		if err != nil || !strings.HasPrefix(part.Header.Get("Content-Type"), want.kind) {
			t.Errorf("%q, %v", part.Header, err)
		}
		if have := strings.ReplaceAll(string(text), "\r\n", "\n"); have != want.text {
			t.Errorf("the %s is %q", want.kind, have)
		}
	}
}

func TestSendInOtherWays(t *testing.T) {
	t.Parallel()
	t.Run("LOGIN", func(t *testing.T) {
		t.Parallel()
		server := serve(t, func(s *peer) { s.offers = "AUTH LOGIN" })
		s, _ := sender(t, server.settings(t))
		if err := s.Send(t.Context(), message); err != nil {
			t.Fatal(err)
		}
		checkMail(t, server.received())
	})
	t.Run("nobody", func(t *testing.T) {
		t.Parallel()
		server := serve(t, func(s *peer) { s.plain = true })
		s, _ := sender(t, Settings{Host: server.host, Port: server.port, From: "Acme IT <it@acme.test>", TLS: None})
		if err := s.Send(t.Context(), message); err != nil {
			t.Fatal(err)
		}
		if server.count("AUTH")+server.count("STARTTLS") != 0 {
			t.Errorf("said %q", server.said())
		}
		checkMail(t, server.received())
	})
	t.Run("plain text", func(t *testing.T) {
		t.Parallel()
		server := serve(t, nil)
		s, _ := sender(t, server.settings(t))
		if err := s.Send(t.Context(), Message{To: "ben@acme.test", Subject: "Hello", Text: "Hello"}); err != nil {
			t.Fatal(err)
		}
		if mail := server.received()[0]; strings.Contains(mail, "multipart") || !strings.Contains(mail, "To: <ben@acme.test>") {
			t.Errorf("sent %q", mail)
		}
	})
	t.Run("TLS from the first byte", func(t *testing.T) {
		t.Parallel()
		server := serve(t, func(s *peer) { s.listen = tlsListener(s) })
		settings := server.settings(t)
		settings.TLS = TLS
		s, _ := sender(t, settings)
		if err := s.Send(t.Context(), message); err != nil {
			t.Fatal(err)
		}
		checkMail(t, server.received())
	})
}

// What may pass is tried again, with the same mail; what won't isn't.
func TestRefusals(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("no ", 200)
	tests := []struct {
		name   string
		script map[string][]string
		says   string // "" when it is sent in the end
		visits int
	}{
		{"busy at first", map[string][]string{"CONNECT": {"421 busy", "421 busy"}}, "", 3},
		{"greylisted", map[string][]string{"RCPT": {"451 come back"}}, "", 2},
		{"an interruption", map[string][]string{"MAIL": {hangUp}, "DATA": {hangUp}}, "", 3},
		{"a lost end", map[string][]string{"END": {hangUp}}, "", 2},
		{"taken with a rude goodbye", map[string][]string{"QUIT": {hangUp}}, "", 1},
		{"busy passwords", map[string][]string{"AUTH": {"454 later"}}, "", 2},
		{"busy TLS", map[string][]string{"STARTTLS": {"454 later"}}, "", 2},
		{"busy for long", map[string][]string{"RCPT": {"451 a", "451 b", "451 c"}}, "the server refused the address: 451 c", 3},
		{"hangs up for long", map[string][]string{"CONNECT": {hangUp, hangUp, hangUp}}, "broke: the server hung up", 3},
		{"nobody of that name", map[string][]string{"RCPT": {"550 no such user"}}, "the server refused the address: 550 no such user", 1},
		{"not this sender", map[string][]string{"MAIL": {"553 not yours"}}, "the server refused the sender, mail.from: 553 not yours", 1},
		{"not now and never", map[string][]string{"CONNECT": {"554 go away"}}, "the server won't talk: 554 go away", 1},
		{"no DATA", map[string][]string{"DATA": {"552 too big"}}, "the server refused the mail: 552 too big", 1},
		{"a filter", map[string][]string{"END": {"554 looks like spam"}}, "the server refused the mail: 554 looks like spam", 1},
		{"a filter that quotes", map[string][]string{"END": {"554 bad link: x?t=" + secret}}, "the server refused the mail: 554", 1},
		{"a login that quotes", map[string][]string{"AUTH": {"535 not cmlnaHQ= right horse"}}, "the user or password was refused: 535", 1},
		{"no TLS", map[string][]string{"STARTTLS": {"502 no"}}, "the server refused TLS: 502 no", 1},
		{"a plain server", map[string][]string{"EHLO": {"250 test"}}, "offers no STARTTLS", 1},
		{"no login", map[string][]string{"EHLO": {"", "250 test"}}, "neither PLAIN nor LOGIN", 1},
		{"another protocol", map[string][]string{"CONNECT": {"HTTP/1.1 400 Bad Request"}}, "doesn't speak SMTP", 1},
		{"control characters", map[string][]string{"RCPT": {"550-a\x1b[31m\x07b\n550 c\u202ed\u009b"}}, "the server refused the address: 550 a [31m b c d", 1},
		{"many words", map[string][]string{"RCPT": {"550 " + long}}, "…", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := serve(t, func(s *peer) { s.script = tt.script })
			s, pauses := sender(t, server.settings(t))
			err := s.Send(t.Context(), message)
			if server.visited() != tt.visits || len(*pauses) != tt.visits-1 {
				t.Errorf("%d visits, pauses %v", server.visited(), *pauses)
			}
			if tt.says == "" {
				if err != nil {
					t.Fatal(err)
				}
				checkMail(t, server.received())
				return
			}
			checkWords(t, err, tt.says, server.password)
		})
	}
}

func checkWords(t *testing.T, err error, says, password string) {
	t.Helper()
	if err == nil {
		t.Fatal("it was sent")
	}
	words := err.Error()
	if !strings.Contains(words, says) || (strings.HasPrefix(says, "the ") && words != says) {
		t.Errorf("says %q, not %q", words, says)
	}
	if strings.Contains(words, password) || strings.Contains(words, secret) || strings.Contains(words, "cmlnaHQ") {
		t.Errorf("tells a secret: %q", words)
	}
	if n := utf8.RuneCountInString(words); n > 200 || strings.ContainsFunc(words, func(r rune) bool { return r < ' ' }) {
		t.Errorf("%d characters: %q", n, words)
	}
}

// A server that asks on and on may ask with what it was told.
func TestLoginThatRepeatsThePassword(t *testing.T) {
	t.Parallel()
	server := serve(t, func(s *peer) {
		s.offers = "AUTH LOGIN"
		s.script = map[string][]string{"AUTH": {"334 " + base64.StdEncoding.EncodeToString([]byte(s.password))}}
	})
	s, pauses := sender(t, server.settings(t))
	checkWords(t, s.Send(t.Context(), message), "answers in a way that lanyard doesn't understand", server.password)
	if len(*pauses) != 0 {
		t.Errorf("paused %v", *pauses)
	}
}

// Names that don't exist aren't asked for again; other troubles with them are.
func TestNames(t *testing.T) {
	t.Parallel()
	s, _ := sender(t, Settings{Host: "mail.acme.test", From: "it@acme.test"})
	for says, err := range map[string]*net.DNSError{
		"can't reach mail.acme.test:587: there is no server of that name": {Err: "no such host", IsNotFound: true},
		"can't reach mail.acme.test:587: server misbehaving":              {Err: "server misbehaving", IsTemporary: true},
	} {
		f, ok := errors.AsType[*failure](s.explain(t.Context(), "", &net.OpError{Op: "dial", Err: err}))
		if !ok || f.Error() != says || f.temporary == err.IsNotFound {
			t.Errorf("says %v", f)
		}
	}
}

func TestPausesGrow(t *testing.T) {
	t.Parallel()
	server := serve(t, func(s *peer) { s.script = map[string][]string{"RCPT": {"451 a", "451 b"}} })
	s, pauses := sender(t, server.settings(t))
	if err := s.Send(t.Context(), message); err != nil || !slices.Equal(*pauses, []time.Duration{time.Second, 4 * time.Second}) {
		t.Errorf("pauses %v, %v", *pauses, err)
	}
}

func TestUntrustedCertificates(t *testing.T) {
	t.Parallel()
	server := serve(t, nil)
	elsewhere := serve(t, func(s *peer) { s.tls, s.caFile = certificateFor(t, "127.0.0.2") })
	stranger, system := server.settings(t), server.settings(t)
	stranger.CAFile, system.CAFile = elsewhere.caFile, ""
	for says, settings := range map[string]Settings{
		"the server's certificate isn't trusted: nobody vouches for it; mail.ca_file can name a private authority": stranger,
		"the server's certificate isn't trusted: nobody vouches for it":                                            system,
		"the server's certificate isn't trusted: it is for another server than 127.0.0.1":                          elsewhere.settings(t),
	} {
		s, pauses := sender(t, settings)
		err := s.Send(t.Context(), message)
		if err == nil || !strings.HasPrefix(err.Error(), says) || len(*pauses) != 0 {
			t.Errorf("says %v after %v", err, *pauses)
		}
	}
	if server.count("AUTH")+server.count("MAIL")+elsewhere.count("AUTH") != 0 {
		t.Error("it went on all the same")
	}
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	listen, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s, pauses := sender(t, Settings{Host: "127.0.0.1", Port: portOf(listen), From: "it@acme.test"})
	if err := listen.Close(); err != nil {
		t.Fatal(err)
	}
	err = s.Send(t.Context(), message)
	if err == nil || err.Error() != "can't reach "+s.server()+": connection refused" || len(*pauses) != 2 {
		t.Errorf("says %v after %v", err, *pauses)
	}
}

func TestWrongKindOfTLS(t *testing.T) {
	t.Parallel()
	server := serve(t, nil)
	settings := server.settings(t)
	settings.TLS = TLS
	s, pauses := sender(t, settings)
	if err := s.Send(t.Context(), message); err == nil || !strings.Contains(err.Error(), "doesn't begin with TLS") || len(*pauses) != 0 {
		t.Errorf("says %v after %v", err, *pauses)
	}
}

// A server that says nothing holds nobody for longer than the limit, or than the caller wants.
func TestHangingServer(t *testing.T) {
	t.Parallel()
	for _, verb := range []string{"CONNECT", "EHLO", "STARTTLS", "AUTH", "RCPT", "END"} {
		t.Run(verb, func(t *testing.T) {
			t.Parallel()
			server := serve(t, func(s *peer) { s.script = map[string][]string{verb: {hang, hang}} })
			s, pauses := sender(t, server.settings(t))
			s.limit = 80 * time.Millisecond
			err := s.Send(t.Context(), message)
			if err == nil || err.Error() != s.server()+" didn't answer in time" || !errors.Is(err, context.DeadlineExceeded) || len(*pauses) != 0 {
				t.Errorf("says %v after %v", err, *pauses)
			}

			s.limit = time.Minute
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(50*time.Millisecond, cancel)
			if err := s.Send(ctx, message); err == nil || err.Error() != "the sending was cancelled" || !errors.Is(err, context.Canceled) {
				t.Errorf("says %v", err)
			}
		})
	}
}

func TestCancelledWhileWaiting(t *testing.T) {
	t.Parallel()
	server := serve(t, func(s *peer) { s.script = map[string][]string{"RCPT": {"451 a", "451 b"}} })
	s, _ := sender(t, server.settings(t))
	ctx, cancel := context.WithCancel(t.Context())
	s.wait = func(ctx context.Context, pause time.Duration) error {
		cancel()
		return wait(ctx, pause)
	}
	if err := s.Send(ctx, message); !errors.Is(err, context.Canceled) || server.count("MAIL") != 1 {
		t.Errorf("says %v", err)
	}
	s.wait, s.limit = wait, 80*time.Millisecond
	if err := s.Send(t.Context(), message); err == nil || err.Error() != "the server refused the address: 451 b" {
		t.Errorf("says %v", err)
	}
}

// A text that reaches a header, or the conversation with the server, can't add to it.
func TestInjections(t *testing.T) {
	t.Parallel()
	server := serve(t, nil)
	s, _ := sender(t, server.settings(t))
	for name, m := range map[string]Message{
		"name":       {To: "ben@acme.test", ToName: "Ben\r\nBcc: eve@evil.test", Subject: "Hello"},
		"bare LF":    {To: "ben@acme.test", ToName: "Ben\nBcc: eve@evil.test", Subject: "Hello"},
		"NUL":        {To: "ben@acme.test", ToName: "Ben\x00", Subject: "Hello"},
		"separator":  {To: "ben@acme.test", ToName: "Ben\u2028Bcc: eve@evil.test", Subject: "Hello"},
		"subject":    {To: "ben@acme.test", Subject: "Hello\r\n\r\nGive me money"},
		"address":    {To: "ben@acme.test>\r\nRCPT TO:<eve@evil.test", Subject: "Hello"},
		"quoted":     {To: "\"ben\r\nRCPT TO:<eve@evil.test>\"@acme.test", Subject: "Hello"},
		"two":        {To: "ben@acme.test, eve@evil.test", Subject: "Hello"},
		"named":      {To: "Ben <ben@acme.test>", Subject: "Hello"},
		"in angles":  {To: "<ben@acme.test>", Subject: "Hello"},
		"no address": {To: "ben", Subject: "Hello"},
		"nothing":    {},
	} {
		err := s.Send(t.Context(), m)
		if err == nil || strings.Contains(err.Error(), "evil") {
			t.Errorf("%s: says %v", name, err)
		}
	}
	if server.visited() != 0 {
		t.Error("the server was visited")
	}
	// These are addresses, odd as they are, and stay whole.
	for _, to := range []string{`"x> NOTIFY=NEVER"@acme.test`, `"a b"@acme.test`} {
		if err := s.Send(t.Context(), Message{To: to, ToName: `Ben" <eve@evil.test>, "`, Subject: "Hello: =?utf-8?q?x?=", Text: "Hello"}); err != nil {
			t.Fatal(err)
		}
		mails := server.received()
		m, err := netmail.ReadMessage(strings.NewReader(mails[len(mails)-1]))
		if err != nil {
			t.Fatal(err)
		}
		list, err := m.Header.AddressList("To")
		if err != nil || len(list) != 1 || !slices.Contains(server.said(), "RCPT TO:<"+to+">") {
			t.Errorf("to %v, %v; said %q", list, err, server.said())
		}
	}
}

func TestAddressesBeyondASCII(t *testing.T) {
	t.Parallel()
	m := Message{To: "zoë@acme.test", Subject: "Hello", Text: "Hello"}
	for offers, says := range map[string]string{"AUTH PLAIN": "the server takes no addresses beyond ASCII", "SMTPUTF8\n250-AUTH PLAIN": ""} {
		server := serve(t, func(s *peer) { s.offers = offers })
		s, _ := sender(t, server.settings(t))
		err := s.Send(t.Context(), m)
		if says != "" && (err == nil || err.Error() != says) || says == "" && err != nil {
			t.Errorf("says %v", err)
		}
		if says == "" && !slices.Contains(server.said(), "MAIL FROM:<it@acme.test> SMTPUTF8") {
			t.Errorf("said %q", server.said())
		}
	}
}

func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	server := serve(t, nil)
	s, err := New(server.settings(t))
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if err := s.Send(t.Context(), message); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	ids := map[string]bool{}
	for _, mail := range server.received() {
		m, err := netmail.ReadMessage(strings.NewReader(mail))
		if err != nil {
			t.Fatal(err)
		}
		ids[m.Header.Get("Message-Id")] = true
	}
	if len(ids) != 8 {
		t.Errorf("%d mails with an id of their own", len(ids))
	}
}
