package grid

import (
	"lanyard/tui/text"
	"lanyard/tui/theme"
)

// drawer draws the rows of one frame.
type drawer[T any] struct {
	*Grid[T]
	pen     pen
	lighter lighter // finds what the filter found
	focus   string  // the column with the cursor
}

func newDrawer[T any](g *Grid[T]) *drawer[T] {
	return &drawer[T]{Grid: g, pen: pen{theme: g.theme}, lighter: newLighter(g.theme.Mode(), g.pic.query), focus: g.cursorColumn()}
}

// line draws the k-th row shown.
func (d *drawer[T]) line(k int) string {
	p := &d.pen
	p.buf, p.x = p.buf[:0], 0
	pos := d.pic.at(k)
	row, id := d.pic.rows.At(int(pos)), d.pic.rows.ID(int(pos))
	selected := k == d.at
	d.margin(selected, d.marks.set.has(pos))
	cells := d.cells(row)
	d.lighter.row(cells)
	for i, s := range d.layout.spans {
		p.to(s.x)
		switch c := &d.columns[s.column]; {
		case d.edit.on && d.edit.id == id && d.edit.column == c.Key:
			p.buf = append(p.buf, d.theme.Mode().FitStyled(d.edit.view, s.width)...)
			p.x += s.width
		default:
			d.cell(s, &cells[i], selected && c.Key == d.focus)
		}
	}
	if d.layout.menu >= 0 {
		p.to(d.layout.menu)
		tone := theme.Dim
		if selected && d.focus == Menu {
			tone = theme.Selected
		}
		p.put(tone, d.theme.Glyph(theme.Menu), 1)
	}
	return p.line(d.width)
}

// margin draws the bar of the row with the cursor, and the sign of a marked one.
func (d *drawer[T]) margin(selected, marked bool) {
	if selected && d.layout.gutter > 0 {
		d.pen.put(theme.Accent, d.theme.Glyph(theme.Bar), 1)
	}
	if marked && d.layout.gutter > 1 {
		d.pen.to(1)
		d.pen.put(theme.Mark, d.theme.Glyph(theme.Check), 1)
	}
}

// drawn is one cell on its way to the screen.
type drawn struct {
	Cell
	searched bool   // the filter looks at it
	hits     []bool // by character of Text, which is clean: what the filter found; nil if nothing
}

// cells asks the visible columns for what they show of a row.
func (d *drawer[T]) cells(row T) []drawn {
	cells := make([]drawn, len(d.layout.spans))
	for i, s := range d.layout.spans {
		c := &d.columns[s.column]
		cells[i] = drawn{Cell: c.Cell(row), searched: c.Search}
		if cells[i].Short != "" && d.theme.Mode().Width(cells[i].Text) > s.width-d.lead(cells[i].Glyph, s.width) {
			cells[i].Text = cells[i].Short
		}
		cells[i].Text = d.theme.Mode().Clean(cells[i].Text)
	}
	return cells
}

// lead is how many cells a glyph takes, with the space behind it.
func (d *drawer[T]) lead(g theme.Glyph, width int) int {
	if g == theme.NoGlyph {
		return 0
	}
	return min(2, width)
}

// cell draws one cell. The one with the cursor is filled in its whole width, so that it can be seen where it is empty.
func (d *drawer[T]) cell(s span, c *drawn, focused bool) {
	tone, match := c.Tone, theme.Match
	if focused {
		tone, match = theme.Selected, theme.SelectedMatch
	}
	glyph, lead := d.theme.Glyph(c.Glyph), d.lead(c.Glyph, s.width)
	if lead > 0 {
		glyph += " "[:lead-1]
	}
	kept, w := d.theme.Mode().Cut(c.Text, s.width-lead)
	pad := s.width - lead - w
	if d.columns[s.column].Right {
		d.blank(focused, pad)
		pad = 0
	}
	d.pen.put(tone, glyph, lead)
	d.text(kept, c.hits, tone, match)
	d.pen.x += w
	d.blank(focused, pad)
}

// blank draws the part of a cell that has no text. Out of focus the pen does it, on its way to what comes next.
func (d *drawer[T]) blank(focused bool, n int) {
	switch {
	case n <= 0:
	case focused:
		d.pen.put(theme.Selected, text.Spaces(n), n)
	default:
		d.pen.to(d.pen.x + n)
	}
}

// text draws clean text and lifts out what the filter found. A grapheme is lifted out whole.
func (d *drawer[T]) text(s string, hits []bool, tone, match theme.Tone) {
	p := &d.pen
	if hits == nil {
		p.buf = d.theme.Append(p.buf, tone, s)
		return
	}
	begin, char, lit := 0, 0, false
	end := 0
	flush := func() {
		t := tone
		if lit {
			t = match
		}
		p.buf = d.theme.Append(p.buf, t, s[begin:end])
		begin = end
	}
	d.theme.Mode().Each(s, func(cluster string, _ int) bool {
		hit := false
		for range cluster {
			hit = hit || char < len(hits) && hits[char]
			char++
		}
		if hit != lit {
			flush()
			lit = hit
		}
		end += len(cluster)
		return true
	})
	flush()
}
