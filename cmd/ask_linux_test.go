package cmd

import (
	"bytes"
	"context"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// A key is asked for where there is a terminal, and isn't shown while it is typed.
func TestVerifyAsksAtATerminal(t *testing.T) {
	h := newHouse(t)
	key := h.run(t, "sa", "show-key", "ci-runner")
	asked, tty, err := pty.Open()
	if err != nil {
		t.Skip(err)
	}
	defer func() { _, _ = asked.Close(), tty.Close() }()
	var out bytes.Buffer
	e := &env{in: tty, out: &out, err: tty, getenv: os.Getenv, now: time.Now}
	for answer, want := range map[string]int{key: exitDone, "\n": exitUsage} {
		done := make(chan int)
		go func() { done <- e.run(context.Background(), []string{"verify"}) }()
		waitUntilHidden(t, tty)
		if _, err := asked.WriteString(answer); err != nil {
			t.Fatal(err)
		}
		if code := <-done; code != want {
			t.Errorf("%q: exit code %d", answer, code)
		}
	}
	if !strings.HasPrefix(out.String(), "ci-runner") {
		t.Errorf("it said %q", out.String())
	}
	_ = tty.Close()
	screen, _ := io.ReadAll(asked) // its end is an error
	if !bytes.HasPrefix(screen, []byte("API key: ")) || bytes.Contains(screen, []byte("lys_")) {
		t.Errorf("the terminal shows %q", screen)
	}
}

// waitUntilHidden waits until what is typed at a terminal isn't shown.
func waitUntilHidden(t *testing.T, tty *os.File) {
	t.Helper()
	for {
		state, err := unix.IoctlGetTermios(int(tty.Fd()), unix.TCGETS)
		if err != nil {
			t.Fatal(err)
		}
		if state.Lflag&unix.ECHO == 0 {
			return
		}
		runtime.Gosched()
	}
}
