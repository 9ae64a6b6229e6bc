package db

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	bolt "go.etcd.io/bbolt"

	"lanyard/model"
)

// More records and entries of the index than bulk keeps in memory, put in bulk and by Update, are the same store.
func TestBulkIsLikeUpdate(t *testing.T) {
	const n = bulkPending + 1000
	dir := t.TempDir()
	a, err := Create(t.Context(), filepath.Join(dir, "a.db"), fillUsers(n))
	if err != nil {
		t.Fatal(err)
	}
	b, err := Create(t.Context(), filepath.Join(dir, "b.db"), func(string, model.WriteTx) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	const batch = 2000 // bbolt splits its pages only when it commits, so that many random keys in one change get slow
	for from := 0; from < n; from += batch {
		err := b.Update(t.Context(), func(tx model.WriteTx) error { return fillSome(tx, from, min(from+batch, n)) })
		if err != nil {
			t.Fatal(err)
		}
	}
	type entry struct{ key, value string }
	read := func(s *Store) (entries []entry) {
		err := s.with(t.Context(), false, func(_ handle, btx *bolt.Tx) error {
			b, err := bucketOf(btx)
			if err != nil {
				return err
			}
			return b.scan([]byte{prefixRecord}, []byte{prefixIndex + 1}, func(k, v []byte) bool {
				entries = append(entries, entry{string(k), string(v)})
				return true
			})
		})
		if err != nil {
			t.Fatal(err)
		}
		return entries
	}
	x, y := read(a), read(b)
	if len(x) != 2*n || len(y) != 2*n {
		t.Fatalf("%d and %d entries, want %d", len(x), len(y), 2*n)
	}
	for i := range x {
		if x[i] != y[i] {
			t.Fatalf("%q in bulk, %q by Update", x[i], y[i])
		}
	}
	checkFile(t, a.path)
	checkFile(t, b.path)
}

// What fill was given stays as it was, and a scan goes on, though bulk commits meanwhile.
func TestBulkKeepsItsPromisesBetweenCommits(t *testing.T) {
	record := []byte("the first, which is long enough to be in the page")
	_, err := Create(t.Context(), filepath.Join(t.TempDir(), "a.db"), func(_ string, tx model.WriteTx) error {
		const n = 1000
		for id := range model.ID(n) {
			if err := tx.Put(model.KindUser, id, record); err != nil {
				return err
			}
		}
		if err := fillEvents(tx, bulkPuts); err != nil { // so that it is committed, and read from the memory map
			return err
		}
		kept, err := tx.Get(model.KindUser, 7)
		if err != nil {
			return err
		}
		visited := 0
		var bad error
		err = tx.Scan(model.KindUser, 0, func(id model.ID, b []byte) bool {
			visited++
			if id%100 == 0 {
				bad = errors.Join(bad, fillEvents(tx, bulkPuts/4))
			}
			if !bytes.Equal(b, record) {
				bad = fmt.Errorf("record %d became %q during a scan", id, b)
			}
			return bad == nil
		})
		if err := errors.Join(err, bad); err != nil {
			return err
		}
		if err := fillEvents(tx, bulkPuts); err != nil {
			return err
		}
		if visited != n || !bytes.Equal(kept, record) {
			return fmt.Errorf("%d visited, and what was kept is %q", visited, kept)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func fillEvents(tx model.WriteTx, n int) error {
	for range n {
		id, err := tx.NextID()
		if err := errors.Join(err, tx.Put(model.KindEvent, id, []byte("event"))); err != nil {
			return err
		}
	}
	return nil
}

// Calling it off ends it, however little there is to write, and leaves nothing.
func TestCreateThatIsCalledOff(t *testing.T) {
	for _, n := range []int{0, 10, 3000, bulkPuts + 10} {
		dir := t.TempDir()
		ctx, cancel := context.WithCancel(t.Context())
		_, err := Create(ctx, filepath.Join(dir, "a.db"), func(id string, tx model.WriteTx) error {
			cancel()
			return fillUsers(n)(id, tx)
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%d records: %v", n, err)
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
			t.Errorf("%d records: left %v, %v", n, left, err)
		}
	}
}

// A path that is relative when the store is created names the same file later.
func TestCreateKeepsTheWholePath(t *testing.T) {
	t.Chdir(t.TempDir())
	s, err := Create(t.Context(), "a.db", func(string, model.WriteTx) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	if err := s.Update(t.Context(), put("x")); err != nil {
		t.Error(err)
	}
}

// after is the migrations that there are, and some that are still to come.
func after(steps ...migration) []migration { return slices.Concat(migrations, steps) }

// backupOf is where the nth backup of a store of the current format goes.
func backupOf(s *Store, n int) string {
	if n > 1 {
		return fmt.Sprintf("%s.format-%d.%d.bak", s.path, currentFormat, n)
	}
	return fmt.Sprintf("%s.format-%d.bak", s.path, currentFormat)
}

func TestMigrationsBackups(t *testing.T) {
	s := newStore(t)
	first := backupOf(s, 1)
	if _, err := openFormat(s.path, after(func(kv) error { return errors.New("can't") })); err == nil {
		t.Error("a migration that fails went well")
	}
	if _, err := os.Lstat(first); err == nil {
		t.Error("a migration that failed left its backup")
	}
	if err := os.WriteFile(first, []byte("older"), fileMode); err != nil {
		t.Fatal(err)
	}
	if err := s.Update(t.Context(), put("x")); err != nil {
		t.Fatal(err)
	}
	again, err := openFormat(s.path, after(func(kv) error { return nil }))
	if err != nil {
		t.Fatal(err)
	}
	if n := countUsers(t, again); n != 1 {
		t.Errorf("%d users", n)
	}
	if b, err := os.ReadFile(first); err != nil || string(b) != "older" {
		t.Errorf("an earlier backup became %q, %v", b, err)
	}
	backup, err := Open(backupOf(s, 2))
	if err != nil {
		t.Fatal(err)
	}
	if n := countUsers(t, backup); n != 1 {
		t.Errorf("the backup has %d users", n)
	}
	if err := s.Update(t.Context(), put("x")); !errors.Is(err, ErrNewer) {
		t.Errorf("writing with what was opened before the migration: %v", err)
	}
}
