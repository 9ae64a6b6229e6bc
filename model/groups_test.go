package model_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"lanyard/model"
)

func TestMembersAreAddedFromEitherSide(t *testing.T) {
	a := newAccount(t)
	team, sre := a.group("team"), a.group("sre")
	ben, cai := a.add("ben@acme.test", model.RoleBuilder), a.add("cai@acme.test", model.RoleBuilder)
	a.done(a.AddUsersToGroup(t.Context(), a.ana, seen(ben.User, cai.User), team))
	a.expect("the user's cell", a.SetUserGroups(t.Context(), a.ana, model.Seen{ID: ben.User}, []model.ID{sre, team}), nil)
	check := func(when string, users map[model.ID][]model.ID, teams, sres int) {
		t.Helper()
		s := a.snapshot()
		for id, want := range users {
			if u, _ := s.Users().Get(id); !slices.Equal(u.Groups, want) {
				t.Errorf("%s %s is in %v, want %v", when, u.Name, u.Groups, want)
			}
		}
		if got := [2]int{s.Tally(team).Users, s.Tally(sre).Users}; got != [2]int{teams, sres} {
			t.Errorf("%s the groups have %v members", when, got)
		}
	}
	check("added", map[model.ID][]model.ID{ben.User: {team, sre}, cai.User: {team}}, 2, 1)
	a.done(a.RemoveUsersFromGroup(t.Context(), a.ana, seen(ben.User, cai.User), team))
	check("taken out", map[model.ID][]model.ID{ben.User: {sre}, cai.User: nil}, 0, 1)
	a.expect("no groups", a.SetUserGroups(t.Context(), a.ana, model.Seen{ID: ben.User}, nil), nil)
	check("cleared", map[model.ID][]model.ID{ben.User: nil}, 0, 0)
	a.expect("no such group", outcome(a.AddUsersToGroup(t.Context(), a.ana, seen(ben.User), 5000)), model.ErrNotFound)
	a.expect("none in a list", a.SetUserGroups(t.Context(), a.ana, model.Seen{ID: ben.User}, []model.ID{team, 5000}), model.ErrNotFound)
	a.expect("a workspace for a group", outcome(a.AddUsersToGroup(t.Context(), a.ana, seen(ben.User), a.workspace("web"))), model.ErrNotFound)
	check("refused", map[model.ID][]model.ID{ben.User: nil}, 0, 0)
}

func TestAGroupNamedTwiceCountsOnce(t *testing.T) {
	a := newAccount(t)
	team, web := a.group("team"), a.workspace("web")
	ben := a.add("ben@acme.test", model.RoleBuilder)
	a.expect("set", a.SetUserGroups(t.Context(), a.ana, model.Seen{ID: ben.User}, []model.ID{team, team}), nil)
	eli := a.invite(model.Invite{
		Email: "eli@acme.test", Role: model.RoleBuilder, Groups: []model.ID{team, team},
		Workspaces: []model.WorkspaceGrant{{Workspace: web, Role: model.RoleOwner}, {Workspace: web, Role: model.RoleViewer}},
	}).User
	s := a.snapshot()
	if got := s.Tally(team).Users; got != 2 {
		t.Errorf("a group of two has %d members", got)
	}
	if got := s.Tally(web).Users; got != 2 || len(eli.Workspaces) != 1 || eli.Workspaces[0].Role != model.RoleViewer {
		t.Errorf("a workspace of two has %d members; eli has %v", got, eli.Workspaces)
	}
}

func TestTheSameGroupsInAnotherOrderAreNoChange(t *testing.T) {
	a := newAccount(t)
	team, sre := a.group("team"), a.group("sre")
	ben := a.add("ben@acme.test", model.RoleBuilder)
	set := func(list ...model.ID) model.User {
		t.Helper()
		a.expect("set", a.SetUserGroups(t.Context(), a.ana, model.Seen{ID: ben.User}, list), nil)
		return a.user(ben.User)
	}
	before := set(team, sre)
	if after := set(sre, team); after.Version != before.Version {
		t.Errorf("%v became %v", before.Groups, after.Groups)
	}
}

func TestNobodyAddsToAGroupThatGivesMoreThanTheyHold(t *testing.T) {
	a := newAccount(t)
	web, ops := a.workspace("web"), a.workspace("ops")
	editor := a.add("eva@acme.test", a.custom(model.ScopeTenant, model.PermAccountEdit))
	team := a.group("team")
	a.done(a.SetGroupsWorkspaceRole(t.Context(), a.ana, seen(team), web, model.RoleContributor))
	join := map[string]func() error{
		"add themselves": func() error { return outcome(a.AddUsersToGroup(t.Context(), editor, seen(editor.User), team)) },
		"set their own": func() error {
			return a.SetUserGroups(t.Context(), editor, model.Seen{ID: editor.User}, []model.ID{team})
		},
	}
	for what, try := range join {
		a.expect(what, try(), model.ErrNotPermitted, "Contributor in web")
	}
	a.join(web, model.RoleContributor, editor)
	for what, try := range join {
		a.expect(what+", holding it", try(), nil)
	}
	a.expect("have their group given more", outcome(a.SetGroupsWorkspaceRole(t.Context(), editor, seen(team), ops, model.RoleViewer)), model.ErrNotPermitted)
	// Who is in already stays in, whatever else is set.
	other := a.group("other")
	a.done(a.SetGroupsWorkspaceRole(t.Context(), a.ana, seen(team), ops, model.RoleOwner))
	a.expect("keep a group that gives more by now", a.SetUserGroups(t.Context(), editor, model.Seen{ID: editor.User}, []model.ID{team, other}), nil)
}

