package tui

import (
	"context"
	"iter"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"lanyard/model"
	"lanyard/tui/grid"
)

// machine is a service account with what is kept of its keys.
type machine struct {
	model.ServiceAccount
	APIKey model.APIKey
	OldKey model.APIKey // the one before the last rotation, good or not; zero if there is none
	in     *model.Snapshot
}

// serviceAccountsScreen is the second tab.
type serviceAccountsScreen struct{ sheet[machine] }

func newServiceAccountsScreen(c *console) screen {
	s := &serviceAccountsScreen{}
	s.sheet = sheet[machine]{
		c: c, name: "Service Accounts", brief: "Services", noun: "service account", kind: model.KindServiceAccount,
		empty: "No service accounts yet. Press n to create the first: its API key is made with it.",
		label: func(m machine) string { return m.Name },
		seen:  func(m machine) model.Seen { return model.Seen{ID: m.ID, Version: m.Version} },
		rows:  s.visible, see: model.Rules.SeeServiceAccounts, turn: machine.oldUntil,
	}
	s.build(s.describe(), s.describeActions())
	return s
}

func (s *serviceAccountsScreen) visible(snap *model.Snapshot) grid.Rows[machine] {
	if s.see(s.c.rules()) != nil {
		return grid.Slice([]machine(nil), func(m machine) uint64 { return uint64(m.ID) })
	}
	return largeRows[model.ServiceAccount, machine]{
		tableRows[model.ServiceAccount, machine]{snap.ServiceAccounts(), snap, machineOf}, (*model.Snapshot).ServiceAccountsChangedSince, nil,
	}
}

// machineOf is a service account with its keys.
func machineOf(in *model.Snapshot, s model.ServiceAccount) machine {
	key, _ := in.APIKey(s)
	old, _ := in.RotatedKey(s)
	return machine{s, key, old, in}
}

func (s *serviceAccountsScreen) describe() []column[machine] {
	g := func(c grid.Column[machine]) column[machine] { return column[machine]{Column: c} }
	name := func(m machine) string { return m.Name }
	description := func(m machine) string { return m.Description }
	described := textColumn("description", "Description", 11, 36, 4, description)
	described.Flex = true
	role := g(grid.Column[machine]{
		Key: "role", Title: "Role", Min: 8, Ideal: 8, Priority: 2, Search: true,
		Cell:    func(m machine) grid.Cell { return RoleCell(m.Role, m.in.RoleName(m.Role)) },
		SortKey: func(b []byte, m machine) []byte { return grid.TextKey(b, m.in.RoleName(m.Role)) },
		Narrow:  func(m machine) []string { return []string{m.in.RoleName(m.Role)} },
	})
	role.edit = &edit[machine]{may: mayEdit, options: machineRoles, choose: setMachineRole}
	key := g(grid.Column[machine]{
		Key: "key", Title: "API key", Min: 9, Ideal: 9, Priority: 1,
		Cell:    func(m machine) grid.Cell { return KeyCell(m.APIKey, m.OldKey, s.c.now()) },
		SortKey: func(b []byte, m machine) []byte { return append(b, m.APIKey.PublicID...) },
	})
	key.open = "service_account.copy_key"
	reach := g(namesColumn("workspace", "Workspaces", 10, 16, 7, func(m machine) iter.Seq[string] { return workspacesOf(m.in, m.Workspaces) },
		func(b []byte, m machine) []byte { return appendWorkspaces(b, m.in, m.Workspaces) }))
	reach.open = "service_account.edit_workspaces"
	// Names that begin alike have to be told apart before a key is copied, so at 80 columns Created gives way to them.
	return []column[machine]{
		s.editText(textColumn("name", "Name", 19, 30, 0, name), name, mayEdit, (*model.Directory).RenameServiceAccount),
		s.editText(described, description, mayEdit, (*model.Directory).DescribeServiceAccount),
		role, key,
		g(timeColumn("created", "Created", 6, func(m machine) time.Time { return m.CreatedAt }, date)),
		g(timeColumn("used", "Last used", 5, machine.lastUsed, func(t time.Time) string { return ago(t, s.c.now()) })),
		reach,
	}
}

func mayEdit(r model.Rules, m machine) error { return r.EditServiceAccount(m.ServiceAccount) }

func setMachineRole(ctx context.Context, d *model.Directory, a model.Actor, m machine, to option) error {
	out, err := d.SetServiceAccountsRole(ctx, a, []model.Seen{{ID: m.ID, Version: m.Version}}, to.id)
	if err != nil {
		return err
	}
	return out.Err()
}

