package model

import (
	"context"
	"slices"
)

// sweep takes references to groups and workspaces that are gone out of the records that still hold some. Until then they
// are passed over wherever they are read: deleting a workspace of a million members is one small transaction, and this
// follows it in as many as it takes. It is no change of its own: there is no event, and nobody's version moves on.
func (d *Directory) sweep(ctx context.Context, actor Actor) error {
	var users, machines, groupIDs []ID
	err := d.store.View(ctx, func(tx ReadTx) error {
		var err error
		users, machines, groupIDs, err = stale(tx)
		return err
	})
	if err != nil {
		return err
	}
	steps := []struct {
		list []ID
		do   func(*change, ID) error
	}{{users, (*change).sweepUser}, {machines, (*change).sweepServiceAccount}, {groupIDs, (*change).sweepGroup}}
	for _, step := range steps {
		for part := range slices.Chunk(step.list, bulkSize) {
			err := d.update(ctx, actor, func(c *change) error {
				for _, id := range part {
					if err := step.do(c, id); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// sweepAfter sweeps if a deletion took anything away, and returns what went wrong in either.
func (d *Directory) sweepAfter(ctx context.Context, actor Actor, out Outcome, err error) error {
	if err != nil || out.Done == 0 {
		return err
	}
	return d.sweep(ctx, actor)
}

// stale finds the records that refer to what is gone.
func stale(tx ReadTx) (users, machines, groupIDs []ID, err error) {
	there := map[ID]bool{}
	for _, kind := range []Kind{KindGroup, KindWorkspace} {
		if err := tx.Scan(kind, 0, func(id ID, _ []byte) bool { there[id] = true; return true }); err != nil {
			return nil, nil, nil, err
		}
	}
	gone := func(g WorkspaceGrant) bool { return !there[g.Workspace] }
	err = scanAll(tx, KindUser, decodeUser, func(u User) bool {
		if slices.ContainsFunc(u.Workspaces, gone) || slices.ContainsFunc(u.Groups, func(id ID) bool { return !there[id] }) {
			users = append(users, u.ID)
		}
		return true
	})
	if err != nil {
		return nil, nil, nil, err
	}
	err = scanAll(tx, KindServiceAccount, decodeServiceAccount, func(s ServiceAccount) bool {
		if slices.ContainsFunc(s.Workspaces, gone) {
			machines = append(machines, s.ID)
		}
		return true
	})
	if err != nil {
		return nil, nil, nil, err
	}
	err = scanAll(tx, KindGroup, decodeGroup, func(g Group) bool {
		if slices.ContainsFunc(g.Workspaces, gone) {
			groupIDs = append(groupIDs, g.ID)
		}
		return true
	})
	return users, machines, groupIDs, err
}

func (c *change) sweepUser(id ID) error {
	u, ok := lookUp(c, KindUser, id, decodeUser)
	if !ok {
		return nil
	}
	clean := u
	clean.Workspaces = c.liveGrants(u.Workspaces)
	clean.Groups = c.liveGroups(u.Groups)
	return c.saveUser(&u, &clean)
}

// sweptOwners is how many owners a workspace loses in the same transaction as it goes itself.
const sweptOwners = 16

// sweepOwners takes the owners out of a workspace that is about to be deleted. They would be swept like all others, but a
// workspace that undo brings back has to have an owner from the first.
func (c *change) sweepOwners(workspace ID) error {
	owners := c.Tally(workspace).Owners
	for _, id := range slices.Clone(owners[:min(len(owners), sweptOwners)]) {
		u, err := load(c, KindUser, id, decodeUser)
		if err != nil {
			return err
		}
		left := u
		left.Workspaces = granted(u.Workspaces, workspace, 0)
		if err := c.saveUser(&u, &left); err != nil {
			return err
		}
	}
	return nil
}

func (c *change) sweepServiceAccount(id ID) error {
	s, ok := lookUp(c, KindServiceAccount, id, decodeServiceAccount)
	if !ok {
		return nil
	}
	clean := s
	clean.Workspaces = c.liveGrants(s.Workspaces)
	if err := save(c, s, clean); err != nil {
		return err
	}
	return c.recount(KindServiceAccount, id, s.references(), clean.references())
}

func (c *change) sweepGroup(id ID) error {
	g, ok := lookUp(c, KindGroup, id, decodeGroup)
	if !ok {
		return nil
	}
	clean := g
	clean.Workspaces = c.liveGrants(g.Workspaces)
	if err := save(c, g, clean); err != nil {
		return err
	}
	return c.recount(KindGroup, id, g.references(), clean.references())
}

func (c *change) liveGrants(list []WorkspaceGrant) []WorkspaceGrant {
	return slices.DeleteFunc(slices.Clone(list), func(g WorkspaceGrant) bool { _, ok := c.Workspace(g.Workspace); return !ok })
}
