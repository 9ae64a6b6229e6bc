package tui

import (
	"context"
	"iter"
	"strings"

	tea "charm.land/bubbletea/v2"

	"lanyard/model"
	"lanyard/tui/grid"
)

// targets are the rows that an action is about: the marked ones, or the one under the cursor when none is marked. There may
// be a million of them, so they are held by id and read when they are asked for, which may be away from the Update
// goroutine: the rows never change.
type targets[T any] struct {
	rows grid.Rows[T]
	ids  []uint64
}

func (s *sheet[T]) targets() targets[T] {
	t := targets[T]{rows: s.grid.Rows(), ids: s.grid.Marked()}
	if _, id, _, ok := s.grid.Cursor(); ok && len(t.ids) == 0 {
		t.ids = []uint64{id}
	}
	return t
}

// all goes through the rows.
func (t targets[T]) all() iter.Seq[T] {
	return func(yield func(T) bool) {
		for _, id := range t.ids {
			if pos, ok := t.rows.Find(id); ok && !yield(t.rows.At(pos)) {
				return
			}
		}
	}
}

// seen names the rows to a Directory, in the versions that are on the screen.
func (t targets[T]) seen(of func(T) model.Seen) []model.Seen {
	list := make([]model.Seen, 0, len(t.ids))
	for row := range t.all() {
		list = append(list, of(row))
	}
	return list
}

// aimed goes through what targets would hold without making a list of it: menus and the help ask in every frame.
func (s *sheet[T]) aimed() iter.Seq[T] {
	if _, _, marked := s.grid.Counts(); marked > 0 {
		return s.grid.AllMarked()
	}
	return func(yield func(T) bool) {
		if row, ok := s.row(); ok {
			yield(row)
		}
	}
}

// aim tells what an action would be about apart from anything else: how many are marked, and the row if it is only the one
// under the cursor.
type aim struct {
	marked int
	row    uint64
}

func (s *sheet[T]) aim() aim {
	_, _, marked := s.grid.Counts()
	_, id, _, _ := s.grid.Cursor()
	if only, ok := s.single(); marked > 0 && (!ok || uint64(s.seen(only).ID) != id) {
		id = 0
	}
	return aim{marked, id}
}

// single returns the row that an action is about if it is only one.
func (s *sheet[T]) single() (only T, ok bool) {
	if _, _, marked := s.grid.Counts(); marked > 1 {
		return only, false
	}
	for only = range s.aimed() {
		return only, true
	}
	return only, false
}

// called names the rows that an action is about in a sentence: the one, or how many.
func (s *sheet[T]) called() string {
	if row, ok := s.single(); ok {
		return s.label(row)
	}
	_, _, marked := s.grid.Counts()
	return count(marked, s.noun)
}

// menuTitle names what the row menu acts on; false when there is nothing.
func (s *sheet[T]) menuTitle() (string, bool) {
	if _, _, marked := s.grid.Counts(); marked > 1 {
		return s.called() + " marked", true
	}
	row, ok := s.single()
	if !ok {
		return "", false
	}
	return s.label(row), true
}

// copyName is the action that copies what a row is called, for screens with nothing better to copy.
func (s *sheet[T]) copyName() action {
	return action{id: "copy_name", title: "Copy name", keys: []string{"c"}, section: sectionHere, enabled: s.oneRow, run: func() tea.Cmd {
		row, ok := s.row()
		if !ok {
			return nil
		}
		return s.c.copyText(s.label(row), s.label(row))
	}}
}

// someRow asks for a marked row, or one under the cursor.
func (s *sheet[T]) someRow() error {
	for range s.aimed() {
		return nil
	}
	return errNoRow
}

// askAtMost is how many marked rows the rules are asked about before an action is let through: each is asked again when it
// is done.
const askAtMost = 1000

// allowed asks the rules about the row when there is one, and of many whether any may be changed at all.
func (s *sheet[T]) allowed(may func(model.Rules, T) error) func() error {
	return func() error {
		rules, first, asked := s.c.rules(), errNoRow, 0
		for row := range s.aimed() {
			err := may(rules, row)
			if err == nil || asked == askAtMost {
				return nil
			}
			if asked == 0 {
				first = err
			}
			asked++
		}
		return first
	}
}

