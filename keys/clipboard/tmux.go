package clipboard

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// tmux puts a text into a paste buffer of its own name, and has tmux hand it to the terminal around it. tmux with its
// default settings drops OSC 52 that a program writes, raw or wrapped; this gets through in every setting.
type tmux struct{ buffer string }

func (t *tmux) load(ctx context.Context, text []byte) (Result, error) {
	out, err := t.run(ctx, text, "load-buffer", "-w", "-b", t.buffer, "-")
	where := "sent to tmux and its terminal: prefix ] pastes it"
	if err != nil && noW(out) {
		out, err = t.run(ctx, text, "load-buffer", "-b", t.buffer, "-")
		where = "sent to tmux only: prefix ] pastes it"
	}
	if err != nil {
		return Result{}, fmt.Errorf("tmux didn't take it: %w", failed(ctx, out, err))
	}
	return Result{Method: Tmux, Where: where}, nil
}

// noW reports whether a tmux complains that it knows no -w: before 3.2 it didn't.
func noW(out []byte) bool {
	return bytes.Contains(out, []byte("-w")) || bytes.Contains(out, []byte("usage:"))
}

// overwrite puts a blank in the text's place, in the terminal around tmux too where tmux hands it on, and deletes our
// buffer, also when the first failed. Each may take as long as limit.
func (t *tmux) overwrite(ctx context.Context, limit time.Duration) error {
	first, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	out, err := t.run(first, []byte(blank), "load-buffer", "-w", "-b", t.buffer, "-")
	if err != nil && noW(out) {
		err = nil // then the terminal never got it either
	}
	if err != nil {
		err = fmt.Errorf("tmux didn't overwrite its terminal's: %w", failed(first, out, err))
	}
	second, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	return errors.Join(err, t.remove(second))
}

// show returns what our buffer holds.
func (t *tmux) show(ctx context.Context) ([]byte, error) {
	cmd := t.command(ctx, "show-buffer", "-b", t.buffer)
	return cmd.Output()
}

// remove deletes our buffer. That somebody else deleted it first is fine.
func (t *tmux) remove(ctx context.Context) error {
	if out, err := t.run(ctx, nil, "delete-buffer", "-b", t.buffer); err != nil && !t.gone(ctx) {
		return fmt.Errorf("tmux still has the buffer %s: %w", t.buffer, failed(ctx, out, err))
	}
	return nil
}

// gone reports whether tmux says that it has no buffer of our name.
func (t *tmux) gone(ctx context.Context) bool {
	names, err := t.run(ctx, nil, "list-buffers", "-F", "#{buffer_name}")
	return err == nil && !slices.Contains(strings.Fields(string(names)), t.buffer)
}

// run calls tmux. The text goes to its standard input: an argument could be seen by everybody.
func (t *tmux) run(ctx context.Context, text []byte, args ...string) ([]byte, error) {
	cmd := t.command(ctx, args...)
	cmd.Stdin = bytes.NewReader(text)
	return cmd.CombinedOutput()
}

func (*tmux) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "tmux", args...)
	cmd.WaitDelay = lastWords
	return cmd
}

// lastWords is how long the output of a tmux that was ended is still waited for: a child of it may hold it open.
const lastWords = 100 * time.Millisecond

// failed says why a tool failed: in its own words, if it had any.
func failed(ctx context.Context, out []byte, err error) error {
	line, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	switch {
	case ctx.Err() != nil:
		return errSilent
	case line == "":
		return err
	}
	return fmt.Errorf("%s (%w)", line, err)
}
