// Package clipboard carries a secret to the clipboard of the person at the terminal, and says honestly how far it got.
//
// A program in a terminal rarely knows whose clipboard it reaches. On a local desktop there is a tool that says whether
// it worked; inside tmux the text goes to tmux, which hands it on; anywhere else an escape sequence (OSC 52) asks the
// terminal, which never answers. So the result tells *copied* from *sent*.
package clipboard

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	native "github.com/atotto/clipboard"
)

// Setting is how a person wants to copy.
type Setting string

// The settings.
const (
	Auto       Setting = "auto" // by the environment
	OnlyNative Setting = "native"
	OnlyTmux   Setting = "tmux"
	OnlyOSC52  Setting = "osc52"
	Off        Setting = "off"
)

// ParseSetting reads a setting.
func ParseSetting(s string) (Setting, error) {
	switch p := Setting(s); p {
	case Auto, OnlyNative, OnlyTmux, OnlyOSC52, Off:
		return p, nil
	}
	return Auto, fmt.Errorf("%q is no way to copy: choose auto, native, tmux, osc52 or off", s)
}

// Method is the way that a text took.
type Method string

// The methods.
const (
	Native Method = "native"
	Tmux   Method = "tmux"
	Screen Method = "screen"
	OSC52  Method = "osc52"
)

var (
	// ErrOff means that copying is switched off.
	ErrOff = errors.New("copying is off (--clipboard off)")
	// ErrNone means that there is no way from here to a clipboard.
	ErrNone = errors.New("there is no clipboard to be reached from here")

	errSilent = errors.New("it didn't answer in time")
)

// Result says how a copy went.
type Result struct {
	Method Method
	// Copied is true only when the clipboard is known to hold the text. Otherwise it was sent and nobody answered.
	Copied bool
	// Where says it in words: "copied to the clipboard", "sent to your terminal".
	Where string
	// Sequence must be written to the terminal for the text to get there. It holds the secret. Empty for most methods.
	Sequence []byte
	// Clears is when a secret is cleared again, zero if it isn't: CopySecret tells.
	Clears time.Time
	// Outcome hears once how that went, and is closed; without a word when a later copy started the clock anew.
	Outcome <-chan Outcome
	// Stays is true when a secret was to be cleared and nothing can: over OSC 52, or because nobody could be started.
	Stays bool
}

// Environment is what decides which way to take.
type Environment struct {
	Getenv func(string) string
	GOOS   string
	// NoSequence is why no escape sequence may be sent to the terminal, "" where it may. Then nothing is copied that way.
	NoSequence string
	// Write and Read are the native clipboard; tests put another in its place.
	Write func(text string) error
	Read  func() (string, error)
}

// System returns the environment that the program runs in.
func System() Environment {
	return Environment{Getenv: os.Getenv, GOOS: runtime.GOOS, Write: native.WriteAll, Read: native.ReadAll}
}

// Clipboard copies texts. It is safe for concurrent use.
type Clipboard struct {
	setting  Setting
	env      Environment
	wait     time.Duration
	clearing Clearing
	sent     atomic.Value // the Method that the last text took

	mu     sync.Mutex // held while one is copied
	tmux   tmux
	helper *helper // the keeper that runs, nil if none does
	unsure bool    // whether the last copy was given up on
}

// patience is how long a clipboard tool may take. On a hung X server it would wait for ever.
const patience = 2 * time.Second

// New returns a clipboard for a setting in an environment.
func New(s Setting, env Environment) *Clipboard {
	return &Clipboard{setting: s, env: env, wait: patience, tmux: tmux{buffer: fmt.Sprintf("lanyard-%d", os.Getpid())}}
}

// Keep has secrets cleared, from the next copy on, and returns the clipboard.
func (c *Clipboard) Keep(how Clearing) *Clipboard {
	c.clearing = how
	return c
}

