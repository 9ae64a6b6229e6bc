package model_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"lanyard/model"
)

// names are those of some proposals.
func names(list []model.Proposal) []string {
	var out []string
	for _, p := range list {
		out = append(out, p.Name)
	}
	return out
}

func TestNamesAreProposed(t *testing.T) {
	a := newAccount(t)
	d, ana := a.Directory, a.ana
	invited, _, err := d.InviteUsers(t.Context(), ana, []model.Invite{
		{Email: "Ben@acme.test", Name: "Ben Okafor", Role: model.RoleConsumer}, {Email: "bella@acme.test", Role: model.RoleBuilder},
	})
	a.done(model.Outcome{}, err)
	_, err = d.AcceptInvitation(t.Context(), invited[0].Token, model.ViaCommandLine)
	a.done(model.Outcome{}, err)
	for _, name := range []string{"Alpha team", "alpine", "Beta"} {
		_, err = d.CreateGroup(t.Context(), ana, model.Draft{Name: name})
		a.done(model.Outcome{}, err)
	}
	_, err = d.CreateRole(t.Context(), ana, model.RoleDraft{Draft: model.Draft{Name: "Builder of roads"}, Scope: model.ScopeTenant, Permissions: []model.Permission{model.PermAccountView}})
	a.done(model.Outcome{}, err)
	isInvited := func(u model.User) bool { return u.Status == model.StatusInvited }
	ben := model.Actor{User: invited[0].User.ID, Via: model.ViaCommandLine}

	users := func(actor model.Actor, typed string, want func(model.User) bool) []string {
		list, err := d.ProposeUsers(t.Context(), actor, typed, want)
		if err != nil {
			t.Fatal(err)
		}
		return names(list)
	}
	groups := func(typed string) []string {
		list, err := d.ProposeGroups(t.Context(), ana, typed, nil)
		if err != nil {
			t.Fatal(err)
		}
		return names(list)
	}
	roles := func(typed string) []string {
		list, err := d.ProposeRoles(t.Context(), ana, typed, func(r model.Role) bool { return r.Scope == model.ScopeTenant })
		if err != nil {
			t.Fatal(err)
		}
		return names(list)
	}
	for _, tt := range []struct {
		what string
		have []string
		want string
	}{
		{"as it is written", users(ana, "", nil), "ana@acme.test bella@acme.test Ben@acme.test"},
		{"as it was begun", users(ana, "BE", nil), "BElla@acme.test BEn@acme.test"},
		{"those that are wanted", users(ana, "b", isInvited), "bella@acme.test"},
		{"nobody", users(ana, "x", nil), ""},
		{"themselves", users(ben, "", nil), "Ben@acme.test"},
		{"themselves, if they fit", users(ben, "ana", nil), ""},
		{"themselves, if they are wanted", users(ben, "", isInvited), ""},
		{"names in any case", groups("Al"), "Alpha team Alpine"},
		{"what ends with a space", groups("alpha "), "alpha team"},
		{"built-in roles first", roles("bui"), "builder builder of roads"},
		{"of a scope", roles("Own"), ""},
	} {
		if have := strings.Join(tt.have, " "); have != tt.want {
			t.Errorf("%s: %q, not %q", tt.what, have, tt.want)
		}
	}
	if list, err := d.ProposeGroups(t.Context(), ben, "", nil); err == nil || list != nil {
		t.Errorf("%v for who may not see", list)
	}
}

// What a shell types is what all proposals have in common. It mustn't be more than what all names have in common.
func TestProposalsHaveInCommonWhatAllNamesHave(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		a := newAccount(t)
		all := rapid.SliceOfNDistinct(rapid.StringMatching(`(an|ann|b)(a|b|é)?[a-f0-9]{1,3}`), 1, 150, rapid.ID).Draw(rt, "names")
		var invites []model.Invite
		for _, name := range all {
			invites = append(invites, model.Invite{Email: name + "@other.test", Role: model.RoleBuilder})
		}
		invited, refused, err := a.InviteUsers(t.Context(), a.ana, invites)
		if err != nil || len(refused) > 0 {
			rt.Fatal(refused, err)
		}
		if len(invited) > 50 { // some of them are of another status
			_, err = a.AcceptInvitation(t.Context(), invited[7].Token, model.ViaCommandLine)
			a.done(model.Outcome{}, err)
		}
		typed := rapid.SampledFrom([]string{"", "a", "an", "ann", "b", "é"}).Draw(rt, "typed")
		list, err := a.ProposeUsers(t.Context(), a.ana, typed, func(u model.User) bool { return u.Status == model.StatusInvited })
		if err != nil {
			rt.Fatal(err)
		}
		var fits []string
		for _, u := range rows(a, a.Users(a.ana), func(u model.User) bool { return u.Status == model.StatusInvited }) {
			if strings.HasPrefix(u.Email, typed) {
				fits = append(fits, u.Email)
			}
		}
		switch {
		case len(fits) <= model.MaxProposals && len(list) != len(fits):
			rt.Errorf("%d of %d are proposed", len(list), len(fits))
		case len(list) > model.MaxProposals:
			rt.Errorf("%d are proposed", len(list))
		case common(names(list)) != common(fits):
			rt.Errorf("%q in common, all have %q", common(names(list)), common(fits))
		}
	})
}

// Where there are more than are proposed, those that stand for others say so.
func TestProposalsThatStandForOthersSaySo(t *testing.T) {
	a := newAccount(t)
	var invites []model.Invite
	for i := range model.MaxProposals {
		invites = append(invites, model.Invite{Email: fmt.Sprintf("bob%02d@acme.test", i), Name: "Bob", Role: model.RoleBuilder})
	}
	if _, refused, err := a.InviteUsers(t.Context(), a.ana, invites); err != nil || len(refused) > 0 {
		t.Fatal(refused, err)
	}
	list, err := a.ProposeUsers(t.Context(), a.ana, "", nil)
	want := []model.Proposal{{Name: "ana@acme.test", About: "Ana Ruiz, Active"}, {Name: "bob00@acme.test", About: "one of several that begin with b"}}
	if err != nil || !slices.Equal(list, want) {
		t.Errorf("%q, %v", list, err)
	}
}

// common is what all of some texts begin with.
func common(list []string) string {
	if len(list) == 0 {
		return ""
	}
	first := list[0]
	for _, s := range list[1:] {
		for !strings.HasPrefix(s, first) {
			first = first[:len(first)-1]
		}
	}
	return first
}
