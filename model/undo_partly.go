package model

import (
	"context"
	"slices"
	"strconv"
	"strings"
)

// An undo may leave some of a step's targets as they are: what is gone, what the rules refuse, and what somebody else has
// made something else of. What is said of it counts those that it took back, and names the others.

// about reports whether a touch is of one of the step's targets, and didn't only follow from what was done to them.
func (s Step) about(t touch) bool {
	noun, _, _ := strings.Cut(s.Action, ".")
	if t.ref.Kind != kindOf(noun) || t.kind == touchSwept {
		return false
	}
	of := wordsOf(s.Action).of
	if of == 0 {
		return t.whole()
	}
	return slices.ContainsFunc(t.moved, func(m move) bool { return m.slot.field == of })
}

// only is the step as if it were about one of its targets alone.
func (s Step) only(tell teller, name string, t touch) Step {
	s.Name, s.Count = name, 1
	of := wordsOf(s.Action).of
	for _, m := range t.moved {
		if m.slot.field != of || of != fieldName && of != fieldRole {
			continue
		}
		s.From, s.To = tell.value(m.slot, m.from), tell.value(m.slot, m.to)
		if s.kind == stepUndone {
			s.From, s.To = s.To, s.From
		}
	}
	return s
}

// retarget finds which of the targets an undo or a redo took back.
func (r *recording) retarget(touches []touch) {
	for _, t := range touches {
		if r.kind != stepDone && r.named.about(t) && !r.step.known[t.ref] {
			r.targets[t.ref] = true
		}
	}
}

// remainder is what a step that takes another back has to be called when it is about only one of several targets.
func (r *recording) remainder(c *change, s Step, touches []touch) Step {
	i := slices.IndexFunc(touches, func(t touch) bool { return r.targets[t.ref] })
	if s.Count != 1 || i < 0 || r.named.Count == 1 {
		return s
	}
	t := touches[i]
	b := r.after[t.ref]
	if b == nil {
		b = r.before[t.ref]
	}
	if now, ok := decodeUndoable(t.ref, b); ok {
		return s.only(teller{ReadTx: c}, now.title(), t)
	}
	return s
}

// leave notes that a touch isn't taken back.
func (u *undoing) leave(t touch) {
	if u.step.about(t) {
		u.out.left = append(u.out.left, t.ref)
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
	if u.out.first.Count == 0 && u.step.about(t) {
		u.out.first = u.step.only(teller{ReadTx: u.change}, name, t)
	}
}

// undoTally is what became of a step's targets, all its parts together.
type undoTally struct {
	left      map[Ref]bool
	kept      []string
	uncreated []ID
	first     Step // as if it were about the first of what was taken back alone; Count is 0 for none
	swept     bool
}

// add counts a part in.
func (t *undoTally) add(part undonePart) {
	for _, ref := range part.left {
		if t.left == nil {
			t.left = map[Ref]bool{}
		}
		t.left[ref] = true
	}
	t.kept = append(t.kept, part.kept...)
	t.uncreated = append(t.uncreated, part.uncreated...)
	if t.first.Count == 0 {
		t.first = part.first
	}
	t.swept = t.swept || part.sweep
}

// conclude has a report say as much of its step as was taken back.
func (t *undoTally) conclude(r *UndoReport) {
	r.told = r.Step
	r.told.Count -= len(t.left)
	if r.told.Count == 1 && len(t.left) > 0 && t.first.Count == 1 {
		r.told = t.first
	}
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
