package cmd

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/adrg/xdg"

	"lanyard/cmd/mail"
	"lanyard/db"
	"lanyard/model"
)

// writeConfig makes a home of the test's own with these settings in it, and returns their file.
func writeConfig(t *testing.T, text string) string {
	t.Helper()
	t.Cleanup(xdg.Reload) // after Setenv's own cleaning up
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	xdg.Reload()
	path := configFile()
	if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const whole = `# What a company might write.
[mail]
host = "mail.acme.test"
port = 2525
from = "Acme IT <it@acme.test>"
tls = "tls"
user = "it"
password_command = ["pass", "show", "mail"]
password_file = "/run/secrets/mail"
ca_file = "/etc/acme/ca.pem"
`

func TestConfig(t *testing.T) {
	path := writeConfig(t, whole)
	c, err := new(env).config()
	want := config{Mail: &mail.Settings{
		Host: "mail.acme.test", Port: 2525, From: "Acme IT <it@acme.test>", TLS: mail.TLS, User: "it",
		PasswordCommand: []string{"pass", "show", "mail"}, PasswordFile: "/run/secrets/mail", CAFile: "/etc/acme/ca.pem",
	}}
	if err != nil || !reflect.DeepEqual(c, want) {
		t.Errorf("%+v, %v", c.Mail, err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if c, err := new(env).config(); err != nil || c.Mail != nil {
		t.Errorf("without a file: %+v, %v", c, err)
	}
	if s, err := new(env).mailer(); err != nil || s != nil {
		t.Errorf("without a file: %+v, %v", s, err)
	}
}

func TestMailer(t *testing.T) {
	path := writeConfig(t, "[mail]\nhost = \"mail.acme.test\"\nfrom = \"it@acme.test\"\n")
	if s, err := new(env).mailer(); err != nil || s == nil {
		t.Errorf("%v, %v", s, err)
	}
	if err := os.WriteFile(path, []byte("[mail]\nhost = \"mail.acme.test\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := new(env).mailer()
	if s != nil || !errors.Is(err, model.ErrInvalid) || !strings.HasPrefix(err.Error(), path+": mail.from is missing. Say who sends") {
		t.Errorf("%v, %v", s, err)
	}
}

func TestBadConfigs(t *testing.T) {
	const secret = "hunter2"
	for name, tt := range map[string]struct{ text, what, hint string }{
		"no end":           {"[mail}\n", ", line 1 isn't valid TOML", "double quotes"},
		"no quotes":        {"[mail]\nhost = hunter2\n", ", line 2 isn't valid TOML", "double quotes"},
		"no sign":          {"[mail]\nfrom hunter2\n", ", line 2 isn't valid TOML", "double quotes"},
		"twice":            {"[mail]\nhost = \"a\"\n\nhost = \"hunter2\"\n", ", line 4 isn't valid TOML", "only once"},
		"an odd escape":    {"[mail]\nuser = \"\\hunter2\"\n", ", line 2 isn't valid TOML", "double quotes"},
		"a port in words":  {"[mail]\nport = \"hunter2\"\n", ", line 2: mail.port has a value of the wrong kind", "a number"},
		"half a port":      {"[mail]\nport = 1.5\n", ", line 2: mail.port has a value", "a number"},
		"a host's number":  {"[mail]\n\nhost = 5\n", ", line 3: mail.host has a value", "text"},
		"a shell's words":  {"[mail]\npassword_command = \"echo hunter2\"\n", ", line 2: mail.password_command has a value", "a list"},
		"no table":         {"mail = \"hunter2\"\n", ", line 1: mail has a value", "a table"},
		"a typing error":   {"[mail]\nhots = \"hunter2\"\n", " has a key that lanyard doesn't know: mail.hots", "typing error"},
		"seconds in words": {"[clipboard]\nclear_after = \"45 s\"\n", ", line 2: clipboard.clear_after has a value of the wrong kind", "a number"},
		"seconds mistyped": {"[clipboard]\nclear_afer = 45\n", " has a key that lanyard doesn't know: clipboard.clear_afer", "typing error"},
		"another table":    {"[male]\nhost = \"hunter2\"\n", " has a key that lanyard doesn't know: male", "typing error"},
		"a password":       {"[mail]\npassword = \"hunter2\"\n", " has a key that lanyard doesn't know: mail.password", "password_command or password_file"},
	} {
		t.Run(name, func(t *testing.T) {
			path := writeConfig(t, tt.text)
			c, err := new(env).config()
			e, ok := errors.AsType[*model.Error](err)
			if !ok || c.Mail != nil || !errors.Is(err, model.ErrInvalid) {
				t.Fatalf("%+v, %v", c, err)
			}
			if !strings.HasPrefix(e.What, path+tt.what) || !strings.Contains(e.Hint, tt.hint) {
				t.Errorf("says %q and %q", e.What, e.Hint)
			}
			if strings.Contains(err.Error(), secret) {
				t.Errorf("repeats what stands there: %v", err)
			}
			if _, same := new(env).mailer(); same == nil || same.Error() != err.Error() {
				t.Errorf("the mailer says %v", same)
			}
		})
	}
}

func TestBackupSettings(t *testing.T) {
	for text, want := range map[string]int{"": 10, "[backup]\n": 10, "[backup]\nkeep = 3\n": 3, "[backup]\nkeep = 0\n": 0} {
		writeConfig(t, text)
		if c, err := new(env).config(); err != nil || c.Backup.kept() != want {
			t.Errorf("%q: %d, %v", text, c.Backup.kept(), err)
		}
	}
	for _, text := range []string{"[backup]\nkeep = -1\n", "[backup]\nkeep = 1001\n", "[backup]\nkeep = \"ten\"\n"} {
		writeConfig(t, text)
		if _, err := new(env).config(); !errors.Is(err, model.ErrInvalid) || !strings.Contains(err.Error(), "backup.keep") || model.Hint(err) == "" {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestUnreadableConfig(t *testing.T) {
	path := writeConfig(t, "")
	if err := errors.Join(os.Remove(path), os.Mkdir(path, 0o700)); err != nil {
		t.Fatal(err)
	}
	if _, err := new(env).config(); !errors.Is(err, db.ErrUnreadable) || !strings.Contains(err.Error(), path) {
		t.Errorf("says %v", err)
	}
}

func TestHowLongASecretStays(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"": 45 * time.Second, "[clipboard]\n": 45 * time.Second, "[clipboard]\nclear_after = 0\n": 0,
		"[clipboard]\nclear_after = 1\n": time.Second, "[clipboard]\nclear_after = 3600\n": time.Hour,
	} {
		writeConfig(t, text)
		c, err := new(env).config()
		if err != nil {
			t.Fatal(err)
		}
		if got, err := c.Clipboard.after(); got != want || err != nil {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"-1", "3601", "9000000000000000000"} {
		path := writeConfig(t, "[clipboard]\nclear_after = "+text+"\n")
		e := &env{clip: "auto", getenv: func(string) string { return "" }}
		_, err := e.clipboard()
		m, ok := errors.AsType[*model.Error](err)
		if !ok || !errors.Is(err, model.ErrInvalid) || !strings.HasPrefix(m.What, path+": clipboard.clear_after") || !strings.Contains(m.Hint, "1 to 3600") {
			t.Errorf("%s: %v", text, err)
		}
	}
}
