package tui

import (
	"fmt"
	"strconv"

	tea "charm.land/bubbletea/v2"

	"lanyard/tui/theme"
)

// typedCount is how many records a deletion has to reach before their number must be typed to confirm it.
const typedCount = 5

// confirm asks before something that destroys. Cancel is marked, and esc is Cancel.
type confirm struct {
	attached
	title   string
	text    string // what will happen, in a sentence or two
	verb    string // the button that does it
	count   int    // how many records; typedCount and more must be typed
	number  input
	danger  bool // whether the marked button is the one that does it
	buttonX [2]int
	fault   string
	run     func() tea.Cmd
}

func newConfirm(title, text, verb string, count int, run func() tea.Cmd) *confirm {
	return &confirm{title: title, text: text, verb: verb, count: count, number: newInput(""), run: run}
}

func (f *confirm) typed() bool { return f.count >= typedCount }

func (f *confirm) hints() []hint {
	if f.gone != "" {
		return farewellHints
	}
	return []hint{{"tab", "other button"}, {"enter", "do what is marked"}, {"esc", "cancel"}}
}

func (f *confirm) key(c *console, k tea.KeyPressMsg) tea.Cmd {
	switch {
	case f.deaf(c, f, k):
	case keyBack.has(k):
		c.pop()
	case keyNext.has(k), keyPrev.has(k), keyLeft.has(k), keyRight.has(k):
		f.danger = !f.danger
	case keyAccept.has(k):
		return f.answer(c)
	case f.typed():
		f.number.key(k)
	}
	return nil
}

func (f *confirm) answer(c *console) tea.Cmd {
	if !f.danger {
		c.pop()
		return nil
	}
	if f.typed() && f.number.value() != strconv.Itoa(f.count) {
		f.fault = fmt.Sprintf("Type %d first, to show that you mean all of them.", f.count)
		return nil
	}
	c.remove(f)
	return f.run()
}

func (f *confirm) click(c *console, x, y int) tea.Cmd {
	_, h := size(f.draw(c).content)
	if y != h-2 || f.gone != "" {
		return nil
	}
	f.danger = x >= f.buttonX[1]
	if x >= f.buttonX[0] {
		return f.answer(c)
	}
	return nil
}

func (f *confirm) draw(c *console) panel {
	if f.gone != "" {
		return c.centred(c.farewell(f.title, f.gone))
	}
	inner := c.boxWidth(max(56, c.cells(f.title)+2))
	lines := c.wholeTitle(f.title, inner)
	for _, l := range c.wrap(f.text, inner) {
		lines = append(lines, plain(l))
	}
	lines = append(lines, nil)
	row, col := -1, 0
	if f.typed() {
		ask := fmt.Sprintf("Type %d to confirm: ", f.count)
		shown, cx, _ := f.number.view(c, 10)
		lines = append(lines, line{{ask, theme.Normal}, {shown[0], theme.Input}})
		row, col = len(lines), len(ask)+cx
		if f.fault != "" {
			for _, l := range c.wrap(f.fault, inner) {
				lines = append(lines, line{{l, theme.Bad}})
			}
		}
		lines = append(lines, nil)
	}
	buttons, xs := c.buttons([]button{{"Cancel", !f.danger, false}, {f.verb, f.danger, true}}, inner)
	f.buttonX = [2]int{xs[0] + 2, xs[1] + 2}
	lines = append(lines, buttons)
	p := c.centred(c.box(f.title, inner, lines))
	if row >= 0 && !f.danger {
		p.cursor = tea.NewCursor(p.x+2+col, p.y+row)
		return p
	}
	at := f.buttonX[0]
	if f.danger {
		at = f.buttonX[1]
	}
	return p.at(at+pointerWidth, len(lines))
}

// wholeTitle repeats a title that the frame has no room for. What is asked about is never cut: names can begin alike.
func (c *console) wholeTitle(title string, inner int) (lines []line) {
	if c.cells(title)+2 <= inner {
		return nil
	}
	for _, l := range c.wrap(title, inner) {
		lines = append(lines, line{{l, theme.Title}})
	}
	return append(lines, nil)
}

// button is a choice at the end of a dialog.
type button struct {
	label  string
	marked bool
	danger bool
}

// buttons draws a row of buttons at the right. The marked one has a pointer before it, so that it shows without colour.
func (c *console) buttons(list []button, inner int) (l line, xs []int) {
	total := 0
	for _, b := range list {
		total += c.widthOf(plain(b.label)) + 7
	}
	x := max(0, inner-total)
	l = append(l, span{fmt.Sprintf("%*s", x, ""), theme.Normal})
	for _, b := range list {
		pointer, tone := "  ", theme.Normal
		if b.marked {
			pointer, tone = " "+c.theme.Glyph(theme.Pointer), theme.Selected
		}
		if b.danger && !b.marked {
			tone = theme.Bad
		}
		s := "[ " + b.label + " ]"
		l = append(l, span{pointer, theme.Accent}, span{s, tone}, span{" ", theme.Normal})
		xs = append(xs, x)
		x += c.widthOf(plain(s)) + 3
	}
	return l, xs
}
