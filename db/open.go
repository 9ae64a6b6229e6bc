package db

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	bolt "go.etcd.io/bbolt"
)

// migration brings a store from one format to the next.
type migration func(kv) error

// migrations lead from format 1 to currentFormat: the first makes 2 of 1. There are none yet.
var migrations []migration

// Open looks at a store and gets it ready for use. It creates nothing, and keeps nothing open. A store of an older format
// is brought forward, after a backup beside it. The errors are the sentinels of this package, model.ErrDamaged and
// model.ErrBusy.
func Open(path string) (*Store, error) { return openFormat(path, migrations) }

func openFormat(path string, steps []migration) (*Store, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("can't find out where the store is: %w", err)
	}
	if err := inspect(path); err != nil {
		return nil, err
	}
	s := &Store{path: path, wait: waitAtMost}
	m, err := s.meta()
	if err != nil {
		return nil, err
	}
	switch current := uint64(1 + len(steps)); {
	case m.format > current:
		return nil, fault(ErrNewer, "Use a newer lanyard.", "The store %s has format %d, and this lanyard knows formats up to %d", path, m.format, current)
	case m.format < current:
		if err := s.migrate(m, steps); err != nil {
			return nil, err
		}
	}
	if m.id == "" {
		return nil, damaged(path, "it has no id")
	}
	s.id = m.id
	return s, nil
}

// meta reads what the store says about itself.
func (s *Store) meta() (m meta, err error) {
	err = s.with(context.Background(), false, func(btx *bolt.Tx) error {
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
		return meta{}, engineFault{"its first record: " + err.Error()}
	}
	m, ok := decodeMeta(value)
	if !ok {
		return m, engineFault{"its first record can't be read"}
	}
	return m, nil
}

// migrate brings the store forward in one transaction, after a backup.
func (s *Store) migrate(from meta, steps []migration) error {
	backup := fmt.Sprintf("%s.format-%d.bak", s.path, from.format)
	err := s.with(context.Background(), true, func(btx *bolt.Tx) error {
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
		if err := s.copyTo(backup); err != nil && !errors.Is(err, ErrExists) {
			return err
		}
		for _, step := range steps[m.format-1:] {
			if err := step(b); err != nil {
				return s.explain(err)
			}
		}
		m.format = uint64(1 + len(steps))
		if err := b.put(metaKey, wrap(metaKey, m.encode())); err != nil {
			return s.explain(err)
		}
		return btx.Commit()
	})
	if err != nil {
		return fmt.Errorf("the store %s can't be brought to format %d, and is as it was: %w", s.path, 1+len(steps), err)
	}
	return nil
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
