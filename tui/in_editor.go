package tui

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"lanyard/model"
	"lanyard/tui/editor"
	"lanyard/tui/theme"
)

// maxEdited is how many rows are edited as text at once: more than anybody reads through.
const maxEdited = 5000

// inEditor is the action that edits the marked rows, or all that the filter shows, in the person's own editor.
func (s *sheet[T]) inEditor(read func(context.Context, *model.Directory, model.Actor, []model.ID) (*editor.Table, error)) action {
	return action{
		id: "edit_text", title: "Edit marked or all rows in an editor", keys: []string{"E"}, section: sectionHere,
		enabled: s.mayEditText, run: func() tea.Cmd { return s.beginText(read) },
	}
}

func (s *sheet[T]) mayEditText() error {
	if len(s.c.opts.Editor) == 0 {
		return errors.New("no editor is set: name one in EDITOR")
	}
	if _, shown, marked := s.grid.Counts(); shown+marked == 0 {
		return errNoRow
	}
	return s.c.rules().May(model.PermAccountEdit)
}

// chosen are the marked rows, or all that the filter shows.
func (s *sheet[T]) chosen() []model.ID {
	marked := s.grid.Marked()
	if len(marked) == 0 {
		s.grid.MarkShown()
		marked = s.grid.Marked()
		s.grid.ClearMarks()
	}
	ids := make([]model.ID, len(marked))
	for i, id := range marked {
		ids[i] = model.ID(id)
	}
	return ids
}

// usersTable reads users to edit.
func usersTable(ctx context.Context, d *model.Directory, a model.Actor, ids []model.ID) (*editor.Table, error) {
	var list []model.UserDetails
	for u, err := range d.Users(a).Pick(ctx, ids) {
		if err != nil {
			return nil, err
		}
		list = append(list, u)
	}
	return editor.Users(list), nil
}

// machinesTable reads service accounts to edit.
func machinesTable(ctx context.Context, d *model.Directory, a model.Actor, ids []model.ID) (*editor.Table, error) {
	var list []model.ServiceAccountDetails
	for m, err := range d.ServiceAccounts(a).Pick(ctx, ids) {
		if err != nil {
			return nil, err
		}
		list = append(list, m)
	}
	return editor.ServiceAccounts(list), nil
}

// The steps of an edit in an editor, each made away from the Update goroutine.
type (
	// drafted is a table that lies in its file.
	drafted struct {
		draft *editor.Draft
		err   error
	}
	// editorLeft means that the person has left the editor.
	editorLeft struct {
		draft *editor.Draft
		err   error
		gone  bool // it failed before anything was written, and the file is removed
	}
	// looked means that what they wrote was read, and what would be done is known.
	looked struct {
		draft *editor.Draft
		err   error
	}
)

func (s *sheet[T]) beginText(read func(context.Context, *model.Directory, model.Actor, []model.ID) (*editor.Table, error)) tea.Cmd {
	ids := s.chosen()
	if len(ids) > maxEdited {
		return s.c.fail(fmt.Errorf("%s are more than an editor is for. Filter them, or mark at most %s", count(len(ids), s.noun), count(maxEdited, "")))
	}
	ctx, d, actor := s.c.ctx, s.c.session.Directory, s.c.session.Actor
	return func() tea.Msg {
		table, err := read(ctx, d, actor, ids)
		if err != nil {
			return drafted{nil, err}
		}
		draft, err := editor.Begin(table)
		return drafted{draft, err}
	}
}

// aboutDraft routes what comes back of an edit in an editor, and reports whether it did.
func (c *console) aboutDraft(msg tea.Msg) (cmd tea.Cmd, ours bool) {
	switch msg := msg.(type) {
	case drafted:
		if msg.err != nil {
			return c.fail(msg.err), true
		}
		return c.openEditor(msg.draft), true
	case editorLeft:
		if msg.err != nil && msg.gone {
			return c.fail(fmt.Errorf("the editor failed: %w", msg.err)), true
		}
		if msg.err != nil {
			return c.fail(fmt.Errorf("the editor failed: %w. What you wrote is kept: %s", msg.err, msg.draft.Path)), true
		}
		return c.lookAtDraft(msg.draft), true
	case looked:
		return c.onLooked(msg), true
	}
	return nil, false
}

// openEditor gives the terminal to the editor until it is left.
func (c *console) openEditor(draft *editor.Draft) tea.Cmd {
	c.blurred() // a key that is shown isn't left on the screen
	return c.exec(draft.Command(c.opts.Editor), func(err error) tea.Msg {
		gone := err != nil && draft.Untouched() && draft.Discard() == nil
		return editorLeft{draft, err, gone}
	})
}

// lookAtDraft reads what was written.
func (c *console) lookAtDraft(draft *editor.Draft) tea.Cmd {
	ctx, d, actor := c.ctx, c.session.Directory, c.session.Actor
	return func() tea.Msg {
		err := draft.Look(ctx, d, actor)
		if err == nil && len(draft.Faults) > 0 {
			err = draft.Mark()
		}
		if err == nil && len(draft.Faults) == 0 && len(draft.Rows) == 0 {
			err = draft.Discard()
		}
		return looked{draft, err}
	}
}

