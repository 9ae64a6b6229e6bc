package model

import "slices"

// A group or a workspace that was deleted is swept out of its members afterwards, and that can be cut off. Whoever still
// refers to it when undo brings it back is a member again at once, and has to be counted as one.

// holding is what one record refers to of what is gone.
type holding struct {
	kind Kind
	id   ID
	references
}

// heldOnTo returns who refers to a group or a workspace that isn't there. It looks through all records once in a transaction.
func (u *undoing) heldOnTo(id ID) ([]holding, error) {
	if u.held != nil {
		return u.held[id], nil
	}
	users, machines, groupIDs, err := stale(u)
	if err != nil {
		return nil, err
	}
	u.held = map[ID][]holding{}
	for _, id := range users {
		if r, ok := lookUp(u.change, KindUser, id, decodeUser); ok {
			u.hold(KindUser, id, r.references())
		}
	}
	for _, id := range machines {
		if r, ok := lookUp(u.change, KindServiceAccount, id, decodeServiceAccount); ok {
			u.hold(KindServiceAccount, id, r.references())
		}
	}
	for _, id := range groupIDs {
		if r, ok := lookUp(u.change, KindGroup, id, decodeGroup); ok {
			u.hold(KindGroup, id, r.references())
		}
	}
	return u.held[id], u.fault
}

// hold notes what a record refers to, for each by itself.
func (u *undoing) hold(kind Kind, id ID, refers references) {
	for _, to := range refers.counted {
		one := references{counted: []ID{to}}
		if slices.Contains(refers.owned, to) {
			one.owned = []ID{to}
		}
		u.held[to] = append(u.held[to], holding{kind, id, one})
	}
}
