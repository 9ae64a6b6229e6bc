package tui

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"lanyard/model"
)

func TestGroupsFromBothSides(t *testing.T) {
	d := start(t, setup{width: 100, height: 30})
	d.press("3").sees("Press n to create the first").press("n").enter("platform").press("ctrl+s").sees("platform created")
	d.press("enter").sees("Members of platform", "[ ] Ana Ruiz").press("space enter").sees("Members of platform changed", "1 group")
	if u := d.snapshot().Users().At(0); len(u.Groups) != 1 {
		t.Fatalf("in groups %v", u.Groups)
	}
	d.press("1 a m").sees("Groups of Ana Ruiz", "[✓] platform").press("space enter").sees("Groups of Ana Ruiz changed")
	if u := d.snapshot().Users().At(0); len(u.Groups) != 0 {
		t.Errorf("still in groups %v", u.Groups)
	}
	d.press("a m space esc").sees("Press esc again").press("esc").misses("Groups of Ana Ruiz ─")
}

func TestWorkspaceRolesFromBothSides(t *testing.T) {
	d := start(t, setup{width: 120, height: 30})
	d.press("4 n").enter("web").press("ctrl+s").sees("web created", "Ana Ruiz")
	d.press("enter").sees("Users of web", "Owner").press("left enter").sees("Ana Ruiz is the only Owner of web", "Users of web")
	d.press("esc esc 2 n").enter("bot").press("ctrl+s a w").sees("Workspaces of bot").press("space space enter").sees("Workspaces of bot changed")
	w := d.snapshot().Workspaces().At(0)
	if tally := d.snapshot().Tally(w.ID); tally.ServiceAccounts != 1 || tally.Users != 1 {
		t.Errorf("counted %+v", tally)
	}
	d.press("4 a s").sees("Service accounts of web", "bot", "Contributor").press("esc x").sees("1 user, 0", "groups and 1 service account.")
	d.press("tab enter").sees("web deleted")
	if s := d.snapshot().ServiceAccounts().At(0); len(s.Workspaces) != 0 {
		t.Errorf("bot is left in %v", s.Workspaces)
	}
}

func TestCustomRoles(t *testing.T) {
	d := start(t, setup{width: 100, height: 30})
	d.press("5").sees("Admin", "built-in").press("enter").sees("Admin is built in and stays as it is")
	d.press("n").enter("Helper").press("tab tab tab enter").sees("Permissions of the tenant role").enter("account:invite").press("space")
	d.press("esc").enter("account:view").press("space enter").sees("2: account:invite, account:view").press("ctrl+s").sees("Helper created")
	d.press("1 n").enter("ben@acme.test").press("tab").enter("h").sees("‹ Helper ›").press("ctrl+s").sees("as Helper").press("esc")
	d.press("5 / ").enter("helper").press("enter x").sees("Helper is in use")
	d.press("a p").sees("Permissions of Helper", "[✓] account:invite").enter("account:edit").press("space enter").sees("Permissions of Helper changed")
	helper := d.snapshot().RolesOf(model.ScopeTenant)[4]
	if !slices.Equal(helper.Permissions, []model.Permission{model.PermAccountEdit}) {
		t.Errorf("Helper allows %v", helper.Permissions)
	}
}

func TestBulkMembership(t *testing.T) {
	d := start(t, setup{width: 120, height: 40, users: 41})
	d.press("ctrl+a a m").sees("Groups of 42 users", "as it is").press("space").sees("add").press("enter").sees("Groups of 39 users changed, 3 were already so")
	s := d.snapshot()
	group := s.Groups().At(0)
	for i := range s.Groups().Len() {
		if g := s.Groups().At(i); g.Name == "analytics" {
			group = g
		}
	}
	if n := s.Tally(group.ID).Users; n != 42 {
		t.Errorf("%d are in %s", n, group.Name)
	}
}

func TestWhoMayNotSeesNoMore(t *testing.T) {
	d := start(t, setup{width: 100, height: 30, users: 41, machines: 3, role: model.RoleBuilder})
	for tab, noun := range map[string]string{"3": "Groups 0", "4": "Workspaces 0", "5": "Roles 0"} {
		d.press(tab).sees(noun).press("n").sees("Your role, Builder, lacks account:edit")
	}
}

// postbox takes letters, or refuses them.
type postbox struct {
	letters []model.Letter
	refuse  error
}

func (p *postbox) Send(_ context.Context, l model.Letter) error {
	if p.refuse == nil {
		p.letters = append(p.letters, l)
	}
	return p.refuse
}

