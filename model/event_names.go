package model

import (
	"slices"
	"strings"
)

// Events hold names and no ids of what they refer to: "groups: sre". So the history of a group has to know when it had which
// name; at other times, another one may have had it.

// calling is what a record was called before one of its own events, and after it; "" where it wasn't there.
type calling struct {
	seq           uint64
	before, after string
}

// isAbout reports whether an event is of the record that is wanted, or tells of another one what it is in that. A filter that
// goes back through the events learns the names of the record on its way.
func (f *EventFilter) isAbout(e *Event) bool {
	if e.Target != f.Of {
		name := f.nameAt(e.Seq)
		return name != "" && refersTo(e, f.Of.Kind, name)
	}
	if _, refers := referring[f.Of.Kind]; refers {
		f.learn(e)
	}
	return true
}

// learn notes what the record was called before and after one of its own events, if that isn't known.
func (f *EventFilter) learn(e *Event) {
	c := calling{e.Seq, e.TargetName, e.TargetName}
	for _, change := range e.Changes {
		if change.Field == "name" {
			c.before, c.after = change.From, change.To
		}
	}
	switch {
	case strings.HasSuffix(e.Action, ".create"):
		c.before = ""
	case strings.HasSuffix(e.Action, ".delete"):
		c.after = ""
	}
	i, known := slices.BinarySearchFunc(f.names, e.Seq, func(c calling, seq uint64) int { return compareIDs(ID(c.seq), ID(seq)) })
	if known || c.before == c.after && c.before == f.nameAt(e.Seq) {
		return
	}
	c.before, c.after = strings.Clone(c.before), strings.Clone(c.after)
	f.names = slices.Insert(f.names, i, c)
}

// nameAt is what the record was called at an event, as far as is known by now: as before the next of its own events that tells
// of a name, or as after the last.
func (f *EventFilter) nameAt(seq uint64) string {
	for _, c := range f.names {
		if c.seq > seq {
			return c.before
		}
	}
	if n := len(f.names); n > 0 {
		return f.names[n-1].after
	}
	return f.Called
}
