package tui

import (
	"cmp"
	"context"
	"maps"
	"slices"

	tea "charm.land/bubbletea/v2"

	"lanyard/model"
)

// Who is in which group and workspace is edited from both sides: here from the member's, in members_of.go from the other.

// groupEntries are all groups to tick. Those that the acting person may not add anybody to are locked unless they are on.
func (c *console) groupEntries(on []model.ID) []entry {
	in, rules := c.snapshot, c.rules()
	list := make([]entry, in.Groups().Len())
	for i := range list {
		g := in.Groups().At(i)
		e := entry{id: uint64(g.ID), name: g.Name, note: grantList(in, g.Workspaces, "")}
		if slices.Contains(on, g.ID) {
			e.state = 1
		} else {
			e.locked = model.Short(rules.AddToGroup(g.ID))
		}
		list[i] = e
	}
	return list
}

// among asks a snapshot's table for an entry of a list.
func among[R any](of func(*model.Snapshot) *model.Table[R]) func(*model.Snapshot, uint64) bool {
	return func(in *model.Snapshot, id uint64) bool {
		_, ok := of(in).Get(model.ID(id))
		return ok
	}
}

const (
	noGroups     = "No groups yet. Press 3, then n, to make the first."
	noWorkspaces = "No workspaces yet. Press 4, then n, to make the first."
)

func mayEditGroups(r model.Rules, _ person) error { return r.EditMembers() }

// editGroups ticks the groups of a user, or says for many which to join and which to leave.
func (s *usersScreen) editGroups() tea.Cmd {
	u, ok := s.single()
	if !ok {
		return s.editGroupsOfMany()
	}
	l := newChecklist("Groups of "+u.Name, s.c.groupEntries(u.Groups))
	l.empty, l.there, l.about = noGroups, among((*model.Snapshot).Groups), s.about(u)
	l.apply = func(c *console, changed map[uint64]int) tea.Cmd {
		return c.applyPicked(&picked{
			list: l, changed: changed, what: "Groups",
			latest: func(in *model.Snapshot) func(uint64) int {
				u.User, _ = in.Users().Get(u.ID)
				return func(id uint64) int { return tick(slices.Contains(u.Groups, model.ID(id))) }
			},
			plan: func(changed map[uint64]int) pickWork {
				groups, who := s.c.groupsWith(u.Groups, changed), s.seen(u)
				return func(ctx context.Context, d *model.Directory, a model.Actor) (model.Outcome, error) {
					return model.Outcome{}, d.SetUserGroups(ctx, a, who, groups)
				}
			},
		})
	}
	s.c.push(l)
	return nil
}

// tick is the state of an entry that is on or off.
func tick(on bool) int {
	if on {
		return 1
	}
	return 0
}

// groupsWith returns a user's groups with what was ticked and unticked.
func (c *console) groupsWith(list []model.ID, changed map[uint64]int) []model.ID {
	groups := slices.DeleteFunc(slices.Clone(list), func(id model.ID) bool {
		_, there := c.snapshot.Group(id)
		_, differs := changed[uint64(id)]
		return !there || differs
	})
	for id, state := range changed {
		if state > 0 {
			groups = append(groups, model.ID(id))
		}
	}
	slices.Sort(groups)
	return groups
}

// takeOut is the last of the three things that many may be told about a group.
const takeOut = 2

func (s *usersScreen) editGroupsOfMany() tea.Cmd {
	targets, called := s.targets(), s.called()
	entries := s.c.groupEntries(nil)
	l := newChecklist("Groups of "+called, entries)
	l.states, l.empty, l.there = []string{"as it is", "add", "take out"}, noGroups, among((*model.Snapshot).Groups)
	l.apply = func(_ *console, changed map[uint64]int) tea.Cmd {
		said := wording{"Groups of ", called, "changed"}
		return s.changeBy(l, targets, said, func(d *model.Directory, ctx context.Context, a model.Actor, list []model.Seen) (model.Outcome, error) {
			return inTurn(changed, list, func(group model.ID, state int) (model.Outcome, error) {
				if state == takeOut {
					return d.RemoveUsersFromGroup(ctx, a, list, group)
				}
				return d.AddUsersToGroup(ctx, a, list, group)
			})
		})
	}
	s.c.push(l)
	return nil
}

// inTurn does several changes to the same records. Each adds to or takes from what is there and overwrites nothing, so the
// records are taken in whatever version they have by then. They come in the order of their ids, so that what is refused is
// the same each time.
func inTurn(changed map[uint64]int, list []model.Seen, do func(id model.ID, state int) (model.Outcome, error)) (model.Outcome, error) {
	for i := range list {
		list[i].Version = 0
	}
	var total model.Outcome
	refused, same := map[model.ID]bool{}, map[model.ID]int{}
	for _, id := range slices.Sorted(maps.Keys(changed)) {
		out, err := do(model.ID(id), changed[id])
		if err != nil {
			return total, err
		}
		for _, r := range out.Refused {
			refused[r.ID] = true
		}
		for _, who := range out.Same {
			same[who]++
		}
		total.Refused = append(total.Refused, out.Refused...)
	}
	total.Done = len(list) - len(refused)
	for _, seen := range list {
		if same[seen.ID] == len(changed) {
			total.Same = append(total.Same, seen.ID)
		}
	}
	return total, nil
}

// workspaceSetter is one of the Directory's methods that give members a role in a workspace.
type workspaceSetter func(*model.Directory, context.Context, model.Actor, []model.Seen, model.ID, model.ID) (model.Outcome, error)

