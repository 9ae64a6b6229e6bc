package model

import (
	"errors"
	"fmt"
	"slices"
)

// uniqueKey is a key that a record holds in a unique index.
type uniqueKey struct {
	index Index
	key   string
}

// record is what the typed functions below ask of a type that is stored.
type record interface {
	ref() Ref
	uniqueKeys() []uniqueKey
	appendRecord(b []byte) []byte
}

// decodeFunc reads one record's bytes. With share set, texts may point into them.
type decodeFunc[T any] func(id ID, b []byte, share bool) (T, bool)

// load reads one record.
func load[T any](tx ReadTx, kind Kind, id ID, decode decodeFunc[T]) (T, error) {
	var none T
	b, err := tx.Get(kind, id)
	if err != nil {
		return none, err
	}
	r, ok := decode(id, b, false)
	if !ok {
		return none, undecodable(kind, id)
	}
	return r, nil
}

// save writes a record and moves its unique keys from what it held before. old is nil for a new record.
func save(tx WriteTx, old, updated record) error {
	var held []uniqueKey
	if old != nil {
		held = old.uniqueKeys()
	}
	want := updated.uniqueKeys()
	for _, k := range held {
		if !slices.Contains(want, k) {
			if err := tx.Release(k.index, k.key); err != nil {
				return err
			}
		}
	}
	ref := updated.ref()
	for _, k := range want {
		if !slices.Contains(held, k) {
			if err := tx.Reserve(k.index, k.key, ref.ID); err != nil {
				return err
			}
		}
	}
	return tx.Put(ref.Kind, ref.ID, updated.appendRecord(nil))
}

// erase removes a record and its unique keys.
func erase(tx WriteTx, old record) error {
	for _, k := range old.uniqueKeys() {
		if err := tx.Release(k.index, k.key); err != nil {
			return err
		}
	}
	return tx.Delete(old.ref().Kind, old.ref().ID)
}

func undecodable(kind Kind, id ID) error {
	return &Error{
		Kind: ErrDamaged, What: fmt.Sprintf("%s %d can't be read: its record is damaged", kind, id),
		Hint: "Restore a backup of the store.",
	}
}

// held reports whether a unique key belongs to a record already.
func held(tx ReadTx, index Index, key string) (ID, bool, error) {
	id, err := tx.Find(index, key)
	if errors.Is(err, ErrNotFound) {
		return 0, false, nil
	}
	return id, err == nil, err
}
