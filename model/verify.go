package model

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"lanyard/keys"
)

// Reason is why a key isn't good, in a word that programs may rely on.
type Reason string

// The reasons, in the order in which they are found out.
const (
	ReasonMalformed Reason = "malformed" // not of the form of an API key
	ReasonChecksum  Reason = "checksum"  // mistyped or cut
	ReasonUnknown   Reason = "unknown"   // no such key, or not any more
	ReasonExpired   Reason = "expired"
	ReasonLacks     Reason = "lacks permission" // a good key that may not do what was asked for
)

// Verdict is what there is to say of a key. Of one that isn't good only Reason is set.
type Verdict struct {
	Reason         Reason // "" for a good key
	ServiceAccount ServiceAccount
	Role           Role
	Key            APIKey
	Workspaces     []WorkspaceAccess // those that it was added to; an Admin reaches all others too
	ReachesAll     bool
}

// WorkspaceAccess is a workspace and the role that somebody has there.
type WorkspaceAccess struct {
	Workspace Workspace
	Role      Role
}

// Good reports whether the key may be let in.
func (v Verdict) Good() bool { return v.Reason == "" }

// May reports whether the service account holds a permission: in the account, or with a workspace's name, in that one.
func (v Verdict) May(want Permission, workspace string) bool {
	if workspace == "" || v.ReachesAll {
		return v.Role.Allows(want)
	}
	return slices.ContainsFunc(v.Workspaces, func(w WorkspaceAccess) bool {
		return FoldName(w.Workspace.Name) == FoldName(workspace) && w.Role.Allows(want)
	})
}

// judgeKey compares a key with what is kept of it. An unknown one costs a comparison too, so that the time taken doesn't
// tell whether a public id exists.
func judgeKey(text []byte, now time.Time, find func(publicID string) (APIKey, bool)) (APIKey, Reason) {
	key, err := keys.Parse(text)
	defer key.Wipe() // a token of an invitation too
	switch {
	case errors.Is(err, keys.ErrChecksum):
		return APIKey{}, ReasonChecksum
	case err != nil || key.Kind() != keys.APIKey:
		return APIKey{}, ReasonMalformed
	}
	kept, known := find(key.PublicID())
	if !kept.Digest.Matches(key.Text()) || !known {
		return APIKey{}, ReasonUnknown
	}
	if kept.Expired(now) {
		return APIKey{}, ReasonExpired
	}
	return kept, ""
}

// verdictOn says what a good key opens.
func verdictOn(in facts, s ServiceAccount, k APIKey) Verdict {
	v := Verdict{ServiceAccount: s, Key: k}
	v.Role, _ = in.Role(s.Role)
	v.ReachesAll = v.Role.reachesAll()
	v.Workspaces = accessTo(in, s.Workspaces)
	return v
}

// accessTo returns the workspaces and roles that some grants name. Those that are gone are left out.
func accessTo(in facts, grants []WorkspaceGrant) (list []WorkspaceAccess) {
	for _, g := range grants {
		w, there := in.Workspace(g.Workspace)
		role, ok := in.Role(g.Role)
		if there && ok {
			list = append(list, WorkspaceAccess{w, role})
		}
	}
	return list
}

// VerifyAPIKey says whether a key is good, and whose it is. It reads only what it needs, for a process that asks once; one
// that asks often keeps a Verifier.
func (d *Directory) VerifyAPIKey(ctx context.Context, text []byte) (Verdict, error) {
	var v Verdict
	err := d.look(ctx, func(in *change) error {
		asked, known := "", false
		key, reason := judgeKey(text, d.now(), func(publicID string) (k APIKey, _ bool) {
			asked = publicID
			k, known = in.keyCalled(publicID)
			return k, known
		})
		if reason == ReasonUnknown && known {
			in.miss(asked)
		}
		if in.fault != nil || reason != "" {
			v = Verdict{Reason: reason}
			return in.fault
		}
		s, err := load(in, KindServiceAccount, key.ServiceAccount, decodeServiceAccount)
		if err != nil {
			return err
		}
		v = verdictOn(in, s, key)
		return nil
	})
	return v, err
}

// keyCalled reads what is kept of the key with a public id. Where there is none it reads the key that stands beside its
// place, so that as much is read.
func (c *change) keyCalled(publicID string) (k APIKey, known bool) {
	id, err := c.Find(IndexAPIKey, publicID)
	known = err == nil
	if errors.Is(err, ErrNotFound) {
		id, err = c.keyBeside(publicID)
	}
	if err != nil {
		c.fault = err
		return APIKey{}, false
	}
	k, there := lookUp(c, KindAPIKey, id, decodeAPIKey)
	return k, known && there
}

