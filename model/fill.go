package model

import (
	"iter"
	"time"

	"lanyard/keys"
)

// Fill writes many records into an account that is being created, before it is in place: for sample data. Ids, versions,
// tokens and keys are made here; texts and times are taken as they are. One event stands for all of it. A service account
// comes with the time when its key was last used.
func (d *Directory) Fill(tx WriteTx, by User, users iter.Seq[User], machines iter.Seq2[ServiceAccount, time.Time]) error {
	root, err := d.unlock()
	if err != nil {
		return err
	}
	c := &change{WriteTx: tx, d: d, root: root, actor: by, via: ViaCommandLine, now: d.now()}
	for u := range users {
		if err := c.fillUser(u); err != nil {
			return err
		}
	}
	for s, used := range machines {
		if err := c.fillMachine(s, used); err != nil {
			return err
		}
	}
	return c.event("account.fill", Ref{KindAccount, AccountID}, "sample data")
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
	return save(c, nil, s)
}
