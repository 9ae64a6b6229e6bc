package tui

import (
	"errors"
	"fmt"
	"time"
	"unicode"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"

	"lanyard/model"
	"lanyard/tui/theme"
)

// toast is the last thing that happened, said at the right of the status line. It takes no keys.
type toast struct {
	text    string
	shorter []string // the same in fewer words, for where text doesn't fit
	bare    string   // text as it is said in plain mode, without a sign before it or keys behind it
	tone    theme.Tone
	number  int
	stays   bool // it goes by itself when what it tells of is over, and work in the background may stand in its place
}

// How long a toast stays: an error holds a sentence and a hint, so it gets longer.
const (
	toastFor = 5 * time.Second
	errorFor = 12 * time.Second
)

type toastEnds struct{ number int }

// say shows that something was done.
func (c *console) say(text string) tea.Cmd {
	c.put(theme.Good, text)
	return c.toastTimer()
}

// sayWritten shows that something was done, or that there was nothing to do, in as many words as fit.
func (c *console) sayWritten(texts []string, wrote bool) tea.Cmd {
	tone := theme.Good
	if !wrote {
		tone = theme.Warn
	}
	c.put(tone, texts...)
	return c.toastTimer()
}

// nameKept is how much of a name a toast keeps where it has no room for more.
const nameKept = 24

// naming puts names into a sentence: whole, and cut for where there is little room. The row may be out of sight by the time that
// a toast tells of it, so it is never left out.
func (c *console) naming(sentence string, names ...string) []string {
	whole, short := make([]any, len(names)), make([]any, len(names))
	for i, name := range names {
		whole[i] = name
		short[i], _ = c.mode().Cut(name, nameKept)
	}
	return []string{fmt.Sprintf(sentence, whole...), fmt.Sprintf(sentence, short...)}
}

// warn shows something that deserves a look but is no error.
func (c *console) warn(text string) tea.Cmd {
	c.put(theme.Warn, text)
	return c.toastTimer()
}

// fail shows what went wrong.
func (c *console) fail(err error) tea.Cmd {
	c.put(theme.Bad, asSentence(err))
	return c.toastTimer()
}

// asSentence begins an error with a capital, as the account's own are written; those may also begin with a name, which stays.
func asSentence(err error) string {
	text := err.Error()
	if ours := (*model.Error)(nil); errors.As(err, &ours) {
		return text
	}
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:]
}

// put puts a toast in the place of the last one. The first text is the longest.
func (c *console) put(tone theme.Tone, texts ...string) {
	before := ""
	switch tone { //nolint:exhaustive // an error is a sentence
	case theme.Good:
		before = c.theme.Glyph(theme.Check) + " "
	case theme.Warn:
		before = "! "
	}
	bare := texts[0]
	for i := range texts {
		texts[i] = before + texts[i]
	}
	c.toast = toast{text: texts[0], bare: bare, shorter: texts[1:], tone: tone, number: c.toast.number + 1}
}

// hint adds to the toast a key that goes with it, where there is room: "u undo".
func (c *console) hint(key string) {
	c.toast.shorter = append([]string{c.toast.text}, c.toast.shorter...)
	c.toast.text += " · " + key
}

// toastText returns the toast in as many words as fit beside so many cells, or else alone on the line. What fits neither
// is the shortest.
func (c *console) toastText(beside int) string {
	all := append([]string{c.toast.text}, c.toast.shorter...)
	for _, taken := range []int{beside + 1, 0} {
		for _, text := range all {
			if c.cells(text)+1+taken <= c.width {
				return text
			}
		}
	}
	return all[len(all)-1]
}

// toastTimer takes the toast away in a while, once.
func (c *console) toastTimer() tea.Cmd {
	n, d := c.toast.number, toastFor
	if c.toast.tone != theme.Good || c.cells(c.toastText(0)) >= c.width { // more than a line
		d = errorFor
	}
	return c.after(d, func(time.Time) tea.Msg { return toastEnds{n} })
}

func (c *console) onToastEnds(msg toastEnds) {
	if msg.number == c.toast.number {
		c.toast.text = ""
	}
}
