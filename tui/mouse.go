package tui

import tea "charm.land/bubbletea/v2"

// wheelRows is how many rows a notch of the wheel moves.
const wheelRows = 3

// clicked gives a click to the top overlay, or to what stands there on the page.
func (c *console) clicked(msg tea.MouseClickMsg) tea.Cmd {
	m := msg.Mouse()
	if m.Button != tea.MouseLeft || c.tooSmall() {
		return nil
	}
	if o := c.top(); o != nil {
		return c.clickOverlay(o, m.X, m.Y)
	}
	return c.clickPage(m.X, m.Y)
}

func (c *console) clickOverlay(o overlay, x, y int) tea.Cmd {
	p := o.draw(c)
	w, h := size(p.content)
	inside := x >= p.x && x < p.x+w && y >= p.y && y < p.y+h
	if cl, ok := o.(clicker); ok && inside {
		return cl.click(c, x-p.x, y-p.y)
	}
	if !inside && losesNothing(o) {
		c.remove(o)
	}
	return nil
}

// losesNothing reports whether an overlay can go without anything going with it.
func losesNothing(o overlay) bool {
	switch o := o.(type) {
	case *menu, *picker, *help, *page:
		return true
	case *checklist:
		return !o.changed()
	}
	return false
}

func (c *console) clickPage(x, y int) tea.Cmd {
	switch {
	case len(c.screens) == 0:
	case y == tabsLine:
		_, at := c.tabs()
		for i, span := range at {
			if x >= span[0] && x < span[1] {
				c.showTab(i)
			}
		}
	case y >= linesAbove && y < c.height-linesBelow:
		return c.screen().click(x, y-linesAbove)
	}
	return nil
}

func (c *console) wheeled(msg tea.MouseWheelMsg) tea.Cmd {
	by := 0
	switch msg.Mouse().Button {
	case tea.MouseWheelUp:
		by = -1
	case tea.MouseWheelDown:
		by = 1
	default:
		return nil
	}
	switch o := c.top().(type) {
	case nil:
		if len(c.screens) > 0 {
			c.screen().wheel(by * wheelRows)
		}
	case scroller:
		o.scroll(by)
	}
	return nil
}
