package model_test

import (
	"slices"
	"testing"

	"lanyard/model"
)

func TestCustomRoles(t *testing.T) {
	a := newAccount(t)
	r, err := a.CreateRole(t.Context(), a.ana, model.RoleDraft{
		Draft: model.Draft{Name: " Runner ", Description: "Runs"}, Scope: model.ScopeWorkspace,
		Permissions: []model.Permission{model.PermWSExecute, model.PermWSView, model.PermWSExecute},
	})
	if err != nil || r.Name != "Runner" || r.Version != 1 || r.BuiltIn() || !slices.Equal(r.Permissions, []model.Permission{model.PermWSExecute}) {
		t.Fatalf("made %+v, %v", r, err)
	}
	one := model.Seen{ID: r.ID, Version: 1}
	a.expect("rename", a.RenameRole(t.Context(), a.ana, one, "runner"), nil)
	a.expect("over a newer version", a.DescribeRole(t.Context(), a.ana, one, "x"), model.ErrConflict)
	a.expect("describe", a.DescribeRole(t.Context(), a.ana, model.Seen{ID: r.ID, Version: 2}, "x"), nil)
	set := func(list ...model.Permission) error {
		return a.SetRolePermissions(t.Context(), a.ana, model.Seen{ID: r.ID}, list)
	}
	a.expect("one of the account's", set(model.PermAccountView), model.ErrInvalid, "workspace role can't hold account:view")
	a.expect("none", set(), model.ErrInvalid, "allows nothing")
	a.expect("one that doesn't exist", set("workspace:fly"), model.ErrInvalid)
	a.expect("less", set(model.PermWSView), nil)
	if got, _ := a.snapshot().Role(r.ID); got.Version != 4 || !slices.Equal(got.Permissions, []model.Permission{model.PermWSView}) {
		t.Errorf("it became %+v", got)
	}
	a.expect("the same", set(model.PermWSView), nil)
	if got, _ := a.snapshot().Role(r.ID); got.Version != 4 {
		t.Errorf("the same permissions made version %d", got.Version)
	}
	a.done(a.DeleteRoles(t.Context(), a.ana, seen(r.ID)))
	a.expect("gone", a.RenameRole(t.Context(), a.ana, model.Seen{ID: r.ID}, "x"), model.ErrNotFound)
}

// A role of no scope could be written and never read again.
func TestARoleOfNoScopeIsRefused(t *testing.T) {
	a := newAccount(t)
	for _, scope := range []model.Scope{0, 3} {
		_, err := a.CreateRole(t.Context(), a.ana, model.RoleDraft{Draft: model.Draft{Name: "r"}, Scope: scope, Permissions: []model.Permission{model.PermWSView}})
		a.expect(scope.String(), err, model.ErrInvalid)
	}
	a.snapshot()
}

func TestBuiltInRolesStayAsTheyAre(t *testing.T) {
	a := newAccount(t)
	for _, id := range []model.ID{model.RoleAdmin, model.RoleTenantGuest, model.RoleOwner, model.RoleViewer} {
		one := model.Seen{ID: id}
		for what, err := range map[string]error{
			"rename":   a.RenameRole(t.Context(), a.ana, one, "x"),
			"describe": a.DescribeRole(t.Context(), a.ana, one, "x"),
			"set":      a.SetRolePermissions(t.Context(), a.ana, one, []model.Permission{model.PermWSView}),
			"delete":   outcome(a.DeleteRoles(t.Context(), a.ana, seen(id))),
		} {
			a.expect(what, err, model.ErrNotPermitted, "is built in and stays as it is")
		}
	}
}

func TestRoleNamesAreUniqueAmongAllRoles(t *testing.T) {
	a := newAccount(t)
	mine := a.custom(model.ScopeTenant, model.PermAccountView)
	for _, name := range []string{"Admin", "ADMIN", "ａｄｍｉｎ", "tenant guest", "viewer", "Owner", "Tenant-ACCOUNT.view"} {
		for _, scope := range []model.Scope{model.ScopeTenant, model.ScopeWorkspace} {
			_, err := a.CreateRole(t.Context(), a.ana, model.RoleDraft{Draft: model.Draft{Name: name}, Scope: scope, Permissions: []model.Permission{model.PermWSView}})
			a.expect("create "+name, err, model.ErrTaken, "role named")
		}
	}
	a.expect("rename to a built-in one's", a.RenameRole(t.Context(), a.ana, model.Seen{ID: mine}, "bUILDER"), model.ErrTaken)
}

