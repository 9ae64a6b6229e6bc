package model_test

import (
	"slices"
	"testing"

	"lanyard/model"
)

func TestWhoeverCreatesAWorkspaceOwnsIt(t *testing.T) {
	a := newAccount(t)
	web := a.workspace("web")
	if got := a.snapshot().Tally(web); !slices.Equal(got.Owners, []model.ID{a.ana.User}) || got.Users != 1 || got.Total() != 1 {
		t.Errorf("a new workspace has %+v", got)
	}
	editor := a.add("eva@acme.test", a.custom(model.ScopeTenant, model.PermAccountEdit))
	w, err := a.CreateWorkspace(t.Context(), editor, model.Draft{Name: "eva"})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.rules(editor).MayIn(w.ID, model.PermWSManage); err != nil {
		t.Errorf("who created a workspace doesn't own it: %v", err)
	}
}

// The ways in which a workspace might lose its Owners.
var waysOut = map[string]func(a *account, by model.Actor, list []model.Seen, workspace model.ID) (model.Outcome, error){
	"take out": func(a *account, by model.Actor, l []model.Seen, w model.ID) (model.Outcome, error) {
		return a.SetUsersWorkspaceRole(a.Context(), by, l, w, 0)
	},
	"demote": func(a *account, by model.Actor, l []model.Seen, w model.ID) (model.Outcome, error) {
		return a.SetUsersWorkspaceRole(a.Context(), by, l, w, model.RoleContributor)
	},
	"demote to a custom role": func(a *account, by model.Actor, l []model.Seen, w model.ID) (model.Outcome, error) {
		role := a.custom(model.ScopeWorkspace, model.PermWSManage)
		return a.SetUsersWorkspaceRole(a.Context(), by, l, w, role)
	},
	"deactivate": func(a *account, by model.Actor, l []model.Seen, _ model.ID) (model.Outcome, error) {
		return a.DeactivateUsers(a.Context(), by, l, false)
	},
	"remove": func(a *account, by model.Actor, l []model.Seen, _ model.ID) (model.Outcome, error) {
		return a.RemoveUsers(a.Context(), by, l, false)
	},
}

func TestTheLastOwnerStays(t *testing.T) {
	for name, way := range waysOut {
		t.Run(name, func(t *testing.T) {
			a := newAccount(t)
			web := a.workspace("web")
			ben, cai, dee := a.add("ben@acme.test", model.RoleBuilder), a.add("cai@acme.test", model.RoleBuilder), a.add("dee@acme.test", model.RoleBuilder)
			a.join(web, model.RoleOwner, ben, cai, dee)
			a.done(a.SetUsersWorkspaceRole(t.Context(), a.ana, seen(a.ana.User), web, 0))
			// None of these can be the only Owner: who is blocked, who hasn't joined, a group.
			a.done(a.DeactivateUsers(t.Context(), a.ana, seen(dee.User), false))
			a.invite(model.Invite{Email: "eli@acme.test", Role: model.RoleBuilder, Workspaces: []model.WorkspaceGrant{{Workspace: web, Role: model.RoleOwner}}})
			team := a.group("team")
			a.addTo(team, a.ana)
			a.done(a.SetGroupsWorkspaceRole(t.Context(), a.ana, seen(team), web, model.RoleOwner))

			out, err := way(a, a.ana, seen(ben.User, cai.User), web)
			if err != nil || out.Done != 1 || len(out.Refused) != 1 {
				t.Fatalf("both Owners at once: %+v, %v", out, err)
			}
			a.expect("the last", out.Refused[0].Err, model.ErrLastOwner, "is the only Owner of web", "Owner")
			s := a.snapshot()
			if got := owners(s, web); !slices.Equal(got, []model.ID{cai.User}) || !slices.Equal(s.Tally(web).Owners, got) {
				t.Errorf("%v own it, the tally says %v", got, s.Tally(web).Owners)
			}
		})
	}
}

