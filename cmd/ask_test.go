//go:build unix

package cmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
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
