package clipboard

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const secret = "lys_0123456789AB_0123456789ABCDEFGHIJKLMNOPQRSTUVwyVRaD"

// in is an environment whose desktop takes everything.
func in(goos string, vars ...string) Environment {
	return Environment{
		GOOS: goos, Write: func(string) error { return nil },
		Getenv: func(name string) string {
			for _, v := range vars {
				if value, ok := strings.CutPrefix(v, name+"="); ok {
					return value
				}
			}
			return ""
		},
	}
}

func TestTheWayIsChosenByTheEnvironment(t *testing.T) {
	ssh := "SSH_CONNECTION=10.0.0.1 1 10.0.0.2 22"
	tests := []struct {
		setting Setting
		env     Environment
		want    Method
		err     error
	}{
		{Auto, in("linux", "DISPLAY=:0"), Native, nil},
		{Auto, in("linux", "WAYLAND_DISPLAY=wayland-0"), Native, nil},
		{Auto, in("darwin"), Native, nil},
		{Auto, in("windows"), Native, nil},
		{Auto, in("linux", "DISPLAY=:0", ssh), OSC52, nil}, // X11 forwarded: the desk at the other end may not be ours
		{Auto, in("darwin", "SSH_TTY=/dev/pts/1"), OSC52, nil},
		{Auto, in("linux", "TMUX=/tmp/x,1,0"), Tmux, nil},
		{Auto, in("linux", "TMUX=/tmp/x,1,0", "DISPLAY=:0"), Tmux, nil}, // of the desk where tmux was started
		{Auto, in("linux", "TMUX=/tmp/x,1,0", "STY=1.x"), Tmux, nil},
		{Auto, in("linux", "STY=1.x"), Screen, nil},
		{Auto, in("linux", "STY=1.x", "DISPLAY=:0"), Screen, nil},
		{Auto, in("linux", ssh), OSC52, nil},
		{Auto, in("linux"), OSC52, nil},
		{Auto, in("linux", "TERM=dumb"), "", ErrNone},
		{Auto, in("linux", "TERM=linux"), "", ErrNone},
		{OnlyNative, in("linux", ssh), Native, nil},
		{OnlyTmux, in("linux", "TMUX=/tmp/x,1,0"), Tmux, nil},
		{OnlyTmux, in("linux"), "", ErrNone},
		{OnlyOSC52, in("linux", "DISPLAY=:0"), OSC52, nil},
		{OnlyOSC52, in("linux", "STY=1.x"), Screen, nil},
		{Off, in("linux", "DISPLAY=:0"), "", ErrOff},
	}
	for i, tt := range tests {
		got, err := New(tt.setting, tt.env).method()
		if got != tt.want || !errors.Is(err, tt.err) {
			t.Errorf("%d: %s, %v; want %s, %v", i, got, err, tt.want, tt.err)
		}
	}
}

func TestParseSetting(t *testing.T) {
	for _, s := range []Setting{Auto, OnlyNative, OnlyTmux, OnlyOSC52, Off} {
		if got, err := ParseSetting(string(s)); err != nil || got != s {
			t.Errorf("%s: %v, %v", s, got, err)
		}
	}
	if _, err := ParseSetting("x11"); err == nil || !strings.Contains(err.Error(), "auto, native, tmux, osc52 or off") {
		t.Errorf("x11: %v", err)
	}
}

func TestNativeIsTheOnlyCopied(t *testing.T) {
	env := in("linux", "DISPLAY=:0")
	var got string
	env.Write = func(s string) error { got = s; return nil }
	r, err := New(Auto, env).Copy(t.Context(), []byte(secret))
	if err != nil || !r.Copied || got != secret || r.Sequence != nil || !strings.Contains(r.Where, "copied") {
		t.Errorf("%+v, %v, %q", r, err, got)
	}
	for _, env := range []Environment{in("linux"), in("linux", "STY=1.x")} {
		r, err := New(Auto, env).Copy(t.Context(), []byte(secret))
		if err != nil || r.Copied || !strings.Contains(r.Where, "sent") || strings.Contains(r.Where, "copied") {
			t.Errorf("%+v, %v", r, err)
		}
	}
}

