package model

import (
	"errors"
	"iter"
	"time"

	"lanyard/keys"
)

// Filling is what an account is filled with: sample data. Texts and times are taken as they are.
type Filling struct {
	Roles      []RoleDraft
	Workspaces []Draft // owned by who fills
	Groups     []Draft

	// Grants returns what each group may do in workspaces.
	Grants func(made Made) [][]WorkspaceGrant
	// Users and ServiceAccounts return the records to write; of the latter, each with the time when its key was last used.
	Users           func(made Made) iter.Seq[User]
	ServiceAccounts func(made Made) iter.Seq2[ServiceAccount, time.Time]

	// History returns how some of it came to be, in order of time; nil for none.
	History func(filled Filled) iter.Seq[Event]
}

// Filled is what an account was filled with, of users and service accounts only the first: their history is bounded, however
// many there are.
type Filled struct {
	Made
	By              User
	Users           []User
	ServiceAccounts []ServiceAccount
	Keys            []APIKey // of each of these
}

// maxTold is of how many users and of how many service accounts the history is told.
const maxTold = 60

// Made are the ids of what was made so far, in the order of the drafts.
type Made struct{ Roles, Workspaces, Groups []ID }

// Fill writes many records into an account that is being created, before it is in place. Ids, versions, tokens and keys are
// made here. What is filled in was there since who fills joined. One event stands for all of it, and the history follows.
func (d *Directory) Fill(tx WriteTx, by User, f Filling) error {
	root, err := d.unlock()
	if err != nil {
		return err
	}
	defer root.Wipe()
	return d.change(tx, root, by, ViaCommandLine, nil, func(c *change) (err error) {
		if !by.JoinedAt.IsZero() {
			c.now = by.JoinedAt
		}
		filled := Filled{By: by}
		if filled.Made, err = c.fillPlaces(f); err != nil {
			return err
		}
		if err := errors.Join(c.fillUsers(f, &filled), c.fillMachines(f, &filled)); err != nil {
			return err
		}
		if err := c.event("account.fill", Ref{KindAccount, AccountID}, "sample data"); err != nil || f.History == nil {
			return err
		}
		return c.fillHistory(f.History(filled))
	})
}

func (c *change) fillUsers(f Filling, filled *Filled) (err error) {
	for u := range f.Users(filled.Made) {
		if u, err = c.fillUser(u); err != nil {
			return err
		}
		if len(filled.Users) < maxTold {
			filled.Users = append(filled.Users, u)
		}
	}
	return nil
}

func (c *change) fillMachines(f Filling, filled *Filled) (err error) {
	for s, used := range f.ServiceAccounts(filled.Made) {
		var key APIKey
		if s, key, err = c.fillMachine(s, used); err != nil {
			return err
		}
		if len(filled.Keys) == maxTold {
			continue
		}
		filled.ServiceAccounts, filled.Keys = append(filled.ServiceAccounts, s), append(filled.Keys, key)
	}
	return nil
}

// fillHistory writes events as if they had happened.
func (c *change) fillHistory(list iter.Seq[Event]) error {
	for e := range list {
		c.now, c.via = e.Time, e.Via
		c.actor.ID, c.actor.Email = e.Actor, e.ActorName
		if err := c.event(e.Action, e.Target, e.TargetName, e.Changes...); err != nil {
			return err
		}
	}
	return nil
}

// fillPlaces makes the roles, the workspaces and the groups.
func (c *change) fillPlaces(f Filling) (made Made, err error) {
	for _, draft := range f.Roles {
		r := Role{Version: 1, Name: draft.Name, Description: draft.Description, Scope: draft.Scope, Permissions: draft.Permissions}
		r.CreatedBy, r.CreatedAt = c.actor.ID, c.now
		if r.ID, err = c.fillOne(&made.Roles); err != nil {
			return made, err
		}
		if err := save(c, nil, r); err != nil {
			return made, err
		}
	}
	for _, draft := range f.Workspaces {
		w := Workspace{Version: 1, Name: draft.Name, Description: draft.Description, CreatedBy: c.actor.ID, CreatedAt: c.now}
		if w.ID, err = c.fillOne(&made.Workspaces); err != nil {
			return made, err
		}
		if err := save(c, nil, w); err != nil {
			return made, err
		}
	}
	if err := c.fillOwner(made.Workspaces); err != nil {
		return made, err
	}
	made.Groups = make([]ID, len(f.Groups))
	for i := range made.Groups {
		if made.Groups[i], err = c.NextID(); err != nil {
			return made, err
		}
	}
	for i, grants := range f.Grants(made) {
		g := Group{ID: made.Groups[i], Version: 1, Name: f.Groups[i].Name, Description: f.Groups[i].Description, Workspaces: grants}
		g.CreatedBy, g.CreatedAt = c.actor.ID, c.now
		if err := save(c, nil, g); err != nil {
			return made, err
		}
		if err := c.recount(KindGroup, g.ID, references{}, g.references()); err != nil {
			return made, err
		}
	}
	return made, nil
}

func (c *change) fillOne(list *[]ID) (ID, error) {
	id, err := c.NextID()
	*list = append(*list, id)
	return id, err
}

// fillOwner makes who fills the Owner of the workspaces.
func (c *change) fillOwner(list []ID) error {
	u, err := load(c, KindUser, c.actor.ID, decodeUser)
	if err != nil {
		return err
	}
	owner := u
	for _, id := range list {
		owner.Workspaces = granted(owner.Workspaces, id, RoleOwner)
	}
	return c.saveUser(&u, &owner)
}

func (c *change) fillUser(u User) (_ User, err error) {
	if u.ID, err = c.NextID(); err != nil {
		return u, err
	}
	u.Version, u.InvitedBy = 1, c.actor.ID
	if u.Status == StatusInvited {
		token, err := keys.New(keys.Invitation, c.d.rand)
		if err != nil {
			return u, err
		}
		u.Invitation.PublicID, u.Invitation.Digest = token.PublicID(), token.Digest()
		token.Wipe()
	}
	return u, c.saveUser(nil, &u)
}

func (c *change) fillMachine(s ServiceAccount, used time.Time) (_ ServiceAccount, key APIKey, err error) {
	now := c.now
	defer func() { c.now = now }()
	c.now = s.CreatedAt // its key was made with it
	if s.ID, err = c.NextID(); err != nil {
		return s, key, err
	}
	s.Version, s.CreatedBy = 1, c.actor.ID
	if key, err = c.newAPIKey(s.ID, used); err != nil {
		return s, key, err
	}
	s.Key = key.ID
	if err := save(c, nil, s); err != nil {
		return s, key, err
	}
	return s, key, c.recount(KindServiceAccount, s.ID, references{}, s.references())
}
