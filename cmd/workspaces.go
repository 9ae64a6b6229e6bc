package cmd

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"lanyard/model"
	"lanyard/tui/grid"
)

const workspacesLong = `Workspaces have users, groups and service accounts as members, each with a role there. A
workspace is named by its name or its id. Who is in it: lanyard users list --workspace
NAME, and so for groups and service accounts.`

func (e *env) workspacesCommand() *cobra.Command {
	return nounCommand("workspaces", "Say who works where, with which role", workspacesLong,
		"  lanyard workspaces create payments\n  lanyard workspaces add payments ben@example.com --role Contributor",
		e.listSpacesCommand(), e.showSpaceCommand(), e.createSpaceCommand(), e.setSpacesCommand(), e.deleteSpacesCommand(),
		e.addMembersCommand(), e.removeMembersCommand())
}

// spaces describes the lists of workspaces.
func (e *env) spaces() *listing[model.Workspace, model.WorkspaceDetails] {
	type w = model.WorkspaceDetails
	id := func(w w) model.ID { return w.Workspace.ID }
	return &listing[model.Workspace, w]{
		noun: "workspace", empty: "No workspaces yet. Create the first: lanyard workspaces create NAME",
		rows:   func(a *acting) model.List[model.Workspace, w] { return a.Workspaces(a.me) },
		id:     id,
		search: func(w w) []string { return []string{w.Name, w.Description, strings.Join(w.Owners, ", ")} },
		answer: func(w w) any { return spaceJSON(w) },
		facts: func(w w) []fact {
			return []fact{
				{"Name", grid.Cell{Text: w.Name}},
				{"Description", grid.Cell{Text: w.Description}},
				{"Owners", grid.Cell{Text: strings.Join(w.Owners, ", ")}},
				{"Users", grid.Cell{Text: count(w.Users, "")}},
				{"Groups", grid.Cell{Text: count(w.Groups, "")}},
				{"Services", grid.Cell{Text: count(w.ServiceAccounts, "")}},
				{"Created", grid.Cell{Text: momentText(w.CreatedAt)}},
				{"Created by", grid.Cell{Text: w.Creator}},
				{"Id", grid.Cell{Text: idJSON(w.Workspace.ID)}},
			}
		},
		columns: []column[w]{
			{key: "id", plain: func(w w) string { return idJSON(id(w)) }, order: func(w w) string { return numberOrder(int(id(w))) }},
			{key: "name", title: "Name", least: 14, plain: func(w w) string { return w.Name }},
			{key: "description", title: "Description", least: 11, yields: 6, plain: func(w w) string { return w.Description }},
			{key: "owners", title: "Owners", least: 14, yields: 2, plain: func(w w) string { return strings.Join(w.Owners, ", ") }},
			numberColumn("users", "Users", 1, func(w w) int { return w.Users }),
			numberColumn("groups", "Groups", 3, func(w w) int { return w.Groups }),
			numberColumn("service_accounts", "Services", 3, func(w w) int { return w.ServiceAccounts }),
			{key: "created_by", plain: func(w w) string { return w.Creator }},
			createdColumn(func(w w) time.Time { return w.CreatedAt }),
		},
	}
}

func (e *env) listSpacesCommand() *cobra.Command {
	var owners []string
	choose := func(ctx context.Context, a *acting) (func(model.Workspace) bool, error) {
		owned, err := ownedBy(ctx, a, owners)
		if err != nil || len(owners) == 0 {
			return nil, err
		}
		return func(w model.Workspace) bool { return slices.Contains(owned, w.ID) }, nil
	}
	c := listCommand(e, e.spaces(), choose, "List workspaces",
		"  lanyard workspaces list --sort -users --limit 10\n  lanyard workspaces list --owner ana@example.com")
	c.Flags().StringArrayVar(&owners, "owner", nil, "only those that the user with this `EMAIL` owns")
	return c
}

// ownedBy are the workspaces that one of some users owns.
func ownedBy(ctx context.Context, a *acting, emails []string) (owned []model.ID, err error) {
	for _, email := range emails {
		u, err := a.FindUser(ctx, a.me, email)
		if err != nil {
			return nil, err
		}
		for _, g := range u.Workspaces {
			if g.Role == model.RoleOwner && u.Status == model.StatusActive {
				owned = append(owned, g.Workspace)
			}
		}
	}
	return owned, nil
}

func (e *env) showSpaceCommand() *cobra.Command {
	return showCommand(e, e.spaces(), findSpace, "show NAME", "Show everything about a workspace", "  lanyard workspaces show web-shop")
}

func findSpace(ctx context.Context, a *acting, name string) (target, error) {
	w, err := a.FindWorkspace(ctx, a.me, name)
	return target{model.KindWorkspace, w.ID, w.Name}, err
}

func (e *env) createSpaceCommand() *cobra.Command {
	return createCommand(e, e.spaces(), "Create a workspace; you become its Owner", "  lanyard workspaces create payments --description \"Invoices\"",
		func(ctx context.Context, a *acting, draft model.Draft) (target, error) {
			w, err := a.CreateWorkspace(ctx, a.me, draft)
			return target{model.KindWorkspace, w.ID, w.Name}, err
		})
}

func (e *env) setSpacesCommand() *cobra.Command {
	m := &many{noun: "workspace", done: "changed", find: findSpace}
	s := &changes{}
	s.command = &cobra.Command{
		Use: "set NAME...", Short: "Change workspaces", Args: someNames, Example: "  lanyard workspaces set web-shop --name shop",
		RunE: func(_ *cobra.Command, names []string) error {
			if err := s.check(names); err != nil {
				return err
			}
			return runSet(e, s, m, e.spaces(), names, func(context.Context, *acting) ([]step, error) {
				return s.textSteps((*model.Directory).RenameWorkspace, (*model.Directory).DescribeWorkspace), nil
			})
		},
	}
	s.texts(true)
	s.more(m)
	return s.command
}

