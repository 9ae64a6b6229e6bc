package tui

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"lanyard/model"
	"lanyard/tui/theme"
)

// info shows everything about a user.
func (s *usersScreen) info() tea.Cmd {
	u, ok := s.row()
	if !ok {
		return nil
	}
	s.c.push(&page{title: u.Name, extra: []hint{{"c", "copy email"}}, body: func(c *console, width int) []line {
		now, ok := c.snapshot.Users().Get(u.ID)
		if !ok {
			return []line{{{"This user was removed meanwhile.", theme.Bad}}}
		}
		return c.labelled(c.userFacts(now), width)
	}, onKey: func(c *console, k tea.KeyPressMsg) (tea.Cmd, bool) {
		if keyCopy.has(k) {
			return c.copyText("the email", u.Email), true
		}
		return nil, false
	}})
	return nil
}

func (c *console) userFacts(u model.User) [][2]string {
	in, status := c.snapshot, u.Status.String()
	if u.Expired(c.now()) {
		status += " · expired"
	}
	pairs := [][2]string{
		{"Name", u.Name},
		{"Email", u.Email},
		{"Role", in.RoleName(u.Role)},
		{"May", permissions(in, u.Role)},
		{"Status", status},
	}
	if u.InvitedBy != 0 {
		pairs = append(pairs, [2]string{"Invited by", c.personName(u.InvitedBy)}, [2]string{"Invited", moment(u.InvitedAt)})
	}
	if u.Status == model.StatusInvited {
		pairs = append(pairs, [2]string{"Invite ends", moment(u.Invitation.ExpiresAt)}, [2]string{"Mail", u.Invitation.Delivery.String()},
			[2]string{"Note", u.Invitation.Note})
	}
	pairs = append(pairs, [2]string{"Joined", moment(u.JoinedAt)}, [2]string{"Last seen", moment(u.LastSeenAt)}, [2]string{"Id", idText(u.ID)},
		[2]string{"Groups", strings.Join(slices.Sorted(groupsOf(in, u.Groups)), ", ")})
	return append(pairs, reachFacts(in, in.Reaches(u), in.ReachesAll(u.Role))...)
}

// personName names a user who may be gone.
func (c *console) personName(id model.ID) string {
	if u, ok := c.snapshot.Users().Get(id); ok {
		return u.Name + " <" + u.Email + ">"
	}
	return "somebody who was removed since"
}

// permissions lists what a role allows, without what that implies.
func permissions(in *model.Snapshot, role model.ID) string {
	r, _ := in.Role(role)
	return permissionList(r.Permissions)
}

func permissionList(list []model.Permission) string {
	names := make([]string, len(list))
	for i, p := range list {
		names[i] = string(p)
	}
	return strings.Join(names, ", ")
}

// reachFacts says for each workspace what somebody may do there, and through what.
func reachFacts(in *model.Snapshot, reaches []model.Reach, all bool) [][2]string {
	var pairs [][2]string
	label := "Workspaces"
	if all {
		pairs = append(pairs, [2]string{label, "all " + count(in.Workspaces().Len(), "") + ", as an Admin"})
		label = ""
	}
	for _, r := range reaches {
		var through []string
		for _, source := range r.Access {
			through = append(through, sourceName(source))
		}
		pairs = append(pairs, [2]string{label, r.Workspace.Name + ": " + allowed(r.Access) + " · through " + strings.Join(through, " and ")})
		label = ""
	}
	if len(pairs) == 0 {
		pairs = append(pairs, [2]string{label, ""})
	}
	return pairs
}

// allowed names what is allowed in a workspace in the words behind "workspace:".
func allowed(a model.Access) string {
	var words []string
	for _, p := range a.Permissions() {
		words = append(words, strings.TrimPrefix(string(p), "workspace:"))
	}
	return strings.Join(words, ", ")
}

func sourceName(s model.Source) string {
	switch {
	case s.Admin:
		return "their role " + s.Role.Name
	case s.Group != "":
		return "the group " + s.Group + " (" + s.Role.Name + ")"
	}
	return "their own membership (" + s.Role.Name + ")"
}

// showGroups lists the groups of a user, and what each gives.
func (s *usersScreen) showGroups() tea.Cmd {
	u, ok := s.row()
	if !ok {
		return nil
	}
	s.c.push(&page{title: "Groups of " + u.Name, body: func(c *console, width int) []line {
		now, ok := c.snapshot.Users().Get(u.ID)
		if !ok {
			return []line{{{"This user was removed meanwhile.", theme.Bad}}}
		}
		pairs := groupFacts(c.snapshot, now.Groups)
		if len(pairs) == 0 {
			return c.paragraphs(u.Name+" is in no group. enter on the Groups cell adds them to one.", width)
		}
		return c.labelled(pairs, width)
	}})
	return nil
}

// groupFacts says of each group what it gives.
func groupFacts(in *model.Snapshot, list []model.ID) [][2]string {
	var pairs [][2]string
	for _, id := range list {
		if g, ok := in.Group(id); ok {
			pairs = append(pairs, [2]string{g.Name, grantList(in, g.Workspaces, "gives nothing yet")})
		}
	}
	return pairs
}

// grantList is "web as Owner, ops as Viewer", or what to say for none.
func grantList(in *model.Snapshot, list []model.WorkspaceGrant, none string) string {
	var out []string
	for _, g := range list {
		if w, ok := in.Workspace(g.Workspace); ok {
			out = append(out, w.Name+" as "+in.RoleName(g.Role))
		}
	}
	if len(out) == 0 {
		return none
	}
	return strings.Join(out, ", ")
}
