//go:build unix

package cmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"

	"lanyard/model"
)

// targetsOf returns n targets.
func targetsOf(n int) []target {
	list := make([]target, n)
	for i := range list {
		list[i] = target{model.KindUser, model.ID(i + 1), fmt.Sprintf("u%d@example.com", i)}
	}
	return list
}

// Only a yes is a yes, and of many their number.
func TestQuestions(t *testing.T) {
	tests := []struct {
		answer string
		n      int
		yes    bool
	}{
		{"y\n", 1, true},
		{"YES\n", 2, true},
		{"\n", 1, false},
		{"n\n", 1, false},
		{"yikes\n", 1, false},
		{"\x04", 1, false},
		{"y\n", typedFrom, false},
		{fmt.Sprint(typedFrom) + "\n", typedFrom, true},
		{"4\n", typedFrom, false},
	}
	for _, test := range tests {
		asked, tty, err := pty.Open()
		if err != nil {
			t.Skip(err)
		}
		if _, err := asked.WriteString(test.answer); err != nil {
			t.Fatal(err)
		}
		e := &env{in: tty, err: tty}
		err = e.ask("Remove", "user", targetsOf(test.n), "What they made stays.")
		if (err == nil) != test.yes || !test.yes && !errors.Is(err, errDeclined) {
			t.Errorf("%q to %d: %v", test.answer, test.n, err)
		}
		_ = tty.Close()
		_ = asked.Close()
	}
}

// What is asked names whom it is about, and nothing in a name reaches the terminal.
func TestNobodyIsAskedWhoIsNotThere(t *testing.T) {
	e := &env{in: strings.NewReader("y\n"), err: &bytes.Buffer{}}
	err := e.ask("Remove", "user", []target{{name: "a\x1b[2Jb"}}, "")
	if exitCode(err) != exitUsage || !strings.Contains(err.Error(), "Remove a‹U+001B›[2Jb?") || !strings.Contains(err.Error(), "--yes") {
		t.Error(err)
	}
	e.yes = true
	if err := e.ask("Remove", "user", targetsOf(9), ""); err != nil {
		t.Error(err)
	}
}

// A command that is declined at the terminal changes nothing, and says so.
func TestDeclining(t *testing.T) {
	h := newHouse(t)
	asked, tty, err := pty.Open()
	if err != nil {
		t.Skip(err)
	}
	defer func() { _, _ = asked.Close(), tty.Close() }()
	if _, err := asked.WriteString("n\n"); err != nil {
		t.Fatal(err)
	}
	e := &env{in: tty, out: &bytes.Buffer{}, err: tty, getenv: os.Getenv, now: time.Now}
	if code := e.run(context.Background(), []string{"users", "remove", "ben@example.com"}); code != exitFailed {
		t.Errorf("exit code %d", code)
	}
	if out := h.run(t, "users", "show", "ben@example.com"); !strings.Contains(out, "ben@example.com") {
		t.Error("he is gone")
	}
}

// atTerminal runs a command at a terminal at which something is typed, and returns what it shows there.
func atTerminal(t *testing.T, typed string, args ...string) (code int, shown string) {
	t.Helper()
	asked, tty, err := pty.Open()
	if err != nil {
		t.Skip(err)
	}
	if _, err := asked.WriteString(typed); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	e := &env{in: tty, out: &out, err: tty, getenv: os.Getenv, now: time.Now, cost: cheapCost}
	code = e.run(context.Background(), args)
	_ = tty.Close()
	screen, _ := io.ReadAll(asked) // its end is an error
	_ = asked.Close()
	return code, out.String() + strings.ReplaceAll(string(screen), "\r\n", "\n")
}

