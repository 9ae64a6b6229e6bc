package model

import "errors"

// The errors that callers act on. What a person sees is an *Error, which wraps one of these.
var (
	// ErrInvalid means that a value breaks a rule of the domain.
	ErrInvalid = errors.New("invalid")
	// ErrNotFound means that there is no such record.
	ErrNotFound = errors.New("not found")
	// ErrNotPermitted means that the acting identity lacks the permission.
	ErrNotPermitted = errors.New("not permitted")
	// ErrTaken means that a name, email or other unique key belongs to another record.
	ErrTaken = errors.New("already taken")
	// ErrConflict means that the record was changed by somebody else since the caller read it.
	ErrConflict = errors.New("changed by somebody else")
	// ErrLastAdmin means that the change would leave the account without an Active Admin.
	ErrLastAdmin = errors.New("last admin")
	// ErrLastOwner means that the change would leave a workspace without an Owner who is an Active user.
	ErrLastOwner = errors.New("last owner")
	// ErrInUse means that a role can't be deleted because somebody has it.
	ErrInUse = errors.New("in use")
	// ErrStatus means that the action doesn't apply to a record in its present status.
	ErrStatus = errors.New("wrong status")
	// ErrLocked means that the sealing key is missing, wrong or locked, so that secrets can't be sealed or opened.
	ErrLocked = errors.New("sealing key not available")
	// ErrBusy means that another process held the store for too long.
	ErrBusy = errors.New("busy")
	// ErrDamaged means that what the store holds can't be trusted.
	ErrDamaged = errors.New("damaged")
)

// Error is a failure in words for people: what happened, to what, and what to do next.
type Error struct {
	Kind  error  // one of the sentinel errors above
	What  string // a clause that can follow a colon, without a full stop
	Hint  string // what to do next, as a sentence; may be empty
	Short string // the reason in a few words, to stand beside a menu's item; may be empty
}

// Error returns the sentence, and the hint after it.
func (e *Error) Error() string {
	if e.Hint == "" {
		return e.What
	}
	return e.What + ". " + e.Hint
}

// Unwrap returns the sentinel error.
func (e *Error) Unwrap() error { return e.Kind }

// Hint returns what an error suggests to do next, or "".
func Hint(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Hint
	}
	return ""
}

// Short returns the reason in a few words, for a place that has no room for the sentence.
func Short(err error) string {
	e, ok := errors.AsType[*Error](err)
	switch {
	case ok && e.Short != "":
		return e.Short
	case ok:
		return e.What
	case err != nil:
		return err.Error()
	}
	return ""
}
