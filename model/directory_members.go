package model

import (
	"context"
	"slices"
	"strings"
)

// groupNames lists groups in words, for events. Those that are gone are left out.
func (c *change) groupNames(list []ID) string {
	var names []string
	for _, id := range list {
		if g, ok := c.Group(id); ok {
			names = append(names, g.Name)
		}
	}
	return strings.Join(names, ", ")
}

// grantNames lists memberships in words, for events: "web (Owner), ops (Viewer)".
func (c *change) grantNames(list []WorkspaceGrant) string {
	var names []string
	for _, g := range list {
		if w, ok := c.Workspace(g.Workspace); ok {
			names = append(names, w.Name+" ("+c.roleName(g.Role)+")")
		}
	}
	return strings.Join(names, ", ")
}

// grantName is one role in a workspace in words, "" for none.
func (c *change) grantName(list []WorkspaceGrant, workspace ID) string {
	role := roleIn(list, workspace)
	if role == 0 {
		return ""
	}
	return c.grantNames([]WorkspaceGrant{{workspace, role}})
}

// AddUsersToGroup makes users members of a group.
func (d *Directory) AddUsersToGroup(ctx context.Context, actor Actor, list []Seen, group ID) (Outcome, error) {
	may := func(r Rules, _ User) error { return r.AddToGroup(group) }
	return d.each(ctx, actor, list, func(c *change, seen Seen) (string, error) {
		return c.changeUser(seen, "user.join_group", may, func(u *User) ([]Change, error) {
			if slices.Contains(u.Groups, group) {
				return nil, nil
			}
			u.Groups = append(slices.Clone(u.Groups), group)
			return differs("group", "", c.groupNames([]ID{group})), nil
		})
	})
}

// RemoveUsersFromGroup takes users out of a group.
func (d *Directory) RemoveUsersFromGroup(ctx context.Context, actor Actor, list []Seen, group ID) (Outcome, error) {
	may := func(r Rules, _ User) error { return r.EditMembers() }
	return d.each(ctx, actor, list, func(c *change, seen Seen) (string, error) {
		return c.changeUser(seen, "user.leave_group", may, func(u *User) ([]Change, error) {
			if !slices.Contains(u.Groups, group) {
				return nil, nil
			}
			u.Groups = slices.DeleteFunc(slices.Clone(u.Groups), func(id ID) bool { return id == group })
			return differs("group", c.groupNames([]ID{group}), ""), nil
		})
	})
}

// SetUserGroups makes a user a member of these groups and no others.
func (d *Directory) SetUserGroups(ctx context.Context, actor Actor, seen Seen, groups []ID) error {
	return d.update(ctx, actor, func(c *change) error { return c.setUserGroups(seen, groups) })
}

func (c *change) setUserGroups(seen Seen, groups []ID) error {
	may := func(r Rules, u User) error {
		if err := r.EditMembers(); err != nil {
			return err
		}
		for _, id := range groups {
			if slices.Contains(u.Groups, id) {
				continue
			}
			if err := r.AddToGroup(id); err != nil {
				return err
			}
		}
		return nil
	}
	_, err := c.changeUser(seen, "user.set_groups", may, func(u *User) ([]Change, error) {
		old := c.liveGroups(u.Groups)
		stays := slices.DeleteFunc(slices.Clone(old), func(id ID) bool { return !slices.Contains(groups, id) })
		u.Groups = c.liveGroups(append(stays, groups...))
		return differs("groups", c.groupNames(old), c.groupNames(u.Groups)), nil
	})
	return err
}

// liveGroups returns the groups of a list that are there, each once.
func (c *change) liveGroups(list []ID) []ID {
	var live []ID
	for _, id := range list {
		if _, there := c.Group(id); there && !slices.Contains(live, id) {
			live = append(live, id)
		}
	}
	return live
}

// SetUsersWorkspaceRole gives users a role in a workspace, or with role 0 takes them out of it.
func (d *Directory) SetUsersWorkspaceRole(ctx context.Context, actor Actor, list []Seen, workspace, role ID) (Outcome, error) {
	return d.each(ctx, actor, list, func(c *change, seen Seen) (string, error) { return c.setUserWorkspaceRole(seen, workspace, role) })
}

func (c *change) setUserWorkspaceRole(seen Seen, workspace, role ID) (string, error) {
	may := func(r Rules, u User) error {
		if err := r.SetWorkspaceRole(workspace, role); err != nil || role == RoleOwner {
			return err
		}
		return r.keepsOwner(u, workspace)
	}
	return c.changeUser(seen, "user.set_workspace_role", may, func(u *User) ([]Change, error) {
		return c.regrant(&u.Workspaces, workspace, role), nil
	})
}

// regrant changes one role in a list of them, and says what changed.
func (c *change) regrant(list *[]WorkspaceGrant, workspace, role ID) []Change {
	was := c.grantName(*list, workspace)
	*list = granted(*list, workspace, role)
	return differs("workspace", was, c.grantName(*list, workspace))
}

// setUserGrant gives one user a role in a workspace as part of another change, which has asked the rules.
func (c *change) setUserGrant(user, workspace, role ID, action string) error {
	yes := func(Rules, User) error { return nil }
	_, err := c.changeUser(Seen{ID: user}, action, yes, func(u *User) ([]Change, error) {
		return c.regrant(&u.Workspaces, workspace, role), nil
	})
	return err
}

// SetGroupsWorkspaceRole gives groups a role in a workspace, which all their members inherit, or with role 0 takes them out.
func (d *Directory) SetGroupsWorkspaceRole(ctx context.Context, actor Actor, list []Seen, workspace, role ID) (Outcome, error) {
	return d.each(ctx, actor, list, func(c *change, seen Seen) (string, error) { return c.setGroupWorkspaceRole(seen, workspace, role) })
}

func (c *change) setGroupWorkspaceRole(seen Seen, workspace, role ID) (string, error) {
	may := func(r Rules, _ Group) error { return r.SetWorkspaceRole(workspace, role) }
	return groups.change(c, seen, "set_workspace_role", may, func(g *Group) ([]Change, error) {
		return c.regrant(&g.Workspaces, workspace, role), nil
	})
}

// SetServiceAccountsWorkspaceRole gives service accounts a role in a workspace, or with role 0 takes them out of it.
func (d *Directory) SetServiceAccountsWorkspaceRole(ctx context.Context, actor Actor, list []Seen, workspace, role ID) (Outcome, error) {
	return d.each(ctx, actor, list, func(c *change, seen Seen) (string, error) { return c.setMachineWorkspaceRole(seen, workspace, role) })
}

func (c *change) setMachineWorkspaceRole(seen Seen, workspace, role ID) (string, error) {
	may := func(r Rules, _ ServiceAccount) error { return r.SetWorkspaceRole(workspace, role) }
	return serviceAccounts.change(c, seen, "set_workspace_role", may, func(s *ServiceAccount) ([]Change, error) {
		return c.regrant(&s.Workspaces, workspace, role), nil
	})
}
