package model

import (
	"context"
	"errors"
	"iter"
	"slices"
)

// Lists for a process that asks once and has no Snapshot. They are read in pages, each in a short transaction of its own,
// so that a million records need no more memory than a thousand and nobody waits for whoever prints them. What others
// change meanwhile may be in the list or not.

// How much one page reads: rows that are kept, and records that are looked at.
const (
	pageRows  = 500
	pageReads = 20_000
)

// listing is how the records of a kind are listed.
type listing[T, D any] struct {
	kind    Kind
	index   Index // of their emails or names
	decode  decodeFunc[T]
	see     func(Rules) error // whether the actor sees all of them
	own     bool              // whether who doesn't sees their own
	fixed   []T               // what no store keeps, listed first
	details func(*browser, T) D
}

var (
	userListing = listing[User, UserDetails]{
		kind: KindUser, index: IndexUserEmail, decode: decodeUser, see: Rules.SeeAll, own: true, details: (*browser).user,
	}
	serviceAccountListing = listing[ServiceAccount, ServiceAccountDetails]{
		kind: KindServiceAccount, index: IndexServiceAccountName, decode: decodeServiceAccount, see: Rules.SeeServiceAccounts,
		details: (*browser).serviceAccount,
	}
	groupListing = listing[Group, GroupDetails]{
		kind: KindGroup, index: IndexGroupName, decode: decodeGroup, see: Rules.SeeAll, details: (*browser).group,
	}
	workspaceListing = listing[Workspace, WorkspaceDetails]{
		kind: KindWorkspace, index: IndexWorkspaceName, decode: decodeWorkspace, see: Rules.SeeAll, details: (*browser).workspace,
	}
	roleListing = listing[Role, RoleDetails]{
		kind: KindRole, index: IndexRoleName, decode: decodeRole, see: Rules.SeeAll, fixed: builtInRoles, details: (*browser).role,
	}
)

// List is the records of a kind that an actor sees, each with what it refers to. Each way of going through it reads the
// store anew and ends at the first error.
type List[T, D any] struct {
	d     *Directory
	actor Actor
	of    listing[T, D]
}

// Users returns the list of users. Who may not see all of them sees themselves.
func (d *Directory) Users(actor Actor) List[User, UserDetails] {
	return List[User, UserDetails]{d, actor, userListing}
}

// ServiceAccounts returns the list of service accounts.
func (d *Directory) ServiceAccounts(actor Actor) List[ServiceAccount, ServiceAccountDetails] {
	return List[ServiceAccount, ServiceAccountDetails]{d, actor, serviceAccountListing}
}

// Groups returns the list of groups.
func (d *Directory) Groups(actor Actor) List[Group, GroupDetails] {
	return List[Group, GroupDetails]{d, actor, groupListing}
}

// Workspaces returns the list of workspaces.
func (d *Directory) Workspaces(actor Actor) List[Workspace, WorkspaceDetails] {
	return List[Workspace, WorkspaceDetails]{d, actor, workspaceListing}
}

// Roles returns the list of roles, the built-in ones first.
func (d *Directory) Roles(actor Actor) List[Role, RoleDetails] {
	return List[Role, RoleDetails]{d, actor, roleListing}
}

// All goes through the records that keep wants, in the order in which they were made. A nil keep wants all.
func (l List[T, D]) All(ctx context.Context, keep func(T) bool) iter.Seq2[D, error] {
	return func(yield func(D, error) bool) {
		var seen recollection
		p := page[T, D]{List: l, keep: keep, fixed: true}
		for !p.done {
			if err := p.read(ctx, &seen); !deliver(yield, p.rows, err) {
				return
			}
		}
	}
}

// Pick goes through the records with some ids, in that order. Those that are gone are left out.
func (l List[T, D]) Pick(ctx context.Context, ids []ID) iter.Seq2[D, error] {
	return func(yield func(D, error) bool) {
		var seen recollection
		p := page[T, D]{List: l}
		for part := range slices.Chunk(ids, pageRows) {
			if err := p.pick(ctx, &seen, part); !deliver(yield, p.rows, err) {
				return
			}
		}
	}
}

// deliver hands over the rows of a page, or the error that there is instead. It reports whether to go on.
func deliver[D any](yield func(D, error) bool, rows []D, err error) bool {
	if err != nil {
		var none D
		yield(none, err)
		return false
	}
	for _, row := range rows {
		if !yield(row, nil) {
			return false
		}
	}
	return true
}

// One returns the record with an id, or ErrNotFound.
func (l List[T, D]) One(ctx context.Context, id ID) (D, error) {
	for row, err := range l.Pick(ctx, []ID{id}) {
		return row, err
	}
	var none D
	return none, gone(l.of.kind.String())
}

// get reads one record.
func (l List[T, D]) get(b *browser, id ID) (T, bool) {
	if l.of.kind == KindRole && id < FirstID {
		r, ok := BuiltInRole(id)
		built, _ := any(r).(T)
		return built, ok
	}
	return lookUp(b.change, l.of.kind, id, l.of.decode)
}

// look calls fn in one picture of the store, if the actor sees the list. own means that they see only themselves.
func (l List[T, D]) look(ctx context.Context, seen *recollection, fn func(b *browser, own bool) error) error {
	return l.d.lookAs(ctx, l.actor, func(in *change, rules Rules) error {
		err := l.of.see(rules)
		own := err != nil && l.of.own && rules.active() == nil
		if err != nil && !own {
			return err
		}
		seen.renew(in.Revision())
		return fn(&browser{in, seen}, own)
	})
}

// page reads a list a page at a time.
type page[T, D any] struct {
	List[T, D]
	keep  func(T) bool
	fixed bool // what no store keeps comes next
	next  ID
	rows  []D // of the page that was read last
	done  bool
}

// read reads the next page.
func (p *page[T, D]) read(ctx context.Context, seen *recollection) error {
	return p.look(ctx, seen, func(b *browser, own bool) error {
		p.rows = p.rows[:0]
		if p.fixed {
			for _, r := range p.of.fixed {
				p.take(b, r)
			}
		}
		if own {
			return p.readOwn(b)
		}
		next, reads, whole := p.next, 0, true
		var bad error
		err := b.Scan(p.of.kind, p.next, func(id ID, record []byte) bool {
			if reads == pageReads || len(p.rows) >= pageRows {
				whole = false
				return false
			}
			r, ok := p.of.decode(id, record, false)
			if !ok {
				bad = undecodable(p.of.kind, id)
				return false
			}
			p.take(b, r)
			next = id + 1
			reads++
			return true
		})
		if err := errors.Join(err, bad, b.fault); err != nil {
			return err
		}
		p.next, p.done, p.fixed = next, whole, false
		return nil
	})
}

// pick reads the records with some ids.
func (p *page[T, D]) pick(ctx context.Context, seen *recollection, ids []ID) error {
	return p.look(ctx, seen, func(b *browser, own bool) error {
		p.rows = p.rows[:0]
		for _, id := range ids {
			if r, ok := p.get(b, id); ok && (!own || id == p.actor.User) {
				p.take(b, r)
			}
		}
		return b.fault
	})
}

// readOwn reads the actor's own record.
func (p *page[T, D]) readOwn(b *browser) error {
	if r, ok := p.get(b, p.actor.User); ok {
		p.take(b, r)
	}
	p.done = true
	return b.fault
}

// take adds a record if it is wanted.
func (p *page[T, D]) take(b *browser, r T) {
	if p.keep == nil || p.keep(r) {
		p.rows = append(p.rows, p.of.details(b, r))
	}
}
