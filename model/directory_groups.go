package model

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
)

// Draft is the name and the description of something to create.
type Draft struct{ Name, Description string }

func (d Draft) clean() (Draft, error) {
	var err error
	if d.Name, err = CleanName(d.Name); err != nil {
		return d, err
	}
	d.Description, err = CleanDescription(d.Description)
	return d, err
}

// CreateGroup creates a group without members.
func (d *Directory) CreateGroup(ctx context.Context, actor Actor, draft Draft) (Group, error) {
	var g Group
	draft, err := draft.clean()
	if err != nil {
		return g, err
	}
	err = d.update(ctx, actor, func(c *change) (err error) {
		g, err = c.createGroup(draft)
		return err
	})
	return g, err
}

func (c *change) createGroup(draft Draft) (g Group, err error) {
	id, err := c.newID(Rules.CreateGroup)
	if err != nil {
		return g, err
	}
	g = Group{ID: id, Version: 1, Name: draft.Name, Description: draft.Description, CreatedBy: c.actor.ID, CreatedAt: c.now}
	return g, groups.create(c, g)
}

// newID returns the id of a new record, if the rules let it be made.
func (c *change) newID(may func(Rules) error) (ID, error) {
	rules, err := c.rules()
	if err != nil {
		return 0, err
	}
	if err := may(rules); err != nil {
		return 0, err
	}
	return c.NextID()
}

// RenameGroup changes a group's name.
func (d *Directory) RenameGroup(ctx context.Context, actor Actor, seen Seen, name string) error {
	return groups.rename(ctx, d, actor, seen, Rules.EditGroup, name)
}

// DescribeGroup changes a group's description.
func (d *Directory) DescribeGroup(ctx context.Context, actor Actor, seen Seen, description string) error {
	return groups.describe(ctx, d, actor, seen, Rules.EditGroup, description)
}

// DeleteGroups deletes groups. Their members stay, without what the groups gave them.
func (d *Directory) DeleteGroups(ctx context.Context, actor Actor, list []Seen) (Outcome, error) {
	ctx = OneStep(ctx)
	out, err := d.each(ctx, actor, list, func(c *change, seen Seen) (string, error) {
		return groups.delete(c, seen, Rules.DeleteGroup, func(g Group) []Change {
			lost := differs("members", members(c.Tally(g.ID).Users), "")
			return append(lost, differs("workspaces", c.grantNames(g.Workspaces), "")...)
		})
	})
	return out, d.sweepAfter(ctx, actor, out, err)
}

