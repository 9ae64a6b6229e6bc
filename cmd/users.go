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

const usersLong = `Users are the people of the account. A user is named by their email or their id.`

func (e *env) usersCommand() *cobra.Command {
	return nounCommand("users", "Invite people; set their roles; block and remove them", usersLong,
		"  lanyard users list --status invited\n  lanyard users invite ben@example.net --role Builder",
		e.listUsersCommand(), e.showUserCommand(), e.inviteCommand(), e.resendCommand(), e.cancelCommand(), e.acceptCommand(),
		e.setUsersCommand(), e.deactivateCommand(), e.reactivateCommand(), e.removeUsersCommand())
}

// users describes the lists of users.
func (e *env) users() *listing[model.User, model.UserDetails] {
	return &listing[model.User, model.UserDetails]{
		noun: "user", empty: "No users yet. Invite the first: lanyard users invite EMAIL",
		rows: func(a *acting) model.List[model.User, model.UserDetails] { return a.Users(a.me) },
		id:   func(u model.UserDetails) model.ID { return u.ID },
		search: func(u model.UserDetails) []string {
			status := tui.StatusCell(u.User, u.Expired(e.now()))
			return append([]string{u.Name, u.Email, u.RoleName, status.Text, spaceNames(u.Access)}, groupNames(u.Groups)...)
		},
		answer: func(u model.UserDetails) any { return userJSON(u, e.now()) },
		facts:  e.userFacts, columns: e.userColumns(),
		more: []column[model.UserDetails]{{key: "invite_note", plain: noteText}},
	}
}

func (e *env) userColumns() []column[model.UserDetails] {
	type u = model.UserDetails
	return []column[u]{
		{key: "id", plain: func(u u) string { return idJSON(u.ID) }, order: func(u u) string { return numberOrder(int(u.ID)) }},
		{key: "name", title: "Name", least: 14, plain: func(u u) string { return u.Name }},
		{key: "email", title: "Email", least: 16, yields: 1, plain: func(u u) string { return u.Email }},
		{
			key: "role", title: "Role", least: 8, yields: 3, plain: func(u u) string { return u.RoleName },
			cell: func(u u) grid.Cell { return tui.RoleCell(u.Role, u.RoleName) },
		},
		{key: "groups", title: "Groups", least: 6, yields: 4, plain: func(u u) string { return strings.Join(groupNames(u.Groups), ", ") }},
		{
			key: "workspaces", title: "Workspaces", least: 10, yields: 6, plain: func(u u) string { return grantWords(u.Access) },
			cell: func(u u) grid.Cell { return grid.Cell{Text: spaceNames(u.Access)} },
		},
		{
			key: "status", title: "Status", least: 12, yields: 2, plain: func(u u) string { return statusWord(u.Status) },
			cell: func(u u) grid.Cell { return tui.StatusCell(u.User, u.Expired(e.now())) },
		},
		{key: "invite_expires_at", plain: func(u u) string { return timeText(u.Invitation.ExpiresAt) }},
		{key: "invite_delivery", plain: func(u u) string { return deliveryWord(u.User) }},
		{key: "invited_by", plain: func(u u) string { return u.Inviter }},
		{key: "invited_at", plain: func(u u) string { return timeText(u.InvitedAt) }},
		{
			key: "joined_at", title: "Joined", least: 10, yields: 7, plain: func(u u) string { return timeText(u.JoinedAt) },
			cell: func(u u) grid.Cell { return grid.Cell{Text: dayText(u.JoinedAt)} },
		},
		{
			key: "last_seen_at", title: "Last seen", least: 16, yields: 8, plain: func(u u) string { return timeText(u.LastSeenAt) },
			cell: func(u u) grid.Cell { return grid.Cell{Text: momentText(u.LastSeenAt)} },
		},
	}
}

// noteText is the note of an invitation that is open.
func noteText(u model.UserDetails) string {
	if u.Status != model.StatusInvited {
		return ""
	}
	return u.Invitation.Note
}

func (e *env) userFacts(u model.UserDetails) []fact {
	facts := []fact{
		{"Name", grid.Cell{Text: u.Name}},
		{"Email", grid.Cell{Text: u.Email}},
		{"Role", tui.RoleCell(u.Role, u.RoleName)},
		{"Status", tui.StatusCell(u.User, u.Expired(e.now()))},
		{"Groups", grid.Cell{Text: strings.Join(groupNames(u.Groups), ", ")}},
		{"Workspaces", grid.Cell{Text: grantWords(u.Access)}},
		{"Invited by", grid.Cell{Text: u.Inviter}},
		{"Invited", grid.Cell{Text: momentText(u.InvitedAt)}},
	}
	if u.Status == model.StatusInvited {
		facts = append(facts, fact{"Invite ends", grid.Cell{Text: momentText(u.Invitation.ExpiresAt)}},
			fact{"Mail", grid.Cell{Text: u.Invitation.Delivery.String()}}, fact{"Note", grid.Cell{Text: u.Invitation.Note}})
	}
	return append(facts, fact{"Joined", grid.Cell{Text: momentText(u.JoinedAt)}}, fact{"Last seen", grid.Cell{Text: momentText(u.LastSeenAt)}},
		fact{"Id", grid.Cell{Text: idJSON(u.ID)}})
}

