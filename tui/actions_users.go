package tui

import (
	"context"
	"fmt"
	"slices"
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
			enabled: s.allowed(ofUser(model.Rules.ResendInvite)), run: func() tea.Cmd { return s.renew("Resend invite", s.c.opts.Mailer != nil) },
		},
		{
			id: "user.remove", title: "Remove", label: s.removeLabel, keys: []string{"x", "delete"}, menu: "x", section: sectionHere, danger: true,
			enabled: s.allowed(ofUser(mayRemove)), run: s.askRemove,
		},
		{
			id: "user.copy_invite", title: "Copy invite", menu: "c", section: sectionHere,
			enabled: s.allowed(ofUser(model.Rules.ResendInvite)), run: func() tea.Cmd { return s.renew("Copy invite", false) },
		},
		{
			id: "user.deactivate", title: "Deactivate", menu: "d", section: sectionHere,
			enabled: s.allowed(ofUser(model.Rules.DeactivateUser)), run: s.askDeactivate,
		},
		{
			id: "user.reactivate", title: "Reactivate", menu: "e", section: sectionHere,
			enabled: s.allowed(ofUser(model.Rules.ReactivateUser)), run: s.bulk("reactivated", (*model.Directory).ReactivateUsers),
		},
		{id: "user.groups", title: "Show groups", menu: "g", section: sectionHere, single: true, enabled: s.oneRow, run: s.showGroups},
		{id: "user.edit_groups", title: "Groups…", menu: "m", section: sectionHere, enabled: s.allowed(mayEditGroups), run: s.editGroups},
		{id: "user.edit_workspaces", title: "Workspaces…", menu: "w", section: sectionHere, enabled: s.someRow, run: s.editWorkspaces},
		{id: "user.set_role", title: "Set role…", menu: "s", section: sectionHere, enabled: s.allowed(ofUser(model.Rules.EditUser)), run: s.pickRole},
		{id: "info", title: "User info", keys: []string{"o"}, menu: "o", section: sectionHere, single: true, enabled: s.oneRow, run: s.info},
		s.history(), s.inEditor(usersTable),
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
	one, ok := s.single()
	text := one.Email + " is removed from the account. What they made stays: service accounts, groups and workspaces." // two may have one name
	switch {
	case !ok:
		text = called + " are removed from the account, and the invites of those who haven't joined are cancelled. What they made stays."
	case one.Status == model.StatusInvited:
		title, verb, done = "Cancel the invite of "+called+"?", "Cancel the invite", "isn't invited any more"
		text = "The token that " + one.Email + " got stops working, and the same email can be invited again."
	}
	text += s.handOverNote()
	switch {
	case s.aimedAtMe() && ok:
		text += " That is you: afterwards you can't act in this account any more."
	case s.aimedAtMe():
		text += " You are one of them: afterwards you can't act in this account any more."
	}
	work := handingOver((*model.Directory).RemoveUsers)
	s.ask(newConfirm(title, text, verb, len(targets.ids), func() tea.Cmd { return s.change(targets, called, done, work) }))
	return nil
}

// askDeactivate deactivates one at once, since it can be taken back; it asks about many, oneself, and the only owner of
// something.
func (s *usersScreen) askDeactivate() tea.Cmd {
	targets, called := s.targets(), s.called()
	run := func() tea.Cmd {
		return s.change(targets, called, "deactivated", handingOver((*model.Directory).DeactivateUsers))
	}
	note := s.handOverNote()
	switch {
	case len(targets.ids) > 1:
		text := "They can't act in this account until they are reactivated." + note
		if s.aimedAtMe() {
			text += " You are one of them."
		}
		s.ask(newConfirm("Deactivate "+called+"?", text, "Deactivate", 1, run))
	case s.aimedAtMe():
		s.ask(newConfirm("Deactivate yourself?", "You can't act in this account afterwards, until another Admin reactivates you.", "Deactivate", 1, run))
	case note != "":
		s.ask(newConfirm("Deactivate "+called+"?", strings.TrimSpace(note), "Deactivate", 1, run))
	default:
		return run()
	}
	return nil
}

