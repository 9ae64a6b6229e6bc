package tui

import (
	"context"
	"iter"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"lanyard/model"
	"lanyard/tui/grid"
	"lanyard/tui/theme"
)

// workspaceRow is a workspace with the picture of the account that it is seen in.
type workspaceRow struct {
	model.Workspace
	in *model.Snapshot
}

func (w workspaceRow) tally() model.Tally { return w.in.Tally(w.ID) }

// owners are the names of the Active users who own it.
func (w workspaceRow) owners() []string {
	var names []string
	for _, id := range w.tally().Owners {
		if u, ok := w.in.Users().Get(id); ok {
			names = append(names, u.Name)
		}
	}
	return names
}

// workspacesScreen is the fourth tab.
type workspacesScreen struct{ sheet[workspaceRow] }

func newWorkspacesScreen(c *console) screen { //nolint:dupl // a description, as every screen is one
	s := &workspacesScreen{}
	s.sheet = sheet[workspaceRow]{
		c: c, name: "Workspaces", brief: "Spaces", noun: "workspace", kind: model.KindWorkspace,
		empty: "No workspaces yet. Press n to create the first: users, groups and service accounts are members, each with a role.",
		label: func(w workspaceRow) string { return w.Name },
		seen:  func(w workspaceRow) model.Seen { return model.Seen{ID: w.ID, Version: w.Version} },
		see:   model.Rules.SeeAll,
		rows: func(snap *model.Snapshot) grid.Rows[workspaceRow] {
			row := func(in *model.Snapshot, w model.Workspace) workspaceRow { return workspaceRow{w, in} }
			return visibleRows(&s.sheet, snap.Workspaces(), snap, row)
		},
	}
	s.build(s.describe(), s.describeActions())
	return s
}

func ofWorkspace(may func(model.Rules, model.Workspace) error) func(model.Rules, workspaceRow) error {
	return func(r model.Rules, w workspaceRow) error { return may(r, w.Workspace) }
}

func mayEditWorkspaceMembers(r model.Rules, w workspaceRow) error {
	return r.EditWorkspaceMembers(w.ID)
}

func (s *workspacesScreen) describe() []column[workspaceRow] {
	name := func(w workspaceRow) string { return w.Name }
	description := func(w workspaceRow) string { return w.Description }
	described := textColumn("description", "Description", 10, 36, 6, description)
	described.Flex = true
	may := ofWorkspace(model.Rules.EditWorkspace)
	return []column[workspaceRow]{
		s.editText(textColumn("name", "Name", 14, 22, 0, name), name, may, (*model.Directory).RenameWorkspace),
		s.editText(described, description, may, (*model.Directory).DescribeWorkspace),
		{
			Column: namesColumn("owner", "Owners", 8, 18, 2, func(w workspaceRow) iter.Seq[string] { return slices.Values(w.owners()) }, nil),
			open:   "workspace.edit_users",
		},
		{
			Column: numberColumn("users", "Users", 6, 1, func(w workspaceRow) int { return w.tally().Users }),
			open:   "workspace.edit_users",
		},
		{
			Column: numberColumn("groups", "Groups", 6, 3, func(w workspaceRow) int { return w.tally().Groups }),
			open:   "workspace.edit_groups",
		},
		{
			Column: numberColumn("services", "Services", 8, 4, func(w workspaceRow) int { return w.tally().ServiceAccounts }),
			open:   "workspace.edit_service_accounts",
		},
		{Column: timeColumn("created", "Created", 7, func(w workspaceRow) time.Time { return w.CreatedAt }, date)},
	}
}

// describeActions is all that can be done on the Workspaces tab. The order is the menu's.
func (s *workspacesScreen) describeActions() []action {
	members := s.allowed(mayEditWorkspaceMembers)
	return []action{
		{id: "workspace.create", title: "Create a workspace", keys: []string{"n"}, footer: "create", section: sectionHere, enabled: s.mayCreate, run: s.create},
		{id: "info", title: "Workspace info", keys: []string{"o"}, menu: "i", section: sectionHere, single: true, enabled: s.oneRow, run: s.info},
		{id: "workspace.edit_users", title: "Users…", menu: "u", section: sectionHere, single: true, enabled: members, run: s.editUsers},
		{id: "workspace.edit_groups", title: "Groups…", menu: "g", section: sectionHere, single: true, enabled: members, run: s.editGroups},
		{
			id: "workspace.edit_service_accounts", title: "Service accounts…", menu: "s", section: sectionHere, single: true,
			enabled: members, run: s.editServiceAccounts,
		},
		s.history(),
		s.copyName(),
		{
			id: "workspace.delete", title: "Delete", keys: []string{"x", "delete"}, menu: "x", section: sectionHere, danger: true,
			enabled: s.allowed(ofWorkspace(model.Rules.DeleteWorkspace)), run: s.askDelete,
		},
	}
}

func (s *workspacesScreen) mayCreate() error { return s.c.rules().CreateWorkspace() }

func (s *workspacesScreen) create() tea.Cmd {
	return s.openCreate(creation{
		title: "Create a workspace", intro: "You become its Owner. enter on its cells adds users, groups and service accounts.",
		column: "users", done: "created · enter adds members",
		plan: func(*form) maker {
			return func(ctx context.Context, d *model.Directory, a model.Actor, draft model.Draft) (model.ID, error) {
				w, err := d.CreateWorkspace(ctx, a, draft)
				return w.ID, err
			}
		},
	})
}

// askDelete asks before workspaces are deleted, and says what that affects.
func (s *workspacesScreen) askDelete() tea.Cmd {
	targets, called := s.targets(), s.called()
	var t model.Tally
	for w := range targets.all() {
		one := s.c.snapshot.Tally(w.ID)
		t.Users, t.Groups, t.ServiceAccounts = t.Users+one.Users, t.Groups+one.Groups, t.ServiceAccounts+one.ServiceAccounts
	}
	text := "It loses its members, who stay in the account: " + membersText(t) + "."
	if len(targets.ids) > 1 {
		text = "They lose their members, who stay in the account: " + membersText(t) + "."
	}
	s.ask(newConfirm("Delete "+called+"?", text, "Delete", len(targets.ids), func() tea.Cmd {
		return s.change(targets, called, "deleted", (*model.Directory).DeleteWorkspaces)
	}))
	return nil
}

// membersText counts who is in a workspace.
func membersText(t model.Tally) string {
	return count(t.Users, "user") + ", " + count(t.Groups, "group") + " and " + count(t.ServiceAccounts, "service account")
}

// info shows everything about a workspace.
func (s *workspacesScreen) info() tea.Cmd {
	w, ok := s.row()
	if !ok {
		return nil
	}
	s.c.push(&page{title: w.Name, body: func(c *console, width int) []line {
		now, ok := c.snapshot.Workspace(w.ID)
		if !ok {
			return []line{{{"This workspace was deleted meanwhile.", theme.Bad}}}
		}
		row := workspaceRow{now, c.snapshot}
		return c.labelled([][2]string{
			{"Name", now.Name},
			{"Description", now.Description},
			{"Owners", enumerate(row.owners(), 20)},
			{"Members", membersText(row.tally())},
			{"Created", moment(now.CreatedAt)},
			{"Created by", c.personName(now.CreatedBy)},
			{"Id", idText(now.ID)},
		}, width)
	}})
	return nil
}
