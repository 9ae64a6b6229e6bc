package model

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// UndoChoice says what to do where somebody else has changed what a step changed. With neither Force nor Keep nothing is
// changed at all while there is such a conflict.
type UndoChoice struct {
	Step  ID     // the step that was shown; 0 for the last one
	Event uint64 // to take back the step that this event belongs to, which needn't be the last one; 0 for the last one
	Force []Seen // conflicts to take back all the same, in the versions that were shown
	Keep  bool   // leave what else can't be taken back as it is, and be done with the step
}

// UndoReport says what was taken back or put again, and what wasn't.
type UndoReport struct {
	Step      Step
	Redo      bool
	Done      int        // records
	Refused   []Refusal  // those that the rules didn't allow, and why
	Conflicts []Conflict // those that the caller has to choose for, if they may see them; nothing was changed then
	Notes     []string   // what couldn't be taken back along with it, in sentences

	told Step // the step as far as it was taken back
}

// Conflict is a record of a step that somebody else has changed since, in the same fields.
type Conflict struct {
	Ref     Ref
	Name    string
	Version uint64 // as it is now
	Fields  []FieldConflict
}

// Seen names the conflict's record as it was shown, to insist.
func (c Conflict) Seen() Seen { return Seen{c.Ref.ID, c.Version} }

// FieldConflict is one field in words. "" is nothing. What is mine is what I made of it, or what a redo would make of it;
// Was is what it was before that, and Theirs what it is now.
type FieldConflict struct {
	Field, Was, Mine, Theirs string

	By string    // the email of who changed it last; "" if the activity doesn't tell
	At time.Time // when
}

// Label is the field's name as columns have it: "Role", "API key".
func (f FieldConflict) Label() string { return capitalised(f.Field) }

// Says is what was done, as a sentence without its full stop: "Undone: role of Ben Okafor back to Consumer".
func (r UndoReport) Says() string {
	done, s := "Undone", r.told
	if r.Redo {
		done = "Redone"
	}
	switch {
	case s.Count <= 0 && r.Step.Count > 0:
		return done + " in part: " + r.Step.does() // only what followed from it
	case r.Redo:
		return done + ": " + s.does()
	}
	return done + ": " + s.undoes()
}

// Undo takes back the actor's last step that hasn't been taken back, or the one of choice.Event, by the same rules as any
// other change. Where somebody else has changed the same fields since, it is ErrConflict and the report shows them to who sees more
// than their own record.
func (d *Directory) Undo(ctx context.Context, actor Actor, choice UndoChoice) (UndoReport, error) {
	return d.takeBack(ctx, actor, choice, UndoReport{})
}

// Redo puts the step again that Undo took back last, unless the actor has changed something else since.
func (d *Directory) Redo(ctx context.Context, actor Actor, choice UndoChoice) (UndoReport, error) {
	return d.takeBack(ctx, actor, choice, UndoReport{Redo: true})
}

func (d *Directory) takeBack(ctx context.Context, actor Actor, choice UndoChoice, report UndoReport) (UndoReport, error) {
	err := d.May(ctx, actor, Rules.active) // before it is told what became of what
	if err != nil {
		return report, err
	}
	if report.Step, err = d.stepToTakeBack(ctx, actor, choice, report.Redo); err != nil {
		return report, err
	}
	if report.Step, err = d.asWhole(ctx, actor, report.Step); err != nil {
		return report, err
	}
	if !choice.Keep {
		if report.Conflicts, err = d.conflicts(ctx, report.Step, choice); err != nil {
			return report, err
		}
		if len(report.Conflicts) > 0 {
			return d.askAbout(ctx, actor, report)
		}
	}
	ctx = context.WithValue(ctx, stepKey{}, &openStep{like: &report.Step})
	through, tally := 0, undoTally{}
	for _, id := range report.Step.parts {
		part, err := d.takeBackPart(ctx, actor, report.Step, id, choice, report.Done > 0)
		if err != nil {
			return report, err
		}
		report.Done += part.done
		report.Refused = append(report.Refused, part.refused...)
		report.Notes = append(report.Notes, part.notes...)
		tally.add(part)
		through += part.touches
		ReportProgress(ctx, through, max(report.Step.Records, through))
	}
	tally.conclude(&report)
	d.nameGone(ctx, &report)
	d.noteHanded(ctx, &report, tally.uncreated)
	if tally.swept {
		if err := d.sweep(ctx, actor); err != nil {
			return report, err
		}
	}
	if report.Done > 0 || choice.Keep {
		return report, d.forget(ctx, actor, report.Step.ID)
	}
	return report, report.nothing()
}

