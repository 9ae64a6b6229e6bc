package model

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// What is here holds an account against the rules that every change keeps. Damage keeps none, and neither does a store that
// was made of what could be read.

func (c *checkup) role(r stored, id ID, where string) {
	_, builtIn := BuiltInRole(id)
	if !builtIn && c.called[id] == "" && !c.damaged[Ref{KindRole, id}] {
		c.find("%s %q: has a role%s that isn't there", r.ref().Kind, r.name, where)
	}
}

func (c *checkup) grants(r stored, list []WorkspaceGrant) {
	for _, g := range list {
		if w := c.called[g.Workspace]; w != "" {
			c.role(r, g.Role, " in "+w)
		} else if !c.damaged[Ref{KindWorkspace, g.Workspace}] {
			c.stray(r, g.Workspace, KindWorkspace)
		}
	}
}

func (c *checkup) members(r stored, list []ID) {
	for _, id := range list {
		if c.called[id] == "" && !c.damaged[Ref{KindGroup, id}] {
			c.stray(r, id, KindGroup)
		}
	}
}

// stray remembers what refers to something that isn't there. Whether it was deleted is known when the events were read: until
// what refers to it was cleared up, or undo brought it back, that is as it should be.
func (c *checkup) stray(r stored, id ID, kind Kind) {
	c.astray[id] = append(c.astray[id], fmt.Sprintf("%s %q: is in a %s that isn't there", r.ref().Kind, r.name, kind))
}

// deletes reports whether an event may tell that its target is gone.
func (e Event) deletes() bool { return strings.HasSuffix(e.Action, ".delete") || e.undoes() }

// lasting looks at what holds in every account: somebody can enter it, each workspace has an owner, and nothing refers to what
// is lost.
func (c *checkup) lasting() error {
	if !slices.Contains(slices.Collect(maps.Values(c.admins)), true) {
		c.find("nobody is an Active Admin: the account can't be entered")
	}
	for _, id := range slices.Sorted(maps.Keys(c.called)) {
		t := c.tallies[id]
		if strings.HasPrefix(c.called[id], KindWorkspace.String()) && (t == nil || len(t.Owners) == 0) {
			c.find("%s: has no owner who is an active user", c.called[id])
		}
	}
	for _, id := range slices.Sorted(maps.Keys(c.astray)) {
		c.Wrong = append(c.Wrong, c.astray[id]...)
	}
	return nil
}
