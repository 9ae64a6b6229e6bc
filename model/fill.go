package model

import (
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
}

// Made are the ids of what was made so far, in the order of the drafts.
type Made struct{ Roles, Workspaces, Groups []ID }

// Fill writes many records into an account that is being created, before it is in place. Ids, versions, tokens and keys are
// made here. One event stands for all of it.
func (d *Directory) Fill(tx WriteTx, by User, f Filling) error {
	root, err := d.unlock()
	if err != nil {
		return err
	}
	defer root.Wipe()
	return d.change(tx, root, by, ViaCommandLine, nil, func(c *change) error {
		made, err := c.fillPlaces(f)
		if err != nil {
			return err
		}
		for u := range f.Users(made) {
			if err := c.fillUser(u); err != nil {
				return err
			}
		}
		for s, used := range f.ServiceAccounts(made) {
			if err := c.fillMachine(s, used); err != nil {
				return err
			}
		}
		return c.event("account.fill", Ref{KindAccount, AccountID}, "sample data")
	})
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

func (c *change) fillUser(u User) (err error) {
	if u.ID, err = c.NextID(); err != nil {
		return err
	}
	u.Version, u.InvitedBy = 1, c.actor.ID
	if u.Status == StatusInvited {
		token, err := keys.New(keys.Invitation, c.d.rand)
		if err != nil {
			return err
		}
		u.Invitation.PublicID, u.Invitation.Digest = token.PublicID(), token.Digest()
		token.Wipe()
	}
	return c.saveUser(nil, &u)
}

func (c *change) fillMachine(s ServiceAccount, used time.Time) (err error) {
	now := c.now
	defer func() { c.now = now }()
	c.now = s.CreatedAt // its key was made with it
	if s.ID, err = c.NextID(); err != nil {
		return err
	}
	s.Version, s.CreatedBy = 1, c.actor.ID
	if s.Key, err = c.newAPIKey(s.ID, used); err != nil {
		return err
	}
	if err := save(c, nil, s); err != nil {
		return err
	}
	return c.recount(KindServiceAccount, s.ID, references{}, s.references())
}
