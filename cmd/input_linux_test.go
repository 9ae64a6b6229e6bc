package cmd

import (
	"context"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// awaited is a reader that tells when somebody begins to wait for it.
type awaited struct {
	io.Reader
	begun chan struct{}
}

func (a awaited) Read(p []byte) (int, error) {
	close(a.begun)
	return a.Reader.Read(p)
}

// Whatever waits for standard input ends when the process is told to stop.
func TestWaitingEndsWhenToldToStop(t *testing.T) {
	newHouse(t)
	for _, tt := range []struct {
		args string
		code int
		says string
	}{
		{"verify", exitFailed, "Interrupted: nothing was changed"},
		{"verify --stream", exitDone, ""},
		{"users accept", exitFailed, "Interrupted: nothing was changed"},
		{"import -", exitFailed, "Interrupted: nothing was changed"},
	} {
		in, _ := io.Pipe()
		begun := make(chan struct{})
		e, said := stopping(awaited{in, begun})
		ctx, stop := context.WithCancel(t.Context())
		go func() { <-begun; stop() }()
		if code := e.run(ctx, strings.Fields(tt.args)); code != tt.code || !strings.Contains(said.String(), tt.says) {
			t.Errorf("%s ended with %d: %s", tt.args, code, said)
		}
	}
}

// A question at a terminal ends as well, and one whose answer isn't shown leaves the terminal as it was.
func TestQuestionsEndWhenToldToStop(t *testing.T) {
	newHouse(t)
	for _, args := range []string{"groups delete sre", "users accept", "verify", "seal add passphrase"} {
		asked, tty, err := pty.Open()
		if err != nil {
			t.Skip(err)
		}
		before := termios(t, tty)
		e, _ := stopping(tty)
		e.err = tty
		ctx, stop := context.WithCancel(t.Context())
		go func() {
			prompt := make([]byte, 256)
			_, _ = asked.Read(prompt)
			for hidden := args != "groups delete sre"; hidden && termios(t, tty) == before; { // not until it is waiting
				time.Sleep(time.Millisecond)
			}
			stop()
			_, _ = io.Copy(io.Discard, asked)
		}()
		if code := e.run(ctx, strings.Fields(args)); code != exitFailed {
			t.Errorf("%s ended with %d", args, code)
		}
		if after := termios(t, tty); after != before {
			t.Errorf("%s left the terminal changed: %+v, was %+v", args, after, before)
		}
		// Neither end is closed: the read that is left behind would do something to the file that gets its number next.
	}
}

func termios(t *testing.T, tty *os.File) unix.Termios {
	t.Helper()
	is, err := unix.IoctlGetTermios(int(tty.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	return *is
}

// ctrl+d ends a prompt whose answer isn't shown, and says so in words.
func TestPromptsEndWithTheInput(t *testing.T) {
	h := newHouse(t)
	h.run(t, "seal", "add", "passphrase", "--passphrase-file", h.dir+"/new.txt")
	h.run(t, "seal", "remove", "file", "--yes", "--passphrase-file", h.dir+"/new.txt")
	for _, tt := range []struct {
		args string
		code int
		says string
	}{
		{"verify", exitUsage, "No key was given"},
		{"users accept", exitUsage, "No token was given"},
		{"groups create ops", exitFailed, "Nothing was typed, and nothing was changed"},
	} {
		code, shown := atTerminal(t, "\x04", strings.Fields(tt.args)...)
		if code != tt.code || !strings.Contains(shown, tt.says) || strings.Contains(shown, "EOF") {
			t.Errorf("%s ended with %d: %s", tt.args, code, shown)
		}
	}
	if _, shown := atTerminal(t, "correct horse battery staplf\be\n", "groups", "create", "ops"); !strings.Contains(shown, "Created the group ops") {
		t.Errorf("it said %s", shown)
	}
}
