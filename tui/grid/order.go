package grid

import (
	"cmp"
	"encoding/binary"
	"slices"
	"sync/atomic"
)

// sorter puts rows in the order of one column. Ties go by id, so that an order depends on the rows alone and not on how it came about.
type sorter[T any] struct {
	rows Rows[T]
	key  func(b []byte, row T) []byte
	stop *atomic.Bool
}

// entry is a row while it is being sorted: its position, and sixteen bytes of its sort key, which settle most comparisons without a look at the row. Rows
// lie all over the memory, and looking is what takes the time.
type entry struct {
	hi, lo uint64
	pos    uint32
	rest   uint32 // how much there is of the key from these bytes on; more if it goes on behind them
}

const (
	width = 16        // bytes of the key in an entry
	more  = width + 1 // the rest of a key that goes on
)

// fill puts into e what comes in the key after the first `from` bytes. What is missing counts as zero.
func (e *entry) fill(key []byte, from int) {
	key = key[min(from, len(key)):]
	e.rest = uint32(min(len(key), more))
	if len(key) >= width {
		e.hi, e.lo = binary.BigEndian.Uint64(key), binary.BigEndian.Uint64(key[8:])
		return
	}
	var b [width]byte
	copy(b[:], key)
	e.hi, e.lo = binary.BigEndian.Uint64(b[:]), binary.BigEndian.Uint64(b[8:])
}

// like reports whether the keys are the same as far as they are known.
func (e *entry) like(o *entry) bool { return e.hi == o.hi && e.lo == o.lo && e.rest == o.rest }

// compareEntries has a key that ends come before one that goes on with zeros.
func compareEntries(a, b entry) int {
	switch {
	case a.hi != b.hi:
		return cmp.Compare(a.hi, b.hi)
	case a.lo != b.lo:
		return cmp.Compare(a.lo, b.lo)
	case a.rest != b.rest:
		return cmp.Compare(a.rest, b.rest)
	}
	return cmp.Compare(a.pos, b.pos)
}

// sort gives the positions of all rows in ascending order, or nonsense if it was stopped.
func (s *sorter[T]) sort() []uint32 {
	entries := make([]entry, s.rows.Len())
	if len(entries) == 0 {
		return nil
	}
	from := 0
	for s.load(entries, from) {
		from += width // they all begin alike, as the members of one family of addresses do
	}
	sortEntries(entries, s.stop)
	s.settle(entries, from)
	order := make([]uint32, len(entries))
	for i := range entries {
		order[i] = entries[i].pos
	}
	return order
}

// load fills all entries, and reports whether all keys are the same so far and go on.
func (s *sorter[T]) load(entries []entry, from int) (alike bool) {
	var first entry
	first.fill(s.key(nil, s.rows.At(0)), from)
	var differ atomic.Bool
	parallel(len(entries), s.stop, func() func(lo, hi int) {
		var buf []byte
		return func(lo, hi int) {
			same := true
			for i := lo; i < hi; i++ {
				e := &entries[i]
				buf = s.key(buf[:0], s.rows.At(i))
				e.fill(buf, from)
				e.pos = uint32(i)
				same = same && e.like(&first)
			}
			if !same {
				differ.Store(true)
			}
		}
	})
	return first.rest == more && !differ.Load() && !s.stop.Load()
}

// sortEntries sorts on two cores, if there are enough entries: it parts them round a middle one and sorts the parts side by side.
func sortEntries(e []entry, stop *atomic.Bool) {
	if stop.Load() {
		return
	}
	if len(e) < 4*piece {
		slices.SortFunc(e, compareEntries)
		return
	}
	middle := part(e)
	var turn atomic.Int32
	together(2, func() {
		if turn.Add(1) == 1 {
			slices.SortFunc(e[:middle], compareEntries)
		} else {
			slices.SortFunc(e[middle:], compareEntries)
		}
	})
}

// part moves the smaller entries before the larger ones and says where the larger begin.
func part(e []entry) int {
	sample := make([]entry, 0, 255)
	for i := range 255 {
		sample = append(sample, e[i*len(e)/255])
	}
	slices.SortFunc(sample, compareEntries)
	pivot := sample[127]
	lo, hi := 0, len(e)
	for lo < hi {
		if compareEntries(e[lo], pivot) < 0 {
			lo++
			continue
		}
		hi--
		e[lo], e[hi] = e[hi], e[lo]
	}
	return lo
}
