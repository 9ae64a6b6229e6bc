package tui

import tea "charm.land/bubbletea/v2"

// overlay is something drawn over the page: a menu, a question, a form, an editor in a cell. Only the top one gets keys.
type overlay interface {
	// key handles a key press. Esc always goes one step back and changes nothing.
	key(c *console, k tea.KeyPressMsg) tea.Cmd

	// draw returns what to draw and where its top left corner goes.
	draw(c *console) panel

	// hints are shown in the footer while the overlay is on top.
	hints() []hint

	// speak asks the same in lines, in plain mode. It asks one thing and returns; while the overlay stays on top it is asked
	// again.
	speak(d *dialogue)
}

// panel is a drawn overlay.
type panel struct {
	content string
	x, y    int
	cursor  *tea.Cursor
}

// hint is a key and what it does, for the footer.
type hint struct{ key, does string }

// The further things that an overlay may handle.
type (
	paster interface {
		paste(c *console, text string) tea.Cmd
	}
	clicker interface {
		// click gets the position within the panel.
		click(c *console, x, y int) tea.Cmd
	}
	scroller interface{ scroll(by int) }
	closer   interface{ closed(c *console) }
	blurrer  interface{ blurred(c *console) }
)

// push puts an overlay on top.
func (c *console) push(o overlay) { c.overlays = append(c.overlays, o) }

// pop takes the top overlay away.
func (c *console) pop() {
	if len(c.overlays) > 0 {
		c.remove(c.overlays[len(c.overlays)-1])
	}
}

// remove takes an overlay away, wherever it stands. An overlay that is gone already stays gone.
func (c *console) remove(o overlay) {
	for i, have := range c.overlays {
		if have == o {
			c.overlays = append(c.overlays[:i:i], c.overlays[i+1:]...)
			if cl, ok := o.(closer); ok {
				cl.closed(c)
			}
			return
		}
	}
}

// top returns the overlay that gets the keys, or nil.
func (c *console) top() overlay {
	if len(c.overlays) == 0 {
		return nil
	}
	return c.overlays[len(c.overlays)-1]
}

// centred returns the place of a panel in the middle of the screen.
func (c *console) centred(content string) panel {
	w, h := size(content)
	return panel{content: content, x: max(0, (c.width-w)/2), y: max(0, (c.height-h)/2)}
}

// beside returns the place of a panel next to a cell: below it, or above where there is no room. The footer, which says what
// the keys do, stays free.
func (c *console) beside(content string, r rect) panel {
	w, h := size(content)
	bottom := c.height - 1
	y := r.y + 1
	if y+h > bottom {
		y = r.y - h
	}
	if y < 0 {
		y = max(0, bottom-h)
	}
	return panel{content: content, x: max(0, min(r.x, c.width-w)), y: y}
}
