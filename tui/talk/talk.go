// Package talk is a conversation in lines, for a screen reader, a dumb terminal or a pipe: nothing but text and new lines is
// ever written, and one line is read for each question. It knows no account and no screen.
package talk

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"lanyard/tui/text"
)

// MaxLine is how long a line may be that is read, in bytes.
const MaxLine = 64 << 10

var (
	// ErrTooLong means that a line was longer than MaxLine. The line is gone, and the next one can be read.
	ErrTooLong = errors.New("the line is too long")
	// ErrNotText means that a line wasn't UTF-8.
	ErrNotText = errors.New("the line isn't text: it has to be UTF-8")
)

// Options are what a conversation is held with.
type Options struct {
	In  io.Reader
	Out io.Writer
	// Mode is how what is said is spelled.
	Mode text.Mode
	// Echo is whether whoever answers sees what they type: a terminal shows it and goes to the next line with it.
	Echo bool
	// Secret reads a line without showing it, where that takes more than reading; nil where it doesn't.
	Secret func() ([]byte, error)
}

// Lines is a conversation. One goroutine at a time may use it, but for Line and Secret, which may wait in another one.
type Lines struct {
	opts Options
	in   *bufio.Reader
	err  error // why nothing can be said any more, nil if it can
}

// New begins a conversation.
func New(o Options) *Lines {
	return &Lines{opts: o, in: bufio.NewReaderSize(o.In, MaxLine)}
}

// Err returns why something couldn't be said, nil if all was.
func (t *Lines) Err() error { return t.err }

// Say writes sentences, each part of them on a line of its own. What can't be printed is shown by its number.
func (t *Lines) Say(lines ...string) {
	for _, l := range lines {
		for part := range strings.SplitSeq(l, "\n") {
			t.write(append([]byte(t.spell(part)), '\n'))
		}
	}
}

// Prompt writes the end of a question, behind which the answer is typed.
func (t *Lines) Prompt(s string) {
	t.write([]byte(t.spell(s) + " "))
}

// spell cleans a line, and puts the signs that a screen draws between facts into what is read out.
func (t *Lines) spell(s string) string {
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == ' ' }), " ")
	return t.opts.Mode.Clean(strings.ReplaceAll(s, " · ", ", "))
}

// ShowSecret writes a secret alone on a line. It never becomes a string.
func (t *Lines) ShowSecret(secret []byte) {
	for _, b := range secret {
		if b < 0x20 || b > 0x7e {
			t.Say("It holds what can't be shown.")
			return
		}
	}
	t.write(secret)
	t.write([]byte{'\n'})
}

func (t *Lines) write(b []byte) {
	if t.err == nil {
		_, t.err = t.opts.Out.Write(b)
	}
}

// Line reads an answer: a whole line, without spaces around it. A last line that isn't ended is none: whoever went away in the
// middle of it may not have meant it. The error is io.EOF at the end.
func (t *Lines) Line() (string, error) {
	b, err := t.line()
	if err != nil {
		return "", err
	}
	if !utf8.Valid(b) {
		return "", ErrNotText
	}
	return strings.TrimSpace(string(b)), nil
}

// Secret reads a line that isn't shown, for the caller to wipe.
func (t *Lines) Secret() ([]byte, error) {
	if t.opts.Secret != nil {
		return t.opts.Secret()
	}
	b, err := t.line()
	if err != nil {
		return nil, err
	}
	secret := append([]byte(nil), b...)
	clear(b)
	return secret, nil
}

// Answered goes to a new line where the answer didn't.
func (t *Lines) Answered() {
	if !t.opts.Echo {
		t.write([]byte{'\n'})
	}
}

// Left goes to a new line behind a question that nobody answers any more: the input is at its end, or the program is told to
// stop.
func (t *Lines) Left() { t.write([]byte{'\n'}) }

// line reads a line into the reader's own memory, where it stands until the next one is read.
func (t *Lines) line() ([]byte, error) {
	b, err := t.in.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		for errors.Is(err, bufio.ErrBufferFull) {
			_, err = t.in.ReadSlice('\n')
		}
		if err == nil {
			err = ErrTooLong
		}
	}
	if err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(bytes.TrimSuffix(b, []byte("\n")), []byte("\r")), nil
}
