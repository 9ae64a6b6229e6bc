package db

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	bolt "go.etcd.io/bbolt"

	"lanyard/model"
)

// Restore puts a backup in the place of the store at path, in one step and under its lock, and keeps what was there
// beside it; kept is where, "" if nothing was there. The backup is read whole first. What was there may be damaged. A
// console that is open goes on with the restored store, or is told that it is another account's. The account's activity
// tells of it as soon as there is a sealing key to write it with.
//
// The errors are ErrMissing, ErrEmpty, ErrItself, ErrNewer and model.ErrDamaged of the backup, model.ErrBusy of the store, and those
// of the disk. With any of them the store is as it was, unless the error says otherwise.
func Restore(ctx context.Context, path, backup string, now time.Time) (kept string, err error) {
	path, err = filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("can't find out where the store is to be: %w", err)
	}
	kept, err = (&Store{path: path, wait: waitAtMost, format: currentFormat}).restore(ctx, backup, now)
	return kept, roomless(err, "what was restored", filepath.Dir(path))
}

func (s *Store) restore(ctx context.Context, backup string, now time.Time) (kept string, err error) {
	from, err := openPlain(backup)
	if err != nil {
		return "", err
	}
	defer func() { _ = from.Close() }()
	old, path, err := s.occupant(ctx)
	if err != nil {
		return "", err
	}
	write := func(temporary string) error { return s.unpack(ctx, from, backup, path, temporary, now) }
	if old == nil {
		return "", create(s.path, write)
	}
	defer func() { unlock(old); _ = old.Close() }()
	if err := notItself(from, old, backup); err != nil {
		return "", err
	}
	return s.supplant(ctx, old, path, "before-restore-"+stamp(now), write)
}

func notItself(a, b *os.File, name string) error {
	ia, err := a.Stat()
	if err != nil {
		return unreadable(name, err)
	}
	ib, err := b.Stat()
	if err != nil {
		return unreadable(name, err)
	}
	if os.SameFile(ia, ib) {
		return fault(ErrItself, "Name a backup of it.", "%s is the store itself", name)
	}
	return nil
}

// supplant replaces the file at path, whose lock is held as old, and keeps it under another name: its own with a dot and
// what is said here.
func (s *Store) supplant(ctx context.Context, old *os.File, path, suffix string, write func(string) error) (kept string, err error) {
	info, err := old.Stat()
	if err != nil {
		return "", unreadable(path, err)
	}
	s.sweep(path)
	err = s.replace(ctx, path, info, write, func(temporary, path string) error {
		if kept, err = keep(path, suffix); err != nil {
			return err
		}
		err := exchange(old, temporary, path, kept)
		if err != nil {
			_ = os.Remove(kept) // a second name of what is at path still, or nothing
			kept = ""
		}
		return err
	})
	return kept, err
}

// keep finds a name that is free for what was there.
func keep(path, suffix string) (string, error) {
	for n := 1; n < 100; n++ {
		kept := path + "." + suffix
		if n > 1 {
			kept = fmt.Sprintf("%s.%d", kept, n)
		}
		if _, err := os.Lstat(kept); errors.Is(err, fs.ErrNotExist) {
			return kept, nil
		}
	}
	return "", exists(path + "." + suffix)
}

// occupant opens and locks what is at the store's path, whatever it is, and returns where it really is. It is nil when
// there is nothing.
func (s *Store) occupant(ctx context.Context) (f *os.File, path string, err error) {
	for began := time.Now(); time.Since(began) < s.wait; {
		path, err = filepath.EvalSymlinks(s.path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, s.path, nil
		}
		if err != nil {
			return nil, s.path, unreadable(s.path, err)
		}
		f, err = openPlace(path)
		if err != nil {
			return nil, path, err
		}
		err = s.lockPlace(ctx, f)
		if err == nil {
			return f, path, nil
		}
		_ = f.Close()
		if !errors.Is(err, errSwapped) {
			return nil, path, err
		}
	}
	return nil, path, unreadable(s.path, err)
}

func openPlace(path string) (*os.File, error) {
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() {
		return nil, fault(ErrDirectory, "Name a plain file.", "%s isn't a plain file", path)
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, unreadable(path, err)
	}
	return f, nil
}

// lockPlace takes the lock of a file that may be no store at all.
func (s *Store) lockPlace(ctx context.Context, f *os.File) error {
	if err := lock(ctx, f, true, s.wait); err != nil {
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
	return nil
}

// unpack makes a store of a backup: verified, of the present format, and ahead of what it takes the place of.
func (s *Store) unpack(ctx context.Context, from *os.File, backup, path, to string, now time.Time) error {
	source := &Store{path: backup, wait: s.wait}
	wrote, err := source.rewrite(ctx, from, to)
	switch {
	case err != nil:
		return err
	case wrote.meta.format > s.format:
		return newer(backup, wrote.meta.format, s.format)
	}
	before, err := examine(ctx, path)
	if err != nil {
		before = survey{} // it is damaged, or isn't there
	}
	db, err := bolt.Open(to, fileMode, &bolt.Options{Timeout: s.wait, NoSync: true, FreelistType: bolt.FreelistArrayType})
	if err != nil {
		return fmt.Errorf("can't write %s: %w", to, err)
	}
	err = db.Update(func(btx *bolt.Tx) error {
		b, err := bucketOf(btx)
		if err != nil {
			return source.explain(err)
		}
		if wrote.meta.format < s.format {
			if err := bring(b, wrote.meta, migrations); err != nil {
				return err
			}
		}
		if err := noteRestore(b, now); err != nil {
			return err
		}
		return getAhead(b, before.head)
	})
	return errors.Join(err, db.Close())
}

// noteRestore has the store know that it was restored.
func noteRestore(b kv, now time.Time) error {
	t, err := begin("", b, b)
	if err != nil {
		return err
	}
	if err := model.NoteRestore(t, now); err != nil {
		return err
	}
	return t.finish()
}

// getAhead moves a store past another one that it takes the place of. Who has read that one is told at its next look that
// everything may have changed, and no id that was given out there is given out again.
func getAhead(b kv, of head) error {
	t, err := begin("", b, b)
	if err != nil {
		return err
	}
	h := t.head
	h.next = max(h.next, of.next)
	h.nonce = rand.Uint64()
	for r := range min(h.revision, keptRevisions) {
		if err := b.delete(changeKey(h.revision - r)); err != nil {
			return err
		}
	}
	h.revision = max(h.revision, of.revision) + keptRevisions + 1
	for r := range uint64(keptRevisions) { // each says that everything may have changed
		key := changeKey(h.revision - r)
		if err := b.put(key, wrap(key, []byte{0})); err != nil {
			return err
		}
	}
	return b.put(headKey, wrap(headKey, h.encode()))
}
