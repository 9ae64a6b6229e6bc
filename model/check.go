package model

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
)

// Checkup is what CheckAccount is told beside the records.
type Checkup struct {
	// Damaged names the records that are there and can't be read.
	Damaged []Ref
	// Indexed is how many entries the indexes have.
	Indexed int
	// ChainKey is what the chain of events is keyed with. Without it the chain isn't verified.
	ChainKey []byte
}

// Findings are what a check found, each in words for a line of its own.
type Findings struct {
	Wrong []string // none means that all is well
	Notes []string // what isn't wrong, and good to know
}

// CheckAccount reads every record, index entry, tally, count and event, and says what is wrong. An error means that the
// account couldn't be read to the end.
func CheckAccount(ctx context.Context, tx ReadTx, with Checkup) (Findings, error) {
	c := &checkup{
		Checkup: with, ctx: ctx, tx: tx, names: map[Ref]string{}, damaged: map[Ref]bool{}, owner: map[ID]ID{},
		machines: map[ID]ServiceAccount{}, called: map[ID]string{}, tallies: map[ID]*Tally{}, admins: map[ID]bool{}, astray: map[ID][]string{},
		repaired: map[uint64]bool{},
	}
	for _, ref := range with.Damaged {
		c.damaged[ref] = true
	}
	for _, step := range []func() error{c.countAll, c.records, c.account, c.events, c.keys, c.derived, c.unnamed, c.lasting} {
		if err := step(); err != nil {
			return c.Findings, err
		}
	}
	return c.Findings, nil
}

// checkup is a check under way.
type checkup struct {
	Checkup
	Findings
	ctx context.Context
	tx  ReadTx

	damaged  map[Ref]bool   // without those that were spoken of already
	names    map[Ref]string // of damaged records, as events knew them
	owner    map[ID]ID      // of API keys: whose they are
	machines map[ID]ServiceAccount
	called   map[ID]string   // the names of groups, workspaces and custom roles
	tallies  map[ID]*Tally   // as they should be
	admins   map[ID]bool     // as they should be
	astray   map[ID][]string // what refers to groups and workspaces that aren't there, in words; without those that were deleted
	marked   []ID            // events that are marked as lost in a repair
	repaired map[uint64]bool // those that an event of a repair names, or the note of one whose event is overdue
	indexed  int             // entries of indexes that should be there
	done     int             // of total records
	total    int
	lossy    bool // some records can't be read: what is counted for them isn't known
}

func (c *checkup) find(what string, args ...any) {
	c.Wrong = append(c.Wrong, fmt.Sprintf(what, args...))
}

// stored is a record as a check and a rebuild see it.
type stored struct {
	record
	name       string
	references references
}

// shapes say how the records are read that others are made from, in an order in which what is referred to comes first.
var shapes = []struct {
	kind Kind
	read func(id ID, b []byte) (stored, bool)
}{
	{KindRole, func(id ID, b []byte) (stored, bool) {
		r, ok := decodeRole(id, b, false)
		return stored{r, r.Name, references{}}, ok
	}},
	{KindWorkspace, func(id ID, b []byte) (stored, bool) {
		w, ok := decodeWorkspace(id, b, false)
		return stored{w, w.Name, references{}}, ok
	}},
	{KindGroup, func(id ID, b []byte) (stored, bool) {
		g, ok := decodeGroup(id, b, false)
		return stored{g, g.Name, g.references()}, ok
	}},
	{KindUser, func(id ID, b []byte) (stored, bool) {
		u, ok := decodeUser(id, b, false)
		return stored{u, u.Email, u.references()}, ok
	}},
	{KindServiceAccount, func(id ID, b []byte) (stored, bool) {
		s, ok := decodeServiceAccount(id, b, false)
		return stored{s, s.Name, s.references()}, ok
	}},
	{KindAPIKey, func(id ID, b []byte) (stored, bool) {
		k, ok := decodeAPIKey(id, b, false)
		return stored{k, k.Hint(), references{}}, ok
	}},
	{KindSpentToken, func(id ID, b []byte) (stored, bool) {
		t, ok := decodeSpentToken(id, b, false)
		return stored{t, "", references{}}, ok
	}},
	{KindUndo, func(id ID, b []byte) (stored, bool) {
		l, ok := decodeUndoList(id, b, false)
		return stored{l, "", references{}}, ok
	}},
	{KindUndoPart, func(id ID, b []byte) (stored, bool) {
		p, ok := decodeUndoPart(id, b, false)
		return stored{p, "", references{}}, ok
	}},
	{KindOverdue, func(id ID, b []byte) (stored, bool) {
		o, ok := decodeOverdue(id, b, false)
		return stored{o, "", references{}}, ok
	}},
}