// nothing is the error of a step of which nothing was taken back.
func (r UndoReport) nothing() error {
	done := "undone"
	if r.Redo {
		done = "redone"
	}
	switch len(r.Refused) {
	case 0:
		return &Error{Kind: ErrStatus, What: r.Step.Does() + " can't be " + done + ": it is so already", Short: "it is so already"}
	case 1:
		return r.Refused[0].Err
	}
	why := Short(r.Refused[0].Err)
	if slices.ContainsFunc(r.Refused, func(other Refusal) bool { return Short(other.Err) != why }) {
		why += ", and other reasons"
	}
	return &Error{
		Kind: ErrStatus, What: fmt.Sprintf("None of the %d could be %s: %s", len(r.Refused), done, why), Short: why,
		Hint: Hint(r.Refused[0].Err),
	}
}

// askAbout is the answer to an undo that runs into conflicts. Who sees no more than their own record is only told that there are
// some.
func (d *Directory) askAbout(ctx context.Context, actor Actor, r UndoReport) (UndoReport, error) {
	asked := overtaken(r)
	switch err := d.May(ctx, actor, Rules.SeeAll); {
	case err == nil:
		d.nameOthers(ctx, actor, &r)
	case refused(err):
		r.Conflicts = nil
	default:
		return UndoReport{}, err
	}
	return r, asked
}

func overtaken(r UndoReport) error {
	what := fmt.Sprintf("%s was changed by somebody else since", r.Conflicts[0].Name)
	if n := len(r.Conflicts); n > 1 {
		what = fmt.Sprintf("%s and %d more were changed by somebody else since", r.Conflicts[0].Name, n-1)
	}
	return &Error{Kind: ErrConflict, What: what, Short: "changed by somebody else meanwhile", Hint: "Choose whose change stays."}
}

// stepToTakeBack finds the step, or says why there is none.
func (d *Directory) stepToTakeBack(ctx context.Context, actor Actor, choice UndoChoice, redo bool) (Step, error) {
	var list undoList
	err := d.store.View(ctx, func(tx ReadTx) (err error) {
		list, err = readUndoList(tx, actor.User)
		return err
	})
	if err != nil {
		return Step{}, err
	}
	if choice.Event != 0 && !redo {
		return d.stepOfEvent(ctx, choice, list)
	}
	find, none := list.undo, NothingToUndo()
	if redo {
		find, none = list.redo, NothingToRedo()
	}
	s, ok := find()
	switch {
	case !ok || d.now().Sub(s.At) > UndoTerm:
		return s, none
	case choice.Step != 0 && choice.Step != s.ID:
		return s, &Error{Kind: ErrConflict, What: "You have changed something else meanwhile", Hint: "Look at what would be undone now, and try again."}
	}
	if choice.Keep {
		return s, nil
	}
	return s, s.Never()
}

// NothingToUndo says that there is nothing to undo.
func NothingToUndo() error {
	return &Error{
		Kind: ErrNotFound, What: "There is nothing to undo", Short: "nothing to undo",
		Hint: "Your own changes of the last 30 days can be undone.",
	}
}

// NothingToRedo says that there is nothing to redo.
func NothingToRedo() error {
	return &Error{
		Kind: ErrNotFound, What: "There is nothing to redo", Short: "nothing to redo",
		Hint: "What you have undone can be done again until you change something else.",
	}
}

