package model_test

import (
	"slices"
	"testing"
	"time"

	"lanyard/model"
)

// last is the event that was written last.
func (a *account) last() model.Event {
	list := a.events()
	return list[len(list)-1]
}

// undoEvent takes back the step of an event, and ends the test if that wasn't done whole.
func (e *estate) undoEvent(of model.Event) {
	e.Helper()
	r, err := e.Undo(e.Context(), e.ana, model.UndoChoice{Event: of.Seq})
	if err != nil || len(r.Refused) > 0 {
		e.Fatalf("%v %+v", err, r)
	}
}

func TestAnEarlierStepCanBeUndone(t *testing.T) {
	e := newEstate(t)
	e.done(e.SetUsersRole(t.Context(), e.ana, seen(e.ben.User, e.eli.User), model.RoleTenantGuest))
	first := e.last()
	before := e.picture()
	if err := e.RenameUser(t.Context(), e.ana, model.Seen{ID: e.ben.User}, "Benno"); err != nil {
		t.Fatal(err)
	}
	e.undoEvent(first)
	if ben, eli := e.user(e.ben.User), e.user(e.eli.User); ben.Name != "Benno" || ben.Role != model.RoleConsumer || eli.Role != model.RoleBuilder {
		t.Errorf("%+v %+v", ben, eli)
	}
	_, err := e.Undo(t.Context(), e.ana, model.UndoChoice{Event: first.Seq})
	e.expect("once more", err, model.ErrStatus, "it is undone already")
	if r := e.redo(e.ana); r.Says() != "Redone: role of 2 users set to Tenant Guest" {
		t.Error(r.Says())
	}
	e.undoEvent(first)
	e.redo(e.ana)
	if r := e.undo(e.ana); r.Step.Event != first.Seq-1 {
		t.Errorf("undo went on with %s", r.Step.Does())
	}
	e.redo(e.ana)
	e.undoEvent(e.event("user.rename"))
	if e.picture() != before {
		t.Errorf("it is\n%s\nand was\n%s", e.picture(), before)
	}
}

// event is the last one of an action.
func (e *estate) event(action string) model.Event {
	e.Helper()
	for _, ev := range slices.Backward(e.events()) {
		if ev.Action == action {
			return ev
		}
	}
	e.Fatalf("there is no %s", action)
	return model.Event{}
}

func TestWhatLaterStepsRestOnIsntUndone(t *testing.T) {
	for _, tt := range []struct {
		name, action string
		do           func(*estate) error
		hint         string
	}{
		{"the same field again", "user.set_role", func(e *estate) error {
			e.done(e.SetUsersRole(e.Context(), e.ana, seen(e.ben.User), model.RoleTenantGuest))
			return outcome(e.SetUsersRole(e.Context(), e.ana, seen(e.ben.User, e.eli.User), model.RoleBuilder))
		}, "Undo this first: Role of Ben set to Builder"},
		{"and back by hand", "user.rename", func(e *estate) error {
			for _, name := range []string{"Benno", "Ben"} {
				if err := e.RenameUser(e.Context(), e.ana, model.Seen{ID: e.ben.User}, name); err != nil {
					return err
				}
			}
			return nil
		}, "Undo this first: Benno renamed to Ben"},
		{"somebody who was removed", "user.set_role", func(e *estate) error {
			e.done(e.SetUsersRole(e.Context(), e.ana, seen(e.eli.User), model.RoleTenantGuest))
			return outcome(e.RemoveUsers(e.Context(), e.ana, seen(e.eli.User), true))
		}, "Undo this first: Eli removed"},
		{"a group that somebody was put into", "group.create", func(e *estate) error {
			g, err := e.CreateGroup(e.Context(), e.ana, model.Draft{Name: "new"})
			if err != nil {
				return err
			}
			return outcome(e.AddUsersToGroup(e.Context(), e.ana, seen(e.eli.User), g.ID))
		}, "Undo this first: Eli added to new"},
		{"a group that is gone with what is gone", "user.remove", func(e *estate) error {
			e.done(e.RemoveUsers(e.Context(), e.ana, seen(e.ben.User), true))
			return outcome(e.DeleteGroups(e.Context(), e.ana, seen(e.team)))
		}, "Undo this first: Group team deleted"},
		{"a workspace whose owner is blocked", "workspace.delete", func(e *estate) error {
			e.done(e.SetUsersWorkspaceRole(e.Context(), e.ana, seen(e.ana.User), e.ops, 0))
			e.done(e.DeleteWorkspaces(e.Context(), e.ana, seen(e.ops)))
			return outcome(e.DeactivateUsers(e.Context(), e.ana, seen(e.ben.User), false))
		}, "Undo this first: Ben deactivated"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := newEstate(t)
			from := len(e.events())
			if err := tt.do(e); err != nil {
				t.Fatal(err)
			}
			before, i := e.picture(), slices.IndexFunc(e.events()[from:], func(ev model.Event) bool { return ev.Action == tt.action })
			for _, choice := range []model.UndoChoice{{}, {Keep: true}} {
				choice.Event = uint64(from + i + 1)
				_, err := e.Undo(t.Context(), e.ana, choice)
				e.expect(tt.name, err, model.ErrStatus, "you have changed the same again since", tt.hint)
			}
			if e.picture() != before {
				t.Error("it was changed all the same")
			}
			e.undo(e.ana)
		})
	}
}

