package model

import "slices"

// UserDetails is a user with what it refers to.
type UserDetails struct {
	User
	RoleName string
	Groups   []Group           // by name
	Access   []WorkspaceAccess // those that they were added to themselves, by the workspaces' names
	Inviter  string            // the email of who invited them; "" for the founder, and for somebody who was removed
}

func (b *browser) user(u User) UserDetails {
	out := UserDetails{User: u, RoleName: b.roleName(u.Role), Access: b.access(u.Workspaces), Inviter: b.email(u.InvitedBy)}
	for _, id := range u.Groups {
		if g, ok := b.Group(id); ok {
			out.Groups = append(out.Groups, g)
		}
	}
	slices.SortFunc(out.Groups, func(x, y Group) int { return compareNames(x.Name, y.Name) })
	return out
}

// access returns what some grants name, by name.
func (b *browser) access(list []WorkspaceGrant) []WorkspaceAccess {
	out := accessTo(b, list)
	slices.SortFunc(out, func(x, y WorkspaceAccess) int { return compareNames(x.Workspace.Name, y.Workspace.Name) })
	return out
}

// ServiceAccountDetails is a service account with what it refers to.
type ServiceAccountDetails struct {
	ServiceAccount
	RoleName string
	APIKey   APIKey
	OldKey   *APIKey           // the key before the last rotation while it is still good, else nil
	Access   []WorkspaceAccess // by the workspaces' names
	Creator  string            // the email of who created it, "" for somebody who was removed
}

func (b *browser) serviceAccount(s ServiceAccount) ServiceAccountDetails {
	out := ServiceAccountDetails{ServiceAccount: s, RoleName: b.roleName(s.Role), Access: b.access(s.Workspaces), Creator: b.email(s.CreatedBy)}
	out.APIKey, _ = b.apiKey(s.Key)
	if old, ok := previousKey(b, s, b.now); ok {
		out.OldKey = &old
	}
	return out
}

// GroupDetails is a group with what it refers to, and how many are in it.
type GroupDetails struct {
	Group
	Users   int
	Access  []WorkspaceAccess // by the workspaces' names
	Creator string            // the email of who created it, "" for somebody who was removed
}

func (b *browser) group(g Group) GroupDetails {
	return GroupDetails{Group: g, Users: b.Tally(g.ID).Users, Access: b.access(g.Workspaces), Creator: b.email(g.CreatedBy)}
}

// WorkspaceDetails is a workspace with who is in it.
type WorkspaceDetails struct {
	Workspace
	Tally
	Owners  []string // the emails of the Active users who own it, sorted
	Creator string   // the email of who created it, "" for somebody who was removed
}

func (b *browser) workspace(w Workspace) WorkspaceDetails {
	out := WorkspaceDetails{Workspace: w, Tally: b.Tally(w.ID), Creator: b.email(w.CreatedBy)}
	for _, id := range out.Tally.Owners {
		if email := b.email(id); email != "" {
			out.Owners = append(out.Owners, email)
		}
	}
	slices.Sort(out.Owners)
	return out
}

// RoleDetails is a role with who has it.
type RoleDetails struct {
	Role
	Tally
	Creator string // the email of who created it; "" for a built-in role, and for somebody who was removed
}

func (b *browser) role(r Role) RoleDetails {
	return RoleDetails{Role: r, Tally: b.Tally(r.ID), Creator: b.email(r.CreatedBy)}
}
