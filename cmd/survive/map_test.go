package survive

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"lanyard/db"
	"lanyard/model"
)

// plain is what a store is, in the plainest form: maps that are copied for each change.
type plain struct {
	records map[model.Ref]string
	unique  map[entry]model.ID
	next    model.ID
}

func (m plain) copy() plain { return plain{maps.Clone(m.records), maps.Clone(m.unique), m.next} }

// TestAgainstAPlainMap does random operations to a store and to a map. Each has the same answer from both, and now
// and then everything is held against everything; changes that are called off leave no trace.
func TestAgainstAPlainMap(t *testing.T) {
	t.Parallel()
	steps, seed := times("LANYARD_STEPS", 5000), chance(t)
	ctx, dir := t.Context(), quick(t)
	store, err := db.Create(ctx, filepath.Join(dir, "a.db"), func(string, model.WriteTx) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	r, is := stream(seed, "map", 0), plain{map[model.Ref]string{}, map[entry]model.ID{}, model.FirstID}
	revision, changes, calledOff, through := uint64(1), 0, 0, 0
	touched := map[model.Ref]bool{} // since they were held against each other
	for through < steps {
		off, some, before, sure := r.IntN(8) == 0, 1+r.IntN(60), is.copy(), maps.Clone(touched)
		err := store.Update(ctx, func(tx model.WriteTx) error {
			for range some {
				through++
				if have, want := operate(r, tx, &is, touched); have != want {
					return fmt.Errorf("step %d: the store says %s, the map %s", through, have, want)
				}
			}
			if off {
				return errCalledOff
			}
			return nil
		})
		switch {
		case off && errors.Is(err, errCalledOff):
			is, touched = before, sure
			calledOff++
		case err != nil:
			t.Fatal(err)
		}
		changes++
		if !off && changes%5 != 0 && through < steps {
			continue
		}
		if store, err = db.Open(store.Path()); err != nil {
			t.Fatal(err)
		}
		if revision, err = same(ctx, store, is, revision, touched); err != nil {
			t.Fatalf("after step %d: %v", through, err)
		}
		clear(touched)
	}
	info, err := os.Stat(store.Path())
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d operations in %d changes, %d of them called off; %d records in %d bytes", through, changes, calledOff, len(is.records), info.Size())
}

var errCalledOff = errors.New("called off")

// operate does one operation to both, and returns what each answers.
func operate(r *rand.Rand, tx model.WriteTx, m *plain, touched map[model.Ref]bool) (have, want string) {
	ref := model.Ref{Kind: model.Kind(1 + r.IntN(11)), ID: model.ID(1 + r.IntN(120))}
	e := entry{model.Index(1 + r.IntN(8)), string(bytes.Repeat([]byte{byte(r.IntN(256))}, r.IntN(40)))}
	touch := func() {
		if ref.Kind != model.KindEvent {
			touched[ref] = true
		}
	}
	record, there := m.records[ref]
	holder, held := m.unique[e]
	switch r.IntN(9) {
	case 0, 1:
		text := string(bytes.Repeat([]byte{byte(r.IntN(256))}, r.IntN(300)))
		m.records[ref] = text
		touch()
		return fmt.Sprint(tx.Put(ref.Kind, ref.ID, []byte(text))), fmt.Sprint(nil)
	case 2:
		delete(m.records, ref)
		if there {
			touch()
		}
		return fmt.Sprint(tx.Delete(ref.Kind, ref.ID)), fmt.Sprint(missing(there))
	case 3:
		if !held {
			m.unique[e] = ref.ID
		}
		want = fmt.Sprint(nil)
		if held && holder != ref.ID {
			want = fmt.Sprint(model.ErrTaken)
		}
		return fmt.Sprint(tx.Reserve(e.index, e.key, ref.ID)), want
	case 4:
		delete(m.unique, e)
		return fmt.Sprint(tx.Release(e.index, e.key)), fmt.Sprint(missing(held))
	case 5:
		id, err := tx.NextID()
		m.next++
		return fmt.Sprint(id, err), fmt.Sprint(m.next-1, nil)
	case 6:
		b, err := tx.Get(ref.Kind, ref.ID)
		return fmt.Sprint(string(b), err), fmt.Sprint(record, missing(there))
	case 7:
		id, err := tx.Find(e.index, e.key)
		return fmt.Sprint(id, err), fmt.Sprint(holder, missing(held))
	}
	n, err := tx.Count(ref.Kind)
	return fmt.Sprint(n, err), fmt.Sprint(m.count(ref.Kind), nil)
}

func missing(there bool) error {
	if there {
		return nil
	}
	return model.ErrNotFound
}

func (m plain) count(kind model.Kind) (n int) {
	for ref := range m.records {
		if ref.Kind == kind {
			n++
		}
	}
	return n
}

// same holds all that a store has against the map, and what it says was changed since a revision. It returns the revision.
func same(ctx context.Context, store model.Store, m plain, since uint64, touched map[model.Ref]bool) (revision uint64, err error) {
	err = store.View(ctx, func(tx model.ReadTx) error {
		found := 0
		for kind := range model.Kind(maxKinds) {
			last := model.ID(0)
			var wrong error
			err := tx.Scan(kind, 0, func(id model.ID, record []byte) bool {
				if want, there := m.records[model.Ref{Kind: kind, ID: id}]; !there || want != string(record) || id <= last {
					wrong = fmt.Errorf("%s %d is %q, and should be %q", kind, id, record, want)
				}
				last = id
				found++
				return wrong == nil
			})
			if err := errors.Join(err, wrong); err != nil {
				return err
			}
		}
		if found != len(m.records) {
			return fmt.Errorf("there are %d records, and should be %d", found, len(m.records))
		}
		for e, id := range m.unique {
			if have, err := tx.Find(e.index, e.key); err != nil || have != id {
				return fmt.Errorf("index %d leads from %q to %d (%w), and should lead to %d", e.index, e.key, have, err, id)
			}
		}
		revision = tx.Revision()
		refs, complete, err := tx.Changes(since)
		want := slices.Collect(maps.Keys(touched))
		for _, ref := range refs {
			want = slices.DeleteFunc(want, func(r model.Ref) bool { return r == ref })
		}
		if err != nil || !complete || len(want) > 0 || len(refs) != len(touched) {
			return fmt.Errorf("since revision %d %v were changed (%v, %w), and should be %v", since, refs, complete, err, touched)
		}
		return nil
	})
	return revision, err
}
