// Package tmux runs a program in a terminal of its own and looks at its screen.
//
// The terminal is a tmux server on a private socket with nothing but its default settings, so that what is seen is what
// somebody would see who has just installed tmux. The end-to-end tests and the documentation's pictures stand on it.
package tmux

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Options say what kind of terminal to open.
type Options struct {
	Width, Height int

	// Env is the whole environment of the program, as in os.Environ. Nothing is inherited.
	Env []string

	// Style gives the terminal a foreground and a background in tmux's words, for example "fg=black,bg=white". A program
	// that asks for the background is told; without a style nobody answers, as in many a terminal.
	Style string
}

// Terminal is an open terminal with a program in it. Its methods are for one goroutine.
type Terminal struct {
	dir string // holds the socket and the log of what the program wrote
	env []string
}

// interval is how often a screen is looked at while something is awaited. One look takes about 3 ms.
const interval = 20 * time.Millisecond

// Available says whether there is a tmux to run, and if not why.
func Available() error {
	if _, err := exec.LookPath("tmux"); err != nil {
		return fmt.Errorf("needs tmux: %w", err)
	}
	return nil
}

// Open opens a terminal and runs a command in it, without a shell. The caller closes it.
func Open(o Options, command ...string) (*Terminal, error) {
	dir, err := os.MkdirTemp("", "tmux")
	if err != nil {
		return nil, err
	}
	t := &Terminal{dir: dir, env: o.Env}
	if err := t.start(o, command); err != nil {
		return nil, errors.Join(err, t.Close())
	}
	return t, nil
}

func (t *Terminal) start(o Options, command []string) error {
	// The server starts with a program that only waits, so that the log and the style are there before the command is.
	size := []string{"-x", strconv.Itoa(o.Width), "-y", strconv.Itoa(o.Height)}
	if _, err := t.tmux(nil, append(append([]string{"new-session", "-d"}, size...), "sleep", "60")...); err != nil {
		return err
	}
	if o.Style != "" {
		if _, err := t.tmux(nil, "set-option", "-g", "window-style", o.Style); err != nil {
			return err
		}
	}
	if _, err := t.tmux(nil, "pipe-pane", "-O", "exec cat >'"+t.log()+"'"); err != nil {
		return err
	}
	if err := t.waitForLog(); err != nil {
		return err
	}
	_, err := t.tmux(nil, append([]string{"respawn-pane", "-k", "--"}, escape(command)...)...)
	return err
}

func (t *Terminal) log() string { return filepath.Join(t.dir, "output") }

func (t *Terminal) waitForLog() error {
	for range 100 {
		_, err := os.Stat(t.log())
		if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		time.Sleep(interval)
	}
	return errors.New("tmux pipe-pane wrote nothing")
}

// Close ends the program and the terminal.
func (t *Terminal) Close() error {
	_, err := t.tmux(nil, "kill-server")
	if err != nil && strings.Contains(err.Error(), "no server running") {
		err = nil // the program has ended, and its terminal with it
	}
	return errors.Join(err, os.RemoveAll(t.dir))
}

// Keys presses keys by the names that tmux gives them, such as "n", "Enter", "C-a", "BTab" or "Down".
func (t *Terminal) Keys(names ...string) error {
	_, err := t.tmux(nil, append([]string{"send-keys", "--"}, escape(names)...)...)
	return err
}

// Type types text, letter by letter.
func (t *Terminal) Type(text string) error {
	_, err := t.tmux(nil, append([]string{"send-keys", "-l", "--"}, escape([]string{text})...)...)
	return err
}

// Paste pastes text as a terminal does: all at once, and in brackets when the program asked for them.
func (t *Terminal) Paste(text string) error {
	const buffer = "pasted-by-hand"
	if _, err := t.tmux(strings.NewReader(text), "load-buffer", "-b", buffer, "-"); err != nil {
		return err
	}
	_, err := t.tmux(nil, "paste-buffer", "-p", "-d", "-b", buffer)
	return err
}

// Resize gives the terminal another size.
func (t *Terminal) Resize(width, height int) error {
	_, err := t.tmux(nil, "resize-window", "-x", strconv.Itoa(width), "-y", strconv.Itoa(height))
	return err
}

// Screen returns what is on the screen, a line a row, without trailing spaces.
func (t *Terminal) Screen() (string, error) { return t.tmux(nil, "capture-pane", "-p") }

// StyledScreen returns what is on the screen, with the escape sequences for its colours.
func (t *Terminal) StyledScreen() (string, error) {
	return t.tmux(nil, "capture-pane", "-p", "-e", "-N")
}

// Wait looks at the screen until done says so, and returns the last one seen. The answer is false when time ran out.
func (t *Terminal) Wait(limit time.Duration, done func(screen string) bool) (string, bool, error) {
	for deadline := time.Now().Add(limit); ; time.Sleep(interval) {
		screen, err := t.Screen()
		if err != nil || done(screen) {
			return screen, err == nil, err
		}
		if time.Now().After(deadline) {
			return screen, false, nil
		}
	}
}

// Format returns a line of tmux's formats filled in, for example "#{pane_pid} #{alternate_on}".
func (t *Terminal) Format(format string) (string, error) {
	out, err := t.tmux(nil, "display-message", "-p", format)
	return strings.TrimSuffix(out, "\n"), err
}

// Buffers returns tmux's paste buffers by name.
func (t *Terminal) Buffers() (map[string]string, error) {
	names, err := t.tmux(nil, "list-buffers", "-F", "#{buffer_name}")
	if err != nil {
		return nil, err
	}
	buffers := map[string]string{}
	for name := range strings.Lines(names) {
		name = strings.TrimSpace(name)
		if buffers[name], err = t.tmux(nil, "show-buffer", "-b", name); err != nil {
			return nil, err
		}
	}
	return buffers, nil
}

// Output returns every byte that was written to the terminal so far.
func (t *Terminal) Output() ([]byte, error) { return os.ReadFile(t.log()) }

// tmux runs one tmux command on the terminal's own server.
func (t *Terminal) tmux(stdin *strings.Reader, args ...string) (string, error) {
	cmd := exec.Command("tmux", append([]string{"-u", "-S", filepath.Join(t.dir, "s"), "-f", "/dev/null"}, args...)...)
	cmd.Env = t.env
	if stdin != nil {
		cmd.Stdin = stdin
	}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("tmux %s: %w: %s", args[0], err, strings.TrimSpace(stderr.String()))
	}
	return stdout.String(), nil
}

// escape keeps tmux from reading a semicolon at an argument's end as the end of its command.
func escape(args []string) []string {
	escaped := make([]string, len(args))
	for i, arg := range args {
		if rest, found := strings.CutSuffix(arg, ";"); found {
			arg = rest + `\;`
		}
		escaped[i] = arg
	}
	return escaped
}
