package grid

// Part is what of a grid is under the mouse.
type Part uint8

// The parts.
const (
	Nothing  Part = iota
	OnTitle       // a column's title
	OnCell        // a row's cell, or its menu
	OnMargin      // left of a row, where its mark is
)

// Spot is a place on the screen.
type Spot struct {
	Part   Part
	ID     uint64 // of the row
	Column string // its key, or Menu
}

// Hit is what is at a place, counted from the grid's upper left corner. The space behind a cell is part of it.
func (g *Grid[T]) Hit(x, y int) Spot {
	if x < 0 || y < 0 || x >= g.width || y >= g.height {
		return Spot{}
	}
	column := g.columnUnder(x)
	if y < g.header() {
		if column == "" || column == Menu {
			return Spot{}
		}
		return Spot{Part: OnTitle, Column: column}
	}
	k := g.offset + y - g.header()
	if k >= g.pic.len() {
		return Spot{}
	}
	id := g.pic.rows.ID(int(g.pic.at(k)))
	if column == "" {
		return Spot{Part: OnMargin, ID: id}
	}
	return Spot{Part: OnCell, ID: id, Column: column}
}

// columnUnder is the key of the column at x, "" in the margin.
func (g *Grid[T]) columnUnder(x int) string {
	if g.layout.menu >= 0 && x >= g.layout.menu-1 {
		return Menu
	}
	key := ""
	for i, s := range g.layout.spans {
		if x >= s.x {
			key = g.layout.keys[i]
		}
	}
	return key
}

// CursorRect is where the cell with the cursor is drawn, counted from the grid's upper left corner, for what opens beside it. If there is none, ok is
// false.
func (g *Grid[T]) CursorRect() (x, y, width int, ok bool) {
	return g.rect(g.at, g.cursorColumn())
}

// rect is where a cell of the k-th row shown is drawn.
func (g *Grid[T]) rect(k int, column string) (x, y, width int, ok bool) {
	y = k - g.offset + g.header()
	if k >= g.pic.len() || k < g.offset || y >= g.height {
		return 0, 0, 0, false
	}
	for i, s := range g.layout.spans {
		if g.layout.keys[i] == column {
			return s.x, y, s.width, true
		}
	}
	if column == Menu && g.layout.menu >= 0 {
		return g.layout.menu, y, 1, true
	}
	return 0, 0, 0, false
}
