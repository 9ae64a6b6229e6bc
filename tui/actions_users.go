package tui

import (
	"context"
	"strings"

	tea "charm.land/bubbletea/v2"

	"lanyard/model"
	"lanyard/tui/theme"
)

// describeActions is all that can be done on the Users tab. The order is the menu's.
func (s *usersScreen) describeActions() []action {
	return []action{
		{id: "user.invite", title: "Invite users", keys: []string{"n"}, footer: "invite", section: sectionHere, enabled: s.mayInvite, run: s.openInvite},
		{
			id: "user.resend", title: "Resend invite", menu: "r", section: sectionHere,
			enabled: s.allowed(model.Rules.ResendInvite), run: func() tea.Cmd { return s.renew("Resend invite") },
		},
		{
			id: "user.remove", title: "Remove", label: s.removeLabel, keys: []string{"x", "delete"}, menu: "x", section: sectionHere, danger: true,
			enabled: s.allowed(mayRemove), run: s.askRemove,
		},
		{
			id: "user.copy_invite", title: "Copy invite", menu: "c", section: sectionHere,
			enabled: s.allowed(model.Rules.ResendInvite), run: func() tea.Cmd { return s.renew("Copy invite") },
		},
		{id: "user.deactivate", title: "Deactivate", menu: "d", section: sectionHere, enabled: s.allowed(model.Rules.DeactivateUser), run: s.askDeactivate},
		{
			id: "user.reactivate", title: "Reactivate", menu: "e", section: sectionHere,
			enabled: s.allowed(model.Rules.ReactivateUser), run: s.bulk("reactivated", reactivateUsers),
		},
		{id: "user.groups", title: "Show groups", menu: "g", section: sectionHere, enabled: s.oneRow, run: s.showGroups},
		{id: "user.set_role", title: "Set role…", menu: "s", section: sectionHere, enabled: s.allowed(model.Rules.EditUser), run: s.pickRole},
		{id: "info", title: "User info", keys: []string{"o"}, menu: "o", section: sectionHere, enabled: s.oneRow, run: s.info},
		{id: "user.copy_email", title: "Copy email", keys: []string{"c"}, section: sectionHere, enabled: s.someRow, run: s.copyEmails},
	}
}

func reactivateUsers(ctx context.Context, d *model.Directory, a model.Actor, list []model.Seen) (model.Outcome, error) {
	return d.ReactivateUsers(ctx, a, list)
}

func deactivateUsers(ctx context.Context, d *model.Directory, a model.Actor, list []model.Seen) (model.Outcome, error) {
	return d.DeactivateUsers(ctx, a, list)
}

func removeUsers(ctx context.Context, d *model.Directory, a model.Actor, list []model.Seen) (model.Outcome, error) {
	return d.RemoveUsers(ctx, a, list)
}

// mayRemove asks the rule that fits the user's status: removing, or cancelling the invitation.
func mayRemove(r model.Rules, u model.User) error {
	if u.Status == model.StatusInvited {
		return r.CancelInvite(u)
	}
	return r.RemoveUser(u)
}

// removeLabel says what x does to the row.
func (s *usersScreen) removeLabel() string {
	targets := s.targets()
	if len(targets) == 1 && targets[0].Status == model.StatusInvited {
		return "Cancel invite"
	}
	return "Remove"
}

// askRemove asks before users are removed or their invitations cancelled.
func (s *usersScreen) askRemove() tea.Cmd {
	targets := s.targets()
	called, verb, done := s.called(targets), s.removeLabel(), "removed"
	text := called + " is removed from the account. What they made stays: service accounts, groups and workspaces."
	if len(targets) > 1 {
		text = called + " are removed from the account, and the invites of those who haven't joined are cancelled. What they made stays."
	}
	title := "Remove " + called + "?"
	if verb == "Cancel invite" {
		title, done = "Cancel the invite of "+called+"?", "isn't invited any more"
		text = "The token that " + called + " got stops working, and " + targets[0].Email + " can be invited again."
		verb = "Cancel the invite"
	}
	if s.includesMe(targets) {
		text += " You are one of them: afterwards you can't act in this account any more."
	}
	s.c.push(newConfirm(title, text, verb, len(targets), func() tea.Cmd { return s.change(targets, done, removeUsers) }))
	return nil
}

