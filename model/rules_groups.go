package model

import (
	"fmt"
	"slices"
	"strings"
)

// MayIn answers whether the actor holds a permission in a workspace: through their own role there, a group, or as an Admin.
func (r Rules) MayIn(workspace ID, want Permission) error {
	if err := r.active(); err != nil {
		return err
	}
	if _, there := r.in.Workspace(workspace); !there {
		return gone("workspace")
	}
	if accessOf(r.in, r.Actor, workspace).Allows(want) {
		return nil
	}
	return &Error{
		Kind: ErrNotPermitted, What: fmt.Sprintf("You lack %s in %s", want, r.workspaceName(workspace)),
		Short: "needs " + string(want), Hint: "Ask one of its Owners or an Admin.",
	}
}

func (r Rules) workspaceName(id ID) string {
	if w, ok := r.in.Workspace(id); ok {
		return w.Name
	}
	return "a workspace that isn't there any more"
}

// CreateGroup answers whether the actor may create groups.
func (r Rules) CreateGroup() error { return r.May(PermAccountEdit) }

// EditGroup answers whether the actor may change a group's name or description.
func (r Rules) EditGroup(Group) error { return r.May(PermAccountEdit) }

// DeleteGroup answers whether the actor may delete a group.
func (r Rules) DeleteGroup(Group) error { return r.May(PermAccountEdit) }

// EditMembers answers whether the actor may change who is in groups at all.
func (r Rules) EditMembers() error { return r.May(PermAccountEdit) }

// AddToGroup answers whether the actor may add users to a group: nobody hands out more than they hold, so they must hold
// all that the group gives.
func (r Rules) AddToGroup(id ID) error {
	if err := r.May(PermAccountEdit); err != nil {
		return err
	}
	g, ok := r.in.Group(id)
	if !ok {
		return gone("group")
	}
	return r.grantAll(g.Workspaces)
}

// grantAll asks about roles in several workspaces. Those that are gone give nothing.
func (r Rules) grantAll(list []WorkspaceGrant) error {
	for _, grant := range list {
		if _, there := r.in.Workspace(grant.Workspace); !there {
			continue
		}
		if err := r.grantIn(grant.Workspace, grant.Role); err != nil {
			return err
		}
	}
	return nil
}

// CreateWorkspace answers whether the actor may create workspaces.
func (r Rules) CreateWorkspace() error { return r.May(PermAccountEdit) }

// EditWorkspace answers whether the actor may change a workspace's name or description.
func (r Rules) EditWorkspace(Workspace) error { return r.May(PermAccountEdit) }

// DeleteWorkspace answers whether the actor may delete a workspace.
func (r Rules) DeleteWorkspace(Workspace) error { return r.May(PermAccountEdit) }

// EditWorkspaceMembers answers whether the actor may change who is in a workspace.
func (r Rules) EditWorkspaceMembers(workspace ID) error {
	if r.May(PermAccountEdit) == nil {
		return nil
	}
	return r.MayIn(workspace, PermWSManage)
}

// SetWorkspaceRole answers whether the actor may give somebody a role in a workspace, or take it away with role 0.
func (r Rules) SetWorkspaceRole(workspace, role ID) error {
	if _, ok := r.in.Workspace(workspace); !ok {
		return gone("workspace")
	}
	if err := r.EditWorkspaceMembers(workspace); err != nil {
		return err
	}
	if role == 0 {
		return nil
	}
	return r.grantIn(workspace, role)
}

// grantIn answers whether the actor may give a role in a workspace: they have to hold there what it allows.
func (r Rules) grantIn(workspace, id ID) error {
	role, ok := r.in.Role(id)
	if !ok || role.Scope != ScopeWorkspace {
		return noRole()
	}
	own := accessOf(r.in, r.Actor, workspace)
	for _, p := range role.Permissions {
		if !own.Allows(p) {
			where := r.workspaceName(workspace)
			return &Error{
				Kind: ErrNotPermitted, What: fmt.Sprintf("You can't give the role %s in %s: it allows %s and you don't hold that there", role.Name, where, p),
				Short: "allows more than you hold there", Hint: "Choose a role that allows no more than yours.",
			}
		}
	}
	return nil
}

// OnlyOwnerOf returns the workspaces whose only Owner a user is, among the Active users.
func (r Rules) OnlyOwnerOf(u User) []ID {
	var list []ID
	for _, id := range u.references().owned {
		if _, there := r.in.Workspace(id); there && slices.Equal(r.in.Tally(id).Owners, []ID{u.ID}) {
			list = append(list, id)
		}
	}
	return list
}

