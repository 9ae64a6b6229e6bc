package model

import (
	"context"
	"slices"
	"time"

	"lanyard/keys"
)

// The terms of an invitation: how long after it is made or resent its token opens it.
const (
	DefaultInviteTerm = 7 * 24 * time.Hour
	MinInviteTerm     = time.Hour
	MaxInviteTerm     = 90 * 24 * time.Hour
)

// Invite is an invitation to make.
type Invite struct {
	Email string
	Name  string        // guessed from the email if empty
	Role  ID            // a tenant role
	Term  time.Duration // from MinInviteTerm to MaxInviteTerm; DefaultInviteTerm if zero

	// What is set in advance beside the role.
	Groups     []ID
	Workspaces []WorkspaceGrant
	Note       string // what the inviter wants to say; up to MaxDescription characters in one line
}

// Invited is an invitation that was made. The token is shown once; wipe it after use.
type Invited struct {
	User  User
	Token keys.Key
}

// InviteRefusal is an address that wasn't invited, and why.
type InviteRefusal struct {
	Email string
	Err   error
}

// InviteUsers invites people, all with an event each. An address that can't be invited, or that the actor may not invite
// so, is left out and reported; the others are invited.
func (d *Directory) InviteUsers(ctx context.Context, actor Actor, list []Invite) ([]Invited, []InviteRefusal, error) {
	ctx = OneStep(ctx)
	var done []Invited
	var refusals []InviteRefusal
	through := 0
	for part := range slices.Chunk(list, bulkSize) {
		var invited []Invited
		var left []InviteRefusal
		err := d.update(ctx, actor, func(c *change) error {
			invited, left = nil, nil
			for _, invite := range part {
				one, err := c.invite(invite)
				switch {
				case err == nil:
					invited = append(invited, one)
				case refused(err):
					left = append(left, InviteRefusal{invite.Email, err})
				default:
					return err
				}
			}
			return nil
		})
		if err != nil {
			return done, refusals, err
		}
		done, refusals = append(done, invited...), append(refusals, left...)
		through += len(part)
		ReportProgress(ctx, through, len(list))
	}
	return done, refusals, nil
}

func (c *change) invite(i Invite) (Invited, error) {
	rules, err := c.rules()
	if err != nil {
		return Invited{}, err
	}
	if err := rules.Invite(i.Role, i.Groups, i.Workspaces); err != nil {
		return Invited{}, err
	}
	u, err := c.invitee(i)
	if err != nil {
		return Invited{}, err
	}
	token, err := c.newInvitation(&u, i.Term)
	if err != nil {
		return Invited{}, err
	}
	if err := c.saveUser(nil, &u); err != nil {
		return Invited{}, err
	}
	changes := []Change{{"role", "", c.roleName(u.Role)}, {"expires", "", stamp(u.Invitation.ExpiresAt)}}
	changes = append(changes, differs("groups", "", c.groupNames(u.Groups))...)
	changes = append(changes, differs("workspaces", "", c.grantNames(u.Workspaces))...)
	return Invited{User: u, Token: token}, c.event("user.invite", u.ref(), u.Email, changes...)
}

// invitee checks an invitation's texts and returns the user that it makes.
func (c *change) invitee(i Invite) (User, error) {
	email, err := CleanEmail(i.Email)
	if err != nil {
		return User{}, err
	}
	if id, taken, err := held(c, IndexUserEmail, FoldEmail(email)); err != nil {
		return User{}, err
	} else if taken {
		return User{}, c.emailTaken(id, email)
	}
	name := NameFromEmail(email)
	if i.Name != "" {
		if name, err = CleanName(i.Name); err != nil {
			return User{}, err
		}
	}
	note, err := CleanNote(i.Note)
	if err != nil {
		return User{}, err
	}
	if _, err := inviteTerm(i.Term); err != nil {
		return User{}, err
	}
	id, err := c.NextID()
	if err != nil {
		return User{}, err
	}
	u := User{
		ID: id, Version: 1, Email: email, Name: name, Role: i.Role, InvitedBy: c.actor.ID,
		Groups: c.liveGroups(i.Groups), Invitation: Invitation{Note: note},
	}
	for _, g := range i.Workspaces {
		u.Workspaces = granted(u.Workspaces, g.Workspace, g.Role)
	}
	return u, nil
}

func (c *change) emailTaken(id ID, email string) error {
	e := &Error{Kind: ErrTaken, What: email + " is a user of this account already"}
	if u, err := load(c, KindUser, id, decodeUser); err == nil && u.Status == StatusInvited {
		e.What, e.Hint = email+" is invited already", "Resend the invite instead."
	}
	return e
}

// inviteTerm returns the term of an invitation: the usual one if none was asked for.
func inviteTerm(term time.Duration) (time.Duration, error) {
	if term == 0 {
		return DefaultInviteTerm, nil
	}
	if term < MinInviteTerm || term > MaxInviteTerm {
		return 0, invalid("The term of an invite is from 1 hour to 90 days", "Choose a term between them.")
	}
	return term, nil
}

// newInvitation makes the user Invited with a fresh token. Any older token is dead from here on.
func (c *change) newInvitation(u *User, term time.Duration) (keys.Key, error) {
	term, err := inviteTerm(term)
	if err != nil {
		return keys.Key{}, err
	}
	token, err := keys.New(keys.Invitation, c.d.rand)
	if err != nil {
		return keys.Key{}, err
	}
	u.Status = StatusInvited
	u.InvitedAt = c.now
	if err := c.spend(*u, tokenReplaced); err != nil {
		return keys.Key{}, err
	}
	u.Invitation = Invitation{PublicID: token.PublicID(), Digest: token.Digest(), ExpiresAt: c.now.Add(term), Note: u.Invitation.Note}
	return token, nil
}

// ResendInvites makes a fresh token and a new term, as that of an Invite, for invited users; the tokens that they had are dead. It
// returns the invitations of those who weren't refused.
func (d *Directory) ResendInvites(ctx context.Context, actor Actor, list []Seen, term time.Duration) ([]Invited, Outcome, error) {
	return collect(ctx, d, actor, list, func(c *change, seen Seen) (Invited, string, error) {
		var made Invited
		name, err := c.changeUser(seen, "user.resend_invite", Rules.ResendInvite, func(u *User) ([]Change, error) {
			before := stamp(u.Invitation.ExpiresAt)
			token, err := c.newInvitation(u, term)
			made = Invited{User: *u, Token: token}
			return []Change{{"expires", before, stamp(u.Invitation.ExpiresAt)}}, err
		})
		made.User.Version++ // as it was saved
		return made, name, err
	})
}
