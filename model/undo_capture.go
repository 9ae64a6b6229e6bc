package model

import (
	"bytes"
	"context"
	"errors"
	"slices"
)

// recording notes what a transaction does to the account, so that it can be taken back.
type recording struct {
	step   *openStep
	kind   stepKind
	order  []Ref
	before map[Ref][]byte // nil for what wasn't there
	after  map[Ref][]byte // nil for what is gone
	mine   map[Ref]slots  // where an undo took back what somebody else had made of it: what to put again, which is one's own

	stepID  ID             // of the step that it became part of, once it is written
	like    Step           // what it takes back, if it does
	deeds   []Deed         // what the events say of it
	targets []map[Ref]bool // of each of the deeds
	action  string         // of the last event
	event   uint64         // the first that tells of what was done
	barrier bool

	first, last uint64 // the numbers of its events, 0 for none
}

// openStep is a step that is being made, by one transaction or several. Its id is known once the first is committed.
type openStep struct {
	id    ID
	like  *Step           // what it takes back, if it does
	wrote int             // how many transactions changed something
	known map[target]bool // those that were counted, as far as they are few
}

// knownTargets bounds how many targets a step remembers, so that one that is changed twice counts once.
const knownTargets = 10_000

// committed notes what a transaction added to the step, once it is durable.
func (s *openStep) committed(r *recording) {
	if r == nil || r.stepID == 0 {
		return
	}
	s.id = r.stepID
	s.wrote++
	if s.known == nil {
		s.known = map[target]bool{}
	}
	for i, d := range r.deeds {
		for ref := range r.targets[i] {
			if len(s.known) < knownTargets {
				s.known[target{d.family(), ref}] = true
			}
		}
	}
}

type stepKey struct{}

// OneStep returns a context in which all changes are one step to undo.
func OneStep(ctx context.Context) context.Context {
	if _, ok := ctx.Value(stepKey{}).(*openStep); ok {
		return ctx
	}
	return context.WithValue(ctx, stepKey{}, &openStep{})
}

// Wrote returns how many transactions have changed something so far in the step of a context from OneStep: none where all
// that was asked for was so already.
func Wrote(ctx context.Context) int { return stepOf(ctx).wrote }

func stepOf(ctx context.Context) *openStep {
	if s, ok := ctx.Value(stepKey{}).(*openStep); ok {
		return s
	}
	return &openStep{}
}

func newRecording(s *openStep) *recording {
	r := &recording{step: s, kind: stepDone, before: map[Ref][]byte{}, after: map[Ref][]byte{}, mine: map[Ref]slots{}}
	if s.like != nil {
		r.like, r.deeds = *s.like, s.like.deeds()
		r.targets = make([]map[Ref]bool, len(r.deeds))
		r.kind = stepUndone
		if s.like.kind == stepUndone {
			r.kind = stepRedone
		}
	}
	return r
}

// Put writes a record and notes what it was before.
func (c *change) Put(kind Kind, id ID, b []byte) error {
	if err := c.note(Ref{kind, id}, b); err != nil {
		return err
	}
	return c.WriteTx.Put(kind, id, b)
}

// Delete removes a record and notes what it was before.
func (c *change) Delete(kind Kind, id ID) error {
	if err := c.note(Ref{kind, id}, nil); err != nil {
		return err
	}
	return c.WriteTx.Delete(kind, id)
}

func (c *change) note(ref Ref, after []byte) error {
	r := c.recording
	if _, counts := undoableKinds[ref.Kind]; r == nil || !counts {
		return nil
	}
	if _, noted := r.before[ref]; !noted {
		before, err := c.Get(ref.Kind, ref.ID)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		r.before[ref] = bytes.Clone(before)
		r.order = append(r.order, ref)
	}
	r.after[ref] = bytes.Clone(after)
	return nil
}

// name notes what an event says, from which the step gets its name. What follows from another change has the name of that.
func (r *recording) name(e Event) {
	if r.first == 0 {
		r.first = e.Seq
	}
	r.last = e.Seq
	follows := r.follows(e)
	r.action = e.Action
	if r.kind != stepDone || follows {
		return
	}
	if wordsOf(e.Action).never != "" {
		r.barrier = true
	}
	if _, known := knownWords(e.Action); !known && len(r.deeds) > 0 {
		return // nothing is to be said of it
	}
	if len(r.deeds) == 0 {
		r.event = e.Seq
	}
	if r.brought(e.Target) {
		return
	}
	one := Deed{Action: e.Action, Name: e.TargetName}
	if len(e.Changes) > 0 {
		one.From, one.To = stepText(e.Changes[0].From), stepText(e.Changes[0].To)
	}
	var i int
	r.deeds, i = together(r.deeds, one)
	r.aim(i, e.Target)
}

// follows reports whether an event tells of what another change brought with it: whoever makes a workspace owns it, and takes
// over what is left without an Owner.
func (r *recording) follows(e Event) bool {
	return e.Action == "user.take_over" || e.Action == "user.set_workspace_role" && r.action == "workspace.create" && e.Target.ID == e.Actor
}

// brought reports whether the step has made the record itself: what else it does to that is a part of it.
func (r *recording) brought(at Ref) bool {
	for i, d := range r.deeds {
		if wordsOf(d.Action).of == 0 && (i < len(r.targets) && r.targets[i][at] || r.step.known[target{d.family(), at}]) {
			return true
		}
	}
	return false
}

