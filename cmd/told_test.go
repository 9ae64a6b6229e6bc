//go:build unix

package cmd

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
)

// stopping is a command line that may be told to stop.
func stopping(in io.Reader) (e *env, said *bytes.Buffer) {
	said = &bytes.Buffer{}
	return &env{in: in, out: io.Discard, err: said, getenv: os.Getenv, now: time.Now, cost: passphraseCost}, said
}

// A command that a signal ends dies of it, so that a script that called it ends too and doesn't go on with the next.
func TestSignalEndsTheCaller(t *testing.T) {
	h := newHouse(t)
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		if signal.Ignored(sig) { // by who started the tests, and so by what they start
			continue
		}
		c := lanyard(t, h.dir, "groups", "delete", "sre")
		asked, err := pty.Start(c)
		if err != nil {
			t.Skip(err)
		}
		shown := untilShown(t, asked, "[y/N]")
		if err := c.Process.Signal(sig); err != nil {
			t.Fatal(err)
		}
		rest, _ := io.ReadAll(asked) // its end is an error
		_ = c.Wait()                 // as is that of the process
		_ = asked.Close()
		status, ok := c.ProcessState.Sys().(syscall.WaitStatus)
		if !ok || !status.Signaled() || status.Signal() != sig {
			t.Errorf("%v: it ended with %v", sig, c.ProcessState)
		}
		if said := shown + string(rest); !strings.Contains(said, "lanyard: Interrupted: nothing was changed") {
			t.Errorf("%v: it said %q", sig, said)
		}
	}
}

// untilShown reads what a terminal shows until a text is there.
func untilShown(t *testing.T, from io.Reader, want string) string {
	t.Helper()
	var shown bytes.Buffer
	one := make([]byte, 1)
	for !strings.Contains(shown.String(), want) {
		if _, err := from.Read(one); err != nil {
			t.Fatalf("%v after %q", err, shown.String())
		}
		shown.Write(one)
	}
	return shown.String()
}

// ctrl+c in an editor is for the editor, however often. Whoever tells the process itself to stop is heard.
func TestEditorHasItsOwnInterrupts(t *testing.T) {
	e := &env{deaf: new(atomic.Bool)}
	err := e.deafly(func() error {
		if e.heeds(os.Interrupt) || !e.heeds(syscall.SIGTERM) {
			t.Error("in the editor it heeds ctrl+c, or nothing")
		}
		return errDeclined
	})
	if !errors.Is(err, errDeclined) || !e.heeds(os.Interrupt) {
		t.Errorf("%v; afterwards it heeds ctrl+c: %v", err, e.heeds(os.Interrupt))
	}
	silent := &env{}
	if err := silent.deafly(func() error { return nil }); err != nil || !silent.heeds(os.Interrupt) {
		t.Error("without signals")
	}
}

// What was interrupted says whether something was done before.
func TestInterruptedSaysWhatIsKept(t *testing.T) {
	h := newHouse(t)
	t.Chdir(h.dir)
	const nothing, kept = "Interrupted: nothing was changed\n", "Interrupted\n  What was done before is kept.\n"
	for _, tt := range []struct {
		args, says string
		done       bool // something was changed before
	}{
		{"import people.csv --role Builder --all-or-nothing", nothing, false},
		{"import people.csv --role Builder --dry-run", nothing, false},
		{"users deactivate ben@example.com", nothing, false},
		{"users deactivate ben@example.com", kept, true},
		{"export acme.json", nothing, true}, // that it was asked for is recorded, and nothing is written
	} {
		ctx, stop := context.WithCancel(t.Context())
		e, said := stopping(strings.NewReader(""))
		if tt.done {
			e.noted().Store(true)
		}
		stop()
		if code := e.run(ctx, strings.Fields(tt.args)); code != exitFailed || said.String() != "lanyard: "+tt.says {
			t.Errorf("%s ended with %d: %s", tt.args, code, said)
		}
	}
}

// A check whose own process is told to stop says nothing of the store.
func TestStoppedCheckFindsNothing(t *testing.T) {
	for name, sig := range map[string]syscall.Signal{"INT": syscall.SIGINT, "TERM": syscall.SIGTERM} {
		if err := exec.Command("sh", "-c", "kill -"+name+" $$").Run(); !toldToStop(err) && !signal.Ignored(sig) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, script := range []string{"kill -KILL $$", "exit 1", "exit 0"} {
		if err := exec.Command("sh", "-c", script).Run(); toldToStop(err) {
			t.Errorf("%s: %v", script, err)
		}
	}
}