func members(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// CreateWorkspace creates a workspace. Whoever creates it becomes its Owner.
func (d *Directory) CreateWorkspace(ctx context.Context, actor Actor, draft Draft) (Workspace, error) {
	var w Workspace
	draft, err := draft.clean()
	if err != nil {
		return w, err
	}
	err = d.update(ctx, actor, func(c *change) (err error) {
		w, err = c.createWorkspace(draft)
		return err
	})
	return w, err
}

func (c *change) createWorkspace(draft Draft) (w Workspace, err error) {
	id, err := c.newID(Rules.CreateWorkspace)
	if err != nil {
		return w, err
	}
	w = Workspace{ID: id, Version: 1, Name: draft.Name, Description: draft.Description, CreatedBy: c.actor.ID, CreatedAt: c.now}
	if err := workspaces.create(c, w); err != nil {
		return w, err
	}
	return w, c.setUserGrant(c.actor.ID, id, RoleOwner, "user.set_workspace_role")
}

// RenameWorkspace changes a workspace's name.
func (d *Directory) RenameWorkspace(ctx context.Context, actor Actor, seen Seen, name string) error {
	return workspaces.rename(ctx, d, actor, seen, Rules.EditWorkspace, name)
}

// DescribeWorkspace changes a workspace's description.
func (d *Directory) DescribeWorkspace(ctx context.Context, actor Actor, seen Seen, description string) error {
	return workspaces.describe(ctx, d, actor, seen, Rules.EditWorkspace, description)
}

// DeleteWorkspaces deletes workspaces. Their members stay in the account.
func (d *Directory) DeleteWorkspaces(ctx context.Context, actor Actor, list []Seen) (Outcome, error) {
	ctx = OneStep(ctx)
	out, err := d.each(ctx, actor, list, func(c *change, seen Seen) (string, error) {
		return workspaces.delete(c, seen, Rules.DeleteWorkspace, func(w Workspace) []Change {
			lost := differs("members", members(c.Tally(w.ID).Total()), "")
			if err := c.sweepOwners(w.ID); err != nil {
				c.fault = err
			}
			return lost
		})
	})
	return out, d.sweepAfter(ctx, actor, out, err)
}

// RoleDraft is a custom role to create.
type RoleDraft struct {
	Draft
	Scope       Scope
	Permissions []Permission
}

// CreateRole creates a custom role.
func (d *Directory) CreateRole(ctx context.Context, actor Actor, draft RoleDraft) (Role, error) {
	var r Role
	text, err := draft.clean()
	if err != nil {
		return r, err
	}
	draft.Draft = text
	err = d.update(ctx, actor, func(c *change) (err error) {
		r, err = c.createRole(draft)
		return err
	})
	return r, err
}

// createRole makes a role of texts that were cleaned.
func (c *change) createRole(draft RoleDraft) (r Role, err error) {
	list, err := CleanPermissions(draft.Scope, draft.Permissions)
	if err != nil {
		return r, err
	}
	id, err := c.newID(func(rules Rules) error { return rules.CreateRole(list) })
	if err != nil {
		return r, err
	}
	r = Role{
		ID: id, Version: 1, Name: draft.Name, Description: draft.Description, Scope: draft.Scope, Permissions: list,
		CreatedBy: c.actor.ID, CreatedAt: c.now,
	}
	return r, roles.create(c, r, Change{"scope", "", r.Scope.String()}, Change{"permissions", "", permissionNames(list)})
}

func permissionNames(list []Permission) string {
	names := make([]string, len(list))
	for i, p := range list {
		names[i] = string(p)
	}
	return strings.Join(names, ", ")
}

// RoleName returns what a role is called, for who has no snapshot.
func (d *Directory) RoleName(ctx context.Context, id ID) (string, error) {
	if r, ok := BuiltInRole(id); ok {
		return r.Name, nil
	}
	var name string
	err := d.store.View(ctx, func(tx ReadTx) error {
		r, err := load(tx, KindRole, id, decodeRole)
		name = r.Name
		return err
	})
	return name, err
}

// RenameRole changes a custom role's name.
func (d *Directory) RenameRole(ctx context.Context, actor Actor, seen Seen, name string) error {
	return roles.rename(ctx, d, actor, seen, Rules.EditRole, name)
}

// DescribeRole changes a custom role's description.
func (d *Directory) DescribeRole(ctx context.Context, actor Actor, seen Seen, description string) error {
	return roles.describe(ctx, d, actor, seen, Rules.EditRole, description)
}

// SetRolePermissions changes what a custom role allows, for everybody who has it.
func (d *Directory) SetRolePermissions(ctx context.Context, actor Actor, seen Seen, list []Permission) error {
	return d.update(ctx, actor, func(c *change) error { return c.setRolePermissions(seen, list) })
}

func (c *change) setRolePermissions(seen Seen, list []Permission) error {
	var clean []Permission
	may := func(rules Rules, r Role) (err error) {
		if err := rules.EditRole(r); err != nil {
			return err
		}
		if clean, err = CleanPermissions(r.Scope, list); err != nil {
			return err
		}
		return rules.SetRolePermissions(r, clean)
	}
	_, err := roles.change(c, seen, "set_permissions", may, func(r *Role) ([]Change, error) {
		was := permissionNames(r.Permissions)
		r.Permissions = clean
		return differs("permissions", was, permissionNames(clean)), nil
	})
	return err
}

// DeleteRoles deletes custom roles that nobody has. ErrInUse names some who have it.
func (d *Directory) DeleteRoles(ctx context.Context, actor Actor, list []Seen) (Outcome, error) {
	return d.each(ctx, actor, list, func(c *change, seen Seen) (string, error) {
		name, err := roles.delete(c, seen, Rules.DeleteRole, func(r Role) []Change {
			return []Change{{"scope", r.Scope.String(), ""}, {"permissions", permissionNames(r.Permissions), ""}}
		})
		if errors.Is(err, ErrInUse) {
			return name, c.nameHolders(name, seen.ID, err)
		}
		return name, err
	})
}

// namedHolders is how many of those who have a role are named.
const namedHolders = 3

// nameHolders adds to the refusal of a role's deletion who has it.
func (c *change) nameHolders(name string, role ID, refusal error) error {
	var names []string
	more := false
	note := func(holder string, r references) bool {
		if slices.Contains(r.counted, role) {
			more = len(names) == namedHolders
			if !more {
				names = append(names, holder)
			}
		}
		return !more
	}
	err := errors.Join(
		scanAll(c, KindUser, decodeUser, func(u User) bool { return note(u.Name, u.references()) }),
		scanAll(c, KindServiceAccount, decodeServiceAccount, func(s ServiceAccount) bool { return note(s.Name, s.references()) }),
		scanAll(c, KindGroup, decodeGroup, func(g Group) bool { return note(g.Name, g.references()) }),
	)
	if err != nil || len(names) == 0 {
		return cmp.Or(err, refusal)
	}
	who, has := strings.Join(names, ", "), "have"
	if more {
		who += " and others"
	} else if len(names) == 1 {
		has = "has"
	}
	return &Error{Kind: ErrInUse, What: name + " is in use: " + who + " " + has + " it", Short: "in use", Hint: "Give them another role first."}
}

// scanAll decodes all records of a kind until visit returns false.
func scanAll[T any](tx ReadTx, kind Kind, decode decodeFunc[T], visit func(T) bool) error {
	var bad error
	err := tx.Scan(kind, 0, func(id ID, b []byte) bool {
		r, ok := decode(id, b, false)
		if !ok {
			bad = undecodable(kind, id)
			return false
		}
		return visit(r)
	})
	return errors.Join(err, bad)
}
