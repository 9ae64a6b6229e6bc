package cmd

import (
	"context"
	"errors"
	"fmt"

	"lanyard/db"
	"lanyard/model"
)

// mayKeep asks the rules whether who acts may do something with the store as a whole. Where there is no store, it has no Admin, or it
// is too damaged to say who acts, there is nobody to ask about: whoever holds the files may put them right.
func (e *env) mayKeep(ctx context.Context, may func(model.Rules) error) error {
	store, err := db.Peek(e.home().store, waitToAsk)
	if err != nil {
		return nil //nolint:nilerr // what is to be done says what is wrong with it
	}
	if _, err := model.FirstAdmin(ctx, store); errors.Is(err, model.ErrDamaged) {
		return nil
	}
	me, err := e.actor(ctx, store)
	if err == nil {
		d := model.NewDirectory(store, model.Options{Now: e.now})
		err = d.May(ctx, model.Actor{User: me.ID, Via: model.ViaCommandLine}, may)
	}
	if errors.Is(err, model.ErrDamaged) {
		return nil
	}
	return err
}

// waitToAsk is how long the look at who acts waits for the store: what is to be done waits itself.
const waitToAsk = peekFor

// notStandard refuses the name that stands for standard input or output elsewhere.
func notStandard(path string) error {
	if path == "-" {
		return usage("Name a file.", "A backup is a file, and isn't read from standard input or written to standard output")
	}
	return nil
}

// sameAccount refuses to put a backup in the place of another account's store, unless that is meant.
func (h home) sameAccount(ctx context.Context, backup string, about db.About, force bool) error {
	now, err := db.Examine(ctx, h.store)
	if force || err != nil || now.ID == about.ID { // one that isn't there, or can't be read, is nobody's
		return nil //nolint:nilerr // that is said in the question
	}
	return &model.Error{
		Kind: db.ErrExists, What: fmt.Sprintf("%s is of ANOTHER ACCOUNT than the store at %s", backup, h.store),
		Hint: "Restore it to another place with --db FILE, or in the place of this one with --force.",
	}
}