// Somebody at work in two places copies a key while a step of theirs is on its way: its event is none of that step.
func TestAnEventThatChangedNothingIsOfNoStep(t *testing.T) {
	e := newEstate(t)
	ctx := model.OneStep(t.Context())
	e.done(e.SetUsersRole(ctx, e.ana, seen(e.ben.User), model.RoleBuilder))
	key, err := e.OpenAPIKey(t.Context(), e.ana, e.bot.ID, model.UseCopy)
	if err != nil {
		t.Fatal(err)
	}
	key.Wipe()
	if _, err := e.Export(t.Context(), e.ana, "users"); err != nil {
		t.Fatal(err)
	}
	e.done(e.SetUsersRole(ctx, e.ana, seen(e.eli.User), model.RoleTenantGuest))
	before := e.picture()
	for _, action := range []string{"service_account.copy_key", "account.export"} {
		_, err := e.Undo(t.Context(), e.ana, model.UndoChoice{Event: e.event(action).Seq})
		e.expect(action, err, model.ErrStatus, "nothing is kept to undo it with")
	}
	if e.picture() != before {
		t.Error("it was undone all the same")
	}
}

// A workspace that comes back while its owner is blocked needs another one, who would stay it. With one owner left it doesn't.
func TestAWorkspaceComesBackOutOfItsTurnToItsOtherOwner(t *testing.T) {
	e := newEstate(t)
	before := e.picture()
	e.done(e.DeleteWorkspaces(t.Context(), e.ana, seen(e.ops)))
	gone := e.event("workspace.delete")
	e.done(e.DeactivateUsers(t.Context(), e.ana, seen(e.ben.User), false))
	e.undoEvent(gone)
	if own := owners(e.snapshot(), e.ops); !slices.Equal(own, []model.ID{e.ana.User}) {
		t.Errorf("its owners are %v", own)
	}
	e.undo(e.ana)
	if is := e.picture(); is != before {
		t.Errorf("%s", differing(before, is))
	}
}

