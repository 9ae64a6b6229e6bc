package clipboard

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"time"
)

// Clearing says how a clipboard that was given a secret is cleared afterwards. The zero value never clears.
type Clearing struct {
	// After is how long a secret may stay; 0 is for ever.
	After time.Duration
	// Start starts the process that clears, which runs Keep: Detached, but in tests.
	Start Starter
	// Dir is where copies of several processes tell each other whose turn it is, a directory of the user's own. It is made
	// when it isn't there. Without one, each clears after its own time.
	Dir string
}

// Starter starts a keeper, and returns its standard input and output. Closing out frees what belongs to it.
type Starter func() (in io.WriteCloser, out io.ReadCloser, err error)

// Detached starts a program as a keeper that outlives this process. It must call Keep with its standard input and output.
// It inherits neither of ours, so that nobody waits for it who reads our output to its end.
func Detached(program string, args ...string) Starter {
	return func() (io.WriteCloser, io.ReadCloser, error) {
		cmd := exec.Command(program, args...)
		Detach(cmd)
		in, err := cmd.StdinPipe()
		if err != nil {
			return nil, nil, err
		}
		out, err := cmd.StdoutPipe()
		if err != nil {
			return nil, nil, err
		}
		if err := cmd.Start(); err != nil {
			return nil, nil, err
		}
		return in, output{out, cmd}, nil
	}
}

// output is what a process says. Closing it waits for the process to end.
type output struct {
	io.Reader
	cmd *exec.Cmd
}

// Close waits for the process to end, so that nothing of it is left, and returns how it did.
func (o output) Close() error { return o.cmd.Wait() }

// helper is a keeper as seen by the process that started it.
type helper struct {
	in    io.WriteCloser
	out   io.ReadCloser
	told  int           // how many copies
	last  order         // of them
	hears chan Outcome  // of the last copy
	ended chan struct{} // closed when it has ended
}

// tell tells the helper of a copy. Whoever waits for the outcome of an earlier one is let go.
func (h *helper) tell(o order, hears chan Outcome) error {
	if err := h.write(o); err != nil {
		return err
	}
	if h.hears != nil && h.hears != hears {
		close(h.hears)
	}
	h.last, h.hears = o, hears
	h.told++
	return nil
}

func (h *helper) write(o order) error {
	line, err := o.line()
	if err == nil {
		_, err = h.in.Write(line)
	}
	return err
}

// CopySecret carries a secret to the clipboard, and has it cleared after the time that Clearing says, if it is still there
// then. The result tells whether it will be. Who clears it is told before anything is copied, so that nothing stays when
// this process is killed at any moment. The errors say what to do instead.
func (c *Clipboard) CopySecret(ctx context.Context, text []byte) (Result, error) {
	method, err := c.method()
	if err != nil {
		return Result{}, err
	}
	c.mu.Lock() // one after the other, so that the last one told of is the last one there
	defer c.mu.Unlock()
	if method != Native && method != Tmux {
		r, err := c.copy(ctx, method, text)
		r.Stays = err == nil
		return r, err
	}
	if c.clearing.After <= 0 || c.clearing.Start == nil {
		return c.copy(ctx, method, text)
	}
	known, hears := c.helper, make(chan Outcome, 1)
	o, armed := c.arm(method, text, hears)
	r, err := c.copy(ctx, method, text)
	switch {
	case armed != nil:
		r.Stays = err == nil
	case err == nil && r.Method == method:
		o.Turn.take()
		r.Clears, r.Outcome = time.Now().Add(o.After), hears
	case c.unsure: // it may be there all the same
		r.Stays = err == nil
	default:
		r.Stays = err == nil
		if c.helper != known {
			c.dismiss()
		}
	}
	return r, err
}

// arm tells the keeper of a text that is about to be copied; the one that runs, or a new one.
func (c *Clipboard) arm(method Method, text []byte, hears chan Outcome) (order, error) {
	o := describe(text)
	o.After, o.Method = c.clearing.After, method
	if method == Tmux {
		o.Buffer = c.tmux.buffer
		o.Turn = newTurn(c.clearing.Dir, string(method), c.env.Getenv("TMUX"), o.Buffer)
	} else {
		o.Turn = newTurn(c.clearing.Dir, string(method), c.env.Getenv("DISPLAY"), c.env.Getenv("WAYLAND_DISPLAY"))
	}
	if c.helper != nil && c.helper.tell(o, hears) == nil {
		return o, nil
	}
	return o, c.start(o, hears)
}

