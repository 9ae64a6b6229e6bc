package grid

import (
	"bytes"
	"cmp"
	"slices"
	"sync/atomic"
)

// wish says what should be on the screen.
type wish[T any] struct {
	rows     Rows[T]
	revision uint64 // counts SetRows: lists themselves can't be compared
	column   int    // sorted by, -1 if no column can be
	backward bool
	query    *query
	pin      uint64 // the row that is being edited is shown whether it matches or not
	pinned   bool
}

// picture is a wish come true: the rows, their order, and which of them match. It never changes, so that it can be drawn while the next one is made.
type picture[T any] struct {
	wish[T]
	order   []uint32 // all positions by the sort column, always ascending; nil if there is none
	verdict          // how well each row matches; its tiers are nil if all do
	shown   []uint32 // the positions that match, as they are read; nil if all do
	delta   *delta   // what changed since the picture before, if it is known
}

// len is how many rows are shown.
func (p *picture[T]) len() int {
	if p.tiers != nil {
		return len(p.shown)
	}
	return p.rows.Len()
}

// at is the position of the k-th row that is shown.
func (p *picture[T]) at(k int) uint32 {
	if p.tiers != nil {
		return p.shown[k]
	}
	return place(p.order, p.backward, p.rows.Len(), k)
}

// index is where a position is shown, or -1.
func (p *picture[T]) index(pos uint32) int {
	switch {
	case p.tiers != nil:
		if p.tiers[pos] == unmatched {
			return -1
		}
		return slices.Index(p.shown, pos)
	case p.order != nil:
		pos = uint32(slices.Index(p.order, pos))
	}
	if p.backward {
		return p.rows.Len() - 1 - int(pos)
	}
	return int(pos)
}

// has reports whether id is pinned.
func (w *wish[T]) has(id uint64) bool { return w.pinned && w.pin == id }

// painter makes pictures. It touches nothing that changes, so it can work beside the program.
type painter[T any] struct {
	columns []Column[T]
	old     *picture[T]
	want    wish[T]
	delta   *delta        // from old's rows to those wanted; nil if unknown
	compare func() *delta // makes it, where that takes longer than a key may wait; nil if there is no more to find out
	stop    *atomic.Bool
}

// paint makes the picture, from what there is where that's possible. If it was stopped, there is none.
func (j *painter[T]) paint() *picture[T] {
	if j.compare != nil {
		j.delta = j.compare()
	}
	p := &picture[T]{wish: j.want, delta: j.delta}
	p.order = j.order()
	p.verdict = j.judge()
	if p.tiers != nil && !j.stop.Load() {
		p.shown = j.shown(p)
	}
	if j.stop.Load() {
		return nil
	}
	return p
}

// sameRows reports whether no row changed.
func (j *painter[T]) sameRows() bool { return j.old.revision == j.want.revision }

func (j *painter[T]) order() []uint32 {
	if j.want.column < 0 {
		return nil
	}
	key := j.columns[j.want.column].SortKey
	known := j.old.column == j.want.column && (j.sameRows() || j.delta != nil)
	switch {
	case known && (j.sameRows() || j.orderStays(key)):
		return j.old.order
	case !known || j.delta.many:
		return (&sorter[T]{rows: j.want.rows, key: key, stop: j.stop}).sort()
	}
	return splice(j.old.order, j.delta, j.delta.gone, j.delta.came, byKey(j.old.rows, key), byKey(j.want.rows, key))
}

// orderStays reports whether the changed rows are the same ones in the same places, with the same sort keys: the role changed, say, and names are sorted.
func (j *painter[T]) orderStays(key func([]byte, T) []byte) bool {
	d := j.delta
	if !d.inPlace() || j.old.rows.Len() != j.want.rows.Len() {
		return false
	}
	var was, is []byte
	for _, p := range d.gone {
		i := int(p)
		was, is = key(was[:0], j.old.rows.At(i)), key(is[:0], j.want.rows.At(i))
		if j.old.rows.ID(i) != j.want.rows.ID(i) || !bytes.Equal(was, is) {
			return false
		}
	}
	return true
}

