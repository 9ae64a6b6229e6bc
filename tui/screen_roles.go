package tui

import (
	"context"
	"errors"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"lanyard/model"
	"lanyard/tui/grid"
	"lanyard/tui/theme"
)

// roleRow is a role with the picture of the account that it is seen in.
type roleRow struct {
	model.Role
	in *model.Snapshot
}

func (r roleRow) kind() string {
	if r.BuiltIn() {
		return "built-in"
	}
	return "custom"
}

// rolesScreen is the fifth tab.
type rolesScreen struct{ sheet[roleRow] }

func newRolesScreen(c *console) screen {
	s := &rolesScreen{}
	s.sheet = sheet[roleRow]{
		c: c, name: "Roles", brief: "Roles", noun: "role", kind: model.KindRole,
		empty: "No roles to be seen.",
		label: func(r roleRow) string { return r.Name },
		seen:  func(r roleRow) model.Seen { return model.Seen{ID: r.ID, Version: r.Version} },
		rows:  s.visible, see: model.Rules.SeeAll,
	}
	s.build(s.describe(), s.describeActions())
	return s
}

// visible are the built-in roles and the account's own.
func (s *rolesScreen) visible(snap *model.Snapshot) grid.Rows[roleRow] {
	var rows []roleRow
	if s.see(s.c.rules()) == nil {
		for _, r := range snap.Roles() {
			rows = append(rows, roleRow{r, snap})
		}
	}
	return grid.Slice(rows, func(r roleRow) uint64 { return uint64(r.ID) })
}

func ofRole(may func(model.Rules, model.Role) error) func(model.Rules, roleRow) error {
	return func(r model.Rules, row roleRow) error { return may(r, row.Role) }
}

func (s *rolesScreen) describe() []column[roleRow] {
	name := func(r roleRow) string { return r.Name }
	description := func(r roleRow) string { return r.Description }
	described := textColumn("description", "Description", 10, 36, 5, description)
	described.Flex = true
	may := ofRole(model.Rules.EditRole)
	scope := textColumn("scope", "Scope", 9, 9, 1, func(r roleRow) string { return r.Scope.String() })
	scope.Narrow = func(r roleRow) []string { return []string{r.Scope.String()} }
	kind := textColumn("type", "Type", 8, 8, 4, func(r roleRow) string { return r.kind() })
	kind.Narrow = func(r roleRow) []string { return []string{r.kind()} }
	permissions := textColumn("permissions", "Permissions", 12, 30, 3, func(r roleRow) string { return permissionList(r.Permissions) })
	permissions.Flex = true
	return []column[roleRow]{
		s.editText(textColumn("name", "Name", 12, 18, 0, name), name, may, (*model.Directory).RenameRole),
		s.editText(described, description, may, (*model.Directory).DescribeRole),
		{Column: scope, open: "info"},
		{Column: kind, open: "info"},
		{Column: permissions, open: "role.edit_permissions"},
		{Column: numberColumn("users", "Users", 6, 2, func(r roleRow) int { return r.in.Tally(r.ID).Users }), open: "info"},
	}
}

// describeActions is all that can be done on the Roles tab. The order is the menu's.
func (s *rolesScreen) describeActions() []action {
	return []action{
		{id: "role.create", title: "Create a role", keys: []string{"n"}, footer: "create", section: sectionHere, enabled: s.mayCreate, run: s.create},
		{id: "info", title: "Role info", keys: []string{"o"}, menu: "i", section: sectionHere, single: true, enabled: s.oneRow, run: s.info},
		{
			id: "role.edit_permissions", title: "Permissions…", menu: "p", section: sectionHere, single: true,
			enabled: s.allowed(ofRole(model.Rules.EditRole)), run: s.editPermissions,
		},
		s.history(),
		s.copyName(),
		{
			id: "role.delete", title: "Delete", keys: []string{"x", "delete"}, menu: "x", section: sectionHere, danger: true,
			enabled: s.allowed(ofRole(model.Rules.DeleteRole)), explain: s.nameHolders, run: s.askDelete,
		},
	}
}

func (s *rolesScreen) mayCreate() error { return s.c.rules().CreateRole(nil) }

// permissionEntries are the permissions of a scope to tick. What the acting person doesn't hold is locked unless it is on.
func (c *console) permissionEntries(scope model.Scope, on []model.Permission) []entry {
	rules := c.rules()
	held := model.Role{Permissions: on}
	var list []entry
	for i, p := range scope.Permissions() {
		e := entry{id: uint64(i), name: string(p), note: p.Help()}
		if held.Allows(p) {
			e.state = 1
		} else {
			e.locked = model.Short(rules.CreateRole([]model.Permission{p}))
		}
		list = append(list, e)
	}
	return list
}

// impliedIn tells for a list of a scope's permissions which of those that are ticked brings another along.
func impliedIn(scope model.Scope) func(l *checklist, id uint64) string {
	offered := scope.Permissions()
	return func(l *checklist, id uint64) string {
		for i, p := range offered {
			if uint64(i) != id && l.on(uint64(i)) && p.Implies(offered[id]) {
				return string(p)
			}
		}
		return ""
	}
}

