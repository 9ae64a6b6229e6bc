package model

import (
	"cmp"
	"errors"
	"slices"
)

// user does what a row says of a user.
func (a *applying) user(row *Row, e *Entry) error {
	u, there, err := a.userOf(row)
	if err != nil {
		return err
	}
	if !there {
		return a.newUser(row, e)
	}
	e.ID, e.Name = u.ID, u.Email
	deeds, err := a.userDeeds(row, u)
	if err != nil {
		return err
	}
	return a.changeTo(e, deeds)
}

// userOf finds the user whom a row is about.
func (a *applying) userOf(row *Row) (u User, there bool, err error) {
	if row.Seen.ID != 0 {
		u, err = a.change.user(row.Seen)
		return u, true, err
	}
	email, err := CleanEmail(row.Key)
	if err != nil {
		return u, false, err
	}
	id, there, err := held(a, IndexUserEmail, FoldEmail(email))
	if err != nil || !there {
		return u, false, err
	}
	u, err = load(a, KindUser, id, decodeUser)
	return u, true, err
}

// newUser invites somebody, or brings back who had joined.
func (a *applying) newUser(row *Row, e *Entry) error {
	invite := Invite{Email: row.Key, Role: a.how.Role, Groups: a.how.Groups, Workspaces: a.how.Workspaces}
	if row.Name != nil {
		invite.Name = *row.Name
	}
	var err error
	if row.Role != nil {
		if invite.Role, err = a.roleNamed(ScopeTenant, *row.Role); err != nil {
			return err
		}
	}
	if invite.Role == 0 {
		return invalid("Nothing says which role they are to have", "Say it with --role, or in a column.")
	}
	if row.Groups != nil {
		if invite.Groups, err = a.groupsNamed(row); err != nil {
			return err
		}
	}
	if row.Workspaces != nil {
		if invite.Workspaces, err = a.grantsNamed(*row.Workspaces); err != nil {
			return err
		}
	}
	e.Fate = RowCreated
	if row.Status == StatusActive || row.Status == StatusInactive {
		u, err := a.restoreJoined(invite, row.Status)
		e.ID, e.Note = u.ID, "restored as "+row.Status.word()
		return err
	}
	made, err := a.invite(invite)
	if err != nil {
		return err
	}
	e.ID, e.Note = made.User.ID, "invited"
	a.invited = append(a.invited, made)
	return nil
}

// word is the status within a sentence.
func (s Status) word() string { return FoldName(s.String()) }

// restoreJoined brings somebody into the account as having joined already.
func (c *change) restoreJoined(i Invite, status Status) (User, error) {
	rules, err := c.rules()
	if err != nil {
		return User{}, err
	}
	if err := rules.RestoreUser(i.Role, i.Groups, i.Workspaces); err != nil {
		return User{}, err
	}
	u, err := c.invitee(i)
	if err != nil {
		return u, err
	}
	u.Status, u.InvitedAt, u.JoinedAt = status, c.now, c.now
	if err := c.saveUser(nil, &u); err != nil {
		return u, err
	}
	changes := []Change{{"role", "", c.roleName(u.Role)}, {"status", "", status.String()}}
	changes = append(changes, differs("groups", "", c.groupNames(u.Groups))...)
	changes = append(changes, differs("workspaces", "", c.grantNames(u.Workspaces))...)
	return u, c.event("user.restore", u.ref(), u.Email, changes...)
}

// userDeeds are what makes a user what a row says. What takes powers away comes last.
func (a *applying) userDeeds(row *Row, u User) (deeds []deed, err error) {
	at := Seen{ID: u.ID}
	if row.Name != nil && *row.Name != "" {
		name, err := CleanName(*row.Name)
		if err != nil {
			return nil, err
		}
		if name != u.Name {
			deeds = append(deeds, func(c *change) error { return c.renameUser(at, name) })
		}
	}
	if row.Groups != nil {
		ids, err := a.groupsNamed(row)
		if err != nil {
			return nil, err
		}
		if !sameIDs(ids, a.liveGroups(u.Groups)) {
			deeds = append(deeds, func(c *change) error { return c.setUserGroups(at, ids) })
		}
	}
	if row.Workspaces != nil {
		moves, err := a.grantMoves(*row.Workspaces, u.Workspaces)
		if err != nil {
			return nil, err
		}
		for _, g := range moves {
			deeds = append(deeds, func(c *change) error { return drop(c.setUserWorkspaceRole(at, g.Workspace, g.Role)) })
		}
	}
	role, err := a.roleDeed(row, u.Role, func(c *change, id ID) error { return drop(c.setUserRole(at, id)) })
	return append(append(deeds, role...), statusDeeds(row, u)...), err
}

