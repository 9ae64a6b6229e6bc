package mail

import (
	"errors"
	"strings"
	"testing"
)

func TestSettings(t *testing.T) {
	t.Parallel()
	secretFile := writeFile(t, "hunter2\n", 0o600)
	_, ca := certificateFor(t, "127.0.0.1")
	tests := []struct {
		name   string
		change func(*Settings)
		says   []string // nothing when it is sound
	}{
		{"the least", func(*Settings) {}, nil},
		{"all", func(s *Settings) { s.User, s.PasswordFile, s.CAFile, s.TLS, s.Port = "it", secretFile, ca, TLS, 4650 }, nil},
		{"a command", func(s *Settings) { s.User, s.PasswordCommand = "it", []string{"pass", "mail"} }, nil},
		{"in the clear", func(s *Settings) { s.TLS = None }, nil},
		{"an IPv6 address", func(s *Settings) { s.Host = "2001:db8::1" }, nil},
		{"a bare sender", func(s *Settings) { s.From = "it@acme.test" }, nil},
		{"no host", func(s *Settings) { s.Host = "" }, []string{"mail.host is missing", "host ="}},
		{"a host with a port", func(s *Settings) { s.Host = "mail.acme.test:587" }, []string{"mail.host has a port", "mail.port"}},
		{"a URL", func(s *Settings) { s.Host = "smtp://mail.acme.test" }, []string{"mail.host isn't the name"}},
		{"a host of two lines", func(s *Settings) { s.Host = "mail\nx" }, []string{"mail.host isn't the name"}},
		{"a port too high", func(s *Settings) { s.Port = 65536 }, []string{"mail.port isn't a port", "65535"}},
		{"a port below", func(s *Settings) { s.Port = -1 }, []string{"mail.port isn't a port"}},
		{"another protection", func(s *Settings) { s.TLS = "ssl" }, []string{"mail.tls", `"starttls", "tls" or "none"`}},
		{"no sender", func(s *Settings) { s.From = "" }, []string{"mail.from is missing", "from ="}},
		{"a sender that is none", func(s *Settings) { s.From = "Acme" }, []string{"mail.from isn't an address"}},
		{"two senders", func(s *Settings) { s.From = "a@b.test, c@d.test" }, []string{"mail.from isn't an address"}},
		{"a sender of two lines", func(s *Settings) { s.From = "Acme\r\n <a@b.test>" }, []string{"mail.from isn't an address"}},
		{"a password for nobody", func(s *Settings) { s.PasswordFile = secretFile }, []string{"mail.user is missing"}},
		{"a user without one", func(s *Settings) { s.User = "it" }, []string{"mail.user has no password", "password_command"}},
		{"a user of two lines", func(s *Settings) { s.User, s.PasswordFile = "it\n", secretFile }, []string{"mail.user holds a control"}},
		{"a password in the clear", func(s *Settings) { s.TLS, s.User, s.PasswordFile = None, "it", secretFile }, []string{"in the clear", "mail.tls"}},
		{"two passwords", func(s *Settings) {
			s.User, s.PasswordFile, s.PasswordCommand = "it", secretFile, []string{"pass"}
		}, []string{"mail.password_command", "mail.password_file", "Leave one"}},
		{"no program", func(s *Settings) { s.User, s.PasswordCommand = "it", []string{""} }, []string{"mail.password_command names no program"}},
		{"a file that isn't there", func(s *Settings) { s.User, s.PasswordFile = "it", secretFile+"x" }, []string{"mail.password_file can't be read: no such file"}},
		{"a directory", func(s *Settings) { s.User, s.PasswordFile = "it", t.TempDir() }, []string{"mail.password_file isn't a plain file"}},
		{"half a path", func(s *Settings) { s.User, s.PasswordFile = "it", "secret" }, []string{"mail.password_file isn't a full path"}},
		{"no authority", func(s *Settings) { s.CAFile = ca + "x" }, []string{"mail.ca_file can't be read: no such file"}},
		{"another file", func(s *Settings) { s.CAFile = secretFile }, []string{"mail.ca_file holds no certificate"}},
		{"half a path to it", func(s *Settings) { s.CAFile = "ca.pem" }, []string{"mail.ca_file isn't a full path"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			settings := Settings{Host: "mail.acme.test", From: "Acme <it@acme.test>"}
			tt.change(&settings)
			_, err := New(settings)
			if len(tt.says) == 0 {
				if err != nil {
					t.Error(err)
				}
				return
			}
			e, ok := errors.AsType[*Error](err)
			if !ok || e.Hint == "" || strings.HasSuffix(e.What, ".") {
				t.Fatalf("says %v", err)
			}
			for _, says := range tt.says {
				if !strings.Contains(err.Error(), says) {
					t.Errorf("says %q, not %q", err, says)
				}
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("tells the password: %q", err)
			}
		})
	}
}

func TestPorts(t *testing.T) {
	t.Parallel()
	for tls, want := range map[string]string{"": "m:587", STARTTLS: "m:587", TLS: "m:465", None: "m:25"} {
		s, err := New(Settings{Host: "m", From: "a@b.test", TLS: tls})
		if err != nil || s.server() != want {
			t.Errorf("%q: %v, %v", tls, s.server(), err)
		}
	}
}
