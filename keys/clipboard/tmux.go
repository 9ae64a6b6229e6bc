package clipboard

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"time"
)

// tmux puts a text into a paste buffer of its own name, and has tmux hand it to the terminal around it. tmux with its
// default settings drops OSC 52 that a program writes, raw or wrapped; this gets through in every setting.
type tmux struct {
	buffer string

	mu     sync.Mutex
	loaded bool // or perhaps: a load that was given up on counts too
}

func (t *tmux) load(ctx context.Context, text []byte) (Result, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	out, err := t.run(ctx, text, "load-buffer", "-w", "-b", t.buffer, "-")
	where := "sent to tmux and its terminal: prefix ] pastes it"
	if err != nil && (bytes.Contains(out, []byte("-w")) || bytes.Contains(out, []byte("usage:"))) { // before tmux 3.2
		out, err = t.run(ctx, text, "load-buffer", "-b", t.buffer, "-")
		where = "sent to tmux only: prefix ] pastes it"
	}
	t.loaded = t.loaded || err == nil || ctx.Err() != nil
	if err != nil {
		return Result{}, fmt.Errorf("tmux didn't take it: %w", failed(ctx, out, err))
	}
	return Result{Method: Tmux, Where: where}, nil
}

// clear deletes our buffer, if we made one. That somebody else deleted it first is fine.
func (t *tmux) clear(ctx context.Context) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.loaded {
		return nil
	}
	if out, err := t.run(ctx, nil, "delete-buffer", "-b", t.buffer); err != nil && !t.gone(ctx) {
		return fmt.Errorf("tmux still has the buffer %s: %w", t.buffer, failed(ctx, out, err))
	}
	t.loaded = false
	return nil
}

// gone reports whether tmux says that it has no buffer of our name.
func (t *tmux) gone(ctx context.Context) bool {
	names, err := t.run(ctx, nil, "list-buffers", "-F", "#{buffer_name}")
	return err == nil && !slices.Contains(strings.Fields(string(names)), t.buffer)
}

// run calls tmux. The text goes to its standard input: an argument could be seen by everybody.
func (t *tmux) run(ctx context.Context, text []byte, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "tmux", args...)
	cmd.Stdin = bytes.NewReader(text)
	cmd.WaitDelay = lastWords
	return cmd.CombinedOutput()
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
