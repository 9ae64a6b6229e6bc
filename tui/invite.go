package tui

import (
	"context"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"lanyard/model"
)

// inviteTerms are the terms that the form offers.
var inviteTerms = []struct {
	name string
	term time.Duration
}{
	{"1 day", 24 * time.Hour},
	{"7 days", model.DefaultInviteTerm},
	{"14 days", 14 * 24 * time.Hour},
	{"30 days", 30 * 24 * time.Hour},
	{"90 days", model.MaxInviteTerm},
}

func (s *usersScreen) mayInvite() error { return s.c.rules().May(model.PermAccountInvite) }

// openInvite asks whom to invite.
func (s *usersScreen) openInvite() tea.Cmd {
	emails := textField("emails", "Emails")
	emails.list, emails.text.rows = true, 3
	emails.note = "One or many: commas, spaces or new lines between them."
	offered := s.c.snapshot.RolesOf(model.ScopeTenant)
	var terms []string
	for _, t := range inviteTerms {
		terms = append(terms, t.name)
	}
	states, roles := s.c.workspaceStates()
	f := &form{title: "Invite users", verb: "Invite", fields: []*field{
		emails,
		roleField("role", "Role", offered, model.RoleBuilder, func(id model.ID) error { return s.c.rules().Invite(id, nil, nil) }),
		pickField("groups", "Groups", func(c *console, fd *field) {
			l := fd.checklist("Groups of who is invited", c.groupEntries(nil))
			l.empty = "No groups yet. They are made on the Groups tab."
			c.push(l)
		}),
		pickField("workspaces", "Workspaces", func(c *console, fd *field) {
			l := fd.checklist("Workspaces of who is invited", c.workspaceEntries(nil, roles), states...)
			l.empty = "No workspaces yet. They are made on the Workspaces tab."
			c.push(l)
		}),
		choiceField("term", "Ends after", terms, nil, 1),
		textField("note", "Note"),
	}}
	f.submit = func(c *console, f *form) tea.Cmd {
		return s.submitInvite(c, f, model.Invite{
			Role: offered[f.field("role").chosen].ID, Term: inviteTerms[f.field("term").chosen].term, Note: f.field("note").value(),
			Groups: pickedIDs(f.field("groups")), Workspaces: pickedGrants(f.field("workspaces"), roles),
		})
	}
	s.c.push(f)
	return nil
}

// pickedIDs returns what is ticked in a field.
func pickedIDs(fd *field) []model.ID {
	var list []model.ID
	for id := range fd.picked {
		list = append(list, model.ID(id))
	}
	slices.Sort(list)
	return list
}

// pickedGrants returns the workspaces of a field with their roles.
func pickedGrants(fd *field, roles []model.ID) []model.WorkspaceGrant {
	var list []model.WorkspaceGrant
	for _, id := range pickedIDs(fd) {
		list = append(list, model.WorkspaceGrant{Workspace: id, Role: roles[fd.picked[uint64(id)]]})
	}
	return list
}

// submitInvite invites whom it can. Addresses that were refused stay in the field, each with its reason.
func (s *usersScreen) submitInvite(c *console, f *form, each model.Invite) tea.Cmd {
	people := model.SplitInvitees(f.field("emails").value())
	if len(people) == 0 {
		f.refuse("emails", "Type at least one email.")
		return nil
	}
	if _, err := model.CleanNote(each.Note); err != nil {
		f.refuse("note", err.Error())
		return nil
	}
	list := make([]model.Invite, len(people))
	for i, p := range people {
		list[i] = each
		list[i].Email, list[i].Name = p.Email, p.Name
	}
	actor := c.session.Actor
	return c.write(func(ctx context.Context, d *model.Directory) func(*console) tea.Cmd {
		invited, refused, err := d.InviteUsers(ctx, actor, list)
		return func(*console) tea.Cmd { return s.invited(f, invited, refused, err) }
	})
}

func (s *usersScreen) invited(f *form, invited []model.Invited, refused []model.InviteRefusal, err error) tea.Cmd {
	f.busy = false
	keepRefused(f.field("emails"), invited, refused, err)
	switch {
	case err != nil:
		f.refuse("", err.Error())
	case len(refused) > 0:
		f.refuse("emails", refusalNote(len(invited), refused))
	default:
		s.c.remove(f)
	}
	if len(invited) == 0 {
		return nil
	}
	if f.fault == "" && len(refused) == 0 {
		s.grid.Select(uint64(invited[0].User.ID), "name")
	}
	delivered := s.c.deliver(count(len(invited), "invite")+" made", invited, s.c.opts.Mailer != nil)
	said := s.c.sayWritten(s.c.naming("%s invited", whoWasInvited(invited)), true)
	if s.c.opts.Mailer == nil {
		return tea.Batch(delivered, said) // what was typed ahead would close the tokens, which are shown only now
	}
	return tea.Batch(delivered, said, f.ahead.press(s.c))
}

// whoWasInvited names the one, or says how many.
func whoWasInvited(list []model.Invited) string {
	if len(list) == 1 {
		return list[0].User.Email
	}
	return count(len(list), "user")
}

// keepRefused leaves in the field what wasn't invited, as it was typed. After a failure nobody knows about the rest, so it
// stays too.
func keepRefused(fd *field, invited []model.Invited, refused []model.InviteRefusal, err error) {
	gone := map[string]bool{}
	for _, i := range invited {
		gone[model.FoldEmail(i.User.Email)] = true
	}
	var left []string
	for _, p := range model.SplitInvitees(fd.value()) {
		key := model.FoldEmail(p.Email)
		isRefused := slices.ContainsFunc(refused, func(r model.InviteRefusal) bool { return model.FoldEmail(r.Email) == key })
		if isRefused || err != nil && !gone[key] {
			left = append(left, p.String())
		}
	}
	fd.text.set(strings.Join(left, ", "))
}

func refusalNote(done int, refused []model.InviteRefusal) string {
	var b strings.Builder
	if done > 0 {
		b.WriteString(count(done, "user") + " invited. Not these:\n")
	}
	for i, r := range refused {
		if i > 0 {
			b.WriteByte('\n')
		}
		if i == 5 && len(refused) > 6 {
			b.WriteString("… and " + count(len(refused)-i, "more address") + "es")
			break
		}
		if why := r.Err.Error(); strings.Contains(why, r.Email) {
			b.WriteString(why)
		} else {
			b.WriteString(r.Email + ": " + why)
		}
	}
	return b.String()
}
