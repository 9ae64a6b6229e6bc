package model

import (
	"context"
	"errors"
	"strconv"
	"time"
)

// overdue is what happened while nobody had the root key, from which the chain of events is keyed: there is no event of it
// yet. It is a record of the store, so that it becomes an event and goes away in one transaction.
type overdue struct {
	attempts    uint64    // to open the sealing key with a wrong passphrase
	first, last time.Time // of those
	restored    time.Time // zero if no backup was
	repaired    repairNote
}

// overdueSchema is 2 since there are repairs.
const overdueSchema = 2

func (o overdue) ref() Ref { return Ref{KindOverdue, AccountID} }

func (o overdue) uniqueKeys() []uniqueKey { return nil }

func (o overdue) appendRecord(b []byte) []byte {
	e := newEncoderOf(overdueSchema, b, 1)
	e.number(o.attempts)
	e.time(o.first)
	e.time(o.last)
	e.time(o.restored)
	e.time(o.repaired.at)
	e.text(o.repaired.lost)
	e.text(o.repaired.admin)
	return e.b
}

func decodeOverdue(_ ID, b []byte, share bool) (o overdue, ok bool) {
	d, _ := newDecoderOf(overdueSchema, b, share)
	o = overdue{attempts: d.number(), first: d.time(), last: d.time(), restored: d.time()}
	if d.schema >= 2 {
		o.repaired = repairNote{d.time(), d.text(), d.text()}
	}
	return o, d.done()
}

// NoteFailedUnlock counts an attempt to open the sealing key with a wrong passphrase. It needs no sealing key. The event
// comes with the next change or reveal, which somebody has opened it for.
func NoteFailedUnlock(ctx context.Context, store Store, at time.Time) error {
	return store.Update(ctx, func(tx WriteTx) error {
		return noteOverdue(tx, func(o *overdue) {
			if o.attempts == 0 {
				o.first = at
			}
			o.attempts, o.last = o.attempts+1, at
		})
	})
}

// NoteRestore notes in a store that is made of a backup that it was restored. As with NoteFailedUnlock, the event comes later.
func NoteRestore(tx WriteTx, at time.Time) error {
	return noteOverdue(tx, func(o *overdue) { o.restored = at })
}

func noteOverdue(tx WriteTx, note func(*overdue)) error {
	o, err := load(tx, KindOverdue, AccountID, decodeOverdue)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	note(&o)
	return save(tx, nil, o)
}

// tellOverdue writes the events that are overdue, before anything else that the transaction does.
func (c *change) tellOverdue() error {
	o, err := load(c, KindOverdue, AccountID, decodeOverdue)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	a, err := load(c, KindAccount, AccountID, decodeAccount)
	if err != nil {
		return err
	}
	recording := c.recording
	c.recording = nil // it is no part of a step
	defer func() { c.recording = recording }()
	if !o.restored.IsZero() {
		if err := c.event("account.restore", a.ref(), a.Name, Change{"restored", "", stamp(o.restored)}); err != nil {
			return err
		}
	}
	if !o.repaired.at.IsZero() {
		if err := c.event(repairEvent, a.ref(), a.Name, o.repaired.changes()...); err != nil {
			return err
		}
	}
	if o.attempts > 0 {
		err := c.event("seal.unlock_failed", a.ref(), a.Name, Change{"attempts", "", strconv.FormatUint(o.attempts, 10)},
			Change{"first", "", stamp(o.first)}, Change{"last", "", stamp(o.last)})
		if err != nil {
			return err
		}
	}
	return c.WriteTx.Delete(KindOverdue, AccountID)
}

// TellOverdue writes the events that wait for somebody with the sealing key, if there are any.
func (d *Directory) TellOverdue(ctx context.Context, actor Actor) error {
	return d.update(ctx, actor, func(*change) error { return nil })
}