// judge says which rows match, anew only for those for which it may have changed.
func (j *painter[T]) judge() verdict {
	q, before := j.want.query, j.old.query
	if q.all() {
		return verdict{}
	}
	known := j.old.tiers != nil
	switch {
	case known && q.canon == before.canon && j.delta != nil:
		return j.judgeChanged()
	case known && q.canon == before.canon && j.sameRows():
		return j.old.verdict
	}
	var v verdict
	if known && j.sameRows() && !j.old.pinned && q.within(before) {
		v = judgeOn(j.want.rows, j.columns, q, before, j.old.verdict, j.stop)
	} else {
		v = judgeAll(j.want.rows, j.columns, q, j.stop)
	}
	if j.want.pinned {
		if pos, ok := j.want.rows.Find(j.want.pin); ok {
			j.keep(v, pos)
		}
	}
	return v
}

// judgeChanged judges only the rows that changed. If they all match as they did, nothing is copied.
func (j *painter[T]) judgeChanged() verdict {
	judge := newJudge(j.want.rows, j.columns, j.want.query)
	same := j.delta.inPlace() && len(j.old.tiers) == j.want.rows.Len()
	tiers := make([]uint8, len(j.delta.came))
	for i, p := range j.delta.came {
		tiers[i], _ = judge.tier(int(p), noHint)
		if tiers[i] == unmatched && j.want.has(j.want.rows.ID(int(p))) {
			tiers[i] = scattered
		}
		same = same && tiers[i] == j.old.tiers[p]
	}
	if same {
		return verdict{tiers: j.old.tiers}
	}
	v := verdict{tiers: j.delta.respread(j.old.tiers, j.want.rows.Len())}
	for i, p := range j.delta.came {
		v.tiers[p] = tiers[i]
	}
	return v
}

// keep shows a row although it doesn't match. What is said about it says nothing to the next query.
func (j *painter[T]) keep(v verdict, pos int) {
	if v.tiers[pos] == unmatched {
		v.tiers[pos] = scattered
		if v.seen != nil {
			v.seen[pos] = 0xff
		}
	}
}

func (j *painter[T]) shown(p *picture[T]) []uint32 {
	old := j.old
	if j.delta == nil || old.tiers == nil || old.query.canon != p.query.canon || old.column != p.column || old.backward != p.backward {
		return partition(p.order, p.backward, p.tiers)
	}
	if same(old.tiers, p.tiers) && same(old.order, p.order) {
		return old.shown
	}
	if j.delta.many {
		return partition(p.order, p.backward, p.tiers)
	}
	gone, came := matching(j.delta.gone, old.tiers), matching(j.delta.came, p.tiers)
	return splice(old.shown, j.delta, gone, came, j.reading(old), j.reading(p))
}

// same reports whether two slices are one.
func same[E any](a, b []E) bool { return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0]) }

// matching are the positions whose rows are shown.
func matching(positions []uint32, tiers []uint8) []uint32 {
	var out []uint32
	for _, p := range positions {
		if tiers[p] != unmatched {
			out = append(out, p)
		}
	}
	return out
}

// reading compares two positions as a filtered picture lists them.
func (j *painter[T]) reading(p *picture[T]) func(a, b uint32) int {
	order := cmp.Compare[uint32]
	if p.column >= 0 {
		order = byKey(p.rows, j.columns[p.column].SortKey)
	}
	return func(a, b uint32) int {
		if c := cmp.Compare(p.tiers[a], p.tiers[b]); c != 0 {
			return c
		}
		if p.backward {
			a, b = b, a
		}
		return order(a, b)
	}
}

// byKey compares two positions as a sorter does.
func byKey[T any](rows Rows[T], key func([]byte, T) []byte) func(a, b uint32) int {
	var x, y []byte
	return func(a, b uint32) int {
		x, y = key(x[:0], rows.At(int(a))), key(y[:0], rows.At(int(b)))
		if c := bytes.Compare(x, y); c != 0 {
			return c
		}
		return cmp.Compare(rows.ID(int(a)), rows.ID(int(b)))
	}
}