// userFilter is what a list of users is narrowed to: one of the values of each flag that was given.
type userFilter struct{ statuses, roles, groups, workspaces, mails []string }

func (e *env) listUsersCommand() *cobra.Command {
	var narrow userFilter
	c := listCommand(e, e.users(), narrow.keep, "List users", `  lanyard users list --status invited --role Builder
  lanyard users list --group platform --sort name --limit 20
  lanyard users list --workspace web-shop --match ben -o json
  lanyard users list --mail failed --mail not_sent`)
	c.Long = `Lists users in the order in which they were invited, or sorted. A flag that is given
several times takes any of its values; different flags all have to fit. Who may not
see the account sees themselves.`
	narrow.flags(c)
	return c
}

func (f *userFilter) flags(c *cobra.Command) {
	c.Flags().StringArrayVar(&f.statuses, "status", nil, "only those with the `STATUS` active, inactive or invited")
	choices(c, "status", wordsFor(statuses, statusWord)...)
	c.Flags().StringArrayVar(&f.roles, "role", nil, "only those with the `ROLE`")
	c.Flags().StringArrayVar(&f.groups, "group", nil, "only those in the group `NAME`")
	c.Flags().StringArrayVar(&f.workspaces, "workspace", nil, "only those added to the workspace `NAME` themselves")
	c.Flags().StringArrayVar(&f.mails, "mail", nil, "only those whose invitation's mail is `STATE`: sent, failed or not_sent")
	choices(c, "mail", deliveries...)
}

// keep returns what lets through what the filter wants, nil for everything.
func (f *userFilter) keep(ctx context.Context, a *acting) (func(model.User) bool, error) {
	var wanted []model.Status
	for _, s := range f.statuses {
		status, err := parseStatus(s)
		if err != nil {
			return nil, err
		}
		wanted = append(wanted, status)
	}
	if err := checkDeliveries(f.mails); err != nil {
		return nil, err
	}
	roles, err := findRoles(ctx, a, f.roles)
	if err != nil {
		return nil, err
	}
	groups, err := findGroups(ctx, a, f.groups)
	if err != nil {
		return nil, err
	}
	spaces, err := findSpaces(ctx, a, f.workspaces)
	if err != nil || len(wanted)+len(roles)+len(groups)+len(spaces)+len(f.mails) == 0 {
		return nil, err
	}
	return func(u model.User) bool {
		inGroup := func(id model.ID) bool { return slices.Contains(u.Groups, id) }
		return fits(wanted, u.Status) && fits(f.mails, deliveryWord(u)) && fits(roles, u.Role) &&
			(len(groups) == 0 || slices.ContainsFunc(groups, inGroup)) && inSpaces(spaces, u.Workspaces)
	}, nil
}

// fits reports whether a value is one of those that are wanted, or whether none is asked for.
func fits[T comparable](wanted []T, value T) bool {
	return len(wanted) == 0 || slices.Contains(wanted, value)
}

// inSpaces reports whether one of the grants is in one of the workspaces, or whether none is asked for.
func inSpaces(spaces []model.ID, list []model.WorkspaceGrant) bool {
	return len(spaces) == 0 || slices.ContainsFunc(list, func(g model.WorkspaceGrant) bool { return slices.Contains(spaces, g.Workspace) })
}

// findRoles finds roles of the account by their names.
func findRoles(ctx context.Context, a *acting, names []string) ([]model.ID, error) {
	var ids []model.ID
	for _, name := range names {
		r, err := a.FindRole(ctx, model.ScopeTenant, name)
		if err != nil {
			return nil, err
		}
		ids = append(ids, r.ID)
	}
	return ids, nil
}

// findSpaces finds workspaces by their names.
func findSpaces(ctx context.Context, a *acting, names []string) ([]model.ID, error) {
	var ids []model.ID
	for _, name := range names {
		w, err := a.FindWorkspace(ctx, a.me, name)
		if err != nil {
			return nil, err
		}
		ids = append(ids, w.ID)
	}
	return ids, nil
}

func (e *env) showUserCommand() *cobra.Command {
	return showCommand(e, e.users(), findUser, "show EMAIL", "Show everything about a user", "  lanyard users show ben@example.com -o json")
}

func findUser(ctx context.Context, a *acting, name string) (target, error) {
	u, err := a.FindUser(ctx, a.me, name)
	return target{model.KindUser, u.ID, u.Email}, err
}

// findInvited finds somebody whose invitation is to be sent anew or cancelled, which takes no leave to see all users.
func findInvited(ctx context.Context, a *acting, name string) (target, error) {
	u, err := a.FindInvited(ctx, a.me, name)
	return target{model.KindUser, u.ID, u.Email}, err
}

// showCommand is the verb show of a noun.
func showCommand[T, D any](e *env, l *listing[T, D], find finder, use, short, example string) *cobra.Command {
	var output string
	c := &cobra.Command{
		Use: use, Short: short, Example: example, Args: oneName,
		RunE: func(c *cobra.Command, args []string) error {
			a, err := e.acting(c.Context())
			if err != nil {
				return err
			}
			t, err := find(c.Context(), a, args[0])
			if err != nil {
				return err
			}
			return l.show(c.Context(), e, a, t.id, output)
		},
	}
	outputFlag(c, &output, outputCSV)
	return c
}
