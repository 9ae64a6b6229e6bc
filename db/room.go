package db

import (
	"errors"
	"fmt"
	"syscall"

	"lanyard/model"
)

// isFull reports whether something failed because there is no room on the disk, or no more for this user.
func isFull(err error) bool { return errors.Is(err, syscall.ENOSPC) || isQuota(err) }

// roomless says in words for people that there is no room in a directory for something. Other errors stay as they are.
func roomless(err error, what, dir string) error {
	if !isFull(err) {
		return err
	}
	return &model.Error{
		Kind: err, What: fmt.Sprintf("There is no room for %s in %s: the disk is full", what, dir),
		Hint: "Nothing was changed. Make room there, and try again.",
	}
}

// unchanged is the error of a change that the disk didn't take.
func (s *Store) unchanged(err error) error {
	if isFull(err) {
		return &model.Error{
			Kind: err, What: fmt.Sprintf("The disk of %s is full: nothing was changed", s.path), Hint: "Make room on it, and try again.",
		}
	}
	return &model.Error{
		Kind: err, What: fmt.Sprintf("The disk reported an error, and nothing was changed: %v", err), Hint: "Try again when it works.",
	}
}
