package tui

import (
	"context"
	"errors"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"lanyard/model"
)

// stepsRead comes when somebody has looked.
type stepsRead struct{ steps model.Steps }

// readSteps looks, away from the Update goroutine. A failure leaves nothing to undo: whatever is tried next says why.
func readSteps(ctx context.Context, s *Session) model.Steps {
	list, err := model.UndoSteps(ctx, s.Directory.Store(), s.Actor.User)
	if err != nil {
		return model.Steps{}
	}
	return list
}

// lookForSteps looks on its own, where nothing else is read.
func (c *console) lookForSteps() tea.Cmd {
	ctx, session := c.ctx, c.session
	return func() tea.Msg { return stepsRead{readSteps(ctx, session)} }
}

// newStep reports whether something has become undoable. What an undo uncovers was there before.
func newStep(now, before model.Steps) bool {
	step, last := now.Undo(), before.Undo()
	return step != nil && step.Never() == nil && (last == nil || last.ID < step.ID)
}

func (c *console) undoActions() []action {
	return []action{
		{
			id: "undo", title: "Undo your last change", label: c.undoLabel, keys: []string{"u"}, section: sectionHere,
			enabled: c.mayUndo, run: func() tea.Cmd { return c.takeBack(false, model.UndoChoice{}) },
		},
		{
			id: "redo", title: "Redo what you have undone", label: c.redoLabel, keys: []string{"U"}, section: sectionHere,
			enabled: c.mayRedo, run: func() tea.Cmd { return c.takeBack(true, model.UndoChoice{}) },
		},
	}
}

func (c *console) undoLabel() string {
	step := c.steps.Undo()
	if step == nil {
		return "Undo your last change"
	}
	return "Undo: " + step.Does()
}

func (c *console) redoLabel() string {
	step := c.steps.Redo()
	if step == nil {
		return "Redo what you have undone"
	}
	return "Redo: " + step.Does()
}

// mayUndo lets a key through while a change is on its way, which is what it will undo, and while nobody has looked yet.
func (c *console) mayUndo() error {
	if c.steps.Undo() == nil && c.working == 0 && c.stepsKnown {
		return model.NothingToUndo()
	}
	return nil
}

func (c *console) mayRedo() error {
	if c.steps.Redo() == nil && c.working == 0 && c.stepsKnown {
		return model.NothingToRedo()
	}
	return nil
}

// takeBack undoes the last change or redoes what was undone, after all changes that are on their way.
func (c *console) takeBack(redo bool, choice model.UndoChoice) tea.Cmd {
	actor := c.session.Actor
	return c.writeOn(c.session.Directory, withheld{alone: true, work: func(ctx context.Context, d *model.Directory) func(*console) tea.Cmd {
		do := d.Undo
		if redo {
			do = d.Redo
		}
		report, err := do(ctx, actor, choice)
		return func(c *console) tea.Cmd { return c.tookBack(report, choice, err) }
	}}, true)
}

// tookBack says how that went, or asks.
func (c *console) tookBack(r model.UndoReport, choice model.UndoChoice, err error) tea.Cmd {
	switch {
	case len(r.Conflicts) > 0:
		return c.askWhose(r, choice.Event)
	case err != nil && choice.Event == 0 && r.Step.ID != 0 && leavable(err):
		return c.askToLeave(r, err)
	case err != nil:
		return c.fail(err)
	case r.Done == 0 && choice.Keep:
		return c.say("Left as it is: " + r.Step.Does())
	}
	said := r.Says()
	notes := strings.Join(append([]string{""}, firstOf(r.Notes, 3)...), ". ")
	if len(r.Refused) > 0 {
		c.push(undoPage(said+notes, r.Refused))
		return c.warn(said + ", but " + count(len(r.Refused), "") + " refused")
	}
	if len(r.Notes) > 0 {
		return c.tell(said, notes)
	}
	cmd := c.say(said)
	if !r.Redo { // what is done again can be undone, which is said of every change
		c.hint("U redo")
	}
	return cmd
}

// tell says what was done with what there is to know of it, on a page if that doesn't fit the line.
func (c *console) tell(said, notes string) tea.Cmd {
	if c.cells("! "+said+notes)+1 <= c.width {
		return c.warn(said + notes)
	}
	c.push(&page{title: "Good to know", fixed: true, body: func(c *console, width int) []line {
		return c.paragraphs(said+notes+".", width)
	}})
	return c.warn(said)
}

