package model

import (
	"context"
	"errors"
	"slices"
)

// undoing is a part of a step that is being taken back within a transaction.
type undoing struct {
	*change
	step   Step
	part   undoPart
	choice UndoChoice
	going  map[ID]bool      // groups and workspaces that are to be deleted: who is in them is swept
	held   map[ID][]holding // who still refers to what is gone, once somebody has asked
	out    undonePart

	erasing touch // the record that is erased, as it was created
}

// undonePart is how that went.
type undonePart struct {
	done, touches int
	refused       []Refusal
	notes         []string
	sweep         bool            // something was deleted that others refer to
	left          []target        // of the step, those that weren't taken back
	kept          []string        // the names of records that stay as somebody else made them
	uncreated     []ID            // service accounts whose creation was taken back
	first         map[string]Deed // by family, as if it were about the first that was taken back alone
}

// takeBackPart takes one part of a step back. The part goes with it, unless nothing of the step could be taken back.
func (d *Directory) takeBackPart(ctx context.Context, actor Actor, s Step, id ID, choice UndoChoice, begun bool) (undonePart, error) {
	var out undonePart
	err := d.update(ctx, actor, func(c *change) error {
		out = undonePart{}
		if err := c.active(); err != nil {
			return err
		}
		p, err := load(c, KindUndoPart, id, decodeUndoPart)
		if errors.Is(err, ErrNotFound) {
			return nil // past its term, or taken back by another console
		}
		if err != nil {
			return err
		}
		u := &undoing{change: c, step: s, part: p, choice: choice, going: map[ID]bool{}}
		if err := u.takeBack(); err != nil {
			return err
		}
		out = u.out
		if out.done == 0 && !begun && !choice.Keep {
			return nil
		}
		return c.consume(s.ID, id)
	})
	return out, err
}

// active asks whether the actor may do anything at all.
func (c *change) active() error {
	rules, err := c.rules()
	if err != nil {
		return err
	}
	return rules.active()
}

// consume takes a part out of the actor's list.
func (c *change) consume(step, part ID) error {
	list, err := c.undoList(c.actor.ID)
	if err != nil {
		return err
	}
	if i := list.find(step); i >= 0 {
		s := &list.steps[i]
		s.parts = slices.DeleteFunc(s.parts, func(id ID) bool { return id == part })
		if len(s.parts) == 0 {
			list.steps = slices.Delete(list.steps, i, i+1)
		}
	}
	if err := c.dropPart(part); err != nil {
		return err
	}
	return save(c.WriteTx, nil, list)
}

// forget takes what is left of a step out of the actor's list.
func (d *Directory) forget(ctx context.Context, actor Actor, step ID) error {
	left := false
	err := d.store.View(ctx, func(tx ReadTx) error {
		list, err := readUndoList(tx, actor.User)
		left = list.find(step) >= 0
		return err
	})
	if err != nil || !left {
		return err
	}
	return d.update(ctx, actor, func(c *change) error {
		if err := c.active(); err != nil {
			return err
		}
		list, err := c.undoList(actor.User)
		if err != nil {
			return err
		}
		if err := c.drop(&list, func(s Step) bool { return s.ID == step }); err != nil {
			return err
		}
		return save(c.WriteTx, nil, list)
	})
}

// takeBack goes through a part backwards: what was made last goes first.
func (u *undoing) takeBack() error {
	for _, t := range u.part.touches {
		if t.kind == touchCreated && (t.ref.Kind == KindGroup || t.ref.Kind == KindWorkspace) {
			u.going[t.ref.ID] = true
		}
	}
	var restored []ID // workspaces
	for _, t := range slices.Backward(u.part.touches) {
		u.out.touches++
		if t.ref.Kind == KindAPIKey {
			continue // goes with its service account
		}
		did, name, err := u.one(t)
		switch {
		case err != nil && refused(err):
			u.out.refused = append(u.out.refused, Refusal{t.ref.ID, name, err})
			u.leave(t)
		case err != nil:
			return err
		case did:
			u.took(t, name)
			if t.kind == touchDeleted && t.ref.Kind == KindWorkspace {
				restored = append(restored, t.ref.ID)
			}
		}
	}
	return u.ownRestored(restored)
}

// ownRestored makes the actor Owner of the workspaces that came back without anybody who still is.
func (u *undoing) ownRestored(list []ID) error {
	for _, id := range list {
		if len(u.Tally(id).Owners) > 0 {
			continue
		}
		if err := u.setUserGrant(u.actor.ID, id, RoleOwner, "user.take_over"); err != nil {
			return err
		}
	}
	return u.fault
}

// one takes one touch back and reports whether anything was to do.
func (u *undoing) one(t touch) (did bool, name string, err error) {
	rules, err := u.rules()
	if err != nil {
		return false, "", err
	}
	switch t.ref.Kind {
	case KindUser:
		return takeBackOne(u, rules, t, u.userKind())
	case KindServiceAccount:
		return takeBackOne(u, rules, t, u.serviceAccountKind())
	case KindGroup:
		return takeBackOne(u, rules, t, u.groupKind())
	case KindWorkspace:
		return takeBackOne(u, rules, t, u.workspaceKind())
	case KindRole:
		return takeBackOne(u, rules, t, u.roleKind())
	default:
		return false, "", undecodable(KindUndoPart, u.part.id)
	}
}