// records reads all records that others are made from, and their entries in the indexes.
func (c *checkup) records() error {
	for _, shape := range shapes {
		var fault error
		err := c.tx.Scan(shape.kind, 0, func(id ID, b []byte) bool {
			r, ok := shape.read(id, b)
			if !ok {
				c.damaged[Ref{shape.kind, id}] = true
				return true
			}
			fault = cmp.Or(c.step(), c.record(r))
			return fault == nil
		})
		if err := errors.Join(err, fault); err != nil {
			return err
		}
	}
	return nil
}

func (c *checkup) record(r stored) error {
	ref := r.ref()
	for _, k := range r.uniqueKeys() {
		c.indexed++
		switch id, err := c.tx.Find(k.index, k.key); {
		case errors.Is(err, ErrNotFound):
			c.find("%s %q: missing from the index of %s", ref.Kind, r.name, k.index)
			c.indexed--
		case err != nil:
			return err
		case id != ref.ID:
			c.find("%s %q: the index of %s leads to another one", ref.Kind, r.name, k.index)
		}
	}
	tally(c.tallies, ref, r.references)
	switch t := r.record.(type) {
	case Role, Workspace:
		c.called[ref.ID] = fmt.Sprintf("%s %q", ref.Kind, r.name)
	case Group:
		c.called[ref.ID] = fmt.Sprintf("%s %q", ref.Kind, r.name)
		c.grants(r, t.Workspaces)
	case User:
		c.admins[t.ID] = t.activeAdmin()
		c.role(r, t.Role, "")
		c.members(r, t.Groups)
		c.grants(r, t.Workspaces)
	case ServiceAccount:
		c.machines[t.ID] = t
		c.role(r, t.Role, "")
		c.grants(r, t.Workspaces)
	case APIKey:
		c.owner[t.ID] = t.ServiceAccount
	case overdue:
		c.noteRepair(Event{Seq: math.MaxUint64, Changes: t.repaired.changes()})
	}
	return nil
}

// tally counts what a record refers to.
func tally(tallies map[ID]*Tally, holder Ref, r references) {
	of := func(id ID) *Tally {
		if tallies[id] == nil {
			tallies[id] = &Tally{ID: id}
		}
		return tallies[id]
	}
	for _, id := range r.counted {
		t := of(id)
		switch holder.Kind {
		case KindUser:
			t.Users++
		case KindGroup:
			t.Groups++
		default:
			t.ServiceAccounts++
		}
	}
	for _, id := range r.owned {
		t := of(id)
		t.Owners = append(t.Owners, holder.ID) // in the order of ids, as they are read
	}
}

func (c *checkup) account() error {
	_, err := load(c.tx, KindAccount, AccountID, decodeAccount)
	switch {
	case errors.Is(err, ErrNotFound) && !c.damaged[Ref{KindAccount, AccountID}], errors.Is(err, ErrDamaged):
		c.damaged[Ref{KindAccount, AccountID}] = true
	case err != nil && !errors.Is(err, ErrNotFound):
		return err
	}
	return nil
}

// keys holds service accounts and API keys against each other.
func (c *checkup) keys() error {
	c.lossy = len(c.damaged) > 0
	for _, id := range slices.Sorted(maps.Keys(c.machines)) {
		s := c.machines[id]
		c.key(s, s.Key, "key")
		if s.PreviousKey != 0 {
			c.key(s, s.PreviousKey, "old key")
		}
	}
	for _, id := range slices.Sorted(maps.Keys(c.owner)) {
		ref := Ref{KindServiceAccount, c.owner[id]}
		if _, there := c.machines[ref.ID]; !there && !c.damaged[ref] {
			c.find("API key %d: belongs to no service account", id)
		}
	}
	return nil
}

