package clipboard

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
)

// ownTmux starts a tmux server that nobody else uses, and makes it the one that commands find.
func ownTmux(t *testing.T) (socket string) {
	t.Helper()
	if _, err := exec.LookPath("tmux"); err != nil {
		t.Skip("tmux isn't installed")
	}
	socket = filepath.Join(t.TempDir(), "s")
	start := exec.Command("tmux", "-S", socket, "-f", "/dev/null", "new-session", "-d", "sleep 60")
	start.Env = append(os.Environ(), "TMUX=")
	if out, err := start.CombinedOutput(); err != nil {
		t.Skipf("tmux doesn't start here: %s", out)
	}
	t.Cleanup(func() { _ = exec.Command("tmux", "-S", socket, "kill-server").Run() })
	t.Setenv("TMUX", socket+",1,0")
	return socket
}

// spyOnTmux writes down the arguments of each call, and lets the real tmux do it.
func spyOnTmux(t *testing.T) (log string) {
	t.Helper()
	program, err := exec.LookPath("tmux")
	if err != nil {
		t.Skip("tmux isn't installed")
	}
	return fakeTmux(t, `exec "`+program+`" "$@"`)
}

// inSomeProcess reports whether a text stands in the arguments or the environment of any process.
func inSomeProcess(t *testing.T, text string) bool {
	t.Helper()
	for _, name := range []string{"cmdline", "environ"} {
		files, err := filepath.Glob("/proc/[0-9]*/" + name)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if data, err := os.ReadFile(f); err == nil && bytes.Contains(data, []byte(text)) {
				return true
			}
		}
	}
	return false
}

func tmuxBuffers(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("tmux", "list-buffers", "-F", "#{buffer_name}=#{buffer_sample}").CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v", out, err)
	}
	return string(out)
}

func TestTmux(t *testing.T) {
	ownTmux(t)
	log := spyOnTmux(t)
	if out, err := exec.Command("tmux", "set-buffer", "-b", "theirs", "text").CombinedOutput(); err != nil {
		t.Fatalf("%s: %v", out, err)
	}
	text := fmt.Sprintf("%s-%d", secret, time.Now().UnixNano()) // nobody else's
	c := New(Auto, Environment{Getenv: os.Getenv, GOOS: "linux"})
	if _, err := c.Overwrite(t.Context()); !errors.Is(err, ErrNothing) {
		t.Errorf("overwriting before anything was copied: %v", err)
	}
	r, err := c.Copy(t.Context(), []byte(text))
	if err != nil || r.Copied || r.Method != Tmux || r.Sequence != nil || !strings.HasPrefix(r.Where, "sent to tmux and its terminal") {
		t.Fatalf("%+v, %v", r, err)
	}
	name := fmt.Sprintf("lanyard-%d", os.Getpid())
	if out, err := exec.Command("tmux", "show-buffer", "-b", name).Output(); err != nil || string(out) != text {
		t.Errorf("the buffer holds %q, %v", out, err)
	}
	if data, err := os.ReadFile(log); err != nil || bytes.Contains(data, []byte(text)) || !bytes.Contains(data, []byte("load-buffer -w -b "+name+" -")) {
		t.Errorf("tmux was called with %s, %v", data, err)
	}
	if !inSomeProcess(t, os.Args[0]) {
		t.Log("the arguments of processes can't be read here")
	}
	if inSomeProcess(t, text) {
		t.Error("a process has the secret in its arguments or environment")
	}
	for range 2 {
		if r, err := c.Overwrite(t.Context()); err != nil || r.Copied || r.Sequence != nil {
			t.Errorf("%+v, %v", r, err)
		}
		if got := tmuxBuffers(t); got != "theirs=text\n" {
			t.Errorf("left in tmux: %q", got)
		}
	}
}

func TestABufferThatSomebodyDeletedIsOverwritten(t *testing.T) {
	ownTmux(t)
	c := New(Auto, Environment{Getenv: os.Getenv, GOOS: "linux"})
	if _, err := c.Copy(t.Context(), []byte(secret)); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("tmux", "delete-buffer", "-b", c.tmux.buffer).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v", out, err)
	}
	if _, err := c.Overwrite(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestTmuxHandsItToItsTerminal attaches a terminal of our own to a tmux with its default settings, and looks whether the
// terminal gets the sequence.
func TestTmuxHandsItToItsTerminal(t *testing.T) {
	socket := ownTmux(t)
	client := exec.Command("tmux", "-S", socket, "attach")
	client.Env = []string{"TERM=xterm-256color", "LC_ALL=C.UTF-8", "PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir()}
	terminal, err := pty.StartWithSize(client, &pty.Winsize{Rows: 24, Cols: 80})
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { _ = terminal.Close(); _ = client.Process.Kill(); _ = client.Wait() })
	want := osc52([]byte(secret))
	want = want[bytes.LastIndexByte(want, ';') : len(want)-1] // tmux chooses the selection and how to end it
	found := lookFor(terminal, want)
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		out, err := exec.Command("tmux", "list-clients").Output()
		if err == nil && len(out) > 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Skip("tmux doesn't attach here")
		}
	}
	if _, err := New(Auto, Environment{Getenv: os.Getenv, GOOS: "linux"}).Copy(t.Context(), []byte(secret)); err != nil {
		t.Fatal(err)
	}
	select {
	case out := <-found:
		if !bytes.Contains(out, append([]byte("\x1b]52;"), want...)) && !bytes.Contains(out, append([]byte("\x1b]52;c"), want...)) {
			t.Errorf("the terminal got %q", out)
		}
	case <-time.After(10 * time.Second):
		t.Error("nothing came through tmux")
	}
}

