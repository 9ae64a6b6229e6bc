package grid

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"
	"sync"
	"sync/atomic"
)

// sorter puts rows in the order of one column. Ties go by id, so that an order depends on the rows alone and not on how it came about.
type sorter[T any] struct {
	rows Rows[T]
	key  func(b []byte, row T) []byte
	stop *atomic.Bool
}

// entry is a row while it is being sorted: eight bytes of its sort key and its position. Comparing those is all that most comparisons take.
type entry struct {
	key uint64
	pos uint32
}

func compareEntries(a, b entry) int {
	if a.key != b.key {
		return cmp.Compare(a.key, b.key)
	}
	return cmp.Compare(a.pos, b.pos)
}

// sort gives the positions of all rows in ascending order, or nonsense if it was stopped.
func (s *sorter[T]) sort() []uint32 {
	entries := make([]entry, s.rows.Len())
	from := 0
	keys := s.load(entries, from)
	for keys.same && keys.longest > from+8 {
		from += 8 // they all begin alike, as the times of one year do
		keys = s.load(entries, from)
	}
	sortEntries(entries, s.stop)
	// A key that ends in zero bytes reads like a shorter one.
	deeper := keys.longest > from+8 || keys.zero && keys.shortest < keys.longest
	if byPos := s.idsAscend(); deeper || !byPos {
		s.settle(entries, from, deeper, byPos)
	}
	order := make([]uint32, len(entries))
	for i := range entries {
		order[i] = entries[i].pos
	}
	return order
}

// keys is what there is to know of all sort keys.
type keys struct {
	shortest, longest int
	zero              bool // some end in a zero byte
	same              bool // the eight bytes in question are the same in all
}

// load fills in the entries with the eight bytes of each key behind the first `from`.
func (s *sorter[T]) load(entries []entry, from int) keys {
	all := keys{shortest: math.MaxInt, same: true}
	if len(entries) == 0 {
		return all
	}
	first := eight(s.key(nil, s.rows.At(0)), from)
	var mu sync.Mutex
	parallel(len(entries), s.stop, func() func(lo, hi int) {
		var buf []byte
		return func(lo, hi int) {
			k := keys{shortest: math.MaxInt, same: true}
			for i := lo; i < hi; i++ {
				buf = s.key(buf[:0], s.rows.At(i))
				entries[i] = entry{eight(buf, from), uint32(i)}
				k.shortest, k.longest = min(k.shortest, len(buf)), max(k.longest, len(buf))
				k.zero = k.zero || len(buf) > 0 && buf[len(buf)-1] == 0
				k.same = k.same && entries[i].key == first
			}
			mu.Lock()
			defer mu.Unlock()
			all.shortest, all.longest = min(all.shortest, k.shortest), max(all.longest, k.longest)
			all.zero, all.same = all.zero || k.zero, all.same && k.same
		}
	})
	return all
}

// eight is the eight bytes of key behind the first `from`, as a number. What is missing counts as zero.
func eight(key []byte, from int) uint64 {
	if len(key) >= from+8 {
		return binary.BigEndian.Uint64(key[from:])
	}
	if len(key) <= from {
		return 0
	}
	var b [8]byte
	copy(b[:], key[from:])
	return binary.BigEndian.Uint64(b[:])
}

// sortEntries sorts on all cores: it parts the entries round a middle one and sorts the parts side by side.
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

// idsAscend reports whether rows stand in the order of their ids, as they do in most stores. Positions settle ties then.
func (s *sorter[T]) idsAscend() bool {
	for i := 1; i < s.rows.Len(); i++ {
		if s.rows.ID(i-1) >= s.rows.ID(i) {
			return false
		}
	}
	return true
}