// keepsOwner refuses to take a user's ownership of a workspace away when nobody else owns it.
func (r Rules) keepsOwner(u User, workspace ID) error {
	if !slices.Contains(r.OnlyOwnerOf(u), workspace) {
		return nil
	}
	return r.lastOwner(u, []ID{workspace}, "Make another Active user its Owner first.")
}

// canTakeOver answers whether what only this user owns can be handed to the actor when the user goes: to an Admin, who may
// do everything there anyway.
func (r Rules) canTakeOver(u User) error {
	list := r.OnlyOwnerOf(u)
	if len(list) == 0 || u.ID != r.Actor.ID && r.role(r.Actor.Role).reachesAll() {
		return nil
	}
	return r.lastOwner(u, list, "Make another Active user Owner first.")
}

func (r Rules) lastOwner(u User, list []ID, hint string) error {
	const named = 5
	var names []string
	for _, id := range list[:min(len(list), named)] {
		names = append(names, r.workspaceName(id))
	}
	what := u.Name + " is the only Owner of " + strings.Join(names, ", ")
	if len(list) > named {
		what += " and others"
	}
	return &Error{
		Kind: ErrLastOwner, What: what,
		Short: "the only Owner of " + names[0], Hint: hint,
	}
}

// CreateRole answers whether the actor may create a role with these permissions: those that they hold themselves.
func (r Rules) CreateRole(list []Permission) error {
	if err := r.May(PermAccountEdit); err != nil {
		return err
	}
	own := r.role(r.Actor.Role)
	for _, p := range list {
		if !own.Allows(p) {
			return &Error{
				Kind: ErrNotPermitted, What: fmt.Sprintf("You can't make a role that allows %s: yours doesn't", p),
				Short: "allows more than your role", Hint: "Choose from what your own role allows.",
			}
		}
	}
	return nil
}

// EditRole answers whether the actor may change a role.
func (r Rules) EditRole(role Role) error {
	if err := r.May(PermAccountEdit); err != nil {
		return err
	}
	if role.BuiltIn() {
		return &Error{
			Kind: ErrNotPermitted, What: role.Name + " is built in and stays as it is", Short: "built in",
			Hint: "Make a role of your own instead.",
		}
	}
	return nil
}

// SetRolePermissions answers whether the actor may have a role allow these permissions: what is added, they must hold. A
// role that somebody has in a workspace gives it there, so that only who holds it in every workspace may add to it.
func (r Rules) SetRolePermissions(role Role, list []Permission) error {
	if err := r.EditRole(role); err != nil {
		return err
	}
	added := slices.DeleteFunc(slices.Clone(list), role.Allows)
	if err := r.CreateRole(added); err != nil || len(added) == 0 || r.role(r.Actor.Role).reachesAll() {
		return err
	}
	if role.Scope == ScopeTenant {
		return r.completes(role, list)
	}
	if r.in.Tally(role.ID).Total() == 0 {
		return nil
	}
	return &Error{
		Kind: ErrNotPermitted, What: fmt.Sprintf("You can't add %s to %s: it is in use, and you don't hold that in every workspace", added[0], role.Name),
		Short: "in use where you hold less", Hint: "Make another role, or ask an Admin.",
	}
}

// completes refuses to add to a role of the account what makes it reach every workspace together with what it allows
// already: that is more than what is added.
func (r Rules) completes(role Role, list []Permission) error {
	completed := Role{Scope: role.Scope, Permissions: list}
	if role.reachesAll() || !completed.reachesAll() {
		return nil
	}
	return &Error{
		Kind: ErrNotPermitted, Short: "would reach every workspace", Hint: "Choose one of the two, or ask an Admin.",
		What: fmt.Sprintf("You can't have %s allow both %s and %s: that reaches every workspace", role.Name, PermAccountEdit, PermWSManage),
	}
}

// DeleteRole answers whether the actor may delete a role: one that nobody has.
func (r Rules) DeleteRole(role Role) error {
	if err := r.EditRole(role); err != nil {
		return err
	}
	if r.in.Tally(role.ID).Total() > 0 {
		return &Error{
			Kind: ErrInUse, What: role.Name + " is in use", Short: "in use",
			Hint: "Give them another role first.",
		}
	}
	return nil
}
