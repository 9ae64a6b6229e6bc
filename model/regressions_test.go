package model_test

import (
	"strings"
	"testing"

	"lanyard/model"
)

// To edit the account and to manage workspaces reach every workspace together: whoever adds the one to a role that allows
// the other gives more than what they add.
func TestCompletingARoleToReachAllNeedsToReachAll(t *testing.T) {
	for _, tt := range [][2]model.Permission{{model.PermWSManage, model.PermAccountEdit}, {model.PermAccountEdit, model.PermWSManage}} {
		a := newAccount(t)
		web := a.workspace("web")
		half := a.custom(model.ScopeTenant, tt[0])
		holder := a.add("max@acme.test", half)
		editor := a.add("eva@acme.test", a.custom(model.ScopeTenant, model.PermAccountEdit, model.PermAppView))
		set := func(by model.Actor, list ...model.Permission) error {
			return a.SetRolePermissions(t.Context(), by, model.Seen{ID: half}, list)
		}
		a.expect("an editor", set(editor, tt[:]...), model.ErrNotPermitted)
		a.expect("who has it, in web", a.rules(holder).MayIn(web, model.PermWSView), model.ErrNotPermitted)
		a.expect("something else", set(editor, tt[0], model.PermAppView), nil)
		a.expect("an Admin", set(a.ana, tt[:]...), nil)
		a.expect("who has it, in web then", a.rules(holder).MayIn(web, model.PermWSManage), nil)
	}
}

// A mail server's answer is a stranger's text, and is shown in a terminal.
func TestWhyAMailFailedIsOneLineWithoutControls(t *testing.T) {
	a := newAccount(t)
	i := a.invite(model.Invite{Email: "eli@acme.test", Role: model.RoleBuilder})
	for why, want := range map[string]string{
		"550 no\r\n\x1b[2J such\u202e\tuser \n": "550 no [2J such user",
		strings.Repeat("é", 400):                strings.Repeat("é", model.MaxDescription),
		"bad \xff byte":                         "bad byte",
		"":                                      "",
	} {
		if err := a.RecordDelivery(t.Context(), i.User.ID, i.Token.PublicID(), model.Delivery{State: model.Failed, Why: why}); err != nil {
			t.Fatal(err)
		}
		if got := a.user(i.User.ID).Invitation.Delivery.Why; got != want {
			t.Errorf("%q is kept as %q", why, got)
		}
	}
}

// The console says that its user is there, and another may have removed them a moment ago.
func TestWhoWasRemovedIsNotSeen(t *testing.T) {
	a := newAccount(t)
	ben := a.add("ben@acme.test", model.RoleBuilder)
	a.done(a.RemoveUsers(t.Context(), a.ana, seen(ben.User), false))
	before := a.snapshot().Revision()
	a.expect("touch", a.Touch(t.Context(), ben), nil)
	if after := a.snapshot().Revision(); after != before {
		t.Errorf("revision %d became %d", before, after)
	}
}

// What somebody may do is asked anew for each record of a change of many: an earlier one may have been their own.
func TestWhoDemotesThemselvesMayNoMoreInTheSameChange(t *testing.T) {
	a := newAccount(t)
	ben := a.add("ben@acme.test", model.RoleAdmin)
	out, err := a.SetUsersRole(t.Context(), ben, seen(ben.User, ben.User), model.RoleBuilder)
	if err != nil || out.Done != 1 || len(out.Refused) != 1 {
		t.Fatalf("%+v, %v", out, err)
	}
	a.expect("the second time", out.Refused[0].Err, model.ErrNotPermitted)
}

// A group may still name a workspace that was deleted and not swept: it gives nothing there, so that nothing has to be held.
func TestAGroupOfAWorkspaceThatIsGoneGivesNothingThere(t *testing.T) {
	a := newAccount(t)
	web, team := a.workspace("web"), a.group("team")
	a.done(a.SetGroupsWorkspaceRole(t.Context(), a.ana, seen(team), web, model.RoleOwner))
	editor := a.add("eva@acme.test", a.custom(model.ScopeTenant, model.PermAccountEdit))
	join := func() error { return outcome(a.AddUsersToGroup(t.Context(), editor, seen(editor.User), team)) }
	a.expect("while it is there", join(), model.ErrNotPermitted)
	if out, _ := a.on(blind{a.store}).DeleteWorkspaces(t.Context(), a.ana, seen(web)); out.Done != 1 {
		t.Fatal(out)
	}
	a.expect("once it is gone", join(), nil)
}
