package model

import (
	"context"
	"errors"
	"slices"
)

// inWhole is what a step did in sum, where one of its parts may rest on another. It is known while it is taken back.
type inWhole struct {
	into map[ID]int // how many it put itself into what it created
	own  Ref        // who did it
	left slots      // what it left in their own record, which several parts may have changed
}

// asWhole looks at a step as a whole, and puts its parts into the order in which they are to be taken back.
func (d *Directory) asWhole(ctx context.Context, actor Actor, s Step) (Step, error) {
	w := whole{made: map[ID]bool{}}
	s.inWhole = inWhole{map[ID]int{}, Ref{KindUser, actor.User}, slots{}}
	err := d.store.View(ctx, func(tx ReadTx) error {
		if err := eachPart(tx, s, func(p undoPart) error { w.look(s, p); return nil }); err != nil || len(w.made) == 0 {
			return err
		}
		return eachTouch(tx, s, func(t touch) error { return s.countInto(tx, t, w.made) })
	})
	switch {
	case s.kind != stepUndone && len(w.made) > 0: // what was made first goes last, once nobody is in it
		s.parts = slices.Clone(s.parts)
		slices.Reverse(s.parts)
	case s.kind == stepUndone && w.unmade: // and comes back first; who was only swept out of it goes in once it is there
		sweeps := slices.DeleteFunc(slices.Clone(s.parts), func(id ID) bool { return !slices.Contains(w.swept, id) })
		s.parts = slices.DeleteFunc(slices.Clone(s.parts), func(id ID) bool { return slices.Contains(w.swept, id) })
		slices.Reverse(s.parts)
		s.parts = append(s.parts, sweeps...)
	}
	return s, err
}

// whole is what is found out on the way.
type whole struct {
	made   map[ID]bool // what others can be in, or have
	unmade bool        // such was deleted
	swept  []ID        // parts that only swept up after something that was deleted
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
		if !slices.Contains([]Kind{KindGroup, KindWorkspace, KindRole}, t.ref.Kind) {
			continue
		}
		if t.kind == touchCreated {
			w.made[t.ref.ID] = true
		}
		w.unmade = w.unmade || t.kind == touchDeleted
	}
}

// countInto counts a record that the step put into what it made, if it still is there.
func (s Step) countInto(tx ReadTx, t touch, made map[ID]bool) error {
	if t.kind == touchDeleted {
		return nil
	}
	list, err := t.slots()
	list = slices.DeleteFunc(list, func(k slot) bool { return !made[k.of] })
	if err != nil || len(list) == 0 {
		return err
	}
	b, err := tx.Get(t.ref.Kind, t.ref.ID)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	now, ok := decodeUndoable(t.ref, b)
	if !ok {
		return undecodable(t.ref.Kind, t.ref.ID)
	}
	has := now.slots()
	for _, k := range list {
		if has[k] != "" {
			s.into[k.of]++
		}
	}
	return nil
}

// owns reports whether somebody became Owner of a workspace. With the workspace that goes by itself; by the rules nobody
// could be the last one who leaves it.
func (m move) owns() bool { return m.slot.field == fieldWorkspace && numberIn(m.to) == RoleOwner }
