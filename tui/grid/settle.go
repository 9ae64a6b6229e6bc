package grid

import (
	"math"
	"slices"
)

// settler orders rows whose sort keys begin alike.
type settler[T any] struct {
	*sorter[T]
	byPos bool // ids ascend with positions
	buf   []byte
}

// deeper sorts a run of rows whose keys agree in the first `from` bytes, by the bytes after those.
func (t *settler[T]) deeper(run []entry, from int) {
	shortest, longest := math.MaxInt, 0
	for i := range run {
		t.buf = t.key(t.buf[:0], t.rows.At(int(run[i].pos)))
		run[i].key = eight(t.buf, from)
		shortest, longest = min(shortest, len(t.buf)), max(longest, len(t.buf))
	}
	switch {
	case longest > from:
		t.each(run, func(run []entry) { t.deeper(run, from+8) })
	case shortest < longest:
		// They differ in how many zero bytes they end in.
		for i := range run {
			run[i].key = uint64(len(t.key(t.buf[:0], t.rows.At(int(run[i].pos)))))
		}
		t.each(run, t.byID)
	default:
		t.byID(run)
	}
}

// each sorts a run and hands on the runs in it that are still alike.
func (t *settler[T]) each(run []entry, f func(run []entry)) {
	slices.SortFunc(run, compareEntries)
	for i := 0; i < len(run); {
		end := i + 1
		for end < len(run) && run[end].key == run[i].key {
			end++
		}
		if end-i > 1 {
			f(run[i:end])
		}
		i = end
	}
}

// byID sorts rows with equal keys.
func (t *settler[T]) byID(run []entry) {
	if !t.byPos {
		for i := range run {
			run[i].key = t.rows.ID(int(run[i].pos))
		}
	}
	slices.SortFunc(run, compareEntries)
}

// settle orders the runs of entries that are alike so far. Workers read the keys of all entries and change only the positions, in runs of their own.
func (s *sorter[T]) settle(entries []entry, from int, deeper, byPos bool) {
	parallel(len(entries), s.stop, func() func(lo, hi int) {
		t := settler[T]{sorter: s, byPos: byPos}
		var run []entry
		return func(lo, hi int) {
			for i := lo; i < hi; {
				if i > 0 && entries[i-1].key == entries[i].key {
					i++ // a run belongs to the piece in which it begins
					continue
				}
				end := i + 1
				for end < len(entries) && entries[end].key == entries[i].key {
					end++
				}
				if end-i > 1 {
					run = append(run[:0], entries[i:end]...)
					t.settle(run, from, deeper)
					for j := range run {
						entries[i+j].pos = run[j].pos
					}
				}
				i = end
			}
		}
	})
}

// settle orders one run.
func (t *settler[T]) settle(run []entry, from int, deeper bool) {
	if deeper {
		t.deeper(run, from+8)
	} else {
		t.byID(run)
	}
}
