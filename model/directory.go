package model

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"time"

	"lanyard/keys"
)

// Actor is who asks, and through what.
type Actor struct {
	User ID
	Via  Via
}

// Directory is the only writer of an account: one method a use case. Each method asks the rules, applies the change and
// appends its event in one store transaction. It is safe for concurrent use.
//
// What the rules refuse is an *Error of ErrInvalid, ErrNotFound, ErrNotPermitted, ErrTaken, ErrConflict, ErrLastAdmin, ErrLastOwner,
// ErrInUse or ErrStatus: IsRefusal knows them. A change of many reports each of these in its Outcome and does the rest, some hundred
// records in a transaction. Any other error is of the store or of the sealing key, and ends the work; what was done is in the
// Outcome.
type Directory struct {
	store  Store
	unlock func() (*keys.Root, error)
	// renewed reports whether a root key isn't the newest; nil where nobody else renews it.
	renewed func(*keys.Root) bool
	now     func() time.Time
	rand    io.Reader
}

// Options are what a Directory works with beside the store.
type Options struct {
	// Unlock returns a copy of the root key, which seals secrets and chains events. The copy is wiped after use, so that
	// whoever keeps the key can wipe it at any time without harm to what is under way. It is called often; errors are shown.
	Unlock func() (*keys.Root, error)
	// Renewed reports whether the data key was renewed since a root key was opened. It is called within transactions that seal,
	// so that it asks nobody and doesn't wait. It may be nil where nobody else can renew it.
	Renewed func(*keys.Root) bool
	// Now is the clock; time.Now if nil.
	Now func() time.Time
	// Rand is where secrets come from; crypto/rand if nil.
	Rand io.Reader
}

// NewDirectory returns the writer of a store.
func NewDirectory(store Store, o Options) *Directory {
	if o.Now == nil {
		o.Now = time.Now //nolint:forbidigo // the default of a clock that is handed in
	}
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	return &Directory{store: store, unlock: o.Unlock, renewed: o.Renewed, now: o.Now, rand: o.Rand}
}

// Refusing returns a directory of the same store whose every change fails with an error, as if the sealing key were out of
// reach: for work that somebody decided not to unlock it for.
func (d *Directory) Refusing(err error) *Directory {
	refusing := *d
	refusing.unlock = func() (*keys.Root, error) { return nil, err }
	return &refusing
}

// Store returns the store, for reading.
func (d *Directory) Store() Store { return d.store }

// Now returns the time by the directory's clock.
func (d *Directory) Now() time.Time { return d.now() }

// Seen names a record and the version of it that the caller saw. A change of a record that has moved on since fails
// with ErrConflict; version 0 takes the record as it is.
type Seen struct {
	ID      ID
	Version uint64
}

// change is a transaction of a Directory.
type change struct {
	WriteTx
	d     *Directory
	root  *keys.Root
	actor User
	via   Via
	now   time.Time

	tallies   map[ID]*keptTally
	recording *recording // for undo; nil when what happens can't be taken back
	fault     error      // what a look-up for the rules failed with
	told      []Change   // what the events of a row said
	chain     eventChain
	events    int  // how many were appended: none where nothing was to do
	sealed    bool // something was, under the root key
}

// lookUp reads a record for the rules, which know only whether it is there. Anything else fails the transaction.
func lookUp[T any](c *change, kind Kind, id ID, decode decodeFunc[T]) (T, bool) {
	r, err := load(c, kind, id, decode)
	if err != nil && !errors.Is(err, ErrNotFound) {
		c.fault = err
	}
	return r, err == nil
}

// Role returns a role as the transaction sees it.
func (c *change) Role(id ID) (Role, bool) {
	if r, ok := BuiltInRole(id); ok {
		return r, true
	}
	return lookUp(c, KindRole, id, decodeRole)
}

// Group returns a group as the transaction sees it.
func (c *change) Group(id ID) (Group, bool) { return lookUp(c, KindGroup, id, decodeGroup) }

// Workspace returns a workspace as the transaction sees it.
func (c *change) Workspace(id ID) (Workspace, bool) {
	return lookUp(c, KindWorkspace, id, decodeWorkspace)
}

// Tally returns who refers to something, as the transaction sees it.
func (c *change) Tally(id ID) Tally {
	t, err := c.tallyOf(id)
	if err != nil {
		c.fault = err
		return Tally{ID: id}
	}
	return t.Tally
}

func (c *change) apiKey(id ID) (APIKey, bool) { return lookUp(c, KindAPIKey, id, decodeAPIKey) }

