package model

import "time"

// Group is a set of users who share what the group may do in workspaces. Who is in it stands in the users' records.
type Group struct {
	ID          ID
	Version     uint64
	Name        string // unique when folded
	Description string
	Workspaces  []WorkspaceGrant // what every member inherits
	CreatedBy   ID
	CreatedAt   time.Time
}

func (g Group) ref() Ref { return Ref{KindGroup, g.ID} }

func (g Group) uniqueKeys() []uniqueKey { return []uniqueKey{{IndexGroupName, FoldName(g.Name)}} }

func (g Group) appendRecord(b []byte) []byte {
	e := newEncoder(b, g.Version)
	e.text(g.Name)
	e.text(g.Description)
	e.grants(g.Workspaces)
	e.number(uint64(g.CreatedBy))
	e.time(g.CreatedAt)
	return e.b
}

func decodeGroup(id ID, b []byte, share bool) (g Group, ok bool) {
	d, version := newDecoder(b, share)
	g = Group{
		ID: id, Version: version,
		Name:        d.text(),
		Description: d.text(),
		Workspaces:  d.grants(nil),
		CreatedBy:   ID(d.number()),
		CreatedAt:   d.time(),
	}
	return g, d.done()
}

func (g Group) about() (name, description string) { return g.Name, g.Description }

func (g Group) version() uint64 { return g.Version }

func (g Group) next() Group {
	g.Version++
	return g
}

func (g Group) with(name, description string) Group {
	g.Name, g.Description = name, description
	return g
}