// pickedPermissions returns the permissions of a scope that are on.
func pickedPermissions(scope model.Scope, on func(id uint64) bool) []model.Permission {
	var list []model.Permission
	for i, p := range scope.Permissions() {
		if on(uint64(i)) {
			list = append(list, p)
		}
	}
	return list
}

// editPermissions ticks what a custom role allows.
func (s *rolesScreen) editPermissions() tea.Cmd {
	r, ok := s.row()
	if !ok {
		return nil
	}
	entries := s.c.permissionEntries(r.Scope, nil)
	for i := range entries { // what is held as such, and not what that implies: the list shows the latter by itself
		for _, p := range r.Permissions {
			if string(p) == entries[i].name {
				entries[i].state, entries[i].locked = 1, ""
			}
		}
	}
	l := newChecklist("Permissions of "+r.Name, entries)
	l.implied = impliedIn(r.Scope)
	l.about = s.about(r)
	holds := func(id uint64) bool { return slices.Contains(r.Permissions, r.Scope.Permissions()[id]) }
	l.apply = func(c *console, changed map[uint64]int) tea.Cmd {
		return c.applyPicked(&picked{
			list: l, changed: changed, what: "Permissions",
			latest: func(in *model.Snapshot) func(uint64) int {
				r.Role, _ = in.Role(r.ID)
				return func(id uint64) int { return tick(holds(id)) }
			},
			plan: func(changed map[uint64]int) pickWork {
				who, list := s.seen(r), pickedPermissions(r.Scope, func(id uint64) bool {
					state, mine := changed[id]
					return mine && state > 0 || !mine && holds(id)
				})
				return func(ctx context.Context, d *model.Directory, a model.Actor) (model.Outcome, error) {
					return model.Outcome{}, d.SetRolePermissions(ctx, a, who, list)
				}
			},
		})
	}
	s.c.push(l)
	return nil
}

func (s *rolesScreen) create() tea.Cmd {
	scopes := []model.Scope{model.ScopeTenant, model.ScopeWorkspace}
	scope := choiceField("scope", "Scope", []string{"tenant", "workspace"},
		[]string{"somebody's role in the account", "a member's role in a workspace"}, 0)
	chosen := func() model.Scope { return scopes[scope.chosen] }
	permissions := pickField("permissions", "Permissions", func(c *console, fd *field) {
		l := fd.checklist("Permissions of the "+chosen().String()+" role", c.permissionEntries(chosen(), nil))
		l.implied = impliedIn(chosen())
		c.push(l)
	})
	// The lists of the two scopes differ, so what was ticked in one means nothing in the other.
	scope.chose = func() { permissions.picked, permissions.summary = nil, "" }
	return s.openCreate(creation{
		title: "Create a role", more: []*field{scope, permissions}, column: "permissions", done: "created",
		plan: func(*form) maker {
			want := model.RoleDraft{Scope: chosen()}
			want.Permissions = pickedPermissions(want.Scope, func(id uint64) bool { return permissions.picked[id] > 0 })
			return func(ctx context.Context, d *model.Directory, a model.Actor, draft model.Draft) (model.ID, error) {
				want.Draft = draft
				r, err := d.CreateRole(ctx, a, want)
				return r.ID, err
			}
		},
	})
}

// nameHolders says who has a role that can't be deleted for it.
func (s *rolesScreen) nameHolders(why error) error {
	r, ok := s.row()
	if !ok || !errors.Is(why, model.ErrInUse) {
		return why
	}
	names, more := s.c.snapshot.HoldersOf(r.ID, 3)
	what := r.Name + " is in use by " + strings.Join(names, ", ")
	if more {
		what += " and others"
	}
	return &model.Error{Kind: model.ErrInUse, What: what, Hint: "Give them another role first."}
}

func (s *rolesScreen) askDelete() tea.Cmd {
	targets, called := s.targets(), s.called()
	text := "Nobody has it."
	if len(targets.ids) > 1 {
		text = "Built-in ones stay, and those that somebody has are named and stay too."
	}
	s.ask(newConfirm("Delete "+called+"?", text, "Delete", len(targets.ids), func() tea.Cmd {
		return s.change(targets, called, "deleted", (*model.Directory).DeleteRoles)
	}))
	return nil
}

// info shows everything about a role, with all that it allows.
func (s *rolesScreen) info() tea.Cmd {
	r, ok := s.row()
	if !ok {
		return nil
	}
	s.c.push(&page{title: r.Name, body: func(c *console, width int) []line {
		now, ok := c.snapshot.Role(r.ID)
		if !ok {
			return []line{{{"This role was deleted meanwhile.", theme.Bad}}}
		}
		t := c.snapshot.Tally(now.ID)
		pairs := [][2]string{
			{"Name", now.Name},
			{"Description", now.Description},
			{"Scope", now.Scope.String()},
			{"Type", roleRow{now, c.snapshot}.kind()},
			{"Held by", membersText(t)},
		}
		label := "Allows"
		for _, p := range now.Scope.Permissions() {
			if now.Allows(p) {
				pairs = append(pairs, [2]string{label, string(p) + " · " + p.Help()})
				label = ""
			}
		}
		if !now.BuiltIn() {
			pairs = append(pairs, [2]string{"Created", moment(now.CreatedAt)}, [2]string{"Created by", c.personName(now.CreatedBy)})
		}
		return c.labelled(pairs, width)
	}})
	return nil
}
