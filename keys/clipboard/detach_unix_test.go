//go:build unix

package clipboard

import (
	"bufio"
	"context"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestMain lets the tests start themselves as a keeper.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == "keep" {
		if err := Keep(context.Background(), os.Stdin, os.Stdout, System()); err != nil {
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// A command that copied is gone for long when its keeper clears.
func TestAKeeperOfItsOwn(t *testing.T) {
	ownTmux(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	c := New(Auto, Environment{Getenv: os.Getenv, GOOS: "linux"}).Keep(Clearing{After: time.Second, Start: Detached(self, "keep"), Dir: dir})
	r, err := c.CopySecret(t.Context(), []byte(secret))
	if err != nil || r.Clears.IsZero() {
		t.Fatalf("%+v, %v", r, err)
	}
	c.Leave()
	if got := tmuxBuffers(t); !strings.Contains(got, secret[:20]) {
		t.Errorf("tmux holds %q", got)
	}
	if outcome := <-r.Outcome; outcome != Cleared || time.Until(r.Clears) > 500*time.Millisecond {
		t.Errorf("%s, %v too early", outcome, time.Until(r.Clears))
	}
	if got := tmuxBuffers(t); got != "" {
		t.Errorf("tmux still holds %q", got)
	}
	if list, err := os.ReadDir(dir); err != nil || len(list) != 0 {
		t.Errorf("left %v, %v", list, err)
	}
}

func TestDetached(t *testing.T) {
	in, out, err := Detached("sh", "-c", "echo $$; pwd; cat")()
	if err != nil {
		t.Skip(err)
	}
	lines := bufio.NewReader(out)
	pid, err := lines.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	id, err := strconv.Atoi(strings.TrimSpace(pid))
	if err != nil {
		t.Fatal(err)
	}
	if session, err := unix.Getsid(id); err != nil || session != id {
		t.Errorf("process %d is of session %d, %v", id, session, err)
	}
	if _, err := in.Write([]byte("hello\n")); err != nil {
		t.Fatal(err)
	}
	_ = in.Close()
	if rest, _ := lines.ReadString(0); rest != "/\nhello\n" {
		t.Errorf("said %q", rest)
	}
	if err := out.Close(); err != nil {
		t.Error(err)
	}
	if _, _, err := Detached("/nowhere/lanyard")(); err == nil {
		t.Error("what isn't there was started")
	}
}
