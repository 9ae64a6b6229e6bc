package cmd

import (
	"context"
	"slices"

	"github.com/spf13/cobra"

	"lanyard/model"
	"lanyard/tui"
	"lanyard/tui/grid"
	"lanyard/tui/theme"
)

// machines describes the lists of service accounts.
func (e *env) machines() *listing[model.ServiceAccount, model.ServiceAccountDetails] {
	return &listing[model.ServiceAccount, model.ServiceAccountDetails]{
		noun: "service account", empty: "No service accounts yet. Create the first: lanyard sa create NAME --role ROLE",
		rows: func(a *acting) model.List[model.ServiceAccount, model.ServiceAccountDetails] {
			return a.ServiceAccounts(a.me)
		},
		id: func(s model.ServiceAccountDetails) model.ID { return s.ID },
		search: func(s model.ServiceAccountDetails) []string {
			return []string{s.Name, s.Description, s.RoleName, spaceNames(s.Access)}
		},
		answer: func(s model.ServiceAccountDetails) any { return machineJSON(s, nil) },
		facts:  machineFacts, columns: e.machineColumns(), more: machineKeyColumns(),
	}
}

// oldKey is the key before the last rotation while it is still good, zero where there is none.
func oldKey(s model.ServiceAccountDetails) model.APIKey {
	if s.OldKey == nil {
		return model.APIKey{}
	}
	return *s.OldKey
}

// machineKeyColumns are what more there is to say about the keys of one service account.
func machineKeyColumns() []column[model.ServiceAccountDetails] {
	type s = model.ServiceAccountDetails
	return []column[s]{
		{key: "key_created_at", plain: func(s s) string { return timeText(s.APIKey.CreatedAt) }},
		{key: "key_last_used_at", plain: func(s s) string { return timeText(s.APIKey.LastUsedAt) }},
		{key: "previous_key", plain: func(s s) string {
			if s.OldKey == nil {
				return ""
			}
			return s.OldKey.Hint()
		}},
		{key: "previous_key_expires_at", plain: func(s s) string { return timeText(oldKey(s).ExpiresAt) }},
		{key: "previous_key_last_used_at", plain: func(s s) string { return timeText(oldKey(s).LastUsedAt) }},
	}
}

func (e *env) machineColumns() []column[model.ServiceAccountDetails] {
	type s = model.ServiceAccountDetails
	return []column[s]{
		{key: "id", plain: func(s s) string { return idJSON(s.ID) }, order: func(s s) string { return numberOrder(int(s.ID)) }},
		{key: "name", title: "Name", least: 19, plain: func(s s) string { return s.Name }},
		{key: "description", title: "Description", least: 11, yields: 4, plain: func(s s) string { return s.Description }},
		{
			key: "role", title: "Role", least: 8, yields: 2, plain: func(s s) string { return s.RoleName },
			cell: func(s s) grid.Cell { return tui.RoleCell(s.Role, s.RoleName) },
		},
		{
			key: "key", title: "API key", least: 16, yields: 1, plain: func(s s) string { return s.APIKey.Hint() },
			cell: func(s s) grid.Cell { return tui.KeyCell(s.APIKey, oldKey(s), e.now()) },
		},
		{
			key: "workspaces", title: "Workspaces", least: 10, yields: 7, plain: func(s s) string { return grantWords(s.Access) },
			cell: func(s s) grid.Cell { return grid.Cell{Text: spaceNames(s.Access)} },
		},
		{key: "created_by", plain: func(s s) string { return s.Creator }},
		{
			key: "created_at", title: "Created", least: 10, yields: 6, plain: func(s s) string { return timeText(s.CreatedAt) },
			cell: func(s s) grid.Cell { return grid.Cell{Text: dayText(s.CreatedAt)} },
		},
		{
			key: "last_used_at", title: "Last used", least: 16, yields: 5, plain: func(s s) string { return timeText(tui.LastUsed(s.APIKey, oldKey(s))) },
			cell: func(s s) grid.Cell { return grid.Cell{Text: momentText(tui.LastUsed(s.APIKey, oldKey(s)))} },
		},
		{key: "expires_at", plain: func(s s) string { return timeText(s.APIKey.ExpiresAt) }},
	}
}

