package model

import (
	"cmp"
	"math"
	"slices"
	"sort"
	"sync/atomic"
)

// chunkRows is about how many rows a chunk holds. A change copies one chunk, so smaller is cheaper to change and larger is
// cheaper to search.
const chunkRows = 1024

// chunk is a run of rows with ascending ids. It never changes once it is in a Table.
type chunk struct {
	ids  []ID
	ends []uint32 // where each row's bytes end in data
	data []byte
}

// chunkBytes is how much a chunk of a table that is loaded holds: eight pages of memory exactly, so that little is wasted.
const chunkBytes = 64 << 10

// roomyChunk is an empty chunk with room for chunkBytes of records, whatever their number.
func roomyChunk() *chunk {
	return &chunk{ids: make([]ID, 0, chunkRows), ends: make([]uint32, 0, chunkRows), data: make([]byte, 0, chunkBytes)}
}

// tight gives back the room that the lists of a finished chunk don't need; a chunk that is far from full gives it all back.
func (c *chunk) tight() *chunk {
	if len(c.ids) < cap(c.ids) {
		c.ids, c.ends = append([]ID(nil), c.ids...), append([]uint32(nil), c.ends...)
	}
	if len(c.data) < cap(c.data)*7/8 {
		c.data = append([]byte(nil), c.data...)
	}
	return c
}

func (c *chunk) row(i int) []byte {
	from := uint32(0)
	if i > 0 {
		from = c.ends[i-1]
	}
	return c.data[from:c.ends[i]:c.ends[i]]
}

func (c *chunk) add(id ID, record []byte) {
	c.data = append(c.data, record...)
	c.ids = append(c.ids, id)
	c.ends = append(c.ends, uint32(len(c.data)))
}

// Table is an immutable list of records of one kind, in ascending order of id. It keeps them in their encoded form, some
// 80 bytes a user and nothing for the garbage collector to follow, and decodes a row when it is asked for.
type Table[T any] struct {
	decode decodeFunc[T]
	chunks []*chunk
	starts []int // the position of each chunk's first row
	rows   int

	serial  uint64 // names this table among all of the process
	parent  uint64 // the serial of the table that it was made from, 0 if none
	changed []ID   // what differs from the parent
}

var tableSerial atomic.Uint64

func newTable[T any](decode decodeFunc[T], chunks []*chunk) *Table[T] {
	t := &Table[T]{decode: decode, serial: tableSerial.Add(1), starts: make([]int, 0, len(chunks))}
	for _, c := range chunks {
		if len(c.ids) > 0 {
			t.chunks = append(t.chunks, c)
			t.starts = append(t.starts, t.rows)
			t.rows += len(c.ids)
		}
	}
	return t
}

// Len returns the number of rows.
func (t *Table[T]) Len() int { return t.rows }

// At returns the row at a position from 0 to Len()-1. Its texts share the table's memory.
func (t *Table[T]) At(i int) T {
	c, at := t.locate(i)
	row, _ := t.decode(c.ids[at], c.row(at), true) // read once already when the table was made
	return row
}

// ID returns the id of the row at a position from 0 to Len()-1.
func (t *Table[T]) ID(i int) ID {
	c, at := t.locate(i)
	return c.ids[at]
}

// Find returns the position of the row with an id.
func (t *Table[T]) Find(id ID) (int, bool) {
	n := t.chunkOf(id)
	if n < 0 {
		return 0, false
	}
	at, ok := slices.BinarySearch(t.chunks[n].ids, id)
	return t.starts[n] + at, ok
}

// Get returns the row with an id.
func (t *Table[T]) Get(id ID) (row T, ok bool) {
	i, ok := t.Find(id)
	if !ok {
		return row, false
	}
	return t.At(i), true
}

// ChangedSince returns the ids of the rows that were added, changed or removed between before and t.
// The answer is false when t wasn't made from before in one step, so that anything may differ.
func (t *Table[T]) ChangedSince(before *Table[T]) ([]ID, bool) {
	if before == t {
		return nil, true
	}
	return t.changed, before != nil && t.parent == before.serial
}

func (t *Table[T]) locate(i int) (c *chunk, at int) {
	n := t.chunkAt(i)
	return t.chunks[n], i - t.starts[n]
}

// chunkAt returns the number of the chunk that the row at a position is in.
func (t *Table[T]) chunkAt(i int) int { return sort.SearchInts(t.starts, i+1) - 1 }

// chunkOf returns the chunk that an id belongs in, or -1 when it lies before all of them.
func (t *Table[T]) chunkOf(id ID) int {
	return sort.Search(len(t.chunks), func(n int) bool { return t.chunks[n].ids[0] > id }) - 1
}

// rowChange is a row's new bytes, or nil for a row that is gone.
type rowChange struct {
	id     ID
	record []byte
}

// with returns a table with some rows added, changed or removed. Only the chunks that hold them are copied.
func (t *Table[T]) with(changes []rowChange) *Table[T] {
	slices.SortFunc(changes, func(a, b rowChange) int { return cmp.Compare(a.id, b.id) })
	chunks := make([]*chunk, 0, len(t.chunks)+1)
	next := 0
	for n, c := range t.chunks {
		from := next
		for next < len(changes) && (n == len(t.chunks)-1 || changes[next].id < t.chunks[n+1].ids[0]) {
			next++
		}
		if from == next {
			chunks = append(chunks, c)
		} else {
			chunks = append(chunks, merge(c, changes[from:next])...)
		}
	}
	if len(t.chunks) == 0 {
		chunks = merge(&chunk{}, changes)
	}
	out := newTable(t.decode, chunks)
	out.parent = t.serial
	for _, c := range changes {
		out.changed = append(out.changed, c.id)
	}
	return out
}

// merge applies changes to a chunk's rows, and splits what grew too large. There is room for the result from the start: a
// change of many copies every chunk, and a list that grows leaves the same again behind.
func merge(c *chunk, changes []rowChange) []*chunk {
	room := len(c.data)
	for _, change := range changes {
		room += len(change.record)
	}
	rows := min(len(c.ids)+len(changes), 2*chunkRows)
	out := []*chunk{{ids: make([]ID, 0, rows), ends: make([]uint32, 0, rows), data: make([]byte, 0, room)}}
	keep := func(id ID, record []byte) {
		if last := out[len(out)-1]; len(last.ids) >= 2*chunkRows {
			out = append(out, &chunk{})
		}
		out[len(out)-1].add(id, record)
	}
	next := 0
	applyUpTo := func(id ID) (replaced bool) {
		for ; next < len(changes) && changes[next].id <= id; next++ {
			if change := changes[next]; change.record != nil {
				keep(change.id, change.record)
			}
			replaced = replaced || changes[next].id == id
		}
		return replaced
	}
	for i, id := range c.ids {
		if !applyUpTo(id) {
			keep(id, c.row(i))
		}
	}
	applyUpTo(math.MaxUint64)
	for i := range out {
		out[i] = out[i].tight()
	}
	return out
}
