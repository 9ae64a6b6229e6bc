package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"lanyard/model"
	"lanyard/tui/theme"
)

// menu lists actions beside a row. One that can't be run stays where it is and says why.
type menu struct {
	attached
	excerpt
	title string
	aim   aim // what the items are about
	items []action
	at    int
}

func (m *menu) hints() []hint {
	if m.gone != "" {
		return farewellHints
	}
	return []hint{{"enter", "run"}, {"esc", "back"}}
}

func (m *menu) key(c *console, k tea.KeyPressMsg) tea.Cmd {
	switch pressed := k.String(); {
	case m.deaf(c, m, k):
	case keyBack.has(k), keyLeft.has(k):
		c.pop()
	case keyUp.has(k):
		m.at = (m.at + len(m.items) - 1) % len(m.items)
	case keyDown.has(k):
		m.at = (m.at + 1) % len(m.items)
	case keyAccept.has(k):
		return m.run(c, m.at)
	default:
		if to, ok := m.paged(k, m.at); ok {
			m.at = to
			return nil
		}
		for i, a := range m.items {
			if a.menu == pressed {
				m.at = i
				return m.run(c, i)
			}
		}
	}
	return nil
}

func (m *menu) scroll(by int) { m.at = m.wheel(by, m.at) }

func (m *menu) run(c *console, i int) tea.Cmd {
	a := m.items[i]
	if err := a.why(); err != nil {
		return c.fail(a.refusal(err))
	}
	c.remove(m)
	return a.run()
}

func (m *menu) click(c *console, _, y int) tea.Cmd {
	if i := y - 1 + m.from; y > 0 && i < m.from+m.rows && m.gone == "" {
		m.at = i
		return m.run(c, i)
	}
	return nil
}

// menuRoom is how many items there is room for, between the borders and above the footer.
func menuRoom(c *console) int { return max(1, c.height-3) }

func (m *menu) draw(c *console) panel {
	r := rect{x: c.width, y: c.screen().cursorRect().y} // at the row's end
	if m.gone != "" {
		return c.beside(c.farewell(m.title, m.gone), r)
	}
	names, whys := 0, 0
	for _, a := range m.items {
		names = max(names, c.cells(a.name()))
		if err := a.why(); err != nil {
			whys = max(whys, c.cells(model.Short(err)))
		}
	}
	m.fit(len(m.items), menuRoom(c))
	m.follow(m.at)
	title := m.titled(m.title)
	inner := c.boxWidth(max(2+names+2+max(whys, 1), c.cells(title)+2))
	var lines []line
	for i := m.from; i < m.from+m.rows; i++ {
		lines = append(lines, m.item(c, i, m.items[i], names, inner))
	}
	p := c.beside(c.box(title, inner, lines), r)
	return p.at(boxIndent+pointerWidth, 1+m.at-m.from)
}

func (m *menu) item(c *console, i int, a action, names, inner int) line {
	pointer, tone := "  ", theme.Normal
	if i == m.at {
		pointer, tone = c.theme.Glyph(theme.Pointer)+" ", theme.Accent
	}
	if err := a.why(); err != nil {
		name := a.name() + strings.Repeat(" ", max(0, names-c.cells(a.name())))
		return line{{pointer, tone}, {name + "  " + model.Short(err), theme.Dim}}
	}
	if a.danger {
		tone = theme.Bad
	}
	return c.spread(line{{pointer, tone}, {a.name(), tone}}, line{{a.menu, theme.Dim}}, inner)
}
