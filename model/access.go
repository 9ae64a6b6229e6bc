package model

import "slices"

// facts are what the rules look up beside the actor's own record: a Snapshot for a screen, a transaction for a Directory.
type facts interface {
	Role(id ID) (Role, bool)
	Group(id ID) (Group, bool)
	Workspace(id ID) (Workspace, bool)
	Tally(id ID) Tally
	apiKey(id ID) (APIKey, bool)
}

// Source is one thing through which somebody may do something in a workspace.
type Source struct {
	Role  Role
	Group string // the group that gives it; "" for their own role
	Admin bool   // the role is their tenant role, which reaches every workspace
}

// Access is what somebody may do in one workspace, and through what. It is the union of what all sources allow.
type Access []Source

// Allows reports whether any source allows a permission.
func (a Access) Allows(want Permission) bool {
	return slices.ContainsFunc(a, func(s Source) bool { return s.Role.Allows(want) })
}

// Permissions returns all that is allowed, what is implied included, in the catalogue's order.
func (a Access) Permissions() []Permission {
	var list []Permission
	for _, p := range ScopeWorkspace.Permissions() {
		if a.Allows(p) {
			list = append(list, p)
		}
	}
	return list
}

// accessOf returns what a user may do in a workspace. Who isn't Active may do nothing, which is for the caller to ask.
func accessOf(in facts, u User, workspace ID) Access {
	var a Access
	if role, ok := in.Role(u.Role); ok && role.reachesAll() {
		a = append(a, Source{Role: role, Admin: true})
	}
	if role, ok := in.Role(roleIn(u.Workspaces, workspace)); ok {
		a = append(a, Source{Role: role})
	}
	for _, id := range u.Groups {
		g, ok := in.Group(id)
		if !ok {
			continue
		}
		if role, ok := in.Role(roleIn(g.Workspaces, workspace)); ok {
			a = append(a, Source{Role: role, Group: g.Name})
		}
	}
	return a
}

// Reach is a workspace that somebody reaches, and how.
type Reach struct {
	Workspace Workspace
	Access    Access
}

// Reaches returns the workspaces that a user was added to, themselves or through a group, and what they may do there, by
// name. An Admin reaches all others too: see ReachesAll.
func (s *Snapshot) Reaches(u User) []Reach {
	ids := map[ID]bool{}
	for _, g := range u.Workspaces {
		ids[g.Workspace] = true
	}
	for _, id := range u.Groups {
		if group, ok := s.Group(id); ok {
			for _, g := range group.Workspaces {
				ids[g.Workspace] = true
			}
		}
	}
	var out []Reach
	for id := range ids {
		if w, ok := s.Workspace(id); ok {
			out = append(out, Reach{w, accessOf(s, u, id)})
		}
	}
	slices.SortFunc(out, func(a, b Reach) int { return compareNames(a.Workspace.Name, b.Workspace.Name) })
	return out
}

// HoldersOf names up to most of those who have a role, users first, and reports whether there are more. It looks through the
// account, so it is for when somebody wants to know and not for every frame.
func (s *Snapshot) HoldersOf(role ID, most int) (names []string, more bool) {
	note := func(name string, r references) bool {
		if slices.Contains(r.counted, role) {
			if len(names) == most {
				more = true
				return false
			}
			names = append(names, name)
		}
		return true
	}
	for i := range s.users.Len() {
		if u := s.users.At(i); !note(u.Name, u.references()) {
			return names, more
		}
	}
	for i := range s.serviceAccounts.Len() {
		if a := s.serviceAccounts.At(i); !note(a.Name, a.references()) {
			return names, more
		}
	}
	for i := range s.groups.Len() {
		if g := s.groups.At(i); !note(g.Name, g.references()) {
			return names, more
		}
	}
	return names, more
}

// ReachesAll reports whether a tenant role reaches every workspace.
func (s *Snapshot) ReachesAll(role ID) bool {
	r, ok := s.Role(role)
	return ok && r.reachesAll()
}