func machineFacts(s model.ServiceAccountDetails) []fact {
	old, oldUsed := "", ""
	if s.OldKey != nil {
		old, oldUsed = s.OldKey.Hint()+" until "+momentText(s.OldKey.ExpiresAt), "never"
		if !s.OldKey.LastUsedAt.IsZero() {
			oldUsed = momentText(s.OldKey.LastUsedAt)
		}
		if tui.IdleSinceRotation(s.APIKey, *s.OldKey) {
			oldUsed += ", not since the rotation"
		}
	}
	return []fact{
		{"Name", grid.Cell{Text: s.Name}},
		{"Description", grid.Cell{Text: s.Description}},
		{"Role", tui.RoleCell(s.Role, s.RoleName)},
		{"Workspaces", grid.Cell{Text: grantWords(s.Access)}},
		{"API key", grid.Cell{Text: s.APIKey.Hint(), Tone: theme.Accent}},
		{"Key created", grid.Cell{Text: momentText(s.APIKey.CreatedAt)}},
		{"Last used", grid.Cell{Text: momentText(s.APIKey.LastUsedAt)}},
		{"Key ends", grid.Cell{Text: momentText(s.APIKey.ExpiresAt)}},
		{"Old key", grid.Cell{Text: old, Tone: theme.Warn}},
		{"Old key used", grid.Cell{Text: oldUsed}},
		{"Created", grid.Cell{Text: momentText(s.CreatedAt)}},
		{"Created by", grid.Cell{Text: s.Creator}},
		{"Id", grid.Cell{Text: idJSON(s.ID)}},
	}
}

func (e *env) listMachinesCommand() *cobra.Command {
	var narrow machineFilter
	c := listCommand(e, e.machines(), narrow.keep, "List service accounts",
		"  lanyard sa list --role Builder --sort -last_used_at\n  lanyard sa list --workspace web-shop -o csv")
	narrow.flags(c)
	return c
}

// machineFilter is what a list of service accounts is narrowed to.
type machineFilter struct{ roles, workspaces []string }

func (f *machineFilter) flags(c *cobra.Command) {
	c.Flags().StringArrayVar(&f.roles, "role", nil, "only those with the `ROLE`")
	c.Flags().StringArrayVar(&f.workspaces, "workspace", nil, "only those in the workspace `NAME`")
}

// keep returns what lets through what the filter wants, nil for everything.
func (f *machineFilter) keep(ctx context.Context, a *acting) (func(model.ServiceAccount) bool, error) {
	roles, err := findRoles(ctx, a, f.roles)
	if err != nil {
		return nil, err
	}
	spaces, err := findSpaces(ctx, a, f.workspaces)
	if err != nil || len(roles)+len(spaces) == 0 {
		return nil, err
	}
	return func(s model.ServiceAccount) bool {
		return (len(roles) == 0 || slices.Contains(roles, s.Role)) && inSpaces(spaces, s.Workspaces)
	}, nil
}

func (e *env) showMachineCommand() *cobra.Command {
	return showCommand(e, e.machines(), findMachine, "show NAME", "Show everything about a service account but its key", "  lanyard sa show ci-runner")
}

func findMachine(ctx context.Context, a *acting, name string) (target, error) {
	s, err := a.FindServiceAccount(ctx, a.me, name)
	return target{model.KindServiceAccount, s.ID, s.Name}, err
}

func (e *env) setMachinesCommand() *cobra.Command {
	m := &many{noun: "service account", done: "changed", find: findMachine}
	var role string
	s := &changes{}
	s.command = &cobra.Command{
		Use: "set NAME...", Short: "Change service accounts; their keys stay", Args: someNames,
		Example: "  lanyard sa set ci-runner --workspace billing:Contributor --remove-workspace web-shop\n" +
			"  lanyard sa set ci-runner backup --role Builder",
		RunE: func(_ *cobra.Command, names []string) error {
			if err := s.check(names); err != nil {
				return err
			}
			return runSet(e, s, m, e.machines(), names, func(ctx context.Context, a *acting) ([]step, error) {
				steps := s.textSteps((*model.Directory).RenameServiceAccount, (*model.Directory).DescribeServiceAccount)
				if s.has("role") {
					r, err := a.FindRole(ctx, model.ScopeTenant, role)
					if err != nil {
						return nil, err
					}
					steps = append(steps, func(ctx context.Context, a *acting, list []model.Seen) (model.Outcome, error) {
						return a.SetServiceAccountsRole(ctx, a.me, list, r.ID)
					})
				}
				grants, err := s.grantSteps(ctx, a, (*model.Directory).SetServiceAccountsWorkspaceRole)
				return append(steps, grants...), err
			})
		},
	}
	s.texts(true)
	s.command.Flags().StringVar(&role, "role", "", "another `ROLE`")
	s.grants()
	s.more(m)
	return s.command
}

func (e *env) deleteMachinesCommand() *cobra.Command {
	m := &many{
		noun: "service account", done: "deleted", find: findMachine, question: "Delete", follows: "Its API key stops working at once.",
		several: "Their API keys stop working at once.",
		do: each(func(ctx context.Context, a *acting, list []model.Seen) (model.Outcome, error) {
			return a.DeleteServiceAccounts(ctx, a.me, list)
		}),
	}
	return manyCommand(e, m, &cobra.Command{
		Use: "delete NAME...", Short: "Delete service accounts and their keys", Example: "  lanyard sa delete ci-runner --yes",
		SuggestFor: []string{"remove"},
	})
}
