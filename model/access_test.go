package model_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"lanyard/model"
)

// reaches writes down what a user reaches: "web: Viewer, Contributor through team".
func reaches(s *model.Snapshot, u model.User) []string {
	var list []string
	for _, r := range s.Reaches(u) {
		var sources []string
		for _, source := range r.Access {
			text := source.Role.Name
			if source.Group != "" {
				text += " through " + source.Group
			}
			if source.Admin {
				text += " everywhere"
			}
			sources = append(sources, text)
		}
		list = append(list, r.Workspace.Name+": "+strings.Join(sources, ", "))
	}
	return list
}

func TestAccessIsTheUnionOfItsSources(t *testing.T) {
	a := newAccount(t)
	web, ops, data := a.workspace("web"), a.workspace("Ops"), a.workspace("data")
	runs := a.custom(model.ScopeWorkspace, model.PermWSExecute)
	team, sre := a.group("team"), a.group("sre")
	a.done(a.SetGroupsWorkspaceRole(t.Context(), a.ana, seen(team), web, model.RoleContributor))
	a.done(a.SetGroupsWorkspaceRole(t.Context(), a.ana, seen(sre), ops, runs))
	ben := a.add("ben@acme.test", model.RoleConsumer)
	a.join(web, model.RoleViewer, ben)
	a.addTo(team, ben)
	a.addTo(sre, ben)

	s := a.snapshot()
	want := []string{"Ops: workspace-workspace.execute through sre", "web: Viewer, Contributor through team"}
	if got := reaches(s, a.user(ben.User)); !slices.Equal(got, want) {
		t.Errorf("ben reaches %q", got)
	}
	want = []string{"data: Admin everywhere, Owner", "Ops: Admin everywhere, Owner", "web: Admin everywhere, Owner"}
	if got := reaches(s, a.user(a.ana.User)); !slices.Equal(got, want) {
		t.Errorf("ana reaches %q", got)
	}
	permissions := map[string]string{}
	for _, r := range s.Reaches(a.user(ben.User)) {
		permissions[r.Workspace.Name] = fmt.Sprint(r.Access.Permissions())
	}
	if got := permissions["Ops"]; got != "[workspace:view workspace:read workspace:execute]" {
		t.Errorf("to run in Ops brings %s", got)
	}
	if got := permissions["web"]; got != "[workspace:view workspace:read workspace:write workspace:execute]" {
		t.Errorf("a Viewer whose group contributes has %s", got)
	}
	rules := s.Rules(ben.User, a.now)
	a.expect("a tenant role's permissions in a workspace that isn't theirs", rules.MayIn(data, model.PermWSView), model.ErrNotPermitted, "in data")
	a.expect("through a group", rules.MayIn(web, model.PermWSWrite), nil)
	a.expect("more than all of them", rules.MayIn(web, model.PermWSManage), model.ErrNotPermitted)
	a.expect("an Admin, anywhere", s.Rules(a.ana.User, a.now).MayIn(data, model.PermWSManage), nil)
}

func TestOnlyWhoEditsAndManagesReachesAll(t *testing.T) {
	a := newAccount(t)
	web := a.workspace("web")
	for _, tt := range []struct {
		list []model.Permission
		want bool
	}{
		{[]model.Permission{model.PermAccountEdit, model.PermWSManage}, true},
		{[]model.Permission{model.PermAccountEdit, model.PermWSWrite}, false},
		{[]model.Permission{model.PermAccountView, model.PermWSManage}, false},
	} {
		role := a.custom(model.ScopeTenant, tt.list...)
		actor := a.add(fmt.Sprintf("u%d@acme.test", role), role)
		s := a.snapshot()
		if got := s.Rules(actor.User, a.now).MayIn(web, model.PermWSView) == nil; got != tt.want || s.ReachesAll(role) != tt.want {
			t.Errorf("%v reaches web: %v", tt.list, got)
		}
	}
}

func TestWhoIsBlockedMayDoNothingInWorkspacesEither(t *testing.T) {
	a := newAccount(t)
	web := a.workspace("web")
	ben := a.add("ben@acme.test", model.RoleAdmin)
	a.join(web, model.RoleOwner, ben)
	a.done(a.DeactivateUsers(t.Context(), a.ana, seen(ben.User), false))
	a.expect("a blocked Owner", a.rules(ben).MayIn(web, model.PermWSView), model.ErrNotPermitted, "not an active user")
}

// Deleting and sweeping are two steps. In between, and when the second fails, what is gone is passed over.
func TestWhatIsGoneIsPassedOverUntilItIsSwept(t *testing.T) {
	a := newAccount(t)
	web, ops := a.workspace("web"), a.workspace("ops")
	team := a.group("team")
	ben := a.add("ben@acme.test", a.custom(model.ScopeTenant, model.PermAccountEdit))
	a.join(web, model.RoleContributor, ben)
	a.addTo(team, ben)
	a.done(a.SetGroupsWorkspaceRole(t.Context(), a.ana, seen(team), ops, model.RoleOwner))
	eli := a.invite(model.Invite{
		Email: "eli@acme.test", Role: model.RoleTenantGuest,
		Groups: []model.ID{team}, Workspaces: []model.WorkspaceGrant{{Workspace: web, Role: model.RoleOwner}},
	})
	unswept := a.on(blind{a.store})
	for what, del := range map[string]func() (model.Outcome, error){
		"group":     func() (model.Outcome, error) { return unswept.DeleteGroups(t.Context(), a.ana, seen(team)) },
		"workspace": func() (model.Outcome, error) { return unswept.DeleteWorkspaces(t.Context(), a.ana, seen(web)) },
	} {
		if out, err := del(); out.Done != 1 {
			t.Fatal(what, out, err)
		}
	}
	s, u := a.snapshot(), a.user(ben.User)
	if len(u.Groups) != 1 || len(u.Workspaces) != 1 || s.Tally(web).Total() != 0 || s.Tally(team).Total() != 0 {
		t.Fatalf("after an unswept deletion: %+v", u)
	}
	if got := reaches(s, u); len(got) != 0 {
		t.Errorf("ben reaches %q", got)
	}
	rules := s.Rules(ben.User, a.now)
	a.expect("their old right", rules.MayIn(web, model.PermWSView), model.ErrNotFound)
	a.expect("the group's", rules.MayIn(ops, model.PermWSView), model.ErrNotPermitted)
	again, out, err := a.ResendInvites(t.Context(), a.ana, seen(eli.User.ID), 0)
	a.done(out, err)
	if _, err := a.AcceptInvitation(t.Context(), again[0].Token, model.ViaConsole); err != nil {
		t.Errorf("an invitation to what is gone: %v", err)
	}
	if got := rules.OnlyOwnerOf(a.user(eli.User.ID)); len(got) != 0 {
		t.Errorf("the only Owner of %v, which is gone", got)
	}
	a.done(a.RemoveUsers(t.Context(), a.ana, seen(eli.User.ID), false))
	a.expect("other groups", a.SetUserGroups(t.Context(), a.ana, model.Seen{ID: ben.User}, []model.ID{team, a.group("new")}), nil)
	if got := a.user(ben.User).Groups; len(got) != 1 || got[0] == team {
		t.Errorf("a group that is gone was given again: %v", got)
	}
	a.done(a.DeleteGroups(t.Context(), a.ana, seen(a.user(ben.User).Groups...))) // sweeps what was left, too
	if u := a.user(ben.User); len(u.Groups) != 0 || len(u.Workspaces) != 0 {
		t.Errorf("the next sweep left %+v", u)
	}
}
