package model_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"lanyard/keys"
	"lanyard/model"
)

// manifold is one step of several transactions, of every kind, some of which rest on others.
func (e *estate) manifold() {
	e.Helper()
	ctx := model.OneStep(e.Context())
	must := func(err error) {
		e.Helper()
		if err != nil {
			e.Fatal(err)
		}
	}
	g, err := e.CreateGroup(ctx, e.ana, model.Draft{Name: "fresh"})
	must(err)
	w, err := e.CreateWorkspace(ctx, e.ana, model.Draft{Name: "shop"})
	must(err)
	e.done(e.AddUsersToGroup(ctx, e.ana, seen(e.ben.User, e.eli.User), g.ID))
	e.done(e.SetUsersWorkspaceRole(ctx, e.ana, seen(e.eli.User), w.ID, model.RoleOwner))
	_, err = e.CreateServiceAccount(ctx, e.ana, model.ServiceAccountDraft{Name: "made", Role: model.RoleBuilder})
	must(err)
	e.done(e.DeleteServiceAccounts(ctx, e.ana, seen(e.bot.ID)))
	e.done(e.DeleteGroups(ctx, e.ana, seen(e.team)))
	e.done(e.DeleteWorkspaces(ctx, e.ana, seen(e.ops)))
	e.done(e.SetUsersRole(ctx, e.ana, seen(e.ben.User), model.RoleBuilder))
	e.done(e.RemoveUsers(ctx, e.ana, seen(e.boss.User), true))
	must(e.RenameUser(ctx, e.ana, model.Seen{ID: e.eli.User}, "Elias"))
}

// back takes back, or puts again, until the account is as it was: at once, or what is left after a try that was cut off.
func (e *estate) back(do func(context.Context, model.Actor, model.UndoChoice) (model.UndoReport, error), want string) {
	e.Helper()
	for tries := 0; e.picture() != want; tries++ {
		r, err := do(e.Context(), e.ana, model.UndoChoice{})
		if err != nil || len(r.Refused) > 0 || tries > 1 {
			e.Fatalf("%v %+v\n%s", err, r, differing(want, e.picture()))
		}
	}
}

// TestAnUndoThatIsCutOffGoesOn ends the process at each step of an undo, or of a redo, before the step and after it was done: what
// is left is done by doing it again, and nothing of it is lost.
func TestAnUndoThatIsCutOffGoesOn(t *testing.T) {
	for _, redo := range []bool{false, true} {
		for _, after := range []bool{false, true} {
			for n, whole := 1, false; !whole; n++ {
				t.Run(fmt.Sprint(redo, after, n), func(t *testing.T) {
					e := newEstate(t)
					before := e.picture()
					e.manifold()
					done, left, root := e.picture(), n, e.root()
					dies := model.NewDirectory(dying{e.store, &left, after}, model.Options{
						Unlock: func() (*keys.Root, error) { return root.Clone(), nil }, Now: e.Now,
					})
					do := dies.Undo
					if redo {
						e.back(e.Undo, before)
						do = dies.Redo
					}
					_, err := do(t.Context(), e.ana, model.UndoChoice{})
					if whole = err == nil; !whole && !errors.Is(err, errDead) {
						t.Fatal(err)
					}
					if redo {
						e.back(e.Redo, done)
					}
					e.back(e.Undo, before)
					e.back(e.Redo, done)
					if f := e.checkedUp(e.store); len(f.Wrong) > 0 {
						t.Error(f.Wrong)
					}
				})
			}
		}
	}
}
