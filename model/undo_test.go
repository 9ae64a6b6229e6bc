package model_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"lanyard/keys"
	"lanyard/model"
)

// undo takes the last step back, and ends the test if that wasn't done whole.
func (a *account) undo(by model.Actor) model.UndoReport {
	a.Helper()
	r, err := a.Undo(a.Context(), by, model.UndoChoice{})
	if err != nil || len(r.Refused) > 0 {
		a.Fatalf("%v %+v", err, r)
	}
	return r
}

func (a *account) redo(by model.Actor) model.UndoReport {
	a.Helper()
	r, err := a.Redo(a.Context(), by, model.UndoChoice{})
	if err != nil || len(r.Refused) > 0 {
		a.Fatalf("%v %+v", err, r)
	}
	return r
}

// picture is the account without what only says how often it was changed: versions, and the order of who is in what.
func (a *account) picture() string {
	a.Helper()
	return pictureOf(a.snapshot())
}

func pictureOf(s *model.Snapshot) string {
	var b strings.Builder
	grants := func(list []model.WorkspaceGrant) []model.WorkspaceGrant {
		list = slices.Clone(list)
		slices.SortFunc(list, func(x, y model.WorkspaceGrant) int { return int(x.Workspace) - int(y.Workspace) })
		return list
	}
	for u := range all(s.Users()) {
		u.Version, u.Workspaces, u.Groups = 0, grants(u.Workspaces), slices.Sorted(slices.Values(u.Groups))
		fmt.Fprintf(&b, "%+v\n", u)
	}
	for m := range all(s.ServiceAccounts()) {
		k, _ := s.APIKey(m)
		m.Version, m.Workspaces, k.Version = 0, grants(m.Workspaces), 0
		fmt.Fprintf(&b, "%+v %+v\n", m, k)
	}
	for g := range all(s.Groups()) {
		g.Version, g.Workspaces = 0, grants(g.Workspaces)
		fmt.Fprintf(&b, "%+v %+v\n", g, s.Tally(g.ID))
	}
	for w := range all(s.Workspaces()) {
		w.Version = 0
		fmt.Fprintf(&b, "%+v %+v\n", w, s.Tally(w.ID))
	}
	for _, r := range s.Roles() {
		r.Version = 0
		fmt.Fprintf(&b, "%+v %+v\n", r, s.Tally(r.ID))
	}
	fmt.Fprintln(&b, s.ActiveAdmins())
	return b.String()
}

// estate is an account with somebody and something of every kind in it.
type estate struct {
	*account
	web, ops, team, role model.ID
	ben, eli, boss       model.Actor
	bot                  model.ServiceAccount
}

func newEstate(t tester) *estate {
	t.Helper()
	a := newAccount(t)
	e := &estate{account: a, web: a.workspace("web"), ops: a.workspace("ops"), team: a.group("team")}
	e.role = a.custom(model.ScopeTenant, model.PermAccountView)
	e.ben, e.eli = a.add("ben@acme.test", model.RoleConsumer), a.add("eli@acme.test", model.RoleBuilder)
	e.boss = a.add("boss@acme.test", model.RoleAdmin)
	e.bot = a.machine("bot", model.RoleBuilder)
	a.addTo(e.team, e.ben)
	a.join(e.web, model.RoleViewer, e.ben, e.eli)
	a.join(e.ops, model.RoleOwner, e.ben)
	a.done(a.SetGroupsWorkspaceRole(t.Context(), a.ana, seen(e.team), e.web, model.RoleContributor))
	a.done(a.SetServiceAccountsWorkspaceRole(t.Context(), a.ana, seen(e.bot.ID), e.web, model.RoleContributor))
	return e
}

