package db

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"sync"
	"syscall"
	"time"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"lanyard/model"
)

// waitAtMost is how long an operation waits for another process to let go of the file.
const waitAtMost = 5 * time.Second

// Store is an account in one file. It is safe for concurrent use by goroutines and by processes.
type Store struct {
	path   string
	id     string
	format uint64
	wait   time.Duration

	// A test's ways to interfere: a disk that fails, what happens between opening and the transaction, what happens
	// after a commit that failed, and before a step of putting a file in the place of another.
	commit func(*bolt.Tx) error
	opened func()
	failed func()
	before func(step string) error
	slow   bool // as if it were large

	mu     sync.Mutex
	looked *lookout // what Look keeps open

	tidy  tidy
	daily *daily // nil when nobody asked for backups
}

var _ model.Store = (*Store)(nil)

// ID returns the random name that the store was given when it was created.
func (s *Store) ID() string { return s.id }

// Path returns where the store's file is.
func (s *Store) Path() string { return s.path }

// View calls fn with one consistent picture of the store, which it shares with others who read. The errors beside fn's own are
// model.ErrBusy after 5 s of waiting for somebody who writes, model.ErrDamaged, model.ErrConflict for a file that another account's
// was put in the place of, and those of this package for one that can't be used.
func (s *Store) View(ctx context.Context, fn func(model.ReadTx) error) error {
	return s.with(ctx, false, func(_ handle, btx *bolt.Tx) error {
		t, err := s.begin(btx, false)
		if err != nil {
			return err
		}
		return fn(t)
	})
}

// Update calls fn and makes all of its changes durable, or none: it returns when they are on the disk. The errors beside fn's own
// are those of View. When the disk fails, the error says that nothing was changed, or that it isn't known whether; a change that is
// on the disk all the same is no error.
func (s *Store) Update(ctx context.Context, fn func(model.WriteTx) error) error {
	s.BackupToday(lull)
	erased := false
	err := s.with(ctx, true, func(h handle, btx *bolt.Tx) error {
		t, err := s.begin(btx, true)
		if err != nil {
			return err
		}
		if err := fn(t); err != nil || !t.dirty {
			return err
		}
		if err := t.finish(); err != nil {
			return err
		}
		erased = t.erased
		return s.commitOf(h, btx)
	})
	if erased {
		defer s.tidySoon()
	}
	if c, ok := errors.AsType[commitError](err); ok {
		if s.failed != nil {
			s.failed()
		}
		return s.outcome(c)
	}
	return err
}

// begin starts on the records, after a look at whether they still are what was opened: another process may have brought
// the store to a newer format, or put another account's in its place.
func (s *Store) begin(btx *bolt.Tx, write bool) (*tx, error) {
	b, err := bucketOf(btx)
	if err != nil {
		return nil, s.explain(err)
	}
	m, err := readMeta(b)
	switch {
	case err != nil:
		return nil, s.explain(err)
	case m.format > s.format:
		return nil, newer(s.path, m.format, s.format)
	case m.id != s.id:
		return nil, fault(model.ErrConflict, "Quit, and start lanyard again.", "Another account's store was put in the place of %s", s.path)
	}
	if write {
		return begin(s.path, b, b)
	}
	return begin(s.path, b, nil)
}

// commitError is what the disk said while a change was being written, and what was kept of it.
type commitError struct {
	err     error
	kept    bool
	unknown error // why it can't be told
	lost    error // why what was kept may not be on the disk
}

// Error is what the disk said. What was kept is for outcome to say, in words for people.
func (c commitError) Error() string { return c.err.Error() }

// Unwrap returns the disk's own error, by which a full disk is known.
func (c commitError) Unwrap() error { return c.err }

// commitOf commits. When that fails, it finds out whether the change was kept: a change counts once a meta page bears its
// number. It looks while it still has the lock, so that what it finds is its own.
func (s *Store) commitOf(h handle, btx *bolt.Tx) error {
	txid := uint64(btx.ID())
	err := s.tryCommit(btx)
	if err == nil {
		return nil
	}
	m, looking := newestMeta(h.file, 0)
	c := commitError{err: err, kept: m.txid == txid, unknown: looking}
	if c.kept {
		c.lost = writeAnew(h.file, m)
	}
	return c
}

// writeAnew writes all that a file holds once more, as it is, and has it written to the disk. After an fsync that failed,
// another one isn't enough: the system has forgotten what it was to write, and says that all is well.
func writeAnew(f *os.File, m boltMeta) error {
	left := int64(m.highWater * m.pageSize)
	buffer := make([]byte, min(left, 1<<20))
	for at := int64(0); at < left; at += int64(len(buffer)) {
		part := buffer[:min(int64(len(buffer)), left-at)]
		if _, err := f.ReadAt(part, at); err != nil {
			return err
		}
		if _, err := f.WriteAt(part, at); err != nil {
			return err
		}
	}
	return f.Sync()
}

func (s *Store) tryCommit(btx *bolt.Tx) (err error) {
	defer guard(&err)
	if s.commit != nil {
		return s.commit(btx)
	}
	return btx.Commit()
}

// outcome says what a failed commit left behind.
func (s *Store) outcome(c commitError) error {
	switch {
	case c.unknown != nil:
		return fmt.Errorf("the disk reported an error and it isn't known whether the change was kept: %w (%w)", c.err, c.unknown)
	case !c.kept && errors.As(c.err, new(engineError)): // not the disk, but what is on it
		return s.explain(c.err)
	case !c.kept:
		return s.unchanged(c.err)
	}
	if c.lost != nil {
		return fmt.Errorf("the change was made, but the disk reported an error and may lose it: %w", c.err)
	}
	return nil
}

