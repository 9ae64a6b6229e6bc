package grid

import tea "charm.land/bubbletea/v2"

// editor is an edit in a cell. It belongs to its row and column, wherever these move while others change the rows.
type editor struct {
	on     bool
	id     uint64
	column string
	view   string
}

// Edit draws view, which is styled already, in the cell with the cursor instead of its text, and again with each call what it has become. The cell
// stays where it is until EndEdit: its column doesn't give way, and its row is shown even if it comes not to match the filter.
func (g *Grid[T]) Edit(view string) tea.Cmd {
	if g.edit.on {
		g.edit.view = view
		return nil
	}
	_, id, column, ok := g.Cursor()
	if !ok || column == Menu {
		return nil
	}
	g.edit = editor{on: true, id: id, column: column, view: view}
	g.arrange()
	g.pin()
	return g.refresh()
}

// EndEdit draws the cell's own text again.
func (g *Grid[T]) EndEdit() tea.Cmd {
	if !g.edit.on {
		return nil
	}
	g.edit = editor{}
	g.arrange()
	g.pin()
	return g.refresh()
}

// Hold shows the row with the cursor even if it comes not to match the filter, until Release: something is open beside it.
func (g *Grid[T]) Hold() tea.Cmd {
	_, id, _, ok := g.Cursor()
	if !ok || g.want.query.all() {
		return nil // nothing hides it
	}
	g.held, g.holds = id, true
	g.pin()
	return g.refresh()
}

// Release ends Hold.
func (g *Grid[T]) Release() tea.Cmd {
	if !g.holds {
		return nil
	}
	g.held, g.holds = 0, false
	g.pin()
	return g.refresh()
}

// pin has the next picture show the row that is edited, or held.
func (g *Grid[T]) pin() {
	g.want.pin, g.want.pinned = g.held, g.holds
	if g.edit.on {
		g.want.pin, g.want.pinned = g.edit.id, true
	}
}

// Editing is the cell that is being edited. It stops by itself when its row is gone.
func (g *Grid[T]) Editing() (id uint64, column string, ok bool) {
	return g.edit.id, g.edit.column, g.edit.on
}

// followEdit ends the edit of a row that is no longer there.
func (g *Grid[T]) followEdit() {
	if !g.edit.on {
		return
	}
	if _, ok := g.pic.rows.Find(g.edit.id); !ok {
		g.edit = editor{}
		g.arrange()
		g.pin()
	}
}
