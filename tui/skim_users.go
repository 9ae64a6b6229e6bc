package tui

import (
	"math"

	"lanyard/model"
	"lanyard/tui/grid"
)

// skim tells what the searched columns show of a user, and reads no more of them than that takes. A test holds it to the
// columns.
func (s *usersScreen) skim(in *model.Snapshot) skim {
	users, now := model.SkimUsers(in.Users()), s.c.now()
	return skim{users.To, map[string]grid.Text{
		"name":  {Append: func(b []byte) []byte { return append(b, users.Names().Name...) }},
		"email": {Append: func(b []byte) []byte { return append(b, users.Names().Email...) }},
		"role": {
			Append: func(b []byte) []byte { return append(b, in.RoleName(users.Places().Role)...) },
			Same:   func() uint64 { return uint64(users.Places().Role) },
		},
		"status": {
			Append: func(b []byte) []byte {
				u := users.Whole()
				return append(b, StatusCell(*u, u.Expired(now)).Text...)
			},
			Same: func() uint64 {
				if status := users.Places().Status; status != model.StatusInvited {
					return uint64(status)
				}
				return 0 // the invitation tells
			},
		},
		"group": {
			Append: func(b []byte) []byte { return appendGroups(b, in, users.Places().Groups) },
			Same:   func() uint64 { return sameList(users.Places().Groups, func(id model.ID) model.ID { return id }) },
		},
		"workspace": {
			Append: func(b []byte) []byte { return appendWorkspaces(b, in, users.Places().Workspaces) },
			Same: func() uint64 {
				return sameList(users.Places().Workspaces, func(g model.WorkspaceGrant) model.ID { return g.Workspace })
			},
		},
	}}
}

// sameList is a number that no other list of ids has, 0 for a list that has none. Most are of one id or two.
func sameList[E any](list []E, id func(E) model.ID) uint64 {
	switch n := len(list); {
	case n == 0:
		return math.MaxUint64
	case n == 1 && id(list[0]) <= math.MaxUint32:
		return uint64(id(list[0]))
	case n == 2 && max(id(list[0]), id(list[1])) < math.MaxUint32:
		return uint64(id(list[0]))<<32 | uint64(id(list[1]))
	}
	return 0
}
