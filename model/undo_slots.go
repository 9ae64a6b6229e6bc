package model

import (
	"encoding/binary"
	"slices"
	"strings"
)

// Undo looks at a record as a set of slots that each hold a value: its name, its role, and one for each group or workspace
// that it is in. What a change did is what became of a few of them, so that a change of one group and one of another don't
// get in each other's way, and a change of a million users is kept in a few bytes for each.

// field is one property of a record.
type field = uint8

// The fields that undo knows; no record has all of them. The numbers are part of the store's format.
const (
	fieldName        field = 1
	fieldDescription field = 2
	fieldRole        field = 3
	fieldStatus      field = 4
	fieldGroup       field = 5 // of the group with the slot's id: whether the record is in it
	fieldWorkspace   field = 6 // of the workspace with the slot's id: the role there
	fieldPermissions field = 7
	fieldInvite      field = 8 // the public id of an invitation's token
	fieldKey         field = 9 // the record of an API key
)

// slot is a field, of one group or workspace if it is about one.
type slot struct {
	field field
	of    ID
}

// slots are a record's values by slot. What isn't there has the value "".
type slots map[slot]string

// differences returns the slots that differ, in a fixed order.
func (s slots) differences(other slots) []slot {
	var list []slot
	for k, v := range s {
		if other[k] != v {
			list = append(list, k)
		}
	}
	for k := range other {
		if _, both := s[k]; !both {
			list = append(list, k)
		}
	}
	slices.SortFunc(list, compareSlots)
	return list
}

func compareSlots(a, b slot) int {
	if a.field != b.field {
		return int(a.field) - int(b.field)
	}
	return compareIDs(a.of, b.of)
}

func compareIDs(a, b ID) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// number is how a slot holds an id, "" for none.
func number(id ID) string {
	if id == 0 {
		return ""
	}
	return string(binary.AppendUvarint(nil, uint64(id)))
}

// numberIn reads what number wrote.
func numberIn(value string) ID {
	n, _ := binary.Uvarint([]byte(value))
	return ID(n)
}

// isIn is the value of a group's slot.
const isIn = "\x01"

func (s slots) put(f field, of ID, value string) {
	if value != "" {
		s[slot{f, of}] = value
	}
}

func (s slots) putGrants(list []WorkspaceGrant) {
	for _, g := range list {
		s.put(fieldWorkspace, g.Workspace, number(g.Role))
	}
}

func (s slots) putText(name, description string) {
	s.put(fieldName, 0, name)
	s.put(fieldDescription, 0, description)
}

// undoable is a record of the account as undo sees it.
type undoable interface {
	record
	title() string
	version() uint64
	slots() slots
}

func (u User) title() string { return u.Name }

func (u User) version() uint64 { return u.Version }

func (u User) slots() slots {
	s := slots{}
	s.put(fieldName, 0, u.Name)
	s.put(fieldRole, 0, number(u.Role))
	s.put(fieldStatus, 0, number(ID(u.Status)))
	for _, id := range u.Groups {
		s.put(fieldGroup, id, isIn)
	}
	s.putGrants(u.Workspaces)
	s.put(fieldInvite, 0, u.Invitation.PublicID)
	return s
}

// withSlot returns the user with another value in a slot. An invitation is made and spent, not set.
func (u User) withSlot(k slot, value string) User {
	switch k.field {
	case fieldName:
		u.Name = value
	case fieldRole:
		u.Role = numberIn(value)
	case fieldStatus:
		u.Status = Status(numberIn(value))
	case fieldGroup:
		u.Groups = slices.DeleteFunc(slices.Clone(u.Groups), func(id ID) bool { return id == k.of })
		if value != "" {
			u.Groups = append(u.Groups, k.of)
		}
	case fieldWorkspace:
		u.Workspaces = granted(u.Workspaces, k.of, numberIn(value))
	}
	return u
}

func (s ServiceAccount) title() string { return s.Name }

func (s ServiceAccount) slots() slots {
	out := slots{}
	out.putText(s.Name, s.Description)
	out.put(fieldRole, 0, number(s.Role))
	out.putGrants(s.Workspaces)
	out.put(fieldKey, 0, number(s.Key))
	return out
}

func (s ServiceAccount) withSlot(k slot, value string) ServiceAccount {
	switch k.field {
	case fieldName:
		s.Name = value
	case fieldDescription:
		s.Description = value
	case fieldRole:
		s.Role = numberIn(value)
	case fieldWorkspace:
		s.Workspaces = granted(s.Workspaces, k.of, numberIn(value))
	}
	return s
}

func (g Group) title() string { return g.Name }

func (g Group) slots() slots {
	s := slots{}
	s.putText(g.Name, g.Description)
	s.putGrants(g.Workspaces)
	return s
}

func (g Group) withSlot(k slot, value string) Group {
	switch k.field {
	case fieldName:
		g.Name = value
	case fieldDescription:
		g.Description = value
	case fieldWorkspace:
		g.Workspaces = granted(g.Workspaces, k.of, numberIn(value))
	}
	return g
}

func (w Workspace) title() string { return w.Name }

func (w Workspace) slots() slots {
	s := slots{}
	s.putText(w.Name, w.Description)
	return s
}

func (w Workspace) withSlot(k slot, value string) Workspace {
	switch k.field {
	case fieldName:
		w.Name = value
	case fieldDescription:
		w.Description = value
	}
	return w
}

func (r Role) title() string { return r.Name }

func (r Role) slots() slots {
	s := slots{}
	s.putText(r.Name, r.Description)
	s.put(fieldPermissions, 0, permissionNames(r.Permissions))
	return s
}

func (r Role) withSlot(k slot, value string) Role {
	switch k.field {
	case fieldName:
		r.Name = value
	case fieldDescription:
		r.Description = value
	case fieldPermissions:
		r.Permissions = permissionsIn(value)
	}
	return r
}

// permissionsIn reads what permissionNames wrote.
func permissionsIn(names string) []Permission {
	var list []Permission
	for name := range strings.SplitSeq(names, ", ") {
		list = append(list, Permission(name))
	}
	return list
}

func (k APIKey) title() string { return k.Hint() }

func (k APIKey) version() uint64 { return k.Version }

// slots of an API key are none: it comes and goes with its service account.
func (k APIKey) slots() slots { return nil }

// decodeUndoable reads a record of any kind that undo brings back.
func decodeUndoable(ref Ref, b []byte) (undoable, bool) {
	decode, ok := undoableKinds[ref.Kind]
	if !ok {
		return nil, false
	}
	return decode(ref.ID, b)
}

// undoableKinds are the kinds of record that make up the account. Tallies, markers and spent tokens follow from them.
var undoableKinds = map[Kind]func(ID, []byte) (undoable, bool){
	KindUser: decodes(decodeUser), KindServiceAccount: decodes(decodeServiceAccount), KindAPIKey: decodes(decodeAPIKey),
	KindGroup: decodes(decodeGroup), KindWorkspace: decodes(decodeWorkspace), KindRole: decodes(decodeRole),
}

func decodes[T undoable](decode decodeFunc[T]) func(ID, []byte) (undoable, bool) {
	return func(id ID, b []byte) (undoable, bool) { return decode(id, b, false) }
}
