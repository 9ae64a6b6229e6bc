package db

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"sync"
	"time"

	bolt "go.etcd.io/bbolt"

	"lanyard/model"
)

// waitAtMost is how long an operation waits for another process to let go of the file.
const waitAtMost = 5 * time.Second

// Store is an account in one file. It is safe for concurrent use by goroutines and by processes.
type Store struct {
	path   string
	id     string
	wait   time.Duration
	commit func(*bolt.Tx) error // a test's way to have a disk fail

	mu     sync.Mutex
	looked *lookout // what Look keeps open
}

var _ model.Store = (*Store)(nil)

// ID returns the random name that the store was given when it was created.
func (s *Store) ID() string { return s.id }

// Path returns where the store's file is.
func (s *Store) Path() string { return s.path }

// View calls fn with one consistent picture of the store.
func (s *Store) View(ctx context.Context, fn func(model.ReadTx) error) error {
	return s.with(ctx, false, func(btx *bolt.Tx) error {
		b, err := bucketOf(btx)
		if err != nil {
			return s.explain(err)
		}
		t, err := begin(s.path, b, nil)
		if err != nil {
			return err
		}
		return fn(t)
	})
}

// Update calls fn and makes all of its changes durable, or none.
func (s *Store) Update(ctx context.Context, fn func(model.WriteTx) error) error {
	var written head
	err := s.with(ctx, true, func(btx *bolt.Tx) error {
		b, err := bucketOf(btx)
		if err != nil {
			return s.explain(err)
		}
		t, err := begin(s.path, b, b)
		if err != nil {
			return err
		}
		if err := fn(t); err != nil || !t.dirty {
			return err
		}
		if err := t.finish(); err != nil {
			return err
		}
		written = t.head
		return s.commitOf(btx)
	})
	if c, ok := errors.AsType[commitError](err); ok {
		return s.outcome(ctx, c, written)
	}
	return err
}

// commitError is what the disk said while a change was being written. What was kept of it isn't known then.
type commitError struct{ err error }

func (c commitError) Error() string { return c.err.Error() }
func (c commitError) Unwrap() error { return c.err }

func (s *Store) commitOf(btx *bolt.Tx) (err error) {
	defer func() {
		if err != nil {
			err = commitError{err}
		}
	}()
	defer guard(&err)
	if s.commit != nil {
		return s.commit(btx)
	}
	return btx.Commit()
}

// outcome finds out what a failed commit left behind, and says which.
func (s *Store) outcome(ctx context.Context, c commitError, written head) error {
	kept := false
	err := s.View(context.WithoutCancel(ctx), func(r model.ReadTx) error {
		t, ok := r.(*tx)
		kept = ok && t.head.revision == written.revision && t.head.nonce == written.nonce
		return nil
	})
	switch {
	case err != nil:
		return fmt.Errorf("the disk reported an error and it isn't known whether the change was kept: %w (%w)", c.err, err)
	case !kept:
		return fmt.Errorf("nothing was changed, the disk reported an error; try again when it works: %w", c.err)
	}
	if err := syncPath(s.path); err != nil {
		return fmt.Errorf("the change was made, but the disk reported an error and may lose it: %w", c.err)
	}
	return nil
}

// explain makes a sentence of what the engine said.
func (s *Store) explain(err error) error {
	if f, ok := errors.AsType[engineFault](err); ok || errors.Is(err, errForeign) {
		if ok {
			return damaged(s.path, f)
		}
		return damaged(s.path, err)
	}
	return err
}

// with opens the file for one transaction. The transaction is rolled back unless fn commits it.
func (s *Store) with(ctx context.Context, write bool, fn func(*bolt.Tx) error) (err error) {
	if err := ctx.Err(); err != nil {
		return err
	}
	// A page that the file lacks answers with a fault. It ends the operation, not the process.
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	db, f, err := s.open(ctx, write)
	if err != nil {
		if f != nil {
			_ = f.Close() // bbolt panicked and kept it, and the lock with it
		}
		return s.explain(err)
	}
	defer func() {
		if closing := shut(db); err == nil {
			err = closing
		}
	}()
	btx, err := start(db, write)
	if err != nil {
		return s.explain(err)
	}
	defer func() { _ = rollback(btx) }() // says so when it was committed
	return fn(btx)
}

func start(db *bolt.DB, write bool) (btx *bolt.Tx, err error) {
	defer guard(&err)
	return db.Begin(write)
}

func rollback(btx *bolt.Tx) (err error) {
	defer guard(&err)
	return btx.Rollback()
}

func shut(db *bolt.DB) (err error) {
	defer guard(&err)
	return db.Close()
}

// errSwapped means that the path names another file than the one that was locked.
var errSwapped = errors.New("the store was replaced")

// open opens the file and waits for its turn. f is the file if bbolt panicked and left it open.
func (s *Store) open(ctx context.Context, write bool) (db *bolt.DB, f *os.File, err error) {
	for range 10 { // a restore or a compaction puts another file in its place once, not ten times
		db, f, err = s.tryOpen(ctx, write)
		if !errors.Is(err, errSwapped) {
			return db, f, err
		}
	}
	return nil, nil, err
}

func (s *Store) tryOpen(ctx context.Context, write bool) (db *bolt.DB, f *os.File, err error) {
	var mine error
	openFile := func(name string, flag int, mode os.FileMode) (*os.File, error) {
		f, mine = s.openLocked(ctx, name, flag, mode, write)
		return f, mine
	}
	panicked := true
	defer func() {
		if !panicked {
			f = nil
		}
	}()
	defer guard(&err)
	db, err = bolt.Open(s.path, fileMode, &bolt.Options{
		Timeout: s.wait, ReadOnly: !write, OpenFile: openFile, FreelistType: bolt.FreelistArrayType,
	})
	panicked = false
	switch {
	case mine != nil:
		return nil, nil, mine
	case err != nil:
		return nil, nil, s.refused(err)
	}
	return db, nil, nil
}

// openLocked is how bbolt gets its file: never a new one, and with the lock in hand.
func (s *Store) openLocked(ctx context.Context, name string, flag int, mode os.FileMode, write bool) (*os.File, error) {
	f, err := os.OpenFile(name, flag&^os.O_CREATE, mode)
	if err != nil {
		if gone := inspect(name); gone != nil {
			return nil, gone
		}
		return nil, unreadable(name, err)
	}
	if err := s.lockSame(ctx, f, write); err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}

func (s *Store) lockSame(ctx context.Context, f *os.File, write bool) error {
	if err := lock(ctx, f, write, s.wait); err != nil {
		return err
	}
	have, err := f.Stat()
	if err != nil {
		return unreadable(s.path, err)
	}
	now, err := os.Stat(s.path)
	if err != nil || !os.SameFile(have, now) {
		return errSwapped
	}
	if have.Size() == 0 { // bbolt would take it for a new database
		return inspect(s.path)
	}
	return nil
}

// refused explains why bbolt doesn't open a file.
func (s *Store) refused(err error) error {
	if errors.Is(err, bolt.ErrTimeout) {
		return busyPath(s.path, "", s.wait)
	}
	if wrong := inspect(s.path); wrong != nil {
		return wrong
	}
	return damaged(s.path, err)
}

func busy(f *os.File, waited time.Duration) error { return busyPath(f.Name(), holder(f), waited) }

func busyPath(path, who string, waited time.Duration) error {
	if who == "" {
		who = "another process"
	}
	return fault(model.ErrBusy, "Try again when it is done.", "%s has held the store %s for more than %s", who, path, waited)
}
