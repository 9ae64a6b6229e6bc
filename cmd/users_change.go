package cmd

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"lanyard/model"
)

// manyCommand is a verb that does something to what its arguments name.
func manyCommand(e *env, m *many, c *cobra.Command) *cobra.Command {
	c.Args = someNames
	c.RunE = func(c *cobra.Command, args []string) error {
		a, err := e.acting(c.Context())
		if err != nil {
			return err
		}
		_, err = m.run(c.Context(), e, a, args)
		return err
	}
	m.flags(c)
	return c
}

func (e *env) cancelCommand() *cobra.Command {
	m := &many{
		noun: "invite", done: "cancelled", find: findInvited, question: "Cancel the invite of", follows: "Its token stops working at once.",
		counts: "user", several: "Their tokens stop working at once.",
		do: each(func(ctx context.Context, a *acting, list []model.Seen) (model.Outcome, error) {
			return a.CancelInvites(ctx, a.me, list)
		}),
	}
	return manyCommand(e, m, &cobra.Command{
		Use: "cancel EMAIL...", Short: "Cancel invitations that weren't accepted", Example: "  lanyard users cancel chiara@example.com --yes",
	})
}

// takeOver is the flag that says what becomes of workspaces that only they own who are about to go.
func takeOver(c *cobra.Command, to *bool) {
	c.Flags().BoolVar(to, "take-over", false, "become Owner of the workspaces that nobody else owns")
}

func (e *env) deactivateCommand() *cobra.Command {
	var handOver bool
	m := &many{
		noun: "user", done: "deactivated", find: findUser,
		do: each(func(ctx context.Context, a *acting, list []model.Seen) (model.Outcome, error) {
			return a.DeactivateUsers(ctx, a.me, list, handOver)
		}),
	}
	c := manyCommand(e, m, &cobra.Command{
		Use: "deactivate EMAIL...", Short: "Block users",
		Long: `Blocks users: they can't act in the account until they are reactivated, and nothing
of theirs is lost. Who is a workspace's only Owner is refused without --take-over.`,
		Example: "  lanyard users deactivate ben@example.com --take-over",
	})
	takeOver(c, &handOver)
	return c
}

func (e *env) reactivateCommand() *cobra.Command {
	m := &many{
		noun: "user", done: "reactivated", find: findUser,
		do: each(func(ctx context.Context, a *acting, list []model.Seen) (model.Outcome, error) {
			return a.ReactivateUsers(ctx, a.me, list)
		}),
	}
	return manyCommand(e, m, &cobra.Command{
		Use: "reactivate EMAIL...", Short: "Unblock users", Example: "  lanyard users reactivate dora@example.com",
	})
}

func (e *env) removeUsersCommand() *cobra.Command {
	var handOver bool
	m := &many{
		noun: "user", done: "removed", find: findUser, question: "Remove", follows: "What they made stays.",
		do: each(func(ctx context.Context, a *acting, list []model.Seen) (model.Outcome, error) {
			return a.RemoveUsers(ctx, a.me, list, handOver)
		}),
	}
	c := manyCommand(e, m, &cobra.Command{
		Use: "remove EMAIL...", Short: "Remove users from the account", SuggestFor: []string{"delete"},
		Long: `Removes users, whether they have joined or not. Nothing else goes: workspaces,
groups and service accounts that they made stay. Who is a workspace's only Owner is
refused without --take-over.`,
		Example: "  lanyard users remove ben@example.com chiara@example.com --take-over --yes",
	})
	takeOver(c, &handOver)
	return c
}

// userChanges are what set can change of a user.
type userChanges struct {
	changes
	role               string
	groups, add, leave []string
	noGroups           bool
}

