package cmd

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"lanyard/model"
	"lanyard/tui/grid"
	"lanyard/tui/text"
)

const groupsLong = `Groups are users who share what the group may do in workspaces. A group is named by
its name or its id. Who is in it: lanyard users list --group NAME`

func (e *env) groupsCommand() *cobra.Command {
	return nounCommand("groups", "Put users together who share their workspaces", groupsLong,
		"  lanyard groups create oncall --description \"At night\"\n  lanyard groups add oncall ben@example.com",
		e.listGroupsCommand(), e.showGroupCommand(), e.createGroupCommand(), e.setGroupsCommand(), e.deleteGroupsCommand(),
		e.moveCommand("add GROUP EMAIL...", "Add users to a group", [2]string{"added to", "already in"},
			"  lanyard groups add sre ben@example.com dora@example.com", (*model.Directory).AddUsersToGroup),
		e.moveCommand("remove GROUP EMAIL...", "Take users out of a group", [2]string{"taken out of", "not in"},
			"  lanyard groups remove platform ben@example.com", (*model.Directory).RemoveUsersFromGroup))
}

// groupList describes the lists of groups.
func (e *env) groupList() *listing[model.Group, model.GroupDetails] {
	type g = model.GroupDetails
	return &listing[model.Group, g]{
		noun: "group", empty: "No groups yet. Create the first: lanyard groups create NAME",
		rows:   func(a *acting) model.List[model.Group, g] { return a.Groups(a.me) },
		id:     func(g g) model.ID { return g.ID },
		search: func(g g) []string { return []string{g.Name, g.Description, spaceNames(g.Access)} },
		answer: func(g g) any { return groupJSON(g) },
		facts: func(g g) []fact {
			return []fact{
				{"Name", grid.Cell{Text: g.Name}},
				{"Description", grid.Cell{Text: g.Description}},
				{"Users", grid.Cell{Text: count(g.Users, "")}},
				{"Workspaces", grid.Cell{Text: grantWords(g.Access)}},
				{"Created", grid.Cell{Text: momentText(g.CreatedAt)}},
				{"Created by", grid.Cell{Text: g.Creator}},
				{"Id", grid.Cell{Text: idJSON(g.ID)}},
			}
		},
		columns: []column[g]{
			{key: "id", plain: func(g g) string { return idJSON(g.ID) }, order: func(g g) string { return numberOrder(int(g.ID)) }},
			{key: "name", title: "Name", least: 14, plain: func(g g) string { return g.Name }},
			{key: "description", title: "Description", least: 11, yields: 3, plain: func(g g) string { return g.Description }},
			numberColumn("users", "Users", 1, func(g g) int { return g.Users }),
			{
				key: "workspaces", title: "Workspaces", least: 10, yields: 2, plain: func(g g) string { return grantWords(g.Access) },
			},
			{key: "created_by", plain: func(g g) string { return g.Creator }},
			createdColumn(func(g g) time.Time { return g.CreatedAt }),
		},
	}
}

// createdColumn is a column of when something was created.
func createdColumn[D any](at func(D) time.Time) column[D] {
	return column[D]{
		key: "created_at", title: "Created", least: 10, yields: 4,
		plain: func(row D) string { return timeText(at(row)) },
		cell:  func(row D) grid.Cell { return grid.Cell{Text: dayText(at(row))} },
	}
}

// numberColumn is a column of counts.
func numberColumn[D any](key, title string, yields int, n func(D) int) column[D] {
	return column[D]{
		key: key, title: title, least: len(title), yields: yields, right: true,
		plain: func(row D) string { return fmt.Sprint(n(row)) },
		cell:  func(row D) grid.Cell { return grid.Cell{Text: count(n(row), "")} },
		order: func(row D) string { return numberOrder(n(row)) },
	}
}

func (e *env) listGroupsCommand() *cobra.Command {
	var workspaces []string
	choose := func(ctx context.Context, a *acting) (func(model.Group) bool, error) {
		spaces, err := findSpaces(ctx, a, workspaces)
		if err != nil || len(spaces) == 0 {
			return nil, err
		}
		return func(g model.Group) bool { return inSpaces(spaces, g.Workspaces) }, nil
	}
	c := listCommand(e, e.groupList(), choose, "List groups", "  lanyard groups list --sort name\n  lanyard groups list --workspace web-shop")
	c.Flags().StringArrayVar(&workspaces, "workspace", nil, "only those in the workspace `NAME`")
	return c
}

