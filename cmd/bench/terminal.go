//go:build unix

package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"

	"github.com/creack/pty"
)

// The terminal's size, and how long things may take.
const (
	columns  = 120
	rows     = 40
	patience = 60 * time.Second
)

// terminal is a program that runs in a terminal of ours. Every time is that at which its bytes were read.
type terminal struct {
	cmd   *exec.Cmd
	tty   *os.File
	began time.Time // just before the program was forked
	wake  chan struct{}
	ended chan struct{} // closed when the program has sent its last

	mu      sync.Mutex
	screen  *screen
	bytes   int
	first   time.Time // of the bytes since mark
	last    time.Time
	until   func(*screen) bool
	reached chan time.Time
}

// start runs a program. With a file it reads that as its standard input, as at the end of a pipe.
func start(command, env []string, stdin string) (*terminal, error) {
	t := &terminal{cmd: exec.Command(command[0], command[1:]...), wake: make(chan struct{}, 1), ended: make(chan struct{})}
	t.cmd.Env = env
	ours, theirs, err := pty.Open()
	if err != nil {
		return nil, err
	}
	defer func() { _ = theirs.Close() }() // the program has its own by then
	if err := pty.Setsize(ours, &pty.Winsize{Rows: rows, Cols: columns}); err != nil {
		return nil, err
	}
	t.tty = ours
	t.screen = newScreen(columns, rows, func(s string) { _, _ = ours.WriteString(s) }) // a program that is gone hears nothing
	t.cmd.Stdin, t.cmd.Stdout, t.cmd.Stderr = theirs, theirs, theirs
	if stdin != "" {
		f, err := os.Open(stdin)
		if err != nil {
			return nil, err
		}
		defer func() { _ = f.Close() }()
		t.cmd.Stdin = f
	}
	t.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true, Ctty: 1}
	t.began = time.Now()
	if err := t.cmd.Start(); err != nil {
		return nil, errors.Join(err, ours.Close())
	}
	go t.read()
	return t, nil
}

func (t *terminal) read() {
	defer close(t.ended)
	buffer := make([]byte, 1<<16)
	for {
		n, err := t.tty.Read(buffer)
		at := time.Now()
		if err != nil {
			return
		}
		t.take(buffer[:n], at)
		select {
		case t.wake <- struct{}{}:
		default:
		}
	}
}

func (t *terminal) take(b []byte, at time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.bytes += len(b)
	if t.first.IsZero() {
		t.first = at
	}
	t.last = at
	t.screen.write(b)
	t.check(at)
}

// check tells who waits that what they wait for is on the screen.
func (t *terminal) check(at time.Time) {
	if t.until != nil && t.until(t.screen) {
		t.until = nil
		t.reached <- at
	}
}

// await waits for the screen to be so, and returns when it was: the time of the bytes that made it so.
func (t *terminal) await(what string, until func(*screen) bool) (time.Time, error) {
	reached := make(chan time.Time, 1)
	t.mu.Lock()
	t.until, t.reached = until, reached
	t.check(time.Now())
	t.mu.Unlock()
	select {
	case at := <-reached:
		return at, nil
	case <-t.ended:
		return time.Time{}, fmt.Errorf("it ended before %s showed:\n%s", what, t.picture())
	case <-time.After(patience):
		return time.Time{}, fmt.Errorf("%s didn't show in %s:\n%s", what, patience, t.picture())
	}
}

func (t *terminal) picture() (out string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for y := range t.screen.height() {
		if line := t.screen.line(y); line != "" {
			out += line + "\n"
		}
	}
	return out
}

// mark begins to count anew, and returns how many bytes there were.
func (t *terminal) mark() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.first = time.Time{}
	return t.bytes
}

// since is what came since the mark.
func (t *terminal) since() (first, last time.Time, bytes int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.first, t.last, t.bytes
}

// stroke is what came of a key.
type stroke struct {
	first, last time.Duration // from the write to the first byte and to the last
	bytes       int
}

// press writes a key, and waits until no more has come of it for a while. Nothing at all is waited for longer.
func (t *terminal) press(key string, quiet time.Duration) (stroke, error) {
	before := t.mark()
	began := time.Now()
	if _, err := t.tty.WriteString(key); err != nil {
		return stroke{}, err
	}
	for {
		first, last, bytes := t.since()
		wait := quiet
		if first.IsZero() {
			wait = max(quiet, time.Second) - time.Since(began)
		} else {
			wait -= time.Since(last)
		}
		if wait <= 0 {
			if first.IsZero() {
				return stroke{}, fmt.Errorf("key %q had no effect:\n%s", key, t.picture())
			}
			return stroke{first.Sub(began), last.Sub(began), bytes - before}, nil
		}
		select {
		case <-t.wake:
		case <-time.After(wait):
		}
	}
}

// stop ends the program, and kills it if it won't. How it ended doesn't matter.
func (t *terminal) stop(quit string) error {
	_, _ = t.tty.WriteString(quit)
	done := make(chan struct{})
	go func() {
		_ = t.cmd.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(3 * time.Second):
		_ = t.cmd.Process.Kill()
		<-done
	}
	return t.tty.Close()
}
