package tui

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"lanyard/model"
	"lanyard/tui/theme"
)

// subject is the record that an overlay is about. When it goes away while the overlay is open, the overlay stays and says so:
// a key that was meant for it must not do something to the row that takes its place.
type subject struct {
	noun, name string
	there      func(*model.Snapshot) bool
	find       func() bool // puts the cursor on it, if it is shown
	gone       bool
}

// subjected is an overlay about a record. bereave tells it that the record is gone, or with "" that it is back.
type subjected interface {
	overlay
	subject() *subject // nil for several records, or none
	bereave(why string)
}

// attached is what the overlays have in common that offer something to be done with a record.
type attached struct {
	about *subject
	gone  string // why nothing can be done here any more
}

func (a *attached) subject() *subject  { return a.about }
func (a *attached) bereave(why string) { a.gone = why }

// deaf reports whether a key was for an overlay with nothing left to do. Only esc still means something there.
func (a *attached) deaf(c *console, o overlay, k tea.KeyPressMsg) bool {
	if a.gone != "" && keyBack.has(k) {
		c.remove(o)
	}
	return a.gone != ""
}

// farewell is what such an overlay shows.
func (c *console) farewell(title, gone string, more ...line) string {
	inner := c.boxWidth(max(c.cells(gone), c.cells(title)+2))
	var lines []line
	for _, l := range c.wrap(gone, inner) {
		lines = append(lines, line{{l, theme.Bad}})
	}
	return c.box(title, inner, append(lines, more...))
}

// farewellHints are its keys.
var farewellHints = []hint{{"esc", "close"}}

// about is the subject of an overlay that is about a row.
func (s *sheet[T]) about(row T) *subject {
	id := uint64(s.seen(row).ID)
	column := s.columnKey()
	there := func(in *model.Snapshot) bool {
		_, ok := s.rows(in).Find(id)
		return ok
	}
	find := func() bool {
		s.grid.Select(id, column)
		_, at, _, ok := s.grid.Cursor()
		return ok && at == id
	}
	return &subject{noun: s.noun, name: s.label(row), there: there, find: find}
}

// aboutOne is about for an action's targets: nil if they are several.
func (s *sheet[T]) aboutOne() *subject {
	if row, ok := s.single(); ok {
		return s.about(row)
	}
	return nil
}

// aboutRow is about for what is marked or under the cursor on the page.
func (c *console) aboutRow() *subject {
	if len(c.screens) == 0 {
		return nil
	}
	return c.screen().aboutOne()
}

// ask pushes a question about an action's targets.
func (s *sheet[T]) ask(q *confirm) {
	q.about = s.aboutOne()
	s.c.push(q)
}

// bereave tells the overlays whose record has gone away, and those whose record is back.
func (c *console) bereave() tea.Cmd {
	var cmd tea.Cmd
	for _, o := range slices.Clone(c.overlays) {
		if l, ok := o.(*checklist); ok {
			l.miss(c.snapshot)
		}
		of, ok := o.(subjected)
		if !ok {
			continue
		}
		s := of.subject()
		if s == nil || s.gone != s.there(c.snapshot) {
			continue
		}
		switch {
		case s.gone && !s.find(): // it isn't on the screen yet
		case s.gone:
			s.gone = false
			of.bereave("")
		case c.spoken && !keepsTyped(o): // a question that is read out isn't read again
			c.remove(o)
			cmd = c.warn(s.name + " went away meanwhile")
		default:
			s.gone = true
			of.bereave("This " + s.noun + " went away meanwhile. esc closes.")
		}
	}
	return cmd
}

// keepsTyped reports whether an overlay holds what somebody entered.
func keepsTyped(o overlay) bool {
	switch o.(type) {
	case *checklist, *cellEditor:
		return true
	}
	return false
}

// anchor keeps the row on the screen that something is open beside, for as long as it is open.
func (c *console) anchor() tea.Cmd {
	open := slices.ContainsFunc(c.overlays, func(o overlay) bool {
		of, ok := o.(subjected)
		return ok && of.subject() != nil
	})
	var cmd tea.Cmd
	switch {
	case open && c.anchored == nil:
		c.anchored = c.screen()
		cmd = c.anchored.hold()
	case !open && c.anchored != nil:
		cmd = c.anchored.release()
		c.anchored = nil
	}
	return cmd
}
