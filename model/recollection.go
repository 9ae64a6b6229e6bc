package model

// recollection keeps what was looked up for as long as the store stays as it is: a list of a million users reads each
// group once.
type recollection struct {
	revision   uint64
	roles      map[ID]recalled[Role]
	groups     map[ID]recalled[Group]
	workspaces map[ID]recalled[Workspace]
	emails     map[ID]recalled[string]
}

type recalled[T any] struct {
	value T
	there bool
}

// maxRecalled bounds how many emails are kept: anybody may have invited anybody.
const maxRecalled = 10_000

// renew forgets everything if the store has moved on.
func (r *recollection) renew(revision uint64) {
	if r.groups != nil && r.revision == revision {
		return
	}
	*r = recollection{
		revision: revision, roles: map[ID]recalled[Role]{}, groups: map[ID]recalled[Group]{}, workspaces: map[ID]recalled[Workspace]{},
		emails: map[ID]recalled[string]{},
	}
}

// browser looks up for lists, in one transaction, and remembers it for the next.
type browser struct {
	*change
	seen *recollection
}

func recall[T any](kept map[ID]recalled[T], id ID, read func(ID) (T, bool)) (T, bool) {
	if r, ok := kept[id]; ok {
		return r.value, r.there
	}
	value, there := read(id)
	kept[id] = recalled[T]{value, there}
	return value, there
}

// Role returns a role.
func (b *browser) Role(id ID) (Role, bool) { return recall(b.seen.roles, id, b.change.Role) }

// Group returns a group.
func (b *browser) Group(id ID) (Group, bool) { return recall(b.seen.groups, id, b.change.Group) }

// Workspace returns a workspace.
func (b *browser) Workspace(id ID) (Workspace, bool) {
	return recall(b.seen.workspaces, id, b.change.Workspace)
}

// email returns a user's email, "" for nobody and for somebody who was removed.
func (b *browser) email(id ID) string {
	if id == 0 {
		return ""
	}
	if len(b.seen.emails) > maxRecalled {
		clear(b.seen.emails)
	}
	email, _ := recall(b.seen.emails, id, func(id ID) (string, bool) {
		u, ok := lookUp(b.change, KindUser, id, decodeUser)
		return u.Email, ok
	})
	return email
}

// roleName returns what a role is called, "" for one that isn't there.
func (b *browser) roleName(id ID) string {
	r, _ := b.Role(id)
	return r.Name
}
