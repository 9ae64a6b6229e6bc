package model

import (
	"context"
	"errors"
	"slices"
	"strings"
)

// Steps are what one user can take back and put again, as of one moment.
type Steps struct{ list undoList }

// UndoSteps returns what a user can take back and put again.
func UndoSteps(ctx context.Context, store Store, user ID) (Steps, error) {
	var s Steps
	err := store.View(ctx, func(tx ReadTx) (err error) {
		s.list, err = readUndoList(tx, user)
		return err
	})
	return s, err
}

// Undo returns the step that would be taken back next, nil for none.
func (s Steps) Undo() *Step { return orNil(s.list.undo()) }

// Redo returns the step that would be put again next, nil for none.
func (s Steps) Redo() *Step { return orNil(s.list.redo()) }

func orNil(s Step, ok bool) *Step {
	if !ok {
		return nil
	}
	return &s
}

// Of returns the step that an event belongs to, or says why what the event tells of can't be taken back. That a later step
// stands in the way shows only when it is tried.
func (s Steps) Of(e Event) (Step, error) {
	if e.Actor != s.list.user {
		return Step{}, notUndoable(e, "only your own changes can be undone", "Done by "+e.ActorName+".")
	}
	if e.undoes() {
		return Step{}, notUndoable(e, "it is an undo or a redo itself", "Undo and redo go back and forth between the two.")
	}
	step, ok := s.list.ofEvent(e.Seq)
	switch {
	case !ok || !e.changed():
		return Step{}, notUndoable(e, "nothing is kept to undo it with", "It changed nothing, was undone for good, or is too long ago.")
	case step.kind == stepUndone:
		return step, notUndoable(e, "it is undone already", "Redo puts it again, as long as you change nothing else.")
	}
	return step, step.Never()
}

func notUndoable(e Event, why, hint string) error {
	return &Error{Kind: ErrStatus, What: e.Deed() + " of " + e.TargetName + " can't be undone: " + why, Short: why, Hint: hint}
}

// changed reports whether an event tells of a change of a record that undo knows. Others may lie between those of a step.
func (e Event) changed() bool {
	noun, verb, _ := strings.Cut(e.Action, ".")
	return kindOf(noun) != 0 && verb != string(UseCopy) && verb != string(UseReveal)
}

// ofEvent returns the step that an event belongs to. Where one step was made while another was on its way, which happens to
// somebody at work in two places, the event is of the one that began last.
func (l undoList) ofEvent(seq uint64) (found Step, ok bool) {
	for _, s := range l.steps {
		if s.first <= seq && seq <= s.last && (!ok || s.first >= found.first) {
			found, ok = s, true
		}
	}
	return found, ok
}

// stepOfEvent finds the step that choice.Event belongs to, and makes sure that nothing which the same person did later rests
// on it.
func (d *Directory) stepOfEvent(ctx context.Context, choice UndoChoice, list undoList) (step Step, err error) {
	err = d.store.View(ctx, func(tx ReadTx) error {
		e, err := load(tx, KindEvent, ID(choice.Event), decodeEvent)
		if errors.Is(err, ErrNotFound) {
			return &Error{Kind: ErrNotFound, What: "There is no event of this number", Short: "no such event"}
		}
		if err != nil {
			return err
		}
		step, err = Steps{list}.Of(e)
		switch {
		case err != nil && (step.ID == 0 || !choice.Keep):
			return err
		case d.now().Sub(step.At) > UndoTerm:
			return NothingToUndo()
		case choice.Step != 0 && choice.Step != step.ID:
			return &Error{Kind: ErrConflict, What: "It was undone or redone meanwhile", Hint: "Look at it again, and try again."}
		}
		return restsOn(tx, list, step)
	})
	return step, err
}

