package clipboard

import (
	"bytes"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"lanyard/keys/clipboard/clipboardtest"
)

const secret = "lys_0123456789AB_0123456789ABCDEFGHIJKLMNOPQRSTUV2qTByf"

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
		{Auto, in("linux", "DISPLAY=:0", "SSH_CLIENT=10.0.0.1 1 22"), OSC52, nil},
		{Auto, in("linux", "TMUX=/tmp/x,1,0", ssh), Tmux, nil},
		{Auto, in("linux", "STY=1.x", ssh), Screen, nil},
		{Auto, in("linux", "DISPLAY=", "TERM=xterm"), OSC52, nil},
		{Auto, in("linux", "DISPLAY=:0", "TERM=linux"), Native, nil},
		{Auto, in("linux", "TMUX=/tmp/x,1,0", "TERM=dumb"), Tmux, nil},
		{OnlyNative, in("linux", "TMUX=/tmp/x,1,0"), Native, nil},
		{OnlyTmux, in("linux", "TMUX=/tmp/x,1,0", "DISPLAY=:0", ssh), Tmux, nil},
		{OnlyOSC52, in("linux", "TMUX=/tmp/x,1,0"), OSC52, nil}, // whoever asks for it has let tmux pass it on
		{OnlyOSC52, in("linux", "TERM=dumb"), OSC52, nil},
		{Off, in("linux", "DISPLAY=:0"), "", ErrOff},
		{Off, in("linux", "TMUX=/tmp/x,1,0"), "", ErrOff},
	}
	for i, tt := range tests {
		got, err := New(tt.setting, tt.env).method()
		if got != tt.want || !errors.Is(err, tt.err) {
			t.Errorf("%d: %s, %v; want %s, %v", i, got, err, tt.want, tt.err)
		}
	}
}

func TestWithNoWayNothingIsSent(t *testing.T) {
	for _, c := range []*Clipboard{New(Off, in("linux", "DISPLAY=:0")), New(Auto, in("linux", "TERM=dumb")), New(OnlyTmux, in("linux"))} {
		r, err := c.Copy(t.Context(), []byte(secret))
		if err == nil || r.Sequence != nil || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: %+v, %v", c.setting, r, err)
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
		for _, term := range []string{"dumb", "linux"} {
			env := in("linux", "DISPLAY=:0", "TERM="+term)
			env.Write = write
			mute := New(Auto, env)
			mute.wait = c.wait
			if r, err := mute.Copy(t.Context(), []byte(secret)); err == nil || r.Sequence != nil {
				t.Errorf("%s, and the terminal %s can't either: %+v, %v", name, term, r, err)
			}
		}
	}
}

func TestSequences(t *testing.T) {
	want := "\x1b]52;c;" + base64.StdEncoding.EncodeToString([]byte(secret)) + "\x07"
	if got := string(osc52([]byte(secret))); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := string(throughScreen([]byte(want))), "\x1bP"+want+"\x1b\\"; got != want {
		t.Errorf("for screen %q, want %q", got, want)
	}
	for _, n := range []int{0, 1, 100, 695, 696, 697, 1392, 1393, 5000} {
		sequence := osc52(bytes.Repeat([]byte("x"), n))
		wrapped := throughScreen(sequence)
		var inner []byte
		for _, part := range bytes.SplitAfter(wrapped, []byte("\x1b\\")) {
			if len(part) == 0 {
				continue
			}
			text, begins := bytes.CutPrefix(part, []byte("\x1bP"))
			text, ends := bytes.CutSuffix(text, []byte("\x1b\\"))
			if len(part) > 700 || len(text) == 0 || !begins || !ends {
				t.Errorf("of %d bytes: a string of %d bytes %q", n, len(part), part)
			}
			inner = append(inner, text...)
		}
		if !bytes.Equal(inner, sequence) {
			t.Errorf("%d bytes don't come through", n)
		}
	}
}

// TestDesktop copies to a real X server, through atotto/clipboard and xclip, and pastes it back.
func TestDesktop(t *testing.T) {
	display := clipboardtest.Display(t)
	t.Setenv("DISPLAY", display) // for xclip, which atotto/clipboard runs
	t.Setenv("WAYLAND_DISPLAY", "")
	env := System()
	env.Getenv = in("linux", "DISPLAY="+display).Getenv
	r, err := New(Auto, env).Copy(t.Context(), []byte(secret))
	if err != nil || !r.Copied || r.Method != Native {
		t.Fatalf("%+v, %v", r, err)
	}
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) { // xclip ends before the server heard it
		got := clipboardtest.Paste(display)
		if got == secret {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the clipboard holds %q", got)
		}
	}
}
