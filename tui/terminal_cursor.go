package tui

import tea "charm.land/bubbletea/v2"

// The terminal's own cursor stands on what has the keys, so that a screen reader and a magnifier follow. What shows a person
// where they are is drawn beside it, as before.

// Where the inside of a box begins, and how much of a line its pointer takes, in cells.
const (
	boxIndent    = 2
	pointerWidth = 2
)

// steadyCursor is a cursor that stands on something that isn't being typed: a thin line before it, which hides nothing, and
// no blinking.
func steadyCursor(x, y int) *tea.Cursor {
	cursor := tea.NewCursor(x, y)
	cursor.Shape, cursor.Blink = tea.CursorBar, false
	return cursor
}

// at puts the terminal's cursor on a place within the panel.
func (p panel) at(x, y int) panel {
	p.cursor = steadyCursor(p.x+x, p.y+y)
	return p
}

// cellCursor is the cursor on the focused cell of the grid, nil where no row is shown.
func (c *console) cellCursor() *tea.Cursor {
	if len(c.screens) == 0 {
		return nil
	}
	r, ok := c.screen().cursorCell()
	if !ok {
		return nil
	}
	return steadyCursor(r.x, r.y)
}
