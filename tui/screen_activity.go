package tui

import (
	"context"
	"errors"
	"strings"

	tea "charm.land/bubbletea/v2"

	"lanyard/model"
	"lanyard/tui/grid"
	"lanyard/tui/theme"
)

// activityScreen is the sixth tab. Its rows are events, of which there may be a million: it reads those that are looked at,
// and a filter searches the others in the background.
type activityScreen struct {
	sheet[eventRow]
	events *model.Activity
	story  *story  // whose history is shown; nil for everybody's
	typed  string  // the filter that is at work
	search *search // nil where nothing is filtered
	ctx    context.Context
	wrong  error // what is wrong with the filter

	top     bool   // the filter is a new one: the cursor goes to the first that it finds
	stood   uint64 // where the cursor was when the filter was typed
	news    bool   // what happens is being looked at
	reading bool   // events are being read
	failed  [2]int // the window that couldn't be read
}

// story is a record whose history is shown, and where it was asked for.
type story struct {
	of   model.Ref
	name string
	tab  int
}

// eventsRead says that events were read, or why not.
type eventsRead struct {
	window [2]int
	err    error
}

var (
	errFixedOrder = errors.New("events stand in the order in which they happened")
	errNoMarks    = errors.New("nothing can be done to several events at once")
)

func newActivityScreen(c *console) *activityScreen {
	s := &activityScreen{events: model.NewActivity(c.session.Directory.Store()), ctx: c.ctx}
	s.sheet = sheet[eventRow]{
		c: c, name: "Activity", brief: "Activity", noun: "event", kind: model.KindEvent,
		empty: "Nothing has been done yet.",
		label: func(e eventRow) string { return "event " + count(int(e.Seq), "") },
		seen:  func(e eventRow) model.Seen { return model.Seen{ID: model.ID(e.Seq)} },
		rows:  s.visible, see: model.Rules.SeeAll,
	}
	s.build(s.describe(), s.describeActions())
	s.grid.Feed()
	return s
}

// visible are all events, or what the filter has found of them so far.
func (s *activityScreen) visible(snap *model.Snapshot) grid.Rows[eventRow] {
	r := eventRows{in: s.events}
	if s.see(s.c.rules()) != nil {
		return r
	}
	r.count = uint64(snap.Total(model.KindEvent))
	if s.search != nil {
		found := s.search.found
		r.found = &found
	}
	return r
}

// eventColumn is a column of texts by which the filter narrows. What isn't read yet is blank.
func eventColumn(key, title string, least, ideal, priority int, text func(eventRow) string) column[eventRow] {
	return column[eventRow]{Column: grid.Column[eventRow]{
		Key: key, Title: title, Min: least, Ideal: ideal, Priority: priority, Search: true,
		Cell:   func(e eventRow) grid.Cell { return grid.Cell{Text: text(e)} },
		Narrow: func(e eventRow) []string { return []string{text(e)} },
	}, open: "info"}
}

func (s *activityScreen) describe() []column[eventRow] {
	at := eventColumn("time", "Time", 11, 16, 0, func(e eventRow) string { return moment(e.Time) })
	at.Narrow = nil // since: and until: do
	at.Cell = s.timeCell
	action := eventColumn("action", "Action", 10, 18, 1, func(e eventRow) string { return e.Deed() })
	action.Cell = actionCell
	target := eventColumn("target", "Target", 16, 24, 0, func(e eventRow) string { return e.TargetName })
	target.Flex, target.Cell = true, func(e eventRow) grid.Cell { return nameCell(e.TargetName) }
	by := eventColumn("by", "Done by", 10, 20, 3, func(e eventRow) string { return e.ActorName })
	by.Cell = func(e eventRow) grid.Cell { return nameCell(e.ActorName) }
	details := eventColumn("details", "Details", 18, 30, 4, func(e eventRow) string { return e.Details() })
	details.Flex, details.Narrow = true, nil
	return []column[eventRow]{
		at,
		eventColumn("category", "Category", 16, 16, 5, func(e eventRow) string { return e.category() }),
		action, target, details, by,
	}
}

// nameCell is a name or an email. Of an email what stands before the @ is enough where there is little room.
func nameCell(name string) grid.Cell {
	short, _, _ := strings.Cut(name, "@")
	return grid.Cell{Text: name, Short: short}
}

func (s *activityScreen) timeCell(e eventRow) grid.Cell {
	switch {
	case !e.read:
		return grid.Cell{Text: "…", Tone: theme.Dim}
	case !e.Readable():
		return grid.Cell{Text: "–", Tone: theme.Dim}
	}
	short := e.Time.Local().Format("01-02 15:04")
	if e.Time.Local().Year() != s.c.now().Local().Year() {
		short = date(e.Time)
	}
	return grid.Cell{Text: moment(e.Time), Short: short}
}

