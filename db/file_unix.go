//go:build unix

package db

import (
	"errors"
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// exposed reports whether a mode lets the group or the world in.
func exposed(mode fs.FileMode) bool { return mode&0o077 != 0 }

// linkInPlace gives a file its name unless something has it. A link fails where a rename would replace.
// The temporary name stays, for create to remove.
func linkInPlace(from, to string) error { return os.Link(from, to) }

// ignoreUnsupported lets a file system pass that can't sync a directory.
func ignoreUnsupported(err error) error {
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOTSUP) {
		return nil
	}
	return err
}

// identity returns what tells a file from another one that takes its place.
func identity(info os.FileInfo) (inode, device uint64) {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return s.Ino, uint64(s.Dev) //nolint:unconvert // its size differs between systems
	}
	return 0, 0
}

// putOver gives a finished file the name of another, which goes.
func putOver(from, to string) error { return os.Rename(from, to) }

// letGo does nothing: a file can be renamed while it is open.
func letGo(*os.File) {}

// exchange gives a finished file the name of another, which gets a second name first: there is always one of them at path.
// Where a file can't have two names it is moved out of the way.
func exchange(_ *os.File, from, path, kept string) error {
	if err := os.Link(path, kept); err == nil {
		return os.Rename(from, path)
	}
	if err := os.Rename(path, kept); err != nil {
		return err
	}
	if err := os.Rename(from, path); err != nil {
		return errors.Join(err, os.Rename(kept, path))
	}
	return nil
}

// hardLinks returns how many names a file has.
func hardLinks(info os.FileInfo) uint64 {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return uint64(s.Nlink) //nolint:unconvert // its size differs between systems
	}
	return 1
}

// sameOwner gives a file to who owned the one whose place it takes: root's compaction doesn't lock the owner out.
func sameOwner(f *os.File, old os.FileInfo) error {
	have, err := f.Stat()
	if err != nil {
		return err
	}
	mine, ok1 := have.Sys().(*syscall.Stat_t)
	theirs, ok2 := old.Sys().(*syscall.Stat_t)
	if !ok1 || !ok2 || mine.Uid == theirs.Uid && mine.Gid == theirs.Gid {
		return nil
	}
	return f.Chown(int(theirs.Uid), int(theirs.Gid))
}

// isQuota reports whether something failed because its owner may take no more of the disk.
func isQuota(err error) bool { return errors.Is(err, syscall.EDQUOT) }
