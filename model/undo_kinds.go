package model

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

func (u *undoing) userKind() undoKind[User] {
	return undoKind[User]{
		kind: KindUser, decode: decodeUser,
		next:    func(x User) User { x.Version++; return x },
		may:     u.maySetUser,
		free:    u.emailBack,
		save:    func(old *User, updated User) error { return u.saveUser(old, &updated) },
		restore: u.restoreUser,
		also:    u.unspend,
		erase:   u.eraseUser,
	}
}

// maySetUser asks what the use case would ask that sets this.
func (u *undoing) maySetUser(r Rules, now User, k slot, value string) error {
	switch k.field {
	case fieldRole:
		return r.SetUserRole(now, numberIn(value))
	case fieldStatus:
		return u.maySetStatus(r, now, Status(numberIn(value)))
	case fieldGroup:
		if value == "" {
			return r.EditMembers()
		}
		return r.AddToGroup(k.of)
	case fieldWorkspace:
		role := numberIn(value)
		if err := r.SetWorkspaceRole(k.of, role); err != nil || role == RoleOwner {
			return err
		}
		return r.keepsOwner(now, k.of)
	case fieldName:
		return r.EditUser(now)
	}
	return undecodable(KindUndoPart, u.part.id)
}

func (u *undoing) maySetStatus(r Rules, now User, to Status) error {
	switch to {
	case StatusActive:
		return r.ReactivateUser(now)
	case StatusInactive:
		return cmp.Or(r.DeactivateUser(now), u.ownsNothingAlone(r, now))
	case StatusInvited:
	}
	return wrongStatus(now, "has joined since", "")
}

func (u *undoing) ownsNothingAlone(r Rules, now User) error {
	if list := r.OnlyOwnerOf(now); len(list) > 0 {
		return r.lastOwner(now, list, "Hand it to somebody first.")
	}
	return nil
}

// restoreUser asks whether somebody may come back with what they had, as far as it is still there. Nobody hands out more
// than they hold by taking a removal back.
func (u *undoing) restoreUser(r Rules, was User) (User, error) {
	was.Groups, was.Workspaces = u.liveGroups(was.Groups), u.liveGrants(was.Workspaces)
	if was.Status == StatusInvited {
		return was, r.Invite(was.Role, was.Groups, was.Workspaces)
	}
	if err := r.May(PermAccountEdit); err != nil {
		return was, err
	}
	return was, r.hand(was.Role, was.Groups, was.Workspaces)
}

// unspend has the token of an invitation that was cancelled open it again. Who holds it was told so once, and may try again.
func (u *undoing) unspend(x User) error {
	if x.Invitation.PublicID == "" {
		return nil
	}
	id, err := u.Find(IndexSpentToken, x.Invitation.PublicID)
	if err != nil {
		return err
	}
	t, err := load(u, KindSpentToken, id, decodeSpentToken)
	if err != nil {
		return err
	}
	note := fmt.Sprintf("The token that %s was sent works again until %s", x.Email, x.Invitation.ExpiresAt.UTC().Format("2 January 2006"))
	if x.Expired(u.now) {
		note = fmt.Sprintf("The invite of %s has expired meanwhile: resend it", x.Email)
	}
	u.out.notes = append(u.out.notes, note)
	return erase(u, t)
}

// eraseUser takes an invitation back, or removes again who came back.
func (u *undoing) eraseUser(r Rules, now User) error {
	was, _ := decodeUser(now.ID, u.erasing.image, false)
	if now.Status != StatusInvited && was.Status == StatusInvited && u.step.kind != stepUndone {
		return &Error{Kind: ErrStatus, What: now.Name + " has joined since", Short: "has joined since", Hint: "Remove the user instead."}
	}
	may := r.RemoveUser
	if now.Status == StatusInvited {
		may = r.CancelInvite
	}
	if err := cmp.Or(may(now), u.ownsNothingAlone(r, now)); err != nil {
		return err
	}
	if now.Status == StatusInvited && now.Invitation.Delivery.State == Sent {
		u.out.notes = append(u.out.notes, "The mail to "+now.Email+" has left; the invitation in it was cancelled")
	}
	return u.dropUser(now)
}

// entityKind is what the kinds that have a unique name have in common.
func entityKind[T interface {
	named[T]
	slotted[T]
	origin
}](u *undoing, e entity[T], may func(Rules, T, slot, string) error, restore func(Rules, T) (T, error), erase func(Rules, T) error,
) undoKind[T] {
	return undoKind[T]{
		kind: e.kind, decode: e.decode, next: T.next, may: may, restore: restore, erase: erase,
		free: func(x T) error { return nameBack(u, e, x) },
		save: func(old *T, updated T) error {
			var before record
			var referred references
			if old != nil {
				before, referred = *old, (*old).references()
			}
			if err := save(u.change, before, updated); err != nil {
				return err
			}
			return u.recount(e.kind, updated.ref().ID, referred, updated.references())
		},
	}
}