func actionCell(e eventRow) grid.Cell {
	switch {
	case e.read && !e.Readable():
		return grid.Cell{Text: "Damaged", Tone: theme.Bad}
	case e.Category() == model.CategoryKeys:
		return grid.Cell{Text: e.Deed(), Tone: theme.Accent}
	}
	return grid.Cell{Text: e.Deed()}
}

// category is blank for what isn't read.
func (e eventRow) category() string {
	if !e.Readable() {
		return ""
	}
	return e.Category()
}

// describeActions is all that can be done on the Activity tab. The order is the menu's.
func (s *activityScreen) describeActions() []action {
	return []action{
		{id: "info", title: "What changed", menu: "i", section: sectionHere, enabled: s.readRow, run: s.info},
		{
			id: "activity.target", title: "Go to the target", keys: []string{"o"}, footer: "go to target", menu: "o", section: sectionHere,
			enabled: s.mayGo, run: s.goToTarget,
		},
		{
			id: "activity.history", title: "History of the target", keys: []string{"H"}, menu: "h", section: sectionHere,
			enabled: s.readRow, run: s.historyOfTarget,
		},
		{
			id: "activity.undo", title: "Undo this", label: s.undoLabel, keys: []string{"z"}, menu: "z", section: sectionHere,
			enabled: s.mayUndo, run: s.undo,
		},
		{id: "activity.copy_head", title: "Copy number and hash", keys: []string{"c"}, menu: "c", section: sectionHere, enabled: s.readRow, run: s.copyHead},
	}
}

func (s *activityScreen) enters() string  { return "what changed" }
func (s *activityScreen) mayMark() error  { return errNoMarks }
func (s *activityScreen) maySort() error  { return errFixedOrder }
func (s *activityScreen) narrows() string { return strings.Join(activityKeys, ": ") + ":" }

func (s *activityScreen) filterFault() string {
	if unknown := unknownKey(s.filter(), s.narrows()); unknown != "" || s.wrong == nil {
		return unknown
	}
	return s.wrong.Error()
}

// total counts all events, whatever the filter has found so far.
func (s *activityScreen) total() int {
	if s.see(s.c.rules()) != nil {
		return 0
	}
	return s.c.snapshot.Total(model.KindEvent)
}

func (s *activityScreen) shown() (shown, total int) {
	_, shown, _ = s.grid.Counts()
	return shown, s.total()
}

// summary counts what is shown, and says how far the search is.
func (s *activityScreen) summary() line {
	shown, total := s.shown()
	out := " " + count(total, s.noun)
	if s.search != nil {
		out = " " + count(shown, "") + " of " + count(total, s.noun)
	}
	if s.story != nil {
		out += " · history of " + s.storyName()
	}
	if f := strings.TrimSpace(s.filter()); f != "" {
		out += " · /" + f
	}
	if s.search != nil && s.search.next > 0 {
		out += " · searching " + count(s.search.done(), "") + " %"
	}
	if above, _ := s.grid.Window(); above > 0 {
		out += " · " + count(above, "") + " newer above"
	}
	if wrong := s.filterFault(); wrong != "" {
		return line{{" " + wrong, theme.Warn}, {" ·" + out, theme.Dim}} // the count may be cut, the reason not
	}
	return line{{out, theme.Dim}}
}

// refresh takes what happened into view.
func (s *activityScreen) refresh() tea.Cmd {
	s.failed = [2]int{}
	_, at, _, _ := s.grid.Cursor()
	unseen := s.c.screen() != screen(s) && at == s.first()
	cmd := s.sheet.refresh()
	if unseen {
		s.grid.Top() // nobody looks at what was the newest
	}
	s.sayWhyEmpty()
	return tea.Batch(cmd, s.catchUp(), s.need())
}

// first is the number of the first event shown, 0 for none.
func (s *activityScreen) first() uint64 {
	if _, shown, _ := s.grid.Counts(); shown == 0 {
		return 0
	}
	return s.grid.Rows().ID(0)
}

// sayWhyEmpty tells the grid what to say where no events are: of a filter, only that it finds none.
func (s *activityScreen) sayWhyEmpty() {
	e := s.emptyTexts()
	switch {
	case s.search == nil || s.see(s.c.rules()) != nil:
	case s.search.next > 0:
		e.None = "Searching…"
	case s.story != nil && s.filter() == "":
		e.None = "Nothing has been done to " + s.storyName() + " since it is recorded. esc goes back."
	default:
		e.None = e.NoMatch
	}
	s.grid.SetEmpty(e)
}

