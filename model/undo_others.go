package model

import (
	"context"
	"slices"
	"strings"
)

// Who made something else of a field since is in the activity, which has no index of what is whose. It is looked up where
// that is cheap: among the newest events, and no further back than the change that is taken back.

// lookedBack is how many events are looked through for who changed something, some ten milliseconds' work.
const lookedBack = 4 * searchSize

// nameOthers says of a report's conflicts who changed the fields last, and when, as far as the actor may know.
func (d *Directory) nameOthers(ctx context.Context, actor Actor, r *UndoReport) {
	wanted := map[Ref][]*FieldConflict{}
	open := 0
	for i := range r.Conflicts {
		c := &r.Conflicts[i]
		for j := range c.Fields {
			wanted[c.Ref] = append(wanted[c.Ref], &c.Fields[j])
			open++
		}
	}
	_ = d.lookBack(ctx, actor, r.Step.last, func(e *Event) bool { // without it, the conflicts say less
		for _, f := range wanted[e.Target] {
			if f.By == "" && tellsOf(e, f) {
				f.By, f.At = strings.Clone(e.ActorName), e.Time
				open--
			}
		}
		return open > 0
	})
}

// LastChange returns who changed a field of a record last and when, as far as that is among the newest events and the actor may
// know; "" otherwise. The field is one that FieldConflict names.
func (d *Directory) LastChange(ctx context.Context, actor Actor, of Ref, f FieldConflict) FieldConflict {
	told := f
	f.Field = strings.ToLower(f.Field)
	_ = d.lookBack(ctx, actor, 0, func(e *Event) bool {
		if e.Target == of && tellsOf(e, &f) {
			told.By, told.At = strings.Clone(e.ActorName), e.Time
		}
		return told.By == ""
	})
	return told
}

// lookBack visits the newest events after a number, the newest first, until visit returns false. Events that can't be read are
// passed over.
func (d *Directory) lookBack(ctx context.Context, actor Actor, after uint64, visit func(*Event) bool) error {
	activity, from, err := d.Activity(ctx, actor)
	if err != nil {
		return err
	}
	if from > lookedBack {
		after = max(after, from-lookedBack)
	}
	for from > after {
		part, next, err := activity.part(ctx, from)
		if err != nil {
			return err
		}
		for _, raw := range slices.Backward(part) {
			e, ok := raw.decode(true)
			if ok && e.Seq > after && !visit(&e) {
				return nil
			}
		}
		from = next
	}
	return nil
}

// tellsOf reports whether an event tells of a change of a field: by its name, or that of the group or workspace that the field
// is about.
func tellsOf(e *Event, f *FieldConflict) bool {
	kind, about, _ := strings.Cut(f.Field, " ")
	return slices.ContainsFunc(e.Changes, func(c Change) bool {
		switch {
		case c.Field == f.Field:
			return true
		case kind == "group" && c.Field == "groups":
			return listsName(c.From, about) != listsName(c.To, about)
		case about != "":
			return c.Field == kind && (listsName(c.From, about) || listsName(c.To, about))
		}
		return false
	})
}

// listsName reports whether a list of names as events have it holds one: "web (Owner), ops (Viewer)", "sre, crew".
func listsName(list, name string) bool {
	for item := range strings.SplitSeq(list, ", ") {
		if rest, ok := strings.CutPrefix(item, name); ok && (rest == "" || strings.HasPrefix(rest, " (")) {
			return true
		}
	}
	return false
}