// aim counts a target of a deed, unless an earlier transaction of the step has.
func (r *recording) aim(i int, at Ref) {
	for len(r.targets) < len(r.deeds) {
		r.targets = append(r.targets, nil)
	}
	if r.step.known[target{r.deeds[i].family(), at}] {
		return
	}
	if r.targets[i] == nil {
		r.targets[i] = map[Ref]bool{}
	}
	r.targets[i][at] = true
}

// stepText keeps what a step is called to a length that fits a line.
func stepText(s string) string {
	const most = 100
	if len(s) <= most {
		return s
	}
	return string(bytes.ToValidUTF8([]byte(s[:most]), nil)) + "…"
}

// touches returns what the transaction did in sum, in the order in which it did it.
func (r *recording) touches() ([]touch, error) {
	var list []touch
	for _, ref := range r.order {
		t, did, err := touchOf(ref, r.before[ref], r.after[ref], r.mine[ref])
		if err != nil {
			return nil, err
		}
		if did {
			list = append(list, t)
		}
	}
	return list, nil
}

// wrote reports whether the transaction changed any record of the account.
func (r *recording) wrote() bool {
	return slices.ContainsFunc(r.order, func(ref Ref) bool { return !bytes.Equal(r.before[ref], r.after[ref]) })
}

// touchOf compares a record's bytes before and after.
func touchOf(ref Ref, before, after []byte, mine slots) (t touch, did bool, err error) {
	t.ref = ref
	switch {
	case bytes.Equal(before, after):
		return t, false, nil
	case before == nil:
		t.kind, t.image = touchCreated, after
		return t, ref.Kind != KindAPIKey, nil // a key goes again with its service account, and its copy needn't lie here too
	case after == nil:
		t.kind, t.image = touchDeleted, before
		return t, true, nil
	}
	was, ok := decodeUndoable(ref, before)
	is, too := decodeUndoable(ref, after)
	if !ok || !too {
		return t, false, undecodable(ref.Kind, ref.ID)
	}
	from, to := was.slots(), is.slots()
	for _, k := range from.differences(to) {
		m := move{k, from[k], to[k]}
		if v, forced := mine[k]; forced {
			m.from = v
		}
		t.moved = append(t.moved, m)
	}
	t.kind = touchChanged
	if was.version() == is.version() {
		t.kind = touchSwept
	}
	return t, len(t.moved) > 0, nil
}

// keep writes what the transaction did, at its end.
func (r *recording) keep(c *change) error {
	touches, err := r.touches()
	if err != nil || len(touches) == 0 && (!r.barrier || !r.wrote()) {
		return err
	}
	list, err := c.undoList(c.actor.ID)
	if err != nil {
		return err
	}
	r.retarget(touches)
	i := list.find(r.step.id)
	if i < 0 && len(r.deeds) == 0 {
		return nil // follows from a step that was dropped meanwhile
	}
	part := undoPart{user: c.actor.ID, at: c.now, touches: touches}
	if part.id, err = c.NextID(); err != nil {
		return err
	}
	if i < 0 {
		if err := c.begin(&list, r.newStep(c, part.id, touches)); err != nil {
			return err
		}
		i = len(list.steps) - 1
	} else {
		r.grow(c, &list.steps[i], touches)
	}
	s := &list.steps[i]
	r.stepID = s.ID
	s.Records += len(touches)
	if !r.barrier && !s.tooLarge() {
		s.parts = append(s.parts, part.id)
		if err := save(c.WriteTx, nil, part); err != nil {
			return err
		}
	}
	if err := c.trim(&list, s.ID); err != nil {
		return err
	}
	return save(c.WriteTx, nil, list)
}

// grow adds what another transaction did to what a step says of itself.
func (r *recording) grow(c *change, s *Step, touches []touch) {
	if r.kind == stepDone {
		s.last = max(s.last, r.last)
	}
	list := s.deeds()
	for _, d := range r.counted(c, touches) {
		n := d.Count
		d.Count = 0
		var i int
		list, i = together(list, d)
		list[i].Count += n
	}
	*s = s.withDeeds(list)
}

// newStep is the step that begins with this transaction.
func (r *recording) newStep(c *change, id ID, touches []touch) Step {
	s := r.like
	s.ID, s.At, s.kind, s.parts, s.Records = id, c.now, r.kind, nil, 0
	if r.kind == stepDone {
		s.Event, s.first, s.last = r.event, r.first, r.last
	}
	list := r.counted(c, touches)
	s.Deed = r.deeds[0] // also where only what followed from it was taken back
	return s.withDeeds(list)
}

// counted are the deeds with as many targets as this transaction adds to them.
func (r *recording) counted(c *change, touches []touch) []Deed {
	list := slices.Clone(r.deeds)
	for i := range list {
		d := &list[i]
		if r.kind == stepDone {
			d.Name = r.titleOf(i)
		} else {
			*d = r.remainder(c, i, touches)
		}
		d.Count = len(r.targets[i])
	}
	return list
}

// titleOf returns what a deed's first target is called: of a user the name, where an event has the email.
func (r *recording) titleOf(deed int) string {
	for _, ref := range r.order {
		if !r.targets[deed][ref] || ref.Kind != KindUser {
			continue
		}
		b := r.after[ref]
		if b == nil {
			b = r.before[ref]
		}
		if u, ok := decodeUndoable(ref, b); ok {
			return u.title()
		}
	}
	return r.deeds[deed].Name
}