func TestWhatIsDoneCanBeUndoneAndRedone(t *testing.T) {
	for _, tt := range []struct {
		name         string
		do           func(*estate) error
		done, undone string
	}{
		{
			"rename", func(e *estate) error { return e.RenameUser(e.Context(), e.ana, model.Seen{ID: e.ben.User}, "Benjamin") },
			"Ben renamed to Benjamin", "Undone: name of Benjamin back to Ben",
		},
		{"role", func(e *estate) error {
			return outcome(e.SetUsersRole(e.Context(), e.ana, seen(e.ben.User), model.RoleBuilder))
		}, "Role of Ben set to Builder", "Undone: role of Ben back to Consumer"},
		{"roles of two", func(e *estate) error {
			return outcome(e.SetUsersRole(e.Context(), e.ana, seen(e.ben.User, e.eli.User), model.RoleTenantGuest))
		}, "Role of 2 users set to Tenant Guest", "Undone: roles of 2 users back to what they were"},
		{"deactivate", func(e *estate) error {
			return outcome(e.DeactivateUsers(e.Context(), e.ana, seen(e.eli.User), false))
		}, "Eli deactivated", "Undone: Eli is active again"},
		{"hand over", func(e *estate) error {
			e.join(e.ops, 0, e.ana) // so that ben alone owns it
			return outcome(e.DeactivateUsers(e.Context(), e.ana, seen(e.ben.User), true))
		}, "Ben deactivated", "Undone: Ben is active again"},
		{
			"remove", func(e *estate) error { return outcome(e.RemoveUsers(e.Context(), e.ana, seen(e.ben.User), true)) },
			"Ben removed", "Undone: Ben is back",
		},
		{"remove an owner", func(e *estate) error {
			e.join(e.ops, 0, e.ana)
			return outcome(e.RemoveUsers(e.Context(), e.ana, seen(e.ben.User, e.eli.User), true))
		}, "2 users removed", "Undone: 2 users are back"},
		{"groups", func(e *estate) error { return e.SetUserGroups(e.Context(), e.ana, model.Seen{ID: e.ben.User}, nil) }, "Groups of Ben changed", ""},
		{"join", func(e *estate) error {
			return outcome(e.AddUsersToGroup(e.Context(), e.ana, seen(e.eli.User), e.team))
		}, "Eli added to team", "Undone: Eli is out of team again"},
		{"leave", func(e *estate) error {
			return outcome(e.RemoveUsersFromGroup(e.Context(), e.ana, seen(e.ben.User), e.team))
		}, "Ben taken out of team", "Undone: Ben is in team again"},
		{"workspace role", func(e *estate) error {
			return outcome(e.SetUsersWorkspaceRole(e.Context(), e.ana, seen(e.ben.User), e.web, model.RoleContributor))
		}, "Workspaces of Ben changed", ""},
		{"new service account", func(e *estate) error {
			_, err := e.CreateServiceAccount(e.Context(), e.ana, model.ServiceAccountDraft{Name: "ci", Role: model.RoleBuilder})
			return err
		}, "Service account ci created", "Undone: service account ci deleted"},
		{"delete service account", func(e *estate) error {
			return outcome(e.DeleteServiceAccounts(e.Context(), e.ana, seen(e.bot.ID)))
		}, "Service account bot deleted", "Undone: service account bot is back, with the same key"},
		{"service account's role", func(e *estate) error {
			return outcome(e.SetServiceAccountsRole(e.Context(), e.ana, seen(e.bot.ID), model.RoleConsumer))
		}, "Role of bot set to Consumer", ""},
		{
			"describe", func(e *estate) error {
				return e.DescribeServiceAccount(e.Context(), e.ana, model.Seen{ID: e.bot.ID}, "builds")
			},
			"Description of bot changed", "",
		},
		{"new group", func(e *estate) error {
			_, err := e.CreateGroup(e.Context(), e.ana, model.Draft{Name: "sre"})
			return err
		}, "Group sre created", "Undone: group sre deleted"},
		{"delete group", func(e *estate) error { return outcome(e.DeleteGroups(e.Context(), e.ana, seen(e.team))) }, "Group team deleted", "Undone: group team is back"},
		{"new workspace", func(e *estate) error {
			_, err := e.CreateWorkspace(e.Context(), e.ana, model.Draft{Name: "lab"})
			return err
		}, "Workspace lab created", "Undone: workspace lab deleted"},
		{"delete workspaces", func(e *estate) error {
			return outcome(e.DeleteWorkspaces(e.Context(), e.ana, seen(e.web, e.ops)))
		}, "2 workspaces deleted", "Undone: 2 workspaces are back"},
		{"new role", func(e *estate) error {
			_, err := e.CreateRole(e.Context(), e.ana, model.RoleDraft{Draft: model.Draft{Name: "Auditor"}, Scope: model.ScopeTenant, Permissions: []model.Permission{model.PermAccountView}})
			return err
		}, "Role Auditor created", "Undone: role Auditor deleted"},
		{"permissions", func(e *estate) error {
			return e.SetRolePermissions(e.Context(), e.ana, model.Seen{ID: e.role}, []model.Permission{model.PermAccountInvite, model.PermRevealKey})
		}, "Permissions of tenant-account.view changed", ""},
		{"delete role", func(e *estate) error { return outcome(e.DeleteRoles(e.Context(), e.ana, seen(e.role))) }, "Role tenant-account.view deleted", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := newEstate(t)
			before := e.picture()
			if err := tt.do(e); err != nil {
				t.Fatal(err)
			}
			if strings.HasPrefix(tt.name, "hand over") || strings.HasSuffix(tt.name, "owner") {
				before = "" // was prepared within
			}
			after := e.picture()
			r := e.undo(e.ana)
			if got := r.Step.Does(); got != tt.done {
				t.Errorf("done: %q, want %q", got, tt.done)
			}
			if got := r.Says(); tt.undone != "" && got != tt.undone {
				t.Errorf("undone: %q, want %q", got, tt.undone)
			}
			undone := e.picture()
			if before != "" && undone != before {
				t.Errorf("undone it is\n%s\nand was\n%s", undone, before)
			}
			if r := e.redo(e.ana); !strings.HasPrefix(r.Says(), "Redone: ") {
				t.Error(r.Says())
			}
			if got := e.picture(); got != after {
				t.Errorf("redone it is\n%s\nand was\n%s", got, after)
			}
			e.undo(e.ana)
			if got := e.picture(); got != undone {
				t.Errorf("undone again it is\n%s\nand was\n%s", got, undone)
			}
			e.redo(e.ana)
			if !model.Chained(e.root().ChainKey(), e.events()) {
				t.Error("the activity doesn't hold together")
			}
		})
	}
}

