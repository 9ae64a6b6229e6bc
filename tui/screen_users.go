package tui

import (
	"context"
	"iter"
	"time"

	"lanyard/model"
	"lanyard/tui/grid"
)

// person is a user with the picture of the account that they are seen in.
type person struct {
	model.User
	in *model.Snapshot
}

// usersScreen is the first tab.
type usersScreen struct {
	sheet[person]
}

func newUsersScreen(c *console) screen {
	s := &usersScreen{}
	s.sheet = sheet[person]{
		c: c, name: "Users", brief: "Users", noun: "user", kind: model.KindUser,
		empty: "No users yet. Press n to invite the first.",
		label: func(u person) string { return u.Name },
		seen:  func(u person) model.Seen { return model.Seen{ID: u.ID, Version: u.Version} },
		rows:  s.visible, see: model.Rules.SeeAll,
	}
	s.build(s.describe(), s.describeActions())
	return s
}

// visible is what the acting person may see: everybody, or themselves.
func (s *usersScreen) visible(snap *model.Snapshot) grid.Rows[person] {
	seen := func(in *model.Snapshot, u model.User) person { return person{u, in} }
	if s.see(s.c.rules()) == nil {
		return largeRows[model.User, person]{
			tableRows[model.User, person]{snap.Users(), snap, seen},
			func(now, before *model.Snapshot) ([]model.ID, bool) { return now.Users().ChangedSince(before.Users()) },
			s.skim,
		}
	}
	var own []person
	if me, ok := snap.Users().Get(s.c.session.Actor.User); ok {
		own = append(own, person{me, snap})
	}
	return grid.Slice(own, func(u person) uint64 { return uint64(u.ID) })
}

func (s *usersScreen) describe() []column[person] {
	name := s.editText(grid.Column[person]{
		Key: "name", Title: "Name", Min: 14, Ideal: 24, Flex: true, Search: true,
		Cell:    func(u person) grid.Cell { return grid.Cell{Text: u.Name} },
		SortKey: func(b []byte, u person) []byte { return append(b, model.FoldName(u.Name)...) },
	}, func(u person) string { return u.Name }, ofUser(model.Rules.EditUser), (*model.Directory).RenameUser)
	email := column[person]{Column: grid.Column[person]{
		Key: "email", Title: "Email", Min: 16, Ideal: 30, Flex: true, Priority: 3, Search: true,
		Cell:    func(u person) grid.Cell { return grid.Cell{Text: u.Email} },
		SortKey: func(b []byte, u person) []byte { return append(b, model.FoldEmail(u.Email)...) },
	}}
	role := column[person]{Column: grid.Column[person]{
		Key: "role", Title: "Role", Min: 8, Ideal: 12, Priority: 2, Search: true,
		Cell:    func(u person) grid.Cell { return RoleCell(u.Role, u.in.RoleName(u.Role)) },
		SortKey: func(b []byte, u person) []byte { return grid.TextKey(b, u.in.RoleName(u.Role)) },
		Narrow:  func(u person) []string { return []string{u.in.RoleName(u.Role)} },
	}}
	role.edit = &edit[person]{may: ofUser(model.Rules.EditUser), options: s.roleOptions, choose: setUserRole}
	status := column[person]{Column: grid.Column[person]{
		Key: "status", Title: "Status", Min: 19, Ideal: 19, Priority: 1, Search: true,
		Cell:    func(u person) grid.Cell { return StatusCell(u.User, u.Expired(s.c.now())) },
		SortKey: func(b []byte, u person) []byte { return append(b, byte(u.Status)) },
		Narrow:  s.statusWords,
	}}
	mail := textColumn("mail", "Invite mail", 12, 24, 9, mailCell)
	mail.Search = false // its words are the program's: mail:failed finds them
	mail.Narrow = func(u person) []string { return []string{mailCell(u)} }
	return []column[person]{
		name, email, role,
		{
			Column: namesColumn("group", "Groups", 6, 14, 5, func(u person) iter.Seq[string] { return groupsOf(u.in, u.Groups) },
				func(b []byte, u person) []byte { return appendGroups(b, u.in, u.Groups) }),
			open: "user.edit_groups",
		},
		status,
		{
			Column: namesColumn("workspace", "Workspaces", 10, 14, 8, func(u person) iter.Seq[string] { return workspacesOf(u.in, u.Workspaces) },
				func(b []byte, u person) []byte { return appendWorkspaces(b, u.in, u.Workspaces) }),
			open: "user.edit_workspaces",
		},
		{Column: timeColumn("joined", "Joined", 6, func(u person) time.Time { return u.JoinedAt }, date)},
		{Column: timeColumn("seen", "Last seen", 7, func(u person) time.Time { return u.LastSeenAt }, s.lastSeen)},
		{Column: mail},
	}
}

// mailCell says what became of the mail of an open invitation.
func mailCell(u person) string {
	if u.Status != model.StatusInvited {
		return ""
	}
	return u.Invitation.Delivery.String()
}

// ofUser asks a rule about a user about a row.
func ofUser(may func(model.Rules, model.User) error) func(model.Rules, person) error {
	return func(r model.Rules, u person) error { return may(r, u.User) }
}

func (s *usersScreen) lastSeen(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return ago(t, s.c.now())
}

func (s *usersScreen) statusWords(u person) []string {
	if u.Expired(s.c.now()) {
		return []string{"Invited", "expired"}
	}
	return []string{u.Status.String()}
}

func setUserRole(ctx context.Context, d *model.Directory, a model.Actor, u person, to option) error {
	out, err := d.SetUsersRole(ctx, a, []model.Seen{{ID: u.ID, Version: u.Version}}, to.id)
	if err != nil {
		return err
	}
	return out.Err()
}

// roleOptions are the roles a user can be given, each with the reason if it can't be.
func (s *usersScreen) roleOptions(r model.Rules, u person) (list []option, chosen int) {
	for i, role := range u.in.RolesOf(model.ScopeTenant) {
		list = append(list, option{role.ID, role.Name, role.Description, r.SetUserRole(u.User, role.ID)})
		if role.ID == u.Role {
			chosen = i
		}
	}
	return list, chosen
}