// roleDeed is what gives somebody the role that a row says, if it is another one.
func (a *applying) roleDeed(row *Row, have ID, set func(*change, ID) error) ([]deed, error) {
	if row.Role == nil {
		return nil, nil
	}
	id, err := a.roleNamed(ScopeTenant, *row.Role)
	if err != nil || id == have {
		return nil, err
	}
	return []deed{func(c *change) error { return set(c, id) }}, nil
}

// statusDeeds are what gives a user the status that a row says. Of who is invited elsewhere and has joined here, a file says
// nothing: only an edit does, and is refused.
func statusDeeds(row *Row, u User) []deed {
	at := Seen{ID: u.ID}
	switch {
	case row.Status == 0 || row.Status == u.Status:
	case row.Status == StatusActive:
		return []deed{func(c *change) error { return drop(c.setUserStatus(at, StatusActive, false)) }}
	case row.Status == StatusInactive:
		return []deed{func(c *change) error { return drop(c.setUserStatus(at, StatusInactive, false)) }}
	case row.Seen.ID != 0:
		return []deed{func(*change) error { return wrongStatus(u, "has joined", "Only who hasn't is invited.") }}
	}
	return nil
}

// drop is an error without the name that goes with it.
func drop(_ string, err error) error { return err }

// sameIDs reports whether two lists hold the same, in whatever order.
func sameIDs(a, b []ID) bool {
	has := func(list []ID) func(ID) bool { return func(id ID) bool { return !slices.Contains(list, id) } }
	return !slices.ContainsFunc(a, has(b)) && !slices.ContainsFunc(b, has(a))
}

// roleNamed finds a role of a scope by its name.
func (c *change) roleNamed(scope Scope, name string) (ID, error) {
	r, err := roles.find(c, name)
	if err == nil && r.Scope != scope {
		err = roles.unknown(name)
	}
	return r.ID, err
}

// groupsNamed finds the groups of a row by their names.
func (a *applying) groupsNamed(row *Row) ([]ID, error) {
	var ids []ID
	for _, name := range *row.Groups {
		id, there, err := held(a, IndexGroupName, FoldName(name))
		if err == nil && !there {
			err = groups.unknown(name)
			if e, ok := errors.AsType[*Error](err); ok && row.Seen.ID == 0 {
				e.Hint = "Look at how it is written, or have it created with --create-groups."
			} else if ok { // an edit creates nothing
				e.Hint = "Look at how it is written, or create it first."
			}
		}
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// grantsNamed finds memberships by their names.
func (c *change) grantsNamed(list []Membership) (grants []WorkspaceGrant, err error) {
	for _, m := range list {
		w, err := workspaces.find(c, m.Workspace)
		if err != nil {
			return nil, err
		}
		role, err := c.roleNamed(ScopeWorkspace, m.Role)
		if err != nil {
			return nil, err
		}
		grants = granted(grants, w.ID, role)
	}
	return grants, nil
}

// grantMoves are what makes of some memberships those that are named. To get comes before to give up, so that a workspace
// isn't without an Owner in between.
func (c *change) grantMoves(names []Membership, have []WorkspaceGrant) ([]WorkspaceGrant, error) {
	want, err := c.grantsNamed(names)
	if err != nil {
		return nil, err
	}
	var moves []WorkspaceGrant
	for _, g := range want {
		if roleIn(have, g.Workspace) != g.Role {
			moves = append(moves, g)
		}
	}
	for _, g := range have {
		_, there := c.Workspace(g.Workspace)
		if there && roleIn(want, g.Workspace) == 0 {
			moves = append(moves, WorkspaceGrant{Workspace: g.Workspace})
		}
	}
	slices.SortStableFunc(moves, func(x, y WorkspaceGrant) int { return cmp.Compare(y.Role, x.Role) })
	return moves, nil
}
