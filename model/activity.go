package model

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"
)

// Activity reads the events of an account, of which there may be millions: the few that are looked at, when they are looked
// at. Events have the numbers 1 to n without gaps and never change, so that a window on them is nothing but a count, which
// Snapshot.Total gives, and what was read once is kept, up to a bound. It is safe for concurrent use.
type Activity struct {
	store Store

	mu         sync.Mutex
	young, old map[uint64]Event // what was read, by number: when young is full it becomes old, and what was old is let go
	anchor     Event            // the newest event read; another in its place means another store
}

// keptEvents is about how many events an Activity keeps: some twenty screens full, half a megabyte.
const keptEvents = 2048

// NewActivity returns a reader of a store's events that has read none yet.
func NewActivity(store Store) *Activity {
	return &Activity{store: store, young: map[uint64]Event{}}
}

// Activity returns a reader of the events and how many there are, for somebody who may see them.
func (d *Directory) Activity(ctx context.Context, actor Actor) (*Activity, uint64, error) {
	count := 0
	err := d.lookAs(ctx, actor, func(in *change, rules Rules) (err error) {
		if err := rules.SeeAll(); err != nil {
			return err
		}
		count, err = in.Count(KindEvent)
		return err
	})
	return NewActivity(d.store), uint64(count), err
}

// Count returns how many events there are by now.
func (a *Activity) Count(ctx context.Context) (uint64, error) {
	count := 0
	err := a.store.View(ctx, func(tx ReadTx) (err error) {
		count, err = tx.Count(KindEvent)
		return err
	})
	return uint64(count), err
}

// Event returns an event that was read; false if it wasn't, or not lately. One that can't be read has a number and nothing
// else.
func (a *Activity) Event(seq uint64) (Event, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if e, ok := a.young[seq]; ok {
		return e, true
	}
	e, ok := a.old[seq]
	if ok {
		a.keep(e) // it is being looked at
	}
	return e, ok
}

func (a *Activity) keep(e Event) {
	if len(a.young) >= keptEvents/2 {
		a.young, a.old = make(map[uint64]Event, keptEvents/2), a.young
	}
	a.young[e.Seq] = e
	if e.Seq >= a.anchor.Seq && e.Readable() {
		a.anchor = e
	}
}

// Readable reports whether there is more to an event than its number: an Activity gives those that are damaged too.
func (e Event) Readable() bool { return e.Action != "" }

// Read reads events, so that Event has them. One that is damaged doesn't keep the others from being read.
func (a *Activity) Read(ctx context.Context, numbers []uint64) error {
	anchor := a.newest()
	read := make([]Event, 0, len(numbers))
	replaced := false
	err := a.store.View(ctx, func(tx ReadTx) error {
		read, replaced = read[:0], false
		if anchor.Seq > 0 {
			now, err := load(tx, KindEvent, ID(anchor.Seq), decodeEvent)
			replaced = err != nil || now.Hash != anchor.Hash
		}
		for _, seq := range numbers {
			e, err := load(tx, KindEvent, ID(seq), decodeEvent)
			switch {
			case err == nil:
			case errors.Is(err, ErrDamaged), errors.Is(err, ErrNotFound):
				e = Event{Seq: seq}
			default:
				return err
			}
			read = append(read, e)
		}
		return nil
	})
	if err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if replaced {
		a.young, a.old, a.anchor = map[uint64]Event{}, nil, Event{}
	}
	for _, e := range read {
		a.keep(e)
	}
	return nil
}

func (a *Activity) newest() Event {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.anchor
}

// searchSize is how many events are looked through at a time: some ten milliseconds' work, of which the store is held open
// for one.
const searchSize = 8192

// Search looks for events that a filter wants among those with the numbers up to from, newest first. It looks through a few
// thousand, and returns the numbers of those that were found and where to go on: 0 when all were looked through. Events that
// can't be read are passed over.
func (a *Activity) Search(ctx context.Context, f *EventFilter, from uint64) (found []uint64, next uint64, err error) {
	part, next, err := a.part(ctx, from)
	for _, raw := range slices.Backward(part) {
		if e, ok := raw.decode(true); ok && f.Matches(&e) {
			found = append(found, e.Seq)
		}
	}
	return found, next, err
}

