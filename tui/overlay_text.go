package tui

import (
	tea "charm.land/bubbletea/v2"

	"lanyard/tui/theme"
)

// page shows text that may be longer than the screen: a record's info, an invitation, what was refused.
type page struct {
	excerpt
	title   string
	body    func(c *console, width int) []line // made anew for every frame, so that it shows the record as it is
	fixed   bool                               // the body never changes, so it is made once for a width
	extra   []hint
	onKey   func(c *console, k tea.KeyPressMsg) (tea.Cmd, bool) // keys beyond scrolling and closing
	onClose func()
	width   int // of the inside, 72 if zero

	heard string // plain mode: what was read out

	made      []line // a fixed body, and for which width
	madeWidth int
}

// laidOut returns the body's lines. That of a thousand invitations takes longer than a frame may.
func (p *page) laidOut(c *console, width int) []line {
	if !p.fixed || p.made == nil || p.madeWidth != width {
		p.made, p.madeWidth = p.body(c, width), width
	}
	return p.made
}

func (p *page) hints() []hint {
	list := append([]hint{}, p.extra...)
	if p.partial() {
		list = append(list, hint{"↑↓", "scroll"})
	}
	return append(list, hint{"esc", "back"})
}

func (p *page) key(c *console, k tea.KeyPressMsg) tea.Cmd {
	if p.onKey != nil {
		if cmd, ok := p.onKey(c, k); ok {
			return cmd
		}
	}
	switch {
	case keyClose.has(k), keyAccept.has(k):
		c.remove(p)
	case keyUp.has(k):
		p.scroll(-1)
	case keyDown.has(k):
		p.scroll(1)
	case keyPgUp.has(k), keyHalfUp.has(k):
		p.scroll(-p.rows)
	case keyPgDown.has(k), keyHalfDn.has(k), keySpace.has(k):
		p.scroll(p.rows)
	case keyHome.has(k):
		p.scroll(-p.all)
	case keyEnd.has(k):
		p.scroll(p.all)
	default:
		return c.overwriteBy(k)
	}
	return nil
}

func (p *page) closed(*console) {
	p.made, p.heard = nil, "" // may hold a secret
	if p.onClose != nil {
		p.onClose()
	}
}

func (p *page) draw(c *console) panel {
	width := p.width
	if width == 0 {
		width = 72
	}
	inner := c.boxWidth(width)
	body := p.laidOut(c, inner)
	p.fit(len(body), c.height-6) // what happened is still to be seen below
	return c.centred(c.box(p.titled(p.title), inner, body[p.from:p.from+p.rows])).at(boxIndent, 1)
}

// labelled lays out a record's fields: the label at the left, the value wrapped at the right.
func (c *console) labelled(pairs [][2]string, width int) []line {
	if c.spoken {
		return saidPairs(pairs)
	}
	labels := 0
	for _, p := range pairs {
		labels = max(labels, len(p[0]))
	}
	var out []line
	for _, p := range pairs {
		value := p[1]
		if value == "" {
			value = "–"
		}
		for i, l := range c.wrap(value, max(8, width-labels-2)) {
			label := p[0]
			if i > 0 {
				label = ""
			}
			out = append(out, line{{c.pad(label, labels+2), theme.Dim}, {l, theme.Normal}})
		}
	}
	return out
}

// paragraphs wraps a text into lines.
func (c *console) paragraphs(s string, width int) []line {
	var out []line
	for _, l := range c.wrap(s, width) {
		out = append(out, plain(l))
	}
	return out
}