func (c *checkup) key(s ServiceAccount, id ID, what string) {
	ref := Ref{KindAPIKey, id}
	owner, there := c.owner[id]
	switch {
	case c.damaged[ref]:
		c.find("service account %q: %s record damaged", s.Name, what)
		delete(c.damaged, ref)
	case !there:
		c.find("service account %q: %s record missing", s.Name, what)
	case owner != s.ID:
		c.find("service account %q: its %s belongs to another one", s.Name, what)
	}
}

// derived holds what is made from the records against them: entries of indexes that are too many, tallies, Active Admins.
func (c *checkup) derived() error {
	if c.Indexed > c.indexed && !c.lossy {
		c.find("the indexes have %d entries too many", c.Indexed-c.indexed)
	}
	if err := c.checkTallies(); err != nil {
		return err
	}
	active := 0
	for _, id := range slices.Sorted(maps.Keys(c.admins)) {
		if c.admins[id] {
			active++
		}
		_, err := c.tx.Get(KindActiveAdmin, id)
		switch {
		case err != nil && !errors.Is(err, ErrNotFound):
			return err
		case c.admins[id] != (err == nil) && !c.damaged[Ref{KindActiveAdmin, id}]:
			c.find("user %d: counted wrongly among the Active Admins", id)
		}
	}
	if marked, err := c.tx.Count(KindActiveAdmin); err != nil || marked > active && !c.lossy {
		c.find("%d Active Admins are counted, and there are %d", marked, active)
	}
	return nil
}

func (c *checkup) checkTallies() error {
	if c.unreadable(KindUser, KindServiceAccount, KindGroup) {
		return nil // what they refer to isn't known, and what was counted for them is right
	}
	seen := map[ID]bool{}
	err := c.tx.Scan(KindTally, 0, func(id ID, b []byte) bool {
		seen[id] = true
		have, ok := decodeTally(id, b, false)
		switch want := c.tallies[id]; {
		case !ok:
			c.damaged[Ref{KindTally, id}] = true
		case want == nil && have.Total() == 0 && len(have.Owners) == 0:
		case want == nil, !sameTally(have, *want):
			c.find("%s: members are counted wrongly", c.counted(id))
		}
		return c.ctx.Err() == nil
	})
	for _, id := range slices.Sorted(maps.Keys(c.tallies)) {
		if _, builtIn := BuiltInRole(id); !seen[id] && !c.damaged[Ref{KindTally, id}] && (builtIn || c.called[id] != "") {
			c.find("%s: members aren't counted", c.counted(id))
		}
	}
	return cmp.Or(c.ctx.Err(), err)
}

func sameTally(a, b Tally) bool {
	return a.Users == b.Users && a.Groups == b.Groups && a.ServiceAccounts == b.ServiceAccounts && slices.Equal(a.Owners, b.Owners)
}

// counted names what a tally counts for.
func (c *checkup) counted(id ID) string {
	if r, ok := BuiltInRole(id); ok {
		return fmt.Sprintf("role %q", r.Name)
	}
	if name, ok := c.called[id]; ok {
		return name
	}
	return fmt.Sprintf("something that was deleted (%d)", id)
}

func (c *checkup) unreadable(kinds ...Kind) bool {
	for ref := range c.damaged {
		if slices.Contains(kinds, ref.Kind) {
			return true
		}
	}
	return false
}

// unnamed speaks of the damaged records that nothing else spoke of.
func (c *checkup) unnamed() error {
	list := slices.SortedFunc(maps.Keys(c.damaged), compareRefs)
	for _, ref := range list {
		switch name := c.names[ref]; {
		case name != "":
			c.find("%s %q: record damaged", ref.Kind, name)
		case ref.Kind == KindAccount:
			c.find("the account's own record is damaged or missing")
		default:
			c.find("%s %d: record damaged", ref.Kind, ref.ID)
		}
	}
	return nil
}
