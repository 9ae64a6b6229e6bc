package model

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
)

// Snapshot is an immutable picture of the account at one revision.
type Snapshot struct {
	revision        uint64
	account         Account
	users           *Table[User]
	serviceAccounts *Table[ServiceAccount]
	apiKeys         *Table[APIKey]
	groups          *Table[Group]
	workspaces      *Table[Workspace]
	roles           *Table[Role]
	tallies         *Table[Tally]
	names           *names
	activeAdmins    int
	totals          map[Kind]int // how many there are, also of those that aren't loaded yet
}

// Revision returns the store's revision that the picture shows.
func (s *Snapshot) Revision() uint64 { return s.revision }

// Account returns the account's own record.
func (s *Snapshot) Account() Account { return s.account }

// Users returns all users.
func (s *Snapshot) Users() *Table[User] { return s.users }

// ServiceAccounts returns all service accounts.
func (s *Snapshot) ServiceAccounts() *Table[ServiceAccount] { return s.serviceAccounts }

// Groups returns all groups.
func (s *Snapshot) Groups() *Table[Group] { return s.groups }

// Workspaces returns all workspaces.
func (s *Snapshot) Workspaces() *Table[Workspace] { return s.workspaces }

// Group returns the group with an id.
func (s *Snapshot) Group(id ID) (Group, bool) { return s.groups.Get(id) }

// Workspace returns the workspace with an id.
func (s *Snapshot) Workspace(id ID) (Workspace, bool) { return s.workspaces.Get(id) }

// Tally returns who refers to a group, a workspace or a role.
func (s *Snapshot) Tally(id ID) Tally {
	t, _ := s.tallies.Get(id)
	t.ID = id
	return t
}

// Role returns a role, built in or custom.
func (s *Snapshot) Role(id ID) (Role, bool) {
	if r, ok := BuiltInRole(id); ok {
		return r, true
	}
	return s.roles.Get(id)
}

// names is what groups, workspaces and roles are called: a filter looks a million times, and has no time to read records.
type names struct {
	of      map[ID]string
	builtIn [16]string // by id, without a map
}

// readNames makes the names anew when something has changed that has one.
func (s *Snapshot) readNames() {
	n := &names{of: make(map[ID]string, s.groups.Len()+s.workspaces.Len()+s.roles.Len())}
	for _, r := range builtInRoles {
		n.builtIn[r.ID] = r.Name
	}
	addNames(n, s.groups)
	addNames(n, s.workspaces)
	addNames(n, s.roles)
	s.names = n
}

func addNames[T named[T]](n *names, t *Table[T]) {
	for i := range t.Len() {
		n.of[t.ID(i)] = nameOf(t.At(i))
	}
}

// NameOf returns what a group, a workspace or a role is called; false when it isn't there.
func (s *Snapshot) NameOf(id ID) (string, bool) {
	if id < ID(len(s.names.builtIn)) {
		name := s.names.builtIn[id]
		return name, name != ""
	}
	name, ok := s.names.of[id]
	return name, ok
}

// RoleName returns what a role is called, or "unknown role" for one that doesn't exist.
func (s *Snapshot) RoleName(id ID) string {
	if name, ok := s.NameOf(id); ok {
		return name
	}
	return "unknown role"
}

// Roles returns the built-in roles in their order, and then the custom ones by name.
func (s *Snapshot) Roles() []Role {
	custom := make([]Role, s.roles.Len())
	for i := range custom {
		custom[i] = s.roles.At(i)
	}
	slices.SortFunc(custom, func(a, b Role) int { return compareNames(a.Name, b.Name) })
	return append(slices.Clone(builtInRoles), custom...)
}

// RolesOf returns the roles of a scope, in the order of Roles.
func (s *Snapshot) RolesOf(scope Scope) []Role {
	return slices.DeleteFunc(s.Roles(), func(r Role) bool { return r.Scope != scope })
}

// ServiceAccountRoles returns the roles that a service account can have: all of the account's but Tenant Guest.
func (s *Snapshot) ServiceAccountRoles() []Role {
	return slices.DeleteFunc(s.RolesOf(ScopeTenant), func(r Role) bool { return r.ID == RoleTenantGuest })
}

// SameNames reports whether all groups, workspaces and roles are called as they were before, and are the same ones: whether
// rows that show their names look the same. The answer may be false when they are.
func (s *Snapshot) SameNames(before *Snapshot) bool {
	return sameNames(s.groups, before.groups) && sameNames(s.workspaces, before.workspaces) && sameNames(s.roles, before.roles)
}

func sameNames[T named[T]](now, before *Table[T]) bool {
	ids, ok := now.ChangedSince(before)
	if !ok {
		return false
	}
	for _, id := range ids {
		a, had := before.Get(id)
		b, has := now.Get(id)
		if had != has || nameOf(a) != nameOf(b) {
			return false
		}
	}
	return true
}

func compareNames(a, b string) int { return strings.Compare(FoldName(a), FoldName(b)) }

// APIKey returns what is kept of a service account's key.
func (s *Snapshot) APIKey(of ServiceAccount) (APIKey, bool) { return s.apiKeys.Get(of.Key) }

// PreviousKey returns what is kept of the key that a service account had before the last rotation, if that key is still good
// at a time.
func (s *Snapshot) PreviousKey(of ServiceAccount, at time.Time) (APIKey, bool) {
	return previousKey(s, of, at)
}

// RotatedKey returns what is kept of the key that a service account had before the last rotation, whether it is still good or
// not.
func (s *Snapshot) RotatedKey(of ServiceAccount) (APIKey, bool) {
	if of.PreviousKey == 0 {
		return APIKey{}, false
	}
	return s.apiKeys.Get(of.PreviousKey)
}

