package db

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"lanyard/model"
)

// ChangePrivate changes a file of up to limit bytes that only its owner may read. change gets the content and returns the
// new one, or nil to leave it as it is. Writers wait for each other, readers never see half of it: the new content goes to a
// temporary file beside it, fsync, which then takes its name. What change returns with an error changes nothing. The other
// errors are those of ReadPrivate, and model.ErrBusy when another writer took too long.
//
// The lock is a file beside it, named with .lock after it, that stays: the file itself is another one after each change.
func ChangePrivate(ctx context.Context, path string, limit int64, change func([]byte) ([]byte, error)) error {
	if _, err := private(path); err != nil {
		return err
	}
	f, err := os.OpenFile(path+".lock", os.O_RDWR|os.O_CREATE, fileMode)
	if err != nil {
		return fmt.Errorf("can't lock %s: %w", path, err)
	}
	defer func() { _ = f.Close() }() // gives the lock back
	if err := lockAlone(ctx, f, waitAtMost); err != nil {
		if errors.Is(err, model.ErrBusy) {
			return fault(model.ErrBusy, "Try again when it is done.", "Another process has been changing %s for more than %s", path, waitAtMost)
		}
		return err
	}
	data, err := ReadPrivate(path, limit)
	defer clear(data)
	if err != nil {
		return err
	}
	changed, err := change(data)
	defer clear(changed)
	if err != nil || changed == nil {
		return err
	}
	return replace(path, changed)
}

// replace puts a file in the place of another at once. A link is followed, so that it stays one.
func replace(path string, data []byte) (err error) {
	if path, err = filepath.EvalSymlinks(path); err != nil {
		return unreadable(path, err)
	}
	removeAll(filepath.Dir(path), newPattern(path))               // left by a writer that was killed
	f, err := os.CreateTemp(filepath.Dir(path), newPattern(path)) // mode 0600
	if err != nil {
		return fmt.Errorf("can't write %s anew: %w", path, err)
	}
	defer func() { _ = os.Remove(f.Name()) }() // gone already when all went well
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("can't write %s anew: %w", path, err)
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return fmt.Errorf("can't write %s anew: %w", path, err)
	}
	if err := syncPath(filepath.Dir(path)); err != nil {
		return fmt.Errorf("%s was written anew, but a power cut could bring the old one back: %w", path, err)
	}
	return nil
}