func TestOwnersWhoAreBlockedCountAgainOnceTheyAreBack(t *testing.T) {
	a := newAccount(t)
	web := a.workspace("web")
	ben := a.add("ben@acme.test", model.RoleBuilder)
	a.join(web, model.RoleOwner, ben)
	a.done(a.DeactivateUsers(t.Context(), a.ana, seen(ben.User), false))
	leave := func() error {
		return outcome(a.SetUsersWorkspaceRole(t.Context(), a.ana, seen(a.ana.User), web, 0))
	}
	a.expect("while the other Owner is blocked", leave(), model.ErrLastOwner)
	a.done(a.ReactivateUsers(t.Context(), a.ana, seen(ben.User)))
	a.expect("once they are back", leave(), nil)
}

func TestAnInvitedOwnerCountsOnceJoined(t *testing.T) {
	a := newAccount(t)
	web := a.workspace("web")
	eli := a.invite(model.Invite{Email: "eli@acme.test", Role: model.RoleBuilder, Workspaces: []model.WorkspaceGrant{{Workspace: web, Role: model.RoleOwner}}})
	if _, err := a.AcceptInvitation(t.Context(), eli.Token, model.ViaConsole); err != nil {
		t.Fatal(err)
	}
	a.done(a.SetUsersWorkspaceRole(t.Context(), a.ana, seen(a.ana.User), web, 0))
	if got := a.snapshot().Tally(web).Owners; !slices.Equal(got, []model.ID{eli.User.ID}) {
		t.Errorf("the Owners are %v", got)
	}
}

// handOvers are the ways in which an Owner leaves and the acting Admin takes over.
var handOvers = map[string]func(a *account, by model.Actor, list []model.Seen) (model.Outcome, error){
	"deactivate": func(a *account, by model.Actor, l []model.Seen) (model.Outcome, error) {
		return a.DeactivateUsers(a.Context(), by, l, true)
	},
	"remove": func(a *account, by model.Actor, l []model.Seen) (model.Outcome, error) {
		return a.RemoveUsers(a.Context(), by, l, true)
	},
}

func TestHandOver(t *testing.T) {
	for name, way := range handOvers {
		t.Run(name, func(t *testing.T) {
			a := newAccount(t)
			web, ops, shared := a.workspace("web"), a.workspace("ops"), a.workspace("shared")
			ben, cai := a.add("ben@acme.test", model.RoleBuilder), a.add("cai@acme.test", model.RoleBuilder)
			admin := a.add("zoe@acme.test", model.RoleAdmin)
			a.join(web, model.RoleOwner, ben)
			a.join(ops, model.RoleOwner, ben, cai)
			a.join(shared, model.RoleOwner, ben)
			for _, w := range []model.ID{web, ops} {
				a.done(a.SetUsersWorkspaceRole(t.Context(), a.ana, seen(a.ana.User), w, 0))
			}
			a.done(way(a, admin, seen(ben.User, cai.User)))
			s := a.snapshot()
			for w, want := range map[model.ID]model.ID{web: admin.User, ops: admin.User, shared: a.ana.User} {
				if got := owners(s, w); !slices.Equal(got, []model.ID{want}) {
					t.Errorf("workspace %d is owned by %v, not by %d alone", w, got, want)
				}
			}
			var taken []string
			for _, e := range a.events() {
				if e.Action == "user.take_over" && e.Actor == admin.User && e.Target.ID == admin.User {
					taken = append(taken, e.Changes[0].To)
				}
			}
			slices.Sort(taken)
			if !slices.Equal(taken, []string{"ops (Owner)", "web (Owner)"}) {
				t.Errorf("the activity says that the Admin took %q over", taken)
			}
		})
	}
}

