package cmd

import (
	"context"
	"fmt"

	"lanyard/db"
	"lanyard/model"
)

// repair makes a whole store of what can be read of a damaged one.
func (e *env) repair(ctx context.Context, output string) error {
	before, err := e.checkStore(ctx)
	if err != nil {
		return interrupted(ctx, err)
	}
	if before.OK {
		return e.tell(before, output)
	}
	for _, what := range before.Findings {
		_, _ = fmt.Fprintln(e.err, what) // standard error: nowhere left to report to
	}
	if err := e.sure("Make a new store of what can be read, and keep this one beside it?"); err != nil {
		return err
	}
	with, done := e.progress(ctx, "Repairing")
	r, err := db.Repair(with, e.home().store, e.now(), func(tx model.WriteTx, drop func(model.Ref, []byte, string)) error {
		return model.Rebuild(ctx, tx, drop)
	})
	done()
	if err != nil {
		return interrupted(ctx, err)
	}
	after, err := e.checkStore(ctx)
	if err != nil {
		return err
	}
	after.Notes = append(after.Notes, "the store as it was is kept: "+r.Kept)
	if r.Quarantine != "" {
		after.Notes = append(after.Notes, "what can't be read is kept: "+r.Quarantine)
	}
	if err := e.tell(after, output); err != nil || after.OK {
		return err
	}
	return silent{model.ErrDamaged} // what is left to do by hand was told
}
