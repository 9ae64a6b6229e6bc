package model

import (
	"context"
	"slices"
	"strconv"
	"strings"
)

// An undo may leave some of a step's targets as they are: what is gone, what the rules refuse, and what somebody else has
// made something else of. What is said of it counts those that it took back, and names the others.

// about reports whether a touch is of one of the deed's targets, and didn't only follow from what was done to them.
func (d Deed) about(t touch) bool {
	noun, _, _ := strings.Cut(d.Action, ".")
	if t.ref.Kind != kindOf(noun) || t.kind == touchSwept {
		return false
	}
	of := wordsOf(d.Action).of
	if of == 0 {
		return t.whole() && (t.ref.Kind != KindUser || t.invited() == (d.Action == "user.invite" || d.Action == "user.cancel_invite"))
	}
	return slices.ContainsFunc(t.moved, func(m move) bool { return m.slot.field == of })
}

// invited reports whether the touch is of somebody who came or went by an invite.
func (t touch) invited() bool {
	was, ok := decodeUndoable(t.ref, t.image)
	u, is := was.(User)
	return ok && is && u.Status == StatusInvited
}

// only is a deed as if it were about one of its targets alone. undone is whether it is told of the step that took it back.
func (d Deed) only(tell teller, name string, t touch, undone bool) Deed {
	d.Name, d.Count = name, 1
	of := wordsOf(d.Action).of
	for _, m := range t.moved {
		if m.slot.field != of || of != fieldName && of != fieldRole {
			continue
		}
		d.From, d.To = tell.value(m.slot, m.from), tell.value(m.slot, m.to)
		if undone {
			d.From, d.To = d.To, d.From
		}
	}
	return d
}

// retarget finds which of the targets an undo or a redo took back.
func (r *recording) retarget(touches []touch) {
	if r.kind == stepDone {
		return
	}
	for _, t := range touches {
		for i, d := range r.deeds {
			if d.about(t) {
				r.aim(i, t.ref)
			}
		}
	}
}

// remainder is what a deed that is taken back has to be called when that is about only one of several targets.
func (r *recording) remainder(c *change, deed int, touches []touch) Deed {
	d := r.deeds[deed]
	i := slices.IndexFunc(touches, func(t touch) bool { return r.targets[deed][t.ref] })
	if len(r.targets[deed]) != 1 || i < 0 || d.Count == 1 {
		return d
	}
	t := touches[i]
	b := r.after[t.ref]
	if b == nil {
		b = r.before[t.ref]
	}
	if now, ok := decodeUndoable(t.ref, b); ok {
		return d.only(teller{ReadTx: c}, now.title(), t, r.kind == stepUndone)
	}
	return d
}

// leave notes that a touch isn't taken back.
func (u *undoing) leave(t touch) {
	for _, d := range u.step.deeds() {
		if d.about(t) {
			u.out.left = append(u.out.left, target{d.family(), t.ref})
		}
	}
}

// keepTheirs notes that a record is left to what somebody else made of it.
func (u *undoing) keepTheirs(t touch, now undoable) {
	u.out.kept = append(u.out.kept, now.title())
	u.leave(t)
}

// took notes that a touch was taken back.
func (u *undoing) took(t touch, name string) {
	u.out.done++
	if u.step.uncreates(t) {
		u.out.uncreated = append(u.out.uncreated, t.ref.ID)
	}
	for _, d := range u.step.deeds() {
		if _, has := u.out.first[d.family()]; !has && d.about(t) {
			if u.out.first == nil {
				u.out.first = map[string]Deed{}
			}
			u.out.first[d.family()] = d.only(teller{ReadTx: u.change}, name, t, u.step.kind == stepUndone)
		}
	}
}

// undoTally is what became of a step's targets, all its parts together.
type undoTally struct {
	left      map[target]bool
	kept      []string
	uncreated []ID
	first     map[string]Deed // by family: as if it were about the first of what was taken back alone
	swept     bool
}

// add counts a part in.
func (t *undoTally) add(part undonePart) {
	for _, at := range part.left {
		if t.left == nil {
			t.left = map[target]bool{}
		}
		t.left[at] = true
	}
	t.kept = append(t.kept, part.kept...)
	t.uncreated = append(t.uncreated, part.uncreated...)
	for family, d := range part.first {
		if t.first == nil {
			t.first = map[string]Deed{}
		}
		if _, has := t.first[family]; !has {
			t.first[family] = d
		}
	}
	t.swept = t.swept || part.sweep
}

// conclude has a report say as much of its step as was taken back.
func (t *undoTally) conclude(r *UndoReport) {
	left := map[string]int{}
	for at := range t.left {
		left[at.family]++
	}
	list := r.Step.deeds()
	for i, d := range list {
		n := left[d.family()]
		if list[i].Count -= n; list[i].Count == 1 && n > 0 && t.first[d.family()].Count == 1 {
			list[i] = t.first[d.family()]
		}
	}
	r.told = r.Step.withDeeds(list)
	switch n := len(t.kept); n {
	case 0:
	case 1:
		r.Notes = append(r.Notes, t.kept[0]+" was left as somebody else made it")
	default:
		r.Notes = append(r.Notes, strconv.Itoa(n)+" were left as somebody else made them")
	}
}

// nameGone gives those that are gone the names that the step's own events have for them, or numbers if those can't be read.
func (d *Directory) nameGone(ctx context.Context, r *UndoReport) {
	names := map[ID]string{}
	for _, x := range r.Refused {
		if x.Name == "" {
			names[x.ID] = ""
		}
	}
	missing := len(names)
	for next := r.Step.first; missing > 0 && next <= r.Step.last; next += searchSize {
		part, err := readEvents(ctx, d.store, next, min(r.Step.last, next+searchSize-1))
		if err != nil {
			break
		}
		for _, raw := range part {
			e, ok := raw.decode(true)
			if name, wanted := names[e.Target.ID]; ok && wanted && name == "" {
				names[e.Target.ID] = strings.Clone(e.TargetName)
				missing--
			}
		}
	}
	for i := range r.Refused {
		x := &r.Refused[i]
		if x.Name == "" {
			x.Name = names[x.ID]
		}
		if x.Name == "" {
			x.Name = "number " + strconv.FormatUint(uint64(x.ID), 10)
		}
	}
}
