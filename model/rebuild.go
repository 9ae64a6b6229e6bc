package model

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// lostEvent is the action of an event that stands in the place of one that can't be read any more.
const lostEvent = "activity.lost"

func compareRefs(a, b Ref) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID))
}

// Rebuild makes the indexes, the tallies and the marks of Active Admins from the records, in a transaction that holds
// nothing but records. A record that can't be read, that claims a unique key of another one, or that is a key of nobody's
// is handed to drop and removed. In the place of an event that is missing comes one that says so: the numbers have no gaps,
// and the chain breaks there, as it should. It makes nothing else up.
func Rebuild(ctx context.Context, tx WriteTx, drop func(ref Ref, record []byte, why string)) error {
	b := &rebuild{ctx: ctx, WriteTx: tx, drop: drop, tallies: map[ID]*Tally{}}
	if _, err := load(tx, KindAccount, AccountID, decodeAccount); err != nil {
		return &Error{Kind: ErrDamaged, What: "The account's own record is lost", Hint: "Restore a backup of the store."}
	}
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
	if err := b.each(KindServiceAccount, b.withKeys); err != nil {
		return err
	}
	for _, id := range slices.Sorted(maps.Keys(b.tallies)) {
		if !b.there(id) {
			continue
		}
		if err := tx.Put(KindTally, id, b.tallies[id].appendRecord(nil)); err != nil {
			return err
		}
	}
	return b.events()
}

type rebuild struct {
	WriteTx
	ctx     context.Context
	drop    func(ref Ref, record []byte, why string)
	tallies map[ID]*Tally
}

// each visits the records of a kind, which may be changed meanwhile.
func (b *rebuild) each(kind Kind, visit func(ID, []byte) error) error {
	var ids []ID
	if err := b.Scan(kind, 0, func(id ID, _ []byte) bool { ids = append(ids, id); return true }); err != nil {
		return err
	}
	for _, id := range ids {
		record, err := b.Get(kind, id)
		if err := cmpErr(b.ctx.Err(), err); err != nil {
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
	keys := r.uniqueKeys()
	for _, k := range keys {
		if _, taken, err := held(b, k.index, k.key); err != nil || taken {
			return cmpErr(err, b.lose(r.ref(), record, "another one has the same place in the index of "+k.index.String()))
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
		ID: s.Key, Version: 1, ServiceAccount: id, PublicID: fmt.Sprintf("lost-%d", s.Key), CreatedAt: s.CreatedAt, ExpiresAt: s.CreatedAt,
	}
	if lost.ExpiresAt.IsZero() {
		lost.ExpiresAt = time.UnixMilli(1)
	}
	return save(b, nil, lost)
}

// events fills the gaps in the activity.
func (b *rebuild) events() error {
	last := ID(0)
	fill := func(before ID, at time.Time) error {
		for last++; last < before; last++ {
			e := Event{Seq: uint64(last), Time: at, Action: lostEvent, TargetName: "an event that can't be read any more"}
			if err := b.Put(KindEvent, last, e.appendRecord(nil)); err != nil {
				return err
			}
		}
		return nil
	}
	return b.each(KindEvent, func(id ID, record []byte) error {
		e, ok := decodeEvent(id, record, false)
		if !ok {
			return b.lose(Ref{KindEvent, id}, record, "it can't be read")
		}
		return fill(id, e.Time)
	})
}