// restsOn is an error if a later step of the same list changed the same, or what refers to it. Undone in another order, the
// two wouldn't come out as they were before.
func restsOn(tx ReadTx, list undoList, step Step) error {
	later := slices.DeleteFunc(slices.Clone(list.steps[list.find(step.ID)+1:]), func(s Step) bool { return s.kind == stepUndone })
	if len(later) == 0 {
		return nil
	}
	own, swept := ground{}, map[ID][]Ref{}
	if err := eachTouch(tx, step, func(t touch) error { t.noteOwner(swept); return own.add(t) }); err != nil {
		return err
	}
	if err := own.addOwners(tx, swept); err != nil {
		return err
	}
	for _, s := range slices.Backward(later) {
		if s.Never() != nil {
			if err := own.sharesEvents(tx, step, s); err != nil {
				return err
			}
			continue
		}
		if err := eachTouch(tx, s, func(t touch) error {
			shared, err := own.shares(t)
			if shared {
				err = &Error{
					Kind: ErrStatus, What: step.Does() + " can't be undone: you have changed the same again since",
					Short: "you have changed the same again since", Hint: "Undo this first: " + s.Does() + ".",
				}
			}
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}

// eachTouch goes through what a step did.
func eachTouch(tx ReadTx, s Step, visit func(touch) error) error {
	return eachPart(tx, s, func(p undoPart) error {
		for _, t := range p.touches {
			if err := visit(t); err != nil {
				return err
			}
		}
		return nil
	})
}

// eachPart goes through what is kept of a step.
func eachPart(tx ReadTx, s Step, visit func(undoPart) error) error {
	for _, id := range s.parts {
		p, err := load(tx, KindUndoPart, id, decodeUndoPart)
		if errors.Is(err, ErrNotFound) {
			continue // past its term
		}
		if err != nil {
			return err
		}
		if err := visit(p); err != nil {
			return err
		}
	}
	return nil
}

// ground is what a step has touched.
type ground map[patch]bool

// patch is one place of it: a slot of a record; any slot of a record, if the slot is zero; all of a record, or a group or
// a workspace that a slot is about.
type patch struct {
	ref   Ref
	slot  slot
	whole bool
}

// about is the patch of a group or a workspace that slots are about.
func about(id ID) patch { return patch{slot: slot{of: id}} }

// sharesEvents is an error if a step that is for good is about one of the records: of such a step no more than its events is
// kept.
func (g ground) sharesEvents(tx ReadTx, step, later Step) error {
	for seq := later.first; seq <= later.last; seq++ {
		e, err := load(tx, KindEvent, ID(seq), decodeEvent)
		switch {
		case errors.Is(err, ErrNotFound):
		case err != nil:
			return err
		case g[patch{ref: e.Target}]:
			return &Error{
				Kind: ErrStatus, What: step.Does() + " can't be undone: " + later.does() + " since, which is for good",
				Short: "you have changed the same for good since",
			}
		}
	}
	return nil
}

func (g ground) add(t touch) error {
	list, err := t.slots()
	if err != nil {
		return err
	}
	g[patch{ref: t.ref}] = true
	if t.whole() {
		g[patch{ref: t.ref, whole: true}] = true
	}
	for _, k := range list {
		g[patch{ref: t.ref, slot: k}] = true
		g[about(k.of)] = true
	}
	return nil
}

// noteOwner notes, by workspace, who owned one that the step deleted.
func (t touch) noteOwner(swept map[ID][]Ref) {
	for _, m := range t.moved {
		if t.kind == touchSwept && t.ref.Kind == KindUser && m.slot.field == fieldWorkspace && numberIn(m.from) == RoleOwner {
			swept[m.slot.of] = append(swept[m.slot.of], t.ref)
		}
	}
}

// addOwners adds whether the owners of deleted workspaces are Active, where none of them is: such a workspace would come back to
// the actor, who would still own it when the owners aren't blocked any more.
func (g ground) addOwners(tx ReadTx, swept map[ID][]Ref) error {
	for _, owners := range swept {
		active := false
		for _, ref := range owners {
			u, err := load(tx, KindUser, ref.ID, decodeUser)
			if err != nil && !errors.Is(err, ErrNotFound) {
				return err
			}
			active = active || u.Status == StatusActive
		}
		for _, ref := range owners {
			if !active {
				g[patch{ref: ref, slot: slot{field: fieldStatus}}] = true
			}
		}
	}
	return nil
}

// shares reports whether a touch is about a slot of the ground, or one of the two made or deleted what the other is about.
func (g ground) shares(t touch) (bool, error) {
	if g[patch{ref: t.ref, whole: true}] || t.whole() && (g[patch{ref: t.ref}] || g[about(t.ref.ID)]) {
		return true, nil
	}
	list, err := t.slots()
	return slices.ContainsFunc(list, func(k slot) bool {
		group, work := Ref{KindGroup, k.of}, Ref{KindWorkspace, k.of}
		return g[patch{ref: t.ref, slot: k}] || g[patch{ref: group, whole: true}] || g[patch{ref: work, whole: true}]
	}), err
}

// whole reports whether the record came or went.
func (t touch) whole() bool { return t.kind == touchCreated || t.kind == touchDeleted }

// slots are those that the touch is about: of a record that came or went all that it has.
func (t touch) slots() (list []slot, err error) {
	if !t.whole() {
		for _, m := range t.moved {
			list = append(list, m.slot)
		}
		return list, nil
	}
	if t.ref.Kind == KindAPIKey {
		return nil, nil
	}
	r, ok := decodeUndoable(t.ref, t.image)
	if !ok {
		return nil, undecodable(t.ref.Kind, t.ref.ID)
	}
	for k := range r.slots() {
		list = append(list, k)
	}
	return list, nil
}
