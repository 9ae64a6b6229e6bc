package tui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"lanyard/model"
	"lanyard/tui/grid"
	"lanyard/tui/theme"
)

// machine is a service account with what is kept of its key.
type machine struct {
	model.ServiceAccount
	APIKey model.APIKey
}

// serviceAccountsScreen is the second tab.
type serviceAccountsScreen struct{ sheet[machine] }

func newServiceAccountsScreen(c *console) screen {
	s := &serviceAccountsScreen{}
	s.sheet = sheet[machine]{
		c: c, name: "Service Accounts", noun: "service account", kind: model.KindServiceAccount,
		empty: "No service accounts yet. Press n to create the first: its API key is made with it.",
		label: func(m machine) string { return m.Name },
		seen:  func(m machine) model.Seen { return model.Seen{ID: m.ID, Version: m.Version} },
		rows:  s.visible,
	}
	s.columns = s.describe()
	s.acts = s.describeActions()
	s.build()
	return s
}

func (s *serviceAccountsScreen) visible(snap *model.Snapshot) grid.Rows[machine] {
	if s.c.rules().SeeAll() != nil {
		return grid.Slice([]machine(nil), func(m machine) uint64 { return uint64(m.ID) })
	}
	return machineRows{tableRows[model.ServiceAccount]{snap.ServiceAccounts()}, snap}
}

// machineRows shows service accounts with their keys.
type machineRows struct {
	tableRows[model.ServiceAccount]
	snapshot *model.Snapshot
}

// At returns a service account with its key.
func (r machineRows) At(i int) machine {
	m := machine{ServiceAccount: r.tableRows.At(i)}
	m.APIKey, _ = r.snapshot.APIKey(m.ServiceAccount)
	return m
}

// Changed tells the grid which rows differ from those that it has, themselves or in their key.
func (r machineRows) Changed(before grid.Rows[machine]) ([]uint64, bool) {
	b, ok := before.(machineRows)
	if !ok {
		return nil, false
	}
	ids, ok := r.snapshot.ServiceAccountsChangedSince(b.snapshot)
	return numbers(ids), ok
}

func (s *serviceAccountsScreen) describe() []column[machine] {
	g := func(c grid.Column[machine]) column[machine] { return column[machine]{Column: c} }
	name := g(grid.Column[machine]{
		Key: "name", Title: "Name", Min: 14, Ideal: 22, Search: true,
		Cell:    func(m machine) grid.Cell { return grid.Cell{Text: m.Name} },
		SortKey: func(b []byte, m machine) []byte { return append(b, model.FoldName(m.Name)...) },
	})
	name.edit = &edit[machine]{may: mayEdit, text: func(m machine) string { return m.Name }, apply: renameMachine}
	description := g(grid.Column[machine]{
		Key: "description", Title: "Description", Min: 10, Ideal: 36, Flex: true, Priority: 4, Search: true,
		Cell:    func(m machine) grid.Cell { return grid.Cell{Text: m.Description} },
		SortKey: func(b []byte, m machine) []byte { return append(b, model.FoldName(m.Description)...) },
	})
	description.edit = &edit[machine]{may: mayEdit, text: func(m machine) string { return m.Description }, apply: describeMachine}
	role := g(grid.Column[machine]{
		Key: "role", Title: "Role", Min: 8, Ideal: 8, Priority: 2, Search: true,
		Cell:    func(m machine) grid.Cell { return roleCell(m.Role) },
		SortKey: func(b []byte, m machine) []byte { return append(b, byte(m.Role)) },
		Narrow:  func(m machine) []string { return []string{model.RoleName(m.Role)} },
	})
	role.edit = &edit[machine]{may: mayEdit, options: machineRoles, choose: setMachineRole}
	key := g(grid.Column[machine]{
		Key: "key", Title: "API key", Min: 9, Ideal: 9, Priority: 1,
		Cell:    func(m machine) grid.Cell { return grid.Cell{Text: m.APIKey.Hint(), Tone: theme.Accent} },
		SortKey: func(b []byte, m machine) []byte { return append(b, m.APIKey.PublicID...) },
	})
	key.open = "service_account.copy_key"
	return []column[machine]{
		name, description, role, key,
		g(timeColumn("created", "Created", 6, func(m machine) time.Time { return m.CreatedAt }, date)),
		g(timeColumn("used", "Last used", 5, func(m machine) time.Time { return m.APIKey.LastUsedAt }, func(t time.Time) string { return ago(t, s.c.now()) })),
	}
}

