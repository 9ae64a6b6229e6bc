package tui

import (
	"context"
	"errors"
	"slices"

	tea "charm.land/bubbletea/v2"

	"lanyard/model"
	"lanyard/tui/theme"
)

// cellEditor edits a text where it stands. Enter applies, esc takes it back, tab applies and goes to the next cell. What
// was typed stays until the change is in: a refusal is shown below it.
type cellEditor struct {
	title string // of its column
	about *subject
	gone  string // said when its row is gone
	text  input
	fault string
	busy  bool
	ahead typedAhead
	apply func(c *console, value string, next bool) tea.Cmd
	ended func() tea.Cmd
}

func (e *cellEditor) closed(c *console) { c.owe(e.ended()) }

func (e *cellEditor) subject() *subject { return e.about }

// bereave says that the row is gone. What was typed stays to be seen.
func (e *cellEditor) bereave(why string) { e.gone, e.fault = why, "" }

func (e *cellEditor) hints() []hint {
	if e.gone != "" {
		return farewellHints
	}
	return []hint{{"enter", "apply"}, {"tab", "apply, next cell"}, {"esc", "take back"}}
}

func (e *cellEditor) key(c *console, k tea.KeyPressMsg) tea.Cmd {
	switch {
	case keyBack.has(k):
		c.remove(e)
	case e.busy:
		e.ahead = append(e.ahead, k)
	case e.gone != "": // there is nothing to edit
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
	if !e.busy && e.gone == "" {
		e.text.paste(s)
	}
	return nil
}

// minEditor is how wide an editor is at least; a narrow column's editor covers its neighbour.
const minEditor = 24

func (e *cellEditor) draw(c *console) panel {
	r := c.screen().cursorRect()
	if e.gone != "" { // another row stands there, which isn't the one that is edited
		return c.beside(c.farewell(e.title+" of "+e.about.name, e.gone, plain("You had: "+e.text.value())), r)
	}
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
		p := s.choose(col, row)
		p.next = func(*console) tea.Cmd { return s.goOn(true) }
		return nil
	}
	ed := &cellEditor{title: col.Title, about: s.about(row), text: newInput(col.edit.text(row)), ended: s.grid.EndEdit}
	ed.apply = func(_ *console, value string, next bool) tea.Cmd {
		return s.applyText(ed, col, row, value, next)
	}
	s.c.push(ed)
	return s.grid.Edit("") // holds the row where it is, whatever others change
}

// applyText sends an edited text off. The row is the one that was shown when the editor opened, so that a change that
// somebody else made meanwhile is noticed and not overwritten.
func (s *sheet[T]) applyText(ed *cellEditor, col column[T], saw T, value string, next bool) tea.Cmd {
	if value == col.edit.text(saw) {
		s.c.remove(ed)
		return s.goOn(next)
	}
	apply, actor := col.edit.apply, s.c.session.Actor
	return s.c.write(func(ctx context.Context, d *model.Directory) func(*console) tea.Cmd {
		err := apply(ctx, d, actor, saw, value)
		by := s.lastChange(ctx, d, saw, col.Title, err)
		wrote := model.Wrote(ctx) > 0
		return func(c *console) tea.Cmd {
			ed.busy = false
			if errors.Is(err, model.ErrConflict) {
				return s.overtaken(ed, col, saw, value, next, by, err)
			}
			if err != nil {
				ed.fault, ed.ahead = err.Error(), nil // it was meant for another cell
				return nil
			}
			c.remove(ed)
			return tea.Batch(c.sayWritten(s.saysOfText(col, saw, value, wrote), wrote), s.goOn(next), ed.ahead.press(c))
		}
	})
}

// saysOfText says what became of a text of a row, naming the row as it was called before.
func (s *sheet[T]) saysOfText(col column[T], saw T, value string, wrote bool) []string {
	switch name := s.label(saw); {
	case !wrote:
		return s.c.naming(col.Title+" of %s is already so", name)
	case col.Key == "name":
		if clean, err := model.CleanName(value); err == nil {
			value = clean
		}
		return s.c.naming("%s renamed to %s", name, value)
	default:
		return s.c.naming(col.Title+" of %s changed", name)
	}
}

// lastChange looks, away from the Update goroutine, for who was faster in a field. It is nobody unless a change was overtaken.
func (s *sheet[T]) lastChange(ctx context.Context, d *model.Directory, row T, field string, err error) model.FieldConflict {
	f := model.FieldConflict{Field: field}
	if !errors.Is(err, model.ErrConflict) {
		return f
	}
	return d.LastChange(ctx, s.c.session.Actor, model.Ref{Kind: s.kind, ID: s.seen(row).ID}, f)
}

