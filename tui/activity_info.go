package tui

import (
	"errors"

	tea "charm.land/bubbletea/v2"

	"lanyard/model"
	"lanyard/tui/theme"
)

var (
	errNotRead     = errors.New("this event isn't read yet")
	errDamagedRow  = errors.New("this event is damaged: lanyard activity verify says more")
	errAccountOnly = &model.Error{Kind: model.ErrInvalid, What: "This was done to the account itself, which has no row", Short: "the account itself"}
)

// readRow asks for an event under the cursor that can be read.
func (s *activityScreen) readRow() error {
	e, ok := s.row()
	switch {
	case !ok:
		return errNoRow
	case !e.read:
		return errNotRead
	case !e.Readable():
		return errDamagedRow
	}
	return nil
}

// info shows all of an event: what changed, each field from what to what.
func (s *activityScreen) info() tea.Cmd {
	e, _ := s.row()
	s.c.push(&page{
		title: e.Deed() + " · " + e.TargetName, fixed: true, extra: []hint{{"o", "go to target"}, {"z", "undo this"}, {"c", "copy hash"}},
		body: func(c *console, width int) []line { return c.eventFacts(e.Event, width) },
		onKey: func(c *console, k tea.KeyPressMsg) (tea.Cmd, bool) {
			a, ok := actionFor(s.acts, k.String())
			if !ok {
				return nil, false
			}
			if a.id != "activity.copy_head" {
				c.pop() // what comes next is on another page
			}
			return c.runAction(a), true
		},
	})
	return nil
}

// How wide the names of fields are on the page of an event, and what says whether a value was before or after.
const (
	changeLabels = 13
	changeSides  = 6
)

// changeLines say what a field was and what it became; only the one where the other is nothing.
func (c *console) changeLines(change model.Change, width int) []line {
	sides := [][2]string{{"from", change.From}, {"to", change.To}}
	switch {
	case change.From == "":
		sides = [][2]string{{"is", change.To}}
	case change.To == "":
		sides = [][2]string{{"was", change.From}}
	}
	label := change.Label()
	var lines []line
	for _, side := range sides {
		for _, l := range c.wrap(side[1], max(8, width-changeLabels-changeSides)) {
			lines = append(lines, line{{c.pad(label, changeLabels) + c.pad(side[0], changeSides), theme.Dim}, {l, theme.Normal}})
			label, side[0] = "", ""
		}
	}
	return lines
}

// eventFacts are the changes of an event, and below them when it was and who did it.
func (c *console) eventFacts(e model.Event, width int) []line {
	var lines []line
	for _, change := range e.Changes {
		lines = append(lines, c.changeLines(change, width)...)
	}
	if len(e.Changes) > 0 {
		lines = append(lines, nil)
	}
	return append(lines, c.labelled([][2]string{
		{"Action", e.Category() + " · " + e.Action},
		{"Target", e.Target.Kind.String() + " " + e.TargetName + " · id " + idText(e.Target.ID)},
		{"Done by", e.ActorName + " · id " + idText(e.Actor)},
		{"Through", string(e.Via)},
		{"Time", e.Time.Local().Format("2006-01-02 15:04:05 -07:00") + " · " + ago(e.Time, c.now())},
		{"Number", count(int(e.Seq), "")},
		{"Hash", e.Head().String()},
	}, width)...)
}

// mayGo asks for a target that has a row of its own somewhere.
func (s *activityScreen) mayGo() error {
	if err := s.readRow(); err != nil {
		return err
	}
	if e, _ := s.row(); s.c.tabOf(e.Target.Kind) < 0 {
		return errAccountOnly
	}
	return nil
}

func (s *activityScreen) goToTarget() tea.Cmd {
	e, _ := s.row()
	return s.c.goTo(e.Target, e.TargetName)
}

func (s *activityScreen) historyOfTarget() tea.Cmd {
	e, _ := s.row()
	return s.showHistory(e.Target, e.TargetName)
}

// undoLabel says what would be undone, of which the event may be only a part.
func (s *activityScreen) undoLabel() string {
	e, ok := s.row()
	if !ok || !e.Readable() {
		return "Undo this"
	}
	step, err := s.c.steps.Of(e.Event)
	if err != nil {
		return "Undo this"
	}
	return "Undo this: " + step.Does()
}

func (s *activityScreen) mayUndo() error {
	if err := s.readRow(); err != nil {
		return err
	}
	e, _ := s.row()
	_, err := s.c.steps.Of(e.Event)
	return err
}

// undo takes back the step that the event belongs to, which may be another than the last.
func (s *activityScreen) undo() tea.Cmd {
	e, _ := s.row()
	return s.c.takeBack(false, model.UndoChoice{Event: e.Seq})
}

// copyHead copies what activity verify --head compares with.
func (s *activityScreen) copyHead() tea.Cmd {
	e, _ := s.row()
	return s.c.copyText("Number and hash of "+s.label(e), e.Head().String())
}

// tabOf returns the tab on which records of a kind have their rows, or -1.
func (c *console) tabOf(kind model.Kind) int {
	for i, s := range c.screens {
		if s.holds() == kind {
			return i
		}
	}
	return -1
}

// goTo shows a record's tab with the cursor on it, or says that the record is gone.
func (c *console) goTo(target model.Ref, name string) tea.Cmd {
	tab := c.tabOf(target.Kind)
	cmd, ok := c.screens[tab].showRow(uint64(target.ID))
	switch {
	case !ok && c.loading:
		return c.warn("The account is still being read: try again in a moment")
	case !ok:
		return c.warn(name + " isn't there any more")
	}
	c.showTab(tab)
	return cmd
}
