package model_test

import (
	"slices"
	"strings"
	"testing"

	"lanyard/model"
)

// imports applies rows as one step, in transactions of so many.
func (a *account) imports(at int, rows ...model.Row) {
	a.Helper()
	for i := range rows {
		rows[i].Line = i + 1
	}
	ctx := model.OneStep(a.Context())
	for len(rows) > 0 {
		n := min(at, len(rows))
		plan, err := a.Apply(ctx, a.ana, rows[:n], model.Importing{Role: model.RoleBuilder})
		if err != nil {
			a.Fatal(err)
		}
		for _, e := range plan.Entries {
			if e.Fate == model.RowRefused {
				a.Fatal(e.Name, e.Tells())
			}
		}
		rows = rows[n:]
	}
}

// does fails unless this is what would be undone and redone.
func (a *account) does(undo, redo string) {
	a.Helper()
	steps, err := model.UndoSteps(a.Context(), a.store, a.ana.User)
	if err != nil {
		a.Fatal(err)
	}
	if step := steps.Undo(); step == nil && undo != "" || step != nil && step.Does() != undo {
		a.Errorf("undo is of %v, want %q", step, undo)
	}
	if step := steps.Redo(); step == nil && redo != "" || step != nil && step.Does() != redo {
		a.Errorf("redo is of %v, want %q", step, redo)
	}
}

// An import is of several sorts, and what is undone says all of them before and after.
func TestUndoOfAnImportSaysAllThatItTookBack(t *testing.T) {
	name, there, builder, admin := "Benjamin", "Viewer", "Builder", "Admin"
	in := func(names ...string) *[]string { return &names }
	for _, at := range []int{1, 2, 100} {
		a := newAccount(t)
		a.add("ben@acme.test", model.RoleConsumer)
		maxi := a.add("max@acme.test", model.RoleBuilder)
		boss := a.add("boss@acme.test", model.RoleAdmin)
		bot := a.machine("bot", model.RoleBuilder)
		a.done(a.DeactivateUsers(t.Context(), a.ana, seen(maxi.User), false))
		a.imports(at,
			model.Row{Kind: model.KindWorkspace, Key: "web"},
			model.Row{Kind: model.KindGroup, Key: "sre", Workspaces: &[]model.Membership{{Workspace: "web", Role: there}}},
			model.Row{Kind: model.KindGroup, Key: "ops"},
			model.Row{Kind: model.KindUser, Key: "zoe@acme.test", Groups: in("sre")},
			model.Row{Kind: model.KindUser, Key: "eve@acme.test"},
			model.Row{Kind: model.KindUser, Key: "old@acme.test", Status: model.StatusActive},
			model.Row{Kind: model.KindUser, Key: "ben@acme.test", Name: &name, Role: &builder, Groups: in("sre", "ops")},
			model.Row{Kind: model.KindUser, Key: "max@acme.test", Role: &admin, Status: model.StatusActive},
			model.Row{Kind: model.KindServiceAccount, Key: "bot", Role: &admin},
		)
		done := "orkspace web created, 2 groups created, 2 people invited, Old restored, Ben renamed to Benjamin, " +
			"groups of Benjamin changed, roles of 2 users changed, Max reactivated, role of bot set to Admin"
		undone := "Undone: workspace web deleted, 2 groups deleted, 2 invites cancelled, Old is gone again, name of Benjamin back to Ben, " +
			"groups of Benjamin back to what they were, roles of 2 users back to what they were, Max is inactive again"
		a.does("W"+done, "")
		a.partly(undone+", role of bot back to Builder", nil, nil)(a.Undo(t.Context(), a.ana, model.UndoChoice{}))
		r, err := a.Redo(t.Context(), a.ana, model.UndoChoice{})
		if len(r.Notes) != 2 || sorted(r.Says()) != sorted("Redone: w"+done) {
			t.Errorf("%d at once: %q %q %v", at, r.Says(), r.Notes, err)
		}
		a.done(a.DeleteServiceAccounts(t.Context(), boss, seen(bot.ID)))
		r, err = a.Undo(t.Context(), a.ana, model.UndoChoice{})
		if err != nil || len(r.Refused) != 1 || sorted(r.Says()) != sorted(undone) {
			t.Errorf("%d at once: %q %v %v", at, r.Says(), r.Refused, err)
		}
	}
}

// sorted puts what an undo says into an order that doesn't depend on how many transactions it took.
func sorted(says string) string {
	_, says, _ = strings.Cut(says, ": ")
	list := strings.Split(says, ", ")
	slices.Sort(list)
	return strings.Join(list, ", ")
}

// Of a mixed lot, the invited are cancelled where the others are removed.
func TestUndoOfARemovalTellsUsersFromInvites(t *testing.T) {
	e := newEstate(t)
	invited, _, err := e.InviteUsers(t.Context(), e.boss, []model.Invite{{Email: "new@acme.test", Role: model.RoleBuilder}})
	made(e, invited, err)
	e.done(e.RemoveUsers(t.Context(), e.ana, seen(e.ben.User, invited[0].User.ID, e.eli.User), true))
	e.does("2 users removed, invite of New cancelled", "")
	e.partly("Undone: 2 users are back, New is invited again, with the token from before", nil,
		[]string{"The token that new@acme.test was sent works again until 1 December 2026"})(e.Undo(t.Context(), e.ana, model.UndoChoice{}))
	e.partly("Redone: 2 users removed, invite of New cancelled", nil, nil)(e.Redo(t.Context(), e.ana, model.UndoChoice{}))
}

// A step of one sort is called as before, whatever follows from it.
func TestUndoNamesNothingThatFollows(t *testing.T) {
	a := newAccount(t)
	w, err := a.CreateWorkspace(t.Context(), a.ana, model.Draft{Name: "web"})
	made(a, w, err)
	a.does("Workspace web created", "")
	a.partly("Undone: workspace web deleted", nil, nil)(a.Undo(t.Context(), a.ana, model.UndoChoice{}))
	a.does("", "Workspace web created")
}