// fakeTmux puts a script in tmux's place.
func fakeTmux(t *testing.T, script string) (log string) {
	t.Helper()
	dir := t.TempDir()
	log = filepath.Join(dir, "log")
	script = "#!/bin/sh\necho \"$@\" >>" + log + "\n" + script
	if err := os.WriteFile(filepath.Join(dir, "tmux"), []byte(script), 0o700); err != nil { //nolint:gosec // a program has to run
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	return log
}

func TestTmuxBefore32HasNoW(t *testing.T) {
	log := fakeTmux(t, `case "$*" in *-w*) echo "usage: load-buffer [-b buffer-name] path" >&2; exit 1;; esac; cat >/dev/null`)
	r, err := New(OnlyTmux, in("linux", "TMUX=x")).Copy(t.Context(), []byte(secret))
	if err != nil || !strings.Contains(r.Where, "tmux only") {
		t.Errorf("%+v, %v", r, err)
	}
	if data, err := os.ReadFile(log); err != nil || bytes.Contains(data, []byte(secret)) {
		t.Errorf("tmux was called with %s, %v", data, err)
	}
}

func TestTmuxThatFailsSaysSo(t *testing.T) {
	fakeTmux(t, `echo "no server running on /tmp/x" >&2; exit 1`)
	if _, err := New(OnlyTmux, in("linux", "TMUX=x")).Copy(t.Context(), []byte(secret)); err == nil || !strings.Contains(err.Error(), "no server running") {
		t.Errorf("got %v", err)
	}
}

func TestTmuxThatHangsIsGivenUpOn(t *testing.T) {
	log := fakeTmux(t, `case "$1" in load-buffer) sleep 30 & wait;; esac`)
	c := New(OnlyTmux, in("linux", "TMUX=x"))
	c.wait = 50 * time.Millisecond
	start := time.Now()
	_, err := c.Copy(t.Context(), []byte(secret))
	if err == nil || !strings.Contains(err.Error(), "in time") || time.Since(start) > 5*time.Second {
		t.Errorf("after %v: %v", time.Since(start), err)
	}
	// It may have taken the text all the same.
	if _, err := c.Overwrite(t.Context()); err == nil || !strings.Contains(err.Error(), "its terminal") {
		t.Errorf("got %v", err)
	}
	if data, err := os.ReadFile(log); err != nil || !bytes.Contains(data, []byte("delete-buffer")) {
		t.Errorf("tmux was called with %s, %v", data, err)
	}
}

func TestABufferThatStaysIsTold(t *testing.T) {
	fakeTmux(t, fmt.Sprintf(`case "$1" in delete-buffer) echo "not today" >&2; exit 1;; list-buffers) echo other; echo lanyard-%d;; esac`, os.Getpid()))
	c := New(OnlyTmux, in("linux", "TMUX=x"))
	if _, err := c.Copy(t.Context(), []byte(secret)); err != nil {
		t.Fatal(err)
	}
	for range 2 { // it doesn't forget
		if _, err := c.Overwrite(t.Context()); err == nil || !strings.Contains(err.Error(), "still has the buffer") || !strings.Contains(err.Error(), "not today") {
			t.Errorf("got %v", err)
		}
	}
}

// keepTmux runs a keeper of a buffer of tmux's to its end, which comes at once.
func keepTmux(t *testing.T, wait time.Duration) Outcome {
	t.Helper()
	o := describe([]byte(secret))
	o.Method, o.Buffer = Tmux, "lanyard-1"
	k := keeper{env: Environment{Getenv: os.Getenv, GOOS: "linux"}, wait: wait, orders: []order{o}}
	return k.finish()
}

func TestTheKeeperDeletesTheBuffer(t *testing.T) {
	ownTmux(t)
	set := func(name, text string) {
		t.Helper()
		cmd := exec.Command("tmux", "load-buffer", "-b", name, "-")
		cmd.Stdin = strings.NewReader(text)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v", out, err)
		}
	}
	set("theirs", "text")
	set("lanyard-1", secret)
	if got := keepTmux(t, patience); got != Cleared || tmuxBuffers(t) != "theirs=text\n" {
		t.Errorf("%s, and tmux holds %s", got, tmuxBuffers(t))
	}
	if got := keepTmux(t, patience); got != Replaced {
		t.Errorf("of a buffer that is gone: %s", got)
	}
	set("lanyard-1", "something else")
	if got := keepTmux(t, patience); got != Replaced || !strings.Contains(tmuxBuffers(t), "lanyard-1=something else") {
		t.Errorf("%s, and tmux holds %s", got, tmuxBuffers(t))
	}
}

func TestTheKeeperAndATmuxThatDoesNotDoIt(t *testing.T) {
	shows := "show-buffer) printf %s " + secret + ";;"
	for name, tt := range map[string]struct {
		script string
		wait   time.Duration
		want   Outcome
	}{
		"hangs":              {"sleep 30 & wait", 50 * time.Millisecond, Failed},
		"hangs then":         {`case "$1" in ` + shows + ` *) sleep 30 & wait;; esac`, 500 * time.Millisecond, Failed},
		"doesn't delete":     {`case "$1" in ` + shows + ` delete-buffer) exit 1;; *) echo lanyard-1;; esac`, patience, Failed},
		"has ended meantime": {`echo "no server running on /tmp/x" >&2; exit 1`, patience, Replaced},
	} {
		t.Run(name, func(t *testing.T) {
			fakeTmux(t, tt.script)
			if got := keepTmux(t, tt.wait); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
		})
	}
}