func TestADeletedServiceAccountComesBackWithItsKey(t *testing.T) {
	e := newEstate(t)
	key, err := e.OpenAPIKey(t.Context(), e.ana, e.bot.ID, model.UseCopy)
	if err != nil {
		t.Fatal(err)
	}
	e.done(e.DeleteServiceAccounts(t.Context(), e.ana, seen(e.bot.ID)))
	e.undo(e.ana)
	again, err := e.OpenAPIKey(t.Context(), e.ana, e.bot.ID, model.UseCopy)
	if err != nil || !bytes.Equal(again.Text(), key.Text()) {
		t.Fatalf("the key is %v, %v", again.PublicID(), err)
	}
	v, err := model.NewVerifier(t.Context(), e.store, e.Now)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := v.Verify(t.Context(), key.Text()); err != nil || got.Reason != "" {
		t.Errorf("the key is %q, %v", got.Reason, err)
	}
	if back := e.snapshot(); back.Total(model.KindAPIKey) != 1 {
		t.Errorf("%d keys", back.Total(model.KindAPIKey))
	}
}

func TestUndoOfInvitations(t *testing.T) {
	a := newAccount(t)
	invited := a.invite(model.Invite{Email: "ben@acme.test", Role: model.RoleBuilder})
	if err := a.RecordDelivery(t.Context(), invited.User.ID, invited.Token.PublicID(), model.Delivery{State: model.Sent}); err != nil {
		t.Fatal(err)
	}
	r := a.undo(a.ana)
	if r.Says() != "Undone: invite of Ben cancelled" || len(r.Notes) != 1 || !strings.Contains(r.Notes[0], "mail to ben@acme.test has left") {
		t.Errorf("%s %q", r.Says(), r.Notes)
	}
	_, err := a.AcceptInvitation(t.Context(), invited.Token, model.ViaConsole)
	a.expect("a token whose invite was undone", err, model.ErrStatus, "cancelled")

	r = a.redo(a.ana)
	if len(r.Notes) != 1 || !strings.Contains(r.Notes[0], "works again until 1 December 2026") {
		t.Errorf("%q", r.Notes)
	}
	if _, err := a.AcceptInvitation(t.Context(), invited.Token, model.ViaConsole); err != nil {
		t.Errorf("the token after redo: %v", err)
	}
	_, err = a.Undo(t.Context(), a.ana, model.UndoChoice{})
	a.expect("who has joined", err, model.ErrStatus, "has joined since")

	ben := model.Actor{User: invited.User.ID}
	_, err = a.Undo(t.Context(), ben, model.UndoChoice{})
	a.expect("accepting", err, model.ErrStatus, "Invitation accepted can't be undone", "its token is used up")
}

