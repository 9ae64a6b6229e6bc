package tui

import (
	"context"
	"fmt"
	"maps"
	"slices"

	tea "charm.land/bubbletea/v2"

	"lanyard/model"
)

// pickable is how many records a list of members offers. Of more, they are marked on their own tab and added from there.
const pickable = 20_000

// tooMany says where to go when a list can't hold all records of a kind.
func (c *console) tooMany(table interface{ Len() int }, noun, tab string) error {
	if table.Len() <= pickable {
		return nil
	}
	return fmt.Errorf("%s are too many for one list. Mark them on %s instead, then a", count(table.Len(), noun), tab)
}

// editGroupMembers ticks the users who are in a group.
func (s *groupsScreen) editGroupMembers() tea.Cmd {
	g, ok := s.row()
	if !ok {
		return nil
	}
	users := s.c.snapshot.Users()
	if err := s.c.tooMany(users, "user", "Users"); err != nil {
		return s.c.fail(err)
	}
	entries := make([]entry, users.Len())
	for i := range entries {
		u := users.At(i)
		entries[i] = entry{id: uint64(u.ID), name: u.Name, note: u.Email}
		if slices.Contains(u.Groups, g.ID) {
			entries[i].state = 1
		}
	}
	l := newChecklist("Members of "+g.Name, entries)
	l.about, l.there = s.about(g), among((*model.Snapshot).Users)
	l.empty = "No users yet. Press 1, then n, to invite the first."
	l.apply = func(c *console, changed map[uint64]int) tea.Cmd {
		return c.applyPicked(&picked{list: l, changed: changed, what: "Members", plan: func(changed map[uint64]int) pickWork {
			return setMembers(g.ID, changed)
		}})
	}
	s.c.push(l)
	return nil
}

// setMembers puts users into a group and takes others out. Whoever else changes these users changes something else, or the
// same, so they are taken as they are.
func setMembers(group model.ID, changed map[uint64]int) pickWork {
	var in, out []model.Seen
	for _, id := range slices.Sorted(maps.Keys(changed)) {
		if changed[id] > 0 {
			in = append(in, model.Seen{ID: model.ID(id)})
		} else {
			out = append(out, model.Seen{ID: model.ID(id)})
		}
	}
	return func(ctx context.Context, d *model.Directory, a model.Actor) (model.Outcome, error) {
		joined, err := d.AddUsersToGroup(ctx, a, in, group)
		if err != nil {
			return joined, err
		}
		left, err := d.RemoveUsersFromGroup(ctx, a, out, group)
		return joined.And(left), err
	}
}

func (s *groupsScreen) editGroupWorkspaces() tea.Cmd {
	g, ok := s.row()
	if !ok {
		return nil
	}
	latest := func(in *model.Snapshot) member {
		now, _ := in.Group(g.ID)
		return memberOfGroup(in, now)
	}
	return s.c.pickWorkspaces(grantee{memberOfGroup(s.c.snapshot, g.Group), s.about(g), latest}, (*model.Directory).SetGroupsWorkspaceRole)
}

// member is somebody who can be in a workspace, and where they are.
type member struct {
	seen       model.Seen
	name, note string
	grants     []model.WorkspaceGrant
}

func memberOfUser(u model.User) member {
	return member{model.Seen{ID: u.ID, Version: u.Version}, u.Name, u.Email, u.Workspaces}
}

func memberOfGroup(in *model.Snapshot, g model.Group) member {
	return member{model.Seen{ID: g.ID, Version: g.Version}, g.Name, count(in.Tally(g.ID).Users, "member"), g.Workspaces}
}

func memberOfMachine(s model.ServiceAccount) member {
	return member{model.Seen{ID: s.ID, Version: s.Version}, s.Name, s.Description, s.Workspaces}
}

// memberList is what a workspace's list of members of one kind is made of.
type memberList struct {
	what, empty string // they are called: "Users"
	noun, tab   string // one of them, and where they are
	set         workspaceSetter

	about   *subject // the workspace
	entries []entry
	there   func(*model.Snapshot, uint64) bool
	seen    map[uint64]model.Seen
	latest  func(in *model.Snapshot, id uint64) member
}

