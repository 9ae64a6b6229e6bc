package model

import (
	"context"
	"errors"
	"fmt"
)

// named is what service accounts, groups, workspaces and roles have in common: a unique name and a description.
type named[T any] interface {
	record
	about() (name, description string)
	version() uint64
	with(name, description string) T // the same, called so
	next() T                         // the same in its next version
	references() references
}

// entity is a kind of named record, and where it is kept.
type entity[T named[T]] struct {
	kind   Kind
	index  Index // of its names
	action string
	decode decodeFunc[T]
	fixed  func(ID) (T, bool) // those that no store keeps; may be nil
}

var (
	serviceAccounts = entity[ServiceAccount]{KindServiceAccount, IndexServiceAccountName, "service_account", decodeServiceAccount, nil}
	groups          = entity[Group]{KindGroup, IndexGroupName, "group", decodeGroup, nil}
	workspaces      = entity[Workspace]{KindWorkspace, IndexWorkspaceName, "workspace", decodeWorkspace, nil}
	roles           = entity[Role]{KindRole, IndexRoleName, "role", decodeRole, BuiltInRole}
)

func nameOf[T named[T]](r T) string {
	name, _ := r.about()
	return name
}

// fetch reads a record and holds it against the version that the caller saw.
func (e entity[T]) fetch(c *change, seen Seen) (T, error) {
	if e.fixed != nil {
		if r, ok := e.fixed(seen.ID); ok {
			return r, nil // for the rules to refuse
		}
	}
	r, err := load(c, e.kind, seen.ID, e.decode)
	if errors.Is(err, ErrNotFound) {
		return r, gone(e.kind.String())
	}
	if err != nil {
		return r, err
	}
	return r, checkVersion(nameOf(r), r.version(), seen)
}

// create writes a new record with its event, after a look at its name.
func (e entity[T]) create(c *change, r T, changes ...Change) error {
	name, description := r.about()
	if err := e.nameFree(c, r.ref().ID, name); err != nil {
		return err
	}
	if err := save(c, nil, r); err != nil {
		return err
	}
	if err := c.recount(e.kind, r.ref().ID, references{}, r.references()); err != nil {
		return err
	}
	return c.event(e.action+".create", r.ref(), name, append(differs("description", "", description), changes...)...)
}

// change is the shape of every change of one record: read, ask, apply, save, record. apply gets the record in its next
// version and returns what changed; when nothing did, nothing is written.
func (e entity[T]) change(c *change, seen Seen, action string, may func(Rules, T) error, apply func(*T) ([]Change, error)) (string, error) {
	old, err := e.fetch(c, seen)
	name := nameOf(old)
	if err != nil {
		return name, err
	}
	rules, err := c.rules()
	if err != nil {
		return name, err
	}
	if err := may(rules, old); err != nil {
		return name, err
	}
	r := old.next()
	changes, err := apply(&r)
	if err != nil || len(changes) == 0 {
		return name, err
	}
	if err := save(c, old, r); err != nil {
		return name, err
	}
	if err := c.recount(e.kind, r.ref().ID, old.references(), r.references()); err != nil {
		return name, err
	}
	return name, c.event(e.action+"."+action, r.ref(), nameOf(r), changes...)
}

// rename changes a record's name.
func (e entity[T]) rename(ctx context.Context, d *Directory, actor Actor, seen Seen, may func(Rules, T) error, name string) error {
	name, err := CleanName(name)
	if err != nil {
		return err
	}
	return d.update(ctx, actor, func(c *change) error { return e.renameIn(c, seen, may, name) })
}

// renameIn changes a record's name within a transaction.
func (e entity[T]) renameIn(c *change, seen Seen, may func(Rules, T) error, name string) error {
	_, err := e.change(c, seen, "rename", may, func(r *T) ([]Change, error) {
		was, description := (*r).about()
		*r = (*r).with(name, description)
		return differs("name", was, name), e.nameFree(c, seen.ID, name)
	})
	return err
}

// describe changes a record's description.
func (e entity[T]) describe(ctx context.Context, d *Directory, actor Actor, seen Seen, may func(Rules, T) error, description string) error {
	description, err := CleanDescription(description)
	if err != nil {
		return err
	}
	return d.update(ctx, actor, func(c *change) error { return e.describeIn(c, seen, may, description) })
}

// describeIn changes a record's description within a transaction.
func (e entity[T]) describeIn(c *change, seen Seen, may func(Rules, T) error, description string) error {
	_, err := e.change(c, seen, "describe", may, func(r *T) ([]Change, error) {
		name, was := (*r).about()
		*r = (*r).with(name, description)
		return differs("description", was, description), nil
	})
	return err
}

// delete removes a record with its unique name and what was counted for it.
func (e entity[T]) delete(c *change, seen Seen, may func(Rules, T) error, changes func(T) []Change) (string, error) {
	r, err := e.fetch(c, seen)
	name, description := r.about()
	if err != nil {
		return name, err
	}
	rules, err := c.rules()
	if err != nil {
		return name, err
	}
	if err := may(rules, r); err != nil {
		return name, err
	}
	lost := append(differs("description", description, ""), changes(r)...)
	if err := e.drop(c, r); err != nil {
		return name, err
	}
	return name, c.event(e.action+".delete", r.ref(), name, lost...)
}

// drop erases a record with all that was counted.
func (e entity[T]) drop(c *change, r T) error {
	if err := c.recount(e.kind, r.ref().ID, r.references(), references{}); err != nil {
		return err
	}
	if err := c.dropTally(r.ref().ID); err != nil {
		return err
	}
	return erase(c, r)
}

// nameFree refuses a name that another record of the kind has.
func (e entity[T]) nameFree(c *change, id ID, name string) error {
	if e.kind == KindRole && builtInName(name) {
		return nameTaken(e.kind, name)
	}
	holder, taken, err := held(c, e.index, FoldName(name))
	if err != nil || !taken || holder == id {
		return err
	}
	return nameTaken(e.kind, name)
}

func nameTaken(kind Kind, name string) error {
	return &Error{
		Kind: ErrTaken, What: fmt.Sprintf("There is a %s named %q already", kind, name), Short: "name is taken", Hint: "Choose another name.",
	}
}
