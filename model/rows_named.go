package model

import "slices"

// namedRows is how rows of a kind of named record are done.
type namedRows[T named[T]] struct {
	entity[T]
	create func(a *applying, row *Row) (ID, error)
	edit   func(Rules, T) error                                       // whether its name and description may be changed
	more   func(a *applying, row *Row, r T) (deeds []deed, err error) // what else differs
}

var (
	machineRows = namedRows[ServiceAccount]{
		serviceAccounts, (*applying).newMachine, Rules.EditServiceAccount, (*applying).machineDeeds,
	}
	groupRows     = namedRows[Group]{groups, (*applying).newGroup, Rules.EditGroup, (*applying).groupDeeds}
	workspaceRows = namedRows[Workspace]{workspaces, (*applying).newWorkspace, Rules.EditWorkspace, nil}
	roleRows      = namedRows[Role]{roles, (*applying).newRole, Rules.EditRole, (*applying).roleDeeds}
)

// applyNamed does what a row says of a named record.
func applyNamed[T named[T]](a *applying, row *Row, e *Entry, of namedRows[T]) error {
	r, there, err := of.find(a, row)
	if err != nil {
		return err
	}
	if !there {
		if e.ID, err = of.create(a, row); err == nil {
			e.Fate = RowCreated
		}
		return err
	}
	e.ID, e.Name = r.ref().ID, nameOf(r)
	deeds, err := of.textDeeds(row, r)
	if err != nil {
		return err
	}
	if of.more != nil {
		more, err := of.more(a, row, r)
		if err != nil {
			return err
		}
		deeds = append(deeds, more...)
	}
	return a.changeTo(e, deeds)
}

// find finds the record that a row is about.
func (of namedRows[T]) find(a *applying, row *Row) (r T, there bool, err error) {
	if row.Seen.ID != 0 {
		r, err = of.fetch(a.change, row.Seen)
		return r, true, err
	}
	name, err := CleanName(row.Key)
	if err != nil {
		return r, false, err
	}
	if of.kind == KindRole && builtInName(name) {
		return r, false, nameTaken(of.kind, name)
	}
	id, there, err := held(a, of.index, FoldName(name))
	if err != nil || !there {
		return r, false, err
	}
	r, err = of.fetch(a.change, Seen{ID: id})
	return r, true, err
}

// textDeeds are what gives a record the name and the description that a row says.
func (of namedRows[T]) textDeeds(row *Row, r T) (deeds []deed, err error) {
	at := Seen{ID: r.ref().ID}
	name, description := r.about()
	if row.Name != nil && row.Seen.ID != 0 {
		to, err := CleanName(*row.Name)
		if err != nil {
			return nil, err
		}
		if to != name {
			deeds = append(deeds, func(c *change) error { return of.renameIn(c, at, of.edit, to) })
		}
	}
	if row.Description != nil {
		to, err := CleanDescription(*row.Description)
		if err != nil {
			return nil, err
		}
		if to != description {
			deeds = append(deeds, func(c *change) error { return of.describeIn(c, at, of.edit, to) })
		}
	}
	return deeds, nil
}

// draft is the name and the description of a new record.
func (row *Row) draft() (Draft, error) {
	d := Draft{Name: row.Key}
	if row.Description != nil {
		d.Description = *row.Description
	}
	return d.clean()
}

func (a *applying) newMachine(row *Row) (ID, error) {
	draft, err := row.draft()
	if err != nil {
		return 0, err
	}
	role := a.how.Role
	if row.Role != nil {
		if role, err = a.roleNamed(ScopeTenant, *row.Role); err != nil {
			return 0, err
		}
	}
	if role == 0 {
		return 0, invalid("Nothing says which role it is to have", "Say it with --role, or in the file.")
	}
	var grants []WorkspaceGrant
	if row.Workspaces != nil {
		if grants, err = a.grantsNamed(*row.Workspaces); err != nil {
			return 0, err
		}
	}
	var id ID
	deeds := []deed{func(c *change) error {
		s, err := c.createServiceAccount(ServiceAccountDraft{draft.Name, draft.Description, role})
		id = s.ID
		return err
	}}
	for _, g := range grants {
		deeds = append(deeds, func(c *change) error { return drop(c.setMachineWorkspaceRole(Seen{ID: id}, g.Workspace, g.Role)) })
	}
	err = a.whole(deeds)
	a.told = slices.DeleteFunc(a.told, func(c Change) bool { return c.Field == "api_key" }) // a rehearsal's is never made
	return id, err
}

func (a *applying) machineDeeds(row *Row, s ServiceAccount) (deeds []deed, err error) {
	at := Seen{ID: s.ID}
	if row.Workspaces != nil {
		moves, err := a.grantMoves(*row.Workspaces, s.Workspaces)
		if err != nil {
			return nil, err
		}
		for _, g := range moves {
			deeds = append(deeds, func(c *change) error { return drop(c.setMachineWorkspaceRole(at, g.Workspace, g.Role)) })
		}
	}
	role, err := a.roleDeed(row, s.Role, func(c *change, id ID) error { return drop(c.setMachineRole(at, id)) })
	return append(deeds, role...), err
}

func (a *applying) newGroup(row *Row) (ID, error) {
	draft, err := row.draft()
	if err != nil {
		return 0, err
	}
	var grants []WorkspaceGrant
	if row.Workspaces != nil {
		if grants, err = a.grantsNamed(*row.Workspaces); err != nil {
			return 0, err
		}
	}
	var id ID
	deeds := []deed{func(c *change) error {
		g, err := c.createGroup(draft)
		id = g.ID
		return err
	}}
	for _, g := range grants {
		deeds = append(deeds, func(c *change) error { return drop(c.setGroupWorkspaceRole(Seen{ID: id}, g.Workspace, g.Role)) })
	}
	return id, a.whole(deeds)
}

func (a *applying) groupDeeds(row *Row, g Group) (deeds []deed, err error) {
	if row.Workspaces == nil {
		return nil, nil
	}
	moves, err := a.grantMoves(*row.Workspaces, g.Workspaces)
	for _, m := range moves {
		deeds = append(deeds, func(c *change) error { return drop(c.setGroupWorkspaceRole(Seen{ID: g.ID}, m.Workspace, m.Role)) })
	}
	return deeds, err
}

func (a *applying) newWorkspace(row *Row) (ID, error) {
	draft, err := row.draft()
	if err != nil {
		return 0, err
	}
	w, err := a.createWorkspace(draft)
	return w.ID, err
}

func (a *applying) newRole(row *Row) (ID, error) {
	draft, err := row.draft()
	if err != nil {
		return 0, err
	}
	r, err := a.createRole(RoleDraft{draft, row.Scope, row.Permissions})
	return r.ID, err
}

func (a *applying) roleDeeds(row *Row, r Role) ([]deed, error) {
	if row.Scope != 0 && row.Scope != r.Scope {
		return nil, &Error{Kind: ErrTaken, What: "There is a " + r.Scope.String() + " role named " + r.Name + " already", Hint: "Rename one of the two."}
	}
	if row.Permissions == nil {
		return nil, nil
	}
	list, err := CleanPermissions(r.Scope, row.Permissions)
	if err != nil || slices.Equal(list, r.Permissions) {
		return nil, err
	}
	return []deed{func(c *change) error { return c.setRolePermissions(Seen{ID: r.ID}, list) }}, nil
}
