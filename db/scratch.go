package db

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Scratch is a directory with a copy of a store, for work that takes longer than others should wait. The lock of the copy says
// that somebody is at work there: what processes that were killed left behind is known by that, and removed by the next one.
type Scratch struct {
	Copy *os.File // open to be written and read
	dir  string
}

const (
	scratchPattern = ".lanyard-*.tmp"
	scratchCopy    = "copy"
)

// CopyAside copies a store's file as it is into a scratch directory, under its lock. It doesn't ask whether the file is whole.
// The directory is beside the store, or where temporary files go when nothing can be written there.
func CopyAside(ctx context.Context, path string) (*Scratch, error) {
	s := &Store{path: path, wait: waitAtMost}
	f, err := openPlain(path)
	if err != nil {
		return nil, err
	}
	defer func() { unlock(f); _ = f.Close() }()
	if err := lock(ctx, f, false, s.wait); err != nil {
		return nil, err
	}
	c, err := copyInto(ctx, filepath.Dir(path), f)
	if err != nil && ctx.Err() == nil {
		c, err = copyInto(ctx, os.TempDir(), f)
	}
	return c, err
}

func copyInto(ctx context.Context, dir string, f *os.File) (*Scratch, error) {
	c, err := newScratch(dir)
	if err != nil {
		return nil, err
	}
	if err := copyFile(ctx, c.Copy, f, f.Name()); err != nil {
		return nil, errors.Join(roomless(err, "a copy of "+f.Name(), dir), c.Close())
	}
	return c, nil
}

// newScratch makes a scratch directory in another one, after a look for what was left there.
func newScratch(in string) (*Scratch, error) {
	sweepScratch(in)
	for range 10 { // another process may sweep it away before it has its lock
		dir, err := os.MkdirTemp(in, scratchPattern)
		if err != nil {
			return nil, unwritable(in, err)
		}
		s := &Scratch{dir: dir}
		s.Copy, err = os.OpenFile(s.path(scratchCopy), os.O_RDWR|os.O_CREATE|os.O_EXCL, fileMode)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			_ = os.Remove(dir)
			return nil, unwritable(in, err)
		}
		locked := onlyOne(s.Copy) // not while who sweeps it away has it
		have, err := s.Copy.Stat()
		now, gone := os.Stat(s.Copy.Name())
		if locked && err == nil && gone == nil && os.SameFile(have, now) {
			return s, nil
		}
		_ = s.Close()
	}
	return nil, unwritable(in, fs.ErrNotExist)
}

// path names a file in the scratch directory.
func (s *Scratch) path(name string) string { return filepath.Join(s.dir, name) }

// Close removes the directory with all that is in it.
func (s *Scratch) Close() error { return errors.Join(os.RemoveAll(s.dir), s.Copy.Close()) }

// sweepScratch removes what processes that were killed left in a directory.
func sweepScratch(in string) {
	left, _ := filepath.Glob(filepath.Join(in, scratchPattern)) // a name with wildcards in it finds nothing
	for _, dir := range left {
		f, err := os.Open(filepath.Join(dir, scratchCopy))
		if err != nil {
			_ = os.Remove(dir) // if it is empty
			continue
		}
		if tryLock(f) {
			_ = os.RemoveAll(dir)
		}
		_ = f.Close()
	}
}
