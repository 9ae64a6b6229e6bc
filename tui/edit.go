package tui

import (
	"context"
	"errors"
	"strconv"

	tea "charm.land/bubbletea/v2"

	"lanyard/model"
	"lanyard/tui/theme"
)

// cellEditor edits a text where it stands. Enter applies, esc takes it back, tab applies and goes to the next cell. What
// was typed stays until the change is in: a refusal is shown below it.
type cellEditor struct {
	text  input
	fault string
	busy  bool
	apply func(c *console, value string, next bool) tea.Cmd
	ended func() tea.Cmd
}

func (e *cellEditor) closed(c *console) { c.owed = append(c.owed, e.ended()) }

func (e *cellEditor) hints() []hint {
	return []hint{{"enter", "apply"}, {"tab", "apply, next cell"}, {"esc", "take back"}}
}

func (e *cellEditor) key(c *console, k tea.KeyPressMsg) tea.Cmd {
	switch {
	case keyBack.has(k):
		c.remove(e)
	case e.busy:
	case keyAccept.has(k), keyNext.has(k):
		e.busy = true
		return e.apply(c, e.text.value(), keyNext.has(k))
	default:
		e.fault = ""
		e.text.key(k)
	}
	return nil
}

func (e *cellEditor) paste(_ *console, s string) tea.Cmd {
	if !e.busy {
		e.text.paste(s)
	}
	return nil
}

// minEditor is how wide an editor is at least; a narrow column's editor covers its neighbour.
const minEditor = 24

func (e *cellEditor) draw(c *console) panel {
	r := c.screen().cursorRect()
	w := max(r.w, min(minEditor, c.width-2))
	x := max(0, min(r.x, c.width-w-1))
	rows, cx, _ := e.text.view(c, w)
	p := panel{content: c.theme.Paint(theme.Input, rows[0]), x: x, y: r.y, cursor: tea.NewCursor(x+cx, r.y)}
	if e.fault == "" {
		return p
	}
	lines := c.wrap(e.fault, max(10, min(60, c.width-2)))
	width := w
	for _, l := range lines {
		width = max(width, c.cells(l))
	}
	p.x = max(0, min(x, c.width-width))
	p.content = c.paint(line{{c.pad("", x-p.x), theme.Normal}, {rows[0], theme.Input}}, width)
	for _, l := range lines {
		p.content += "\n" + c.paint(line{{l, theme.Bad}}, width)
	}
	return p
}

// beginEdit opens the editor of a cell.
func (s *sheet[T]) beginEdit(col column[T]) tea.Cmd {
	row, ok := s.row()
	if !ok {
		return nil
	}
	if err := col.edit.may(s.c.rules(), row); err != nil {
		return s.c.fail(err)
	}
	if col.edit.options != nil {
		s.choose(col, row)
		return nil
	}
	ed := &cellEditor{text: newInput(col.edit.text(row)), ended: s.grid.EndEdit}
	ed.apply = func(_ *console, value string, next bool) tea.Cmd {
		return s.applyText(ed, col, &row, value, next)
	}
	s.c.push(ed)
	return s.grid.Edit("") // holds the row where it is, whatever others change
}

// applyText sends an edited text off. The row is the one that was shown when the editor opened, so that a change that
// somebody else made meanwhile is noticed and not overwritten.
func (s *sheet[T]) applyText(ed *cellEditor, col column[T], saw *T, value string, next bool) tea.Cmd {
	row := *saw
	if value == col.edit.text(row) {
		s.c.remove(ed)
		return s.goOn(next)
	}
	apply, actor := col.edit.apply, s.c.session.Actor
	return s.c.write(func(ctx context.Context, d *model.Directory) func(*console) tea.Cmd {
		err := apply(ctx, d, actor, row, value)
		return func(c *console) tea.Cmd {
			ed.busy = false
			switch {
			case errors.Is(err, model.ErrConflict):
				ed.fault = s.overtaken(col, saw, err)
				return nil
			case err != nil:
				ed.fault = err.Error()
				return nil
			}
			c.remove(ed)
			return tea.Batch(c.say(col.Title+" changed"), s.goOn(next))
		}
	})
}

// overtaken says what somebody else made of the row that is being edited, and takes it as seen: the next enter is meant.
func (s *sheet[T]) overtaken(col column[T], saw *T, err error) string {
	now, ok := s.grid.Row(uint64(s.seen(*saw).ID))
	if !ok {
		return "This " + s.noun + " was removed meanwhile. esc closes."
	}
	if s.seen(now) == s.seen(*saw) {
		return err.Error() // not this row: the whole store is another one, say
	}
	was, is := col.edit.text(*saw), col.edit.text(now)
	*saw = now
	if is == was {
		return "Other cells of this " + s.noun + " were changed by somebody else meanwhile. enter applies yours all the same."
	}
	return "It was changed by somebody else meanwhile, to " + strconv.Quote(is) + ". enter puts yours in its place, esc keeps theirs."
}

// goOn moves to the next cell that can be edited, and opens it.
func (s *sheet[T]) goOn(next bool) tea.Cmd {
	if !next {
		return nil
	}
	_, id, before, _ := s.grid.Cursor()
	for {
		at := s.columnKey()
		s.grid.MoveColumns(1)
		if s.columnKey() == at { // no more to the right
			s.grid.Select(id, before)
			return nil
		}
		if s.column().edit != nil {
			return s.beginEdit(s.column())
		}
	}
}

// choose opens a picker under the cell.
func (s *sheet[T]) choose(col column[T], row T) {
	options, chosen := col.edit.options(s.c.rules(), row)
	p := &picker{title: col.Title, options: options, at: chosen}
	p.choose = func(_ *console, o option) tea.Cmd { return s.applyChoice(col, row, o) }
	p.next = func(*console) tea.Cmd { return s.goOn(true) }
	s.c.push(p)
}

func (s *sheet[T]) applyChoice(col column[T], row T, o option) tea.Cmd {
	choose, actor := col.edit.choose, s.c.session.Actor
	return s.c.write(func(ctx context.Context, d *model.Directory) func(*console) tea.Cmd {
		err := choose(ctx, d, actor, row, o)
		return func(c *console) tea.Cmd {
			if err != nil {
				return c.fail(err)
			}
			return c.say(col.Title + " set to " + o.name)
		}
	})
}
