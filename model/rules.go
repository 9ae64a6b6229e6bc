package model

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Rules decides what one person may do, given how the account stands. It is the only place that does: a screen asks it
// whether an action is open and why not, and a Directory asks it again inside the transaction.
//
// Every method returns nil for yes, or an *Error that says why not and what to do.
type Rules struct {
	Actor        User
	ActiveAdmins int
	Now          time.Time

	in facts
}

// Rules returns the rules for a person as the snapshot shows the account.
func (s *Snapshot) Rules(actor ID, now time.Time) Rules {
	user, _ := s.users.Get(actor) // nobody: the zero user may do nothing
	return Rules{Actor: user, ActiveAdmins: s.activeAdmins, Now: now, in: s}
}

// role returns a role, the zero one if there is none.
func (r Rules) role(id ID) Role {
	role, _ := r.in.Role(id)
	return role
}

// active answers whether the actor may do anything at all.
func (r Rules) active() error {
	if r.Actor.Status != StatusActive {
		who := r.Actor.Email
		if who == "" {
			who = "The acting user"
		}
		return &Error{
			Kind: ErrNotPermitted, What: fmt.Sprintf("%s is not an active user of this account", who),
			Short: "you aren't active",
			Hint:  "Act as somebody who is: --as EMAIL.",
		}
	}
	return nil
}

// May answers whether the actor holds a permission in the account.
func (r Rules) May(want Permission) error {
	if err := r.active(); err != nil {
		return err
	}
	role := r.role(r.Actor.Role)
	if role.Allows(want) {
		return nil
	}
	return &Error{
		Kind: ErrNotPermitted, What: fmt.Sprintf("Your role, %s, lacks %s", role.Name, want),
		Short: "needs " + string(want),
		Hint:  "Ask an Admin to do it, or to change your role.",
	}
}

// SeeAll answers whether the actor sees more than their own record.
func (r Rules) SeeAll() error { return r.May(PermAccountView) }

// Export answers whether the actor may take the account, or one of its lists, out of the store. It shows nothing that the
// lists don't, and is recorded.
func (r Rules) Export() error { return r.SeeAll() }

// Keep answers whether the actor may back up, restore, repair and compact the store: a backup holds every secret that the account
// has, sealed, and what takes the store's place is changed everything.
func (r Rules) Keep() error { return r.May(PermAccountEdit) }

// Check answers whether the actor may look whether the store is whole, which names what isn't.
func (r Rules) Check() error { return r.SeeAll() }

// RestoreUser answers whether the actor may bring somebody into the account as having joined, whom a file says to have joined
// where it came from. Nobody accepted an invitation here, so that it takes who may change everything.
func (r Rules) RestoreUser(role ID, groups []ID, workspaces []WorkspaceGrant) error {
	if err := r.May(PermAccountEdit); err != nil {
		return err
	}
	return r.Invite(role, groups, workspaces)
}

// SeeServiceAccounts answers whether the actor sees the service accounts: whoever copies keys has to find them.
func (r Rules) SeeServiceAccounts() error {
	if r.May(PermRevealKey) == nil {
		return nil
	}
	return r.SeeAll()
}

// Invite answers whether the actor may invite somebody with a role, into groups and workspaces that are there.
func (r Rules) Invite(role ID, groups []ID, workspaces []WorkspaceGrant) error {
	if err := r.May(PermAccountInvite); err != nil {
		return err
	}
	for _, g := range workspaces {
		if _, there := r.in.Workspace(g.Workspace); !there {
			return gone("workspace")
		}
	}
	return r.hand(role, groups, workspaces)
}

// hand answers whether the actor may hand all of this to somebody. Nobody hands out more than they hold themselves: whoever
// could would only have to invite another address of theirs.
func (r Rules) hand(role ID, groups []ID, workspaces []WorkspaceGrant) error {
	if err := r.grant(role); err != nil {
		return err
	}
	for _, id := range groups {
		g, ok := r.in.Group(id)
		if !ok {
			return gone("group")
		}
		if err := r.grantAll(g.Workspaces); err != nil {
			return err
		}
	}
	return r.grantAll(workspaces)
}

// grant answers whether the actor may give a tenant role to a person or a service account.
func (r Rules) grant(id ID) error {
	role, ok := r.in.Role(id)
	if !ok || role.Scope != ScopeTenant {
		return noRole()
	}
	own := r.role(r.Actor.Role)
	for _, p := range role.Permissions {
		if !own.Allows(p) {
			return &Error{
				Kind: ErrNotPermitted, What: fmt.Sprintf("You can't give the role %s: it allows %s and yours doesn't", role.Name, p),
				Short: "allows more than your role",
				Hint:  "Choose a role that allows no more than yours.",
			}
		}
	}
	return nil
}

func noRole() error {
	return &Error{Kind: ErrNotFound, What: "There is no such role", Hint: "Choose one of the account's roles."}
}

// EditUser answers whether the actor may change a user's name.
func (r Rules) EditUser(User) error { return r.May(PermAccountEdit) }

// SetUserRole answers whether the actor may give a user another role.
func (r Rules) SetUserRole(u User, role ID) error {
	if err := r.May(PermAccountEdit); err != nil {
		return err
	}
	if err := r.grant(role); err != nil {
		return err
	}
	if role == RoleAdmin {
		return nil
	}
	return r.keepsAdmin(u, "change the role of")
}

