package model

import (
	"context"
	"strconv"
)

// Undoing the creation of a service account takes a key away that somebody may hold by then. That can't be taken back, so
// it is said: whoever has the key has to hear of it.

// handed is what became of an API key.
type handed struct{ copied, shown bool }

// noteHanded notes of service accounts whose creation was taken back that their keys had been copied or shown. Events are
// looked through from the creation on, after the store was let go: that a key is gone is no less true if they can't be read.
func (d *Directory) noteHanded(ctx context.Context, r *UndoReport, uncreated []ID) {
	if len(uncreated) == 0 {
		return
	}
	found := map[ID]handed{}
	for _, id := range uncreated {
		found[id] = handed{}
	}
	count, err := NewActivity(d.store).Count(ctx)
	for next := r.Step.first; err == nil && next <= count; next += searchSize {
		var part []rawEvent
		part, err = readEvents(ctx, d.store, next, min(count, next+searchSize-1))
		for _, raw := range part {
			e, ok := raw.decode(true)
			if h, ours := found[e.Target.ID]; ok && ours {
				found[e.Target.ID] = h.after(e)
			}
		}
	}
	if err != nil {
		r.Notes = append(r.Notes, "If a key of them had been copied or shown, it works no more")
		return
	}
	if note := noteOf(r, uncreated, found); note != "" {
		r.Notes = append(r.Notes, note)
	}
}

func (h handed) after(e Event) handed {
	switch e.Action {
	case "service_account." + string(UseCopy):
		h.copied = true
	case "service_account." + string(UseReveal):
		h.shown = true
	}
	return h
}

// noteOf says whose keys are out, "" if none is.
func noteOf(r *UndoReport, uncreated []ID, found map[ID]handed) string {
	n, sum := 0, handed{}
	for _, id := range uncreated {
		h := found[id]
		if h == (handed{}) {
			continue
		}
		n++
		sum = handed{sum.copied || h.copied, sum.shown || h.shown}
	}
	how := "copied"
	switch {
	case sum.copied && sum.shown:
		how = "copied or shown"
		if n == 1 {
			how = "copied and shown"
		}
	case sum.shown:
		how = "shown"
	}
	switch {
	case n == 0:
		return ""
	case n == 1 && len(uncreated) == 1:
		return "The key of " + r.told.Name + " had been " + how + ": tell whoever has it that it works no more"
	case n == 1:
		return "The key of one of them had been " + how + ": tell whoever has it that it works no more"
	}
	return "The keys of " + strconv.Itoa(n) + " of them had been " + how + ": tell whoever has one that it works no more"
}

// uncreates reports whether taking a touch back undoes a creation. A redo of a deletion deletes too, but that was meant.
func (s Step) uncreates(t touch) bool {
	return t.kind == touchCreated && t.ref.Kind == KindServiceAccount && s.kind != stepUndone
}
