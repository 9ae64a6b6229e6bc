package tui

import (
	"context"
	"iter"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"lanyard/model"
	"lanyard/tui/grid"
	"lanyard/tui/theme"
)

// groupRow is a group with the picture of the account that it is seen in.
type groupRow struct {
	model.Group
	in *model.Snapshot
}

// groupsScreen is the third tab.
type groupsScreen struct{ sheet[groupRow] }

func newGroupsScreen(c *console) screen { //nolint:dupl // a description, as every screen is one
	s := &groupsScreen{}
	s.sheet = sheet[groupRow]{
		c: c, name: "Groups", brief: "Groups", noun: "group", kind: model.KindGroup,
		empty: "No groups yet. Press n to create the first: its members share what it may do in workspaces.",
		label: func(g groupRow) string { return g.Name },
		seen:  func(g groupRow) model.Seen { return model.Seen{ID: g.ID, Version: g.Version} },
		see:   model.Rules.SeeAll,
		rows: func(snap *model.Snapshot) grid.Rows[groupRow] {
			row := func(in *model.Snapshot, g model.Group) groupRow { return groupRow{g, in} }
			return visibleRows(&s.sheet, snap.Groups(), snap, row)
		},
	}
	s.build(s.describe(), s.describeActions())
	return s
}

// visibleRows are all rows of a table, or none for who may not see the account.
func visibleRows[R, T any](s *sheet[T], table *model.Table[R], in *model.Snapshot, row func(*model.Snapshot, R) T) grid.Rows[T] {
	if s.see(s.c.rules()) != nil {
		return grid.Slice([]T(nil), func(T) uint64 { return 0 })
	}
	return tableRows[R, T]{table, in, row}
}

func ofGroup(may func(model.Rules, model.Group) error) func(model.Rules, groupRow) error {
	return func(r model.Rules, g groupRow) error { return may(r, g.Group) }
}

func (s *groupsScreen) describe() []column[groupRow] {
	name := func(g groupRow) string { return g.Name }
	description := func(g groupRow) string { return g.Description }
	described := textColumn("description", "Description", 10, 36, 4, description)
	described.Flex = true
	may := ofGroup(model.Rules.EditGroup)
	return []column[groupRow]{
		s.editText(textColumn("name", "Name", 14, 22, 0, name), name, may, (*model.Directory).RenameGroup),
		s.editText(described, description, may, (*model.Directory).DescribeGroup),
		{
			Column: numberColumn("members", "Members", 7, 1, func(g groupRow) int { return g.in.Tally(g.ID).Users }),
			open:   "group.edit_members",
		},
		{
			Column: namesColumn("workspace", "Workspaces", 10, 26, 2, func(g groupRow) iter.Seq[string] { return workspacesOf(g.in, g.Workspaces) },
				func(b []byte, g groupRow) []byte { return appendWorkspaces(b, g.in, g.Workspaces) }),
			open: "group.edit_workspaces",
		},
		{Column: timeColumn("created", "Created", 6, func(g groupRow) time.Time { return g.CreatedAt }, date)},
	}
}

// describeActions is all that can be done on the Groups tab. The order is the menu's.
func (s *groupsScreen) describeActions() []action {
	return []action{
		{id: "group.create", title: "Create a group", keys: []string{"n"}, footer: "create", section: sectionHere, enabled: s.mayCreate, run: s.create},
		{id: "info", title: "Group info", keys: []string{"o"}, menu: "i", section: sectionHere, single: true, enabled: s.oneRow, run: s.info},
		{
			id: "group.edit_members", title: "Members…", menu: "m", section: sectionHere, single: true,
			enabled: s.allowed(mayEditMembers), run: s.editGroupMembers,
		},
		{id: "group.edit_workspaces", title: "Workspaces…", menu: "w", section: sectionHere, single: true, enabled: s.oneRow, run: s.editGroupWorkspaces},
		s.history(),
		s.copyName(),
		{
			id: "group.delete", title: "Delete", keys: []string{"x", "delete"}, menu: "x", section: sectionHere, danger: true,
			enabled: s.allowed(ofGroup(model.Rules.DeleteGroup)), run: s.askDelete,
		},
	}
}

func mayEditMembers(r model.Rules, _ groupRow) error { return r.EditMembers() }

func (s *groupsScreen) mayCreate() error { return s.c.rules().CreateGroup() }

func (s *groupsScreen) create() tea.Cmd {
	return s.openCreate(creation{
		title: "Create a group", intro: "Its members share what it may do in workspaces. enter on its cells adds both.",
		column: "members", done: "created · enter adds members",
		plan: func(*form) maker {
			return func(ctx context.Context, d *model.Directory, a model.Actor, draft model.Draft) (model.ID, error) {
				g, err := d.CreateGroup(ctx, a, draft)
				return g.ID, err
			}
		},
	})
}

// askDelete asks before groups are deleted, and says what that affects.
func (s *groupsScreen) askDelete() tea.Cmd {
	targets, called := s.targets(), s.called()
	users := 0
	var lost []string
	for g := range targets.all() {
		users += s.c.snapshot.Tally(g.ID).Users
		lost = append(lost, slices.Collect(workspacesOf(s.c.snapshot, g.Workspaces))...)
	}
	text := "Nobody is in it."
	switch {
	case len(targets.ids) > 1:
		text = count(users, "membership") + " end. The users stay in the account."
	case users > 0:
		text = count(users, "user") + " leave it and stay in the account."
	}
	slices.Sort(lost)
	if lost = slices.Compact(lost); len(lost) > 0 {
		text += " What it gave them ends: " + enumerate(lost, 6) + "."
	}
	s.ask(newConfirm("Delete "+called+"?", text, "Delete", len(targets.ids), func() tea.Cmd {
		return s.change(targets, called, "deleted", (*model.Directory).DeleteGroups)
	}))
	return nil
}

// enumerate lists some names, and how many more there are.
func enumerate(names []string, most int) string {
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return strings.Join(names[:most], ", ") + " and " + count(len(names)-most, "") + " more"
}

// info shows everything about a group.
func (s *groupsScreen) info() tea.Cmd {
	g, ok := s.row()
	if !ok {
		return nil
	}
	s.c.push(&page{title: g.Name, body: func(c *console, width int) []line {
		now, ok := c.snapshot.Group(g.ID)
		if !ok {
			return []line{{{"This group was deleted meanwhile.", theme.Bad}}}
		}
		return c.labelled([][2]string{
			{"Name", now.Name},
			{"Description", now.Description},
			{"Members", count(c.snapshot.Tally(now.ID).Users, "user")},
			{"Workspaces", grantList(c.snapshot, now.Workspaces, "none yet")},
			{"Created", moment(now.CreatedAt)},
			{"Created by", c.personName(now.CreatedBy)},
			{"Id", idText(now.ID)},
		}, width)
	}})
	return nil
}
