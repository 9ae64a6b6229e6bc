package tui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"lanyard/tui/theme"
)

// toast is the last thing that happened, said at the right of the status line. It takes no keys.
type toast struct {
	text   string
	tone   theme.Tone
	number int
}

// How long a toast stays: an error holds a sentence and a hint, so it gets longer.
const (
	toastFor = 5 * time.Second
	errorFor = 12 * time.Second
)

type toastEnds struct{ number int }

// say shows that something was done.
func (c *console) say(text string) tea.Cmd {
	c.toast = toast{c.theme.Glyph(theme.Check) + " " + text, theme.Good, c.toast.number + 1}
	return c.toastTimer()
}

// warn shows something that deserves a look but is no error.
func (c *console) warn(text string) tea.Cmd {
	c.toast = toast{"! " + text, theme.Warn, c.toast.number + 1}
	return c.toastTimer()
}

// fail shows what went wrong.
func (c *console) fail(err error) tea.Cmd {
	c.toast = toast{err.Error(), theme.Bad, c.toast.number + 1}
	return c.toastTimer()
}

// toastTimer takes the toast away in a while, once.
func (c *console) toastTimer() tea.Cmd {
	n, d := c.toast.number, toastFor
	if c.toast.tone != theme.Good {
		d = errorFor
	}
	return c.after(d, func(time.Time) tea.Msg { return toastEnds{n} })
}

func (c *console) onToastEnds(msg toastEnds) {
	if msg.number == c.toast.number {
		c.toast.text = ""
	}
}
