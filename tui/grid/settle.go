package grid

import "slices"

// settle orders the rows that sorting by part of their keys has left alike. Workers read the keys of all entries and change only the positions, each in
// runs of its own.
func (s *sorter[T]) settle(entries []entry, from int) {
	byPos := s.idsAscend()
	parallel(len(entries), s.stop, func() func(lo, hi int) {
		t := settler[T]{sorter: s, byPos: byPos}
		var run []entry
		return func(lo, hi int) {
			for i := lo; i < hi; {
				if i > 0 && entries[i-1].like(&entries[i]) {
					i++ // a run belongs to the piece in which it begins
					continue
				}
				end := runEnd(entries, i)
				if end-i > 1 && (!byPos || entries[i].rest == more) {
					run = append(run[:0], entries[i:end]...)
					t.run(run, from)
					for j := range run {
						entries[i+j].pos = run[j].pos
					}
				}
				i = end
			}
		}
	})
}

// runEnd is where the entries that are like the i-th end.
func runEnd(entries []entry, i int) int {
	end := i + 1
	for end < len(entries) && entries[end].like(&entries[i]) {
		end++
	}
	return end
}

// idsAscend reports whether rows stand in the order of their ids, as they do in most stores. Positions settle ties then.
func (s *sorter[T]) idsAscend() bool {
	for i := 1; i < s.rows.Len(); i++ {
		if s.rows.ID(i-1) >= s.rows.ID(i) {
			return false
		}
	}
	return true
}

// settler is a worker's part in settling.
type settler[T any] struct {
	*sorter[T]
	byPos bool // ids ascend with positions
	buf   []byte
}

// run orders entries that are alike in what they have of their keys, which begins at `from`.
func (t *settler[T]) run(run []entry, from int) {
	if run[0].rest < more {
		t.byID(run)
		return
	}
	from += width
	for i := range run {
		t.buf = t.key(t.buf[:0], t.rows.At(int(run[i].pos)))
		run[i].fill(t.buf, from)
	}
	slices.SortFunc(run, compareEntries)
	for i := 0; i < len(run) && !t.stop.Load(); {
		end := runEnd(run, i)
		if end-i > 1 {
			t.run(run[i:end], from)
		}
		i = end
	}
}

// byID orders rows with equal keys.
func (t *settler[T]) byID(run []entry) {
	if t.byPos {
		return // as they are already
	}
	for i := range run {
		run[i].hi = t.rows.ID(int(run[i].pos))
	}
	slices.SortFunc(run, compareEntries)
}
