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
	g.want.pin, g.want.pinned = id, true
	return g.refresh()
}

// EndEdit draws the cell's own text again.
func (g *Grid[T]) EndEdit() tea.Cmd {
	if !g.edit.on {
		return nil
	}
	g.edit = editor{}
	g.arrange()
	g.want.pin, g.want.pinned = 0, false
	return g.refresh()
}

// Editing is the cell that is being edited. It stops by itself when its row is gone: see Lost.
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
		g.want.pin, g.want.pinned = 0, false
		g.lost.Edit = true
	}
}