// catchUp has a search look at what happened since, once it is through with what was there: one part after another, since a
// filter's scratch space belongs to one goroutine.
func (s *activityScreen) catchUp() tea.Cmd {
	total := uint64(s.total())
	if s.search == nil || s.news || s.search.next > 0 || total <= s.search.top {
		return nil
	}
	s.news = true
	return s.search.lookAtNews(s.ctx, s.events, total)
}

func (s *activityScreen) handle(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case searched:
		return s.onSearched(msg)
	case eventsRead:
		s.reading = false
		if msg.err != nil && !errors.Is(msg.err, context.Canceled) {
			s.failed = msg.window
			return s.c.fail(msg.err)
		}
	}
	return s.sheet.handle(msg)
}

func (s *activityScreen) onSearched(msg searched) tea.Cmd {
	if msg.of != s.search {
		return nil // overtaken
	}
	if msg.whatHappens {
		s.news = false
	}
	if msg.err != nil {
		if !errors.Is(msg.err, context.Canceled) {
			s.search.next = 0
			return s.c.fail(msg.err)
		}
		return nil
	}
	if msg.whatHappens && msg.next > s.search.top {
		return s.startSearch(s.search.filter) // more than a part's worth happened at once
	}
	s.search.take(msg)
	cmd := s.showFound()
	if !msg.whatHappens && s.search.next > 0 {
		return tea.Batch(cmd, s.search.look(s.ctx, s.events))
	}
	return tea.Batch(cmd, s.catchUp())
}

// showFound shows what was found so far. The first that a new filter finds gets the cursor.
func (s *activityScreen) showFound() tea.Cmd {
	s.sayWhyEmpty()
	_, at, _, _ := s.grid.Cursor()
	s.top = s.top && at == s.stood // who moved on meanwhile stays there
	cmd := s.grid.SetRows(s.visible(s.c.snapshot))
	if _, shown, _ := s.grid.Counts(); s.top && shown > 0 {
		s.grid.Top()
		s.top = false
	}
	return cmd
}

func (s *activityScreen) setFilter(text string) tea.Cmd {
	cmd := s.grid.SetFilter(text)
	return tea.Batch(cmd, s.apply(text))
}

// apply puts a filter to work: what was typed, within the history that is shown.
func (s *activityScreen) apply(text string) tea.Cmd {
	filter, wrong := eventFilter(text, s.c.now())
	s.wrong = wrong
	if text = strings.Join(strings.Fields(text), " "); text == s.typed && s.search != nil {
		return nil
	}
	s.typed = text
	if s.story != nil {
		filter.Of, filter.Called = s.story.of, s.c.nameNow(s.story.of, s.story.name)
	}
	if filter.All() {
		s.stop()
		s.sayWhyEmpty()
		return s.grid.SetRows(s.visible(s.c.snapshot))
	}
	return s.startSearch(filter)
}

func (s *activityScreen) stop() {
	if s.search != nil {
		s.search.cancel()
	}
	s.search, s.top, s.news, s.ctx = nil, false, false, s.c.ctx
}

func (s *activityScreen) startSearch(filter *model.EventFilter) tea.Cmd {
	s.stop()
	s.search, s.ctx = s.c.newSearch(filter, uint64(s.total()))
	_, s.stood, _, _ = s.grid.Cursor()
	s.top = true
	return s.search.look(s.ctx, s.events)
}

// need reads what the window shows and a page to either side, unless that is here already.
func (s *activityScreen) need() tea.Cmd {
	if s.reading {
		return nil
	}
	from, to := s.grid.Window()
	window := [2]int{from, to}
	if window == s.failed {
		return nil
	}
	rows, page := s.grid.Rows(), to-from
	var missing []uint64
	for pos := max(0, from-page); pos < min(rows.Len(), to+page); pos++ {
		if !rows.At(pos).read {
			missing = append(missing, rows.ID(pos))
		}
	}
	if !s.misses(rows, from, to) && len(missing) < page/2 {
		return nil // what is shown is here, and there is time for the rest
	}
	if len(missing) == 0 {
		return nil
	}
	s.reading = true
	ctx, events := s.c.ctx, s.events
	return func() tea.Msg { return eventsRead{window, events.Read(ctx, missing)} }
}

// misses reports whether a row of the window isn't read.
func (s *activityScreen) misses(rows grid.Rows[eventRow], from, to int) bool {
	for pos := from; pos < to; pos++ {
		if !rows.At(pos).read {
			return true
		}
	}
	return false
}
