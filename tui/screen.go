package tui

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"lanyard/model"
	"lanyard/tui/grid"
	"lanyard/tui/theme"
)

// errNoRow says that an action needs a row and there is none.
var errNoRow = errors.New("there is no row to do this with")

// screen is one tab, as the console sees it.
type screen interface {
	title() string
	short() string // the title in one short word, for the tab where there is little room
	total() int
	actions() []action
	view() string
	summary() line
	shown() (shown, total int)
	cursorRect() rect
	cursorCell() (rect, bool) // the same, false where no row is shown
	menuTitle() (title string, ok bool)
	aim() aim // what the menu is about
	turns() time.Time
	holds() model.Kind // of what its rows are
	enters() string    // what enter does, in a word for the footer
	mayMark() error    // whether rows can be marked, or why not
	maySort() error    // whether rows can be sorted, or why not
	need() tea.Cmd     // what the rows in view still wait for
	hold() tea.Cmd     // shows the row under the cursor, whatever others change, until release
	release() tea.Cmd
	aboutOne() *subject

	spokenRows() (rows []spokenRow, from int) // those of the page, and the place of the first
	whyEmpty() string                         // what belongs where no row is
	edits() []action                          // what is edited in a row's cells, for where there are none
	sortBy(column string) (tea.Cmd, error)

	refresh() tea.Cmd
	handle(msg tea.Msg) tea.Cmd
	resize(width, height int)
	setTheme(*theme.Theme)

	moveRows(by int)
	moveColumns(by int)
	page(by int)
	halfPage(by int)
	toFirst()
	toLast()
	toggleMark()
	markShown()
	clearMarks() bool
	filter() string
	narrows() string // the words that narrow the filter: "status: role:"
	setFilter(s string) tea.Cmd
	filterFault() string // what is wrong with the filter, "" for nothing
	sort() tea.Cmd
	showRow(id uint64) (cmd tea.Cmd, ok bool)
	leave() (cmd tea.Cmd, ok bool) // one step back, where there is one beyond marks and filter
	enter() tea.Cmd
	click(x, y int) tea.Cmd
	wheel(by int)
}

// sheet is a screen for records of type T: a description of its columns and actions, on the grid that all share.
type sheet[T any] struct {
	c       *console
	name    string // the tab: "Users"
	brief   string // the same in one short word
	noun    string // one of them: "user"
	kind    model.Kind
	columns []column[T]
	acts    []action
	see     func(model.Rules) error // whether the acting person sees them, or why not
	rows    func(*model.Snapshot) grid.Rows[T]
	seen    func(T) model.Seen
	label   func(T) string               // how a row is called in a title or a question
	turn    func(T, time.Time) time.Time // when a row next looks different by itself, after a time; nil: none ever does
	empty   string                       // what belongs here and which key makes the first one
	grid    *grid.Grid[T]
}

// column is a column of a sheet: how it looks, and what enter does on it.
type column[T any] struct {
	grid.Column[T]
	edit *edit[T] // how it is edited in the cell; nil if it isn't
	open string   // the id of the action that enter runs where nothing is edited; "" for the record's info
}

// edit is how a cell is changed in place: as text, or by choosing.
type edit[T any] struct {
	may     func(model.Rules, T) error
	text    func(T) string
	options func(model.Rules, T) (list []option, chosen int)
	apply   func(ctx context.Context, d *model.Directory, a model.Actor, row T, to string) error
	choose  func(ctx context.Context, d *model.Directory, a model.Actor, row T, to option) error
}

// build completes a screen with its columns and actions.
func (s *sheet[T]) build(list []column[T], acts []action) {
	s.columns, s.acts = list, acts
	columns := make([]grid.Column[T], len(s.columns))
	for i, col := range s.columns {
		columns[i] = col.Column
	}
	s.grid = grid.New(s.c.theme, columns...)
	s.grid.SetEmpty(s.emptyTexts())
}

// emptyTexts say what belongs where no rows are, or why the acting person sees none.
func (s *sheet[T]) emptyTexts() grid.Empty {
	e := grid.Empty{None: s.empty, NoMatch: "No " + s.noun + " matches the filter. esc clears it.", Loading: "Reading…"}
	if s.c.snapshot == nil {
		return e
	}
	if err := s.see(s.c.rules()); err != nil {
		e.None = err.Error()
	}
	return e
}

