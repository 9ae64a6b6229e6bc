package model

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"lanyard/keys"
)

// Text returns the invitation to hand to the person, with the token in clear. It is a secret: it is shown and copied,
// never kept.
func (i Invited) Text(account Account, inviter User) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Hello %s,\n\n", i.User.Name)
	fmt.Fprintf(&b, "%s invites you to %s as %s.\n\n", inviter.Name, account.Name, RoleName(i.User.Role))
	fmt.Fprintf(&b, "To accept, run this and paste the token when it asks:\n\n")
	fmt.Fprintf(&b, "    lanyard users accept\n\n")
	fmt.Fprintf(&b, "    %s\n\n", i.Token.Text())
	fmt.Fprintf(&b, "The token works once, until %s.\n", i.User.Invitation.ExpiresAt.UTC().Format("2 January 2006 15:04 MST"))
	return b.String()
}

// AcceptInvitation makes the person whom a token was made for Active, with the role and name that were set in advance.
// The token is dead afterwards.
func (d *Directory) AcceptInvitation(ctx context.Context, token keys.Key, via Via) (User, error) {
	var u User
	root, err := d.unlock()
	if err != nil {
		return u, err
	}
	err = d.store.Update(ctx, func(tx WriteTx) error {
		now := d.now()
		old, err := invitationOf(tx, token)
		if err != nil {
			return err
		}
		if old.Expired(now) {
			return &Error{Kind: ErrStatus, What: "This invitation expired on " + stamp(old.Invitation.ExpiresAt), Hint: "Ask for a new one."}
		}
		u = old
		u.Version++
		u.Status, u.JoinedAt, u.Invitation = StatusActive, now, Invitation{}
		c := &change{WriteTx: tx, d: d, root: root, actor: u, via: via, now: now}
		if err := c.saveUser(&old, &u); err != nil {
			return err
		}
		return c.event("user.accept", u.ref(), u.Email, Change{"status", old.Status.String(), u.Status.String()})
	})
	return u, err
}

// invitationOf finds the user whom a token invites. An unknown token costs a comparison too, so that the time taken
// doesn't tell whether a public id exists.
func invitationOf(tx ReadTx, token keys.Key) (User, error) {
	unknown := &Error{Kind: ErrNotFound, What: "This token doesn't open any invitation", Hint: "It was used, cancelled or replaced: ask for a new one."}
	id, err := tx.Find(IndexInvitation, token.PublicID())
	if errors.Is(err, ErrNotFound) {
		keys.Digest{}.Matches(token.Text())
		return User{}, unknown
	}
	if err != nil {
		return User{}, err
	}
	u, err := load(tx, KindUser, id, decodeUser)
	if err != nil {
		return User{}, err
	}
	if !u.Invitation.Digest.Matches(token.Text()) {
		return User{}, unknown
	}
	return u, nil
}

// FindUser returns the user with an email, in any case, or ErrNotFound.
func FindUser(ctx context.Context, store Store, email string) (User, error) {
	var u User
	err := store.View(ctx, func(tx ReadTx) error {
		id, err := tx.Find(IndexUserEmail, FoldEmail(strings.TrimSpace(email)))
		if err != nil {
			return err
		}
		u, err = load(tx, KindUser, id, decodeUser)
		return err
	})
	if errors.Is(err, ErrNotFound) {
		return u, &Error{
			Kind: ErrNotFound, What: fmt.Sprintf("There is no user with the email %q in this account", email),
			Hint: "Name one that is: --as EMAIL.",
		}
	}
	return u, err
}

// FirstAdmin returns the Active Admin who has been in the account for the longest.
func FirstAdmin(ctx context.Context, store Store) (User, error) {
	var u User
	err := store.View(ctx, func(tx ReadTx) error {
		var first ID
		if err := tx.Scan(KindActiveAdmin, 0, func(id ID, _ []byte) bool {
			first = id
			return false
		}); err != nil {
			return err
		}
		var err error
		u, err = load(tx, KindUser, first, decodeUser)
		return err
	})
	if errors.Is(err, ErrNotFound) {
		return u, &Error{Kind: ErrDamaged, What: "The account has no Active Admin, which can't be", Hint: "Restore a backup of the store."}
	}
	return u, err
}