func mayEdit(r model.Rules, m machine) error { return r.EditServiceAccount(m.ServiceAccount) }

func renameMachine(ctx context.Context, d *model.Directory, a model.Actor, m machine, to string) error {
	return d.RenameServiceAccount(ctx, a, model.Seen{ID: m.ID, Version: m.Version}, to)
}

func describeMachine(ctx context.Context, d *model.Directory, a model.Actor, m machine, to string) error {
	return d.DescribeServiceAccount(ctx, a, model.Seen{ID: m.ID, Version: m.Version}, to)
}

func setMachineRole(ctx context.Context, d *model.Directory, a model.Actor, m machine, to option) error {
	out, err := d.SetServiceAccountsRole(ctx, a, []model.Seen{{ID: m.ID, Version: m.Version}}, to.id)
	if err != nil {
		return err
	}
	return out.Err()
}

func machineRoles(_ model.Rules, m machine) (list []option, chosen int) {
	for i, role := range model.ServiceAccountRoles() {
		list = append(list, option{id: role.ID, name: role.Name, help: role.Description})
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
		{id: "info", title: "Account info", keys: []string{"o"}, menu: "i", section: sectionHere, enabled: s.oneRow, run: s.info},
		{
			id: "service_account.copy_key", title: "Copy API key", keys: []string{"c"}, menu: "c", footer: "copy key", section: sectionHere,
			enabled: s.mayReveal, run: s.copyKey,
		},
		{id: "service_account.set_role", title: "Set role…", menu: "s", section: sectionHere, enabled: s.allowed(mayEdit), run: s.pickRole},
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
	targets, called := s.targets(), s.called()
	first, _ := s.single() // of many, none is what all have
	options, chosen := machineRoles(model.Rules{}, first)
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
	s.c.push(newConfirm("Delete "+called+"?", text, "Delete", len(targets.ids), func() tea.Cmd {
		return s.change(targets, called, "deleted", (*model.Directory).DeleteServiceAccounts)
	}))
	return nil
}

// openCreate asks for a new service account.
func (s *serviceAccountsScreen) openCreate() tea.Cmd {
	var roles, help []string
	for _, role := range model.ServiceAccountRoles() {
		roles, help = append(roles, role.Name), append(help, role.Description)
	}
	s.c.push(&form{
		title: "Create a service account", verb: "Create", intro: "Its API key is made with it; c on its row copies the key.",
		fields: []*field{textField("name", "Name"), textField("description", "Description"), choiceField("role", "Role", roles, help, 1)},
		submit: s.submitCreate,
	})
	return nil
}

func (s *serviceAccountsScreen) submitCreate(c *console, f *form) tea.Cmd {
	draft := model.ServiceAccountDraft{
		Name: f.field("name").value(), Description: f.field("description").value(),
		Role: model.ServiceAccountRoles()[f.field("role").chosen].ID,
	}
	if _, err := model.CleanName(draft.Name); err != nil {
		f.refuse("name", err.Error())
		return nil
	}
	if _, err := model.CleanDescription(draft.Description); err != nil {
		f.refuse("description", err.Error())
		return nil
	}
	actor := c.session.Actor
	return c.write(func(ctx context.Context, d *model.Directory) func(*console) tea.Cmd {
		made, err := d.CreateServiceAccount(ctx, actor, draft)
		return func(c *console) tea.Cmd {
			if err != nil {
				f.refuse(faultOf(err), err.Error())
				return nil
			}
			c.remove(f)
			s.grid.Select(uint64(made.ID), "key")
			return c.say(made.Name + " created with its API key · c copies it")
		}
	})
}