func TestACancelledInvitationComesBack(t *testing.T) {
	a := newAccount(t)
	invited := a.invite(model.Invite{Email: "ben@acme.test", Role: model.RoleBuilder})
	a.done(a.RemoveUsers(t.Context(), a.ana, seen(invited.User.ID), false))
	a.now = a.now.Add(8 * 24 * time.Hour)
	if r := a.undo(a.ana); len(r.Notes) != 1 || !strings.Contains(r.Notes[0], "has expired meanwhile") {
		t.Errorf("%q", r.Notes)
	}
	again, out, err := a.ResendInvites(t.Context(), a.ana, seen(invited.User.ID), 0)
	a.done(out, err)
	_, err = a.Undo(t.Context(), a.ana, model.UndoChoice{})
	a.expect("resending", err, model.ErrStatus, "can't be undone", "Cancel the invite")
	_, err = a.Undo(t.Context(), a.ana, model.UndoChoice{Keep: true})
	a.expect("leaving it behind", err, nil)
	if _, err := a.AcceptInvitation(t.Context(), again[0].Token, model.ViaConsole); err != nil {
		t.Error(err)
	}
}

func TestUndoAsksWhenSomebodyElseChangedTheSame(t *testing.T) {
	e := newEstate(t)
	ben := model.Seen{ID: e.ben.User}
	e.done(e.SetUsersRole(t.Context(), e.ana, seen(ben.ID), model.RoleBuilder))
	e.done(e.SetUsersRole(t.Context(), e.boss, seen(ben.ID), model.RoleTenantGuest))
	before := e.picture()
	r, err := e.Undo(t.Context(), e.ana, model.UndoChoice{})
	e.expect("a conflict", err, model.ErrConflict, "Ben was changed by somebody else since")
	want := []model.FieldConflict{{Field: "role", Was: "Consumer", Mine: "Builder", Theirs: "Tenant Guest", By: "boss@acme.test", At: e.last().Time}}
	if len(r.Conflicts) != 1 || !slices.Equal(r.Conflicts[0].Fields, want) {
		t.Fatalf("%+v", r)
	}
	if e.picture() != before {
		t.Error("a conflict changed something")
	}
	stale := r.Conflicts[0].Seen()
	if err := e.RenameUser(t.Context(), e.boss, ben, "Benno"); err != nil {
		t.Fatal(err)
	}
	r, err = e.Undo(t.Context(), e.ana, model.UndoChoice{Force: []model.Seen{stale}})
	e.expect("insisting on what moved on again", err, model.ErrConflict)
	if _, err = e.Undo(t.Context(), e.ana, model.UndoChoice{Force: []model.Seen{r.Conflicts[0].Seen()}}); err != nil {
		t.Fatal(err)
	}
	if u := e.user(ben.ID); u.Role != model.RoleConsumer || u.Name != "Benno" {
		t.Errorf("%+v", u)
	}
	e.redo(e.ana) // one's own, and not what stood there meanwhile
	if u := e.user(ben.ID); u.Role != model.RoleBuilder {
		t.Errorf("%+v", u)
	}
}

