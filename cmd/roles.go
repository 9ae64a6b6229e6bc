package cmd

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"lanyard/model"
	"lanyard/tui"
	"lanyard/tui/grid"
)

const rolesLong = `Roles are sets of permissions: a tenant role is what somebody may do in the account, a
workspace role what they may do in one workspace. A role is named by its name or its id.
Built-in roles stay as they are.`

func (e *env) rolesCommand() *cobra.Command {
	return nounCommand("roles", "See what each role allows; make roles of your own", rolesLong,
		"  lanyard roles list\n  lanyard roles create Deployer --scope workspace --permission workspace:execute",
		e.listRolesCommand(), e.showRoleCommand(), e.createRoleCommand(), e.setRolesCommand(), e.deleteRolesCommand())
}

// roleList describes the lists of roles.
func (e *env) roleList() *listing[model.Role, model.RoleDetails] {
	type r = model.RoleDetails
	id := func(r r) model.ID { return r.Role.ID }
	permissions := func(r r) string { return strings.Join(permissionNames(r.Permissions), ", ") }
	return &listing[model.Role, r]{
		noun: "role", empty: "No roles.",
		rows:   func(a *acting) model.List[model.Role, r] { return a.Roles(a.me) },
		id:     id,
		search: func(r r) []string { return []string{r.Name, r.Description, r.Scope.String(), permissions(r)} },
		answer: func(r r) any { return roleJSON(r) },
		facts:  roleFacts,
		columns: []column[r]{
			{key: "id", plain: func(r r) string { return idJSON(id(r)) }, order: func(r r) string { return numberOrder(int(id(r))) }},
			{
				key: "name", title: "Name", least: 12,
				plain: func(r r) string { return r.Name }, cell: func(r r) grid.Cell { return tui.RoleCell(id(r), r.Name) },
			},
			{key: "description", title: "Description", least: 11, yields: 5, plain: func(r r) string { return r.Description }},
			{key: "scope", title: "Scope", least: 9, yields: 2, plain: func(r r) string { return r.Scope.String() }},
			{key: "type", title: "Type", least: 8, yields: 3, plain: func(r r) string { return roleType(r.Role) }},
			{key: "permissions", title: "Permissions", least: 14, yields: 4, plain: permissions},
			numberColumn("users", "Users", 1, func(r r) int { return r.Users }),
			numberColumn("groups", "Groups", 6, func(r r) int { return r.Groups }),
			numberColumn("service_accounts", "Services", 6, func(r r) int { return r.ServiceAccounts }),
			{key: "created_by", plain: func(r r) string { return r.Creator }},
			{key: "created_at", plain: func(r r) string { return timeText(r.CreatedAt) }},
		},
	}
}

func roleFacts(r model.RoleDetails) []fact {
	facts := []fact{
		{"Name", tui.RoleCell(r.Role.ID, r.Name)},
		{"Description", grid.Cell{Text: r.Description}},
		{"Scope", grid.Cell{Text: r.Scope.String()}},
		{"Type", grid.Cell{Text: roleType(r.Role)}},
		{"Users", grid.Cell{Text: count(r.Users, "")}},
		{"Groups", grid.Cell{Text: count(r.Groups, "")}},
		{"Services", grid.Cell{Text: count(r.ServiceAccounts, "")}},
	}
	label := "Allows"
	for _, p := range r.Scope.Permissions() {
		if r.Allows(p) {
			facts = append(facts, fact{label, grid.Cell{Text: string(p) + ": " + p.Help()}})
			label = ""
		}
	}
	return append(facts, fact{"Created", grid.Cell{Text: momentText(r.CreatedAt)}}, fact{"Created by", grid.Cell{Text: r.Creator}},
		fact{"Id", grid.Cell{Text: idJSON(r.Role.ID)}})
}

func (e *env) listRolesCommand() *cobra.Command {
	var scope, kind string
	kinds := []string{builtInType, customType}
	choose := func(context.Context, *acting) (func(model.Role) bool, error) {
		if kind != "" && !slices.Contains(kinds, kind) {
			return nil, usage("Choose "+orList(kinds)+".", "%q is no type of role", kind)
		}
		if scope == "" && kind == "" {
			return nil, nil //nolint:nilnil // all are kept
		}
		s, err := model.Scope(0), error(nil)
		if scope != "" {
			s, err = parseScope(scope)
		}
		return func(r model.Role) bool {
			return (scope == "" || r.Scope == s) && (kind == "" || roleType(r) == kind)
		}, err
	}
	c := listCommand(e, e.roleList(), choose, "List roles, the built-in ones first",
		"  lanyard roles list --scope workspace -o json\n  lanyard roles list --type custom")
	c.Flags().StringVar(&scope, "scope", "", "only those of the `SCOPE` tenant or workspace")
	choices(c, "scope", model.ScopeTenant.String(), model.ScopeWorkspace.String())
	c.Flags().StringVar(&kind, "type", "", "only those of the `TYPE` built-in or custom")
	choices(c, "type", kinds...)
	return c
}

func parseScope(s string) (model.Scope, error) {
	for _, scope := range []model.Scope{model.ScopeTenant, model.ScopeWorkspace} {
		if strings.EqualFold(s, scope.String()) {
			return scope, nil
		}
	}
	return 0, usage("Choose tenant or workspace.", "%q is no scope", s)
}