// handOverNote says what becomes of the workspaces that have no other owner than one of those who are about to go, "" if
// there are none. It goes by the workspaces: of users, a million may be marked.
func (s *usersScreen) handOverNote() string {
	in := s.c.snapshot
	var names []string
	for i := range in.Workspaces().Len() {
		w := in.Workspaces().At(i)
		if owners := in.Tally(w.ID).Owners; len(owners) == 1 && owners[0] != s.c.session.Actor.User && s.aimedAt(owners[0]) {
			names = append(names, w.Name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return " Nobody else owns " + enumerate(names, 6) + ": you become Owner there."
}

// handingOver makes work of what may hand workspaces to the acting person, who was told so.
func handingOver(
	work func(*model.Directory, context.Context, model.Actor, []model.Seen, bool) (model.Outcome, error),
) bulkWork {
	return func(d *model.Directory, ctx context.Context, a model.Actor, list []model.Seen) (model.Outcome, error) {
		return work(d, ctx, a, list, true)
	}
}

// aimedAt reports whether a user is among those that an action is about.
func (s *usersScreen) aimedAt(user model.ID) bool {
	_, _, marked := s.grid.Counts()
	_, id, _, ok := s.grid.Cursor()
	return s.grid.IsMarked(uint64(user)) || marked == 0 && ok && id == uint64(user)
}

func (s *usersScreen) aimedAtMe() bool { return s.aimedAt(s.c.session.Actor.User) }

// pickRole offers the roles for all targets.
func (s *usersScreen) pickRole() tea.Cmd {
	if s.chooseOne("role") {
		return nil
	}
	targets, called := s.targets(), s.called()
	one, ok := s.single()
	one.in = s.c.snapshot
	options, chosen := s.roleOptions(s.c.rules(), one)
	if !ok { // of many: the rules are asked about each, and the least comes first so that enter gives no more than meant
		for i := range options {
			options[i].refuse = nil
		}
		chosen = max(0, slices.IndexFunc(options, func(o option) bool { return o.id == model.RoleTenantGuest }))
	}
	s.c.push(&picker{title: "Role of " + called, options: options, at: chosen, choose: func(_ *console, o option) tea.Cmd {
		return s.change(targets, called, "set to "+o.name, setRole((*model.Directory).SetUsersRole, o.id))
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
	text := strings.Join(list, ", ")
	if len(list) > 1 {
		return s.c.copyText(count(len(list), "email"), text)
	}
	return s.c.copyText(text, text)
}

// renew makes fresh tokens for invited users, and mails or shows the invitations. Copy invite does it too: a token is kept
// only as a hash, so that the old one can't be shown again.
func (s *usersScreen) renew(title string, mail bool) tea.Cmd {
	targets, actor, seen := s.targets(), s.c.session.Actor, s.seen
	return s.c.write(func(ctx context.Context, d *model.Directory) func(*console) tea.Cmd {
		invited, out, err := d.ResendInvites(ctx, actor, targets.seen(seen), 0)
		return func(c *console) tea.Cmd {
			cmd := s.report(wording{"A fresh invite of ", whoWasInvited(invited), "made, the old token is dead"}, 1, out, err)
			if len(invited) > 0 {
				cmd = tea.Batch(cmd, c.deliver(title, invited, mail))
			}
			return cmd
		}
	})
}

// deliver mails invitations where a mail server is set and wanted, and else shows their texts.
func (c *console) deliver(title string, invited []model.Invited, mail bool) tea.Cmd {
	if mail {
		return c.mailInvites(invited)
	}
	c.showInvitations(title, invited)
	return nil
}

// showInvitations shows the texts to hand to the people invited, and copies them.
func (c *console) showInvitations(title string, invited []model.Invited) {
	me := c.rules().Actor
	texts := make([]string, len(invited))
	for i, one := range invited {
		texts[i] = c.snapshot.Letter(one, me).Text
	}
	all := strings.Join(texts, "\n\n")
	intro := "Send this to " + invited[0].User.Email + ". The token is shown only now; c copies the text."
	copied := "Invite of " + invited[0].User.Email
	if len(invited) > 1 {
		copied = count(len(invited), "invite")
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
			return c.copySecret(copied, []byte(all)), true
		}
		return nil, false
	}, onClose: func() {
		all = ""
		for i := range invited {
			invited[i].Token.Wipe()
		}
	}})
}