func TestUndoKeepsTheirs(t *testing.T) {
	e := newEstate(t)
	e.done(e.SetUsersRole(t.Context(), e.ana, seen(e.ben.User, e.eli.User), model.RoleTenantGuest))
	e.done(e.SetUsersRole(t.Context(), e.boss, seen(e.ben.User), model.RoleAdmin))
	r, err := e.Undo(t.Context(), e.ana, model.UndoChoice{Keep: true})
	if err != nil || r.Done != 1 || e.user(e.ben.User).Role != model.RoleAdmin || e.user(e.eli.User).Role != model.RoleBuilder {
		t.Errorf("%v %+v", err, r)
	}
	if r := e.undo(e.ana); r.Step.Action == "user.set_role" {
		t.Errorf("the step is still there: %s", r.Step.Does())
	}
}

// What others changed in other fields stays, and is no conflict.
func TestUndoTakesBackOnlyItsOwn(t *testing.T) {
	e := newEstate(t)
	ben, sre := model.Seen{ID: e.ben.User}, e.group("sre")
	if err := e.SetUserGroups(t.Context(), e.ana, ben, []model.ID{e.team, sre}); err != nil {
		t.Fatal(err)
	}
	if err := e.RenameUser(t.Context(), e.boss, ben, "Benno"); err != nil {
		t.Fatal(err)
	}
	if err := e.SetUserGroups(t.Context(), e.boss, ben, []model.ID{sre}); err != nil {
		t.Fatal(err)
	}
	version := e.user(ben.ID).Version
	e.undo(e.ana)
	if u := e.user(ben.ID); u.Name != "Benno" || len(u.Groups) != 0 || u.Version != version+1 {
		t.Errorf("%+v", u)
	}
}