// pickFrom offers the records of a table as members of the workspace under the cursor.
func pickFrom[R any](s *workspacesScreen, of func(*model.Snapshot) *model.Table[R], m memberList, as func(*model.Snapshot, R) member) tea.Cmd {
	w, ok := s.row()
	if !ok {
		return nil
	}
	in := s.c.snapshot
	table := of(in)
	if err := s.c.tooMany(table, m.noun, m.tab); err != nil {
		return s.c.fail(err)
	}
	states, roles := s.c.workspaceStates()
	m.about, m.there, m.seen = s.about(w), among(of), map[uint64]model.Seen{}
	m.latest = func(in *model.Snapshot, id uint64) member {
		r, _ := of(in).Get(model.ID(id))
		return as(in, r)
	}
	for i := range table.Len() {
		who := as(in, table.At(i))
		e := entry{id: uint64(who.seen.ID), name: who.name, note: who.note}
		e.state = max(0, slices.Index(roles, roleAmong(who.grants, w.ID)))
		m.entries = append(m.entries, e)
		m.seen[e.id] = who.seen
	}
	return s.c.pickMembers(w.ID, states, roles, &m)
}

// pickMembers chooses the role of each member of one kind in a workspace.
func (c *console) pickMembers(workspace model.ID, states []string, roles []model.ID, m *memberList) tea.Cmd {
	l := newChecklist(m.what+" of "+m.about.name, m.entries)
	l.states, l.empty, l.there, l.about = states, m.empty, m.there, m.about
	l.apply = func(c *console, changed map[uint64]int) tea.Cmd {
		return c.applyPicked(&picked{
			list: l, changed: changed, what: m.what,
			latest: func(in *model.Snapshot) func(uint64) int {
				return func(id uint64) int {
					now := m.latest(in, id)
					m.seen[id] = now.seen
					return max(0, slices.Index(roles, roleAmong(now.grants, workspace)))
				}
			},
			plan: func(changed map[uint64]int) pickWork { return m.setRoles(workspace, changed, roles) },
		})
	}
	c.push(l)
	return nil
}

// setRoles gives members their roles in a workspace.
func (m *memberList) setRoles(workspace model.ID, changed map[uint64]int, roles []model.ID) pickWork {
	byRole := map[model.ID][]model.Seen{}
	for _, id := range slices.Sorted(maps.Keys(changed)) {
		role := roles[changed[id]]
		byRole[role] = append(byRole[role], m.seen[id])
	}
	return func(ctx context.Context, d *model.Directory, a model.Actor) (model.Outcome, error) {
		var total model.Outcome
		// What is given comes before what is taken, so that a new Owner is there when the old one goes.
		for _, role := range slices.Backward(sortedRoles(byRole)) {
			out, err := m.set(d, ctx, a, byRole[role], workspace, role)
			if err != nil {
				return total, err
			}
			total = total.And(out)
		}
		return total, nil
	}
}

// sortedRoles lists roles so that Owner comes last, and none before all.
func sortedRoles(by map[model.ID][]model.Seen) []model.ID {
	var list []model.ID
	for role := range by {
		if role != model.RoleOwner {
			list = append(list, role)
		}
	}
	slices.Sort(list)
	if _, ok := by[model.RoleOwner]; ok {
		list = append(list, model.RoleOwner)
	}
	return list
}

func (s *workspacesScreen) editUsers() tea.Cmd {
	list := memberList{
		what: "Users", noun: "user", tab: "Users", set: (*model.Directory).SetUsersWorkspaceRole,
		empty: "No users yet. Press 1, then n, to invite the first.",
	}
	return pickFrom(s, (*model.Snapshot).Users, list, func(_ *model.Snapshot, u model.User) member { return memberOfUser(u) })
}

func (s *workspacesScreen) editGroups() tea.Cmd {
	list := memberList{what: "Groups", noun: "group", tab: "Groups", set: (*model.Directory).SetGroupsWorkspaceRole, empty: noGroups}
	return pickFrom(s, (*model.Snapshot).Groups, list, memberOfGroup)
}

func (s *workspacesScreen) editServiceAccounts() tea.Cmd {
	list := memberList{
		what: "Service accounts", noun: "service account", tab: "Service Accounts", set: (*model.Directory).SetServiceAccountsWorkspaceRole,
		empty: "No service accounts yet. Press 2, then n, to create the first.",
	}
	return pickFrom(s, (*model.Snapshot).ServiceAccounts, list, func(_ *model.Snapshot, a model.ServiceAccount) member {
		return memberOfMachine(a)
	})
}
