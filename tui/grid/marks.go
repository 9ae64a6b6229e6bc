package grid

import "iter"

// marks are the rows that bulk actions act on. They stay when the filter hides them; Counts and Marked tell of them nevertheless.
type marks struct {
	set   bitset // by position in the rows of the current picture
	count int
}

// follow brings the marks from the old rows to the new, and says how many rows are no longer there.
func follow[T any](m *marks, old, now Rows[T], d *delta) (lost int) {
	if m.count == 0 {
		m.set = newBitset(now.Len())
		return 0
	}
	next := newBitset(now.Len())
	find := func(p uint32) {
		if q, ok := now.Find(old.ID(int(p))); ok {
			next.set(uint32(q))
		}
	}
	if d == nil {
		for p := range m.set.all() {
			find(p)
		}
	} else {
		gone := d.gone
		for p := range m.set.all() {
			for len(gone) > 0 && gone[0] < p {
				gone = gone[1:]
			}
			if len(gone) > 0 && gone[0] == p {
				find(p)
			} else {
				next.set(d.to(p))
			}
		}
	}
	lost = m.count
	m.set, m.count = next, next.count()
	return lost - m.count
}

// ToggleMark marks the row with the cursor, or takes its mark away.
func (g *Grid[T]) ToggleMark() {
	if g.pic.len() == 0 {
		return
	}
	pos := g.pic.at(g.at)
	g.marks.set.flip(pos)
	if g.marks.set.has(pos) {
		g.marks.count++
	} else {
		g.marks.count--
	}
}

// MarkShown marks every row that the filter shows.
func (g *Grid[T]) MarkShown() {
	for k := range g.pic.len() {
		g.marks.set.set(g.pic.at(k))
	}
	g.marks.count = g.marks.set.count()
}

// ClearMarks takes all marks away, also of rows that the filter hides.
func (g *Grid[T]) ClearMarks() {
	clear(g.marks.set)
	g.marks.count = 0
}

// MarkOnly marks the rows with these ids and no others. Ids of no row are passed over.
func (g *Grid[T]) MarkOnly(ids []uint64) {
	g.ClearMarks()
	for _, id := range ids {
		if pos, ok := g.pic.rows.Find(id); ok {
			g.marks.set.set(uint32(pos))
		}
	}
	g.marks.count = g.marks.set.count()
}

// IsMarked reports whether a row is marked.
func (g *Grid[T]) IsMarked(id uint64) bool {
	pos, ok := g.pic.rows.Find(id)
	return ok && g.marks.set.has(uint32(pos))
}

// HiddenMarks is how many of the marked rows the filter hides.
func (g *Grid[T]) HiddenMarks() int {
	if g.pic.tiers == nil || g.marks.count == 0 {
		return 0
	}
	n := 0
	for p := range g.marks.set.all() {
		if g.pic.tiers[p] == unmatched {
			n++
		}
	}
	return n
}

// AllMarked goes through the marked rows, shown or not, in the order of the list and not of the screen: for looking whether
// there is one of some kind.
func (g *Grid[T]) AllMarked() iter.Seq[T] {
	set, rows := g.marks.set, g.pic.rows
	return func(yield func(T) bool) {
		for p := range set.all() {
			if !yield(rows.At(int(p))) {
				return
			}
		}
	}
}

// Marked are the ids of the marked rows: those that are shown, in the order on the screen, and then those that the filter hides, in the order of the
// sort column.
func (g *Grid[T]) Marked() []uint64 {
	ids := make([]uint64, 0, g.marks.count)
	if g.marks.count == 0 {
		return ids
	}
	p := g.pic
	for k := range p.len() {
		if pos := p.at(k); g.marks.set.has(pos) {
			ids = append(ids, p.rows.ID(int(pos)))
		}
	}
	for k := 0; len(ids) < g.marks.count; k++ {
		if pos := place(p.order, p.backward, p.rows.Len(), k); p.tiers[pos] == unmatched && g.marks.set.has(pos) {
			ids = append(ids, p.rows.ID(int(pos)))
		}
	}
	return ids
}
