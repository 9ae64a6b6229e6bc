package model

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// What is here reads a record or two for a process that asks once and has no Snapshot: a command that copies a key from an
// account of a million users reads a handful of records.

// find returns the record with a name, or with an id where nothing is called so.
func (e entity[T]) find(in *change, name string) (T, error) {
	var none T
	if e.fixed != nil {
		for id := range FirstID {
			if r, ok := e.fixed(id); ok && FoldName(nameOf(r)) == FoldName(name) {
				return r, nil
			}
		}
	}
	id, known, err := held(in, e.index, FoldName(name))
	if err != nil {
		return none, err
	}
	if !known {
		n, err := strconv.ParseUint(strings.TrimSpace(name), 10, 64)
		if err != nil {
			return none, e.unknown(name)
		}
		id = ID(n)
	}
	r, err := e.fetch(in, Seen{ID: id})
	if errors.Is(err, ErrNotFound) {
		return none, e.unknown(name)
	}
	return r, err
}

func (e entity[T]) unknown(name string) error {
	return &Error{
		Kind: ErrNotFound, What: fmt.Sprintf("There is no %s %q in this account", e.kind, name),
		Hint: "Look at how it is written; an id will do too.",
	}
}

// look calls fn with what looks up in one picture of the store.
func (d *Directory) look(ctx context.Context, fn func(in *change) error) error {
	return d.store.View(ctx, func(tx ReadTx) error {
		in := &change{WriteTx: readOnly{tx}, d: d, now: d.now()}
		if err := fn(in); err != nil {
			return err
		}
		return in.fault
	})
}

// lookAs is look for somebody, with the rules for them.
func (d *Directory) lookAs(ctx context.Context, actor Actor, fn func(in *change, rules Rules) error) error {
	return d.look(ctx, func(in *change) (err error) {
		if in.actor, err = actingUser(in, actor); err != nil {
			return err
		}
		rules, err := in.rules()
		if err != nil {
			return err
		}
		return fn(in, rules)
	})
}

// FindServiceAccount returns the service account with a name, or with an id where none is called so.
func (d *Directory) FindServiceAccount(ctx context.Context, actor Actor, name string) (ServiceAccount, error) {
	var s ServiceAccount
	err := d.lookAs(ctx, actor, func(in *change, rules Rules) (err error) {
		if err := rules.SeeServiceAccounts(); err != nil {
			return err
		}
		s, err = serviceAccounts.find(in, name)
		return err
	})
	return s, err
}

// FindRole returns the role with a name in a scope, or with an id where none is called so.
func (d *Directory) FindRole(ctx context.Context, scope Scope, name string) (Role, error) {
	var r Role
	err := d.look(ctx, func(in *change) (err error) {
		if r, err = roles.find(in, name); err == nil && r.Scope != scope {
			err = roles.unknown(name)
		}
		return err
	})
	return r, err
}

// ServiceAccountDetails is a service account with what it refers to.
type ServiceAccountDetails struct {
	ServiceAccount
	RoleName string
	APIKey   APIKey
	OldKey   *APIKey           // the key before the last rotation while it is still good, else nil
	Access   []WorkspaceAccess // by the workspaces' names
	Creator  string            // the email of who created it, "" for somebody who was removed
}

// ServiceAccount returns a service account with what it refers to.
func (d *Directory) ServiceAccount(ctx context.Context, actor Actor, id ID) (ServiceAccountDetails, error) {
	var out ServiceAccountDetails
	err := d.lookAs(ctx, actor, func(in *change, rules Rules) error {
		if err := rules.SeeServiceAccounts(); err != nil {
			return err
		}
		s, err := serviceAccounts.fetch(in, Seen{ID: id})
		if err != nil {
			return err
		}
		out = in.details(s)
		return nil
	})
	return out, err
}

func (c *change) details(s ServiceAccount) ServiceAccountDetails {
	out := ServiceAccountDetails{ServiceAccount: s, RoleName: c.roleName(s.Role), Access: accessTo(c, s.Workspaces)}
	out.APIKey, _ = c.apiKey(s.Key)
	if old, ok := previousKey(c, s, c.now); ok {
		out.OldKey = &old
	}
	creator, _ := lookUp(c, KindUser, s.CreatedBy, decodeUser)
	out.Creator = creator.Email
	slices.SortFunc(out.Access, func(a, b WorkspaceAccess) int { return compareNames(a.Workspace.Name, b.Workspace.Name) })
	return out
}

// readOnly lets what looks up in a change look up in a picture. Nothing that writes is ever called.
type readOnly struct{ ReadTx }

func (readOnly) NextID() (ID, error)             { return 0, errReadOnly }
func (readOnly) Put(Kind, ID, []byte) error      { return errReadOnly }
func (readOnly) Delete(Kind, ID) error           { return errReadOnly }
func (readOnly) Reserve(Index, string, ID) error { return errReadOnly }
func (readOnly) Release(Index, string) error     { return errReadOnly }

var errReadOnly = errors.New("this is only for reading")
