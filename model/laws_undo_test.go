package model_test

import (
	"context"
	"errors"
	"testing"

	"pgregory.net/rapid"

	"lanyard/model"
)

// takeBack undoes or redoes somebody's last step, and where that is in conflict insists on some of it or on none.
func (w *world) takeBack(do func(context.Context, model.Actor, model.UndoChoice) (model.UndoReport, error)) attempt {
	by := w.actor()
	r, err := do(w.Context(), by, model.UndoChoice{})
	if no := w.before.Rules(by.User, w.now).SeeAll(); no != nil && len(r.Conflicts) > 0 {
		w.t.Fatalf("%v, and is shown %+v", no, r.Conflicts)
	}
	if errors.Is(err, model.ErrConflict) && len(r.Conflicts) > 0 {
		choice := model.UndoChoice{Step: r.Step.ID, Keep: w.percent("keep", 50)}
		for _, c := range r.Conflicts {
			if w.percent("insist", 60) {
				choice.Force = append(choice.Force, c.Seen())
			}
		}
		r, err = do(w.Context(), by, choice)
	} else if err != nil && w.percent("leave behind", 30) {
		r, err = do(w.Context(), by, model.UndoChoice{Keep: true})
	}
	return attempt{by: by, back: true, err: err, refused: r.Refused}
}

// Laws of undo: what is done and undone is as it was before, what is redone is as it was done, whoever did it and whatever
// had happened before. What the rules don't allow stays as it is.
func TestLawsOfUndo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t)
		for range rapid.IntRange(5, 12).Draw(t, "steps") {
			w.stepAndBack()
		}
	})
}

// stepAndBack does something, undoes it and redoes it.
func (w *world) stepAndBack() {
	i := rapid.IntRange(0, len(allDeeds)-1).Draw(w.t, "deed")
	name, last := allDeeds[i].name, w.eventCount()
	before := pictureOf(w.before)
	got := allDeeds[i].do(w)
	done := w.snapshot()
	if w.before = done; got.back || got.by.User == 0 || w.eventCount() == last {
		return
	}
	s := w.steps(got.by).Undo()
	if s == nil || s.Event <= uint64(last) { // it was only shown, or nothing that undo keeps
		if pictureOf(done) != before {
			w.t.Fatalf("%s changed something and left no step", name)
		}
		return
	}
	if s.Never() != nil {
		return
	}
	if !w.back(name, got.by, w.Undo, before) {
		return
	}
	if w.back("undoing of "+name, got.by, w.Redo, pictureOf(done)) && w.percent("again", 50) {
		w.back("redoing of "+name, got.by, w.Undo, before)
	}
}

// back takes a step back at once, and holds the account against what it has to be then. It reports whether the rules allowed
// all of it.
func (w *world) back(
	name string, by model.Actor, do func(context.Context, model.Actor, model.UndoChoice) (model.UndoReport, error), want string,
) bool {
	was := pictureOf(w.before)
	r, err := do(w.Context(), by, model.UndoChoice{})
	if len(r.Conflicts) > 0 {
		w.t.Fatalf("after %s, which nobody came after: %+v", name, r.Conflicts)
	}
	after := w.snapshot()
	w.sameAccount(after)
	w.checkAnswer("taking back of "+name, attempt{by: by, back: true, err: err, refused: r.Refused}, after)
	w.checkRecords(after)
	w.checkTallies(after)
	w.before = after
	switch got := pictureOf(after); {
	case err != nil && got != was:
		w.t.Fatalf("after %s it was refused (%v), and changed\n%s\nto\n%s", name, err, was, got)
	case err != nil || len(r.Refused) > 0:
		w.t.Logf("after %s: %v, refused %+v", name, err, r.Refused)
		return false
	case got != want:
		w.t.Fatalf("after %s\n%s", name, differing(want, got))
	}
	return true
}