func (u *undoing) serviceAccountKind() undoKind[ServiceAccount] {
	may := func(r Rules, now ServiceAccount, k slot, value string) error {
		switch k.field {
		case fieldRole:
			return r.SetServiceAccountRole(numberIn(value))
		case fieldWorkspace:
			return r.SetWorkspaceRole(k.of, numberIn(value))
		}
		return r.EditServiceAccount(now)
	}
	restore := func(r Rules, was ServiceAccount) (ServiceAccount, error) {
		was.Workspaces = u.liveGrants(was.Workspaces)
		return was, cmp.Or(r.SetServiceAccountRole(was.Role), r.grantAll(was.Workspaces))
	}
	erase := func(r Rules, now ServiceAccount) error {
		if err := r.DeleteServiceAccount(now); err != nil {
			return err
		}
		return u.dropServiceAccount(now)
	}
	k := entityKind(u, serviceAccounts, may, restore, erase)
	k.also = u.restoreKeys
	return k
}

// restoreKeys brings the keys of a service account back, in the same records: what seals them is bound to those.
func (u *undoing) restoreKeys(s ServiceAccount) error {
	for _, t := range u.part.touches {
		if t.ref.Kind != KindAPIKey || t.kind != touchDeleted {
			continue
		}
		k, ok := decodeAPIKey(t.ref.ID, t.image, false)
		if !ok {
			return undecodable(KindUndoPart, u.part.id)
		}
		if k.ServiceAccount != s.ID {
			continue
		}
		k.Version++
		if err := save(u.change, nil, k); err != nil {
			return err
		}
	}
	return nil
}

func (u *undoing) groupKind() undoKind[Group] {
	may := func(r Rules, now Group, k slot, value string) error {
		if k.field == fieldWorkspace {
			return r.SetWorkspaceRole(k.of, numberIn(value))
		}
		return r.EditGroup(now)
	}
	restore := func(r Rules, was Group) (Group, error) {
		was.Workspaces = u.liveGrants(was.Workspaces)
		return was, cmp.Or(r.CreateGroup(), r.grantAll(was.Workspaces))
	}
	erase := func(r Rules, now Group) error {
		if err := r.DeleteGroup(now); err != nil {
			return err
		}
		u.out.sweep = true
		return groups.drop(u.change, now)
	}
	return entityKind(u, groups, may, restore, erase)
}

func (u *undoing) workspaceKind() undoKind[Workspace] {
	may := func(r Rules, now Workspace, _ slot, _ string) error { return r.EditWorkspace(now) }
	erase := func(r Rules, now Workspace) error {
		if err := r.DeleteWorkspace(now); err != nil {
			return err
		}
		u.out.sweep = true
		if err := u.sweepOwners(now.ID); err != nil {
			return err
		}
		return workspaces.drop(u.change, now)
	}
	k := entityKind(u, workspaces, may, u.restoreWorkspace, erase)
	k.save = func(save func(*Workspace, Workspace) error) func(*Workspace, Workspace) error {
		return func(old *Workspace, updated Workspace) error {
			if err := save(old, updated); err != nil || old != nil {
				return err
			}
			return u.restoreOwn(updated.ID)
		}
	}(k.save)
	return k
}

// restoreWorkspace asks whether a workspace may come back: to an Admin, or to one of those who owned it.
func (u *undoing) restoreWorkspace(r Rules, was Workspace) (Workspace, error) {
	if err := r.CreateWorkspace(); err != nil {
		return was, err
	}
	if r.role(r.Actor.Role).reachesAll() || u.owned(was.ID) {
		return was, nil
	}
	return was, &Error{
		Kind: ErrLastOwner, What: "Can't bring " + was.Name + " back: you weren't its Owner", Short: "you weren't its Owner",
		Hint: "Ask an Admin to make another one.",
	}
}

// owned reports whether the step took the actor's ownership of a workspace away.
func (u *undoing) owned(workspace ID) bool {
	want := move{slot{fieldWorkspace, workspace}, number(RoleOwner), ""}
	return slices.ContainsFunc(u.part.touches, func(t touch) bool {
		return t.ref == u.actor.ref() && slices.Contains(t.moved, want)
	})
}

// restoreOwn makes the actor Owner again of a workspace that is back, before the others: they can't hand out what they don't
// hold there.
func (u *undoing) restoreOwn(workspace ID) error {
	if !u.owned(workspace) {
		return nil
	}
	old, err := u.user(Seen{ID: u.actor.ID})
	if err != nil {
		return err
	}
	updated := old.withSlot(slot{fieldWorkspace, workspace}, number(RoleOwner))
	updated.Version++
	return u.saveUser(&old, &updated)
}

func (u *undoing) roleKind() undoKind[Role] {
	may := func(r Rules, now Role, k slot, value string) error {
		if k.field == fieldPermissions {
			return r.SetRolePermissions(now, permissionsIn(value))
		}
		return r.EditRole(now)
	}
	restore := func(r Rules, was Role) (Role, error) { return was, r.CreateRole(was.Permissions) }
	erase := func(r Rules, now Role) error {
		err := r.DeleteRole(now)
		if errors.Is(err, ErrInUse) {
			return u.nameHolders(now.Name, now.ID, err)
		}
		if err != nil {
			return err
		}
		return roles.drop(u.change, now)
	}
	return entityKind(u, roles, may, restore, erase)
}