// What the rules refuse is refused before anybody is asked about it.
func TestNobodyIsAskedInVain(t *testing.T) {
	h := newHouse(t)
	h.run(t, "users", "set", "ben@example.com", "--role", "Auditor")
	h.run(t, "sa", "rotate-key", "backup")
	h.write(t, "pass", "correct horse battery staple\n")
	h.run(t, "seal", "add", "passphrase", "--passphrase-file", filepath.Join(h.dir, "pass"))
	for _, tt := range []struct {
		args string
		code int
		says string
	}{
		{"users remove ana@example.com", exitConflict, "the only Active Admin"},
		{"users remove ana@example.com --all-or-nothing", exitConflict, "the only Active Admin"},
		{"users remove ana@example.com nobody@example.com", exitFailed, "0 users removed, 2 refused"},
		{"users cancel ben@example.com", exitConflict, "has joined"},
		{"roles delete Viewer", exitNotPermitted, "built in"},
		{"roles delete Auditor", exitConflict, "in use"},
		{"sa rotate-key ci-runner --end-old", exitConflict, "no old key"},
		{"sa rotate-key ci-runner --grace 8d", exitUsage, "7 days at most"},
		{"--as ben@example.com users remove dora@example.com", exitNotPermitted, "account:edit"},
		{"--as ben@example.com users cancel chiara@example.com", exitNotPermitted, "account:invite"},
		{"--as ben@example.com groups delete sre", exitNotPermitted, "account:edit"},
		{"--as ben@example.com groups delete sre platform", exitNotPermitted, "0 groups deleted, 2 refused"},
		{"--as ben@example.com workspaces delete billing", exitNotPermitted, "account:edit"},
		{"--as ben@example.com roles delete Auditor", exitNotPermitted, "account:edit"},
		{"--as ben@example.com sa delete backup", exitNotPermitted, "account:edit"},
		{"--as ben@example.com sa rotate-key backup", exitNotPermitted, "account:edit"},
		{"--as ben@example.com sa rotate-key backup --end-old", exitNotPermitted, "account:edit"},
		{"--as ben@example.com seal remove file", exitNotPermitted, "account:edit"},
		{"--as ben@example.com seal add passphrase", exitNotPermitted, "account:edit"},
	} {
		code, shown := atTerminal(t, "n\nn\nn\n", strings.Fields(tt.args)...)
		if code != tt.code || !strings.Contains(shown, tt.says) || strings.Contains(shown, "? ") || strings.Contains(shown, "assphrase: ") {
			t.Errorf("%s ended with %d: %s", tt.args, code, shown)
		}
	}
}

// Nor is anybody where the sealing key isn't there, without which nothing is changed. A passphrase is asked for afterwards.
func TestNobodyIsAskedWithoutTheSealingKey(t *testing.T) {
	h := newHouse(t)
	h.run(t, "seal", "add", "passphrase", "--passphrase-file", filepath.Join(h.dir, "new.txt"))
	h.run(t, "seal", "remove", "file", "--yes", "--passphrase-file", filepath.Join(h.dir, "new.txt"))
	if _, shown := atTerminal(t, "y\ncorrect horse battery staple\n", "groups", "delete", "sre"); !strings.Contains(shown, "sre deleted") {
		t.Errorf("locked: %s", shown)
	}
	if err := os.RemoveAll(filepath.Join(h.dir, "config", "lanyard", "seals")); err != nil {
		t.Fatal(err)
	}
	_, shown := atTerminal(t, "y\n", "groups", "delete", "platform")
	if !strings.Contains(shown, "The sealing key of this store is missing") || strings.Contains(shown, "? ") {
		t.Errorf("missing: %s", shown)
	}
}

// Where some are refused, that is said first, and the question is about the others only.
func TestOnlyWhatCanBeIsAskedAbout(t *testing.T) {
	h := newHouse(t)
	code, shown := atTerminal(t, "y\n", "users", "remove", "ben@example.com", "ana@example.com", "nobody@example.com")
	refusal, question := strings.Index(shown, "only Active Admin"), strings.Index(shown, "Remove ben@example.com? What they made stays. [y/N]")
	if code != exitFailed || refusal < 0 || question < refusal || strings.Count(shown, "only Active Admin") != 1 {
		t.Errorf("it ended with %d: %s", code, shown)
	}
	if !strings.Contains(shown, "1 user removed, 2 refused") || strings.Contains(h.run(t, "users", "list"), "ben@") {
		t.Errorf("it said %s", shown)
	}
}

// A question about several reads as one, and is broken between words.
func TestQuestionsAboutSeveral(t *testing.T) {
	h := newHouse(t)
	h.run(t, "users", "invite", "eva@example.com", "--role", "Builder")
	for args, want := range map[string]string{
		"sa delete ci-runner backup":                      "Delete 2 service accounts? Their API keys stop working at once. [y/N]",
		"users cancel chiara@example.com eva@example.com": "Cancel the invite of 2 users? Their tokens stop working at once. [y/N]",
		"groups delete sre platform":                      "Delete 2 groups? The members stay in the account, without what the\ngroups gave them. [y/N]",
		"groups delete sre":                               "Delete sre? The members stay in the account, without what the group gave\nthem. [y/N]",
	} {
		if _, shown := atTerminal(t, "n\n", strings.Fields(args)...); !strings.Contains(shown, want) {
			t.Errorf("%s asked %q", args, shown)
		}
	}
}
