package db

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// The modes of what is created: only the owner reads and writes.
const (
	fileMode = 0o600
	dirMode  = 0o700
)

// CreateFile writes a new file that only its owner may read, and its directories: to a temporary file beside it, fsync,
// then put in its place without ever replacing something. ErrExists means that something is there already.
func CreateFile(path string, data []byte) error {
	return create(path, func(temporary string) error {
		return os.WriteFile(temporary, data, fileMode)
	})
}

// newPattern is how a file is called, beside the one that it becomes, before it gets its name.
func newPattern(path string) string { return "." + filepath.Base(path) + ".new-*" }

// create has write make a temporary file, and puts it in its place once it is on the disk.
func create(path string, write func(temporary string) error) error {
	if err := vacant(path); err != nil {
		return err
	}
	dir := filepath.Dir(path)
	if err := makeDir(dir); err != nil {
		return uncreated(path, err)
	}
	f, err := os.CreateTemp(dir, newPattern(path))
	if err != nil {
		return uncreated(path, err)
	}
	temporary := f.Name()
	defer func() { _ = os.Remove(temporary) }() // gone already when all went well
	if err := f.Close(); err != nil {
		return uncreated(path, err)
	}
	if err := write(temporary); err != nil {
		return err
	}
	return place(temporary, path)
}

// place gives a finished file of the same directory, or of one in it, its name, once it is on the disk and unless something has
// that name.
func place(finished, path string) error {
	if err := syncPath(finished); err != nil {
		return uncreated(path, err)
	}
	if err := putInPlace(finished, path); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return exists(path)
		}
		return uncreated(path, err)
	}
	if err := syncPath(filepath.Dir(path)); err != nil { // its name may not survive a power cut
		return takeBack(path, err)
	}
	return nil
}

// uncreated says that a file can't be made.
func uncreated(path string, err error) error {
	if isFull(err) {
		return roomless(err, "a file", filepath.Dir(path))
	}
	return fault(ErrUnreadable, "Check the directories' owner and mode, or name another place.", "Can't create %s: %v", path, inner(err))
}

// inner is a system's error without the path, which stands in our own words.
func inner(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err
	}
	return err
}

// takeBack removes what was put in its place before the disk failed.
func takeBack(path string, why error) error {
	if err := os.Remove(path); err != nil {
		return fault(ErrUncertain, "Look whether it is whole, when the disk works again.",
			"The disk reported an error (%v) when %s had been created, and it can't be taken away again: %v", why, path, err)
	}
	return fault(ErrUncertain, "Try again when the disk works.", "Can't create %s, the disk reported an error: %v", path, why)
}

// makeDir makes a directory and those above it that are missing, and has their names written to the disk: a synced file
// in a directory whose name gets lost is lost with it.
func makeDir(dir string) error {
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	above := filepath.Dir(dir)
	if above != dir {
		if err := makeDir(above); err != nil {
			return err
		}
	}
	if err := os.Mkdir(dir, dirMode); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncPath(above)
}

func vacant(path string) error {
	switch _, err := os.Lstat(path); {
	case err == nil:
		return exists(path)
	case errors.Is(err, fs.ErrNotExist):
		return nil
	default:
		return fault(ErrUnreadable, "Check the directories' owner and mode.", "Can't look at %s: %v", path, inner(err))
	}
}

func exists(path string) error {
	return fault(ErrExists, "Use it as it is, or name another place with --db.", "%s is there already, and nothing is created over it", path)
}

// syncPath has a file, or a directory's entries, written to the disk.
func syncPath(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(ignoreUnsupported(f.Sync()), f.Close())
}

// ReadPrivate reads a file of up to limit bytes that only its owner may read. The errors are ErrMissing, ErrDirectory,
// ErrExposed and ErrUnreadable, and one of no kind for a file that is longer.
func ReadPrivate(path string, limit int64) ([]byte, error) {
	info, err := private(path)
	if err != nil {
		return nil, err
	}
	if info.Size() > limit {
		return nil, fmt.Errorf("%s has %d bytes, more than the %d that it may have", path, info.Size(), limit)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, unreadable(path, err)
	}
	data, err := io.ReadAll(io.LimitReader(f, limit))
	if err := errors.Join(err, f.Close()); err != nil {
		return nil, unreadable(path, err)
	}
	return data, nil
}

// Exposed reports whether others than its owner may read or write a file.
func Exposed(info os.FileInfo) bool { return exposed(info.Mode().Perm()) }

// private looks at a file from outside: it is there, a plain file, and nobody else may read or write it. A symbolic link
// is followed: whoever placed it could have placed the file.
func private(path string) (os.FileInfo, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fault(ErrMissing, "Create one with lanyard init, or name another with --db.", "There is no %s", path)
	case err != nil:
		return nil, unreadable(path, err)
	case info.IsDir():
		return nil, fault(ErrDirectory, "Name a file.", "%s is a directory", path)
	case !info.Mode().IsRegular():
		return nil, fault(ErrDirectory, "Name a plain file.", "%s isn't a plain file", path)
	}
	if mode := info.Mode().Perm(); exposed(mode) {
		return nil, fault(ErrExposed, fmt.Sprintf("Close it: chmod 600 %s", path), "%s can be used by others than its owner (mode %04o)", path, mode)
	}
	return info, nil
}

func unreadable(path string, err error) error {
	if isFull(err) {
		return roomless(err, "a file", filepath.Dir(path))
	}
	return fault(ErrUnreadable, "Check its owner and mode.", "Can't use %s: %v", path, inner(err))
}

// unchangeable says that a store can be read and not changed.
func unchangeable(path string, err error) error {
	return fault(ErrUnreadable, "It can be read all the same. To change it, check its owner and mode, or copy it to a place that can be written.",
		"Can't change %s: %v", path, inner(err))
}

// unwritable says that nothing can be written to a directory.
func unwritable(dir string, err error) error {
	if isFull(err) {
		return roomless(err, "a file", dir)
	}
	return fault(ErrUnreadable, "Check its owner and mode.", "Can't write to %s: %v", dir, inner(err))
}
