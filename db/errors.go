// Package db is the account on disk: one bbolt file, opened for the length of each operation, so that several processes
// work on it at once. It implements model.Store. The format is described in docs/store-format.md.
package db

import (
	"errors"
	"fmt"

	"lanyard/model"
)

// What can be wrong with a file, beside model.ErrDamaged and model.ErrBusy. What a person sees is a *model.Error that
// wraps one of these.
var (
	// ErrMissing means that there is no file.
	ErrMissing = errors.New("missing")
	// ErrExists means that something is there already where a file was to be created.
	ErrExists = errors.New("already there")
	// ErrUncertain means that a file was taken away again because its name couldn't be written to the disk. After a power cut
	// it may be there all the same.
	ErrUncertain = errors.New("perhaps there after a power cut")
	// ErrEmpty means that the file has no content at all.
	ErrEmpty = errors.New("empty file")
	// ErrTruncated means that the file is shorter than it says it is.
	ErrTruncated = errors.New("truncated file")
	// ErrOlder means that an older lanyard wrote the file, and that it wasn't to be changed.
	ErrOlder = errors.New("older format")
	// ErrNewer means that a newer lanyard wrote the file.
	ErrNewer = errors.New("newer format")
	// ErrUnreadable means that the file may not be read or written by this process.
	ErrUnreadable = errors.New("unreadable file")
	// ErrExposed means that others than the owner may read or write the file.
	ErrExposed = errors.New("file open to others")
	// ErrDirectory means that the path names a directory, or something else that isn't a plain file.
	ErrDirectory = errors.New("not a file")
)

func fault(kind error, hint, what string, args ...any) error {
	return &model.Error{Kind: kind, What: fmt.Sprintf(what, args...), Hint: hint}
}

const restoreHint = "See what is wrong: lanyard check. Or put a backup in its place: lanyard restore FILE."

func damaged(path string, why any) error {
	return fault(model.ErrDamaged, restoreHint, "The store %s is damaged: %v", path, why)
}
