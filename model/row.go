package model

import (
	"fmt"
	"strings"
)

// Row is what a file says of one record, by names. What it doesn't say stays as it is, and of a new record is the usual.
type Row struct {
	Line int // where it stands, from 1; 0 for nowhere
	Kind Kind
	// Seen is the record that an edit is about, in the version that was shown. The zero Seen is the record that is called so,
	// or a new one.
	Seen Seen
	// Key is the email of a user and the name of anything else.
	Key string

	Name        *string // of a user, or the new name of a record that is edited
	Description *string
	Role        *string
	Groups      *[]string
	Workspaces  *[]Membership
	Status      Status       // 0: nothing is said of it
	Scope       Scope        // of a role
	Permissions []Permission // of a role; nil: nothing is said of them

	Skip string // why it is left out on purpose; "" to do it
	Err  error  // what is wrong with how it was written; nil for nothing

	named bool // a group that another row only names
}

// Membership is a role in a workspace, by their names.
type Membership struct{ Workspace, Role string }

// String writes it as everybody does: "web:Owner".
func (m Membership) String() string { return m.Workspace + ":" + m.Role }

// Fate is what becomes of a row.
type Fate uint8

// The fates of rows.
const (
	RowSame    Fate = iota // it is so already
	RowCreated             // there was no such record
	RowChanged             // it differed
	RowSkipped             // it was left out on purpose
	RowRefused             // the rules are against it
)

// String returns the fate in a word: "same", "created", "changed", "skipped" or "refused".
func (f Fate) String() string {
	return [...]string{"same", "created", "changed", "skipped", "refused"}[min(f, RowRefused)]
}

// Entry is what became of one row, or would become of it.
type Entry struct {
	Line    int
	Kind    Kind
	ID      ID // of the record, 0 if there is none
	Name    string
	Fate    Fate
	Changes []Change // in the order in which they were made
	Note    string   // what else there is to say, "" for nothing
	Err     error    // why it was refused
}

// Tells says in a sentence what becomes of the row, without what it is called.
func (e Entry) Tells() string {
	if e.Err != nil {
		return e.Err.Error()
	}
	var parts []string
	if e.Note != "" {
		parts = append(parts, e.Note)
	}
	if len(e.Changes) > 0 {
		parts = append(parts, Event{Changes: e.Changes}.Details())
	}
	return strings.Join(parts, "; ")
}

// Plan is what became of all rows of a file, or would become of them, in their order.
type Plan struct{ Entries []Entry }

// Count returns how many rows have a fate.
func (p Plan) Count(f Fate) int {
	n := 0
	for _, e := range p.Entries {
		if e.Fate == f {
			n++
		}
	}
	return n
}

// Touches returns how many records are created or changed.
func (p Plan) Touches() int { return p.Count(RowCreated) + p.Count(RowChanged) }

// Summary counts in words what is created, changed, left as it is, skipped and refused.
func (p Plan) Summary() string {
	var parts []string
	for _, v := range []struct {
		fate Fate
		word string
	}{{RowCreated, "created"}, {RowChanged, "changed"}, {RowSame, "as they are"}, {RowSkipped, "skipped"}, {RowRefused, "refused"}} {
		if n := p.Count(v.fate); n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, v.word))
		}
	}
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, ", ")
}

// Importing says how rows are taken.
type Importing struct {
	// What new users get whose rows don't say it. Users who are there already keep what they have.
	Role       ID
	Groups     []ID
	Workspaces []WorkspaceGrant

	CreateGroups bool // groups that aren't there are created
	KeepExisting bool // records that are there already stay as they are

	// Invited gets the invitations of each transaction that was committed. It wipes their tokens; if nil, they are wiped.
	Invited func([]Invited)
}
