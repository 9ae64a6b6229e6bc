package tui

import (
	"cmp"
	"slices"

	"lanyard/model"
)

// eventRow is an event, or only its number while it isn't read.
type eventRow struct {
	model.Event
	read bool
}

// eventRows are the events that the Activity tab shows, newest first: all up to a number, or the numbers of those that a
// filter found. None is held: what isn't in the Activity's memory is a row to be read.
type eventRows struct {
	in    *model.Activity
	count uint64 // all of them up to this
	found *finds // nil where nothing is filtered
}

// finds are the numbers of events that were found. Both lists only grow at their ends, so that a copy of it never changes.
type finds struct {
	newer []uint64 // ascending: what happened since the search began
	older []uint64 // descending
}

// Len is how many events there are, or were found so far.
func (r eventRows) Len() int {
	if r.found == nil {
		return int(r.count)
	}
	return len(r.found.newer) + len(r.found.older)
}

// ID is the number of the event at a position, of which 0 is the newest.
func (r eventRows) ID(pos int) uint64 {
	switch {
	case r.found == nil:
		return r.count - uint64(pos)
	case pos < len(r.found.newer):
		return r.found.newer[len(r.found.newer)-1-pos]
	}
	return r.found.older[pos-len(r.found.newer)]
}

// At returns an event with no more than its number until it was read, which drawing asks for and doesn't wait for.
func (r eventRows) At(pos int) eventRow {
	seq := r.ID(pos)
	e, ok := r.in.Event(seq)
	e.Seq = seq
	return eventRow{e, ok}
}

// Find returns where an event stands, without a look at any other: numbers have no gaps, and what was found is sorted.
func (r eventRows) Find(id uint64) (int, bool) {
	if r.found == nil {
		return int(r.count - id), 0 < id && id <= r.count
	}
	if i, ok := slices.BinarySearch(r.found.newer, id); ok {
		return len(r.found.newer) - 1 - i, true
	}
	i, ok := slices.BinarySearchFunc(r.found.older, id, func(have, want uint64) int { return cmp.Compare(want, have) })
	return len(r.found.newer) + i, ok
}