func (c *console) onLooked(msg looked) tea.Cmd {
	switch {
	case msg.err != nil:
		return c.fail(fmt.Errorf("%w. What you wrote is kept: %s", msg.err, msg.draft.Path))
	case len(msg.draft.Faults) > 0:
		c.push(c.faultPage(msg.draft))
	case len(msg.draft.Rows) == 0:
		return c.say("Nothing was changed")
	default:
		c.push(c.planPage(msg.draft))
	}
	return nil
}

// keep says where what was written lies.
func (c *console) keep(draft *editor.Draft) tea.Cmd {
	return c.warn("Nothing was changed. What you wrote is kept: " + draft.Path)
}

// faultPage shows what is wrong with lines. Enter opens the editor again, with the reasons above them.
func (c *console) faultPage(draft *editor.Draft) *page {
	p := &page{title: "Not applied: " + count(len(draft.Faults), "line") + " can't be read", fixed: true, extra: []hint{{"enter", "edit again"}}}
	p.body = func(c *console, width int) (out []line) {
		for _, f := range draft.Faults {
			for _, l := range c.paragraphs(fmt.Sprintf("Line %d: %s", f.Line, f.Why), width) {
				l[0].tone = theme.Bad
				out = append(out, l)
			}
		}
		return out
	}
	p.onKey = c.draftKeys(p, draft, func() tea.Cmd { return c.openEditor(draft) })
	return p
}

// planPage shows what would be done. Enter does it.
func (c *console) planPage(draft *editor.Draft) *page {
	touches := draft.Plan.Touches()
	p := &page{title: "What would be done: " + draft.Plan.Summary(), fixed: true, extra: []hint{{"e", "edit again"}}}
	if touches > 0 {
		p.extra = append([]hint{{"enter", "do it"}}, p.extra...)
	}
	p.body = func(c *console, width int) (out []line) {
		for _, e := range draft.Plan.Entries {
			out = append(out, c.planLines(e, width)...)
		}
		return out
	}
	p.onKey = c.draftKeys(p, draft, func() tea.Cmd {
		if touches == 0 {
			return c.keep(draft)
		}
		return c.applyDraft(draft)
	})
	return p
}

// planLines tell of one record: its name, and below what becomes of it.
func (c *console) planLines(e model.Entry, width int) []line {
	tone := theme.Good
	if e.Fate == model.RowRefused {
		tone = theme.Bad
	}
	out := []line{{{e.Name + "  ", theme.Normal}, {e.Fate.String(), tone}}}
	for _, l := range c.paragraphs(e.Tells(), width-2) {
		out = append(out, append(line{{"  ", theme.Normal}}, l...))
	}
	return out
}

// draftKeys are what the pages about a draft share: enter goes on, e edits again, esc keeps what was written.
func (c *console) draftKeys(p *page, draft *editor.Draft, goOn func() tea.Cmd) func(*console, tea.KeyPressMsg) (tea.Cmd, bool) {
	return func(c *console, k tea.KeyPressMsg) (tea.Cmd, bool) {
		switch {
		case keyAccept.has(k):
			c.remove(p)
			return goOn(), true
		case keyRedraft.has(k):
			c.remove(p)
			return c.openEditor(draft), true
		case keyClose.has(k):
			c.remove(p)
			return c.keep(draft), true
		}
		return nil, false
	}
}

// applyDraft does what was planned, as one step to undo. What is refused after all keeps the file.
func (c *console) applyDraft(draft *editor.Draft) tea.Cmd {
	actor, rows := c.session.Actor, slices.Clone(draft.Rows)
	return c.write(func(ctx context.Context, d *model.Directory) func(*console) tea.Cmd {
		plan, err := d.Apply(ctx, actor, rows, model.Importing{})
		if err == nil && plan.Count(model.RowRefused) == 0 {
			err = draft.Discard()
		}
		return func(c *console) tea.Cmd { return c.reportDraft(draft, plan, err) }
	})
}

func (c *console) reportDraft(draft *editor.Draft, plan model.Plan, err error) tea.Cmd {
	var refused []model.Refusal
	for _, e := range plan.Entries {
		if e.Err != nil {
			refused = append(refused, model.Refusal{ID: e.ID, Name: e.Name, Err: e.Err})
		}
	}
	switch {
	case err != nil:
		return c.fail(fmt.Errorf("%w. What you wrote is kept: %s", err, draft.Path))
	case len(refused) > 0:
		c.push(refusalPage(strings.ToUpper(plan.Summary()[:1])+plan.Summary()[1:]+":", refused))
		return c.warn(count(len(refused), "") + " refused. What you wrote is kept: " + draft.Path)
	}
	return c.sayWritten(c.saysOfPlan(plan), true)
}

// saysOfPlan says how many were changed, or names the only one.
func (c *console) saysOfPlan(plan model.Plan) []string {
	changed := slices.DeleteFunc(slices.Clone(plan.Entries), func(e model.Entry) bool { return e.Fate != model.RowChanged })
	if len(changed) == 1 {
		return c.naming("%s changed", changed[0].Name)
	}
	return []string{plan.Summary()}
}
