package cmd

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"lanyard/tui/theme"
)

// outputs are the forms that a command can answer in.
const (
	outputTable = "table"
	outputJSON  = "json"
	outputCSV   = "csv"
)

// form is the value of -o: one of those that a command offers.
type form struct {
	to      *string
	offered []string
}

// String is the form that was chosen, which the help shows as the usual one.
func (f *form) String() string { return *f.to }

// Type is what stands for a value in the help.
func (*form) Type() string { return "FORM" }

// Set takes a form, or refuses one that isn't offered.
func (f *form) Set(s string) error {
	if !slices.Contains(f.offered, s) {
		return errors.New("choose " + orList(f.offered))
	}
	*f.to = s
	return nil
}

// outputFlag adds -o to a command. Lists offer CSV too.
func outputFlag(c *cobra.Command, to *string, more ...string) {
	f := &form{to, append([]string{outputTable, outputJSON}, more...)}
	*to = outputTable
	c.Flags().VarP(f, "output", "o", "how to answer: "+orList(f.offered))
}

// orList is "a, b or c".
func orList(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}

// screen is the terminal that an answer goes to.
type screen struct {
	width int // in cells; 0 where there is no terminal
	theme *theme.Theme
}

// fallbackWidth is how wide a terminal is taken to be that doesn't say.
const fallbackWidth = 80

func (e *env) screen() screen {
	f, ok := e.out.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return screen{}
	}
	s := screen{theme: theme.New(theme.Options{
		Dark: !lightBackground(e.getenv("COLORFGBG")), NoColor: e.getenv("NO_COLOR") != "", Bare: e.getenv("TERM") == "dumb",
		ASCII: e.ascii || !utf8Locale(e.getenv),
	})}
	s.width = widthOf(f)
	return s
}

// widthOf is how wide a terminal is, or taken to be.
func widthOf(w io.Writer) int {
	if f, ok := w.(*os.File); ok {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
			return width
		}
	}
	return fallbackWidth
}

// lightBackground reads what some terminals tell their programs of their colours: "0;15" is black on white. A command
// doesn't ask the terminal itself: the answer would come late, among what the person types next.
func lightBackground(colors string) bool {
	background := colors[strings.LastIndexByte(colors, ';')+1:]
	return background == "7" || background == "15"
}

func (e *env) writeJSON(v any) error {
	b, err := encodeJSON(v)
	if err == nil {
		_, err = e.out.Write(append(b, '\n'))
	}
	clear(b) // it may hold a secret
	return err
}

// encodeJSON is JSON in one line. Characters that can't be seen are escaped, so that it does nothing to a terminal.
func encodeJSON(v any) ([]byte, error) {
	var buf bytes.Buffer
	if err := appendJSON(&buf, v); err != nil {
		return nil, err
	}
	return escapeUnseen(buf.Bytes()), nil
}

// appendJSON is JSON as programs read it: what HTML would ask for isn't escaped.
func appendJSON(buf *bytes.Buffer, v any) error {
	enc := json.NewEncoder(buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return err
	}
	buf.Truncate(buf.Len() - 1) // the new line
	return nil
}

// escapeUnseen returns b, or what it becomes. Then b is wiped: it may hold a secret.
func escapeUnseen(b []byte) []byte {
	if !slices.ContainsFunc(b, func(c byte) bool { return c >= 0x7f }) {
		return b // JSON has escaped what is below a space
	}
	unseen := func(r rune) bool { return r != ' ' && !unicode.IsPrint(r) }
	if bytes.IndexFunc(b, unseen) < 0 {
		return b
	}
	out := make([]byte, 0, len(b)+16)
	for i := 0; i < len(b); {
		r, size := utf8.DecodeRune(b[i:])
		switch {
		case !unseen(r):
			out = append(out, b[i:i+size]...)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			out = fmt.Appendf(out, `\u%04x\u%04x`, high, low)
		default:
			out = fmt.Appendf(out, `\u%04x`, r)
		}
		i += size
	}
	clear(b)
	return out
}

// instant is a time in JSON: in UTC, and always to the millisecond, as records hold it, so that times sort as texts.
type instant struct{ time.Time }

// MarshalJSON writes it as RFC 3339 has it.
func (i instant) MarshalJSON() ([]byte, error) {
	return i.UTC().AppendFormat(nil, `"2006-01-02T15:04:05.000Z07:00"`), nil
}

// timeJSON is a time in JSON, null for never.
func timeJSON(t time.Time) *instant {
	if t.IsZero() {
		return nil
	}
	return &instant{t}
}

// timeText is a time for programs: RFC 3339 in UTC, "" for never.
func timeText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// dayText is a time for people: the day in their own zone.
func dayText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Local().Format("2006-01-02")
}

// momentText is a time for people, to the minute in their own zone.
func momentText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Local().Format("2006-01-02 15:04")
}

// moment is a time for whoever reads it: a person at a terminal in their own zone, and a program in UTC.
func (s screen) moment(t time.Time) string {
	if s.width == 0 {
		return timeText(t)
	}
	return momentText(t)
}

// jsonArray writes rows as one array, a line each, while they come.
type jsonArray struct {
	w   io.Writer
	n   int
	buf bytes.Buffer
}

func (a *jsonArray) add(v any) error {
	a.buf.Reset()
	if err := appendJSON(&a.buf, v); err != nil {
		return err
	}
	b := escapeUnseen(a.buf.Bytes())
	before := ",\n"
	if a.n == 0 {
		before = "[\n"
	}
	a.n++
	_, err := io.WriteString(a.w, before)
	if err == nil {
		_, err = a.w.Write(b)
	}
	clear(b) // it may hold a secret
	return err
}

func (a *jsonArray) end() error {
	err := a.close()
	if err == nil {
		_, err = io.WriteString(a.w, "\n")
	}
	return err
}

// close ends an array that something else follows.
func (a *jsonArray) close() error {
	text := "\n]"
	if a.n == 0 {
		text = "[]"
	}
	_, err := io.WriteString(a.w, text)
	return err
}