func (e *env) showGroupCommand() *cobra.Command {
	return showCommand(e, e.groupList(), findGroup, "show NAME", "Show everything about a group", "  lanyard groups show platform")
}

func findGroup(ctx context.Context, a *acting, name string) (target, error) {
	g, err := a.FindGroup(ctx, a.me, name)
	return target{model.KindGroup, g.ID, g.Name}, err
}

// createCommand is the verb create of a noun whose records have a name and a description.
func createCommand[T, D any](
	e *env, l *listing[T, D], short, example string, create func(context.Context, *acting, model.Draft) (target, error),
) *cobra.Command {
	var draft model.Draft
	var output string
	c := &cobra.Command{
		Use: "create NAME", Short: short, Example: example, Args: oneName,
		RunE: func(c *cobra.Command, args []string) error {
			draft.Name = args[0]
			a, err := e.acting(c.Context())
			if err != nil {
				return err
			}
			made, err := create(c.Context(), a, draft)
			if err != nil {
				return err
			}
			if output == outputJSON {
				return l.show(c.Context(), e, a, made.id, output)
			}
			_, err = fmt.Fprintln(e.out, "Created the "+l.noun, text.Clean(made.name))
			return err
		},
	}
	c.Flags().StringVar(&draft.Description, "description", "", "what it is for, in one line of `TEXT`")
	outputFlag(c, &output)
	return c
}

func (e *env) createGroupCommand() *cobra.Command {
	return createCommand(e, e.groupList(), "Create a group", "  lanyard groups create oncall --description \"At night\"",
		func(ctx context.Context, a *acting, draft model.Draft) (target, error) {
			g, err := a.CreateGroup(ctx, a.me, draft)
			return target{model.KindGroup, g.ID, g.Name}, err
		})
}

func (e *env) setGroupsCommand() *cobra.Command {
	m := &many{noun: "group", done: "changed", find: findGroup}
	s := &changes{}
	s.command = &cobra.Command{
		Use: "set NAME...", Short: "Change groups, and what their members may do in workspaces", Args: someNames,
		Example: "  lanyard groups set platform --workspace web-shop:Contributor\n  lanyard groups set platform --remove-workspace web-shop",
		RunE: func(_ *cobra.Command, names []string) error {
			if err := s.check(names); err != nil {
				return err
			}
			return runSet(e, s, m, e.groupList(), names, func(ctx context.Context, a *acting) ([]step, error) {
				steps := s.textSteps((*model.Directory).RenameGroup, (*model.Directory).DescribeGroup)
				grants, err := s.grantSteps(ctx, a, (*model.Directory).SetGroupsWorkspaceRole)
				return append(steps, grants...), err
			})
		},
	}
	s.texts(true)
	s.grants()
	s.more(m)
	return s.command
}

func (e *env) deleteGroupsCommand() *cobra.Command {
	m := &many{
		noun: "group", done: "deleted", find: findGroup, question: "Delete",
		follows: "The members stay in the account, without what the group gave them.",
		several: "The members stay in the account, without what the groups gave them.",
		do: each(func(ctx context.Context, a *acting, list []model.Seen) (model.Outcome, error) {
			return a.DeleteGroups(ctx, a.me, list)
		}),
	}
	return manyCommand(e, m, &cobra.Command{
		Use: "delete NAME...", Short: "Delete groups; their members stay", Example: "  lanyard groups delete platform --yes",
	})
}

// moveCommand puts users into a group or takes them out. done says what became of them, and what they are who were so already.
func (e *env) moveCommand(
	use, short string, done [2]string, example string,
	move func(*model.Directory, context.Context, model.Actor, []model.Seen, model.ID) (model.Outcome, error),
) *cobra.Command {
	m := &many{noun: "user", find: findUser}
	c := &cobra.Command{
		Use: use, Short: short, Example: example, Args: someNames,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) < 2 {
				return wrongArgs(c, "A group and its users have to be named")
			}
			a, err := e.acting(c.Context())
			if err != nil {
				return err
			}
			g, err := a.FindGroup(c.Context(), a.me, args[0])
			if err != nil {
				return err
			}
			m.done, m.already = done[0]+" "+g.Name, done[1]+" "+g.Name
			m.do = each(func(ctx context.Context, a *acting, list []model.Seen) (model.Outcome, error) {
				return move(a.Directory, ctx, a.me, list, g.ID)
			})
			_, err = m.run(c.Context(), e, a, slices.Clone(args[1:]))
			return err
		},
	}
	m.flags(c)
	return c
}
