package model

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

func compareRefs(a, b Ref) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID))
}

// Rebuilding is what Rebuild is told beside the records.
type Rebuilding struct {
	Now time.Time
	// Events is how many events there were, as far as anything tells.
	Events uint64
	// Admin is the email of who becomes an Active Admin, in an account that would have none. Somebody who isn't in it is added.
	Admin string
}

// ErrNoAdmin means that nobody could enter the account. It is a kind of ErrDamaged.
var ErrNoAdmin = fmt.Errorf("no Active Admin: %w", ErrDamaged)

// Rebuild makes the indexes, the tallies and the marks of Active Admins from the records, in a transaction that holds
// nothing but records. A record that can't be read, that claims a unique key of another one, or that is a key of nobody's
// is handed to drop and removed; what refers to a group or a workspace that isn't there does so no longer. In the place of an
// event that is missing comes one that says so: the numbers have no gaps, and the chain breaks there, as it should. It makes
// nothing else up. Without an Active Admin it is ErrNoAdmin, unless one is named.
func Rebuild(ctx context.Context, tx WriteTx, with Rebuilding, drop func(ref Ref, record []byte, why string)) error {
	b := &rebuild{ctx: ctx, WriteTx: tx, Rebuilding: with, drop: drop, tallies: map[ID]*Tally{}}
	if _, err := load(tx, KindAccount, AccountID, decodeAccount); err != nil {
		return &Error{Kind: ErrDamaged, What: "The account's own record is lost", Hint: "Restore a backup of the store."}
	}
	for _, step := range []func() error{b.admin, b.records, b.entered, b.count, b.events} {
		if err := step(); err != nil {
			return err
		}
	}
	b.note.at = with.Now
	return noteOverdue(tx, func(o *overdue) {
		if o.repaired.lost != "" { // by a repair of which there is no event yet
			b.note.lost = strings.TrimSuffix(o.repaired.lost+", "+b.note.lost, ", ")
		}
		b.note.admin = cmp.Or(b.note.admin, o.repaired.admin)
		o.repaired = b.note
	})
}

type rebuild struct {
	WriteTx
	Rebuilding
	ctx     context.Context
	note    repairNote
	drop    func(ref Ref, record []byte, why string)
	tallies map[ID]*Tally
}

// records reads all records that others are made from.
func (b *rebuild) records() error {
	for _, shape := range shapes {
		if err := b.each(shape.kind, func(id ID, record []byte) error {
			r, ok := shape.read(id, record)
			if !ok {
				return b.lose(Ref{shape.kind, id}, record, "it can't be read")
			}
			return b.put(r, record)
		}); err != nil {
			return err
		}
	}
	return b.each(KindServiceAccount, b.withKeys)
}

// count writes the tallies.
func (b *rebuild) count() error {
	for _, id := range slices.Sorted(maps.Keys(b.tallies)) {
		if !b.there(id) {
			continue
		}
		if err := b.Put(KindTally, id, b.tallies[id].appendRecord(nil)); err != nil {
			return err
		}
	}
	return nil
}

// each visits the records of a kind, which may be changed meanwhile.
func (b *rebuild) each(kind Kind, visit func(ID, []byte) error) error {
	var ids []ID
	if err := b.Scan(kind, 0, func(id ID, _ []byte) bool { ids = append(ids, id); return true }); err != nil {
		return err
	}
	for _, id := range ids {
		record, err := b.Get(kind, id)
		if err := cmp.Or(b.ctx.Err(), err); err != nil {
			return err
		}
		if err := visit(id, record); err != nil {
			return err
		}
	}
	return nil
}

func (b *rebuild) lose(ref Ref, record []byte, why string) error {
	b.drop(ref, slices.Clone(record), ref.Kind.String()+": "+why)
	return b.Delete(ref.Kind, ref.ID)
}

func (b *rebuild) put(r stored, record []byte) error {
	if k, ok := r.record.(APIKey); ok {
		if _, err := b.Get(KindServiceAccount, k.ServiceAccount); errors.Is(err, ErrNotFound) {
			return b.lose(k.ref(), record, "it belongs to no service account")
		}
	}
	mended, err := b.mended(r.record)
	if err != nil {
		return err
	}
	if mended != nil {
		r.record, r.references = mended, referencesOf(mended)
	}
	keys := r.uniqueKeys()
	for _, k := range keys {
		if _, taken, err := held(b, k.index, k.key); err != nil || taken {
			return cmp.Or(err, b.lose(r.ref(), record, "another one has the same place in the index of "+k.index.String()))
		}
	}
	for _, k := range keys {
		if err := b.Reserve(k.index, k.key, r.ref().ID); err != nil {
			return err
		}
	}
	tally(b.tallies, r.ref(), r.references)
	if u, ok := r.record.(User); ok && u.activeAdmin() {
		return b.Put(KindActiveAdmin, u.ID, nil)
	}
	return nil
}

// there reports whether something is counted for: what refers to a group that was deleted is passed over.
func (b *rebuild) there(id ID) bool {
	if _, ok := BuiltInRole(id); ok {
		return true
	}
	return slices.ContainsFunc([]Kind{KindGroup, KindWorkspace, KindRole}, func(kind Kind) bool {
		_, err := b.Get(kind, id)
		return err == nil
	})
}

// withKeys mends a service account whose keys are lost. In the place of its key comes one that opens nothing and is past its
// end, so that the account can be rotated to a new one, or deleted.
func (b *rebuild) withKeys(id ID, record []byte) error {
	s, _ := decodeServiceAccount(id, record, false) // was read before
	if _, err := b.Get(KindAPIKey, s.PreviousKey); s.PreviousKey != 0 && errors.Is(err, ErrNotFound) {
		mended := s.next()
		mended.PreviousKey = 0
		if err := b.Put(KindServiceAccount, id, mended.appendRecord(nil)); err != nil {
			return err
		}
	}
	if _, err := b.Get(KindAPIKey, s.Key); !errors.Is(err, ErrNotFound) {
		return err
	}
	lost := APIKey{
		ID: s.Key, Version: 1, ServiceAccount: id, PublicID: lostKey + strconv.FormatUint(uint64(s.Key), 10), CreatedAt: s.CreatedAt, ExpiresAt: s.CreatedAt,
	}
	if lost.ExpiresAt.IsZero() {
		lost.ExpiresAt = time.UnixMilli(1)
	}
	return save(b, nil, lost)
}

// events fills the gaps in the activity, and what is missing at its end.
func (b *rebuild) events() error {
	last, at := ID(0), b.Now
	fill := func(before ID) error {
		if first := last + 1; first < before {
			b.note.addLost(first, before-1)
		}
		for last++; last < before; last++ {
			target := Ref{KindEvent, last}
			e := Event{Seq: uint64(last), Time: at, Action: lostEvent, Target: target, TargetName: "an event that can't be read any more"}
			if err := b.Put(KindEvent, last, e.appendRecord(nil)); err != nil {
				return err
			}
		}
		return nil
	}
	err := b.each(KindEvent, func(id ID, record []byte) error {
		e, ok := decodeEvent(id, record, false)
		if !ok {
			return b.lose(Ref{KindEvent, id}, record, "it can't be read")
		}
		at = e.Time
		return fill(id)
	})
	return cmp.Or(err, fill(max(last, ID(b.Events))+1))
}
