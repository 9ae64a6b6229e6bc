package model_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"lanyard/model"
)

// rows goes through a list that has no errors.
func rows[T, D any](a *account, l model.List[T, D], keep func(T) bool) []D {
	a.Helper()
	var list []D
	for row, err := range l.All(context.Background(), keep) {
		if err != nil {
			a.Fatal(err)
		}
		list = append(list, row)
	}
	return list
}

// refusal returns the error that a list begins with, nil if it begins with none.
func refusal[T, D any](l model.List[T, D]) error {
	for _, err := range l.All(context.Background(), nil) {
		return err
	}
	return nil
}

func TestAListIsReadInPages(t *testing.T) {
	a := newAccount(t)
	var invites []model.Invite
	for i := range 1234 {
		invites = append(invites, model.Invite{Email: fmt.Sprintf("u%04d@acme.test", i), Role: model.RoleBuilder})
	}
	if _, refused, err := a.InviteUsers(t.Context(), a.ana, invites); err != nil || len(refused) > 0 {
		t.Fatal(refused, err)
	}
	all := rows(a, a.Users(a.ana), nil)
	if len(all) != 1235 || all[0].ID != a.ana.User || all[1234].Email != "u1233@acme.test" {
		t.Fatalf("%d users", len(all))
	}
	if !slices.IsSortedFunc(all, func(x, y model.UserDetails) int { return int(x.ID) - int(y.ID) }) {
		t.Error("not in the order in which they were made")
	}
	some := rows(a, a.Users(a.ana), func(u model.User) bool { return u.ID%2 == 0 })
	want := slices.DeleteFunc(slices.Clone(all), func(u model.UserDetails) bool { return u.ID%2 != 0 })
	if len(some) != len(want) {
		t.Errorf("%d of %d are kept", len(some), len(want))
	}
	// Picked, they come in the order asked for, and those that are gone are left out.
	var ids []model.ID
	for _, u := range slices.Backward(all) {
		ids = append(ids, u.ID)
	}
	gone := all[600].ID
	a.done(a.RemoveUsers(t.Context(), a.ana, seen(gone), false))
	ids = slices.Insert(ids, 700, model.ID(1<<40))
	var picked []model.ID
	for u, err := range a.Users(a.ana).Pick(t.Context(), ids) {
		if err != nil {
			t.Fatal(err)
		}
		picked = append(picked, u.ID)
	}
	ids = slices.DeleteFunc(ids, func(id model.ID) bool { return id == gone || id == 1<<40 })
	if !slices.Equal(picked, ids) {
		t.Errorf("%d were picked of %d", len(picked), len(ids))
	}
}

// Names that change while a list is being read are as they are when a row is.
func TestAListRemembersNothingThatHasChanged(t *testing.T) {
	a := newAccount(t)
	group := a.group("platform")
	var invites []model.Invite
	for i := range 600 {
		invites = append(invites, model.Invite{Email: fmt.Sprintf("u%04d@acme.test", i), Role: model.RoleBuilder, Groups: []model.ID{group}})
	}
	if _, refused, err := a.InviteUsers(t.Context(), a.ana, invites); err != nil || len(refused) > 0 {
		t.Fatal(refused, err)
	}
	n, last := 0, ""
	for u, err := range a.Users(a.ana).All(t.Context(), nil) {
		if err != nil {
			t.Fatal(err)
		}
		if n == 10 {
			if err := a.RenameGroup(t.Context(), a.ana, model.Seen{ID: group}, "base"); err != nil {
				t.Fatal(err)
			}
		}
		if len(u.Groups) > 0 {
			last = u.Groups[0].Name
		}
		n++
	}
	if n != 601 || last != "base" {
		t.Errorf("of %d the last is in %q", n, last)
	}
}

func TestListsAreForWhoSeesTheAccount(t *testing.T) {
	a := newAccount(t)
	ben := a.add("ben@acme.test", model.RoleBuilder)
	a.group("platform")
	a.workspace("web")
	key := a.add("key@acme.test", a.custom(model.ScopeTenant, model.PermRevealKey))
	a.machine("bot", model.RoleBuilder)
	if own := rows(a, a.Users(ben), nil); len(own) != 1 || own[0].ID != ben.User {
		t.Errorf("he sees %d users", len(own))
	}
	if own := rows(a, a.Users(ben), func(model.User) bool { return false }); len(own) != 0 {
		t.Error("he sees himself where he doesn't fit")
	}
	_, err := a.Users(ben).One(t.Context(), a.ana.User)
	a.expect("looking at somebody else", err, model.ErrNotFound)
	_, err = a.FindUser(t.Context(), ben, "ana@acme.test")
	a.expect("finding somebody else", err, model.ErrNotPermitted)
	if u, err := a.FindUser(t.Context(), ben, "BEN@acme.test"); err != nil || u.ID != ben.User {
		t.Errorf("he doesn't find himself: %v", err)
	}
	_, err = a.FindGroup(t.Context(), ben, "platform")
	a.expect("finding a group", err, model.ErrNotPermitted)
	a.expect("listing workspaces", refusal(a.Workspaces(ben)), model.ErrNotPermitted)
	if list := rows(a, a.ServiceAccounts(key), nil); len(list) != 1 {
		t.Errorf("who copies keys sees %d service accounts", len(list))
	}
	a.done(a.DeactivateUsers(t.Context(), a.ana, seen(ben.User), false))
	a.expect("listing while blocked", refusal(a.Users(ben)), model.ErrNotPermitted)
}

func TestDetailsNameWhatARecordRefersTo(t *testing.T) {
	a := newAccount(t)
	group, web, ops := a.group("platform"), a.workspace("web"), a.workspace("ops")
	custom := a.custom(model.ScopeWorkspace, model.PermWSRead)
	ben := a.add("ben@acme.test", model.RoleBuilder)
	a.addTo(group, ben)
	a.join(web, custom, ben)
	a.join(ops, model.RoleOwner, ben)
	u, err := a.Users(a.ana).One(t.Context(), ben.User)
	if err != nil || u.RoleName != "Builder" || len(u.Groups) != 1 || u.Groups[0].Name != "platform" || u.Inviter != "ana@acme.test" ||
		len(u.Access) != 2 || u.Access[0].Workspace.Name != "ops" || u.Access[1].Role.ID != custom {
		t.Errorf("%+v, %v", u, err)
	}
	w, err := a.Workspaces(a.ana).One(t.Context(), ops)
	if err != nil || !slices.Equal(w.Owners, []string{"ana@acme.test", "ben@acme.test"}) || w.Users != 2 || w.Creator != "ana@acme.test" {
		t.Errorf("%+v, %v", w, err)
	}
	g, err := a.Groups(a.ana).One(t.Context(), group)
	if err != nil || g.Users != 1 {
		t.Errorf("%+v, %v", g, err)
	}
	r, err := a.Roles(a.ana).One(t.Context(), model.RoleBuilder)
	if err != nil || r.Name != "Builder" || r.Users != 1 {
		t.Errorf("%+v, %v", r, err)
	}
	if all := rows(a, a.Roles(a.ana), nil); len(all) != 8 || all[0].Name != "Admin" || all[7].Role.ID != custom {
		t.Errorf("%d roles", len(all))
	}
	a.done(a.RemoveUsers(t.Context(), a.ana, seen(ben.User), true))
	_, err = a.Users(a.ana).One(t.Context(), ben.User)
	a.expect("looking at who was removed", err, model.ErrNotFound)
}
