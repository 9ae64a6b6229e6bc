package clipboard

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"sync"
)

// tmux puts a text into a paste buffer of its own name, and has tmux hand it to the terminal around it. tmux with its
// default settings drops OSC 52 that a program writes, raw or wrapped; this gets through in every setting.
type tmux struct {
	buffer string

	mu     sync.Mutex
	loaded bool
}

func (t *tmux) load(ctx context.Context, text []byte) (Result, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	out, err := t.run(ctx, text, "load-buffer", "-w", "-b", t.buffer, "-")
	where := "sent to tmux and its terminal: prefix ] pastes it"
	if err != nil && bytes.Contains(out, []byte("-w")) || bytes.Contains(out, []byte("usage:")) { // before tmux 3.2
		out, err = t.run(ctx, text, "load-buffer", "-b", t.buffer, "-")
		where = "sent to tmux only: prefix ] pastes it"
	}
	if err != nil {
		return Result{}, fmt.Errorf("tmux didn't take it: %s (%w)", tidy(out), err)
	}
	t.loaded = true
	return Result{Method: Tmux, Where: where}, nil
}

// clear deletes our buffer, if we made one.
func (t *tmux) clear(ctx context.Context) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.loaded {
		return nil
	}
	if out, err := t.run(ctx, nil, "delete-buffer", "-b", t.buffer); err != nil {
		return fmt.Errorf("tmux still has the buffer %s: %s (%w)", t.buffer, tidy(out), err)
	}
	t.loaded = false
	return nil
}

// run calls tmux. The text goes to its standard input: an argument could be seen by everybody.
func (t *tmux) run(ctx context.Context, text []byte, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "tmux", args...)
	cmd.Stdin = bytes.NewReader(text)
	return cmd.CombinedOutput()
}
