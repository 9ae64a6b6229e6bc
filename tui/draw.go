package tui

import (
	"strings"

	"charm.land/lipgloss/v2"

	"lanyard/tui/text"
	"lanyard/tui/theme"
)

// span is a piece of text in one tone. Lines are made of spans, never of ready-made escape codes: an inner reset would
// end an outer colour, and everything has to pass text.Clean before it is measured.
type span struct {
	text string
	tone theme.Tone
}

// line is one line of the screen or of a panel.
type line []span

// rect is a place on the screen: its left top corner and its width, in cells.
type rect struct{ x, y, w int }

func plain(s string) line { return line{{s, theme.Normal}} }

func dim(s string) line { return line{{s, theme.Dim}} }

// mode is how text is cleaned, measured and cut on this terminal.
func (c *console) mode() text.Mode { return c.theme.Mode() }

// cells returns how many cells a text takes.
func (c *console) cells(s string) int { return c.mode().Width(s) }

// widthOf returns how many cells a line takes.
func (c *console) widthOf(l line) int {
	n := 0
	for _, s := range l {
		n += c.cells(s.text)
	}
	return n
}

// pad fills a text up to width cells.
func (c *console) pad(s string, width int) string { return s + text.Spaces(width-c.cells(s)) }

// paint draws a line exactly width cells wide, cutting what is too long.
func (c *console) paint(l line, width int) string {
	var b strings.Builder
	left := width
	for _, s := range l {
		t, w := c.mode().Cut(s.text, left)
		b.WriteString(c.theme.Paint(s.tone, t))
		if left -= w; left <= 0 {
			break
		}
	}
	return b.String() + text.Spaces(left)
}

// spread puts one line at the left and one at the right of a width; the right one gives way first.
func (c *console) spread(left, right line, width int) line {
	gap := width - c.widthOf(left) - c.widthOf(right)
	if gap < 1 {
		return left
	}
	out := append(line{}, left...)
	out = append(out, span{strings.Repeat(" ", gap), theme.Normal})
	return append(out, right...)
}

// rule draws a line across.
func (c *console) rule(width int) string {
	return c.theme.Paint(theme.Frame, strings.Repeat(c.theme.Glyph(theme.Rule), max(0, width)))
}

// box draws lines in a frame with a title, inner cells wide plus four.
func (c *console) box(title string, inner int, lines []line) string {
	g := c.theme.Glyph
	frame := func(s string) string { return c.theme.Paint(theme.Frame, s) }
	head, used := c.mode().Cut(title, inner-2)
	if head != "" {
		head, used = " "+head+" ", used+2
	}
	var b strings.Builder
	b.WriteString(frame(g(theme.TopLeft)+g(theme.Rule)) + c.theme.Paint(theme.Title, head))
	b.WriteString(frame(strings.Repeat(g(theme.Rule), max(0, inner+1-used)) + g(theme.TopRight)))
	for _, l := range lines {
		b.WriteString("\n" + frame(g(theme.Side)) + " " + c.paint(l, inner) + " " + frame(g(theme.Side)))
	}
	b.WriteString("\n" + frame(g(theme.BottomLeft)+strings.Repeat(g(theme.Rule), inner+2)+g(theme.BottomRight)))
	return b.String()
}

// boxWidth is how wide the inside of a panel may be: what it wants, within the screen.
func (c *console) boxWidth(want int) int { return max(10, min(want, c.width-4)) }

// wrap breaks a text into lines of up to width cells.
func (c *console) wrap(s string, width int) []string { return c.mode().Wrap(s, width) }

// size returns the width and height of drawn content, in cells.
func size(content string) (w, h int) { return lipgloss.Width(content), lipgloss.Height(content) }
