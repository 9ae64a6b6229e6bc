package tui

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"lanyard/model"
	"lanyard/tui/theme"
)

// conflict shows what two people made of the same, and asks whose stays. Theirs is marked: nothing is won by pressing enter.
// Esc goes back to where what was typed still is.
type conflict struct {
	excerpt
	title   string
	records []model.Conflict
	choices []choice
	back    func(c *console) // what esc goes back to if it isn't below; may be nil
	at      int
	buttonX []int
}

// choice is a button and what it does; nil: nothing but closing the question.
type choice struct {
	label string
	run   func(c *console) tea.Cmd
}

func (q *conflict) hints() []hint {
	list := []hint{{"tab", "other button"}, {"enter", "do what is marked"}}
	if q.partial() {
		list = append(list, hint{"↑↓", "scroll"})
	}
	return append(list, hint{"esc", "back"})
}

func (q *conflict) key(c *console, k tea.KeyPressMsg) tea.Cmd {
	n := len(q.choices)
	switch {
	case keyBack.has(k):
		c.remove(q)
		if q.back != nil {
			q.back(c)
		}
	case keyNext.has(k), keyRight.has(k):
		q.at = (q.at + 1) % n
	case keyPrev.has(k), keyLeft.has(k):
		q.at = (q.at + n - 1) % n
	case keyUp.has(k):
		q.scroll(-1)
	case keyDown.has(k):
		q.scroll(1)
	case keyPgUp.has(k), keyHalfUp.has(k):
		q.scroll(-q.rows)
	case keyPgDown.has(k), keyHalfDn.has(k):
		q.scroll(q.rows)
	case keyHome.has(k):
		q.scroll(-q.all)
	case keyEnd.has(k):
		q.scroll(q.all)
	case keyAccept.has(k):
		return q.take(c)
	}
	return nil
}

func (q *conflict) take(c *console) tea.Cmd {
	c.remove(q)
	if run := q.choices[q.at].run; run != nil {
		return run(c)
	}
	return nil
}

func (q *conflict) click(c *console, x, y int) tea.Cmd {
	if _, h := size(q.draw(c).content); y != h-2 {
		return nil
	}
	for i, from := range slices.Backward(q.buttonX) {
		if x >= from+2 {
			q.at = i
			return q.take(c)
		}
	}
	return nil
}

func (q *conflict) draw(c *console) panel {
	inner := c.boxWidth(max(56, c.cells(q.title)+2))
	body := append(c.wholeTitle(q.title, inner), q.body(c, inner)...)
	q.fit(len(body), c.height-6)
	list := make([]button, len(q.choices))
	for i, ch := range q.choices {
		list[i] = button{label: ch.label, marked: i == q.at}
	}
	buttons, xs := c.buttons(list, inner)
	q.buttonX = xs
	shown := append([]line{}, body[q.from:q.from+q.rows]...)
	return c.centred(c.box(q.titled(q.title), inner, append(shown, nil, buttons))).at(boxIndent+xs[q.at]+pointerWidth, len(shown)+2)
}

// body lists the fields of each record with what they were, what was made of them, and what they are now.
func (q *conflict) body(c *console, width int) []line {
	var out []line
	for _, r := range q.records {
		for _, f := range r.Fields {
			if len(out) > 0 {
				out = append(out, nil)
			}
			head := f.Field
			if len(q.records) > 1 {
				head = r.Name + " · " + f.Field
			}
			for _, l := range c.wrap(head, width) {
				out = append(out, line{{l, theme.Title}})
			}
			for _, l := range [][2]string{{"was", f.Was}, {"yours", f.Mine}, {"theirs", f.Theirs}} {
				out = append(out, c.oneOf(l[0], l[1], width)...)
			}
			out = append(out, c.whose(f, width)...)
		}
	}
	return out
}

// whose says who made theirs of a field, if that is known.
func (c *console) whose(f model.FieldConflict, width int) (out []line) {
	if f.By == "" {
		return nil
	}
	for _, l := range c.wrap(f.By+" · "+moment(f.At), max(8, width-10)) {
		out = append(out, line{{c.pad("", 10), theme.Dim}, {l, theme.Dim}})
	}
	return out
}

// oneOf is one of the three values of a field.
func (c *console) oneOf(label, value string, width int) []line {
	tone := theme.Normal
	if value == "" {
		value, tone = "none", theme.Dim
	}
	var out []line
	for i, l := range c.wrap(value, max(8, width-10)) {
		if i > 0 {
			label = ""
		}
		out = append(out, line{{c.pad("  "+label, 10), theme.Dim}, {l, tone}})
	}
	return out
}
