package model_test

import (
	"testing"

	"lanyard/model"
)

// conflict is the only field that an undo or a redo asks about, without its time.
func (a *account) conflict(r model.UndoReport, err error) model.FieldConflict {
	a.Helper()
	a.expect("a conflict", err, model.ErrConflict)
	if len(r.Conflicts) != 1 || len(r.Conflicts[0].Fields) != 1 {
		a.Fatalf("%+v", r.Conflicts)
	}
	f := r.Conflicts[0].Fields[0]
	if f.By != "" && f.At.IsZero() {
		a.Errorf("%+v", f)
	}
	return model.FieldConflict{Field: f.Field, Was: f.Was, Mine: f.Mine, Theirs: f.Theirs, By: f.By}
}

// What is mine is what a redo would set, and what it was is what the undo left.
func TestRedoAsksAboutWhatItWouldSet(t *testing.T) {
	e := newEstate(t)
	e.done(e.SetUsersRole(t.Context(), e.ana, seen(e.ben.User), model.RoleAdmin))
	e.undo(e.ana)
	e.done(e.SetUsersRole(t.Context(), e.boss, seen(e.ben.User), model.RoleBuilder))
	got := e.conflict(e.Redo(t.Context(), e.ana, model.UndoChoice{}))
	if want := (model.FieldConflict{Field: "role", Was: "Consumer", Mine: "Admin", Theirs: "Builder", By: "boss@acme.test"}); got != want {
		t.Errorf("a role: %+v", got)
	}
	if got.Label() != "Role" {
		t.Error(got.Label())
	}

	e.done(e.DeleteServiceAccounts(t.Context(), e.ana, seen(e.bot.ID)))
	e.undo(e.ana)
	e.done(e.SetServiceAccountsRole(t.Context(), e.boss, seen(e.bot.ID), model.RoleConsumer))
	got = e.conflict(e.Redo(t.Context(), e.ana, model.UndoChoice{}))
	if want := (model.FieldConflict{Field: "role", Was: "Builder", Theirs: "Consumer", By: "boss@acme.test"}); got != want {
		t.Errorf("a deletion: %+v", got)
	}
}

// Who changed a field is told in all the ways in which it can be changed.
func TestConflictsNameWhoChangedIt(t *testing.T) {
	for name, tt := range map[string]struct {
		mine, theirs func(*estate) error
		field, by    string
	}{
		"name": {
			func(e *estate) error { return e.RenameGroup(e.Context(), e.ana, model.Seen{ID: e.team}, "crew") },
			func(e *estate) error { return e.RenameGroup(e.Context(), e.boss, model.Seen{ID: e.team}, "gang") }, "name", "boss@acme.test",
		},
		"a workspace": {
			func(e *estate) error {
				return outcome(e.SetUsersWorkspaceRole(e.Context(), e.ana, seen(e.ben.User), e.web, model.RoleContributor))
			},
			func(e *estate) error {
				err := outcome(e.SetUsersWorkspaceRole(e.Context(), e.boss, seen(e.ben.User), e.web, model.RoleOwner))
				e.done(e.SetUsersWorkspaceRole(e.Context(), e.ana, seen(e.ben.User), e.ops, model.RoleViewer)) // another one
				e.undo(e.ana)
				return err
			}, "workspace web", "boss@acme.test",
		},
	} {
		t.Run(name, func(t *testing.T) {
			e := newEstate(t)
			if err := tt.mine(e); err != nil {
				t.Fatal(err)
			}
			if err := tt.theirs(e); err != nil {
				t.Fatal(err)
			}
			r, err := e.Undo(t.Context(), e.ana, model.UndoChoice{})
			if got := e.conflict(r, err); got.Field != tt.field || got.By != tt.by {
				t.Errorf("%+v", got)
			}
		})
	}
	e := newEstate(t)
	f := e.LastChange(t.Context(), e.ana, model.Ref{Kind: model.KindUser, ID: e.ben.User}, model.FieldConflict{Field: "Description"})
	if f.By != "" {
		t.Errorf("a field that nobody changed: %+v", f)
	}
	if err := e.RenameUser(t.Context(), e.boss, model.Seen{ID: e.ben.User}, "Benno"); err != nil {
		t.Fatal(err)
	}
	f = e.LastChange(t.Context(), e.ana, model.Ref{Kind: model.KindUser, ID: e.ben.User}, model.FieldConflict{Field: "Name"})
	if f.By != "boss@acme.test" || f.Label() != "Name" {
		t.Errorf("%+v", f)
	}
	if f := e.LastChange(t.Context(), e.eli, model.Ref{Kind: model.KindUser, ID: e.ben.User}, model.FieldConflict{Field: "Name"}); f.By != "" {
		t.Errorf("who may not see the activity is told of it: %+v", f)
	}
}

// Who sees only their own record doesn't learn what became of others by trying to take back what they once did to them.
func TestAConflictShowsNobodyWhatTheyMayNotSee(t *testing.T) {
	for _, tt := range []struct {
		name string
		lose func(*estate, model.Actor)
		want error
	}{
		{"demoted", func(e *estate, who model.Actor) {
			e.done(e.SetUsersRole(e.Context(), e.ana, seen(who.User), model.RoleConsumer))
		}, model.ErrConflict},
		{"blocked", func(e *estate, who model.Actor) {
			e.done(e.DeactivateUsers(e.Context(), e.ana, seen(who.User), false))
		}, model.ErrNotPermitted},
		{"removed", func(e *estate, who model.Actor) {
			e.done(e.RemoveUsers(e.Context(), e.ana, seen(who.User), false))
		}, model.ErrNotPermitted},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := newEstate(t)
			e.done(e.SetUsersRole(t.Context(), e.boss, seen(e.eli.User), model.RoleConsumer))
			e.done(e.SetUsersRole(t.Context(), e.ana, seen(e.eli.User), model.RoleTenantGuest))
			tt.lose(e, e.boss)
			before := e.picture()
			r, err := e.Undo(t.Context(), e.boss, model.UndoChoice{})
			e.expect(tt.name, err, tt.want)
			if len(r.Conflicts) > 0 {
				t.Errorf("it shows %+v", r.Conflicts)
			}
			if e.picture() != before {
				t.Error("it was changed")
			}
		})
	}
}
