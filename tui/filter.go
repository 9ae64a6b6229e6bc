package tui

import (
	tea "charm.land/bubbletea/v2"

	"lanyard/tui/theme"
)

// filterLine edits the filter in the status line. The rows follow with every letter; enter keeps it, esc clears it.
type filterLine struct {
	text    input
	narrows string // the words that narrow here: "status: role:"
}

// manyWords is how long the words that narrow are where nothing more is said of them.
const manyWords = 50

func (f *filterLine) hints() []hint {
	list := []hint{{"↑↓", "move"}, {"enter", "keep"}, {"esc", "clear"}}
	if f.narrows != "" {
		does := "narrow"
		if len(f.narrows) > manyWords {
			does = "" // they are what matters
		}
		list = append([]hint{{f.narrows, does}}, list...)
	}
	return list
}

func (f *filterLine) key(c *console, k tea.KeyPressMsg) tea.Cmd {
	switch {
	case keyBack.has(k):
		c.remove(f)
		return c.screen().setFilter("")
	case keyAccept.has(k), keyNext.has(k):
		c.remove(f)
	case keyUp.has(k):
		c.screen().moveRows(-1)
	case keyDown.has(k):
		c.screen().moveRows(1)
	case keyPgUp.has(k):
		c.screen().page(-1)
	case keyPgDown.has(k):
		c.screen().page(1)
	default:
		f.text.key(k)
		return c.screen().setFilter(f.text.value())
	}
	return nil
}

func (f *filterLine) paste(c *console, s string) tea.Cmd {
	f.text.paste(s)
	return c.screen().setFilter(f.text.value())
}

func (f *filterLine) draw(c *console) panel {
	prompt := " / "
	right, below := line{{" " + shownOf(c) + " ", theme.Dim}}, ""
	if wrong := c.screen().filterFault(); wrong != "" {
		below = "\n" + c.paint(line{{" " + wrong, theme.Warn}}, c.width) // in the place of the keys
	}
	width := max(10, c.width-c.widthOf(right)-c.cells(prompt))
	if c.widthOf(right) > c.width/2 {
		width, right = c.width-c.cells(prompt), nil
	}
	rows, cx, _ := f.text.view(c, width)
	l := append(line{{prompt, theme.Accent}, {rows[0], theme.Input}}, right...)
	y := c.height - 2
	return panel{content: c.paint(l, c.width) + below, y: y, cursor: tea.NewCursor(c.cells(prompt)+cx, y)}
}

// shownOf counts what the filter shows.
func shownOf(c *console) string {
	shown, total := c.screen().shown()
	return count(shown, "") + " of " + count(total, "")
}
