package model

import "context"

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
