package db

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	bolt "go.etcd.io/bbolt"
)

// migration brings a store from one format to the next.
type migration func(kv) error

// migrations lead from format 1 to currentFormat: the first makes 2 of 1.
var migrations = []migration{
	newSchemasOnly, // service accounts with a previous key
	newSchemasOnly, // undo lists that tell all that a step did
}

// newSchemasOnly is for a format whose records have schemas that older programs don't know. Those that are there are read as
// they are, and written anew when they next change.
func newSchemasOnly(kv) error { return nil }

// Open looks at a store and gets it ready for use. It creates nothing, and keeps nothing open. A store of an older format
// is brought forward, after a backup beside it. The errors are the sentinels of this package, model.ErrDamaged and
// model.ErrBusy.
func Open(path string) (*Store, error) { return openFormat(path, migrations) }

func openFormat(path string, steps []migration) (*Store, error) {
	s := &Store{path: path, format: uint64(1 + len(steps)), wait: waitAtMost}
	if err := s.enter(func(m meta) error { return s.migrate(m, steps) }); err != nil {
		return nil, err
	}
	return s, nil
}

// Peek opens a store for a look in passing. Nothing waits longer than `wait` for its file, where the operations of an opened one
// wait for 5 s, and one of an older format isn't brought forward: it is ErrOlder.
func Peek(path string, wait time.Duration) (*Store, error) {
	s := &Store{path: path, format: currentFormat, wait: wait}
	err := s.enter(func(m meta) error {
		return fault(ErrOlder, "Any command that opens it brings it forward.", "The store %s has the older format %d", path, m.format)
	})
	if err != nil {
		return nil, err
	}
	return s, nil
}

// enter looks whether the store can be worked with, and what it is called. older is what to do with one of an older format.
func (s *Store) enter(older func(meta) error) (err error) {
	if s.path, err = filepath.Abs(s.path); err != nil {
		return fmt.Errorf("can't find out where the store is: %w", err)
	}
	if err := inspect(s.path); err != nil {
		return err
	}
	m, err := s.meta()
	if err != nil {
		return err
	}
	switch {
	case m.format > s.format:
		return newer(s.path, m.format, s.format)
	case m.format < s.format:
		if err := older(m); err != nil {
			return err
		}
	}
	if m.id == "" {
		return damaged(s.path, "it has no id")
	}
	s.id = m.id
	return nil
}

func newer(path string, has, known uint64) error {
	return fault(ErrNewer, "Use a newer lanyard.", "The store %s has format %d, and this lanyard knows formats up to %d", path, has, known)
}

// meta reads what the store says about itself.
func (s *Store) meta() (m meta, err error) {
	err = s.with(context.Background(), false, func(_ handle, btx *bolt.Tx) error {
		b, err := bucketOf(btx)
		if err != nil {
			return s.explain(err)
		}
		m, err = readMeta(b)
		return s.explain(err)
	})
	return m, err
}

func readMeta(r reader) (meta, error) {
	wrapped, err := r.get(metaKey)
	if err != nil {
		return meta{}, err
	}
	value, err := unwrap(metaKey, wrapped)
	if err != nil {
		return meta{}, engineError{"its first record: " + err.Error()}
	}
	m, ok := decodeMeta(value)
	if !ok {
		return m, engineError{"its first record can't be read"}
	}
	return m, nil
}

// migrate brings the store forward in one transaction, after a backup.
func (s *Store) migrate(from meta, steps []migration) error {
	var backup string
	err := s.with(context.Background(), true, func(h handle, btx *bolt.Tx) error {
		b, err := bucketOf(btx)
		if err != nil {
			return s.explain(err)
		}
		m, err := readMeta(b) // again, with the lock in hand: another process may have been first
		if err != nil {
			return s.explain(err)
		}
		if m.format != from.format {
			return nil
		}
		if backup, err = s.backUp(m.format); err != nil {
			return err
		}
		if err := bring(b, m, steps); err != nil {
			return s.explain(err)
		}
		return s.commitOf(h, btx)
	})
	if c, ok := errors.AsType[commitError](err); ok {
		if err := s.outcome(c); err != nil { // the backup stays: it isn't certain what the disk has
			return fmt.Errorf("bringing the store %s to format %d, with a backup at %s: %w", s.path, s.format, backup, err)
		}
		return nil
	}
	if err != nil {
		if backup != "" {
			_ = os.Remove(backup) // nothing was changed, so it is the store once more
		}
		return fmt.Errorf("the store %s can't be brought to format %d, and is as it was: %w", s.path, s.format, err)
	}
	return nil
}

// bring takes the steps that are missing, and notes the format that they lead to.
func bring(b kv, m meta, steps []migration) error {
	for _, step := range steps[m.format-1:] {
		if err := step(b); err != nil {
			return err
		}
	}
	m.format = uint64(1 + len(steps))
	return b.put(metaKey, wrap(metaKey, m.encode()))
}

// backUp copies the store to a file beside it and returns its path. One that an earlier attempt left there may hold
// something older, and stays as it is.
func (s *Store) backUp(format uint64) (path string, err error) {
	for n := 1; n < 100; n++ {
		path = fmt.Sprintf("%s.format-%d.bak", s.path, format)
		if n > 1 {
			path = fmt.Sprintf("%s.format-%d.%d.bak", s.path, format, n)
		}
		if err = s.copyTo(path); !errors.Is(err, ErrExists) {
			break
		}
	}
	if err != nil {
		return "", err
	}
	return path, nil
}

// copyTo copies the file as it is; the lock keeps it still.
func (s *Store) copyTo(path string) error {
	return create(path, func(temporary string) error {
		from, err := os.Open(s.path)
		if err != nil {
			return unreadable(s.path, err)
		}
		defer func() { _ = from.Close() }()
		to, err := os.OpenFile(temporary, os.O_WRONLY, fileMode)
		if err != nil {
			return err
		}
		_, err = io.Copy(to, from)
		return errors.Join(err, to.Close())
	})
}
