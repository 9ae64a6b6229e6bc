package model

import (
	"context"
	"errors"
	"slices"
)

// inWhole is what a step did in sum, where one of its parts may rest on another. It is known while it is taken back.
type inWhole struct {
	into map[ID]map[Ref]bool // what it put itself into what it created or took out of it, and whether it is in there
	own  Ref                 // who did it
	left slots               // what it left in their own record, which several parts may have changed
}

// asWhole looks at a step as a whole, and puts its parts into the order in which they are to be taken back.
func (d *Directory) asWhole(ctx context.Context, actor Actor, s Step) (Step, error) {
	w := whole{made: map[ID]bool{}}
	s.inWhole = inWhole{map[ID]map[Ref]bool{}, Ref{KindUser, actor.User}, slots{}}
	err := d.store.View(ctx, func(tx ReadTx) error {
		if err := eachPart(tx, s, func(p undoPart) error { w.look(s, p); return nil }); err != nil || len(w.made) == 0 {
			return err
		}
		return eachTouch(tx, s, func(t touch) error { return s.noteInto(tx, t, w.made) })
	})
	// What was done last goes first: what was made once nobody is in it, and what went is there before who was in it comes back.
	// Who was only swept out of it follows.
	isSweep := func(id ID) bool { return slices.Contains(w.swept, id) }
	sweeps := slices.DeleteFunc(slices.Clone(s.parts), func(id ID) bool { return !isSweep(id) })
	s.parts = slices.DeleteFunc(slices.Clone(s.parts), isSweep)
	slices.Reverse(s.parts)
	s.parts = append(s.parts, sweeps...)
	return s, err
}

// whole is what is found out on the way.
type whole struct {
	made  map[ID]bool // what others can be in, or have
	swept []ID        // parts that only swept up after something that was deleted
}

func (w *whole) look(s Step, p undoPart) {
	if !slices.ContainsFunc(p.touches, func(t touch) bool { return t.kind != touchSwept }) {
		w.swept = append(w.swept, p.id)
	}
	for _, t := range p.touches {
		if t.ref == s.own {
			for _, m := range t.moved {
				s.left[m.slot] = m.to
			}
		}
		if t.kind == touchCreated && slices.Contains([]Kind{KindGroup, KindWorkspace, KindRole}, t.ref.Kind) {
			w.made[t.ref.ID] = true
		}
	}
}

// noteInto notes a record that the step put into what it made, or took out of it, and whether it is in there.
func (s Step) noteInto(tx ReadTx, t touch, made map[ID]bool) error {
	list, err := t.slots()
	for _, k := range list {
		if err != nil || t.kind == touchDeleted || !made[k.of] {
			continue
		}
		if s.into[k.of] == nil {
			s.into[k.of] = map[Ref]bool{}
		}
		s.into[k.of][t.ref], err = isInto(tx, t.ref, k.of, false)
	}
	return err
}

// ownIn counts the step's own records in what it made: as many as were there before any of it was taken back, or are there now
// if these are more. Records come and go on the way, and the tally that this is held against may follow later.
func (s Step) ownIn(tx ReadTx, made ID) (int, error) {
	before, now := 0, 0
	for ref, was := range s.into[made] {
		in, err := isInto(tx, ref, made, was)
		if err != nil {
			return 0, err
		}
		if was {
			before++
		}
		if in {
			now++
		}
	}
	return max(before, now), nil
}

// isInto reports whether a record is in a group or a workspace; gone is the answer for one that isn't there.
func isInto(tx ReadTx, ref Ref, of ID, gone bool) (bool, error) {
	b, err := tx.Get(ref.Kind, ref.ID)
	if errors.Is(err, ErrNotFound) {
		return gone, nil
	}
	if err != nil {
		return false, err
	}
	now, ok := decodeUndoable(ref, b)
	if !ok {
		return false, undecodable(ref.Kind, ref.ID)
	}
	for k, v := range now.slots() {
		if k.of == of && v != "" {
			return true, nil
		}
	}
	return false, nil
}

// owns reports whether somebody became Owner of a workspace. With the workspace that goes by itself; by the rules nobody
// could be the last one who leaves it.
func (m move) owns() bool { return m.slot.field == fieldWorkspace && numberIn(m.to) == RoleOwner }
