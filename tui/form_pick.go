package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"lanyard/tui/theme"
)

// pickField is a field whose value is chosen from a list. open pushes the list, as a rule the one that fd.checklist makes.
func pickField(id, label string, open func(c *console, fd *field)) *field {
	return &field{id: id, label: label, open: open, text: newInput("")}
}

// checklist returns the list to choose from, with what the field holds ticked. What is applied goes into the field.
func (fd *field) checklist(title string, entries []entry, states ...string) *checklist {
	now := make([]entry, len(entries))
	for i, e := range entries {
		e.state = fd.picked[e.id]
		now[i] = e
	}
	l := newChecklist(title, now)
	l.states, l.centre = states, true
	l.apply = func(*console, map[uint64]int) tea.Cmd {
		fd.hold(l)
		fd.fault = ""
		return nil
	}
	return l
}

// summaryNames is how many names a summary holds at most; a line has no room for more.
const summaryNames = 8

// hold takes what is ticked in a list as the field's value. More than one are counted first, since the line may be cut.
func (fd *field) hold(l *checklist) {
	fd.picked = map[uint64]int{}
	var names []string
	for _, it := range l.items {
		if it.state == 0 {
			continue
		}
		fd.picked[it.id] = it.state
		name := it.name
		if l.roles() {
			name += " (" + l.word(it.state) + ")"
		}
		names = append(names, name)
	}
	fd.summary = strings.Join(names[:min(len(names), summaryNames)], ", ")
	if len(names) > summaryNames {
		fd.summary += ", …"
	}
	if len(names) > 1 {
		fd.summary = count(len(names), "") + ": " + fd.summary
	}
}

// onPick opens the list.
func (f *form) onPick(c *console, k tea.KeyPressMsg) {
	f.goOn()
	if fd := f.fields[f.at]; keyAccept.has(k) || keySpace.has(k) {
		fd.open(c, fd)
	}
}

// pick draws what is chosen.
func (fd *field) pick(focused bool) span {
	s, tone := fd.summary, theme.Normal
	if s == "" {
		s, tone = "none", theme.Dim
	}
	if focused {
		tone = theme.Selected
	}
	return span{s, tone}
}
