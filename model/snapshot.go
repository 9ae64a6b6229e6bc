package model

import (
	"context"
	"errors"
	"slices"
)

// Snapshot is an immutable picture of the account at one revision.
type Snapshot struct {
	revision        uint64
	account         Account
	users           *Table[User]
	serviceAccounts *Table[ServiceAccount]
	apiKeys         *Table[APIKey]
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

// APIKey returns what is kept of a service account's key.
func (s *Snapshot) APIKey(of ServiceAccount) (APIKey, bool) { return s.apiKeys.Get(of.Key) }

// ServiceAccountsChangedSince returns the ids of the service accounts that differ from before, themselves or in their key.
// The answer is false when that isn't known, so that anything may differ.
func (s *Snapshot) ServiceAccountsChangedSince(before *Snapshot) ([]ID, bool) {
	ids, ok := s.serviceAccounts.ChangedSince(before.serviceAccounts)
	keyIDs, keysOK := s.apiKeys.ChangedSince(before.apiKeys)
	if !ok || !keysOK {
		return nil, false
	}
	ids = append([]ID(nil), ids...)
	for _, id := range keyIDs {
		if k, there := s.apiKeys.Get(id); there { // a key that went took its service account along
			ids = append(ids, k.ServiceAccount)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids), true
}

// ActiveAdmins returns how many Active users with the Admin role the account has.
func (s *Snapshot) ActiveAdmins() int { return s.activeAdmins }

// Total returns how many records of a kind the store holds, which is more than are loaded while a Loader is at work.
func (s *Snapshot) Total(kind Kind) int { return s.totals[kind] }

// loadedKinds are the kinds that a snapshot holds as tables, in the order in which they are loaded.
var loadedKinds = []Kind{KindUser, KindServiceAccount, KindAPIKey}

// Refresh returns a snapshot of the store as it is now: s itself if nothing changed, otherwise a copy in which only what
// changed was read again.
func (s *Snapshot) Refresh(ctx context.Context, store Store) (*Snapshot, error) {
	var next *Snapshot
	err := store.View(ctx, func(tx ReadTx) error {
		if tx.Revision() == s.revision {
			next = s
			return nil
		}
		refs, complete, err := tx.Changes(s.revision)
		if err != nil || !complete {
			return err
		}
		next, err = s.with(tx, refs)
		return err
	})
	if err != nil || next != nil {
		return next, err
	}
	return LoadSnapshot(ctx, store)
}

// with reads the records that changed and returns the snapshot at the transaction's revision.
func (s *Snapshot) with(tx ReadTx, refs []Ref) (*Snapshot, error) {
	changes := map[Kind][]rowChange{}
	for _, ref := range refs {
		b, err := tx.Get(ref.Kind, ref.ID)
		switch {
		case errors.Is(err, ErrNotFound):
			b = nil
		case err != nil:
			return nil, err
		default:
			b = append([]byte{}, b...)
		}
		changes[ref.Kind] = append(changes[ref.Kind], rowChange{ref.ID, b})
	}
	next := *s
	var err error
	if next.users, err = applyRows(s.users, KindUser, changes[KindUser]); err != nil {
		return nil, err
	}
	if next.serviceAccounts, err = applyRows(s.serviceAccounts, KindServiceAccount, changes[KindServiceAccount]); err != nil {
		return nil, err
	}
	if next.apiKeys, err = applyRows(s.apiKeys, KindAPIKey, changes[KindAPIKey]); err != nil {
		return nil, err
	}
	if err := next.readFigures(tx); err != nil {
		return nil, err
	}
	return &next, nil
}

func applyRows[T any](t *Table[T], kind Kind, changes []rowChange) (*Table[T], error) {
	if len(changes) == 0 {
		return t, nil
	}
	for _, c := range changes {
		if c.record == nil {
			continue
		}
		if _, ok := t.decode(c.id, c.record, true); !ok {
			return nil, undecodable(kind, c.id)
		}
	}
	return t.with(changes), nil
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
	for _, kind := range loadedKinds {
		if s.totals[kind], err = tx.Count(kind); err != nil {
			return err
		}
	}
	return nil
}