// keyBeside returns the key after the place of a public id, or the first one if it would be the last; 0 if there are none.
func (c *change) keyBeside(publicID string) (id ID, err error) {
	for _, from := range []string{publicID, ""} {
		if id != 0 || err != nil {
			break
		}
		err = c.ScanIndex(IndexAPIKey, from, func(_ string, beside ID) bool {
			id = beside
			return false
		})
	}
	return id, err
}

// miss looks for a public id that no key has, beside one that is known. The store makes sure of what it doesn't find, which
// takes longer than finding: a wrong secret is to cost what an unknown id does.
func (c *change) miss(publicID string) {
	if _, err := c.Find(IndexAPIKey, publicID+"\x00"); err != nil && !errors.Is(err, ErrNotFound) {
		c.fault = err
	}
}

// WorkspaceToVerify returns the workspace with a name, or with an id where none is called so. It asks for nobody's permission,
// as verifying doesn't: whoever guards a workspace by a name that isn't there has to hear of it.
func (d *Directory) WorkspaceToVerify(ctx context.Context, name string) (w Workspace, err error) {
	err = d.look(ctx, func(in *change) (err error) {
		w, err = workspaces.find(in, name)
		return err
	})
	return w, err
}

// usedGrain is how exactly it is kept when a key was last used.
const usedGrain = time.Minute

// NoteUse records that keys were used, each at a time, in one transaction. It is no change of the account: there is no
// event. A time that is no later than what is kept, at one-minute grain, writes nothing.
func (d *Directory) NoteUse(ctx context.Context, used map[ID]time.Time) error {
	return d.store.Update(ctx, func(tx WriteTx) error {
		for id, at := range used {
			k, err := load(tx, KindAPIKey, id, decodeAPIKey)
			if errors.Is(err, ErrNotFound) {
				continue
			}
			if err != nil {
				return err
			}
			at = at.Truncate(usedGrain)
			if !at.After(k.LastUsedAt) {
				continue
			}
			noted := k
			noted.LastUsedAt = at
			if err := save(tx, k, noted); err != nil {
				return err
			}
		}
		return nil
	})
}

// Verifier answers whether keys are good from memory. At each call it looks whether the store has changed, which takes a
// microsecond, so that a key that was deleted a moment ago by another process is refused. It is safe for concurrent use.
type Verifier struct {
	store Store
	now   func() time.Time

	mu       sync.Mutex
	mark     Mark
	snapshot *Snapshot
	byPublic map[string]ID // of the keys, by their public ids
}

// NewVerifier reads the account.
func NewVerifier(ctx context.Context, store Store, now func() time.Time) (*Verifier, error) {
	v := &Verifier{store: store, now: now}
	_, err := v.current(ctx)
	return v, err
}

// Verify says whether a key is good, and whose it is.
func (v *Verifier) Verify(ctx context.Context, text []byte) (Verdict, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	in, err := v.current(ctx)
	if err != nil {
		return Verdict{}, err
	}
	key, reason := judgeKey(text, v.now(), func(publicID string) (APIKey, bool) { return in.apiKeys.Get(v.byPublic[publicID]) })
	if reason != "" {
		return Verdict{Reason: reason}, nil
	}
	s, ok := in.serviceAccounts.Get(key.ServiceAccount)
	if !ok {
		return Verdict{Reason: ReasonUnknown}, nil
	}
	return verdictOn(in, s, key), nil
}

// current returns the account as it is now.
func (v *Verifier) current(ctx context.Context) (*Snapshot, error) {
	mark, err := v.store.Look()
	if err != nil {
		return nil, err
	}
	if v.snapshot != nil && mark == v.mark {
		return v.snapshot, nil
	}
	next, err := v.read(ctx)
	if err != nil {
		return nil, err
	}
	v.index(next)
	v.snapshot, v.mark = next, mark
	return next, nil
}

func (v *Verifier) read(ctx context.Context) (*Snapshot, error) {
	if v.snapshot == nil {
		return LoadSnapshot(ctx, v.store)
	}
	return v.snapshot.Refresh(ctx, v.store)
}

// index brings the public ids up to date: those of the keys that changed, or all.
func (v *Verifier) index(next *Snapshot) {
	if v.snapshot == nil {
		v.indexAll(next)
		return
	}
	ids, ok := next.apiKeys.ChangedSince(v.snapshot.apiKeys)
	if !ok {
		v.indexAll(next)
		return
	}
	for _, id := range ids {
		if gone, was := v.snapshot.apiKeys.Get(id); was {
			delete(v.byPublic, gone.PublicID)
		}
		if k, is := next.apiKeys.Get(id); is {
			v.byPublic[k.PublicID] = id
		}
	}
}

func (v *Verifier) indexAll(next *Snapshot) {
	v.byPublic = make(map[string]ID, next.apiKeys.Len())
	for i := range next.apiKeys.Len() {
		v.byPublic[next.apiKeys.At(i).PublicID] = next.apiKeys.ID(i)
	}
}