func TestWhoCannotTakeOver(t *testing.T) {
	for name, way := range handOvers {
		t.Run(name, func(t *testing.T) {
			a := newAccount(t)
			web := a.workspace("web")
			a.add("zoe@acme.test", model.RoleAdmin)
			editor := a.add("eva@acme.test", a.custom(model.ScopeTenant, model.PermAccountEdit, model.PermWSView))
			out, err := way(a, editor, seen(a.ana.User))
			a.expect("who doesn't reach every workspace", outcome(out, err), model.ErrLastOwner, "Make another Active user Owner")
			out, err = way(a, a.ana, seen(a.ana.User))
			a.expect("the actor from themselves", outcome(out, err), model.ErrLastOwner)
			if got := owners(a.snapshot(), web); !slices.Equal(got, []model.ID{a.ana.User}) {
				t.Errorf("the Owners are %v", got)
			}
			// Along with somebody whose workspace the actor has just taken over.
			ben := a.add("ben@acme.test", model.RoleBuilder)
			zoe := a.add("zac@acme.test", model.RoleAdmin)
			a.join(web, model.RoleOwner, ben)
			a.done(a.SetUsersWorkspaceRole(t.Context(), a.ana, seen(a.ana.User), web, 0))
			out, err = way(a, zoe, seen(zoe.User, ben.User))
			if err != nil || out.Done != 1 || len(out.Refused) != 1 || out.Refused[0].ID != zoe.User {
				t.Fatalf("the only Owner and who takes over, at once: %+v, %v", out, err)
			}
			if got := owners(a.snapshot(), web); !slices.Equal(got, []model.ID{zoe.User}) {
				t.Errorf("the Owners are %v", got)
			}
		})
	}
}

func TestHandingOverIsNeverWithoutAsking(t *testing.T) {
	a := newAccount(t)
	var list []model.ID
	for _, name := range []string{"a", "b", "c", "d", "e", "f", "g"} {
		list = append(list, a.workspace(name))
	}
	ben := a.add("ben@acme.test", model.RoleBuilder)
	for _, w := range list {
		a.join(w, model.RoleOwner, ben)
		a.done(a.SetUsersWorkspaceRole(t.Context(), a.ana, seen(a.ana.User), w, 0))
	}
	rules := a.rules(a.ana)
	if got := rules.OnlyOwnerOf(a.user(ben.User)); !slices.Equal(got, list) {
		t.Errorf("the only Owner of %v is said to be that of %v", list, got)
	}
	a.expect("asked beforehand", rules.RemoveUser(a.user(ben.User)), nil) // the dialog offers to take over
	a.expect("unasked", outcome(a.RemoveUsers(t.Context(), a.ana, seen(ben.User), false)), model.ErrLastOwner, "Owner of a, b, c, d, e and others")
}

func TestAnOwnerManagesTheirWorkspaceAndNoOther(t *testing.T) {
	a := newAccount(t)
	web, ops := a.workspace("web"), a.workspace("ops")
	ben, cai := a.add("ben@acme.test", model.RoleBuilder), a.add("cai@acme.test", model.RoleBuilder)
	a.join(web, model.RoleOwner, ben)
	a.expect("theirs", outcome(a.SetUsersWorkspaceRole(t.Context(), ben, seen(cai.User), web, model.RoleOwner)), nil)
	a.expect("another", outcome(a.SetUsersWorkspaceRole(t.Context(), ben, seen(cai.User), ops, model.RoleViewer)), model.ErrNotPermitted, "workspace:manage in ops")
	a.expect("a tenant role", outcome(a.SetUsersWorkspaceRole(t.Context(), ben, seen(cai.User), web, model.RoleAdmin)), model.ErrNotFound)
	a.expect("no workspace", outcome(a.SetUsersWorkspaceRole(t.Context(), ben, seen(cai.User), 5000, model.RoleViewer)), model.ErrNotFound)
	a.expect("twice the same", outcome(a.SetUsersWorkspaceRole(t.Context(), ben, seen(cai.User), web, model.RoleOwner)), nil)
	if v := a.user(cai.User).Version; v != 3 {
		t.Errorf("what changed nothing made version %d", v)
	}
}
