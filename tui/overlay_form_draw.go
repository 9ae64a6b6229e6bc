package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"lanyard/tui/text"
	"lanyard/tui/theme"
)

// formBody is a form's fields as lines, before they are cut to what the screen holds.
type formBody struct {
	lines  []line
	starts []int // the line at which each field begins
	cursor *tea.Cursor
}

// draw puts the buttons at the end and as many of the fields as there is room for above, the one with the keys always.
func (f *form) draw(c *console) panel {
	inner := c.boxWidth(72)
	foot := f.foot(c, inner)
	b := f.body(c, inner)
	room := max(1, c.height-3-len(foot)) // the frame, and the hints in the last line
	title := f.title
	if len(b.lines) > room {
		f.scrollTo(b, room)
		title += "  " + count(f.from+1, "") + "–" + count(f.from+room, "") + " of " + count(len(b.lines), "") + " lines"
	} else {
		f.from, room = 0, len(b.lines)
	}
	f.hits = f.hits[:0]
	for _, at := range b.starts {
		if at -= f.from; at < 0 || at >= room {
			at = -2
		}
		f.hits = append(f.hits, at+1)
	}
	f.hits = append(f.hits, room+len(foot))
	p := c.centred(c.box(title, inner, append(b.lines[f.from:f.from+room:f.from+room], foot...)))
	switch {
	case b.cursor != nil:
		p.cursor = tea.NewCursor(p.x+2+b.cursor.X, p.y+1+b.cursor.Y-f.from)
	case f.at >= len(f.fields):
		return p.at(boxIndent+f.buttonsX[f.at-len(f.fields)]+pointerWidth, room+len(foot))
	default: // a choice: its label says what is chosen
		return p.at(boxIndent+pointerWidth, f.hits[f.at])
	}
	return p
}

// scrollTo shows the whole field that has the keys if it can, and the line with the cursor in any case.
func (f *form) scrollTo(b formBody, room int) {
	if f.at < len(b.starts) {
		first, end := b.starts[f.at], len(b.lines)
		if f.at+1 < len(b.starts) {
			end = b.starts[f.at+1]
		}
		f.from = min(max(f.from, end-room), first)
		if b.cursor != nil {
			f.from = min(max(f.from, b.cursor.Y-room+1), b.cursor.Y)
		}
	}
	f.from = max(0, min(f.from, len(b.lines)-room))
}

// body draws the fields, each with what is wrong below it.
func (f *form) body(c *console, inner int) (b formBody) {
	labels := 0
	for _, fd := range f.fields {
		labels = max(labels, c.cells(fd.label))
	}
	if f.intro != "" {
		for _, l := range c.wrap(f.intro, inner) {
			b.lines = append(b.lines, dim(l))
		}
		b.lines = append(b.lines, nil)
	}
	for i, fd := range f.fields {
		b.starts = append(b.starts, len(b.lines))
		rows, cx, cy := fd.lines(c, i == f.at, labels, inner)
		if i == f.at && fd.typed() {
			b.cursor = tea.NewCursor(cx, len(b.lines)+cy)
		}
		b.lines = append(b.lines, rows...)
	}
	return b
}

// foot is what is wrong with the whole, and the buttons.
func (f *form) foot(c *console, inner int) []line {
	lines := []line{nil}
	if f.fault != "" {
		for _, l := range c.wrap(f.fault, inner) {
			lines = append(lines, line{{l, theme.Bad}})
		}
		lines = lines[:min(len(lines), max(2, c.height-5))]
	}
	buttons, xs := c.buttons([]button{{"Cancel", f.at == len(f.fields)+1, false}, {f.verb, f.at == len(f.fields), false}}, inner)
	f.buttonsX = [2]int{xs[1], xs[0]}
	return append(lines, buttons)
}

// lines draws one field and tells where its cursor stands.
func (fd *field) lines(c *console, focused bool, labels, inner int) (lines []line, cx, cy int) {
	tone, pointer := theme.Normal, "  "
	if focused {
		tone, pointer = theme.Accent, c.theme.Glyph(theme.Pointer)+" "
	}
	label := span{pointer + fd.label + text.Spaces(labels-c.cells(fd.label)+2), tone}
	indent := labels + 4
	switch {
	case len(fd.options) > 0:
		lines = append(lines, append(line{label}, fd.choice(focused)...))
	case fd.open != nil:
		lines = append(lines, line{label, fd.pick(focused)})
	default:
		rows, x, y := fd.text.view(c, max(4, inner-indent))
		cx, cy = indent+x, y
		for i, row := range rows {
			if i > 0 {
				label = span{strings.Repeat(" ", indent), theme.Normal}
			}
			lines = append(lines, line{label, {row, theme.Input}})
		}
	}
	note, noteTone := fd.note, theme.Dim
	if fd.fault != "" {
		note, noteTone = fd.fault, theme.Bad
	}
	if note != "" {
		for _, l := range c.wrap(note, inner-2) {
			lines = append(lines, line{{"  " + l, noteTone}})
		}
	}
	return lines, cx, cy
}

func (fd *field) choice(focused bool) line {
	tone := theme.Normal
	if focused {
		tone = theme.Selected
	}
	l := line{{"‹" + " ", theme.Dim}, {fd.options[fd.chosen], tone}, {" " + "›", theme.Dim}}
	if fd.chosen < len(fd.help) {
		l = append(l, span{"  " + fd.help[fd.chosen], theme.Dim})
	}
	return l
}