// askDeactivate deactivates at once, since it can be taken back; only blocking oneself is asked about.
func (s *usersScreen) askDeactivate() tea.Cmd {
	targets := s.targets()
	run := func() tea.Cmd { return s.change(targets, "deactivated", deactivateUsers) }
	if !s.includesMe(targets) {
		return run()
	}
	s.c.push(newConfirm("Deactivate yourself?", "You can't act in this account afterwards, until another Admin reactivates you.", "Deactivate", 1, run))
	return nil
}

func (s *usersScreen) includesMe(targets []model.User) bool {
	for _, u := range targets {
		if u.ID == s.c.session.Actor.User {
			return true
		}
	}
	return false
}

// pickRole offers the roles for all targets.
func (s *usersScreen) pickRole() tea.Cmd {
	targets := s.targets()
	var options []option
	for _, role := range model.TenantRoles() {
		options = append(options, option{id: role.ID, name: role.Name, help: role.Description})
	}
	s.c.push(&picker{title: "Role of " + s.called(targets), options: options, choose: func(_ *console, o option) tea.Cmd {
		return s.change(targets, "set to "+o.name, func(ctx context.Context, d *model.Directory, a model.Actor, list []model.Seen) (model.Outcome, error) {
			return d.SetUsersRole(ctx, a, list, o.id)
		})
	}})
	return nil
}

// showGroups lists the groups of a user.
func (s *usersScreen) showGroups() tea.Cmd {
	u, _ := s.row()
	s.c.push(&page{title: "Groups of " + u.Name, body: func(c *console, width int) []line {
		if len(u.Groups) == 0 {
			return c.paragraphs(u.Name+" is in no group. What they may do comes from their role alone: "+model.RoleName(u.Role)+".", width)
		}
		return c.paragraphs(count(len(u.Groups), "group"), width)
	}})
	return nil
}

func (s *usersScreen) copyEmails() tea.Cmd {
	var list []string
	for _, u := range s.targets() {
		list = append(list, u.Email)
	}
	what := "the email"
	if len(list) > 1 {
		what = count(len(list), "email")
	}
	return s.c.copyText(what, strings.Join(list, ", "))
}

// renew makes fresh tokens for invited users and shows the invitations. Copy invite does the same: a token is kept only
// as a hash, so that the old one can't be shown again.
func (s *usersScreen) renew(title string) tea.Cmd {
	list, actor := s.seenAll(s.targets()), s.c.session.Actor
	return s.c.write(func(ctx context.Context, d *model.Directory) func(*console) tea.Cmd {
		invited, out, err := d.ResendInvites(ctx, actor, list, 0)
		return func(c *console) tea.Cmd {
			cmd := s.report("A fresh invite of "+count(len(invited), "user"), "made, the old token is dead", 1, out, err)
			if len(invited) > 0 {
				c.showInvitations(title, invited)
			}
			return cmd
		}
	})
}

// showInvitations shows the texts to hand to the people invited, and copies them.
func (c *console) showInvitations(title string, invited []model.Invited) {
	me, account := c.rules().Actor, c.snapshot.Account()
	texts := make([]string, len(invited))
	for i, one := range invited {
		texts[i] = one.Text(account, me)
	}
	all := strings.Join(texts, "\n\n")
	intro := "Send this to " + invited[0].User.Email + ". The token is shown only now; c copies the text."
	if len(invited) > 1 {
		intro = "Send each their own. The tokens are shown only now; c copies all of it."
	}
	c.push(&page{title: title, extra: []hint{{"c", "copy"}}, body: func(c *console, width int) []line {
		lines := c.paragraphs(intro, width)
		for i := range lines {
			lines[i][0].tone = theme.Dim
		}
		lines = append(lines, nil)
		return append(lines, c.paragraphs(all, width)...)
	}, onKey: func(c *console, k tea.KeyPressMsg) (tea.Cmd, bool) {
		if keyCopy.has(k) {
			return c.copySecret("The invite", []byte(all)), true
		}
		return nil, false
	}, onClose: func() {
		all = ""
		for i := range invited {
			invited[i].Token.Wipe()
		}
	}})
}
