package db

import (
	"errors"
	"testing"

	bolt "go.etcd.io/bbolt"

	"lanyard/model"
)

// sureKV counts how often it is asked to make sure of a key that isn't there.
type sureKV struct {
	kv
	asked int
}

func (s *sureKV) missed(key []byte) (before, after []byte, err error) {
	s.asked++
	return s.kv.missed(key)
}

// A change of many misses one key for each event that it writes, beside the last one. It is made sure of once, and so is
// what is looked for in the place to which it is then put.
func TestAGapIsMadeSureOfOnce(t *testing.T) {
	s := newStore(t)
	event := func(tx model.WriteTx, id model.ID) error { return tx.Put(model.KindEvent, id, []byte("event")) }
	if err := s.Update(t.Context(), func(tx model.WriteTx) error { return event(tx, 1) }); err != nil {
		t.Fatal(err)
	}
	err := s.with(t.Context(), true, func(h handle, btx *bolt.Tx) error {
		b, err := bucketOf(btx)
		if err != nil {
			return err
		}
		engine := &sureKV{kv: b}
		tx, err := begin(s.path, engine, engine)
		if err != nil {
			return err
		}
		for id := model.ID(2); id < 300; id++ {
			if err := event(tx, id); err != nil {
				return err
			}
			user := 1000 - id // and users from the last to the first
			if _, err := tx.Get(model.KindUser, user); !errors.Is(err, model.ErrNotFound) {
				t.Errorf("user %d: %v", user, err)
			}
			if err := tx.Put(model.KindUser, user, []byte("user")); err != nil {
				return err
			}
			if b, err := tx.Get(model.KindUser, user); err != nil || string(b) != "user" {
				t.Errorf("user %d: %q, %v", user, b, err)
			}
		}
		if engine.asked != 2 {
			t.Errorf("asked %d times, want once for events and once for users", engine.asked)
		}
		if err := tx.finish(); err != nil {
			return err
		}
		return s.commitOf(h, btx)
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := countUsers(t, s); n != 298 {
		t.Errorf("%d users", n)
	}
}
