package model

import (
	"errors"
	"fmt"
	"time"
)

// What comes back comes back with its name, and nobody can choose another one there. So the refusal of a name that is taken
// says by whom, and what to do about that one.

// origin is who made a record, and when.
type origin interface{ origin() (ID, time.Time) }

func (s ServiceAccount) origin() (ID, time.Time) { return s.CreatedBy, s.CreatedAt }

func (g Group) origin() (ID, time.Time) { return g.CreatedBy, g.CreatedAt }

func (w Workspace) origin() (ID, time.Time) { return w.CreatedBy, w.CreatedAt }

func (r Role) origin() (ID, time.Time) { return r.CreatedBy, r.CreatedAt }

// nameBack refuses a name that another record has by now.
func nameBack[T interface {
	named[T]
	origin
}](u *undoing, e entity[T], x T) error {
	name := nameOf(x)
	refusal := e.nameFree(u.change, x.ref().ID, name)
	if !errors.Is(refusal, ErrTaken) {
		return refusal
	}
	id, taken, err := held(u, e.index, FoldName(name))
	if err != nil || !taken {
		return errors.Join(err, refusal)
	}
	other, err := load(u, e.kind, id, e.decode)
	if err != nil {
		return err
	}
	by, at := other.origin()
	made := "made on " + at.UTC().Format("2 January 2006")
	if maker, there := lookUp(u.change, KindUser, by, decodeUser); there {
		made += " by " + maker.Email
	}
	return &Error{
		Kind: ErrTaken, What: fmt.Sprintf("The name %q belongs to another %s by now, %s", name, e.kind, made),
		Short: "another one has the name by now", Hint: "Rename or delete that one, and try again.",
	}
}

// emailBack refuses the email of somebody who is in the account anew.
func (u *undoing) emailBack(x User) error {
	id, taken, err := held(u, IndexUserEmail, FoldEmail(x.Email))
	if err != nil || !taken || id == x.ID {
		return err
	}
	what, hint := " is a user of this account again by now", "Remove that one, and try again."
	if now, ok := lookUp(u.change, KindUser, id, decodeUser); ok && now.Status == StatusInvited {
		what, hint = " was invited again meanwhile", "Cancel that invite, and try again."
	}
	return &Error{Kind: ErrTaken, What: x.Email + what, Short: "in the account again by now", Hint: hint}
}