// firstOf returns the first few of some sentences, and how many more there are.
func firstOf(list []string, most int) []string {
	if len(list) <= most {
		return list
	}
	return append(append([]string{}, list[:most-1]...), "And "+count(len(list)-most+1, "")+" more")
}

// leavable reports whether the reason for which a step can't be taken back is one that stays, so that it can be left behind.
func leavable(err error) bool {
	stay := []error{
		model.ErrStatus, model.ErrNotFound, model.ErrTaken, model.ErrLastAdmin, model.ErrLastOwner, model.ErrInUse, model.ErrNotPermitted,
	}
	return slices.ContainsFunc(stay, func(kind error) bool { return errors.Is(err, kind) })
}

// askWhose shows what somebody else made of the same since, and asks whose stays.
func (c *console) askWhose(r model.UndoReport, event uint64) tea.Cmd {
	anyway := "Undo anyway"
	if r.Redo {
		anyway = "Redo anyway"
	}
	force := make([]model.Seen, len(r.Conflicts))
	for i, conflict := range r.Conflicts {
		force[i] = conflict.Seen()
		for j, f := range conflict.Fields {
			conflict.Fields[j].Field = f.Label()
		}
	}
	title := r.Conflicts[0].Name + " was changed by somebody else"
	if n := len(r.Conflicts); n > 1 {
		title = count(n, "record") + " were changed by somebody else"
	}
	c.push(&conflict{title: title, records: r.Conflicts, choices: []choice{
		{"Keep theirs", func(c *console) tea.Cmd {
			return c.takeBack(r.Redo, model.UndoChoice{Step: r.Step.ID, Event: event, Keep: true})
		}},
		{anyway, func(c *console) tea.Cmd {
			return c.takeBack(r.Redo, model.UndoChoice{Step: r.Step.ID, Event: event, Force: force})
		}},
		{"Cancel", nil},
	}})
	return nil
}

// askToLeave says why a step can't be taken back, and asks whether to go on without it: what stands before it in the list
// couldn't be reached otherwise.
func (c *console) askToLeave(r model.UndoReport, why error) tea.Cmd {
	title, text := "Can't be undone", why.Error()
	if r.Redo {
		title = "Can't be redone"
	}
	if !strings.HasSuffix(text, ".") {
		text += "."
	}
	text += "\n\nLeave it as it is, and go on with the change before it?"
	q := newConfirm(title, text, "Leave it", 1, func() tea.Cmd {
		return c.takeBack(r.Redo, model.UndoChoice{Step: r.Step.ID, Keep: true})
	})
	c.push(q)
	return nil
}

// undoPage sums up what couldn't be taken back, by reason.
func undoPage(done string, refused []model.Refusal) *page {
	p := refusalPage(done+". "+count(len(refused), "")+" refused:", refused)
	p.title = "Not all of it"
	return p
}

// turns put changes in order where it matters: an undo comes after all that was asked for before it, and what is asked for
// after it waits for it. Other changes run side by side.
type turns struct {
	undo   chan struct{}   // the last undo on its way, nil for none
	flying []chan struct{} // the changes on their way
}

// turn is when a change may begin, and what it tells others by being done.
type turn struct {
	after []chan struct{}
	done  chan struct{}
}

// take is the turn of a change.
func (t *turns) take(alone bool) turn {
	if alone {
		return t.alone()
	}
	return t.beside()
}

// beside is the turn of a change that only an undo has to be waited for.
func (t *turns) beside() turn {
	next := turn{done: make(chan struct{})}
	if t.undo != nil {
		next.after = []chan struct{}{t.undo}
	}
	t.fly(next.done)
	return next
}

// alone is the turn of an undo.
func (t *turns) alone() turn {
	next := turn{after: append([]chan struct{}{}, t.flying...), done: make(chan struct{})}
	t.undo = next.done
	t.fly(next.done)
	return next
}

// fly notes a change, and forgets those that have come down.
func (t *turns) fly(done chan struct{}) {
	t.flying = append(slices.DeleteFunc(t.flying, func(ch chan struct{}) bool {
		select {
		case <-ch:
			return true
		default:
			return false
		}
	}), done)
}

// begin waits until the turn has come, or the console ends.
func (t turn) begin(ctx context.Context) {
	for _, ch := range t.after {
		select {
		case <-ch:
		case <-ctx.Done():
			return
		}
	}
}

func (t turn) end() { close(t.done) }