func TestUndoIsHeldToTheRules(t *testing.T) {
	t.Run("a name that is taken", func(t *testing.T) {
		e := newEstate(t)
		if err := e.RenameGroup(t.Context(), e.ana, model.Seen{ID: e.team}, "crew"); err != nil {
			t.Fatal(err)
		}
		_, err := e.CreateGroup(t.Context(), e.boss, model.Draft{Name: "Team"})
		made(e, 0, err)
		_, err = e.Undo(t.Context(), e.ana, model.UndoChoice{})
		e.expect("a taken name", err, model.ErrTaken, `"team"`)
	})
	t.Run("who may no longer", func(t *testing.T) {
		e := newEstate(t)
		e.done(e.SetUsersRole(t.Context(), e.ana, seen(e.ben.User), model.RoleAdmin))
		e.done(e.SetUsersRole(t.Context(), e.ben, seen(e.ana.User), model.RoleBuilder))
		_, err := e.Undo(t.Context(), e.ana, model.UndoChoice{})
		e.expect("who may no longer", err, model.ErrNotPermitted, "lacks account:edit")
		e.done(e.DeactivateUsers(t.Context(), e.ben, seen(e.ana.User), true))
		_, err = e.Undo(t.Context(), e.ana, model.UndoChoice{Keep: true})
		e.expect("who is blocked", err, model.ErrNotPermitted, "not an active user")
	})
	t.Run("the last Admin", func(t *testing.T) {
		a := newAccount(t)
		zoe := a.add("zoe@acme.test", model.RoleAdmin)
		eve := a.add("eve@acme.test", a.custom(model.ScopeTenant, model.PermAccountEdit))
		a.done(a.DeactivateUsers(t.Context(), a.ana, seen(zoe.User), false))
		a.done(a.ReactivateUsers(t.Context(), eve, seen(zoe.User)))
		a.done(a.DeactivateUsers(t.Context(), zoe, seen(a.ana.User), false))
		_, err := a.Undo(t.Context(), eve, model.UndoChoice{})
		a.expect("the last Admin", err, model.ErrLastAdmin, "the only Active Admin")
	})
	t.Run("the only Owner", func(t *testing.T) {
		a := newAccount(t)
		ben, eve := a.add("ben@acme.test", model.RoleBuilder), a.add("eve@acme.test", model.RoleAdmin)
		web := a.workspace("web")
		a.join(web, model.RoleOwner, ben)
		a.done(a.SetUsersWorkspaceRole(t.Context(), eve, seen(a.ana.User), web, 0))
		_, err := a.Undo(t.Context(), a.ana, model.UndoChoice{})
		a.expect("the only Owner", err, model.ErrLastOwner, "Ben is the only Owner of web")
	})
	t.Run("a gain", func(t *testing.T) {
		e := newEstate(t)
		eve := e.add("eve@acme.test", e.custom(model.ScopeTenant, model.PermAccountEdit))
		e.done(e.RemoveUsers(t.Context(), eve, seen(e.eli.User), false))
		_, err := e.Undo(t.Context(), eve, model.UndoChoice{})
		e.expect("handing out more than one holds", err, model.ErrNotPermitted, "You can't give the role")
	})
	t.Run("a removed user's groups", func(t *testing.T) {
		e := newEstate(t)
		e.done(e.RemoveUsers(t.Context(), e.ana, seen(e.ben.User), true))
		e.done(e.DeleteGroups(t.Context(), e.boss, seen(e.team)))
		e.undo(e.ana)
		if u := e.user(e.ben.User); len(u.Groups) != 0 || len(u.Workspaces) != 2 {
			t.Errorf("%+v", u)
		}
	})
	t.Run("nothing", func(t *testing.T) {
		a := newAccount(t)
		_, err := a.Undo(t.Context(), a.ana, model.UndoChoice{})
		a.expect("nothing to undo", err, model.ErrNotFound, "nothing to undo")
		_, err = a.Redo(t.Context(), a.ana, model.UndoChoice{})
		a.expect("nothing to redo", err, model.ErrNotFound, "nothing to redo")
	})
}

func TestUndoOfManyIsOneStep(t *testing.T) {
	a := newAccount(t)
	var invites []model.Invite
	for i := range 600 {
		invites = append(invites, model.Invite{Email: fmt.Sprintf("u%d@acme.test", i), Role: model.RoleBuilder})
	}
	invited, _, err := a.InviteUsers(t.Context(), a.ana, invites)
	if err != nil {
		t.Fatal(err)
	}
	var list []model.Seen
	for _, i := range invited {
		list = append(list, model.Seen{ID: i.User.ID})
		i.Token.Wipe()
	}
	team := a.group("team")
	a.done(a.AddUsersToGroup(t.Context(), a.ana, list, team))
	a.done(a.DeleteGroups(t.Context(), a.ana, seen(team)))
	a.undo(a.ana)
	if n := a.snapshot().Tally(team).Users; n != 600 {
		t.Errorf("%d members came back", n)
	}
	a.redo(a.ana)
	if s := a.snapshot(); len(s.Users().At(300).Groups) != 0 {
		t.Error("the group is still named")
	}
	a.undo(a.ana)
	a.done(a.SetUsersRole(t.Context(), a.ana, list, model.RoleConsumer))
	through := 0
	r, err := a.Undo(model.WithProgress(t.Context(), func(done, _ int) { through = done }), a.ana, model.UndoChoice{})
	if err != nil || r.Done != 600 || through != 600 || r.Says() != "Undone: roles of 600 users back to what they were" {
		t.Fatalf("%v %d of %d %s", err, r.Done, through, r.Says())
	}
	for u := range all(a.snapshot().Users()) {
		if u.Role == model.RoleConsumer {
			t.Fatalf("%s is still a Consumer", u.Name)
		}
	}
}

