package tui

import (
	"context"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"lanyard/model"
	"lanyard/tui/grid"
	"lanyard/tui/theme"
)

// usersScreen is the first tab.
type usersScreen struct {
	sheet[model.User]
}

func newUsersScreen(c *console) screen {
	s := &usersScreen{}
	s.sheet = sheet[model.User]{
		c: c, name: "Users", noun: "user", kind: model.KindUser,
		empty: "No users yet. Press n to invite the first.",
		label: func(u model.User) string { return u.Name },
		seen:  func(u model.User) model.Seen { return model.Seen{ID: u.ID, Version: u.Version} },
		rows:  s.visible,
	}
	s.columns = s.describe()
	s.acts = s.describeActions()
	s.build()
	return s
}

// visible is what the acting person may see: everybody, or themselves.
func (s *usersScreen) visible(snap *model.Snapshot) grid.Rows[model.User] {
	if s.c.rules().SeeAll() == nil {
		return tableRows[model.User]{snap.Users()}
	}
	var own []model.User
	if me, ok := snap.Users().Get(s.c.session.Actor.User); ok {
		own = append(own, me)
	}
	return grid.Slice(own, func(u model.User) uint64 { return uint64(u.ID) })
}

func (s *usersScreen) describe() []column[model.User] {
	g := func(c grid.Column[model.User]) column[model.User] { return column[model.User]{Column: c} }
	name := g(grid.Column[model.User]{
		Key: "name", Title: "Name", Min: 14, Ideal: 24, Flex: true, Search: true,
		Cell:    func(u model.User) grid.Cell { return grid.Cell{Text: u.Name} },
		SortKey: func(b []byte, u model.User) []byte { return append(b, model.FoldName(u.Name)...) },
	})
	name.edit = &edit[model.User]{may: model.Rules.EditUser, text: func(u model.User) string { return u.Name }, apply: renameUser}
	role := g(grid.Column[model.User]{
		Key: "role", Title: "Role", Min: 12, Ideal: 12, Priority: 2, Search: true,
		Cell:    func(u model.User) grid.Cell { return roleCell(u.Role) },
		SortKey: func(b []byte, u model.User) []byte { return append(b, byte(u.Role)) },
		Narrow:  func(u model.User) []string { return []string{model.RoleName(u.Role)} },
	})
	role.edit = &edit[model.User]{may: model.Rules.EditUser, options: roleOptions, choose: setUserRole}
	return []column[model.User]{
		name,
		g(grid.Column[model.User]{
			Key: "email", Title: "Email", Min: 16, Ideal: 30, Flex: true, Priority: 3, Search: true,
			Cell:    func(u model.User) grid.Cell { return grid.Cell{Text: u.Email} },
			SortKey: func(b []byte, u model.User) []byte { return append(b, model.FoldEmail(u.Email)...) },
		}),
		role,
		g(grid.Column[model.User]{
			Key: "groups", Title: "Groups", Min: 6, Ideal: 10, Priority: 5,
			Cell: func(u model.User) grid.Cell { return someCount(len(u.Groups)) },
		}),
		g(grid.Column[model.User]{
			Key: "status", Title: "Status", Min: 10, Ideal: 19, Priority: 1, Search: true,
			Cell:    s.statusCell,
			SortKey: func(b []byte, u model.User) []byte { return append(b, byte(u.Status)) },
			Narrow:  s.statusWords,
		}),
		g(grid.Column[model.User]{
			Key: "workspaces", Title: "Workspaces", Min: 10, Ideal: 10, Priority: 8,
			Cell: func(u model.User) grid.Cell { return someCount(len(u.Workspaces)) },
		}),
		g(timeColumn("joined", "Joined", 6, func(u model.User) time.Time { return u.JoinedAt }, date)),
		g(timeColumn("seen", "Last seen", 7, func(u model.User) time.Time { return u.LastSeenAt }, s.lastSeen)),
	}
}

func (s *usersScreen) lastSeen(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return ago(t, s.c.now())
}

// statusCell is a glyph and a word: never colour alone.
func (s *usersScreen) statusCell(u model.User) grid.Cell {
	switch {
	case u.Expired(s.c.now()):
		return grid.Cell{Glyph: theme.Cross, Text: "Invited · expired", Short: "Expired", Tone: theme.Bad}
	case u.Status == model.StatusInvited:
		return grid.Cell{Glyph: theme.Pending, Text: "Invited", Tone: theme.Warn}
	case u.Status == model.StatusInactive:
		return grid.Cell{Glyph: theme.Empty, Text: "Inactive", Tone: theme.Dim}
	}
	return grid.Cell{Glyph: theme.Full, Text: "Active", Tone: theme.Good}
}

func (s *usersScreen) statusWords(u model.User) []string {
	if u.Expired(s.c.now()) {
		return []string{"Invited", "expired"}
	}
	return []string{u.Status.String()}
}

func renameUser(ctx context.Context, d *model.Directory, a model.Actor, u model.User, to string) error {
	return d.RenameUser(ctx, a, model.Seen{ID: u.ID, Version: u.Version}, to)
}

func setUserRole(ctx context.Context, d *model.Directory, a model.Actor, u model.User, to option) error {
	out, err := d.SetUsersRole(ctx, a, []model.Seen{{ID: u.ID, Version: u.Version}}, to.id)
	if err != nil {
		return err
	}
	return out.Err()
}

// roleOptions are the roles a user can be given, each with the reason if it can't be.
func roleOptions(r model.Rules, u model.User) (list []option, chosen int) {
	for i, role := range model.TenantRoles() {
		list = append(list, option{role.ID, role.Name, role.Description, r.SetUserRole(u, role.ID)})
		if role.ID == u.Role {
			chosen = i
		}
	}
	return list, chosen
}

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
		return c.labelled(s.facts(now), width)
	}, onKey: func(c *console, k tea.KeyPressMsg) (tea.Cmd, bool) {
		if keyCopy.has(k) {
			return c.copyText("the email", u.Email), true
		}
		return nil, false
	}})
	return nil
}

func (s *usersScreen) facts(u model.User) [][2]string {
	status := u.Status.String()
	if u.Expired(s.c.now()) {
		status += " · expired"
	}
	pairs := [][2]string{
		{"Name", u.Name}, {"Email", u.Email}, {"Role", model.RoleName(u.Role)}, {"May", permissions(u.Role)}, {"Status", status},
	}
	if u.InvitedBy != 0 {
		by := "somebody who was removed since"
		if inviter, ok := s.c.snapshot.Users().Get(u.InvitedBy); ok {
			by = inviter.Name + " <" + inviter.Email + ">"
		}
		pairs = append(pairs, [2]string{"Invited by", by}, [2]string{"Invited", moment(u.InvitedAt)})
	}
	if u.Status == model.StatusInvited {
		pairs = append(pairs, [2]string{"Invite ends", moment(u.Invitation.ExpiresAt)})
	}
	return append(pairs, [2]string{"Joined", moment(u.JoinedAt)}, [2]string{"Last seen", moment(u.LastSeenAt)},
		[2]string{"Id", idText(u.ID)})
}

func permissions(role model.ID) string {
	r, _ := model.RoleByID(role)
	var list []string
	for _, p := range r.Permissions {
		list = append(list, string(p))
	}
	return strings.Join(list, ", ")
}