func (s *sheet[T]) title() string           { return s.name }
func (s *sheet[T]) short() string           { return s.brief }
func (s *sheet[T]) actions() []action       { return s.acts }
func (s *sheet[T]) view() string            { return s.grid.View() }
func (s *sheet[T]) holds() model.Kind       { return s.kind }
func (s *sheet[T]) enters() string          { return "edit" }
func (s *sheet[T]) mayMark() error          { return nil }
func (s *sheet[T]) maySort() error          { return nil }
func (s *sheet[T]) need() tea.Cmd           { return nil }
func (s *sheet[T]) hold() tea.Cmd           { return s.grid.Hold() }
func (s *sheet[T]) release() tea.Cmd        { return s.grid.Release() }
func (s *sheet[T]) leave() (tea.Cmd, bool)  { return nil, false }
func (s *sheet[T]) resize(w, h int)         { s.grid.SetSize(w, h) }
func (s *sheet[T]) setTheme(t *theme.Theme) { s.grid.SetTheme(t) }

// turns is when something in the window next looks different by itself, zero for never.
func (s *sheet[T]) turns() (first time.Time) {
	if s.turn == nil {
		return first
	}
	now := s.c.now()
	for row := range s.grid.Visible() {
		if at := s.turn(row, now); !at.IsZero() && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	return first
}

func (s *sheet[T]) total() int {
	total, _, _ := s.grid.Counts()
	return max(total, s.loadingTotal())
}

// loadingTotal is how many there will be once all are read.
func (s *sheet[T]) loadingTotal() int {
	if s.c.loading && s.see(s.c.rules()) == nil {
		return s.c.snapshot.Total(s.kind)
	}
	return 0
}

// summary counts what is shown.
func (s *sheet[T]) summary() line {
	total, shown, marked := s.grid.Counts()
	out := " " + count(total, s.noun)
	if s.grid.Filter() != "" {
		out = " " + count(shown, "") + " of " + count(total, s.noun) + " · /" + s.grid.Filter()
	}
	if marked > 0 {
		out += " · " + count(marked, "") + " marked"
		if hidden := s.grid.HiddenMarks(); hidden > 0 {
			out += ", " + count(hidden, "") + " of them hidden"
		}
	}
	if s.grid.Busy() && s.c.working == 0 { // a change under way says how far it is itself
		out += " · working…"
	}
	return line{{out, theme.Dim}}
}

// shown returns how many rows the filter shows, of how many.
func (s *sheet[T]) shown() (shown, total int) {
	total, shown, _ = s.grid.Counts()
	return shown, total
}

// cursorRect is where the cell under the cursor stands on the screen.
func (s *sheet[T]) cursorRect() rect {
	r, ok := s.cursorCell()
	if !ok {
		r.y = 1 + linesAbove // nothing is shown: the first row's place
	}
	return r
}

func (s *sheet[T]) cursorCell() (rect, bool) {
	x, y, w, ok := s.grid.CursorRect()
	return rect{x, y + linesAbove, w}, ok
}

func (s *sheet[T]) refresh() tea.Cmd {
	s.grid.SetEmpty(s.emptyTexts())
	return tea.Batch(s.grid.SetRows(s.rows(s.c.snapshot)), s.lost())
}

func (s *sheet[T]) handle(msg tea.Msg) tea.Cmd {
	return tea.Batch(s.grid.Update(msg), s.lost())
}

// lost says what went with rows that somebody removed.
func (s *sheet[T]) lost() tea.Cmd {
	l := s.grid.Lost()
	if m, ok := s.c.top().(*menu); ok && l.Marks > 0 && m.aim.marked > 0 && s.c.screen().holds() == s.kind {
		m.bereave("Some of what was marked went away meanwhile. esc closes.")
	}
	if l.Marks > 0 && s.c.working == 0 { // what we remove ourselves is reported when it is done
		return s.c.warn(count(l.Marks, "marked "+s.noun) + " went away")
	}
	return nil
}

func (s *sheet[T]) moveRows(by int)               { s.grid.MoveRows(by) }
func (s *sheet[T]) moveColumns(by int)            { s.grid.MoveColumns(by) }
func (s *sheet[T]) page(by int)                   { s.grid.Page(by) }
func (s *sheet[T]) halfPage(by int)               { s.grid.HalfPage(by) }
func (s *sheet[T]) toFirst()                      { s.grid.Top() }
func (s *sheet[T]) toLast()                       { s.grid.Bottom() }
func (s *sheet[T]) markShown()                    { s.grid.MarkShown() }
func (s *sheet[T]) filter() string                { return s.grid.Filter() }
func (s *sheet[T]) narrows() string               { return narrows(s.columns) }
func (s *sheet[T]) setFilter(text string) tea.Cmd { return s.grid.SetFilter(text) }
func (s *sheet[T]) sort() tea.Cmd                 { return s.grid.SortBy(s.columnKey()) }
func (s *sheet[T]) wheel(by int)                  { s.grid.Wheel(by) }

// narrows lists the columns that the filter narrows by, in their order.
func (s *sheet[T]) filterFault() string { return unknownKey(s.filter(), s.narrows()) }

// unknownKey says of the first word with a colon in a filter that it isn't one of those that narrow.
func unknownKey(filter, narrows string) string {
	keys := strings.Fields(strings.ReplaceAll(narrows, ":", ""))
	if list := grid.Unknown(filter, keys...); len(list) > 0 {
		return strings.TrimSuffix(list[0]+": narrows nothing; "+narrows, "; ") + " do"
	}
	return ""
}

func narrows[T any](columns []column[T]) string {
	var keys []string
	for _, col := range columns {
		if col.Narrow != nil {
			keys = append(keys, col.Key+":")
		}
	}
	return strings.Join(keys, " ")
}

// toggleMark marks the row and goes on to the next, so that several are marked by holding the key.
func (s *sheet[T]) toggleMark() {
	s.grid.ToggleMark()
	s.grid.MoveRows(1)
}

func (s *sheet[T]) columnKey() string {
	_, _, key, _ := s.grid.Cursor()
	return key
}

func (s *sheet[T]) clearMarks() bool {
	_, _, marked := s.grid.Counts()
	s.grid.ClearMarks()
	return marked > 0
}

// row returns the row under the cursor.
func (s *sheet[T]) row() (T, bool) {
	row, _, _, ok := s.grid.Cursor()
	return row, ok
}

// column returns the column under the cursor.
func (s *sheet[T]) column() column[T] {
	key := s.columnKey()
	if key == grid.Menu {
		return column[T]{open: "menu"}
	}
	i := slices.IndexFunc(s.columns, func(col column[T]) bool { return col.Key == key })
	return s.columns[max(0, i)]
}

// oneRow asks for a row under the cursor.
func (s *sheet[T]) oneRow() error {
	if _, ok := s.row(); !ok {
		return errNoRow
	}
	return nil
}

// enter edits the cell under the cursor, or opens what can't be edited in place.
func (s *sheet[T]) enter() tea.Cmd {
	col := s.column()
	id := col.open
	switch {
	case col.edit != nil:
		return s.beginEdit(col)
	case id == "":
		id = "info"
	}
	if a, ok := actionByID(s.c.actions(), id); ok {
		return s.c.runAction(a)
	}
	return nil
}

// click moves the cursor to a cell; on the cell that has it already, it does what enter does. The header sorts.
func (s *sheet[T]) click(x, y int) tea.Cmd {
	hit := s.grid.Hit(x, y)
	switch hit.Part {
	case grid.OnTitle:
		return s.grid.SortBy(hit.Column)
	case grid.OnMargin:
		s.grid.Select(hit.ID, "")
		if s.c.screen().mayMark() == nil {
			s.grid.ToggleMark()
		}
		return nil
	case grid.Nothing:
		return nil
	case grid.OnCell:
	}
	_, before, column, _ := s.grid.Cursor()
	same := before == hit.ID && column == hit.Column
	s.grid.Select(hit.ID, hit.Column)
	if same || s.column().open == "menu" {
		return s.enter()
	}
	return nil
}
