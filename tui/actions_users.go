package tui

import (
	"context"
	"fmt"
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
			enabled: s.allowed(model.Rules.ReactivateUser), run: s.bulk("reactivated", (*model.Directory).ReactivateUsers),
		},
		{id: "user.groups", title: "Show groups", menu: "g", section: sectionHere, enabled: s.oneRow, run: s.showGroups},
		{id: "user.set_role", title: "Set role…", menu: "s", section: sectionHere, enabled: s.allowed(model.Rules.EditUser), run: s.pickRole},
		{id: "info", title: "User info", keys: []string{"o"}, menu: "o", section: sectionHere, enabled: s.oneRow, run: s.info},
		{id: "user.copy_email", title: "Copy email", keys: []string{"c"}, section: sectionHere, enabled: s.someRow, run: s.copyEmails},
	}
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
	if u, ok := s.single(); ok && u.Status == model.StatusInvited {
		return "Cancel invite"
	}
	return "Remove"
}

// askRemove asks before users are removed or their invitations cancelled.
func (s *usersScreen) askRemove() tea.Cmd {
	targets, called, verb, done := s.targets(), s.called(), s.removeLabel(), "removed"
	title := "Remove " + called + "?"
	text := called + " is removed from the account. What they made stays: service accounts, groups and workspaces."
	one, ok := s.single()
	switch {
	case !ok:
		text = called + " are removed from the account, and the invites of those who haven't joined are cancelled. What they made stays."
	case one.Status == model.StatusInvited:
		title, verb, done = "Cancel the invite of "+called+"?", "Cancel the invite", "isn't invited any more"
		text = "The token that " + called + " got stops working, and " + one.Email + " can be invited again."
	}
	if s.aimedAtMe() {
		text += " You are one of them: afterwards you can't act in this account any more."
	}
	s.c.push(newConfirm(title, text, verb, len(targets.ids), func() tea.Cmd { return s.change(targets, called, done, (*model.Directory).RemoveUsers) }))
	return nil
}

// askDeactivate deactivates at once, since it can be taken back; only blocking oneself is asked about.
func (s *usersScreen) askDeactivate() tea.Cmd {
	targets, called := s.targets(), s.called()
	run := func() tea.Cmd { return s.change(targets, called, "deactivated", (*model.Directory).DeactivateUsers) }
	if !s.aimedAtMe() {
		return run()
	}
	s.c.push(newConfirm("Deactivate yourself?", "You can't act in this account afterwards, until another Admin reactivates you.", "Deactivate", 1, run))
	return nil
}

// aimedAtMe reports whether the acting person is among those that an action is about.
func (s *usersScreen) aimedAtMe() bool {
	me := uint64(s.c.session.Actor.User)
	_, _, marked := s.grid.Counts()
	_, id, _, ok := s.grid.Cursor()
	return s.grid.IsMarked(me) || marked == 0 && ok && id == me
}

// pickRole offers the roles for all targets.
func (s *usersScreen) pickRole() tea.Cmd {
	targets, called := s.targets(), s.called()
	var options []option
	for _, role := range model.TenantRoles() {
		options = append(options, option{id: role.ID, name: role.Name, help: role.Description})
	}
	s.c.push(&picker{title: "Role of " + called, options: options, choose: func(_ *console, o option) tea.Cmd {
		return s.change(targets, called, "set to "+o.name, setRole((*model.Directory).SetUsersRole, o.id))
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

// maxEmails is how many emails are copied at once: some 30 kB, which terminals still take.
const maxEmails = 1000

func (s *usersScreen) copyEmails() tea.Cmd {
	targets := s.targets()
	if len(targets.ids) > maxEmails {
		return s.c.fail(fmt.Errorf("%s are more than a clipboard takes. Mark at most %s", s.called(), count(maxEmails, "")))
	}
	var list []string
	for u := range targets.all() {
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
	targets, actor, seen := s.targets(), s.c.session.Actor, s.seen
	return s.c.write(func(ctx context.Context, d *model.Directory) func(*console) tea.Cmd {
		invited, out, err := d.ResendInvites(ctx, actor, targets.seen(seen), 0)
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
	c.push(&page{title: title, fixed: true, extra: []hint{{"c", "copy"}}, body: func(c *console, width int) []line {
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
