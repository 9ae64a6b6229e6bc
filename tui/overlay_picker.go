package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"lanyard/model"
	"lanyard/tui/theme"
)

// option is one choice of a picker.
type option struct {
	id     model.ID
	name   string
	help   string
	refuse error // why it can't be chosen, nil if it can
}

// picker offers a few choices at a cell. What can't be chosen stays and says why. Typing letters searches.
type picker struct {
	attached
	excerpt
	title   string
	options []option
	at      int
	typed   string
	choose  func(c *console, o option) tea.Cmd
	next    func(c *console) tea.Cmd // what tab does after choosing; nil: nothing
}

func (p *picker) hints() []hint {
	if p.gone != "" {
		return farewellHints
	}
	list := []hint{{"enter", "choose"}, {"esc", "back"}}
	if p.next != nil {
		list = append(list, hint{"tab", "choose and go on"})
	}
	return list
}

func (p *picker) key(c *console, k tea.KeyPressMsg) tea.Cmd {
	switch {
	case p.deaf(c, p, k):
	case keyBack.has(k):
		c.pop()
	case keyUp.has(k):
		p.step(-1)
	case keyDown.has(k):
		p.step(1)
	case p.leapt(k):
	case keyAccept.has(k):
		return p.take(c)
	case keyNext.has(k) && p.next != nil:
		return tea.Batch(p.take(c), p.next(c))
	default:
		p.search(k)
	}
	return nil
}

// leapt goes further than to the next option if the key does.
func (p *picker) leapt(k tea.KeyPressMsg) bool {
	to, ok := p.paged(k, p.at)
	if ok {
		p.at, p.typed = to, ""
	}
	return ok
}

func (p *picker) scroll(by int) { p.at = p.wheel(by, p.at) }

func (p *picker) step(by int) {
	p.at = (p.at + len(p.options) + by) % len(p.options)
	p.typed = ""
}

// search goes to the first option that begins with the letters typed so far, or with the last of them.
func (p *picker) search(k tea.KeyPressMsg) {
	if k.Text == "" {
		return
	}
	for _, typed := range []string{p.typed + strings.ToLower(k.Text), strings.ToLower(k.Text)} {
		for i, o := range p.options {
			if strings.HasPrefix(strings.ToLower(o.name), typed) {
				p.typed, p.at = typed, i
				return
			}
		}
	}
}

func (p *picker) take(c *console) tea.Cmd {
	o := p.options[p.at]
	if o.refuse != nil {
		return c.fail(o.refuse)
	}
	c.remove(p)
	return p.choose(c, o)
}

func (p *picker) click(c *console, _, y int) tea.Cmd {
	if i := y - 1 + p.from; y > 0 && i < p.from+p.rows && p.gone == "" {
		p.at = i
		return p.take(c)
	}
	return nil
}

func (p *picker) draw(c *console) panel {
	if p.gone != "" {
		return c.beside(c.farewell(p.title, p.gone), c.screen().cursorRect())
	}
	names, notes := 0, 0
	for _, o := range p.options {
		names = max(names, c.cells(o.name))
		notes = max(notes, c.cells(o.note()))
	}
	p.fit(len(p.options), menuRoom(c))
	p.follow(p.at)
	title := p.titled(p.title)
	inner := c.boxWidth(max(2+names+2+notes, c.cells(title)+2))
	lines := make([]line, p.rows)
	for row := range lines {
		i := p.from + row
		o := p.options[i]
		pointer, tone := "  ", theme.Normal
		if i == p.at {
			pointer, tone = c.theme.Glyph(theme.Pointer)+" ", theme.Accent
		}
		if o.refuse != nil {
			tone = theme.Dim
		}
		name := o.name + strings.Repeat(" ", names-c.cells(o.name)+2)
		lines[row] = line{{pointer, theme.Accent}, {name, tone}, {o.note(), theme.Dim}}
	}
	return c.beside(c.box(title, inner, lines), c.screen().cursorRect()).at(boxIndent+pointerWidth, 1+p.at-p.from)
}

func (o option) note() string {
	if o.refuse != nil {
		return model.Short(o.refuse)
	}
	return o.help
}