func TestDeletingIsSwept(t *testing.T) {
	a := newAccount(t)
	team, sre, web, ops := a.group("team"), a.group("sre"), a.workspace("web"), a.workspace("ops")
	ben, bot := a.add("ben@acme.test", model.RoleBuilder), a.machine("bot", model.RoleBuilder)
	a.addTo(team, ben)
	a.addTo(sre, ben)
	for _, w := range []model.ID{web, ops} {
		a.join(w, model.RoleViewer, ben)
		a.done(a.SetGroupsWorkspaceRole(t.Context(), a.ana, seen(sre), w, model.RoleViewer))
		a.done(a.SetServiceAccountsWorkspaceRole(t.Context(), a.ana, seen(bot.ID), w, model.RoleViewer))
	}
	before, events := a.snapshot(), len(a.events())
	a.done(a.DeleteGroups(t.Context(), a.ana, seen(team)))
	a.done(a.DeleteWorkspaces(t.Context(), a.ana, seen(web)))
	if got := len(a.events()); got != events+2 {
		t.Errorf("two deletions made %d events", got-events)
	}
	after := a.snapshot()
	left := []model.WorkspaceGrant{{Workspace: ops, Role: model.RoleViewer}}
	u, _ := after.Users().Get(ben.User)
	was, _ := before.Users().Get(ben.User)
	if !slices.Equal(u.Groups, []model.ID{sre}) || !slices.Equal(u.Workspaces, left) || u.Version != was.Version {
		t.Errorf("a user of version %d became %+v", was.Version, u)
	}
	g, _ := after.Group(sre)
	wasGroup, _ := before.Group(sre)
	if !slices.Equal(g.Workspaces, left) || g.Version != wasGroup.Version {
		t.Errorf("a group of version %d became %+v", wasGroup.Version, g)
	}
	s, _ := after.ServiceAccounts().Get(bot.ID)
	wasBot, _ := before.ServiceAccounts().Get(bot.ID)
	if !slices.Equal(s.Workspaces, left) || s.Version != wasBot.Version {
		t.Errorf("a service account of version %d became %+v", wasBot.Version, s)
	}
	if a.group("Team") == team || a.workspace("WEB") == web {
		t.Error("an id was used again")
	}
}

func TestNamesAreUniqueWithinTheirKind(t *testing.T) {
	a := newAccount(t)
	a.group("team")
	a.workspace("team") // another kind
	other := a.group("other")
	for _, name := range []string{"team", "TEAM", " Team ", "ｔｅａｍ"} {
		_, err := a.CreateGroup(t.Context(), a.ana, model.Draft{Name: name})
		a.expect("create "+name, err, model.ErrTaken, "group named")
		_, err = a.CreateWorkspace(t.Context(), a.ana, model.Draft{Name: name})
		a.expect("create workspace "+name, err, model.ErrTaken, "workspace named")
		a.expect("rename to "+name, a.RenameGroup(t.Context(), a.ana, model.Seen{ID: other}, name), model.ErrTaken)
	}
	a.expect("one's own in another case", a.RenameGroup(t.Context(), a.ana, model.Seen{ID: other}, "Other"), nil)
	a.expect("a newer version", a.RenameGroup(t.Context(), a.ana, model.Seen{ID: other, Version: 1}, "x"), model.ErrConflict)
	a.expect("describe", a.DescribeGroup(t.Context(), a.ana, model.Seen{ID: other, Version: 2}, "on call"), nil)
	a.expect("two lines", a.DescribeGroup(t.Context(), a.ana, model.Seen{ID: other}, "a\nb"), model.ErrInvalid)
	a.done(a.DeleteGroups(t.Context(), a.ana, seen(other)))
	a.group("OTHER") // a name that was given back
}

// An event holds names in one text. However many there are, it can be read again: the next change stands on it.
func TestManyLongNamesDontBreakTheActivity(t *testing.T) {
	a := newAccount(t)
	var list []model.ID
	for i := range 300 {
		list = append(list, a.group(strings.Repeat("𝒜", 60)+fmt.Sprint(1000+i)))
	}
	ben := a.add("ben@acme.test", model.RoleBuilder)
	a.expect("set", a.SetUserGroups(t.Context(), a.ana, model.Seen{ID: ben.User}, list), nil)
	a.expect("the next change", a.RenameUser(t.Context(), a.ana, model.Seen{ID: ben.User}, "Ben"), nil)
	a.expect("the last group less", a.SetUserGroups(t.Context(), a.ana, model.Seen{ID: ben.User}, list[:299]), nil)
	if got := len(a.user(ben.User).Groups); got != 299 {
		t.Errorf("%d groups are left", got)
	}
	events := a.events()
	if last := events[len(events)-1].Changes[0]; !strings.HasSuffix(last.To, "…") || len(last.To) > 5000 || strings.ContainsRune(last.To, '\ufffd') {
		t.Errorf("the event reads %q", last.To)
	}
	if !model.Chained(a.root().ChainKey(), events) {
		t.Error("the activity doesn't hold together")
	}
}