// bulkWork is one of the Directory's methods that change many.
type bulkWork func(*model.Directory, context.Context, model.Actor, []model.Seen) (model.Outcome, error)

// setRole makes work of giving many one role.
func setRole(set func(*model.Directory, context.Context, model.Actor, []model.Seen, model.ID) (model.Outcome, error), role model.ID) bulkWork {
	return func(d *model.Directory, ctx context.Context, a model.Actor, list []model.Seen) (model.Outcome, error) {
		return set(d, ctx, a, list, role)
	}
}

// bulk does a change to all targets and says how it went. What was refused stays marked.
func (s *sheet[T]) bulk(done string, work bulkWork) func() tea.Cmd {
	return func() tea.Cmd { return s.change(s.targets(), s.called(), done, work) }
}

func (s *sheet[T]) change(t targets[T], called, done string, work bulkWork) tea.Cmd {
	actor, seen := s.c.session.Actor, s.seen
	return s.c.write(func(ctx context.Context, d *model.Directory) func(*console) tea.Cmd {
		out, err := work(d, ctx, actor, t.seen(seen))
		return func(*console) tea.Cmd { return s.report(wording{called: called, done: done}, len(t.ids), out, err) }
	})
}

// changeBy is change for what was chosen in a list, which comes back as it was left when the store fails.
func (s *sheet[T]) changeBy(l *checklist, t targets[T], w wording, work bulkWork) tea.Cmd {
	actor, seen := s.c.session.Actor, s.seen
	return s.c.write(func(ctx context.Context, d *model.Directory) func(*console) tea.Cmd {
		out, err := work(d, ctx, actor, t.seen(seen))
		return func(c *console) tea.Cmd {
			if err != nil {
				c.push(l)
			}
			return s.report(w, len(t.ids), out, err)
		}
	})
}

// wording is how a change of some rows is told: what of them it was about ("Groups of "), "" for them as such, what they are
// called, and what was done.
type wording struct{ of, called, done string }

// report says how a change of some rows went.
func (s *sheet[T]) report(w wording, asked int, out model.Outcome, err error) tea.Cmd {
	if err == nil {
		err = out.Err()
	}
	if err != nil {
		return s.c.fail(err)
	}
	refused := make([]uint64, len(out.Refused))
	for i, r := range out.Refused {
		refused[i] = uint64(r.ID)
	}
	s.grid.MarkOnly(refused)
	said := s.outcome(w, asked, out)
	switch {
	case len(refused) > 0:
		s.c.push(refusalPage(said[0]+". "+count(len(refused), "")+" refused, still marked:", out.Refused))
		return s.c.warn(count(len(refused), "") + " refused, still marked")
	case out.Changed() == 0:
		return s.c.sayWritten(said, false)
	}
	return s.c.sayWritten(said, true)
}

// outcome says what was done to some rows, and how many of them were already so, in as many words as fit.
func (s *sheet[T]) outcome(w wording, asked int, out model.Outcome) []string {
	same := len(out.Same)
	if asked > 1 {
		w.called = count(out.Changed(), s.noun)
		if same == out.Done {
			w.called = count(same, s.noun)
		}
	}
	says := func(rest string) []string {
		return s.c.naming(w.of+"%s "+strings.ReplaceAll(rest, "%", "%%"), w.called)
	}
	switch {
	case same == 0:
		return says(w.done)
	case same < out.Done:
		return says(w.done + ", " + count(same, "") + " " + wasOrWere(same) + " " + already(w.done))
	case same == 1 && w.of == "":
		return says("is " + already(w.done))
	}
	return says("are " + already(w.done))
}

// already says of what a change would have done that it was so: "already Builder".
func already(done string) string {
	if value, ok := strings.CutPrefix(done, "set to "); ok {
		return "already " + value
	}
	return "already so"
}

func wasOrWere(n int) string {
	if n == 1 {
		return "was"
	}
	return "were"
}
