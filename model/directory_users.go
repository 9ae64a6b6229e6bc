package model

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"lanyard/keys"
)

// The terms of an invitation.
const (
	DefaultInviteTerm = 7 * 24 * time.Hour
	MinInviteTerm     = time.Hour
	MaxInviteTerm     = 90 * 24 * time.Hour
)

// Founder is who creates an account.
type Founder struct{ Account, Name, Email string }

// Check returns the founder's texts as they will be kept, or what is wrong with the first that isn't right.
func (f Founder) Check() (Founder, error) {
	var err error
	if f.Account, err = CleanName(f.Account); err != nil {
		return f, fmt.Errorf("account: %w", err)
	}
	if f.Name, err = CleanName(f.Name); err != nil {
		return f, err
	}
	f.Email, err = CleanEmail(f.Email)
	return f, err
}

// Found writes the first records of a new account: the account itself and its founder as an Active Admin.
func (d *Directory) Found(tx WriteTx, f Founder, via Via) (User, error) {
	f, err := f.Check()
	if err != nil {
		return User{}, err
	}
	root, err := d.unlock()
	if err != nil {
		return User{}, err
	}
	now := d.now()
	account := Account{Version: 1, Name: f.Account, CreatedAt: now}
	if err := save(tx, nil, account); err != nil {
		return User{}, err
	}
	id, err := tx.NextID()
	if err != nil {
		return User{}, err
	}
	u := User{ID: id, Version: 1, Email: f.Email, Name: f.Name, Role: RoleAdmin, Status: StatusActive, JoinedAt: now, LastSeenAt: now}
	return u, d.change(tx, root, u, via, func(c *change) error {
		if err := c.saveUser(nil, &u); err != nil {
			return err
		}
		return c.event("account.create", account.ref(), f.Account)
	})
}