func TestUndoIsKeptForAWhile(t *testing.T) {
	a := newAccount(t)
	a.group("first")
	a.now = a.now.Add(model.UndoTerm + time.Hour)
	_, err := a.Undo(t.Context(), a.ana, model.UndoChoice{})
	a.expect("after its term", err, model.ErrNotFound)
	a.group("second")
	if n := count(a, model.KindUndoPart); n != 1 {
		t.Errorf("%d parts are kept", n)
	}
	t.Cleanup(model.SetUndoBounds(3, 4))
	for i := range 6 {
		a.group(fmt.Sprintf("group %d", i))
	}
	if n := count(a, model.KindUndoPart); n != 3 {
		t.Errorf("%d parts are kept of 3 steps", n)
	}
	for range 3 {
		a.undo(a.ana)
	}
	_, err = a.Undo(t.Context(), a.ana, model.UndoChoice{})
	a.expect("beyond the bound", err, model.ErrNotFound)
}

func count(a *account, kind model.Kind) (n int) {
	a.Helper()
	err := a.store.View(a.Context(), func(tx model.ReadTx) (err error) {
		n, err = tx.Count(kind)
		return err
	})
	return made(a, n, err)
}

func TestAnotherChangeEndsRedo(t *testing.T) {
	a := newAccount(t)
	a.group("one")
	a.undo(a.ana)
	a.group("two")
	_, err := a.Redo(t.Context(), a.ana, model.UndoChoice{})
	a.expect("redo after another change", err, model.ErrNotFound)
	if n := count(a, model.KindUndoPart); n != 1 {
		t.Errorf("%d parts", n)
	}
}

func TestUndoWithoutASealingKey(t *testing.T) {
	a := newAccount(t)
	a.group("one")
	locked := errors.New("locked")
	d := model.NewDirectory(a.store, model.Options{Unlock: func() (*keys.Root, error) { return nil, locked }, Now: a.Now})
	if _, err := d.Undo(t.Context(), a.ana, model.UndoChoice{}); !errors.Is(err, locked) {
		t.Error(err)
	}
	a.undo(a.ana)
}

func TestOneStepOfSeveralCalls(t *testing.T) {
	e := newEstate(t)
	before, sre := e.picture(), e.group("sre")
	ctx := model.OneStep(t.Context())
	e.done(e.AddUsersToGroup(ctx, e.ana, seen(e.eli.User, e.ben.User), sre))
	e.done(e.RemoveUsersFromGroup(ctx, e.ana, seen(e.ben.User), e.team))
	if r := e.undo(e.ana); r.Step.Does() != "Groups of 2 users changed" {
		t.Error(r.Step.Does())
	}
	ctx = model.OneStep(t.Context())
	e.done(e.SetUsersWorkspaceRole(ctx, e.ana, seen(e.eli.User), e.ops, model.RoleViewer))
	e.done(e.SetUsersWorkspaceRole(ctx, e.ana, seen(e.eli.User), e.web, 0))
	if r := e.undo(e.ana); r.Step.Does() != "Workspaces of Eli changed" {
		t.Error(r.Step.Does())
	}
	e.undo(e.ana)
	if got := e.picture(); got != before {
		t.Errorf("it is\n%s\nand was\n%s", got, before)
	}
}