func TestARoleInUseStaysAndTheErrorNamesWhoHasIt(t *testing.T) {
	a := newAccount(t)
	web, team := a.workspace("web"), a.group("sre")
	tenant, runs := a.custom(model.ScopeTenant, model.PermAccountView), a.custom(model.ScopeWorkspace, model.PermWSExecute)
	del := func(id model.ID) error { return outcome(a.DeleteRoles(t.Context(), a.ana, seen(id))) }

	bot := a.machine("bot", tenant)
	a.expect("one service account", del(tenant), model.ErrInUse, "is in use: bot has it. Give them another role first.")
	a.add("ben@acme.test", tenant)
	a.invite(model.Invite{Email: "eli@acme.test", Role: tenant})
	a.expect("three", del(tenant), model.ErrInUse, "Ben, Eli, bot have it")
	a.add("cai@acme.test", tenant)
	a.expect("more", del(tenant), model.ErrInUse, "Ben, Eli, Cai and others have it")
	if err := a.rules(a.ana).DeleteRole(a.role(tenant)); model.Short(err) != "in use" {
		t.Errorf("asked beforehand: %v", err)
	}

	a.done(a.SetGroupsWorkspaceRole(t.Context(), a.ana, seen(team), web, runs))
	a.expect("a group in a workspace", del(runs), model.ErrInUse, "sre has it")
	a.done(a.DeleteWorkspaces(t.Context(), a.ana, seen(web)))
	a.expect("once the workspace is gone", del(runs), nil)

	a.done(a.DeleteServiceAccounts(t.Context(), a.ana, seen(bot.ID)))
	s := a.snapshot()
	for i := range s.Users().Len() {
		if u := s.Users().At(i); u.Role == tenant {
			a.done(a.RemoveUsers(t.Context(), a.ana, seen(u.ID), false))
		}
	}
	a.expect("once they are gone", del(tenant), nil)
}

func TestAddingToAWorkspaceRoleInUseNeedsAllWorkspaces(t *testing.T) {
	a := newAccount(t)
	web := a.workspace("web")
	looks := a.custom(model.ScopeWorkspace, model.PermWSView)
	editor := a.add("eva@acme.test", a.custom(model.ScopeTenant, model.PermAccountEdit, model.PermWSWrite))
	add := func(list ...model.Permission) error {
		return a.SetRolePermissions(t.Context(), editor, model.Seen{ID: looks}, list)
	}
	a.expect("while nobody has it", add(model.PermWSRead), nil)
	a.join(web, looks, editor)
	a.expect("while they have it themselves", add(model.PermWSWrite), model.ErrNotPermitted, "workspace:write", "it is in use")
	a.expect("more than they hold anywhere", add(model.PermWSManage), model.ErrNotPermitted)
	a.expect("they hold it no more", a.rules(editor).MayIn(web, model.PermWSWrite), model.ErrNotPermitted)
	a.expect("less", add(model.PermWSView), nil)
	a.expect("an Admin", a.SetRolePermissions(t.Context(), a.ana, model.Seen{ID: looks}, []model.Permission{model.PermWSManage}), nil)
}

func TestPermissionsImplyOthers(t *testing.T) {
	for _, tt := range []struct {
		has  model.Permission
		want []model.Permission
	}{
		{model.PermAccountEdit, []model.Permission{model.PermAccountView, model.PermAccountInvite, model.PermAccountEdit, model.PermRevealKey}},
		{model.PermAccountInvite, []model.Permission{model.PermAccountInvite}},
		{model.PermRevealKey, []model.Permission{model.PermRevealKey}},
		{model.PermServiceExecute, []model.Permission{model.PermServiceExecute}},
		{model.PermWSManage, model.ScopeWorkspace.Permissions()},
		{model.PermWSWrite, []model.Permission{model.PermWSView, model.PermWSRead, model.PermWSWrite}},
		{model.PermWSExecute, []model.Permission{model.PermWSView, model.PermWSRead, model.PermWSExecute}},
	} {
		got := slices.DeleteFunc(model.ScopeTenant.Permissions(), func(p model.Permission) bool { return !tt.has.Implies(p) })
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s brings %v", tt.has, got)
		}
	}
}

// The roles of the domain's tables, permission by permission.
func TestBuiltInRolesAllow(t *testing.T) {
	portal := []model.Permission{model.PermServiceView, model.PermServiceExecute, model.PermAppView, model.PermAppExecute}
	edits := []model.Permission{model.PermWSView, model.PermWSRead, model.PermWSWrite, model.PermWSExecute}
	for id, want := range map[model.ID][]model.Permission{
		model.RoleAdmin:       model.ScopeTenant.Permissions(),
		model.RoleBuilder:     edits,
		model.RoleConsumer:    append(portal, model.PermWSView, model.PermWSRead, model.PermWSWrite),
		model.RoleTenantGuest: {model.PermWSView},
		model.RoleOwner:       model.ScopeWorkspace.Permissions(),
		model.RoleContributor: edits,
		model.RoleViewer:      {model.PermWSView},
	} {
		role, _ := model.BuiltInRole(id)
		got := slices.DeleteFunc(model.ScopeTenant.Permissions(), func(p model.Permission) bool { return !role.Allows(p) })
		if !slices.Equal(got, want) {
			t.Errorf("%s allows %v", role.Name, got)
		}
	}
}