func (e *env) showRoleCommand() *cobra.Command {
	return showCommand(e, e.roleList(), findRole, "show NAME", "Show what a role allows, and how many have it", "  lanyard roles show Builder")
}

func findRole(ctx context.Context, a *acting, name string) (target, error) {
	r, err := a.FindRoleOfAny(ctx, a.me, name)
	return target{model.KindRole, r.ID, r.Name}, err
}

func (e *env) createRoleCommand() *cobra.Command {
	var scope string
	var list []string
	c := createCommand(e, e.roleList(), "Create a role",
		"  lanyard roles create Deployer --scope workspace --permission workspace:execute\n"+
			"  lanyard roles create Inviter --permission account:view --permission account:invite",
		func(ctx context.Context, a *acting, draft model.Draft) (target, error) {
			s, err := parseScope(scope)
			if err != nil {
				return target{}, err
			}
			permissions, err := parsePermissions(list)
			if err != nil {
				return target{}, err
			}
			r, err := a.CreateRole(ctx, a.me, model.RoleDraft{Draft: draft, Scope: s, Permissions: permissions})
			return target{model.KindRole, r.ID, r.Name}, err
		})
	c.Flags().StringVar(&scope, "scope", "tenant", "where it applies: `SCOPE` tenant or workspace")
	choices(c, "scope", model.ScopeTenant.String(), model.ScopeWorkspace.String())
	c.Flags().StringArrayVar(&list, "permission", nil, "a `PERMISSION` that it allows; may be repeated")
	return c
}

// roleChanges are what set can change of a role.
type roleChanges struct {
	changes
	only, add, drop []string
}

func (e *env) setRolesCommand() *cobra.Command {
	m := &many{noun: "role", done: "changed", find: findRole}
	s := &roleChanges{}
	s.command = &cobra.Command{
		Use: "set NAME...", Short: "Change custom roles, for everybody who has them", Args: someNames,
		Example: "  lanyard roles set Auditor --add-permission service_account:reveal_key\n" +
			"  lanyard roles set Auditor --remove-permission service_account:reveal_key\n" +
			"  lanyard roles set Auditor --permission account:view --permission account:invite",
		RunE: func(_ *cobra.Command, names []string) error { return e.setRoles(m, s, names) },
	}
	s.texts(true)
	flags := s.command.Flags()
	flags.StringArrayVar(&s.only, "permission", nil, "allow this `PERMISSION`, and no other that isn't named so; may be repeated")
	flags.StringArrayVar(&s.add, "add-permission", nil, "allow this `PERMISSION` too; may be repeated")
	flags.StringArrayVar(&s.drop, "remove-permission", nil, "don't allow this `PERMISSION` any more; may be repeated")
	s.more(m)
	return s.command
}

func (e *env) setRoles(m *many, s *roleChanges, names []string) error {
	if err := s.check(names); err != nil {
		return err
	}
	if s.has("permission") && (s.has("add-permission") || s.has("remove-permission")) {
		return usage("Use either --permission, or --add-permission and --remove-permission.", "What it should allow can't be said in two ways")
	}
	var lists [3][]model.Permission
	for i, list := range [][]string{s.only, s.add, s.drop} {
		var err error
		if lists[i], err = parsePermissions(list); err != nil {
			return err
		}
	}
	only, add, drop := lists[0], lists[1], lists[2]
	return runSet(e, &s.changes, m, e.roleList(), names, func(context.Context, *acting) ([]step, error) {
		steps := s.textSteps((*model.Directory).RenameRole, (*model.Directory).DescribeRole)
		if len(only)+len(add)+len(drop) > 0 {
			steps = append(steps, toEach(func(ctx context.Context, a *acting, seen model.Seen) error {
				want := only
				if len(want) == 0 {
					r, err := a.Roles(a.me).One(ctx, seen.ID)
					if err != nil {
						return err
					}
					want = changed(r.Role, add, drop)
				}
				return a.SetRolePermissions(ctx, a.me, seen, want)
			}))
		}
		return steps, nil
	})
}

// changed is what a role allows, what is implied written out, with some permissions added and some removed.
func changed(r model.Role, add, drop []model.Permission) []model.Permission {
	var want []model.Permission
	for _, p := range r.Scope.Permissions() {
		removed := slices.ContainsFunc(drop, p.Implies) // or what is left would bring it back
		if r.Allows(p) && !removed || slices.Contains(add, p) {
			want = append(want, p)
		}
	}
	for _, p := range add {
		if !slices.Contains(want, p) {
			want = append(want, p) // for the rules to refuse
		}
	}
	return want
}

func (e *env) deleteRolesCommand() *cobra.Command {
	m := &many{
		noun: "role", done: "deleted", find: findRole, question: "Delete",
		do: each(func(ctx context.Context, a *acting, list []model.Seen) (model.Outcome, error) {
			return a.DeleteRoles(ctx, a.me, list)
		}),
	}
	return manyCommand(e, m, &cobra.Command{
		Use: "delete NAME...", Short: "Delete custom roles that nobody has", Example: "  lanyard roles delete Auditor --yes",
		SuggestFor: []string{"remove"},
	})
}
