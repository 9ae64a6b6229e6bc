package cmd

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"lanyard/db"
	"lanyard/model"
	"lanyard/tui/text"
)

// The exit codes, the same for every command.
const (
	exitDone         = 0
	exitFailed       = 1
	exitUsage        = 2
	exitNotFound     = 3
	exitNotPermitted = 4
	exitConflict     = 5
	exitDamaged      = 6
	exitKey          = 7
)

// exitMeanings are the exit codes in words, in their order.
var exitMeanings = []string{
	exitDone:         "done",
	exitFailed:       "failed; or several were refused, for different reasons",
	exitUsage:        "called wrongly, a value that isn't allowed, or a question that nobody could be asked",
	exitNotFound:     "not found",
	exitNotPermitted: "not permitted",
	exitConflict:     "in conflict: changed by somebody else, busy, already there, the last Admin or Owner, in use",
	exitDamaged:      "the store is damaged",
	exitKey:          "the key is not good",
}

// exitCodes says which errors give which code; the first that fits counts.
var exitCodes = []struct {
	code int
	when []error
}{
	{exitKey, []error{errKey}},
	{exitUsage, []error{errUsage, model.ErrInvalid, db.ErrDirectory, db.ErrItself}},
	{exitNotFound, []error{db.ErrMissing}},
	{exitDamaged, []error{model.ErrDamaged, db.ErrEmpty, db.ErrTruncated}},
	{exitNotPermitted, []error{model.ErrNotPermitted, db.ErrUnreadable, db.ErrExposed}},
	{exitConflict, []error{
		model.ErrConflict, model.ErrTaken, model.ErrBusy, model.ErrLastAdmin, model.ErrLastOwner, model.ErrInUse, model.ErrStatus, db.ErrExists,
	}},
	{exitNotFound, []error{model.ErrNotFound}},
}

func exitCode(err error) int {
	if err == nil {
		return exitDone
	}
	if ended, ok := errors.AsType[endedError](err); ok {
		return 128 + int(ended.by) // as a shell says it
	}
	for _, e := range exitCodes {
		for _, kind := range e.when {
			if errors.Is(err, kind) {
				return e.code
			}
		}
	}
	return exitFailed
}

// printError says what went wrong in a sentence, and what to do next below it.
func printError(w io.Writer, err error) {
	_, _ = fmt.Fprintln(w, "lanyard: "+text.Clean(withoutHint(err))) // standard error: nowhere left to report to
	if hint := model.Hint(err); hint != "" {
		_, _ = fmt.Fprintln(w, "  "+text.Clean(hint))
	}
}

// withoutHint is what an error says went wrong, without what to do next.
func withoutHint(err error) string {
	return strings.TrimSuffix(err.Error(), ". "+model.Hint(err))
}

// failed is an error of the system's, with what it kept from being done and what to do about it. What names the file: the
// system would do so in words of its own.
func failed(err error, hint, what string, args ...any) error {
	if of, ok := errors.AsType[*fs.PathError](err); ok {
		err = of.Err
	}
	return &model.Error{Kind: err, What: fmt.Sprintf(what, args...) + ": " + err.Error(), Hint: hint}
}

func unreadInput(err error) error {
	return failed(err, "Look at what it is redirected from.", "Standard input can't be read")
}
