package model_test

import (
	"slices"
	"testing"

	"lanyard/model"
)

// partly is an undo or a redo of which some is refused or left.
func (a *account) partly(says string, refused, notes []string) func(model.UndoReport, error) {
	return func(r model.UndoReport, err error) {
		a.Helper()
		if err != nil || r.Says() != says {
			a.Errorf("it says %q, %v; want %q", r.Says(), err, says)
		}
		var names []string
		for _, x := range r.Refused {
			names = append(names, x.Name)
		}
		if !slices.Equal(names, refused) || !slices.Equal(r.Notes, notes) {
			a.Errorf("refused are %q, and noted is %q", names, r.Notes)
		}
	}
}

// What is gone meanwhile is named, and what is said counts what was done.
func TestUndoOfManySaysOfWhichItIs(t *testing.T) {
	a := newAccount(t)
	var list []model.ID
	for _, name := range []string{"z1", "z2", "z3"} {
		list = append(list, a.machine(name, model.RoleBuilder).ID)
	}
	boss := a.add("boss@acme.test", model.RoleAdmin)
	a.done(a.SetServiceAccountsRole(t.Context(), a.ana, seen(list...), model.RoleAdmin))
	a.done(a.DeleteServiceAccounts(t.Context(), boss, seen(list[2])))
	a.partly("Undone: roles of 2 service accounts back to what they were", []string{"z3"}, nil)(a.Undo(t.Context(), a.ana, model.UndoChoice{}))
	a.done(a.DeleteServiceAccounts(t.Context(), boss, seen(list[0])))
	steps, err := model.UndoSteps(t.Context(), a.store, a.ana.User)
	if err != nil || steps.Redo().Does() != "Role of 2 service accounts set to Admin" {
		t.Errorf("%q %v", steps.Redo().Does(), err)
	}
	a.partly("Redone: role of z2 set to Admin", []string{"z1"}, nil)(a.Redo(t.Context(), a.ana, model.UndoChoice{}))
	a.partly("Undone: role of z2 back to Builder", nil, nil)(a.Undo(t.Context(), a.ana, model.UndoChoice{}))
	a.partly("Redone: role of z2 set to Admin", nil, nil)(a.Redo(t.Context(), a.ana, model.UndoChoice{}))
}

func TestUndoOfManySaysWhatIsLeft(t *testing.T) {
	e := newEstate(t)
	zoe := e.add("zoe@acme.test", model.RoleAdmin)
	e.done(e.SetUsersRole(t.Context(), e.ana, seen(e.ben.User, e.eli.User, e.boss.User), model.RoleTenantGuest))
	e.done(e.SetUsersRole(t.Context(), zoe, seen(e.ben.User), model.RoleAdmin))
	e.partly("Undone: roles of 2 users back to what they were", nil, []string{"Ben was left as somebody else made it"})(
		e.Undo(t.Context(), e.ana, model.UndoChoice{Keep: true}))
	e.done(e.SetUsersRole(t.Context(), zoe, seen(e.eli.User), model.RoleConsumer))
	e.partly("Redone: role of Boss set to Tenant Guest", nil, []string{"Eli was left as somebody else made it"})(
		e.Redo(t.Context(), e.ana, model.UndoChoice{Keep: true}))
}

// What follows from what was done to the targets isn't counted among them: Ana, who stays Owner in the place of Ben.
func TestUndoCountsWhatTheChangeWasAbout(t *testing.T) {
	e := newEstate(t)
	e.join(e.ops, 0, e.ana)
	e.done(e.RemoveUsers(t.Context(), e.ana, seen(e.ben.User, e.eli.User), true))
	e.expect("inviting Ben anew", e.inviteAs(e.boss, model.Invite{Email: "BEN@acme.test", Role: model.RoleBuilder}), nil)
	e.partly("Undone: Eli is back", []string{"Ben", "Ana Ruiz"}, nil)(e.Undo(t.Context(), e.ana, model.UndoChoice{}))
}

