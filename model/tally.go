package model

import (
	"errors"
	"maps"
	"slices"
)

// Tally counts who refers to a group, a workspace or a role, under the id of what it counts for. It is kept in step with
// every change, so that neither a screen nor a rule has to look through a million users.
type Tally struct {
	ID              ID
	Users           int // of a group: its members; of a workspace: those in it in their own right; of a role: who has it
	Groups          int
	ServiceAccounts int
	Owners          []ID // of a workspace: the Active users who are Owners in their own right, ascending
}

// Total returns how many there are of all kinds.
func (t Tally) Total() int { return t.Users + t.Groups + t.ServiceAccounts }

func (t Tally) ref() Ref { return Ref{KindTally, t.ID} }

func (t Tally) uniqueKeys() []uniqueKey { return nil }

func (t Tally) appendRecord(b []byte) []byte {
	e := newEncoder(b, 1)
	for _, n := range []int{t.Users, t.Groups, t.ServiceAccounts} {
		e.number(uint64(n))
	}
	e.ids(t.Owners)
	return e.b
}

func decodeTally(id ID, b []byte, share bool) (t Tally, ok bool) {
	d, _ := newDecoder(b, share)
	t = Tally{ID: id, Users: int(d.number()), Groups: int(d.number()), ServiceAccounts: int(d.number()), Owners: d.ids(nil)}
	return t, d.done()
}

// references are what a record counts towards, each as often as it does, and the workspaces that it owns.
type references struct{ counted, owned []ID }

func (u User) references() references {
	r := references{counted: append([]ID{u.Role}, u.Groups...)}
	r.addGrants(u.Workspaces)
	if u.Status == StatusActive {
		for _, g := range u.Workspaces {
			if g.Role == RoleOwner {
				r.owned = append(r.owned, g.Workspace)
			}
		}
	}
	return r
}

func (s ServiceAccount) references() references {
	r := references{counted: []ID{s.Role}}
	r.addGrants(s.Workspaces)
	return r
}

func (g Group) references() (r references) {
	r.addGrants(g.Workspaces)
	return r
}

func (r *references) addGrants(list []WorkspaceGrant) {
	for _, g := range list {
		r.counted = append(r.counted, g.Workspace, g.Role)
	}
}

// keptTally is a tally within a transaction.
type keptTally struct {
	Tally
	there bool // it was stored before, or is to be
	dirty bool
}

// recount moves the tallies from what a record referred to before to what it refers to now.
func (c *change) recount(kind Kind, holder ID, before, after references) error {
	by := map[ID]int{}
	for _, id := range before.counted {
		by[id]--
	}
	for _, id := range after.counted {
		by[id]++
	}
	for id, n := range by {
		if n == 0 {
			continue
		}
		if err := c.count(id, kind, n); err != nil {
			return err
		}
	}
	for _, id := range before.owned {
		if !slices.Contains(after.owned, id) {
			if err := c.own(id, holder, false); err != nil {
				return err
			}
		}
	}
	for _, id := range after.owned {
		if err := c.own(id, holder, true); err != nil {
			return err
		}
	}
	return nil
}

func (c *change) count(id ID, kind Kind, by int) error {
	t, err := c.tallyOf(id)
	if err != nil || by < 0 && !t.there { // what was deleted has none any more
		return err
	}
	switch kind {
	case KindUser:
		t.Users += by
	case KindGroup:
		t.Groups += by
	case KindServiceAccount:
		t.ServiceAccounts += by
	default:
		return errors.New("nothing else is counted")
	}
	t.there, t.dirty = true, true
	return nil
}

func (c *change) own(workspace, user ID, is bool) error {
	t, err := c.tallyOf(workspace)
	if err != nil || !t.there {
		return err
	}
	i, found := slices.BinarySearch(t.Owners, user)
	switch {
	case is && !found:
		t.Owners = slices.Insert(slices.Clone(t.Owners), i, user)
	case !is && found:
		t.Owners = slices.Delete(slices.Clone(t.Owners), i, i+1)
	}
	t.dirty = true
	return nil
}

// tallyOf returns the tally of a group, a workspace or a role, to read or to change.
func (c *change) tallyOf(id ID) (*keptTally, error) {
	if t, ok := c.tallies[id]; ok {
		return t, nil
	}
	t := &keptTally{Tally: Tally{ID: id}}
	stored, err := load(c, KindTally, id, decodeTally)
	switch {
	case err == nil:
		t.Tally, t.there = stored, true
	case !errors.Is(err, ErrNotFound):
		return nil, err
	}
	if c.tallies == nil {
		c.tallies = map[ID]*keptTally{}
	}
	c.tallies[id] = t
	return t, nil
}

// dropTally forgets the tally of something that is deleted.
func (c *change) dropTally(id ID) error {
	if _, err := c.tallyOf(id); err != nil {
		return err
	}
	c.tallies[id] = &keptTally{Tally: Tally{ID: id}}
	if err := c.Delete(KindTally, id); err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	return nil
}

// settle writes the tallies that changed, at the end of a transaction: one of many users touches each once.
func (c *change) settle() error {
	for _, id := range slices.Sorted(maps.Keys(c.tallies)) {
		t := c.tallies[id]
		if !t.dirty {
			continue
		}
		if err := c.Put(KindTally, id, t.appendRecord(nil)); err != nil {
			return err
		}
		t.dirty = false
	}
	return c.fault
}
