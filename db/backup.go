package db

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	bolt "go.etcd.io/bbolt"

	"lanyard/model"
)

// Backup writes a copy of the store to path, while others go on working: they wait only as long as the file takes to be
// copied as it is. What is live in that copy is then written into another one, read back and compared, so that a backup is
// whole, holds nothing that was deleted, and is on the disk before it gets its name. Nothing is written over the store
// itself, by whatever name, and over another file only with force; never over another account's store. The errors are
// ErrExists, ErrItself and model.ErrDamaged, beside those of the disk.
func (s *Store) Backup(ctx context.Context, path string, force bool) (err error) {
	defer func() { err = roomless(err, "a backup", filepath.Dir(path)) }()
	if path, err = filepath.Abs(path); err != nil {
		return fmt.Errorf("can't find out where the backup is to be: %w", err)
	}
	there, err := s.target(ctx, path, force)
	if err != nil {
		return err
	}
	if there != nil {
		if path, err = filepath.EvalSymlinks(path); err != nil { // a link stays one
			return unreadable(path, err)
		}
	}
	c, err := newScratch(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }()
	live, err := s.copyLive(ctx, c)
	if err != nil {
		return err
	}
	if there == nil { // straight out of the scratch directory: if this is killed, nothing is left that the next one doesn't sweep
		return place(live, path)
	}
	return s.swapIn(ctx, live, path, nil, os.Rename)
}

// ErrItself means that a backup was to be written over its own store, or a store restored from itself.
var ErrItself = errors.New("the store itself")

// target looks at where a backup is to be. It returns nil for a file that isn't there yet.
func (s *Store) target(ctx context.Context, path string, force bool) (os.FileInfo, error) {
	if info, err := os.Stat(filepath.Dir(path)); err != nil || !info.IsDir() {
		return nil, fault(ErrMissing, "Create it, or name another place.", "There is no directory %s", filepath.Dir(path))
	}
	there, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Lstat(path); err == nil { // a link that leads nowhere
			return nil, fault(ErrExists, "Name another place.", "%s is there already: a link that leads nowhere", path)
		}
		return nil, nil //nolint:nilnil // nothing is there, and that is as it should be
	}
	if err != nil {
		return nil, unreadable(path, err)
	}
	if itself, err := os.Stat(s.path); err == nil && os.SameFile(itself, there) {
		return nil, fault(ErrItself, "Name another file.", "%s is the store itself", path)
	}
	switch {
	case there.IsDir():
		return nil, fault(ErrDirectory, "Name a file in it.", "%s is a directory", path)
	case !there.Mode().IsRegular():
		return nil, fault(ErrDirectory, "Name a plain file.", "%s isn't a plain file", path)
	case !force:
		return nil, fault(ErrExists, "Name another file, or replace this one with --force.", "%s is there already", path)
	}
	if about, err := Examine(ctx, path); err == nil && about.ID != s.id {
		return nil, fault(ErrExists, "Name another file, or remove this one first.", "%s holds another account, and isn't written over", path)
	}
	return there, nil
}

// copyLive makes a verified copy of the store in a scratch directory, out of one that the lock isn't needed for any more, and
// returns where it is.
func (s *Store) copyLive(ctx context.Context, c *Scratch) (live string, err error) {
	if err := s.snapshot(ctx, c.Copy); err != nil {
		return "", err
	}
	live = c.path("live")
	if err := os.WriteFile(live, nil, fileMode); err != nil {
		return "", unwritable(c.dir, err)
	}
	_, err = s.rewrite(ctx, c.Copy, live)
	return live, err
}

// snapshot copies the file as it is, under the lock.
func (s *Store) snapshot(ctx context.Context, to io.Writer) error {
	return s.with(ctx, false, func(h handle, btx *bolt.Tx) error {
		if _, err := s.begin(btx, false); err != nil {
			return err
		}
		return copyFile(ctx, to, h.file, h.file.Name())
	})
}

// copyPart is how much is copied before looking whether it was called off, in bytes.
const copyPart = 8 << 20

func copyFile(ctx context.Context, to io.Writer, from *os.File, path string) error {
	if _, err := from.Seek(0, io.SeekStart); err != nil {
		return unreadable(path, err)
	}
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		_, err := io.CopyN(to, from, copyPart)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("can't copy %s: %w", path, err)
		}
	}
}

// About is what a store's file says about itself.
type About struct {
	ID       string             // of the store: a backup has that of the one it was made of
	Format   uint64             // from 1; docs/store-format.md says what each brought
	Revision uint64             // of the last change that is in it
	Counts   map[model.Kind]int // how many records there are of each kind
}

// Examine reads all of a file that may be a store or a backup of one, without changing it or taking its lock, and says
// what it is. The errors are those of Open; a file that isn't whole is model.ErrDamaged.
func Examine(ctx context.Context, path string) (About, error) {
	v, err := examine(ctx, path)
	if err != nil {
		return About{}, err
	}
	a := About{ID: v.meta.id, Format: v.meta.format, Revision: v.head.revision, Counts: map[model.Kind]int{}}
	for kind, n := range v.counts {
		if n > 0 {
			a.Counts[model.Kind(kind)] = int(n)
		}
	}
	return a, nil
}

func examine(ctx context.Context, path string) (survey, error) {
	f, err := openPlain(path)
	if err != nil {
		return survey{}, err
	}
	defer func() { _ = f.Close() }()
	s := &Store{path: path}
	im, err := s.image(ctx, f)
	if err != nil {
		return survey{}, err
	}
	v, err := s.survey(im, nil)
	if err == nil && v.meta.format > currentFormat {
		err = newer(path, v.meta.format, currentFormat)
	}
	return v, err
}

// openPlain opens a file for reading only. Unlike a store, a backup may lie where nobody can write, or be open to others.
func openPlain(path string) (*os.File, error) {
	switch info, err := os.Stat(path); {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fault(ErrMissing, "Look for a typing error, or create a store with lanyard init.", "There is no %s", path)
	case err != nil:
		return nil, unreadable(path, err)
	case !info.Mode().IsRegular():
		return nil, fault(ErrDirectory, "Name a plain file.", "%s isn't a plain file", path)
	case info.Size() == 0:
		return nil, fault(ErrEmpty, restoreHint, "%s is empty: something cut it off", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, unreadable(path, err)
	}
	return f, nil
}

// stamp is a time as it stands in the name of a file: in UTC, and in the order of time when sorted.
func stamp(at time.Time) string { return at.UTC().Format("20060102T150405Z") }