// explain makes a sentence of what the engine said.
func (s *Store) explain(err error) error {
	if f, ok := errors.AsType[engineError](err); ok || errors.Is(err, errForeign) {
		if ok {
			return damaged(s.path, f)
		}
		return damaged(s.path, err)
	}
	return err
}

// with opens the file for one transaction. The transaction is rolled back unless fn commits it.
func (s *Store) with(ctx context.Context, write bool, fn func(handle, *bolt.Tx) error) (err error) {
	if err := ctx.Err(); err != nil {
		return err
	}
	// A page that the file lacks answers with a fault. It ends the operation, not the process.
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer s.faulted(&err)
	h, err := s.open(ctx, write)
	if err != nil {
		return s.explain(err)
	}
	defer func() { h.close() }()
	if s.opened != nil {
		s.opened()
	}
	btx, err := h.begin(write)
	if err != nil {
		return s.explain(err)
	}
	defer func() { h.rollback(btx) }()
	if write {
		if err := freeable(btx); err != nil {
			return s.explain(err)
		}
	}
	return fn(h, btx)
}

// faulted makes damage of a fault in the memory map that hit the caller's own code: the file was cut while it read what
// it got. Other panics are bugs, and go on.
func (s *Store) faulted(err *error) { //nolint:gocritic // it sets what the caller returns
	why := recover() //nolint:revive // faulted itself is deferred
	if why == nil {
		return
	}
	if _, ok := why.(interface{ Addr() uintptr }); !ok {
		panic(why)
	}
	*err = damaged(s.path, why)
}

// handle is the store's file while an operation lasts.
type handle struct {
	db   *bolt.DB
	file *os.File
	// stuck means that bbolt panicked with its own locks taken. Its Close would wait for them for ever.
	stuck bool
}

// abandon gives the file's lock back and closes the file without bbolt. The memory map stays behind, and would keep the
// lock if it weren't given back first.
func (h *handle) abandon() {
	unlock(h.file)
	_ = h.file.Close()
}

func (h *handle) begin(write bool) (btx *bolt.Tx, err error) {
	h.stuck = true
	defer guard(&err)
	btx, err = h.db.Begin(write)
	h.stuck = false
	return btx, err
}

// rollback ends a transaction, and does nothing to one that was committed.
func (h *handle) rollback(btx *bolt.Tx) {
	var panicked error
	defer guard(&panicked)
	h.stuck = true
	_ = btx.Rollback() // says so when it was committed
	h.stuck = false
}

// close lets go of the file. What it has to say changes nothing: what was read was read, what was committed is durable.
func (h *handle) close() {
	if h.stuck {
		h.abandon()
		return
	}
	var panicked error
	defer guard(&panicked)
	_ = h.db.Close()
}

// errSwapped means that the path names another file than the one that was locked.
var errSwapped = errors.New("another file takes its place again and again")

// open opens the file and waits for its turn.
func (s *Store) open(ctx context.Context, write bool) (h handle, err error) {
	for began := time.Now(); time.Since(began) < s.wait; { // a restore or a compaction puts another file in its place once
		h, err = s.tryOpen(ctx, write)
		if !errors.Is(err, errSwapped) {
			return h, err
		}
	}
	return handle{}, unreadable(s.path, err)
}

func (s *Store) tryOpen(ctx context.Context, write bool) (h handle, err error) {
	var mine error
	openFile := func(name string, flag int, mode os.FileMode) (*os.File, error) {
		h.file, mine = s.openLocked(ctx, name, flag, mode, write)
		return h.file, mine
	}
	h.stuck = true
	defer func() {
		if h.stuck && h.file != nil {
			h.abandon()
		}
	}()
	defer guard(&err)
	h.db, err = bolt.Open(s.path, fileMode, &bolt.Options{
		Timeout: s.wait, ReadOnly: !write, OpenFile: openFile, FreelistType: bolt.FreelistArrayType,
	})
	h.stuck = false
	switch {
	case mine != nil:
		return h, mine
	case err != nil:
		return h, s.refused(err)
	}
	return h, nil
}

// openLocked is how bbolt gets its file: never a new one, and with the lock in hand.
func (s *Store) openLocked(ctx context.Context, name string, flag int, mode os.FileMode, write bool) (*os.File, error) {
	f, err := openAs(name, flag&^os.O_CREATE, mode)
	if err != nil {
		if gone := inspect(name); gone != nil {
			return nil, gone
		}
		if write {
			return nil, unchangeable(name, err)
		}
		return nil, unreadable(name, err)
	}
	if err := s.lockSame(ctx, f, write); err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}

// openAs opens a file to read and write even if it is only to be read: the turn in which the lock is asked for needs it.
// Where that isn't allowed, it does with what is.
func openAs(name string, flag int, mode os.FileMode) (*os.File, error) {
	if f, err := os.OpenFile(name, os.O_RDWR, mode); err == nil {
		return f, nil
	}
	return os.OpenFile(name, flag, mode)
}

func (s *Store) lockSame(ctx context.Context, f *os.File, write bool) error {
	if err := lock(ctx, f, write, s.wait); err != nil {
		if _, ok := errors.AsType[syscall.Errno](err); ok {
			return fault(ErrUnreadable, "Keep it on a file system that can lock.", "Can't lock the store %s: %v", s.path, err)
		}
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
	if errors.Is(err, bolterrors.ErrTimeout) {
		return busyPath(s.path, "", s.wait)
	}
	if wrong := inspect(s.path); wrong != nil {
		return wrong
	}
	if _, ok := errors.AsType[syscall.Errno](err); ok { // no memory, no such operation: not the file's fault
		return unreadable(s.path, err)
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
