package db

import (
	"context"
	"errors"
	"os"
	"time"

	"golang.org/x/sys/windows"

	"lanyard/model"
)

// lockEvery is how often a lock is tried that somebody else holds.
const lockEvery = 20 * time.Millisecond

// lockAlone waits for the only lock on a file.
func lockAlone(ctx context.Context, f *os.File, timeout time.Duration) error {
	const flags = windows.LOCKFILE_EXCLUSIVE_LOCK | windows.LOCKFILE_FAIL_IMMEDIATELY
	for waited := time.Duration(0); ; waited += lockEvery {
		err := windows.LockFileEx(windows.Handle(f.Fd()), flags, 0, 1, 0, &windows.Overlapped{})
		if !errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
			return err
		}
		if waited >= timeout {
			return model.ErrBusy
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(lockEvery):
		}
	}
}
