package grid

import (
	"strings"

	"lanyard/tui/text"
	"lanyard/tui/theme"
)

// View draws the grid: exactly as many lines as it is high, each exactly as wide as it is, without a newline at the end.
func (g *Grid[T]) View() string {
	if g.width == 0 || g.height == 0 {
		return ""
	}
	lines := make([]string, 0, g.height)
	if g.header() > 0 {
		lines = append(lines, g.headLine())
	}
	if g.pic.len() == 0 {
		lines = append(lines, g.emptyLines(g.body())...)
	} else {
		d := newDrawer(g)
		for k := g.offset; k < min(g.offset+g.body(), g.pic.len()); k++ {
			lines = append(lines, d.line(k))
		}
	}
	for len(lines) < g.height {
		lines = append(lines, text.Spaces(g.width))
	}
	return strings.Join(lines, "\n")
}

// headLine draws the column titles, with an arrow at the one that is sorted by.
func (g *Grid[T]) headLine() string {
	p := pen{theme: g.theme}
	for _, s := range g.layout.spans {
		c := &g.columns[s.column]
		title := c.Title
		if s.column == g.want.column && s.width > 2 {
			arrow := theme.Up
			if g.want.backward {
				arrow = theme.Down
			}
			title, _ = g.theme.Mode().Cut(title, s.width-2)
			title += " " + g.theme.Glyph(arrow)
		}
		title, w := g.theme.Mode().Cut(title, s.width)
		if c.Right {
			p.to(s.x + s.width - w)
		} else {
			p.to(s.x)
		}
		p.put(theme.Title, title, w)
	}
	return p.line(g.width)
}

// emptyLines draws what stands where the rows would: a block of text, in the middle, a little above half the height.
func (g *Grid[T]) emptyLines(n int) []string {
	lines := g.theme.Mode().Wrap(g.EmptyText(), max(min(g.width-4, 60), 1))
	lines = lines[:min(len(lines), n)]
	widest := 0
	for _, l := range lines {
		widest = max(widest, g.theme.Mode().Width(l))
	}
	out := make([]string, 0, n)
	for range (n - len(lines)) / 3 {
		out = append(out, text.Spaces(g.width))
	}
	for _, l := range lines {
		p := pen{theme: g.theme}
		p.to((g.width - widest) / 2)
		kept, w := g.theme.Mode().Cut(l, g.width)
		p.put(theme.Dim, kept, w)
		out = append(out, p.line(g.width))
	}
	return out
}

// EmptyText is what stands where the rows would, in one line.
func (g *Grid[T]) EmptyText() string {
	switch {
	case g.pic.rows.Len() > 0:
		return g.empty.NoMatch
	case g.Busy():
		return g.empty.Loading
	}
	return g.empty.None
}

// pen writes one line and knows where it is.
type pen struct {
	theme *theme.Theme
	buf   []byte
	x     int
}

// to moves right to x. Spaces have no tone, so that they are the same for the renderer whatever stood there.
func (p *pen) to(x int) {
	if x > p.x {
		p.buf = append(p.buf, text.Spaces(x-p.x)...)
		p.x = x
	}
}

// put writes clean text that is w cells wide.
func (p *pen) put(tone theme.Tone, s string, w int) {
	p.buf = p.theme.Append(p.buf, tone, s)
	p.x += w
}

// line is what was written, filled up to the width.
func (p *pen) line(width int) string {
	p.to(width)
	return string(p.buf)
}
