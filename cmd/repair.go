package cmd

import (
	"context"
	"errors"
	"fmt"
	"time"

	"lanyard/db"
	"lanyard/keys"
	"lanyard/model"
)

// repair makes a whole store of what can be read of a damaged one. admin is the email of who becomes an Admin of one that would
// have none.
func (e *env) repair(ctx context.Context, admin, output string) error {
	if err := e.mayKeep(ctx, model.Rules.Keep); err != nil {
		return err
	}
	before, err := e.checkStore(ctx)
	if err != nil {
		return interrupted(ctx, err)
	}
	if before.OK {
		if admin != "" {
			return &model.Error{
				Kind: model.ErrStatus, What: "The store is whole and has an Active Admin: a repair makes nobody else one",
				Hint: "Act as the Admin: lanyard users set EMAIL --role Admin.",
			}
		}
		return e.tell(before, output)
	}
	for _, what := range before.Findings {
		_, _ = fmt.Fprintln(e.err, what) // standard error: nowhere left to report to
	}
	question := "Make a new store of what can be read, and keep this one beside it?"
	if admin != "" {
		question = fmt.Sprintf("Make a new store of what can be read, with %s as an Admin, and keep this one beside it?", admin)
	}
	if err := e.sure(question); err != nil {
		return err
	}
	with, done := e.progress(ctx, "Repairing")
	r, err := db.Repair(with, e.home().store, e.now(), func(tx model.WriteTx, events uint64, drop func(model.Ref, []byte, string)) error {
		return model.Rebuild(ctx, tx, model.Rebuilding{Now: e.now(), Events: events, Admin: admin}, drop)
	})
	done()
	if err != nil {
		return e.orRestore(interrupted(ctx, err))
	}
	e.tellOverdue(ctx)
	return e.repaired(ctx, r, admin, output)
}

// repaired checks what a repair made, and says what it is and where what it was made of is kept.
func (e *env) repaired(ctx context.Context, r db.Repaired, admin, output string) error {
	after, err := e.checkStore(ctx)
	if err != nil {
		return err
	}
	if admin != "" {
		after.Notes = append(after.Notes, admin+" is an Admin from now on")
	}
	after.Notes = append(after.Notes, "the store as it was is kept: "+r.Kept)
	if r.Quarantine != "" {
		after.Notes = append(after.Notes, "what can't be read is kept: "+r.Quarantine)
	}
	if err := e.tell(after, output); err != nil || after.OK {
		return err
	}
	if output == outputJSON {
		return silent{model.ErrDamaged}
	}
	return &model.Error{
		Kind: model.ErrDamaged, What: "The store was repaired, and what is said first is left to do by hand",
		Hint: "An owner: lanyard workspaces add WORKSPACE EMAIL --role Owner. Another role: lanyard users set EMAIL --role ROLE.",
	}
}

// tellOverdue has the activity tell of a repair, if the sealing key opens without asking. Else that comes with the next change.
func (e *env) tellOverdue(ctx context.Context) {
	h := e.home()
	store, err := db.Open(h.store)
	if err != nil {
		return
	}
	me, err := model.FirstAdmin(ctx, store)
	if err != nil {
		return
	}
	v := h.vaultOf(store, e.now)
	d := model.NewDirectory(store, model.Options{Unlock: func() (*keys.Root, error) { return e.rootOf(v) }, Now: e.now})
	_ = d.TellOverdue(ctx, model.Actor{User: me.ID, Via: model.ViaCommandLine})
}

// orRestore names the newest of the daily backups that somebody can enter, where what a repair would make has nobody.
func (e *env) orRestore(err error) error {
	refused, ok := errors.AsType[*model.Error](err)
	if !ok || !errors.Is(err, model.ErrNoAdmin) {
		return err
	}
	told := *refused
	if backup := e.entered(); backup != "" {
		told.Hint = fmt.Sprintf("Restore the newest backup that has one: lanyard restore %s. "+
			"Or say who is to be an Admin: lanyard check --repair --admin EMAIL.", shellWord(backup))
	}
	return &told
}

// peekFor is how long a backup may keep the look at it waiting.
const peekFor = time.Second

// entered returns the newest of the daily backups in which there is an Active Admin, "" if there is none.
func (e *env) entered() string {
	store := e.home().store
	var id string
	if s, err := db.Peek(store, peekFor); err == nil {
		id = s.ID()
	}
	for _, path := range db.DailyBackups(store) {
		s, err := db.Peek(path, peekFor)
		if err != nil || id != "" && s.ID() != id {
			continue
		}
		if _, err := model.FirstAdmin(context.Background(), s); err == nil {
			return path
		}
	}
	return ""
}
