package model

import (
	"errors"
	"fmt"
	"slices"
)

// What is here makes of the records that can be read an account that somebody can enter, and in which nothing refers to what
// is lost.

// referencesOf returns what a record refers to.
func referencesOf(r record) references {
	if holder, ok := r.(interface{ references() references }); ok {
		return holder.references()
	}
	return references{}
}

// mended is a record without what isn't there any more, and with the role of an Admin if that was asked for. It is saved; nil
// means that nothing was to be done. Groups and workspaces are read before what refers to them.
func (b *rebuild) mended(r record) (record, error) {
	var mended record
	var err error
	switch t := r.(type) {
	case Group:
		if list := b.liveGrants(t.Workspaces, &err); len(list) < len(t.Workspaces) {
			t = t.next()
			t.Workspaces = list
			mended = t
		}
	case ServiceAccount:
		if list := b.liveGrants(t.Workspaces, &err); len(list) < len(t.Workspaces) {
			t = t.next()
			t.Workspaces = list
			mended = t
		}
	case User:
		promoted := b.Admin != "" && FoldEmail(t.Email) == FoldEmail(b.Admin) && b.note.admin == ""
		grants, groups := b.liveGrants(t.Workspaces, &err), b.live(KindGroup, t.Groups, &err)
		if promoted || len(grants) < len(t.Workspaces) || len(groups) < len(t.Groups) {
			t.Version++
			t.Workspaces, t.Groups = grants, groups
			if promoted {
				t = b.promoted(t)
			}
			mended = t
		}
	}
	if err != nil || mended == nil {
		return nil, err
	}
	return mended, b.Put(mended.ref().Kind, mended.ref().ID, mended.appendRecord(nil))
}

func (b *rebuild) liveGrants(list []WorkspaceGrant, err *error) []WorkspaceGrant { //nolint:gocritic // it gathers what goes wrong
	return slices.DeleteFunc(slices.Clone(list), func(g WorkspaceGrant) bool { return len(b.live(KindWorkspace, []ID{g.Workspace}, err)) == 0 })
}

// live returns those that are there.
func (b *rebuild) live(kind Kind, list []ID, err *error) []ID { //nolint:gocritic // it gathers what goes wrong
	return slices.DeleteFunc(slices.Clone(list), func(id ID) bool {
		_, failed := b.Get(kind, id)
		if failed != nil && !errors.Is(failed, ErrNotFound) {
			*err = failed
		}
		return errors.Is(failed, ErrNotFound)
	})
}

// promoted is a user as an Active Admin.
func (b *rebuild) promoted(u User) User {
	b.note.admin = u.Email
	if u.JoinedAt.IsZero() {
		u.JoinedAt = b.Now
	}
	u.Role, u.Status, u.Invitation = RoleAdmin, StatusActive, Invitation{}
	return u
}

// admin refuses to make somebody an Admin of an account that has one: there, the rules say who may.
func (b *rebuild) admin() error {
	if b.Admin == "" {
		return nil
	}
	email, err := CleanEmail(b.Admin)
	if err != nil {
		return err
	}
	b.Admin = email
	return b.each(KindUser, func(id ID, record []byte) error {
		if u, ok := decodeUser(id, record, false); ok && u.activeAdmin() {
			return &Error{
				Kind: ErrStatus, What: fmt.Sprintf("%s is an Active Admin, and nobody else is made one by a repair", u.Email),
				Hint: "Repair without --admin. Then act as them: --as " + u.Email + ".",
			}
		}
		return nil
	})
}

// entered makes sure that somebody can enter the account: by adding who was named, if they aren't in it.
func (b *rebuild) entered() error {
	if b.Admin != "" && b.note.admin == "" {
		id, err := b.NextID()
		if err != nil {
			return err
		}
		u := b.promoted(User{ID: id, Version: 1, Email: b.Admin, Name: NameFromEmail(b.Admin), InvitedAt: b.Now})
		if err := b.Put(KindUser, id, u.appendRecord(nil)); err != nil {
			return err
		}
		if err := b.put(stored{u, u.Email, u.references()}, nil); err != nil {
			return err
		}
	}
	admins, err := b.Count(KindActiveAdmin)
	if err != nil || admins > 0 {
		return err
	}
	return &Error{
		Kind: ErrNoAdmin, What: "No Active Admin can be read, and nobody could enter what a repair would make: nothing was changed",
		Hint: "Restore a backup: lanyard restore FILE. Without one, say who is to be an Admin: lanyard check --repair --admin EMAIL.",
	}
}