// What can't be taken back ends the list, with the reason, and what lies before it isn't taken back in its place.
func TestUndoEndsAtARotatedKey(t *testing.T) {
	e := newEstate(t)
	for _, tt := range []struct {
		do   func() (model.Outcome, error)
		says string
	}{
		{func() (model.Outcome, error) {
			return e.RotateAPIKeys(t.Context(), e.ana, seen(e.bot.ID), time.Hour)
		}, "Key of bot rotated can't be undone: the new key may be in use"},
		{func() (model.Outcome, error) { return e.EndPreviousKeys(t.Context(), e.ana, seen(e.bot.ID)) }, "Old key of bot ended can't be undone"},
	} {
		e.done(tt.do())
		before := e.picture()
		_, err := e.Undo(t.Context(), e.ana, model.UndoChoice{})
		e.expect("a barrier", err, model.ErrStatus, tt.says)
		if e.picture() != before {
			t.Error("something was taken back")
		}
	}
	e.done(e.DeleteServiceAccounts(t.Context(), e.ana, seen(e.bot.ID)))
	e.undo(e.ana)
	if n := count(e.account, model.KindAPIKey); n != 2 {
		t.Errorf("%d keys came back of 2", n)
	}
	if _, err := e.Undo(t.Context(), e.ana, model.UndoChoice{Keep: true}); err != nil {
		t.Fatal(err)
	}
	_, err := e.Undo(t.Context(), e.ana, model.UndoChoice{})
	e.expect("the barrier before", err, model.ErrStatus, "Key of bot rotated")
}

// TestNoSealedCopyOfARotatedKeyIsKept looks through all that the store holds for what a key was sealed as, before and after
// it was rotated away.
func TestNoSealedCopyOfARotatedKeyIsKept(t *testing.T) {
	a := newAccount(t)
	made, err := a.CreateServiceAccount(t.Context(), a.ana, model.ServiceAccountDraft{Name: "bot", Role: model.RoleBuilder})
	if err != nil {
		t.Fatal(err)
	}
	key, _ := a.snapshot().APIKey(made)
	holders := func() (n int) {
		t.Helper()
		err := a.store.View(t.Context(), func(tx model.ReadTx) error {
			for kind := range model.Kind(32) {
				err := tx.Scan(kind, 0, func(_ model.ID, b []byte) bool {
					if bytes.Contains(b, key.Sealed) {
						n++
					}
					return true
				})
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := holders(); n != 1 {
		t.Errorf("%d records hold the sealed copy of a key that was created", n)
	}
	if out, err := a.RotateAPIKeys(t.Context(), a.ana, []model.Seen{{ID: made.ID}}, model.DefaultGrace); err != nil || out.Done != 1 {
		t.Fatalf("%+v, %v", out, err)
	}
	if n := holders(); n != 0 {
		t.Errorf("%d records hold the sealed copy of a key that was rotated away", n)
	}
}

// cutOff is a store that nobody can look at any more: a deletion is made, and the sweep after it isn't.
type cutOff struct{ model.Store }

func (cutOff) View(context.Context, func(model.ReadTx) error) error { return model.ErrBusy }

func TestADeletionWhoseSweepWasCutOffIsUndone(t *testing.T) {
	e := newEstate(t)
	e.addTo(e.team, e.eli)
	for _, what := range []struct {
		id  model.ID
		del func(*model.Directory) (model.Outcome, error)
	}{
		{e.team, func(d *model.Directory) (model.Outcome, error) {
			return d.DeleteGroups(t.Context(), e.ana, seen(e.team))
		}},
		{e.web, func(d *model.Directory) (model.Outcome, error) {
			return d.DeleteWorkspaces(t.Context(), e.ana, seen(e.web))
		}},
	} {
		before := e.picture()
		if _, err := what.del(e.on(cutOff{e.store})); !errors.Is(err, model.ErrBusy) {
			t.Fatal(err)
		}
		e.undo(e.ana)
		if e.picture() != before {
			t.Errorf("%d is\n%s", what.id, differing(before, e.picture()))
		}
		if f := e.checkedUp(e.store); len(f.Wrong) > 0 {
			t.Error(f)
		}
	}
}
