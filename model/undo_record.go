package model

import (
	"slices"
	"time"
)

// What undo keeps: of each user who changed something a list of steps, and of each step a part for each transaction that it
// took. A part is deleted when it is taken back, and another one written that says how to put it again.

// UndoTerm is for how long a change can be taken back.
const UndoTerm = 30 * 24 * time.Hour

// The bounds of what is kept of one person: the oldest step goes first. A change of more records than fit into the parts,
// which is a little more than a million, can't be taken back. Both are variables for tests.
var (
	maxSteps     = 100
	maxUndoParts = 4200
)

// stepKind says which way a step went. The numbers are part of the store's format.
type stepKind uint8

const (
	stepDone   stepKind = 1
	stepUndone stepKind = 2 // takes back another, and is what redo takes back
	stepRedone stepKind = 3
)

// Step is a change that somebody made, one to them however many records and transactions it took.
type Step struct {
	ID      ID
	At      time.Time
	Event   uint64 // the number of its first event
	Deed           // what it did first
	Also    []Deed // what else it did, as an import does
	Records int    // how many records it touched, for progress

	kind        stepKind
	parts       []ID
	first, last uint64 // the numbers of its events; those of others can lie between them

	inWhole
}

// undoSchema is that of the lists: the second has the numbers of a step's first and last event, the third what else it did.
const undoSchema = 3

// tooLarge reports whether the step is one of more records than are kept.
func (s Step) tooLarge() bool { return s.Records > maxUndoParts*bulkSize }

// undoList is what one user can take back and put again, oldest first.
type undoList struct {
	user  ID
	steps []Step
}

func (l undoList) ref() Ref { return Ref{KindUndo, l.user} }

func (l undoList) uniqueKeys() []uniqueKey { return nil }

func (l undoList) appendRecord(b []byte) []byte {
	e := newEncoderOf(undoSchema, b, 1)
	e.number(uint64(len(l.steps)))
	for _, s := range l.steps {
		e.number(uint64(s.ID))
		e.number(uint64(s.kind))
		e.time(s.At)
		e.number(s.Event)
		e.deed(s.Deed)
		e.number(uint64(s.Records))
		e.number(uint64(len(s.parts)))
		last := s.ID
		for _, id := range s.parts { // ascending, so that the gaps between them are small numbers
			e.number(uint64(id - last))
			last = id
		}
		e.number(s.first)
		e.number(s.last)
		e.number(uint64(len(s.Also)))
		for _, also := range s.Also {
			e.deed(also)
		}
	}
	return e.b
}

func decodeUndoList(id ID, b []byte, share bool) (l undoList, ok bool) {
	d, _ := newDecoderOf(undoSchema, b, share)
	l.user = id
	if n := d.length(); n > 0 {
		l.steps = make([]Step, n)
	}
	for i := range l.steps {
		s := &l.steps[i]
		s.ID, s.kind, s.At, s.Event = ID(d.number()), stepKind(d.number()), d.time(), d.number()
		s.Deed, s.Records = d.deed(), int(d.number())
		last := s.ID
		for range d.length() {
			last += ID(d.number())
			s.parts = append(s.parts, last)
		}
		s.first, s.last = s.Event, s.Event
		if d.schema >= 2 {
			s.first, s.last = d.number(), d.number()
		}
		if d.schema >= 3 {
			for range d.length() {
				s.Also = append(s.Also, d.deed())
			}
		}
	}
	return l, d.done()
}

// undo returns the step that is to be taken back next.
func (l undoList) undo() (Step, bool) {
	for _, s := range slices.Backward(l.steps) {
		if s.kind != stepUndone {
			return s, true
		}
	}
	return Step{}, false
}

// redo returns the step that is to be put again next: none once something else was changed.
func (l undoList) redo() (Step, bool) {
	for _, s := range slices.Backward(l.steps) {
		switch s.kind {
		case stepUndone:
			return s, true
		case stepDone:
			return Step{}, false
		case stepRedone:
		}
	}
	return Step{}, false
}

// find returns the place of a step, or -1.
func (l undoList) find(id ID) int {
	return slices.IndexFunc(l.steps, func(s Step) bool { return s.ID == id })
}

// touchKind is what became of a record. The numbers are part of the store's format.
type touchKind uint8

const (
	touchCreated touchKind = 1
	touchDeleted touchKind = 2
	touchChanged touchKind = 3
	touchSwept   touchKind = 4 // changed in what refers to something that is gone: without a version, without an event
)

// touch is what a transaction did to one record.
type touch struct {
	ref   Ref
	kind  touchKind
	image []byte // of one that was created, as it was then; of one that was deleted, as it was before
	moved []move // of one that was changed
}

// move is a slot's value before and after.
type move struct {
	slot     slot
	from, to string
}

// undoPart is what one transaction of a step did, in the order in which it did it.
type undoPart struct {
	id      ID
	user    ID // whose step it is
	at      time.Time
	touches []touch
}

func (p undoPart) ref() Ref { return Ref{KindUndoPart, p.id} }

func (p undoPart) uniqueKeys() []uniqueKey { return nil }

func (p undoPart) appendRecord(b []byte) []byte {
	e := newEncoder(b, 1)
	e.number(uint64(p.user))
	e.time(p.at)
	e.number(uint64(len(p.touches)))
	for _, t := range p.touches {
		e.number(uint64(t.kind))
		e.number(uint64(t.ref.Kind))
		e.number(uint64(t.ref.ID))
		if t.kind == touchCreated || t.kind == touchDeleted {
			e.bytes(t.image)
			continue
		}
		e.number(uint64(len(t.moved)))
		for _, m := range t.moved {
			e.number(uint64(m.slot.field))
			e.number(uint64(m.slot.of))
			e.text(m.from)
			e.text(m.to)
		}
	}
	return e.b
}

func decodeUndoPart(id ID, b []byte, share bool) (p undoPart, ok bool) {
	d, _ := newDecoder(b, share)
	p = undoPart{id: id, user: ID(d.number()), at: d.time()}
	if n := d.length(); n > 0 {
		p.touches = make([]touch, n)
	}
	for i := range p.touches {
		t := &p.touches[i]
		t.kind, t.ref = touchKind(d.number()), Ref{Kind(d.number()), ID(d.number())}
		if t.kind == touchCreated || t.kind == touchDeleted {
			t.image = d.image()
			continue
		}
		for range d.length() {
			t.moved = append(t.moved, move{slot{field(d.number()), ID(d.number())}, d.text(), d.text()})
		}
	}
	return p, d.done()
}

// image reads a whole record, which may be longer than any text in it.
func (d *decoder) image() []byte {
	n := d.number()
	if n > uint64(len(d.b)) {
		d.fail()
		return nil
	}
	p := d.b[:n:n]
	d.b = d.b[n:]
	if d.share {
		return p
	}
	return slices.Clone(p)
}
