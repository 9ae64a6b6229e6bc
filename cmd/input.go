package cmd

import (
	"context"
	"io"
	"os"

	"golang.org/x/term"
)

// input is standard input as commands read it: a signal ends the waiting, which a read by itself doesn't notice.
func (e *env) input() io.Reader { return &stoppable{e.context(), e.in} }

// context ends when the process is told to stop.
func (e *env) context() context.Context {
	if e.ctx == nil {
		return context.Background()
	}
	return e.ctx
}

// stoppable is a reader whose reads end with a context. What a read that is left behind gets goes nowhere: the process ends.
type stoppable struct {
	ctx  context.Context
	from io.Reader
}

// Read reads, or returns errStopped.
func (s *stoppable) Read(p []byte) (int, error) {
	buffer := make([]byte, len(p))
	n, err := untilStopped(s.ctx, func() (int, error) { return s.from.Read(buffer) })
	if err != errStopped { //nolint:errorlint // it is ours: nobody has wrapped it
		copy(p, buffer[:n])
		clear(buffer[:n]) // it may be a secret
	}
	return n, err
}

// untilStopped does something that waits and can't be called off, until it is done or the context is.
func untilStopped[T any](ctx context.Context, wait func() (T, error)) (result T, err error) {
	type outcome struct {
		result T
		err    error
	}
	done := make(chan outcome, 1)
	go func() {
		result, err := wait()
		done <- outcome{result, err}
	}()
	select {
	case <-ctx.Done():
		return result, errStopped
	case o := <-done:
		return o.result, o.err
	}
}

// hidden reads a line from a terminal without showing it. The terminal is left as it was.
func (e *env) hidden(f *os.File) ([]byte, error) {
	fd := int(f.Fd())
	before, err := term.GetState(fd)
	if err != nil {
		return nil, err
	}
	line, err := untilStopped(e.context(), func() ([]byte, error) { return readHidden(f) })
	if err == errStopped { //nolint:errorlint // it is ours: nobody has wrapped it
		_ = term.Restore(fd, before) // nobody is left to tell
	}
	return line, err
}
