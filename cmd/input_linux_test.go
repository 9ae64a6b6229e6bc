package cmd

import (
	"bytes"
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

// stopping is a command line that may be told to stop.
func stopping(in io.Reader) (e *env, said *bytes.Buffer) {
	said = &bytes.Buffer{}
	return &env{in: in, out: io.Discard, err: said, getenv: os.Getenv, now: time.Now, cost: passphraseCost}, said
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
