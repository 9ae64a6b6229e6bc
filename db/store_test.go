package db

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"lanyard/model"
)

func newStore(t *testing.T) *Store {
	t.Helper()
	s, err := Create(t.Context(), filepath.Join(t.TempDir(), "new", "a.db"), func(string, model.WriteTx) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestRecordsSurviveReopening(t *testing.T) {
	s := newStore(t)
	var id model.ID
	err := s.Update(t.Context(), func(tx model.WriteTx) error {
		var err error
		if id, err = tx.NextID(); err != nil {
			return err
		}
		return errors.Join(tx.Put(model.KindUser, id, []byte("ana")), tx.Reserve(model.IndexUserEmail, "ana@x", id))
	})
	if err != nil {
		t.Fatal(err)
	}
	again, err := Open(s.Path())
	if err != nil {
		t.Fatal(err)
	}
	if again.ID() != s.ID() {
		t.Errorf("id %q became %q", s.ID(), again.ID())
	}
	err = again.View(context.Background(), func(tx model.ReadTx) error {
		b, err := tx.Get(model.KindUser, id)
		if err != nil || string(b) != "ana" {
			t.Errorf("got %q, %v", b, err)
		}
		if got, err := tx.Find(model.IndexUserEmail, "ana@x"); err != nil || got != id {
			t.Errorf("index: %d, %v", got, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
