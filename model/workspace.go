package model

import (
	"slices"
	"time"
)

// Workspace is a place that users, groups and service accounts are members of, each with a role there. Who is in it
// stands in their records.
type Workspace struct {
	ID          ID
	Version     uint64
	Name        string // unique when folded
	Description string
	CreatedBy   ID
	CreatedAt   time.Time
}

// WorkspaceGrant is a workspace and the role that somebody has in it.
type WorkspaceGrant struct {
	Workspace ID
	Role      ID
}

// roleIn returns the role that a list of grants gives in a workspace, 0 for none.
func roleIn(list []WorkspaceGrant, workspace ID) ID {
	for _, g := range list {
		if g.Workspace == workspace {
			return g.Role
		}
	}
	return 0
}

// granted returns a copy of a list of grants in which a workspace has the role, or none if it is 0.
func granted(list []WorkspaceGrant, workspace, role ID) []WorkspaceGrant {
	out := slices.DeleteFunc(slices.Clone(list), func(g WorkspaceGrant) bool { return g.Workspace == workspace })
	if role != 0 {
		out = append(out, WorkspaceGrant{workspace, role})
	}
	return out
}

func (w Workspace) ref() Ref { return Ref{KindWorkspace, w.ID} }

func (w Workspace) uniqueKeys() []uniqueKey {
	return []uniqueKey{{IndexWorkspaceName, FoldName(w.Name)}}
}

func (w Workspace) appendRecord(b []byte) []byte {
	e := newEncoder(b, w.Version)
	e.text(w.Name)
	e.text(w.Description)
	e.number(uint64(w.CreatedBy))
	e.time(w.CreatedAt)
	return e.b
}

func decodeWorkspace(id ID, b []byte, share bool) (w Workspace, ok bool) {
	d, version := newDecoder(b, share)
	w = Workspace{
		ID: id, Version: version,
		Name:        d.text(),
		Description: d.text(),
		CreatedBy:   ID(d.number()),
		CreatedAt:   d.time(),
	}
	return w, d.done()
}

func (w Workspace) about() (name, description string) { return w.Name, w.Description }

func (w Workspace) version() uint64 { return w.Version }

func (w Workspace) next() Workspace {
	w.Version++
	return w
}

func (w Workspace) with(name, description string) Workspace {
	w.Name, w.Description = name, description
	return w
}

func (w Workspace) references() references { return references{} }
