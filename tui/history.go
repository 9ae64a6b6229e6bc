package tui

import (
	"cmp"

	tea "charm.land/bubbletea/v2"

	"lanyard/model"
)

// history is the action that shows what was done to a row's record. Every screen of records has it.
func (s *sheet[T]) history() action {
	return action{
		id: "history", title: "History", keys: []string{"H"}, menu: "h", section: sectionHere, single: true, enabled: s.mayShowHistory,
		run: func() tea.Cmd {
			row, ok := s.row()
			if !ok {
				return nil
			}
			return s.c.activity.showHistory(model.Ref{Kind: s.kind, ID: s.seen(row).ID}, s.label(row))
		},
	}
}

func (s *sheet[T]) mayShowHistory() error {
	if err := s.oneRow(); err != nil {
		return err
	}
	return s.c.rules().SeeAll()
}

// showHistory narrows the activity to one record. One step back leads to where it was asked for.
func (s *activityScreen) showHistory(of model.Ref, name string) tea.Cmd {
	from := s.c.tab
	if s.story != nil && s == s.c.screen() {
		from = s.story.tab
	}
	s.story = &story{of, name, from}
	s.typed = ""
	s.c.showTab(s.c.tabOf(model.KindEvent))
	s.stop()
	return s.setFilter("")
}

// nameNow is what a group, a workspace or a role is called now, "" if it is gone. Until all is read it is what the event had.
func (c *console) nameNow(of model.Ref, name string) string {
	in := c.snapshot
	if !c.loading {
		name = ""
	}
	switch of.Kind { //nolint:exhaustive // nothing refers to the others
	case model.KindGroup:
		if g, ok := in.Group(of.ID); ok {
			return g.Name
		}
	case model.KindWorkspace:
		if w, ok := in.Workspace(of.ID); ok {
			return w.Name
		}
	case model.KindRole:
		if r, ok := in.Role(of.ID); ok {
			return r.Name
		}
	}
	return name
}

// storyName is what the record is called whose history is shown: as it is now, or as it was where the history was asked for.
func (s *activityScreen) storyName() string {
	return cmp.Or(s.c.nameNow(s.story.of, s.story.name), s.story.name)
}

// leave ends a history and goes back to where it was asked for.
func (s *activityScreen) leave() (tea.Cmd, bool) {
	if s.story == nil {
		return nil, false
	}
	tab := s.story.tab
	s.story = nil
	s.stop()
	cmd := s.setFilter(s.filter())
	s.grid.Top()
	s.c.showTab(tab)
	return cmd, true
}

// showRow clears what hides a row and puts the cursor on it; false when there is no such row.
func (s *sheet[T]) showRow(id uint64) (tea.Cmd, bool) {
	if _, ok := s.grid.Rows().Find(id); !ok {
		return nil, false
	}
	if s.grid.Select(id, "") {
		return nil, true
	}
	cmd := s.grid.SetFilter("")
	s.grid.Select(id, "")
	return cmd, true
}