// start starts a keeper for a text.
func (c *Clipboard) start(o order, hears chan Outcome) error {
	in, out, err := c.clearing.Start()
	if err != nil {
		return fmt.Errorf("nothing could be started to clear the clipboard: %w", err)
	}
	h := &helper{in: in, out: out, ended: make(chan struct{})}
	if err := h.tell(o, hears); err != nil {
		return errors.Join(err, in.Close(), out.Close())
	}
	c.helper = h
	go c.listen(h)
	return nil
}

// listen waits for a keeper's last word.
func (c *Clipboard) listen(h *helper) {
	defer close(h.ended)
	said, _ := io.ReadAll(h.out) // what it couldn't say any more, nobody knows
	_ = h.out.Close()
	c.mu.Lock()
	defer c.mu.Unlock()
	_ = h.in.Close()
	outcome, seen := Failed, 0
	if _, err := fmt.Fscan(bytes.NewReader(said), &outcome, &seen); err != nil {
		outcome, seen = Failed, h.told
	}
	if c.helper == h {
		c.helper = nil
		if seen < h.told && c.start(h.last, h.hears) == nil {
			return // it had begun to clear when it was told of another copy
		}
	}
	h.hears <- outcome
	close(h.hears)
}

// dismiss has the keeper clear at once what is ours, and returns it without waiting. The caller holds mu.
func (c *Clipboard) dismiss() *helper {
	h := c.helper
	c.helper = nil
	if h != nil {
		_ = h.in.Close()
	}
	return h
}

// Close clears what is still ours, and returns when that is done, or given up after some seconds. A console calls it when
// it ends; when it is killed, its keeper does the same.
func (c *Clipboard) Close() {
	c.mu.Lock()
	h := c.dismiss()
	c.mu.Unlock()
	if h == nil {
		return
	}
	select {
	case <-h.ended:
	case <-time.After(2 * patience): // to look, and to write
	}
}

// Leave lets the secret stay for its time though this process ends. A command that copies and ends at once calls it.
func (c *Clipboard) Leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.helper != nil && c.helper.write(order{Linger: true}) == nil {
		c.dismiss()
	}
}

// ErrNothing means that there is nothing to overwrite.
var ErrNothing = errors.New("nothing was copied")

// blank is what is sent over a secret: some terminals don't take an empty text.
const blank = " "

// Overwrite puts a blank, or nothing, in the place of what was copied last, the way that it went. It doesn't look what is
// there, which over OSC 52 nobody can.
func (c *Clipboard) Overwrite(ctx context.Context) (Result, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := Result{Method: c.Sent()}
	switch r.Method {
	case "":
		return Result{}, ErrNothing
	case Native:
		limited, cancel := context.WithTimeout(ctx, c.wait)
		defer cancel()
		if err := c.writeNative(limited, nil); err != nil {
			return Result{}, fmt.Errorf("the desktop's clipboard didn't take it: %w", err)
		}
		r.Copied, r.Where = true, "Clipboard cleared"
	case Tmux:
		if err := c.tmux.overwrite(ctx, c.wait); err != nil {
			return Result{}, err
		}
		r.Where = "Gone from tmux · a blank sent to its terminal"
	case Screen:
		r.Where, r.Sequence = "A blank sent to your terminal", throughScreen(osc52([]byte(blank)))
	case OSC52:
		r.Where, r.Sequence = "A blank sent to your terminal", osc52([]byte(blank))
	}
	if c.helper != nil && r.Method != Screen && r.Method != OSC52 {
		_ = c.helper.write(order{Forget: true}) // one that doesn't hear it finds nothing of ours
	}
	c.dismiss()
	return r, nil
}

// Sent returns the way that the last text took, "" when none was copied. It doesn't wait.
func (c *Clipboard) Sent() Method {
	m, _ := c.sent.Load().(Method)
	return m
}
