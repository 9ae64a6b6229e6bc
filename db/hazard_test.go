package db

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"lanyard/model"
)

// The file is cut between being opened and its transaction: bbolt panics with its own locks taken. The operation must
// end, and the lock be free.
func TestCutBeforeTheTransactionBegins(t *testing.T) {
	for _, write := range []bool{false, true} {
		s := newStore(t)
		whole, err := os.ReadFile(s.path)
		if err != nil {
			t.Fatal(err)
		}
		s.opened = func() {
			if err := os.Truncate(s.path, 0); err != nil {
				t.Error(err)
			}
		}
		done := make(chan error, 1)
		go func() {
			if write {
				done <- s.Update(context.Background(), put("x"))
				return
			}
			done <- s.View(context.Background(), func(model.ReadTx) error { return nil })
		}()
		select {
		case err := <-done:
			if !errors.Is(err, model.ErrDamaged) {
				t.Errorf("write %v: %v", write, err)
			}
		case <-time.After(5 * time.Second):
			t.Fatalf("write %v: the operation never ends", write)
		}
		s.opened = nil
		if err := os.WriteFile(s.path, whole, fileMode); err != nil {
			t.Fatal(err)
		}
		if err := s.Update(t.Context(), put("x")); err != nil {
			t.Errorf("the lock wasn't given back: %v", err)
		}
	}
}

// The file is cut while an operation's own code reads what it got.
func TestCutUnderTheReader(t *testing.T) {
	s := newStore(t)
	for range 100 {
		if err := s.Update(t.Context(), put(strings.Repeat("x", 900))); err != nil {
			t.Fatal(err)
		}
	}
	whole, err := os.ReadFile(s.path)
	if err != nil {
		t.Fatal(err)
	}
	sum := byte(0)
	cut := func(tx model.ReadTx) error {
		b, err := tx.Get(model.KindUser, model.FirstID+50)
		if err != nil {
			return err
		}
		if err := os.Truncate(s.path, 0); err != nil {
			return err
		}
		for _, c := range b {
			sum += c
		}
		return nil
	}
	for name, op := range map[string]func() error{
		"view":   func() error { return s.View(t.Context(), cut) },
		"update": func() error { return s.Update(t.Context(), func(tx model.WriteTx) error { return cut(tx) }) },
		"update and go on": func() error {
			return s.Update(t.Context(), func(tx model.WriteTx) error {
				if err := os.Truncate(s.path, 0); err != nil {
					return err
				}
				return put("y")(tx)
			})
		},
	} {
		if err := op(); !errors.Is(err, model.ErrDamaged) && !errors.Is(err, ErrTruncated) && !errors.Is(err, ErrEmpty) {
			t.Errorf("%s: %v", name, err)
		}
		if err := os.WriteFile(s.path, whole, fileMode); err != nil {
			t.Fatal(err)
		}
		if err := s.Update(t.Context(), put("x")); err != nil {
			t.Errorf("after %s: %v", name, err)
		}
	}
}

// A bug in what a caller does isn't taken for damage, and gives the lock back.
func TestABugInACallbackIsNotHidden(t *testing.T) {
	s := newStore(t)
	func() {
		defer func() {
			if _, ok := recover().(runtime.Error); !ok {
				t.Error("the panic was swallowed")
			}
		}()
		_ = s.Update(t.Context(), func(model.WriteTx) error { panic(new(runtime.TypeAssertionError)) })
	}()
	if err := s.Update(t.Context(), put("x")); err != nil {
		t.Error(err)
	}
}

// A console that stays open through an upgrade doesn't write what the new format doesn't know, and one whose file was
// replaced by another account's doesn't write into that.
func TestAnOpenStoreNoticesAnotherFormatAndAnotherAccount(t *testing.T) {
	for name, tt := range map[string]struct {
		meta meta
		want error
	}{
		"newer":         {meta{format: currentFormat + 1}, ErrNewer},
		"other account": {meta{format: currentFormat, id: "another"}, model.ErrConflict},
	} {
		s := newStore(t)
		if tt.meta.id == "" {
			tt.meta.id = s.id
		}
		setMeta(t, s.path, tt.meta)
		for _, err := range []error{s.Update(t.Context(), put("x")), s.View(t.Context(), func(model.ReadTx) error { return nil })} {
			if !errors.Is(err, tt.want) || model.Hint(err) == "" || !strings.Contains(err.Error(), s.path) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// Between a commit that failed and the look at what it left, another process may have written.
func TestACommitThatFailedAndAnotherWriter(t *testing.T) {
	for name, keep := range map[string]bool{"kept": true, "lost": false} {
		s := newStore(t)
		other, err := Open(s.path)
		if err != nil {
			t.Fatal(err)
		}
		s.failed = func() {
			if err := other.Update(t.Context(), put("theirs")); err != nil {
				t.Error(err)
			}
		}
		s.commit = failingCommit(keep)
		err = s.Update(t.Context(), put("ours"))
		n := countUsers(t, other)
		switch {
		case keep && (n != 2 || err != nil):
			t.Errorf("%s: %d users, %v", name, n, err)
		case !keep && (n != 1 || err == nil || !strings.Contains(err.Error(), "nothing was changed") || !errors.Is(err, syscall.EIO)):
			t.Errorf("%s: %d users, %v", name, n, err)
		}
	}
}

func TestCreateSyncsBeforeItGivesTheName(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a")
	err := create(path, func(temporary string) error {
		return errors.Join(os.Remove(temporary), os.Symlink("nowhere", temporary))
	})
	if err == nil {
		t.Errorf("what can't be synced: %v", err)
	}
	if _, err := os.Lstat(path); err == nil {
		t.Error("it was put in its place all the same")
	}
}

func TestDeleteOfAKindThatIsNone(t *testing.T) {
	s := newStore(t)
	err := s.Update(t.Context(), func(tx model.WriteTx) error { return tx.Delete(maxKinds, 1) })
	if err == nil || errors.Is(err, model.ErrNotFound) {
		t.Error("it isn't refused")
	}
}

func failingCommit(keep bool) func(*bolt.Tx) error {
	return func(tx *bolt.Tx) error {
		if keep {
			return errors.Join(tx.Commit(), syscall.EIO)
		}
		return syscall.EIO
	}
}

// bbolt panics in Open on a free list that is damaged. It keeps the file then, and a memory map, which would keep the lock.
func TestAPanicInOpenGivesTheLockBack(t *testing.T) {
	s := newStore(t)
	for range 30 {
		if err := s.Update(t.Context(), put(strings.Repeat("x", 300))); err != nil {
			t.Fatal(err)
		}
	}
	whole, err := os.ReadFile(s.path)
	if err != nil {
		t.Fatal(err)
	}
	page := os.Getpagesize()
	panicked := 0
	for at := 2 * page; at < used(t, s.path); at += page {
		data := append([]byte(nil), whole...)
		for i := range 12 { // the page's number, flags and count
			data[at+i] ^= 0xff
		}
		if err := os.WriteFile(s.path, data, fileMode); err != nil {
			t.Fatal(err)
		}
		if h, err := s.open(t.Context(), true); err == nil {
			h.close()
		} else if h.stuck {
			panicked++
		}
		if err := os.WriteFile(s.path, whole, fileMode); err != nil {
			t.Fatal(err)
		}
		h, err := s.open(t.Context(), true)
		if err != nil {
			t.Fatalf("after page %d: %v", at/page, err)
		}
		h.close()
	}
	if panicked == 0 {
		t.Error("bbolt panicked at nothing: this test tests nothing")
	}
}