// roleName returns what a role is called, for events.
func (c *change) roleName(id ID) string {
	r, _ := c.Role(id)
	return r.Name
}

// update runs one use case: it finds the actor and gives fn the transaction.
func (d *Directory) update(ctx context.Context, actor Actor, fn func(*change) error) error {
	err := d.updateOnce(ctx, actor, fn)
	if errors.Is(err, errRenewed) { // between the unlocking and the transaction: the next root key has the new data key
		err = d.updateOnce(ctx, actor, fn)
	}
	return err
}

func (d *Directory) updateOnce(ctx context.Context, actor Actor, fn func(*change) error) error {
	root, err := d.unlock()
	if err != nil {
		return err
	}
	defer root.Wipe()
	step := stepOf(ctx)
	var recording *recording
	err = d.store.Update(ctx, func(tx WriteTx) error {
		user, err := actingUser(tx, actor)
		if err != nil {
			return err
		}
		recording = newRecording(step)
		return d.change(tx, root, user, actor.Via, recording, fn)
	})
	if err == nil {
		step.committed(recording)
	}
	return err
}

// actingUser reads who acts.
func actingUser(tx ReadTx, actor Actor) (User, error) {
	u, err := load(tx, KindUser, actor.User, decodeUser)
	if errors.Is(err, ErrNotFound) {
		return u, &Error{Kind: ErrNotPermitted, What: "The acting user isn't in this account any more", Hint: "Act as somebody who is: --as EMAIL."}
	}
	return u, err
}

// change runs fn within a transaction, and writes what it counted and what undo needs; recording is nil if nothing can be
// taken back.
func (d *Directory) change(tx WriteTx, root *keys.Root, actor User, via Via, recording *recording, fn func(*change) error) error {
	c := &change{WriteTx: tx, d: d, root: root, actor: actor, via: via, now: d.now(), recording: recording}
	if err := c.tellOverdue(); err != nil {
		return err
	}
	if err := fn(c); err != nil {
		return cmp.Or(c.fault, err)
	}
	if c.sealed && d.renewed != nil && d.renewed(root) {
		return errRenewed
	}
	if err := c.settle(); err != nil || recording == nil {
		return err
	}
	return recording.keep(c)
}

// rules returns the rules as the account stands within the transaction.
func (c *change) rules() (Rules, error) {
	admins, err := c.Count(KindActiveAdmin)
	if err != nil {
		return Rules{}, err
	}
	actor, err := load(c, KindUser, c.actor.ID, decodeUser) // an earlier step of the same transaction may have changed it
	switch {
	case errors.Is(err, ErrNotFound):
		actor = c.actor
		actor.Status = StatusInactive
	case err != nil:
		return Rules{}, err
	}
	return Rules{Actor: actor, ActiveAdmins: admins, Now: c.now, in: c}, nil
}

// user reads a user and holds it against the version that the caller saw.
func (c *change) user(seen Seen) (User, error) {
	u, err := load(c, KindUser, seen.ID, decodeUser)
	if errors.Is(err, ErrNotFound) {
		return u, gone("user")
	}
	if err != nil {
		return u, err
	}
	return u, checkVersion(u.Name, u.Version, seen)
}

func gone(what string) error {
	return &Error{Kind: ErrNotFound, What: "This " + what + " isn't there any more", Short: "not there any more", Hint: "Somebody else has removed it."}
}

func checkVersion(name string, have uint64, seen Seen) error {
	if seen.Version == 0 || seen.Version == have {
		return nil
	}
	return &Error{
		Kind: ErrConflict, What: fmt.Sprintf("%s was changed by somebody else since you saw it", name),
		Short: "changed by somebody else meanwhile",
		Hint:  "Look at the new values and try again.",
	}
}

// saveUser writes a user and keeps the count of Active Admins true.
func (c *change) saveUser(old, u *User) error {
	was := old != nil && old.activeAdmin()
	var before record
	var referred references
	if old != nil {
		before, referred = *old, old.references()
	}
	if err := save(c, before, *u); err != nil {
		return err
	}
	if err := c.recount(KindUser, u.ID, referred, u.references()); err != nil {
		return err
	}
	return c.countAdmin(u.ID, was, u.activeAdmin())
}

func (c *change) countAdmin(id ID, was, is bool) error {
	switch {
	case is && !was:
		return c.Put(KindActiveAdmin, id, nil)
	case was && !is:
		return c.Delete(KindActiveAdmin, id)
	}
	return nil
}