// slotted is a record that a slot can be set in.
type slotted[T any] interface {
	undoable
	withSlot(k slot, value string) T
}

// undoKind is what undo does with a kind of record.
type undoKind[T slotted[T]] struct {
	kind   Kind
	decode decodeFunc[T]
	next   func(T) T // in its next version

	may     func(r Rules, now T, k slot, value string) error // whether the actor may set a slot
	free    func(T) error                                    // whether its unique keys are
	save    func(old *T, updated T) error
	restore func(r Rules, was T) (T, error) // asks whether the actor may bring it back, and returns what comes back
	also    func(T) error                   // what comes back with it; may be nil
	erase   func(r Rules, now T) error      // asks and does
}

func takeBackOne[T slotted[T]](u *undoing, r Rules, t touch, k undoKind[T]) (did bool, name string, err error) {
	now, err := load(u, k.kind, t.ref.ID, k.decode)
	there := err == nil
	if err != nil && !errors.Is(err, ErrNotFound) {
		return false, "", err
	}
	switch {
	case t.kind == touchDeleted:
		return restoreOne(u, r, t, k, there)
	case !there && t.kind == touchSwept:
		return false, "", nil
	case !there:
		return false, u.formerName(t), gone(k.kind.String())
	case t.kind == touchCreated:
		did, err = eraseOne(u, r, t, k, now)
	default:
		did, err = moveBack(u, r, t, k, now)
	}
	return did, now.title(), err
}

// formerName is what a record was called that is gone, "" if only the events know.
func (u *undoing) formerName(t touch) string {
	if was, ok := decodeUndoable(t.ref, t.image); ok && t.image != nil {
		return was.title()
	}
	return ""
}

// restoreOne brings a record back that the step deleted.
func restoreOne[T slotted[T]](u *undoing, r Rules, t touch, k undoKind[T], there bool) (did bool, name string, err error) {
	was, ok := k.decode(t.ref.ID, t.image, false)
	if !ok {
		return false, "", undecodable(KindUndoPart, u.part.id)
	}
	name = was.title()
	if there {
		return false, name, nil
	}
	back, err := k.restore(r, was)
	if err != nil {
		return false, name, err
	}
	if err := k.free(back); err != nil {
		return false, name, err
	}
	back = k.next(back)
	if k.also != nil {
		if err := k.also(back); err != nil {
			return false, name, err
		}
	}
	var left []holding
	if k.kind == KindGroup || k.kind == KindWorkspace {
		if left, err = u.heldOnTo(t.ref.ID); err != nil {
			return false, name, err
		}
	}
	if err := k.save(nil, back); err != nil {
		return false, name, err
	}
	for _, h := range left {
		if err := u.recount(h.kind, h.id, references{}, h.references); err != nil {
			return false, name, err
		}
	}
	return true, name, u.tell(back, u.changes(back, slots{}, back.slots()))
}

// eraseOne deletes a record that the step created.
func eraseOne[T slotted[T]](u *undoing, r Rules, t touch, k undoKind[T], now T) (bool, error) {
	leave, err := u.clashes(t, now)
	if leave || err != nil {
		return false, err
	}
	u.erasing = t
	lost := u.changes(now, now.slots(), slots{}) // in words as long as the keys are there
	if err := k.erase(r, now); err != nil {
		return false, err
	}
	return true, u.tell(now, lost)
}

// clashes reports whether a record is to be left because of a conflict, or refuses one that the caller hasn't chosen for.
func (u *undoing) clashes(t touch, now undoable) (leave bool, err error) {
	c, err := clash(u.change, u.step, u.part, t)
	if err != nil || len(c.Fields) == 0 || u.forced(now) {
		return false, err
	}
	if u.choice.Keep {
		u.keepTheirs(t, now)
		return true, nil
	}
	return false, movedOn(now)
}

func (u *undoing) forced(now undoable) bool {
	return slices.Contains(u.choice.Force, Seen{now.ref().ID, now.version()})
}

// eventNouns are how the actions of a kind begin.
var eventNouns = map[Kind]string{
	KindUser: "user", KindServiceAccount: "service_account", KindGroup: "group", KindWorkspace: "workspace", KindRole: "role",
}

// changes says what becomes of a record, for its event. What the slots name has to be there.
func (u *undoing) changes(r undoable, from, to slots) (list []Change) {
	tell := teller{ReadTx: u.change}
	for _, k := range from.differences(to) {
		list = append(list, Change{tell.field(k), tell.value(k, from[k]), tell.value(k, to[k])})
	}
	s, ok := r.(ServiceAccount)
	if !ok || len(from) > 0 && len(to) > 0 {
		return list
	}
	if old, good := previousKey(u.change, s, u.now); good && len(to) > 0 {
		list = append(list, Change{"old key", "", old.Hint()})
	} else if good {
		list = append(list, Change{"old key", old.Hint(), ""})
	}
	return list
}

// tell appends the event.
func (u *undoing) tell(r undoable, changes []Change) error {
	verb := ".undo"
	if u.step.kind == stepUndone {
		verb = ".redo"
	}
	name := r.title()
	if user, ok := r.(User); ok {
		name = user.Email
	}
	return u.event(eventNouns[r.ref().Kind]+verb, r.ref(), name, changes...)
}