// AnyRotated reports whether there is a service account whose key was rotated. It is answered from what is counted, also
// while the account is being loaded.
func (s *Snapshot) AnyRotated() bool { return s.totals[KindAPIKey] > s.totals[KindServiceAccount] }

func (s *Snapshot) apiKey(id ID) (APIKey, bool) { return s.apiKeys.Get(id) }

// ServiceAccountsChangedSince returns the ids of the service accounts that differ from before, themselves or in a key.
// The answer is false when that isn't known, so that anything may differ.
func (s *Snapshot) ServiceAccountsChangedSince(before *Snapshot) ([]ID, bool) {
	ids, ok := s.serviceAccounts.ChangedSince(before.serviceAccounts)
	keyIDs, keysOK := s.apiKeys.ChangedSince(before.apiKeys)
	if !ok || !keysOK {
		return nil, false
	}
	ids = append([]ID(nil), ids...)
	for _, id := range keyIDs {
		if k, there := s.apiKeys.Get(id); there { // one that went is gone from its service account's record too
			ids = append(ids, k.ServiceAccount)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids), true
}

// ActiveAdmins returns how many Active users with the Admin role the account has.
func (s *Snapshot) ActiveAdmins() int { return s.activeAdmins }

// Total returns how many records of a kind the store holds, which is more than are loaded while a Loader is at work, and of
// events, none of which a snapshot holds, how many there are.
func (s *Snapshot) Total(kind Kind) int { return s.totals[kind] }

// loadedKinds are the kinds that a snapshot holds as tables, in the order in which they are loaded: first what is little and
// what rows show the names of.
var loadedKinds = []Kind{KindRole, KindGroup, KindWorkspace, KindTally, KindUser, KindServiceAccount, KindAPIKey}

// Refresh returns a snapshot of the store as it is now: s itself if nothing changed, otherwise a copy in which only what
// changed was read again. The copy is made after the transaction: tables are large, and whoever wants to write would wait.
func (s *Snapshot) Refresh(ctx context.Context, store Store) (*Snapshot, error) {
	var news news
	err := store.View(ctx, func(tx ReadTx) (err error) {
		news, err = s.readNews(tx)
		return err
	})
	switch {
	case err != nil:
		return nil, err
	case !news.complete:
		return LoadSnapshot(ctx, store)
	case news.figures.revision == s.revision:
		return s, nil
	}
	return s.with(news)
}

// news is what a snapshot lacks.
type news struct {
	complete bool      // what changed is known
	figures  *Snapshot // without tables
	changes  map[Kind][]rowChange
}

// readNews reads what changed since.
func (s *Snapshot) readNews(tx ReadTx) (n news, err error) {
	n = news{complete: true, figures: s, changes: map[Kind][]rowChange{}}
	if tx.Revision() == s.revision {
		return n, nil
	}
	var refs []Ref
	if refs, n.complete, err = tx.Changes(s.revision); err != nil || !n.complete {
		return n, err
	}
	for _, ref := range refs {
		if !slices.Contains(loadedKinds, ref.Kind) {
			continue
		}
		b, err := tx.Get(ref.Kind, ref.ID)
		switch {
		case errors.Is(err, ErrNotFound):
			b = nil
		case err != nil:
			return n, err
		default:
			b = append([]byte{}, b...)
		}
		n.changes[ref.Kind] = append(n.changes[ref.Kind], rowChange{ref.ID, b})
	}
	n.figures = &Snapshot{}
	return n, n.figures.readFigures(tx)
}

// with returns the snapshot with what it lacked.
func (s *Snapshot) with(n news) (*Snapshot, error) {
	next := *s
	next.revision, next.account, next.activeAdmins, next.totals = n.figures.revision, n.figures.account, n.figures.activeAdmins, n.figures.totals
	err := errors.Join(
		applyRows(&next.users, KindUser, n.changes),
		applyRows(&next.serviceAccounts, KindServiceAccount, n.changes),
		applyRows(&next.apiKeys, KindAPIKey, n.changes),
		applyRows(&next.groups, KindGroup, n.changes),
		applyRows(&next.workspaces, KindWorkspace, n.changes),
		applyRows(&next.roles, KindRole, n.changes),
		applyRows(&next.tallies, KindTally, n.changes),
	)
	if next.groups != s.groups || next.workspaces != s.workspaces || next.roles != s.roles {
		next.readNames()
	}
	return &next, err
}

// applyRows puts what changed of a kind in the place of a table.
func applyRows[T any](t **Table[T], kind Kind, changes map[Kind][]rowChange) error {
	list := changes[kind]
	for _, c := range list {
		if c.record == nil {
			continue
		}
		if _, ok := (*t).decode(c.id, c.record, true); !ok {
			return undecodable(kind, c.id)
		}
	}
	if len(list) > 0 {
		*t = (*t).with(list)
	}
	return nil
}

// readFigures reads what a snapshot holds beside its tables.
func (s *Snapshot) readFigures(tx ReadTx) (err error) {
	s.revision = tx.Revision()
	if s.account, err = load(tx, KindAccount, AccountID, decodeAccount); err != nil {
		return err
	}
	if s.activeAdmins, err = tx.Count(KindActiveAdmin); err != nil {
		return err
	}
	s.totals = map[Kind]int{}
	for _, kind := range append([]Kind{KindEvent}, loadedKinds...) {
		if s.totals[kind], err = tx.Count(kind); err != nil {
			return err
		}
	}
	return nil
}