func TestInvitesAreMailed(t *testing.T) {
	box := &postbox{refuse: errors.New("the server is asleep")}
	d := start(t, setup{width: 220, height: 30, mailer: box})
	d.press("n").enter("ben@acme.test, cai@acme.test").press("ctrl+s")
	d.sees("2 of 2 invites not mailed, the last because the server is asleep", "✗ Invited · no mail", "failed: the server is a").misses("lyi_")
	d.press("o").sees("failed: the server is asleep").press("esc")
	box.refuse = nil
	d.press("/").enter("mail:failed").sees("2 of 3").press("enter ctrl+a a r").sees("2 invites mailed").press("esc esc").sees("◌ Invited", "sent")
	if len(box.letters) != 2 || !strings.Contains(box.letters[0].Text, "lyi_") || box.letters[0].To == box.letters[1].To {
		t.Fatalf("sent %+v", box.letters)
	}
	d.press("G a c").sees("Copy invite", "lyi_") // copying never mails
	if len(box.letters) != 2 {
		t.Error("copying an invite mailed it")
	}
}

func TestQuittingAsksAboutMailsUnderWay(t *testing.T) {
	d := start(t, setup{width: 100, height: 30, mailer: &postbox{}})
	d.c.mail = mailing{total: 3, sent: 1}
	d.press("q").sees("Quit while mails are on their way?", "2 invites not mailed yet").press("enter").misses("Quit while")
	if d.quit {
		t.Fatal("quit without having asked")
	}
	d.press("q tab enter")
	if !d.quit {
		t.Error("didn't quit")
	}
}

func TestAFormTallerThanTheScreenScrolls(t *testing.T) {
	d := start(t, setup{width: 60, height: 12}).press("n").sees("Emails", "[ Invite ]").misses("Note")
	d.press("tab tab tab tab tab").sees("▸ Note", "[ Invite ]").misses("Emails").press("tab tab tab").sees("▸ Emails")
}

func TestDeactivatingManySaysWhatIsHandedOver(t *testing.T) {
	d := start(t, setup{width: 120, height: 40})
	d.press("n").enter("ben@acme.test, cai@acme.test").press("ctrl+s esc")
	s, ctx := d.snapshot(), t.Context()
	w, err := d.c.session.Directory.CreateWorkspace(ctx, d.me, model.Draft{Name: "web"})
	d.must(err)
	for i := range s.Users().Len() {
		u := s.Users().At(i)
		if u.ID == d.me.User {
			continue
		}
		again, _, err := d.c.session.Directory.ResendInvites(ctx, d.me, []model.Seen{{ID: u.ID}}, 0)
		d.must(err)
		_, err = d.c.session.Directory.AcceptInvitation(ctx, again[0].Token, model.ViaCommandLine)
		d.must(err)
		_, err = d.c.session.Directory.SetUsersWorkspaceRole(ctx, d.me, []model.Seen{{ID: u.ID}}, w.ID, model.RoleOwner)
		d.must(err)
	}
	_, err = d.c.session.Directory.SetUsersWorkspaceRole(ctx, d.me, []model.Seen{{ID: d.me.User}, {ID: s.Users().At(1).ID}}, w.ID, model.RoleViewer)
	d.must(err)
	fresh, err := d.c.snapshot.Refresh(ctx, d.store)
	d.must(err)
	d.run(d.c.show(fresh))
	d.press("g down space space a d").sees("Deactivate 2 users?", "Nobody else owns web: you become Owner", "there.").press("tab enter").sees("2 users deactivated")
	if owners := d.snapshot().Tally(w.ID).Owners; !slices.Equal(owners, []model.ID{d.me.User}) {
		t.Errorf("web belongs to %v", owners)
	}
}

func TestAPickedListThatWasOvertakenElsewhereIsApplied(t *testing.T) {
	d := start(t, setup{width: 100, height: 30})
	r, err := d.c.session.Directory.CreateRole(t.Context(), d.me, model.RoleDraft{
		Draft: model.Draft{Name: "Keys"}, Scope: model.ScopeTenant, Permissions: []model.Permission{model.PermRevealKey},
	})
	d.must(err)
	fresh, err := d.c.snapshot.Refresh(t.Context(), d.store)
	d.must(err)
	d.run(d.c.show(fresh))
	d.press("5 /").enter("keys").press("enter a p").enter("account:view").press("space")
	d.must(d.c.session.Directory.RenameRole(t.Context(), d.me, model.Seen{ID: r.ID}, "Theirs"))
	d.press("enter").sees("Permissions of Keys changed")
	if now, _ := d.snapshot().Role(r.ID); len(now.Permissions) != 2 || now.Name != "Theirs" {
		t.Errorf("became %+v", now)
	}
}
