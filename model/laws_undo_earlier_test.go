package model_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"lanyard/model"
)

// steps are what somebody can take back.
func (w *world) steps(by model.Actor) model.Steps {
	w.t.Helper()
	s, err := model.UndoSteps(w.Context(), w.store, by.User)
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

// Laws of undoing what isn't the last: a step that can be undone out of its turn leaves all the others undoable, and in
// whatever order they are undone the account is as it was before them, and redone as it was after them.
func TestLawsOfUndoingAnEarlierStep(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t)
		for range rapid.IntRange(0, 8).Draw(t, "before") {
			w.step(allDeeds)
		}
		w.only = w.actor()
		before, from := pictureOf(w.before), w.eventCount()
		for range rapid.IntRange(2, 4).Draw(t, "steps") {
			i := rapid.IntRange(0, len(allDeeds)-1).Draw(t, "deed")
			t.Log(allDeeds[i].name)
			if got := allDeeds[i].do(w); got.back || got.silent || got.by.User != w.only.User && got.err == nil {
				return // takes back what was before, or is no step
			}
			w.before = w.snapshot()
		}
		after, to := pictureOf(w.before), w.eventCount()
		if from == to {
			return
		}
		event := rapid.IntRange(from+1, to).Draw(t, "event")
		undone := 0
		for choice := (model.UndoChoice{Event: uint64(event)}); w.steps(w.only).Undo() != nil && w.steps(w.only).Undo().Event > uint64(from); choice = (model.UndoChoice{}) {
			was := pictureOf(w.snapshot())
			r, err := w.Undo(w.Context(), w.only, choice)
			if len(r.Conflicts) > 0 {
				t.Fatalf("nobody else was there: %+v", r.Conflicts)
			}
			if is := pictureOf(w.snapshot()); err != nil && is != was {
				t.Fatalf("it was refused (%v), and changed\n%s\nto\n%s", err, was, is)
			}
			if err != nil && choice.Event != 0 {
				continue // a later one rests on it
			}
			if err != nil || len(r.Refused) > 0 {
				return
			}
			undone++
			t.Log(r.Says())
		}
		if is := pictureOf(w.snapshot()); is != before {
			t.Fatalf("after event %d first, and then the rest:\n%s", event, differing(before, is))
		}
		for range undone {
			if r, err := w.Redo(w.Context(), w.only, model.UndoChoice{}); err != nil || len(r.Refused) > 0 {
				return
			}
		}
		if is := pictureOf(w.snapshot()); is != after {
			t.Fatalf("redone:\n%s", differing(after, is))
		}
	})
}

// differing returns the lines of two pictures that only one of them has.
func differing(was, is string) string {
	a, b := strings.Split(was, "\n"), strings.Split(is, "\n")
	var out []string
	for _, l := range a {
		if !slices.Contains(b, l) {
			out = append(out, "- "+l)
		}
	}
	for _, l := range b {
		if !slices.Contains(a, l) {
			out = append(out, "+ "+l)
		}
	}
	return strings.Join(out, "\n")
}
