package tui

import (
	"errors"
	"slices"
	"strconv"

	tea "charm.land/bubbletea/v2"

	"lanyard/model"
)

// generalActions are the actions that every screen has.
func (c *console) generalActions() []action {
	list := []action{
		{
			id: "edit", title: "Edit the cell, or open it", keys: []string{"enter"}, footer: "edit", section: sectionHere,
			run: func() tea.Cmd { return c.screen().enter() },
		},
		{id: "menu", title: "Actions of the row, or of all marked rows", keys: []string{"a"}, footer: "actions", section: sectionHere, run: c.openMenu},
	}
	list = append(list, c.undoActions()...)
	list = append(list, c.viewActions()...)
	list = append(list, c.tabActions()...)
	list = append(list, c.moveActions()...)
	return append(list, c.programActions()...)
}

func (c *console) viewActions() []action {
	mayMark := func() error { return c.screen().mayMark() }
	return []action{
		{id: "filter", title: "Filter as you type", keys: []string{"/"}, footer: "filter", section: sectionView, run: c.openFilter},
		{
			id: "sort", title: "Sort by this column; again: the other way", keys: []string{"s"}, footer: "sort", section: sectionView,
			enabled: func() error { return c.screen().maySort() }, run: func() tea.Cmd { return c.screen().sort() },
		},
		{
			id: "mark", title: "Mark the row", keys: []string{"space"}, footer: "mark", section: sectionView,
			enabled: mayMark, run: c.do(func() { c.screen().toggleMark() }),
		},
		{
			id: "mark-all", title: "Mark all rows shown", keys: []string{"ctrl+a"}, section: sectionView,
			enabled: mayMark, run: c.do(func() { c.screen().markShown() }),
		},
		{id: "back", title: "One step back: clear marks, clear the filter, leave a history", keys: []string{"esc"}, section: sectionView, run: c.stepBack},
		{id: "next-tab", title: "Next tab", keys: []string{"tab"}, section: sectionView, run: c.do(func() { c.showTab(c.tab + 1) })},
		{id: "previous-tab", title: "Previous tab", keys: []string{"shift+tab"}, section: sectionView, run: c.do(func() { c.showTab(c.tab - 1) })},
	}
}

// tabActions go to each tab by its number.
func (c *console) tabActions() []action {
	var list []action
	for i, s := range c.screens {
		number := strconv.Itoa(i + 1)
		list = append(list, action{
			id: "tab-" + number, title: "Go to " + s.title(), keys: []string{number}, section: sectionView, run: c.do(func() { c.showTab(i) }),
		})
	}
	return list
}

func (c *console) moveActions() []action {
	move := func(id, title string, by func(screen), keys ...string) action {
		return action{id: id, title: title, keys: keys, section: sectionMove, run: c.do(func() { by(c.screen()) })}
	}
	return []action{
		move("up", "Up", func(s screen) { s.moveRows(-1) }, "up", "k"),
		move("down", "Down", func(s screen) { s.moveRows(1) }, "down", "j"),
		move("left", "Left", func(s screen) { s.moveColumns(-1) }, "left", "h"),
		move("right", "Right", func(s screen) { s.moveColumns(1) }, "right", "l"),
		move("page-up", "A page up", func(s screen) { s.page(-1) }, "pgup"),
		move("page-down", "A page down", func(s screen) { s.page(1) }, "pgdown"),
		move("half-up", "Half a page up", func(s screen) { s.halfPage(-1) }, "ctrl+u"),
		move("half-down", "Half a page down", func(s screen) { s.halfPage(1) }, "ctrl+d"),
		move("first", "First row", screen.toFirst, "g", "home"),
		move("last", "Last row", screen.toLast, "G", "end"),
	}
}

func (c *console) programActions() []action {
	return []action{
		{
			id: actionOverwrite, title: "Overwrite the clipboard", keys: []string{"C"}, section: sectionProgram,
			enabled: c.mayOverwrite, run: c.overwriteClipboard,
		},
		{
			id: "help", title: "Everything you can do here", keys: []string{"?", ":"}, footer: "help", section: sectionProgram,
			run: c.do(func() { c.push(newHelp(c.aboutRow())) }),
		},
		{
			id: "mouse", title: "Mouse capture off and on (off lets the terminal select text)", keys: []string{"M"}, section: sectionProgram,
			run: c.toggleMouse,
		},
		{
			id: "lock", title: "Lock the sealing key", keys: []string{"L"}, section: sectionProgram,
			enabled: c.mayLock, run: c.lock,
		},
		{id: "redraw", title: "Draw the screen again", keys: []string{"ctrl+l"}, section: sectionProgram, run: func() tea.Cmd { return tea.ClearScreen }},
		{id: "suspend", title: "Suspend", keys: []string{"ctrl+z"}, section: sectionProgram, enabled: c.maySuspend, run: func() tea.Cmd { return tea.Suspend }},
		{id: "quit", title: "Quit", keys: []string{"q", "ctrl+c"}, footer: "quit", section: sectionProgram, run: c.askQuit},
	}
}

var errNoShell = errors.New("there is no shell to go back to: lanyard was started without one")

func (c *console) maySuspend() error {
	if !c.opts.CanSuspend {
		return errNoShell
	}
	return nil
}

// do makes an action's run of something that needs no command.
func (c *console) do(f func()) func() tea.Cmd {
	return func() tea.Cmd {
		f()
		return nil
	}
}

func (c *console) showTab(i int) { c.tab = (i + len(c.screens)) % len(c.screens) }

func (c *console) openFilter() tea.Cmd {
	c.push(&filterLine{newInput(c.screen().filter()), c.screen().narrows()})
	return nil
}

// stepBack clears the marks, or else the filter, or else nothing: esc loses nothing that can't be typed again.
func (c *console) stepBack() tea.Cmd {
	if c.screen().clearMarks() {
		return nil
	}
	if c.screen().filter() != "" {
		return c.screen().setFilter("")
	}
	if cmd, ok := c.screen().leave(); ok {
		return cmd
	}
	c.toast.text = ""
	return nil
}

func (c *console) toggleMouse() tea.Cmd {
	c.mouse = !c.mouse
	if c.mouse {
		return c.say("Mouse capture on")
	}
	return c.say("Mouse capture off: the terminal selects text")
}

// errMarked is why something isn't offered that is done to one row.
var errMarked = &model.Error{What: "This is for one row, and some are marked", Hint: "esc clears the marks.", Short: "for one row"}

// openMenu lists the actions of the row, or of all marked rows.
func (c *console) openMenu() tea.Cmd {
	title, ok := c.screen().menuTitle()
	if !ok {
		return nil
	}
	m := &menu{attached: attached{about: c.screen().aboutOne()}, title: title, aim: c.screen().aim()}
	for _, a := range c.screen().actions() {
		if a.menu == "" {
			continue
		}
		if a.single && m.aim.row == 0 { // the title says that it is about what is marked
			a.enabled = func() error { return errMarked }
		}
		m.items = append(m.items, a)
	}
	m.at = max(0, slices.IndexFunc(m.items, func(a action) bool { return a.why() == nil && !a.danger }))
	c.push(m)
	return nil
}