// List goes through the events that a filter wants among those with the numbers up to from, newest first, and holds no more
// than a few thousand at a time. It ends with the first error: ErrDamaged for an event that can't be read.
func (a *Activity) List(ctx context.Context, f *EventFilter, from uint64) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		for from > 0 {
			part, next, err := a.part(ctx, from)
			if err != nil {
				yield(Event{}, err)
				return
			}
			for _, raw := range slices.Backward(part) {
				e, err := raw.event()
				if err != nil || f.Matches(&e) {
					if !yield(e, err) || err != nil {
						return
					}
				}
			}
			from = next
		}
	}
}

// After returns the events after a number that a filter wants, oldest first: those of the next few thousand. It also returns
// the number of the last one that it looked at.
func (a *Activity) After(ctx context.Context, f *EventFilter, seq uint64) (list []Event, last uint64, err error) {
	count, err := a.Count(ctx)
	if err != nil || count <= seq {
		return nil, seq, err
	}
	last = min(count, seq+searchSize)
	part, err := readEvents(ctx, a.store, seq+1, last)
	if err != nil {
		return nil, seq, err
	}
	for _, raw := range part {
		e, err := raw.event()
		if err != nil {
			return nil, seq, err
		}
		if f.Matches(&e) {
			list = append(list, e)
		}
	}
	return list, last, nil
}

// part reads some events up to a number, and says where those before them end.
func (a *Activity) part(ctx context.Context, from uint64) (part []rawEvent, next uint64, err error) {
	if from == 0 {
		return nil, 0, nil
	}
	first := from - min(from, searchSize) + 1
	part, err = readEvents(ctx, a.store, first, from)
	return part, first - 1, err
}

// rawEvent is an event's record as it was found, or what is wrong with it.
type rawEvent struct {
	seq    uint64
	record []byte
	err    error
}

// decode reads the record. With share set, texts point into it.
func (r rawEvent) decode(share bool) (Event, bool) {
	if r.err != nil {
		return Event{}, false
	}
	return decodeEvent(ID(r.seq), r.record, share)
}

// event reads the record, or says that it can't be.
func (r rawEvent) event() (Event, error) {
	e, ok := r.decode(false)
	switch {
	case r.err != nil && !errors.Is(r.err, ErrNotFound):
		return e, fmt.Errorf("event %d: %w", r.seq, r.err)
	case !ok:
		return e, undecodable(KindEvent, ID(r.seq))
	}
	return e, nil
}

// readEvents reads the records of the events first to last, each of which it returns, whole or not. What they hold is looked
// at after the store was let go: whoever wants to write waits for it.
func readEvents(ctx context.Context, store Store, first, last uint64) ([]rawEvent, error) {
	var list []rawEvent
	err := store.View(ctx, func(tx ReadTx) error {
		list = make([]rawEvent, 0, last-first+1)
		for next := first; next <= last; {
			var err error
			if list, err = scanEvents(tx, list, next, last); err != nil && !errors.Is(err, ErrDamaged) {
				return err
			}
			next = first + uint64(len(list))
			if next <= last { // the scan ended early, at one that is damaged or isn't there
				_, err := tx.Get(KindEvent, ID(next))
				if err == nil { // but is found when it is asked for by name
					err = undecodable(KindEvent, ID(next))
				}
				list = append(list, rawEvent{seq: next, err: err})
				next++
			}
		}
		return nil
	})
	return list, err
}

// scanEvents adds the records from next on, up to the first that isn't there.
func scanEvents(tx ReadTx, list []rawEvent, next, last uint64) ([]rawEvent, error) {
	var room []byte // many records share an allocation
	err := tx.Scan(KindEvent, ID(next), func(id ID, record []byte) bool {
		if uint64(id) != next || next > last {
			return false
		}
		if len(room)+len(record) > cap(room) {
			room = make([]byte, 0, max(chunkBytes, len(record)))
		}
		at := len(room)
		room = append(room, record...)
		list = append(list, rawEvent{seq: next, record: room[at:len(room):len(room)]})
		next++
		return next <= last
	})
	return list, err
}