// conflicts looks at what became of a step's records, and leaves out those that the caller has seen.
func (d *Directory) conflicts(ctx context.Context, s Step, choice UndoChoice) ([]Conflict, error) {
	var list []Conflict
	for _, id := range s.parts {
		var found []Conflict
		err := d.store.View(ctx, func(tx ReadTx) (err error) {
			found, err = clashes(tx, s, id)
			return err
		})
		if err != nil {
			return nil, err
		}
		list = append(list, slices.DeleteFunc(found, func(c Conflict) bool { return slices.Contains(choice.Force, c.Seen()) })...)
	}
	return list, nil
}

// clashes returns the conflicts of one part of a step.
func clashes(tx ReadTx, s Step, part ID) (list []Conflict, err error) {
	p, err := load(tx, KindUndoPart, part, decodeUndoPart)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	for _, t := range p.touches {
		c, err := clash(tx, s, p, t)
		if err != nil {
			return nil, err
		}
		if len(c.Fields) > 0 {
			list = append(list, c)
		}
	}
	return list, err
}

// clash compares a record with what a step made of it, in the fields that the step changed. A record that is gone, or that
// has joined since it was invited, is no conflict: it can't be taken back at all.
func clash(tx ReadTx, s Step, p undoPart, t touch) (Conflict, error) {
	c := Conflict{Ref: t.ref}
	if t.kind == touchDeleted || t.ref.Kind == KindAPIKey {
		return c, nil
	}
	b, err := tx.Get(t.ref.Kind, t.ref.ID)
	if errors.Is(err, ErrNotFound) {
		return c, nil
	}
	if err != nil {
		return c, err
	}
	now, ok := decodeUndoable(t.ref, b)
	if !ok {
		return c, undecodable(t.ref.Kind, t.ref.ID)
	}
	c.Name, c.Version = now.title(), now.version()
	tell, has := teller{tx, s.kind == stepUndone}, now.slots()
	if t.kind == touchCreated {
		c.Fields, err = createdFields(tell, s, p, t, now)
		return c, err
	}
	for _, m := range t.moved {
		if is := has[m.slot]; is != m.to && is != m.from && (t.ref != s.own || is != s.left[m.slot]) {
			c.Fields = append(c.Fields, tell.conflict(m, is))
		}
	}
	return c, nil
}

func (t teller) conflict(m move, is string) FieldConflict {
	was, mine := t.value(m.slot, m.from), t.value(m.slot, m.to)
	if t.redo { // what was taken back is to be made again
		was, mine = mine, was
	}
	return FieldConflict{Field: t.field(m.slot), Was: was, Mine: mine, Theirs: t.value(m.slot, is)}
}

// createdFields compares a record with what it was created as.
func createdFields(tell teller, s Step, p undoPart, t touch, now undoable) (list []FieldConflict, err error) {
	was, ok := decodeUndoable(t.ref, t.image)
	if !ok {
		return nil, undecodable(KindUndoPart, p.id)
	}
	if joined(was, now) {
		return nil, nil
	}
	if was.version() != now.version() {
		mine, is := was.slots(), now.slots()
		for _, k := range mine.differences(is) {
			list = append(list, tell.conflict(move{k, "", mine[k]}, is[k]))
		}
	}
	if s.kind == stepUndone || t.ref.Kind != KindGroup && t.ref.Kind != KindWorkspace {
		return list, nil
	}
	tally, err := load(tell.ReadTx, KindTally, t.ref.ID, decodeTally)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return nil, err
	}
	own, err := s.ownIn(tell.ReadTx, t.ref.ID)
	if others := tally.Total() - own; err == nil && others > 0 {
		list = append(list, FieldConflict{Field: "members", Theirs: members(others)})
	}
	return list, err
}

// joined reports whether somebody who was invited has joined since.
func joined(was, now undoable) bool {
	invited, ok := was.(User)
	user, is := now.(User)
	return ok && is && invited.Status == StatusInvited && user.Status != StatusInvited
}