func (e *env) deleteSpacesCommand() *cobra.Command {
	m := &many{
		noun: "workspace", done: "deleted", find: findSpace, question: "Delete", follows: "The members stay in the account.",
		do: each(func(ctx context.Context, a *acting, list []model.Seen) (model.Outcome, error) {
			return a.DeleteWorkspaces(ctx, a.me, list)
		}),
	}
	return manyCommand(e, m, &cobra.Command{
		Use: "delete NAME...", Short: "Delete workspaces; their members stay in the account", Example: "  lanyard workspaces delete web-shop --yes",
	})
}

// members are who is put into a workspace or taken out: users by the arguments, others by flags.
type members struct{ groups, machines []string }

func (m *members) flags(c *cobra.Command) {
	c.Flags().StringArrayVar(&m.groups, "group", nil, "a group's `NAME`; may be repeated")
	c.Flags().StringArrayVar(&m.machines, "service-account", nil, "a service account's `NAME`; may be repeated")
}

// names are all members, each with its kind before it, for find.
func (m *members) names(users []string) []string {
	list := slices.Clone(users)
	for _, g := range m.groups {
		list = append(list, groupMember+g)
	}
	for _, s := range m.machines {
		list = append(list, machineMember+s)
	}
	return list
}

// What stands before the names of members that aren't users. No name can begin so.
const (
	groupMember   = "group\x00"
	machineMember = "service account\x00"
)

func findMember(ctx context.Context, a *acting, name string) (target, error) {
	if name, ok := strings.CutPrefix(name, groupMember); ok {
		return findGroup(ctx, a, name)
	}
	if name, ok := strings.CutPrefix(name, machineMember); ok {
		return findMachine(ctx, a, name)
	}
	return findUser(ctx, a, name)
}

// grantWork gives members of all kinds a role in a workspace, or with role 0 takes them out.
func grantWork(workspace, role model.ID) work {
	setters := []struct {
		kind model.Kind
		set  grantSetter
	}{
		{model.KindUser, (*model.Directory).SetUsersWorkspaceRole},
		{model.KindGroup, (*model.Directory).SetGroupsWorkspaceRole},
		{model.KindServiceAccount, (*model.Directory).SetServiceAccountsWorkspaceRole},
	}
	return func(ctx context.Context, a *acting, list []target) (total model.Outcome, err error) {
		for _, s := range setters {
			var seen []model.Seen
			for _, t := range list {
				if t.kind == s.kind {
					seen = append(seen, model.Seen{ID: t.id})
				}
			}
			out, err := s.set(a.Directory, ctx, a.me, seen, workspace, role)
			total = total.And(out)
			if err != nil {
				return total, err
			}
		}
		return total, nil
	}
}

func (e *env) addMembersCommand() *cobra.Command {
	var who members
	var role string
	m := &many{noun: "member", find: findMember}
	c := &cobra.Command{
		Use: "add WORKSPACE [EMAIL...] --role ROLE", Short: "Add members, or give them another role", Args: someNames,
		Long: `Gives users, groups and service accounts a role in a workspace. Who is in it already
has the new role afterwards.`,
		Example: `  lanyard workspaces add web-shop ben@example.com --role Contributor
  lanyard workspaces add web-shop --group sre --service-account backup --role Viewer`,
		RunE: func(c *cobra.Command, args []string) error {
			if role == "" {
				return usage("Add --role ROLE; see what there is: lanyard roles list --scope workspace", "What they may do there has to be said")
			}
			return e.changeMembers(c, m, &who, args, func(ctx context.Context, a *acting) (model.ID, error) {
				r, err := a.FindRole(ctx, model.ScopeWorkspace, role)
				m.done, m.already = "added as "+r.Name, "already there as "+r.Name
				return r.ID, err
			})
		},
	}
	c.Flags().StringVar(&role, "role", "", "the `ROLE` there: Owner, Contributor, Viewer or a custom one")
	who.flags(c)
	m.flags(c)
	return c
}

func (e *env) removeMembersCommand() *cobra.Command {
	var who members
	m := &many{noun: "member", find: findMember}
	c := &cobra.Command{
		Use: "remove WORKSPACE [EMAIL...]", Short: "Take members out of a workspace", Args: someNames,
		Example: "  lanyard workspaces remove web-shop ben@example.com\n  lanyard workspaces remove web-shop --group platform --service-account ci-runner",
		RunE: func(c *cobra.Command, args []string) error {
			return e.changeMembers(c, m, &who, args, func(context.Context, *acting) (model.ID, error) {
				m.done, m.already = "taken out", "not in it"
				return 0, nil
			})
		},
	}
	who.flags(c)
	m.flags(c)
	return c
}

func (e *env) changeMembers(
	c *cobra.Command, m *many, who *members, args []string, role func(context.Context, *acting) (model.ID, error),
) error {
	names := who.names(args[1:])
	if len(names) == 0 {
		return wrongArgs(c, "A workspace and its members have to be named")
	}
	ctx := c.Context()
	a, err := e.acting(ctx)
	if err != nil {
		return err
	}
	w, err := a.FindWorkspace(ctx, a.me, args[0])
	if err != nil {
		return err
	}
	r, err := role(ctx, a)
	if err != nil {
		return err
	}
	m.do = grantWork(w.ID, r)
	_, err = m.run(ctx, e, a, names)
	return err
}