// A person who is gone is named as the event named them: by the email.
func TestUndoNamesPeopleWhoAreGone(t *testing.T) {
	e := newEstate(t)
	e.done(e.AddUsersToGroup(t.Context(), e.ana, seen(e.eli.User, e.boss.User), e.team))
	e.done(e.RemoveUsers(t.Context(), e.boss, seen(e.eli.User), false))
	e.partly("Undone: Boss is out of team again", []string{"eli@acme.test"}, nil)(e.Undo(t.Context(), e.ana, model.UndoChoice{}))
}

// A key that somebody may hold is gone with the service account whose creation is undone, which is said.
func TestUndoOfACreationSaysThatAKeyIsOut(t *testing.T) {
	for name, tt := range map[string]struct {
		uses []model.KeyUse
		note []string
	}{
		"nobody has it": {nil, nil},
		"copied":        {[]model.KeyUse{model.UseCopy}, []string{"The key of ci had been copied: tell whoever has it that it works no more"}},
		"shown":         {[]model.KeyUse{model.UseReveal}, []string{"The key of ci had been shown: tell whoever has it that it works no more"}},
		"both": {
			[]model.KeyUse{model.UseReveal, model.UseCopy},
			[]string{"The key of ci had been copied and shown: tell whoever has it that it works no more"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAccount(t)
			other := a.machine("other", model.RoleBuilder)
			bot := a.machine("ci", model.RoleBuilder)
			for _, use := range tt.uses {
				a.open(other.ID)
				key, err := a.OpenAPIKey(t.Context(), a.ana, bot.ID, use)
				if err != nil {
					t.Fatal(err)
				}
				key.Wipe()
			}
			a.partly("Undone: service account ci deleted", nil, tt.note)(a.Undo(t.Context(), a.ana, model.UndoChoice{}))
			a.partly("Redone: service account ci created", nil, nil)(a.Redo(t.Context(), a.ana, model.UndoChoice{}))
			a.partly("Undone: service account ci deleted", nil, tt.note)(a.Undo(t.Context(), a.ana, model.UndoChoice{}))
		})
	}
}

func TestUndoOfManyCreationsSaysHowManyKeysAreOut(t *testing.T) {
	a := newAccount(t)
	ctx := model.OneStep(t.Context())
	for _, name := range []string{"c1", "c2", "c3"} {
		bot, err := a.CreateServiceAccount(ctx, a.ana, model.ServiceAccountDraft{Name: name, Role: model.RoleBuilder})
		made(a, bot, err)
		if name != "c2" {
			a.open(bot.ID)
		}
	}
	a.partly("Undone: 3 service accounts deleted", nil,
		[]string{"The keys of 2 of them had been copied: tell whoever has one that it works no more"})(a.Undo(t.Context(), a.ana, model.UndoChoice{}))
}

// What comes back can't be given another name on the way, so that who has the name is named.
func TestUndoSaysWhoHasTheName(t *testing.T) {
	e := newEstate(t)
	e.done(e.DeleteServiceAccounts(t.Context(), e.ana, seen(e.bot.ID)))
	other, err := e.CreateServiceAccount(t.Context(), e.boss, model.ServiceAccountDraft{Name: "Bot", Role: model.RoleBuilder})
	made(e, other, err)
	_, err = e.Undo(t.Context(), e.ana, model.UndoChoice{})
	e.expect("a name that was taken meanwhile", err, model.ErrTaken,
		`The name "bot" belongs to another service account by now, made on 24 November 2026 by boss@acme.test. Rename or delete that one, and try again.`)
	made(e, 0, e.RenameServiceAccount(t.Context(), e.boss, model.Seen{ID: other.ID}, "other"))
	e.undo(e.ana)

	e.done(e.RemoveUsers(t.Context(), e.ana, seen(e.eli.User), false))
	made(e, 0, e.inviteAs(e.boss, model.Invite{Email: "ELI@acme.test", Role: model.RoleBuilder}))
	_, err = e.Undo(t.Context(), e.ana, model.UndoChoice{})
	e.expect("an email that was invited meanwhile", err, model.ErrTaken, "eli@acme.test was invited again meanwhile. Cancel that invite, and try again.")
}