// keepsAdmin holds the last-Admin rule: taking this user's powers away must leave an Active Admin.
func (r Rules) keepsAdmin(u User, verb string) error {
	if !u.activeAdmin() || r.ActiveAdmins > 1 {
		return nil
	}
	return &Error{
		Kind: ErrLastAdmin, What: fmt.Sprintf("Can't %s %s, the only Active Admin", verb, u.Name),
		Short: "the only Active Admin", Hint: "Make somebody else an Admin first.",
	}
}

func (u User) activeAdmin() bool { return u.Status == StatusActive && u.Role == RoleAdmin }

// DeactivateUser answers whether the actor may block a user.
func (r Rules) DeactivateUser(u User) error {
	if err := r.May(PermAccountEdit); err != nil {
		return err
	}
	switch u.Status {
	case StatusInactive:
		return wrongStatus(u, "is inactive already", "")
	case StatusInvited:
		return wrongStatus(u, "hasn't joined", "Cancel the invite instead.")
	default:
		return cmp.Or(r.keepsAdmin(u, "deactivate"), r.canTakeOver(u))
	}
}

// ReactivateUser answers whether the actor may unblock a user.
func (r Rules) ReactivateUser(u User) error {
	if err := r.May(PermAccountEdit); err != nil {
		return err
	}
	switch u.Status {
	case StatusActive:
		return wrongStatus(u, "is active already", "")
	case StatusInvited:
		return wrongStatus(u, "hasn't joined", "Resend the invite instead.")
	default:
		return nil
	}
}

// RemoveUser answers whether the actor may remove a user who has joined.
func (r Rules) RemoveUser(u User) error {
	if err := r.May(PermAccountEdit); err != nil {
		return err
	}
	if u.Status == StatusInvited {
		return wrongStatus(u, "hasn't joined", "Cancel the invite instead.")
	}
	return cmp.Or(r.keepsAdmin(u, "remove"), r.canTakeOver(u))
}

// ResendInvite answers whether the actor may make a fresh invitation token for a user.
func (r Rules) ResendInvite(u User) error {
	if err := r.invited(u); err != nil {
		return err
	}
	return r.hand(u.Role, slices.DeleteFunc(slices.Clone(u.Groups), r.noGroup), u.Workspaces)
}

func (r Rules) noGroup(id ID) bool {
	_, ok := r.in.Group(id)
	return !ok
}

// CancelInvite answers whether the actor may take an invitation back.
func (r Rules) CancelInvite(u User) error { return r.invited(u) }

func (r Rules) invited(u User) error {
	if err := r.May(PermAccountInvite); err != nil {
		return err
	}
	if u.Status != StatusInvited {
		return wrongStatus(u, "has joined", "")
	}
	return nil
}

// CreateServiceAccount answers whether the actor may create service accounts.
func (r Rules) CreateServiceAccount() error { return r.May(PermAccountEdit) }

// EditServiceAccount answers whether the actor may change a service account's name or description.
func (r Rules) EditServiceAccount(ServiceAccount) error { return r.May(PermAccountEdit) }

// SetServiceAccountRole answers whether the actor may give a service account a role, a new one's first included. Whoever
// could give one more than they hold would only have to copy its key.
func (r Rules) SetServiceAccountRole(role ID) error {
	if err := r.May(PermAccountEdit); err != nil {
		return err
	}
	if role == RoleTenantGuest {
		return invalid("A service account can't be a Tenant Guest", "Choose another role.")
	}
	return r.grant(role)
}

// DeleteServiceAccount answers whether the actor may delete a service account.
func (r Rules) DeleteServiceAccount(ServiceAccount) error { return r.May(PermAccountEdit) }

// RotateAPIKey answers whether the actor may give a service account a new key. It gives nobody more: whoever may do this
// may copy the key that there is.
func (r Rules) RotateAPIKey(ServiceAccount) error { return r.May(PermAccountEdit) }

// EndPreviousKey answers whether the actor may end the key that was rotated away, before its time.
func (r Rules) EndPreviousKey(s ServiceAccount) error {
	if err := r.May(PermAccountEdit); err != nil {
		return err
	}
	if _, ok := previousKey(r.in, s, r.Now); ok {
		return nil
	}
	return &Error{
		Kind: ErrStatus, What: s.Name + " has no old key that is still good", Short: "no old key",
		Hint: "Only a rotation leaves one, for as long as its grace.",
	}
}

// RevealAPIKey answers whether the actor may see and copy a service account's key. One that a repair couldn't read is gone.
func (r Rules) RevealAPIKey(s ServiceAccount) error {
	if err := r.May(PermRevealKey); err != nil {
		return err
	}
	if k, ok := r.in.apiKey(s.Key); !ok || !k.Lost() {
		return nil
	}
	return &Error{
		Kind: ErrStatus, What: fmt.Sprintf("The API key of %s was lost in a repair of the store", s.Name), Short: "lost in a repair",
		Hint: "Rotate it: that makes a new one, and an old one that still works goes on working.",
	}
}

func wrongStatus(u User, short, hint string) error {
	return &Error{Kind: ErrStatus, What: u.Name + " " + short, Short: short, Hint: hint}
}