// overtaken goes on after somebody else was faster. If they left this cell alone, it is no matter; else they are shown what
// it was, what each made of it, and asked.
func (s *sheet[T]) overtaken(
	ed *cellEditor, col column[T], saw T, value string, next bool, field model.FieldConflict, err error,
) tea.Cmd {
	now, moved, gone := s.moved(saw)
	switch was, theirs := col.edit.text(saw), col.edit.text(now); {
	case gone: // which is said when it is shown
	case !moved:
		ed.fault = err.Error() // not this row: the whole store is another one, say
	case theirs == was || theirs == value:
		ed.busy = true
		return s.applyText(ed, col, now, value, next)
	default:
		field.Was, field.Mine, field.Theirs = was, value, theirs
		s.c.push(&conflict{
			title:   s.label(now) + " was changed by somebody else",
			records: []model.Conflict{{Name: s.label(now), Fields: []model.FieldConflict{field}}},
			choices: []choice{
				{"Keep theirs", func(c *console) tea.Cmd { c.remove(ed); return s.goOn(next) }},
				{"Use mine", func(*console) tea.Cmd { ed.busy = true; return s.applyText(ed, col, now, value, next) }},
			},
		})
	}
	return nil
}

// moved returns a row as it is now, whether it is another version than the one that was seen, and whether it is gone.
func (s *sheet[T]) moved(saw T) (now T, moved, gone bool) {
	rows := s.rows(s.c.snapshot)
	pos, ok := rows.Find(uint64(s.seen(saw).ID))
	if !ok {
		return saw, false, true
	}
	now = rows.At(pos)
	return now, s.seen(now) != s.seen(saw), false
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
func (s *sheet[T]) choose(col column[T], row T) *picker {
	options, chosen := col.edit.options(s.c.rules(), row)
	p := &picker{attached: attached{about: s.about(row)}, title: col.Title + " of " + s.label(row), options: options, at: chosen}
	p.choose = func(_ *console, o option) tea.Cmd { return s.applyChoice(p, col, row, o) }
	s.c.push(p)
	return p
}

// chooseOne opens the picker of a column for the row of an action, if it is about one that isn't marked.
func (s *sheet[T]) chooseOne(key string) bool {
	row, ok := s.single()
	_, _, marked := s.grid.Counts()
	if !ok || marked > 0 {
		return false
	}
	i := slices.IndexFunc(s.columns, func(col column[T]) bool { return col.Key == key })
	s.choose(s.columns[i], row)
	return true
}

func (s *sheet[T]) applyChoice(p *picker, col column[T], saw T, o option) tea.Cmd {
	choose, actor := col.edit.choose, s.c.session.Actor
	return s.c.write(func(ctx context.Context, d *model.Directory) func(*console) tea.Cmd {
		err := choose(ctx, d, actor, saw, o)
		by := s.lastChange(ctx, d, saw, col.Title, err)
		wrote := model.Wrote(ctx) > 0
		return func(c *console) tea.Cmd {
			said := c.naming(col.Title+" of %s set to %s", s.label(saw), o.name)
			if !wrote {
				said = c.naming("%s is already %s", s.label(saw), o.name)
			}
			now, moved, _ := s.moved(saw)
			if !errors.Is(err, model.ErrConflict) || !moved {
				if err != nil {
					return c.fail(err)
				}
				return c.sayWritten(said, wrote)
			}
			return s.choiceOvertaken(p, col, saw, now, o, by)
		}
	})
}

// choiceOvertaken is overtaken for a choice. Esc goes back to the picker.
func (s *sheet[T]) choiceOvertaken(p *picker, col column[T], saw, now T, o option, field model.FieldConflict) tea.Cmd {
	was, theirs := col.Cell(saw).Text, col.Cell(now).Text
	mine := func(*console) tea.Cmd { return s.applyChoice(p, col, now, o) }
	if theirs == was || theirs == o.name {
		return mine(s.c)
	}
	field.Was, field.Mine, field.Theirs = was, o.name, theirs
	s.c.push(&conflict{
		title:   s.label(now) + " was changed by somebody else",
		records: []model.Conflict{{Name: s.label(now), Fields: []model.FieldConflict{field}}},
		choices: []choice{{"Keep theirs", nil}, {"Use mine", mine}},
		back:    func(c *console) { c.push(p) },
	})
	return nil
}