// workspaceStates are what somebody may be in a workspace: nothing, or one of the roles. The least comes first and Owner
// last, so that one press too few gives less and not more.
func (c *console) workspaceStates() (states []string, roles []model.ID) {
	states, roles = []string{""}, []model.ID{0}
	list := c.snapshot.RolesOf(model.ScopeWorkspace)
	slices.SortStableFunc(list, func(a, b model.Role) int { return cmp.Compare(roleRank(a.ID), roleRank(b.ID)) })
	for _, r := range list {
		states, roles = append(states, r.Name), append(roles, r.ID)
	}
	return states, roles
}

// roleRank puts the account's own roles between Contributor and Owner.
func roleRank(id model.ID) int {
	i := slices.Index([]model.ID{model.RoleViewer, model.RoleContributor, 0, model.RoleOwner}, id)
	if i < 0 {
		return 2
	}
	return i
}

// workspaceEntries are all workspaces with the role that some grants give there.
func (c *console) workspaceEntries(grants []model.WorkspaceGrant, roles []model.ID) []entry {
	in, rules := c.snapshot, c.rules()
	list := make([]entry, in.Workspaces().Len())
	for i := range list {
		w := in.Workspaces().At(i)
		list[i] = entry{id: uint64(w.ID), name: w.Name, note: w.Description, locked: model.Short(rules.EditWorkspaceMembers(w.ID))}
		for _, g := range grants {
			if g.Workspace == w.ID {
				list[i].state = max(0, slices.Index(roles, g.Role))
			}
		}
	}
	return list
}

// grantee is a member whose workspaces are chosen, and how to find them as they are now.
type grantee struct {
	member
	about  *subject
	latest func(*model.Snapshot) member
}

// pickWorkspaces chooses the role of one member in each workspace.
func (c *console) pickWorkspaces(of grantee, set workspaceSetter) tea.Cmd {
	states, roles := c.workspaceStates()
	l := newChecklist("Workspaces of "+of.name, c.workspaceEntries(of.grants, roles))
	l.states, l.empty, l.there, l.about = states, noWorkspaces, among((*model.Snapshot).Workspaces), of.about
	l.apply = func(c *console, changed map[uint64]int) tea.Cmd {
		return c.applyPicked(&picked{
			list: l, changed: changed, what: "Workspaces",
			latest: func(in *model.Snapshot) func(uint64) int {
				now := of.latest(in)
				of.seen = now.seen
				return func(id uint64) int { return max(0, slices.Index(roles, roleAmong(now.grants, model.ID(id)))) }
			},
			plan: func(changed map[uint64]int) pickWork { return setWorkspaces(of.seen, changed, roles, set) },
		})
	}
	c.push(l)
	return nil
}

// setWorkspaces gives one member roles in several workspaces.
func setWorkspaces(seen model.Seen, changed map[uint64]int, roles []model.ID, set workspaceSetter) pickWork {
	return func(ctx context.Context, d *model.Directory, a model.Actor) (model.Outcome, error) {
		var total model.Outcome
		for _, id := range slices.Sorted(maps.Keys(changed)) {
			out, err := set(d, ctx, a, []model.Seen{seen}, model.ID(id), roles[changed[id]])
			if err != nil {
				return total, err
			}
			total = total.And(out)
			if out.Changed() > 0 {
				seen.Version++ // our own change
			}
		}
		return total, nil
	}
}

// roleAmong returns the role that some grants give in a workspace, 0 for none.
func roleAmong(grants []model.WorkspaceGrant, workspace model.ID) model.ID {
	for _, g := range grants {
		if g.Workspace == workspace {
			return g.Role
		}
	}
	return 0
}

// pickWorkspacesOfMany gives all targets a role in some workspaces, or takes them out.
func (s *sheet[T]) pickWorkspacesOfMany(set workspaceSetter) tea.Cmd {
	targets, called := s.targets(), s.called()
	states, roles := s.c.workspaceStates()
	states = append(states, "take out")
	states[0] = "as it is"
	roles = append(roles, 0)
	l := newChecklist("Workspaces of "+called, s.c.workspaceEntries(nil, roles))
	l.states, l.empty, l.there = states, noWorkspaces, among((*model.Snapshot).Workspaces)
	l.apply = func(_ *console, changed map[uint64]int) tea.Cmd {
		said := wording{"Workspaces of ", called, "changed"}
		return s.changeBy(l, targets, said, func(d *model.Directory, ctx context.Context, a model.Actor, list []model.Seen) (model.Outcome, error) {
			return inTurn(changed, list, func(workspace model.ID, state int) (model.Outcome, error) {
				return set(d, ctx, a, list, workspace, roles[state])
			})
		})
	}
	s.c.push(l)
	return nil
}

func (s *usersScreen) editWorkspaces() tea.Cmd {
	u, ok := s.single()
	if !ok {
		return s.pickWorkspacesOfMany((*model.Directory).SetUsersWorkspaceRole)
	}
	latest := func(in *model.Snapshot) member {
		now, _ := in.Users().Get(u.ID)
		return memberOfUser(now)
	}
	return s.c.pickWorkspaces(grantee{memberOfUser(u.User), s.about(u), latest}, (*model.Directory).SetUsersWorkspaceRole)
}

func (s *serviceAccountsScreen) editWorkspaces() tea.Cmd {
	m, ok := s.single()
	if !ok {
		return s.pickWorkspacesOfMany((*model.Directory).SetServiceAccountsWorkspaceRole)
	}
	latest := func(in *model.Snapshot) member {
		now, _ := in.ServiceAccounts().Get(m.ID)
		return memberOfMachine(now)
	}
	return s.c.pickWorkspaces(grantee{memberOfMachine(m.ServiceAccount), s.about(m), latest}, (*model.Directory).SetServiceAccountsWorkspaceRole)
}
