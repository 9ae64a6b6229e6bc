package grid

// followCursor keeps the cursor on its row, on the same line of the screen if it can. Where the row is gone the next one takes its place. A new filter
// gives the cursor to its best match.
func (g *Grid[T]) followCursor(old *picture[T]) {
	p := g.pic
	n := p.len()
	line, atTop := g.at-g.offset, g.offset == 0
	k := -1
	if p.query.canon != old.query.canon && !p.query.all() {
		k, line = 0, 0
	} else if pos, ok := p.rows.Find(g.id); ok && g.placed {
		k = g.find(uint32(pos))
	}
	if k < 0 {
		k = min(g.at, n-1)
	}
	g.offset = k - line
	if g.feed && atTop {
		g.offset = 0
	}
	g.moveTo(k)
}

// find is where a position is shown, or -1. Mostly it is where it was.
func (g *Grid[T]) find(pos uint32) int {
	if g.at < g.pic.len() && g.pic.at(g.at) == pos {
		return g.at
	}
	return g.pic.index(pos)
}

// moveTo puts the cursor on the k-th row shown, or on the nearest there is, and scrolls there.
func (g *Grid[T]) moveTo(k int) {
	n := g.pic.len()
	if n == 0 {
		g.at, g.offset = 0, 0
		return // the id is kept for when its row is back
	}
	g.at = min(max(k, 0), n-1)
	g.id = g.pic.rows.ID(int(g.pic.at(g.at)))
	g.placed = true
	g.reveal()
}

// reveal scrolls as little as is needed to have the cursor in the window and the window full.
func (g *Grid[T]) reveal() {
	body := g.body()
	g.offset = min(g.offset, g.pic.len()-body, g.at)
	g.offset = max(g.offset, 0, g.at-body+1)
}

// header is how many lines the column titles take.
func (g *Grid[T]) header() int {
	if g.height > 1 {
		return 1
	}
	return 0
}

// body is how many rows fit.
func (g *Grid[T]) body() int { return max(g.height-g.header(), 1) }

// MoveRows moves the cursor down by n rows, up if n is negative.
func (g *Grid[T]) MoveRows(n int) { g.moveTo(g.at + n) }

// MoveColumns moves the cursor right by n columns, left if n is negative.
func (g *Grid[T]) MoveColumns(n int) {
	keys := g.layout.keys
	if len(keys) > 0 {
		g.column = keys[min(max(g.columnAt()+n, 0), len(keys)-1)]
	}
}

// Page moves cursor and window down by n pages, up if n is negative.
func (g *Grid[T]) Page(n int) { g.scroll(n * g.body()) }

// HalfPage moves cursor and window down by n half pages, up if n is negative.
func (g *Grid[T]) HalfPage(n int) { g.scroll(n * max(g.body()/2, 1)) }

func (g *Grid[T]) scroll(n int) {
	g.offset += n
	g.moveTo(g.at + n)
}

// Wheel moves the window down by n rows, up if n is negative. The cursor goes along only where it would leave the window.
func (g *Grid[T]) Wheel(n int) {
	body := g.body()
	g.offset = max(min(g.offset+n, g.pic.len()-body), 0)
	g.moveTo(min(max(g.at, g.offset), g.offset+body-1))
}

// Top moves the cursor to the first row.
func (g *Grid[T]) Top() { g.moveTo(0) }

// Bottom moves the cursor to the last row.
func (g *Grid[T]) Bottom() { g.moveTo(g.pic.len() - 1) }

// Home moves the cursor to the first column.
func (g *Grid[T]) Home() { g.MoveColumns(-len(g.layout.keys)) }

// End moves the cursor to the last column, the row's menu.
func (g *Grid[T]) End() { g.MoveColumns(len(g.layout.keys)) }

// Cursor is the row with the cursor, its id, and the key of the column, which is Menu in the last one. If no row is shown, ok is false.
func (g *Grid[T]) Cursor() (row T, id uint64, column string, ok bool) {
	if g.pic.len() == 0 {
		return row, 0, g.cursorColumn(), false
	}
	pos := int(g.pic.at(g.at))
	return g.pic.rows.At(pos), g.pic.rows.ID(pos), g.cursorColumn(), true
}

// Select puts the cursor on a row and, unless column is "", on a column. It reports whether the row is shown. While the grid is busy, a row that
// isn't shown yet gets the cursor when it comes: the one just made, say.
func (g *Grid[T]) Select(id uint64, column string) bool {
	if column == Menu || g.columnIndex(column) >= 0 {
		g.column = column
	}
	pos, ok := g.pic.rows.Find(id)
	if !ok {
		if g.Busy() {
			g.id, g.placed = id, true
		}
		return false
	}
	k := g.find(uint32(pos))
	if k < 0 {
		if g.Busy() {
			g.id, g.placed = id, true
		}
		return false
	}
	g.moveTo(k)
	return true
}

// columnAt is where among the visible columns the cursor is: in its own, or in the one to the left while that is hidden.
func (g *Grid[T]) columnAt() int {
	at, wanted := 0, g.columnIndex(g.column)
	for i, key := range g.layout.keys {
		if key == g.column {
			return i
		}
		if c := g.columnIndex(key); c >= 0 && c < wanted {
			at = i
		}
	}
	return at
}

// cursorColumn is the key of the visible column with the cursor.
func (g *Grid[T]) cursorColumn() string {
	if len(g.layout.keys) == 0 {
		return ""
	}
	return g.layout.keys[g.columnAt()]
}
