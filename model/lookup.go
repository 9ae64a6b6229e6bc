package model

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// What is here reads a record or two for a process that asks once and has no Snapshot: a command that copies a key from an
// account of a million users reads a handful of records.

// idIn returns the id that a text may be, 0 if it is none.
func idIn(text string) ID {
	n, _ := strconv.ParseUint(strings.TrimSpace(text), 10, 64) // 0 is nobody's
	return ID(n)
}

// find returns the record with a name, or with an id where nothing is called so. A text that is the one's name and another's
// id is refused: what is meant can't be told.
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
	also := idIn(name)
	if !known {
		id = also
	}
	r, err := e.fetch(in, Seen{ID: id})
	if errors.Is(err, ErrNotFound) {
		return none, e.unknown(name)
	}
	if err != nil || also == id || also == 0 {
		return r, err
	}
	switch other, err := e.fetch(in, Seen{ID: also}); {
	case err == nil:
		return none, &Error{
			Kind: ErrConflict, What: fmt.Sprintf("%s is the name of one %s and the id of another, %s", name, e.kind, nameOf(other)),
			Hint: fmt.Sprintf("Call the other by its name, or this one by its id, %d.", id),
		}
	case !errors.Is(err, ErrNotFound):
		return none, err
	}
	return r, nil
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

// May asks the rules for somebody, for what is done outside of a Directory.
func (d *Directory) May(ctx context.Context, actor Actor, may func(Rules) error) error {
	return d.lookAs(ctx, actor, func(_ *change, rules Rules) error { return may(rules) })
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

// FindGroup returns the group with a name, or with an id where none is called so.
func (d *Directory) FindGroup(ctx context.Context, actor Actor, name string) (Group, error) {
	return findSeen(ctx, d, actor, groups, name)
}

// FindWorkspace returns the workspace with a name, or with an id where none is called so.
func (d *Directory) FindWorkspace(ctx context.Context, actor Actor, name string) (Workspace, error) {
	return findSeen(ctx, d, actor, workspaces, name)
}

// FindRoleOfAny returns the role with a name in either scope, or with an id where none is called so.
func (d *Directory) FindRoleOfAny(ctx context.Context, actor Actor, name string) (Role, error) {
	return findSeen(ctx, d, actor, roles, name)
}

// findSeen finds what only those see who see the account.
func findSeen[T named[T]](ctx context.Context, d *Directory, actor Actor, e entity[T], name string) (T, error) {
	var r T
	err := d.lookAs(ctx, actor, func(in *change, rules Rules) (err error) {
		if err := rules.SeeAll(); err != nil {
			return err
		}
		r, err = e.find(in, name)
		return err
	})
	return r, err
}

// FindUser returns the user with an email, or with an id. Who may not see all users finds themselves.
func (d *Directory) FindUser(ctx context.Context, actor Actor, email string) (User, error) {
	var u User
	err := d.lookAs(ctx, actor, func(in *change, rules Rules) error {
		id, known, err := held(in, IndexUserEmail, FoldEmail(strings.TrimSpace(email)))
		if err != nil {
			return err
		}
		if !known {
			id = idIn(email)
		}
		if seen := rules.SeeAll(); seen != nil && id != actor.User {
			return seen
		}
		if u, err = load(in, KindUser, id, decodeUser); errors.Is(err, ErrNotFound) {
			return unknownUser(email)
		}
		return err
	})
	return u, err
}

// FindInvited is FindUser for who wants to resend or cancel an invitation. Who may invite but not see all users finds those who
// are invited by their exact email, and learns of others no more than that they have joined.
func (d *Directory) FindInvited(ctx context.Context, actor Actor, email string) (User, error) {
	var u User
	asUsual := false
	email = strings.TrimSpace(email)
	err := d.lookAs(ctx, actor, func(in *change, rules Rules) error {
		asUsual = rules.SeeAll() == nil || rules.May(PermAccountInvite) != nil
		if asUsual {
			return nil
		}
		id, known, err := held(in, IndexUserEmail, FoldEmail(email))
		if err != nil {
			return err
		}
		if !known {
			return unknownUser(email)
		}
		found, err := load(in, KindUser, id, decodeUser)
		if err == nil && found.Status != StatusInvited {
			err = wrongStatus(User{Name: email}, "has joined", "")
		}
		u = User{ID: found.ID, Email: found.Email}
		return err
	})
	if asUsual && err == nil {
		return d.FindUser(ctx, actor, email)
	}
	return u, err
}

func unknownUser(email string) error {
	return &Error{
		Kind: ErrNotFound, What: fmt.Sprintf("There is no user %q in this account", email),
		Hint: "Users are named by their email; an id will do too.",
	}
}

// FindRole returns the role with a name in a scope, or with an id where none is called so.
func (d *Directory) FindRole(ctx context.Context, scope Scope, name string) (Role, error) {
	var r Role
	err := d.look(ctx, func(in *change) (err error) {
		if r, err = roles.find(in, name); err == nil && r.Scope != scope {
			err = &Error{
				Kind: ErrNotFound, What: fmt.Sprintf("%s is a %s role, and a %s role is asked for here", r.Name, r.Scope, scope),
				Hint: "A tenant role is what somebody is in the account, a workspace role what they are in one workspace.",
			}
		}
		return err
	})
	return r, err
}

// ServiceAccount returns a service account with what it refers to.
func (d *Directory) ServiceAccount(ctx context.Context, actor Actor, id ID) (ServiceAccountDetails, error) {
	return d.ServiceAccounts(actor).One(ctx, id)
}

// readOnly lets what looks up in a change look up in a picture. Nothing that writes is ever called.
type readOnly struct{ ReadTx }

// NextID gives out nothing: an id would be another change's too.
func (readOnly) NextID() (ID, error) { return 0, errReadOnly }

// Put writes nothing.
func (readOnly) Put(Kind, ID, []byte) error { return errReadOnly }

// Delete removes nothing.
func (readOnly) Delete(Kind, ID) error { return errReadOnly }

// Reserve takes no key, whoever holds it.
func (readOnly) Reserve(Index, string, ID) error { return errReadOnly }

// Release gives no key back.
func (readOnly) Release(Index, string) error { return errReadOnly }

var errReadOnly = errors.New("this is only for reading")