// Invite is an invitation to make.
type Invite struct {
	Email string
	Name  string // guessed from the email if empty
	Role  ID
	Term  time.Duration // DefaultInviteTerm if zero

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
		reportProgress(ctx, through, len(list))
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
	note, err := CleanDescription(i.Note)
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
		e.What, e.Hint = email+" is invited already", "Resend the invite from its row instead."
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

// ResendInvites makes a fresh token and a new term for invited users; the tokens that they had are dead.
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

// changeUser is the shape of every change of one user: read, ask, apply, save, record.
// apply returns what changed; when nothing did, nothing is written.
func (c *change) changeUser(seen Seen, action string, may func(Rules, User) error, apply func(*User) ([]Change, error)) (string, error) {
	old, err := c.user(seen)
	if err != nil {
		return old.Name, err
	}
	rules, err := c.rules()
	if err != nil {
		return old.Name, err
	}
	if err := may(rules, old); err != nil {
		return old.Name, err
	}
	u := old
	changes, err := apply(&u)
	if err != nil || len(changes) == 0 {
		return old.Name, err
	}
	u.Version++
	if err := c.saveUser(&old, &u); err != nil {
		return old.Name, err
	}
	return old.Name, c.event(action, u.ref(), u.Email, changes...)
}

// RenameUser changes a user's name.
func (d *Directory) RenameUser(ctx context.Context, actor Actor, seen Seen, name string) error {
	name, err := CleanName(name)
	if err != nil {
		return err
	}
	return d.update(ctx, actor, func(c *change) error {
		_, err := c.changeUser(seen, "user.rename", Rules.EditUser, func(u *User) ([]Change, error) {
			was := u.Name
			u.Name = name
			return differs("name", was, name), nil
		})
		return err
	})
}

// SetUsersRole gives users another tenant role.
func (d *Directory) SetUsersRole(ctx context.Context, actor Actor, list []Seen, role ID) (Outcome, error) {
	may := func(r Rules, u User) error { return r.SetUserRole(u, role) }
	return d.each(ctx, actor, list, func(c *change, seen Seen) (string, error) {
		return c.changeUser(seen, "user.set_role", may, func(u *User) ([]Change, error) {
			was := u.Role
			u.Role = role
			return differs("role", c.roleName(was), c.roleName(role)), nil
		})
	})
}

// DeactivateUsers blocks Active users. A workspace that only such a user owns needs another Owner: with handOver, that is
// the actor; without, it is ErrLastOwner.
func (d *Directory) DeactivateUsers(ctx context.Context, actor Actor, list []Seen, handOver bool) (Outcome, error) {
	return d.setStatus(ctx, actor, list, "user.deactivate", Rules.DeactivateUser, StatusInactive, handOver)
}

// ReactivateUsers unblocks Inactive users.
func (d *Directory) ReactivateUsers(ctx context.Context, actor Actor, list []Seen) (Outcome, error) {
	return d.setStatus(ctx, actor, list, "user.reactivate", Rules.ReactivateUser, StatusActive, false)
}

func (d *Directory) setStatus(
	ctx context.Context, actor Actor, list []Seen, action string, may func(Rules, User) error, to Status, handOver bool,
) (Outcome, error) {
	return d.each(ctx, actor, list, func(c *change, seen Seen) (string, error) {
		leaving := func(r Rules, u User) error {
			if err := may(r, u); err != nil || to == StatusActive {
				return err
			}
			return c.handOver(r, u, handOver)
		}
		return c.changeUser(seen, action, leaving, func(u *User) ([]Change, error) {
			was := u.Status
			u.Status = to
			return differs("status", was.String(), to.String()), nil
		})
	})
}

// handOver makes the actor Owner of what only a user owns who is about to go.
func (c *change) handOver(r Rules, u User, allowed bool) error {
	list := r.OnlyOwnerOf(u)
	if len(list) == 0 {
		return nil
	}
	if !allowed {
		return r.lastOwner(u, list, "Hand it to somebody first.")
	}
	for _, id := range list {
		if err := c.setUserGrant(c.actor.ID, id, RoleOwner, "user.take_over"); err != nil {
			return err
		}
	}
	return nil
}

// RemoveUsers removes users who have joined, and cancels the invitations of those who haven't. Nothing else goes: what
// they made stays. A workspace that only such a user owns is handed to the actor, or it is ErrLastOwner.
func (d *Directory) RemoveUsers(ctx context.Context, actor Actor, list []Seen, handOver bool) (Outcome, error) {
	return d.each(ctx, actor, list, func(c *change, seen Seen) (string, error) {
		u, err := c.user(seen)
		if err != nil {
			return u.Name, err
		}
		return u.Name, c.removeUser(u, handOver)
	})
}

func (c *change) removeUser(u User, handOver bool) error {
	rules, err := c.rules()
	if err != nil {
		return err
	}
	action, may := "user.remove", rules.RemoveUser
	if u.Status == StatusInvited {
		action, may = "user.cancel_invite", rules.CancelInvite
	}
	if err := may(u); err != nil {
		return err
	}
	if err := c.handOver(rules, u, handOver); err != nil {
		return err
	}
	if err := c.spend(u, tokenCancelled); err != nil {
		return err
	}
	if err := erase(c, u); err != nil {
		return err
	}
	if err := c.recount(KindUser, u.ID, u.references(), references{}); err != nil {
		return err
	}
	if err := c.countAdmin(u.ID, u.activeAdmin(), false); err != nil {
		return err
	}
	return c.event(action, u.ref(), u.Email,
		Change{"name", u.Name, ""}, Change{"role", c.roleName(u.Role), ""}, Change{"status", u.Status.String(), ""})
}

// lastSeenGrain is how exactly it is kept when a person was last seen.
const lastSeenGrain = time.Minute

// Touch records that the actor is here now, at one-minute grain. It is no change of the account: it has no event and
// leaves the record's version alone.
func (d *Directory) Touch(ctx context.Context, actor Actor) error {
	return d.store.Update(ctx, func(tx WriteTx) error {
		u, err := load(tx, KindUser, actor.User, decodeUser)
		if errors.Is(err, ErrNotFound) {
			return nil // removed meanwhile: whatever they do next says so
		}
		if err != nil {
			return err
		}
		now := d.now()
		if u.Status != StatusActive || now.Sub(u.LastSeenAt) < lastSeenGrain {
			return nil
		}
		seen := u
		seen.LastSeenAt = now.Truncate(lastSeenGrain)
		return save(tx, u, seen)
	})
}

func differs(field, from, to string) []Change {
	if from == to {
		return nil
	}
	return []Change{{field, from, to}}
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