func TestAHungDesktopIsGivenUpOn(t *testing.T) {
	never := make(chan struct{})
	t.Cleanup(func() { close(never) })
	ways := map[string]func(string) error{
		"hangs":  func(string) error { <-never; return nil },
		"fails":  func(string) error { return errors.New("no display") },
		"panics": func(string) error { panic("no") },
	}
	for name, write := range ways {
		env := in("linux", "DISPLAY=:0")
		env.Write = write
		c := New(Auto, env)
		c.wait = 20 * time.Millisecond
		r, err := c.Copy(t.Context(), []byte(secret))
		if err != nil || r.Copied || r.Method != OSC52 || !bytes.Equal(r.Sequence, osc52([]byte(secret))) {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
		only := New(OnlyNative, env)
		only.wait = c.wait
		if _, err := only.Copy(t.Context(), []byte(secret)); err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("%s, with nothing else allowed: %v", name, err)
		}
	}
}

func TestSequences(t *testing.T) {
	want := "\x1b]52;c;" + base64.StdEncoding.EncodeToString([]byte(secret)) + "\x07"
	if got := string(osc52([]byte(secret))); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	for _, n := range []int{1, 100, 696, 697, 5000} {
		text := bytes.Repeat([]byte("x"), n)
		wrapped := throughScreen(text)
		var inner []byte
		for _, part := range bytes.SplitAfter(wrapped, []byte("\x1b\\")) {
			if len(part) == 0 {
				continue
			}
			if len(part) > screenChunk {
				t.Errorf("%d bytes in one string, screen takes %d", len(part), screenChunk)
			}
			inner = append(inner, bytes.TrimSuffix(bytes.TrimPrefix(part, []byte("\x1bP")), []byte("\x1b\\"))...)
		}
		if !bytes.Equal(inner, text) {
			t.Errorf("%d bytes don't come through", n)
		}
	}
}

// ownTmux starts a tmux server that nobody else uses, and makes it the one that commands find.
func ownTmux(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("tmux"); err != nil {
		t.Skip("tmux isn't installed")
	}
	socket := filepath.Join(t.TempDir(), "s")
	start := exec.Command("tmux", "-S", socket, "-f", "/dev/null", "new-session", "-d", "sleep 60")
	start.Env = append(os.Environ(), "TMUX=")
	if out, err := start.CombinedOutput(); err != nil {
		t.Skipf("tmux doesn't start here: %s", out)
	}
	t.Cleanup(func() { _ = exec.Command("tmux", "-S", socket, "kill-server").Run() })
	t.Setenv("TMUX", socket+",1,0")
}

func TestTmux(t *testing.T) {
	ownTmux(t)
	c := New(Auto, Environment{Getenv: os.Getenv, GOOS: "linux"})
	r, err := c.Copy(t.Context(), []byte(secret))
	if err != nil || r.Copied || r.Method != Tmux || r.Sequence != nil {
		t.Fatalf("%+v, %v", r, err)
	}
	name := fmt.Sprintf("lanyard-%d", os.Getpid())
	if out, err := exec.Command("tmux", "show-buffer", "-b", name).Output(); err != nil || string(out) != secret {
		t.Errorf("the buffer holds %q, %v", out, err)
	}
	if err := c.Clear(t.Context()); err != nil {
		t.Error(err)
	}
	if out, err := exec.Command("tmux", "list-buffers").Output(); err != nil || len(out) != 0 {
		t.Errorf("left in tmux: %q, %v", out, err)
	}
	if err := c.Clear(t.Context()); err != nil {
		t.Errorf("clearing what isn't there: %v", err)
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

// TestDesktop copies to a real X server without a screen, through atotto/clipboard and xclip, and pastes it back.
func TestDesktop(t *testing.T) {
	for _, tool := range []string{"Xvfb", "xclip"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(tool + " isn't installed")
		}
	}
	display := fmt.Sprintf(":%d", 100+os.Getpid()%5000)
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	if err := exec.CommandContext(ctx, "Xvfb", display, "-screen", "0", "64x64x24", "-nolisten", "tcp").Start(); err != nil {
		t.Skip(err)
	}
	env := System()
	env.Getenv = in("linux", "DISPLAY="+display).Getenv
	t.Setenv("DISPLAY", display)
	t.Setenv("WAYLAND_DISPLAY", "")
	deadline := time.Now().Add(10 * time.Second)
	for {
		r, err := New(Auto, env).Copy(t.Context(), []byte(secret))
		if err == nil && r.Copied {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("%+v, %v", r, err)
		}
		time.Sleep(50 * time.Millisecond)
	}
	if out, err := exec.Command("xclip", "-selection", "clipboard", "-o").Output(); err != nil || string(out) != secret {
		t.Errorf("the clipboard holds %q, %v", out, err)
	}
}
