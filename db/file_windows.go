package db

import (
	"errors"
	"io/fs"
	"os"

	"golang.org/x/sys/windows"
)

// exposed is false: Windows keeps no such mode, and a person's profile is closed to others.
func exposed(fs.FileMode) bool { return false }

// putInPlace gives a finished file its name unless something has it.
func putInPlace(from, to string) error {
	a, err := windows.UTF16PtrFromString(from)
	if err != nil {
		return err
	}
	b, err := windows.UTF16PtrFromString(to)
	if err != nil {
		return err
	}
	return windows.MoveFileEx(a, b, windows.MOVEFILE_WRITE_THROUGH)
}

// ignoreUnsupported lets pass that Windows can't sync what is only open for reading.
func ignoreUnsupported(error) error { return nil }

func identity(os.FileInfo) (inode, device uint64) { return 0, 0 }

// putOver refuses: Windows doesn't give a file's name to another one while somebody has it open, and letting go of the
// lock first would lose what others write meanwhile.
func putOver(string, string) error {
	return errors.New("on Windows a file that is in use can't be replaced")
}

// letGo closes a file, so that it can be renamed.
func letGo(f *os.File) { _ = f.Close() }

// exchange gives a finished file the name of another, which is moved out of the way. It lets go of the old one first, as
// Windows demands; what somebody writes in that moment is in the file that is kept.
func exchange(old *os.File, from, path, kept string) error {
	if err := old.Close(); err != nil {
		return err
	}
	if err := os.Rename(path, kept); err != nil {
		return err
	}
	if err := os.Rename(from, path); err != nil {
		return errors.Join(err, os.Rename(kept, path))
	}
	return nil
}

// hardLinks is 1: other names aren't counted there.
func hardLinks(os.FileInfo) uint64 { return 1 }

// sameOwner has nothing to do: who may use a file comes from its directory.
func sameOwner(*os.File, os.FileInfo) error { return nil }

// isQuota reports whether something failed because the disk is full in Windows' own words, or its owner may take no more of it.
func isQuota(err error) bool {
	return errors.Is(err, windows.ERROR_DISK_FULL) || errors.Is(err, windows.ERROR_HANDLE_DISK_FULL) || errors.Is(err, windows.ERROR_DISK_QUOTA_EXCEEDED)
}
