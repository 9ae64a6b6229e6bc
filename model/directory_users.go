package model

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"
)

// Founder is who creates an account.
type Founder struct {
	Account, Name, Email string
	At                   time.Time // when; now if zero
}

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
	defer root.Wipe()
	now := cmp.Or(f.At, d.now())
	account := Account{Version: 1, Name: f.Account, CreatedAt: now}
	if err := save(tx, nil, account); err != nil {
		return User{}, err
	}
	id, err := tx.NextID()
	if err != nil {
		return User{}, err
	}
	u := User{ID: id, Version: 1, Email: f.Email, Name: f.Name, Role: RoleAdmin, Status: StatusActive, JoinedAt: now, LastSeenAt: d.now()}
	return u, d.change(tx, root, u, via, nil, func(c *change) error {
		c.now = now
		if err := c.saveUser(nil, &u); err != nil {
			return err
		}
		return c.event("account.create", account.ref(), f.Account)
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
	return d.update(ctx, actor, func(c *change) error { return c.renameUser(seen, name) })
}

func (c *change) renameUser(seen Seen, name string) error {
	_, err := c.changeUser(seen, "user.rename", Rules.EditUser, func(u *User) ([]Change, error) {
		was := u.Name
		u.Name = name
		return differs("name", was, name), nil
	})
	return err
}

// SetUsersRole gives users another tenant role.
func (d *Directory) SetUsersRole(ctx context.Context, actor Actor, list []Seen, role ID) (Outcome, error) {
	return d.each(ctx, actor, list, func(c *change, seen Seen) (string, error) { return c.setUserRole(seen, role) })
}

func (c *change) setUserRole(seen Seen, role ID) (string, error) {
	may := func(r Rules, u User) error { return r.SetUserRole(u, role) }
	return c.changeUser(seen, "user.set_role", may, func(u *User) ([]Change, error) {
		was := u.Role
		u.Role = role
		return differs("role", c.roleName(was), c.roleName(role)), nil
	})
}

// DeactivateUsers blocks Active users. A workspace that only such a user owns needs another Owner: with handOver, that is
// the actor; without, it is ErrLastOwner.
func (d *Directory) DeactivateUsers(ctx context.Context, actor Actor, list []Seen, handOver bool) (Outcome, error) {
	return d.each(ctx, actor, list, func(c *change, seen Seen) (string, error) { return c.setUserStatus(seen, StatusInactive, handOver) })
}

// ReactivateUsers unblocks Inactive users.
func (d *Directory) ReactivateUsers(ctx context.Context, actor Actor, list []Seen) (Outcome, error) {
	return d.each(ctx, actor, list, func(c *change, seen Seen) (string, error) { return c.setUserStatus(seen, StatusActive, false) })
}

// setUserStatus blocks a user, or unblocks them.
func (c *change) setUserStatus(seen Seen, to Status, handOver bool) (string, error) {
	action, may := "user.deactivate", Rules.DeactivateUser
	if to == StatusActive {
		action, may = "user.reactivate", Rules.ReactivateUser
	}
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

// CancelInvites cancels the invitations of users who haven't joined.
func (d *Directory) CancelInvites(ctx context.Context, actor Actor, list []Seen) (Outcome, error) {
	return d.each(ctx, actor, list, func(c *change, seen Seen) (string, error) {
		u, err := c.user(seen)
		if err != nil {
			return u.Name, err
		}
		rules, err := c.rules()
		if err != nil {
			return u.Name, err
		}
		if err := rules.CancelInvite(u); err != nil {
			return u.Name, err
		}
		return u.Name, c.removeUser(u, false)
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
	if err := c.dropUser(u); err != nil {
		return err
	}
	lost := []Change{{"name", u.Name, ""}, {"role", c.roleName(u.Role), ""}, {"status", u.Status.String(), ""}}
	lost = append(lost, differs("groups", c.groupNames(u.Groups), "")...)
	lost = append(lost, differs("workspaces", c.grantNames(u.Workspaces), "")...)
	return c.event(action, u.ref(), u.Email, lost...)
}

// dropUser erases a user with all that was counted, and ends an open invitation.
func (c *change) dropUser(u User) error {
	if err := c.spend(u, tokenCancelled); err != nil {
		return err
	}
	if err := erase(c, u); err != nil {
		return err
	}
	if err := c.recount(KindUser, u.ID, u.references(), references{}); err != nil {
		return err
	}
	return c.countAdmin(u.ID, u.activeAdmin(), false)
}

// lastSeenGrain is how exactly it is kept when a person was last seen.
const lastSeenGrain = time.Minute

// Touch records that the actor is here now, at one-minute grain; also when that is earlier than what is kept, which a clock
// that was ahead has left. It is no change of the account: it has no event and leaves the record's version alone.
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
		if u.Status != StatusActive || now.Sub(u.LastSeenAt).Abs() < lastSeenGrain {
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