func machineRoles(r model.Rules, m machine) (list []option, chosen int) {
	for i, role := range m.in.ServiceAccountRoles() {
		list = append(list, option{role.ID, role.Name, role.Description, r.SetServiceAccountRole(role.ID)})
		if role.ID == m.Role {
			chosen = i
		}
	}
	return list, chosen
}

// describeActions is all that can be done on the Service Accounts tab. The order is the menu's.
func (s *serviceAccountsScreen) describeActions() []action {
	return []action{
		{
			id: "service_account.create", title: "Create a service account", keys: []string{"n"}, footer: "create", section: sectionHere,
			enabled: s.mayCreate, run: s.openCreate,
		},
		{id: "info", title: "Account info", keys: []string{"o"}, menu: "i", section: sectionHere, single: true, enabled: s.oneRow, run: s.info},
		{
			id: "service_account.copy_key", title: "Copy API key", keys: []string{"c"}, menu: "c", footer: "copy key", section: sectionHere, single: true,
			enabled: s.mayReveal, run: s.copyKey,
		},
		{
			id: "service_account.rotate_key", title: "Rotate API key…", menu: "r", section: sectionHere,
			enabled: s.allowed(mayRotate), run: s.pickGrace,
		},
		{
			id: "service_account.end_old_key", title: "End the old key now", menu: "e", section: sectionHere, danger: true,
			enabled: s.allowed(mayEndOld), run: s.askEndOld,
		},
		{
			id: "service_account.edit_workspaces", title: "Workspaces…", menu: "w", section: sectionHere,
			enabled: s.someRow, run: s.editWorkspaces,
		},
		{id: "service_account.set_role", title: "Set role…", menu: "s", section: sectionHere, enabled: s.allowed(mayEdit), run: s.pickRole},
		s.history(), s.inEditor(machinesTable),
		{
			id: "service_account.delete", title: "Delete", keys: []string{"x", "delete"}, menu: "x", section: sectionHere, danger: true,
			enabled: s.allowed(mayDelete), run: s.askDelete,
		},
	}
}

func mayDelete(r model.Rules, m machine) error { return r.DeleteServiceAccount(m.ServiceAccount) }

func (s *serviceAccountsScreen) mayCreate() error { return s.c.rules().CreateServiceAccount() }

// mayReveal answers for the row under the cursor: keys are copied one at a time.
func (s *serviceAccountsScreen) mayReveal() error {
	m, ok := s.row()
	if !ok {
		return errNoRow
	}
	return s.c.rules().RevealAPIKey(m.ServiceAccount)
}

func (s *serviceAccountsScreen) pickRole() tea.Cmd {
	if s.chooseOne("role") {
		return nil
	}
	targets, called := s.targets(), s.called()
	first, _ := s.single() // of many, none is what all have
	first.in = s.c.snapshot
	options, chosen := machineRoles(s.c.rules(), first)
	if first.ID == 0 {
		chosen = max(0, slices.IndexFunc(options, func(o option) bool { return o.id == model.RoleConsumer }))
	}
	s.c.push(&picker{title: "Role of " + called, options: options, at: chosen, choose: func(_ *console, o option) tea.Cmd {
		return s.change(targets, called, "set to "+o.name, setRole((*model.Directory).SetServiceAccountsRole, o.id))
	}})
	return nil
}

// askDelete asks before service accounts and their keys are deleted.
func (s *serviceAccountsScreen) askDelete() tea.Cmd {
	targets, called := s.targets(), s.called()
	one, ok := s.single()
	text := "Its API key, " + one.APIKey.Hint() + ", stops working at once, and whatever uses it with it."
	if !ok {
		text = "Their API keys stop working at once, and whatever uses them with them."
	}
	s.ask(newConfirm("Delete "+called+"?", text, "Delete", len(targets.ids), func() tea.Cmd {
		return s.change(targets, called, "deleted", (*model.Directory).DeleteServiceAccounts)
	}))
	return nil
}

// openCreate asks for a new service account.
func (s *serviceAccountsScreen) openCreate() tea.Cmd {
	roles := s.c.snapshot.ServiceAccountRoles()
	return s.sheet.openCreate(creation{
		title: "Create a service account", intro: "Its API key is made with it; c on its row copies the key.",
		more:   []*field{roleField("role", "Role", roles, model.RoleBuilder, s.c.rules().SetServiceAccountRole)},
		column: "key", done: "created with its API key · c copies it",
		plan: func(f *form) maker {
			role := roles[f.field("role").chosen].ID
			return func(ctx context.Context, d *model.Directory, a model.Actor, draft model.Draft) (model.ID, error) {
				made, err := d.CreateServiceAccount(ctx, a, model.ServiceAccountDraft{
					Name: draft.Name, Description: draft.Description, Role: role,
				})
				return made.ID, err
			}
		},
	})
}
