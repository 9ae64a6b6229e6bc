package tui

import (
	tea "charm.land/bubbletea/v2"

	"lanyard/model"
)

// subject is the record that an overlay is about. When it goes away while the overlay is open, that is said.
type subject struct {
	noun, name string
	there      func(*model.Snapshot) bool
	said       bool
}

// subjected is an overlay about one record. One that holds something typed stays, and says itself that the record is gone.
type (
	subjected interface{ subject() *subject }
	bereaved  interface{ bereave(fault string) }
)

// about is the subject of an overlay that is about a row.
func (s *sheet[T]) about(row T) *subject {
	id := uint64(s.seen(row).ID)
	return &subject{noun: s.noun, name: s.label(row), there: func(in *model.Snapshot) bool {
		_, ok := s.rows(in).Find(id)
		return ok
	}}
}

// aboutOne is about for an action's targets: nil if they are several.
func (s *sheet[T]) aboutOne() *subject {
	if row, ok := s.single(); ok {
		return s.about(row)
	}
	return nil
}

// ask pushes a question about an action's targets.
func (s *sheet[T]) ask(q *confirm) {
	q.about = s.aboutOne()
	s.c.push(q)
}

// bereave says of the overlays whose record is gone that it is. A question about what isn't there any more is taken away: it
// must not be answered about something else.
func (c *console) bereave() tea.Cmd {
	var cmd tea.Cmd
	for _, o := range append([]overlay{}, c.overlays...) {
		of, ok := o.(subjected)
		if !ok {
			continue
		}
		s := of.subject()
		if s == nil || s.said || s.there(c.snapshot) {
			continue
		}
		s.said = true
		if b, stays := o.(bereaved); stays {
			b.bereave("This " + s.noun + " was removed meanwhile. esc closes.")
			continue
		}
		c.remove(o)
		cmd = c.warn(s.name + " went away meanwhile")
	}
	return cmd
}
