package grid

import "slices"

// fewChanges is up to how many changed rows are worth fitting in one by one, while the key waits for its frame.
const fewChanges = 64

// worthKnowing is the part of the rows up to which it pays to know which of them changed, as when a change of many is on its way: whether those still match
// is soon found out, and mostly they stay where they were.
const worthKnowing = 8

// delta is what happened between two lists of rows.
type delta struct {
	many bool     // they aren't worth fitting in one by one
	gone []uint32 // where rows that changed or went stood in the old list, ascending
	came []uint32 // where rows that changed or came stand in the new one, ascending
	move []shift  // how the others moved; empty if they stayed
}

// shift says that old positions from `from` on, up to the next shift, moved by `by`.
type shift struct {
	from uint32
	by   int
}

// changedRows asks the new rows what changed. It isn't known without an answer, nor with one that is too long to be of use.
func changedRows[T any](old, now Rows[T]) (ids []uint64, known bool) {
	c, is := now.(Changer[T])
	if !is {
		return nil, false
	}
	ids, known = c.Changed(old)
	return ids, known && len(ids) <= max(fewChanges, now.Len()/worthKnowing)
}

// newDelta is the delta when the rows of these ids are said to have changed, and those of some others count as changed too. It doubts what is said where a
// look is cheap, and is nil if that isn't so.
func newDelta[T any](old, now Rows[T], ids, also []uint64) *delta {
	d := deltaOf(old, now, slices.Concat(ids, also))
	d.many = len(ids) > fewChanges
	if old.Len()-len(d.gone) != now.Len()-len(d.came) || !verify(old, now, d) {
		return nil
	}
	return d
}

// deltaOf is the delta when the rows of these ids changed.
func deltaOf[T any](old, now Rows[T], ids []uint64) *delta {
	d := &delta{}
	for _, id := range ids {
		if pos, ok := old.Find(id); ok {
			d.gone = append(d.gone, uint32(pos))
		}
		if pos, ok := now.Find(id); ok {
			d.came = append(d.came, uint32(pos))
		}
	}
	slices.Sort(d.gone)
	slices.Sort(d.came)
	d.gone, d.came = slices.Compact(d.gone), slices.Compact(d.came)
	d.shifts(uint32(old.Len()))
	return d
}

// inPlace reports whether every changed row stands where it stood.
func (d *delta) inPlace() bool { return len(d.move) == 0 && slices.Equal(d.gone, d.came) }

// shifts walks both lists at once and notes where the distance between a row's two positions changes.
func (d *delta) shifts(n uint32) {
	gone, came := d.gone, d.came
	old, now := uint32(0), uint32(0)
	for old < n {
		for len(gone) > 0 && gone[0] == old {
			gone, old = gone[1:], old+1
		}
		for len(came) > 0 && came[0] == now {
			came, now = came[1:], now+1
		}
		if old >= n {
			break
		}
		if by := int(now) - int(old); len(d.move) == 0 && by != 0 || len(d.move) > 0 && d.move[len(d.move)-1].by != by {
			d.move = append(d.move, shift{old, by})
		}
		// All is alike up to the next row of either kind.
		step := n - old
		if len(gone) > 0 {
			step = min(step, gone[0]-old)
		}
		if len(came) > 0 {
			step = min(step, came[0]-now)
		}
		old, now = old+step, now+step
	}
}

// to is where the row at old position p stands now. It must not be one that is gone.
func (d *delta) to(p uint32) uint32 {
	if len(d.move) == 0 || p < d.move[0].from {
		return p
	}
	i := len(d.move) - 1
	if i > 3 {
		i, _ = slices.BinarySearchFunc(d.move, p+1, func(s shift, p uint32) int { return int(s.from) - int(p) })
		i--
	}
	for d.move[i].from > p {
		i--
	}
	return uint32(int(p) + d.move[i].by)
}

// verify looks at the rows on both sides of each change, and at some in between.
func verify[T any](old, now Rows[T], d *delta) bool {
	n := old.Len()
	same := func(p int) bool {
		if _, gone := slices.BinarySearch(d.gone, uint32(p)); gone {
			return true
		}
		q := int(d.to(uint32(p)))
		return q < now.Len() && old.ID(p) == now.ID(q)
	}
	for _, p := range d.gone {
		if p > 0 && !same(int(p)-1) || int(p)+1 < n && !same(int(p)+1) {
			return false
		}
	}
	for _, s := range d.move {
		if s.from > 0 && !same(int(s.from)-1) || !same(int(s.from)) {
			return false
		}
	}
	for i := range min(n, 64) {
		if !same(i * n / min(n, 64)) {
			return false
		}
	}
	return n == 0 || same(n-1)
}
