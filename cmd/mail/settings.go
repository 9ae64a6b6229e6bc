// Package mail sends a mail to one person through the company's mail server. Its settings come from config.toml; it knows
// no account and no screen.
package mail

import (
	"crypto/x509"
	"fmt"
	netmail "net/mail"
	"os"
	"path/filepath"
	"strings"
	"unicode"
)

// How a connection to the server is protected, in the words of Settings.TLS.
const (
	STARTTLS = "starttls" // begins in the clear and turns to TLS before anything is said; never goes on without
	TLS      = "tls"      // TLS from the first byte
	None     = "none"     // in the clear: for a server on this machine
)

// ports are what Settings.Port is when it isn't set.
var ports = map[string]int{STARTTLS: 587, TLS: 465, None: 25}

// Settings is the table [mail] of config.toml. It never holds a password, only where to get it.
type Settings struct {
	Host string `toml:"host"` // of the server, without a port
	Port int    `toml:"port"` // 0 is 587 for STARTTLS, 465 for TLS, 25 for None
	From string `toml:"from"` // an address, with a name or without
	TLS  string `toml:"tls"`  // STARTTLS, which "" is too, TLS or None
	User string `toml:"user"` // "" logs in as nobody

	PasswordCommand []string `toml:"password_command"` // a program and its arguments; the first line that it writes counts
	PasswordFile    string   `toml:"password_file"`    // the first line counts; nobody but its owner may read it

	CAFile string `toml:"ca_file"` // certificates in PEM, to trust instead of the system's
}

// Error is a mistake in the settings, in words for people.
type Error struct {
	What string // a clause that names the key, without a full stop
	Hint string // what to do next, as a sentence
}

// Error returns the clause, and the hint after it.
func (e *Error) Error() string { return e.What + ". " + e.Hint }

func wrong(key, what, hint string, args ...any) *Error {
	return &Error{What: "mail." + key + " " + what, Hint: fmt.Sprintf(hint, args...)}
}

// filled returns the settings with the defaults in place of what isn't set, once they are sound.
func (s Settings) filled() (Settings, error) {
	if s.TLS == "" {
		s.TLS = STARTTLS
	}
	if ports[s.TLS] == 0 {
		return s, wrong("tls", "names no kind of protection", `Make it "starttls", "tls" or "none".`)
	}
	if s.Port == 0 {
		s.Port = ports[s.TLS]
	}
	if s.Port < 1 || s.Port > 65535 {
		return s, wrong("port", "isn't a port", "Make it a number from 1 to 65535, or leave it out.")
	}
	if err := s.checkHost(); err != nil {
		return s, err
	}
	return s, s.checkLogin()
}

func (s Settings) checkHost() error {
	odd := func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) || strings.ContainsRune("/@[]", r) }
	switch {
	case s.Host == "":
		return wrong("host", "is missing", `Name your mail server: host = "mail.example.com".`)
	case strings.ContainsFunc(s.Host, odd):
		return wrong("host", "isn't the name of a server", `Write the name alone: host = "mail.example.com".`)
	case strings.Count(s.Host, ":") == 1: // more of them are an IPv6 address
		return wrong("host", "has a port in it", "Write the name alone, and the port into mail.port.")
	}
	return nil
}

func (s Settings) checkLogin() error {
	command, file := len(s.PasswordCommand) > 0, s.PasswordFile != ""
	switch {
	case s.User == "" && (command || file):
		return wrong("user", "is missing, though there is a password", "Name who logs in, or leave the password out.")
	case s.User == "":
		return nil
	case strings.ContainsFunc(s.User, unicode.IsControl):
		return wrong("user", "holds a control character", "Write the name alone.")
	case s.TLS == None:
		return wrong("user", "would send its password in the clear", `Set mail.tls to "starttls" or "tls".`)
	case command && file:
		return wrong("password_command", "and mail.password_file are both there", "Leave one of them out.")
	case command && s.PasswordCommand[0] == "":
		return wrong("password_command", "names no program", `Write it like this: password_command = ["pass", "show", "mail"].`)
	case file:
		return checkPasswordFile(s.PasswordFile)
	case !command:
		return wrong("user", "has no password", "Say where to get it: mail.password_command or mail.password_file.")
	}
	return nil
}

// sender reads mail.from.
func (s Settings) sender() (*netmail.Address, error) {
	if s.From == "" {
		return nil, wrong("from", "is missing", `Say who sends: from = "Acme <it@example.com>".`)
	}
	from, err := netmail.ParseAddress(s.From)
	if err != nil || !plain(s.From) {
		return nil, wrong("from", "isn't an address", `Write it like this: from = "Acme <it@example.com>".`)
	}
	return from, nil
}

// roots reads mail.ca_file. Nil are the system's.
func (s Settings) roots() (*x509.CertPool, error) {
	if s.CAFile == "" {
		return nil, nil
	}
	if !filepath.IsAbs(s.CAFile) {
		return nil, wrong("ca_file", "isn't a full path", "Write it from the root on: it must mean the same file wherever lanyard is started.")
	}
	data, err := os.ReadFile(s.CAFile)
	if err != nil {
		return nil, wrong("ca_file", "can't be read: "+why(err), "Look at %s, or leave it out to trust what the system trusts.", s.CAFile)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(data) {
		return nil, wrong("ca_file", "holds no certificate", "Put the certificate of your authority into %s, in PEM.", s.CAFile)
	}
	return pool, nil
}
