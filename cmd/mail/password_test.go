//go:build unix

package mail

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// commanded are settings whose password comes from a shell's words, here for the test's sake.
func commanded(words string) Settings {
	return Settings{Host: "m", From: "a@b.test", User: "it", PasswordCommand: []string{"sh", "-c", words}}
}

func TestPasswordCommand(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, words, want, says string }{
		{"a line", "echo hunter2", "hunter2", ""},
		{"no end", "printf hunter2", "hunter2", ""},
		{"many lines", "printf 'hunter2\\r\\nuser: it\\n'; seq 100000", "hunter2", ""},
		{"spaces", "echo ' a b '", " a b ", ""},
		{"nothing", "true", "", "gave no password: sh"},
		{"an empty line", "printf '\\nhunter2'", "", "gave no password: sh"},
		{"too long", "head -c 5000 /dev/zero", "", "gave no password: sh"},
		{"a failure", "echo hunter2; echo hunter2 >&2; exit 3", "", "mail.password_command failed: sh, exit status 3"},
		{"a question", "read answer && echo $answer", "", "exit status 1"},
		{"no end at all", "exec sleep 10", "", "took longer than 80ms"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := newPasswords(commanded(tt.words))
			if tt.name == "no end at all" {
				p.limit = 80 * time.Millisecond
			}
			have, err := p.get(t.Context())
			if have != tt.want || (err == nil) != (tt.says == "") {
				t.Fatalf("%q, %v", have, err)
			}
			if err != nil && (!strings.Contains(err.Error(), tt.says) || strings.Contains(err.Error(), "hunter2")) {
				t.Errorf("says %q, not %q", err, tt.says)
			}
		})
	}
	missing := commanded("")
	missing.PasswordCommand[0] = "no-such-program"
	if _, err := newPasswords(missing).get(t.Context()); err == nil || !strings.Contains(err.Error(), "names a program that isn't here. Install no-such-program") {
		t.Errorf("says %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := newPasswords(commanded("echo x")).get(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("says %v", err)
	}
}

// The password is asked for once, and again after it was refused.
func TestPasswordIsKeptUntilItIsRefused(t *testing.T) {
	t.Parallel()
	server := serve(t, nil)
	dir := t.TempDir()
	secret, asked := filepath.Join(dir, "secret"), filepath.Join(dir, "asked")
	settings := server.settings(t)
	settings.PasswordFile = ""
	settings.PasswordCommand = []string{"sh", "-c", `echo >>"$1"; cat "$0"`, secret, asked}
	if err := os.WriteFile(secret, []byte("wrong"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, pauses := sender(t, settings)
	if err := s.Send(t.Context(), message); err == nil || err.Error() != "the user or password was refused: 535" || len(*pauses) != 0 {
		t.Errorf("says %v", err)
	}
	if err := os.WriteFile(secret, []byte(server.password), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := s.Send(t.Context(), message); err != nil {
			t.Fatal(err)
		}
	}
	if times, err := os.ReadFile(asked); err != nil || len(times) != 2 {
		t.Errorf("asked %d times, %v", len(times), err)
	}
}

func TestPasswordFileOpenToOthers(t *testing.T) {
	t.Parallel()
	for _, mode := range []os.FileMode{0o640, 0o604, 0o620, 0o610, 0o660} {
		path := writeFile(t, "hunter2\n", mode)
		_, err := New(Settings{Host: "m", From: "a@b.test", User: "it", PasswordFile: path})
		if e, ok := errors.AsType[*Error](err); !ok || e.What != "mail.password_file can be used by others than its owner" || e.Hint != "Close it: chmod 600 "+path {
			t.Errorf("%v: says %v", mode, err)
		}
	}
	if _, err := New(Settings{Host: "m", From: "a@b.test", User: "it", PasswordFile: writeFile(t, "hunter2\n", 0o400)}); err != nil {
		t.Error(err)
	}
}

func TestPasswordFileIsLookedAtEachTime(t *testing.T) {
	t.Parallel()
	server := serve(t, nil)
	settings := server.settings(t)
	s, _ := sender(t, settings)
	if err := os.Chmod(settings.PasswordFile, 0o644); err != nil {
		t.Fatal(err)
	}
	err := s.Send(t.Context(), message)
	if err == nil || !strings.Contains(err.Error(), "chmod 600 "+settings.PasswordFile) || server.visited() != 0 {
		t.Errorf("says %v", err)
	}
	if err := os.WriteFile(settings.PasswordFile, []byte("\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(settings.PasswordFile, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Send(t.Context(), message); err == nil || !strings.Contains(err.Error(), "holds no password") {
		t.Errorf("says %v", err)
	}
}
