package model

import (
	"context"
	"time"
)

// Events returns all of the activity, for tests.
func Events(ctx context.Context, store Store) ([]Event, error) {
	var list []Event
	err := store.View(ctx, func(tx ReadTx) error {
		return scanAll(tx, KindEvent, decodeEvent, func(e Event) bool {
			list = append(list, e)
			return true
		})
	})
	return list, err
}

// DecodeAPIKey reads the record of a key.
func DecodeAPIKey(id ID, b []byte) (APIKey, bool) { return decodeAPIKey(id, b, false) }

// SetKeyEnd gives a key an end of its own.
func SetKeyEnd(ctx context.Context, store Store, id ID, end time.Time) error {
	return store.Update(ctx, func(tx WriteTx) error {
		k, err := load(tx, KindAPIKey, id, decodeAPIKey)
		if err != nil {
			return err
		}
		ends := k
		ends.ExpiresAt = end
		return save(tx, k, ends)
	})
}

// Chained reports whether each event holds the hash that follows from the one before.
func Chained(key []byte, list []Event) bool {
	var before [32]byte
	for _, e := range list {
		if e.Hash != e.chain(key, before) {
			return false
		}
		before = e.Hash
	}
	return true
}

// SetUndoBounds sets how much is kept for undo, and returns what sets it back.
func SetUndoBounds(steps, parts int) (reset func()) {
	s, p := maxSteps, maxUndoParts
	maxSteps, maxUndoParts = steps, parts
	return func() { maxSteps, maxUndoParts = s, p }
}

// Kept returns how many events are in memory.
func (a *Activity) Kept() int { return len(a.young) + len(a.old) }

// FillEvents writes events that are chained to nothing.
func FillEvents(tx WriteTx, n int) error {
	count, err := tx.Count(KindEvent)
	for i := range n {
		if err != nil {
			return err
		}
		e := Event{Seq: uint64(count + i + 1), Action: "user.rename", ActorName: "ana@acme.test"}
		err = tx.Put(KindEvent, ID(e.Seq), e.appendRecord(nil))
	}
	return err
}