func TestWhatOthersChangedSinceAnEarlierStepIsAskedAbout(t *testing.T) {
	e := newEstate(t)
	e.done(e.SetUsersRole(t.Context(), e.ana, seen(e.ben.User), model.RoleBuilder))
	first := e.last()
	e.done(e.SetUsersRole(t.Context(), e.ana, seen(e.eli.User), model.RoleConsumer))
	e.done(e.SetUsersRole(t.Context(), e.boss, seen(e.ben.User), model.RoleTenantGuest))
	r, err := e.Undo(t.Context(), e.ana, model.UndoChoice{Event: first.Seq})
	e.expect("a conflict", err, model.ErrConflict, "Ben was changed by somebody else since")
	_, err = e.Undo(t.Context(), e.ana, model.UndoChoice{Event: first.Seq, Step: r.Step.ID, Force: []model.Seen{r.Conflicts[0].Seen()}})
	if ben, eli := e.user(e.ben.User), e.user(e.eli.User); err != nil || ben.Role != model.RoleConsumer || eli.Role != model.RoleConsumer {
		t.Errorf("%v %+v %+v", err, ben, eli)
	}
}

func TestWhatCantBeUndoneOfAnEventSaysWhy(t *testing.T) {
	e := newEstate(t)
	e.done(e.SetUsersRole(t.Context(), e.boss, seen(e.ben.User), model.RoleBuilder))
	theirs := e.last()
	key, err := e.OpenAPIKey(t.Context(), e.ana, e.bot.ID, model.UseCopy)
	if err != nil {
		t.Fatal(err)
	}
	key.Wipe()
	copied := e.last()
	e.done(e.SetUsersRole(t.Context(), e.ana, seen(e.eli.User), model.RoleConsumer))
	done := e.last()
	e.undo(e.ana)
	back := e.last()
	for _, tt := range []struct {
		name string
		of   uint64
		kind error
		says string
	}{
		{"another's", theirs.Seq, model.ErrStatus, "only your own changes can be undone"},
		{"a copy", copied.Seq, model.ErrStatus, "nothing is kept to undo it with"},
		{"undone", done.Seq, model.ErrStatus, "it is undone already"},
		{"an undo", back.Seq, model.ErrStatus, "an undo or a redo itself"},
		{"no event", 9999, model.ErrNotFound, "no event of this number"},
	} {
		_, err := e.Undo(t.Context(), e.ana, model.UndoChoice{Event: tt.of})
		e.expect(tt.name, err, tt.kind, tt.says)
	}
	e.now = e.now.Add(model.UndoTerm + 1)
	_, err = e.Undo(t.Context(), e.ana, model.UndoChoice{Event: e.event("service_account.create").Seq})
	e.expect("past its term", err, model.ErrNotFound, "nothing to undo")
}

// A take-over that comes before what it is for is of the same step, and so is all of a change of several transactions.
func TestAllEventsOfAStepLeadToIt(t *testing.T) {
	e := newEstate(t)
	e.join(e.ops, 0, e.ana) // so that ben alone owns it
	from := len(e.events())
	e.done(e.RemoveUsers(t.Context(), e.ana, seen(e.ben.User, e.eli.User), true))
	steps, err := model.UndoSteps(t.Context(), e.store, e.ana.User)
	if err != nil {
		t.Fatal(err)
	}
	list := e.events()[from:]
	if len(list) != 3 {
		t.Fatalf("%+v", list)
	}
	for _, ev := range list {
		if s, err := steps.Of(ev); err != nil || s.ID != steps.Undo().ID {
			t.Errorf("%s: %v %s", ev.Action, err, s.Does())
		}
	}
}

// What was made for good rests on what came before it, too: a step whose record had its key rotated since isn't a conflict with
// somebody else.
func TestUndoOfAStepBeforeOneForGood(t *testing.T) {
	e := newEstate(t)
	made, err := e.CreateServiceAccount(t.Context(), e.ana, model.ServiceAccountDraft{Name: "another", Role: model.RoleBuilder})
	if err != nil {
		t.Fatal(err)
	}
	created := e.event("service_account.create")
	e.done(e.RotateAPIKeys(t.Context(), e.ana, seen(made.ID), time.Hour))
	r, err := e.Undo(t.Context(), e.ana, model.UndoChoice{Event: created.Seq})
	e.expect("the creation", err, model.ErrStatus, "another created can't be undone: key of another rotated since, which is for good")
	if len(r.Conflicts) > 0 {
		t.Errorf("%+v", r.Conflicts)
	}
}
