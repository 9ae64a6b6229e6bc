package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	netmail "net/mail"
	"os"
	"regexp"
	"strconv"
	"time"
)

// Sender sends mails. It is safe for concurrent use.
type Sender struct {
	settings  Settings
	from      *netmail.Address
	tls       *tls.Config
	hello     string // how we introduce ourselves
	passwords *passwords

	dialLimit time.Duration                                        // for the connection, TLS from the first byte included
	limit     time.Duration                                        // for a whole Send, pauses included
	pauses    []time.Duration                                      // before each further attempt
	wait      func(ctx context.Context, pause time.Duration) error // replaced in tests
}

// New checks the settings, without asking the server. What is wrong is an *Error that names the key.
func New(s Settings) (*Sender, error) {
	s, err := s.filled()
	if err != nil {
		return nil, err
	}
	from, err := s.sender()
	if err != nil {
		return nil, err
	}
	roots, err := s.roots()
	if err != nil {
		return nil, err
	}
	return &Sender{
		settings: s, from: from, hello: hostname(), passwords: newPasswords(s),
		tls:       &tls.Config{ServerName: s.Host, RootCAs: roots, MinVersion: tls.VersionTLS12},
		dialLimit: 10 * time.Second, limit: 30 * time.Second,
		pauses: []time.Duration{time.Second, 4 * time.Second}, wait: wait,
	}, nil
}

// Send sends a mail and returns when the server has taken it. It tries three times when the network fails or the server
// says that it is busy, and takes 30 s at most. The error says in at most 200 characters why it wasn't sent, and holds
// neither a password nor the message's text; it wraps ctx's error when that has ended it.
//
// When the connection breaks in the very moment in which the server takes the mail, it may arrive twice, with one id.
func (s *Sender) Send(ctx context.Context, m Message) error {
	l, err := s.letter(m)
	if err != nil {
		return err
	}
	limited, cancel := context.WithTimeout(ctx, s.limit)
	defer cancel()
	password, err := s.passwords.get(limited)
	if err != nil {
		return s.explain(limited, "", err)
	}
	for attempt := 0; ; attempt++ {
		err := s.attempt(limited, l, password)
		f, failed := errors.AsType[*failure](err)
		if !failed || !f.temporary || attempt == len(s.pauses) {
			return err
		}
		if s.wait(limited, s.pauses[attempt]) == nil {
			continue
		}
		if ctx.Err() != nil {
			return s.explain(ctx, "", ctx.Err())
		}
		return err // says more than that the time is up
	}
}

// server is the server's address, with its port.
func (s *Sender) server() string {
	return net.JoinHostPort(s.settings.Host, strconv.Itoa(s.settings.Port))
}

func wait(ctx context.Context, pause time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(pause):
		return nil
	}
}

var hostPattern = regexp.MustCompile(`^[0-9A-Za-z]([0-9A-Za-z.-]*[0-9A-Za-z])?$`)

// hostname is this machine's name, when it is one that servers take.
func hostname() string {
	if name, err := os.Hostname(); err == nil && hostPattern.MatchString(name) {
		return name
	}
	return "localhost"
}