func (e *env) setUsersCommand() *cobra.Command {
	m := &many{noun: "user", done: "changed", find: findUser}
	s := &userChanges{}
	s.command = &cobra.Command{
		Use: "set EMAIL...", Short: "Change users", Args: someNames,
		Long: `Changes what is given and leaves the rest. Each user is changed in all of it, or left
as they were and reported.`,
		Example: `  lanyard users set ben@example.com --role Consumer --add-group platform
  lanyard users set ben@example.com --workspace billing:Owner
  lanyard users set ben@example.com --remove-workspace web-shop
  lanyard users set ben@example.com --remove-group platform
  lanyard users set ben@example.com dora@example.com --group sre --group platform
  lanyard users set dora@example.com --no-groups
  lanyard users set ben@example.com --name "Ben Okafor" -o json`,
		RunE: func(_ *cobra.Command, args []string) error { return e.setUsers(m, s, args) },
	}
	s.texts(false)
	flags := s.command.Flags()
	flags.StringVar(&s.role, "role", "", "another `ROLE`")
	flags.StringArrayVar(&s.groups, "group", nil, "be in the group `NAME`, and in no other that isn't named so; may be repeated")
	flags.BoolVar(&s.noGroups, "no-groups", false, "be in no group")
	flags.StringArrayVar(&s.add, "add-group", nil, "join the group `NAME`; may be repeated")
	flags.StringArrayVar(&s.leave, "remove-group", nil, "leave the group `NAME`; may be repeated")
	s.grants()
	s.more(m)
	return s.command
}

func (e *env) setUsers(m *many, s *userChanges, names []string) error {
	if err := s.check(names); err != nil {
		return err
	}
	if (s.has("group") || s.noGroups) && (s.has("add-group") || s.has("remove-group")) || s.has("group") && s.noGroups {
		return usage("Use either --group or --no-groups, or --add-group and --remove-group.", "Which groups it should be can't be said in two ways")
	}
	return runSet(e, &s.changes, m, e.users(), names, func(ctx context.Context, a *acting) ([]step, error) {
		steps := s.textSteps((*model.Directory).RenameUser, nil)
		if s.has("role") {
			r, err := a.FindRole(ctx, model.ScopeTenant, s.role)
			if err != nil {
				return nil, err
			}
			steps = append(steps, func(ctx context.Context, a *acting, list []model.Seen) (model.Outcome, error) {
				return a.SetUsersRole(ctx, a.me, list, r.ID)
			})
		}
		more, err := s.groupSteps(ctx, a)
		if err != nil {
			return nil, err
		}
		grants, err := s.grantSteps(ctx, a, (*model.Directory).SetUsersWorkspaceRole)
		return append(append(steps, more...), grants...), err
	})
}

// groupSteps are those of the flags about groups.
func (s *userChanges) groupSteps(ctx context.Context, a *acting) (steps []step, err error) {
	if s.has("group") || s.noGroups {
		ids, err := findGroups(ctx, a, s.groups)
		if err != nil {
			return nil, err
		}
		steps = append(steps, toEach(func(ctx context.Context, a *acting, seen model.Seen) error {
			return a.SetUserGroups(ctx, a.me, seen, ids)
		}))
	}
	moves := []struct {
		names []string
		do    func(*model.Directory, context.Context, model.Actor, []model.Seen, model.ID) (model.Outcome, error)
	}{{s.add, (*model.Directory).AddUsersToGroup}, {s.leave, (*model.Directory).RemoveUsersFromGroup}}
	for _, move := range moves {
		ids, err := findGroups(ctx, a, move.names)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			steps = append(steps, func(ctx context.Context, a *acting, list []model.Seen) (model.Outcome, error) {
				return move.do(a.Directory, ctx, a.me, list, id)
			})
		}
	}
	return steps, nil
}

// runSet changes what the arguments name, and answers with what became of it if JSON is asked for.
func runSet[T, D any](
	e *env, s *changes, m *many, l *listing[T, D], names []string, plan func(context.Context, *acting) ([]step, error),
) error {
	ctx := s.command.Context()
	a, err := e.acting(ctx)
	if err != nil {
		return err
	}
	steps, err := plan(ctx, a)
	if err != nil {
		return err
	}
	m.do, m.quiet = wholly(steps, s.version), s.output == outputJSON
	done, err := m.run(ctx, e, a, names)
	if m.quiet && len(done) > 0 {
		err = errors.Join(err, l.answers(ctx, e, a, done))
	}
	return err
}