// Copy carries a text that isn't secret to the clipboard, where it stays. The errors say what to do instead.
func (c *Clipboard) Copy(ctx context.Context, text []byte) (Result, error) {
	method, err := c.method()
	if err != nil {
		return Result{}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.copy(ctx, method, text)
}

// copy notes which way a text took, also when it was given up on: it may have arrived. The caller holds mu.
func (c *Clipboard) copy(ctx context.Context, method Method, text []byte) (Result, error) {
	ctx, cancel := context.WithTimeout(ctx, c.wait)
	defer cancel()
	c.unsure = false
	r, err := c.carry(ctx, method, text)
	switch {
	case err == nil:
		c.sent.Store(r.Method)
	case errors.Is(err, errSilent):
		c.sent.Store(method)
		c.unsure = true
	}
	return r, err
}

func (c *Clipboard) carry(ctx context.Context, method Method, text []byte) (Result, error) {
	switch method {
	case Tmux:
		return c.tmux.load(ctx, text)
	case Native:
		err := c.writeNative(ctx, text)
		if err == nil {
			return Result{Method: Native, Copied: true, Where: "copied to the clipboard"}, nil
		}
		if c.setting == OnlyNative || c.mute() {
			return Result{}, fmt.Errorf("the desktop's clipboard didn't take it: %w", err)
		}
		c.unsure = errors.Is(err, errSilent)
		return Result{Method: OSC52, Where: "sent to your terminal (the desktop's clipboard didn't answer)", Sequence: osc52(text)}, nil
	case Screen:
		return Result{Method: Screen, Where: "sent to your terminal through screen", Sequence: throughScreen(osc52(text))}, nil
	case OSC52:
	}
	return Result{Method: OSC52, Where: "sent to your terminal", Sequence: osc52(text)}, nil
}

// method is the way that the setting asks for, or the one that fits the environment.
func (c *Clipboard) method() (Method, error) {
	switch c.setting {
	case Off:
		return "", ErrOff
	case OnlyNative:
		return Native, nil
	case OnlyTmux:
		if !c.has("TMUX") {
			return "", fmt.Errorf("%w: this isn't tmux (--clipboard tmux)", ErrNone)
		}
		return Tmux, nil
	case OnlyOSC52:
		if c.env.NoSequence != "" {
			return "", c.unsent()
		}
		if c.has("STY") {
			return Screen, nil
		}
		return OSC52, nil
	case Auto:
	}
	return c.choose()
}

// choose goes by the environment. tmux comes before the desktop: a session that was begun at the desk and is now watched
// over SSH still has the desk's DISPLAY.
func (c *Clipboard) choose() (Method, error) {
	remote := c.has("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT")
	desktop := c.has("DISPLAY", "WAYLAND_DISPLAY") || c.env.GOOS == "darwin" || c.env.GOOS == "windows"
	switch {
	case c.has("TMUX"):
		return Tmux, nil
	case c.has("STY") && c.env.NoSequence == "":
		return Screen, nil
	case desktop && !remote:
		return Native, nil
	case c.env.NoSequence != "":
		return "", c.unsent()
	case c.mute():
		return "", fmt.Errorf("%w: the terminal %q has none", ErrNone, c.env.Getenv("TERM"))
	}
	return OSC52, nil
}

// unsent says why nothing is sent to the terminal.
func (c *Clipboard) unsent() error { return fmt.Errorf("%w: %s", ErrNone, c.env.NoSequence) }

// has reports whether any of these variables is set.
func (c *Clipboard) has(names ...string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return c.env.Getenv(name) != "" })
}

// mute reports whether the terminal is known to have no clipboard, as the console of Linux, or may not be sent what it takes.
func (c *Clipboard) mute() bool {
	term := c.env.Getenv("TERM")
	return c.env.NoSequence != "" || term == "dumb" || term == "linux"
}

// writeNative hands the text to the desktop's tool, which is given up on when the time is over: nothing can end it.
func (c *Clipboard) writeNative(ctx context.Context, text []byte) error {
	return within(ctx, func() error { return c.env.Write(string(text)) })
}
