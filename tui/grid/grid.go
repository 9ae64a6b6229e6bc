// Package grid is the table that every screen of the console shows: rows by id, a cell cursor, marks, sort, filter, a scrolling window and an editor in
// the cell. It knows neither what the rows are nor which key does what, and it carries a million of them.
//
// A Grid belongs to Bubble Tea's Update and View. Work that takes longer than a frame may take runs in a tea.Cmd on immutable data: the methods that can
// begin some return it, and Update takes its result. Until then what was on the screen stays there, and Busy says so.
package grid

import (
	"iter"
	"slices"

	tea "charm.land/bubbletea/v2"

	"lanyard/tui/theme"
)

// Grid shows rows of type T. Make one with New.
type Grid[T any] struct {
	columns []Column[T]
	theme   *theme.Theme
	empty   Empty

	width, height int
	layout        layout
	offset        int // the first row in the window

	pic    *picture[T] // what is on the screen
	want   wish[T]     // what should be
	job    *job[T]     // what makes the one into the other, nil if nothing does
	filter string      // as it was typed
	feed   bool        // rows come chosen and in order

	at     int    // the row with the cursor, counted as they are shown
	id     uint64 // and its id, by which it is found again
	placed bool   // there has been such a row
	column string // the key of the column with the cursor; it may be hidden just now

	marks marks
	edit  editor
	held  uint64 // the row that something is open beside, while holds
	holds bool
	lost  Lost
}

// Empty is what stands where the rows would: it should say what belongs there and which key makes the first one.
type Empty struct {
	None    string // there are no rows
	NoMatch string // the filter hides them all
	Loading string // they aren't there yet
}

// Lost is what went with rows that are no longer there.
type Lost struct {
	Marks int // rows that were marked
}

// New makes an empty grid, sorted by the first column that can be.
func New[T any](th *theme.Theme, columns ...Column[T]) *Grid[T] {
	g := &Grid[T]{columns: columns, theme: th, column: Menu}
	g.want = wish[T]{rows: Slice[T](nil, nil), column: -1, query: parse("", columns)}
	for i, c := range columns {
		if c.SortKey != nil {
			g.want.column = i
			break
		}
	}
	if len(columns) > 0 {
		g.column = columns[0].Key
	}
	g.pic = &picture[T]{wish: g.want}
	g.arrange()
	return g
}

// Feed makes the grid one for rows that come chosen and in an order of their own, newest first, and that may be read only when they are looked at. The
// filter chooses nothing then: it shows what was looked for, where it stands together. While the first row is in the window, what comes in before it
// shows at once.
func (g *Grid[T]) Feed() {
	g.feed = true
	g.want.query = g.parse("")
}

// parse takes a filter apart.
func (g *Grid[T]) parse(text string) *query {
	q := parse(text, g.columns)
	q.feed = g.feed
	return q
}

// SetTheme changes how everything looks, as when the terminal has said what it is.
func (g *Grid[T]) SetTheme(th *theme.Theme) { g.theme = th }

// SetEmpty gives the texts for when there are no rows to show.
func (g *Grid[T]) SetEmpty(e Empty) { g.empty = e }

// SetSize gives the grid its room. The frame's margins are part of it: three cells on the left for the bar and the mark, one on the right.
func (g *Grid[T]) SetSize(width, height int) {
	g.width, g.height = max(width, 0), max(height, 0)
	g.arrange()
	g.reveal()
}

// SetKeen changes the Keen and Eager widths of a column: for one whose cells have more to show at times. They hold for all
// rows, so that scrolling still moves nothing sideways.
func (g *Grid[T]) SetKeen(column string, keen, eager int) {
	i := g.columnIndex(column)
	if i < 0 || g.columns[i].Keen == keen && g.columns[i].Eager == eager {
		return
	}
	g.columns = slices.Clone(g.columns) // work in the background reads the others
	g.columns[i].Keen, g.columns[i].Eager = keen, eager
	g.arrange()
}

// arrange lays the columns out anew. The one that is being edited stays.
func (g *Grid[T]) arrange() {
	keep := -1
	if g.edit.on {
		keep = g.columnIndex(g.edit.column)
	}
	g.layout = arrange(g.columns, g.width, keep)
}

func (g *Grid[T]) columnIndex(key string) int {
	for i := range g.columns {
		if g.columns[i].Key == key {
			return i
		}
	}
	return -1
}

// SetRows shows other rows. Cursor, marks, filter, sort, window and an edit in progress stay; what can't, because its row is gone, Lost tells of.
func (g *Grid[T]) SetRows(rows Rows[T]) tea.Cmd {
	g.want.rows = rows
	g.want.revision++
	return g.refresh()
}

// SetFilter shows only the rows that match. Words are looked for in the columns with Search, each within one cell, without regard to case and accents;
// their letters needn't stand together, but rows in which they do come first. `status:inv` narrows by the column with that key, and of two for the same
// key one has to hold. Quotes keep spaces together. The best match gets the cursor, and when the filter goes, the cursor stays on its row.
func (g *Grid[T]) SetFilter(text string) tea.Cmd {
	g.filter = text
	q := g.parse(text)
	if q.canon == g.want.query.canon {
		return nil
	}
	g.want.query = q
	return g.refresh()
}

// Filter is the filter as it was typed.
func (g *Grid[T]) Filter() string { return g.filter }

// SortBy sorts by a column, ascending; by the column that is sorted by already, the other way. Columns that can't be sorted by change nothing.
func (g *Grid[T]) SortBy(column string) tea.Cmd {
	i := g.columnIndex(column)
	if i < 0 || g.columns[i].SortKey == nil {
		return nil
	}
	g.want.backward = i == g.want.column && !g.want.backward
	g.want.column = i
	return g.refresh()
}

// Sort is the column that is sorted by, "" if none can be, and whether from the end.
func (g *Grid[T]) Sort() (column string, descending bool) {
	if g.want.column < 0 {
		return "", false
	}
	return g.columns[g.want.column].Key, g.want.backward
}

// Counts are how many rows there are, how many the filter shows, and how many are marked, shown or not.
func (g *Grid[T]) Counts() (total, shown, marked int) {
	return g.pic.rows.Len(), g.pic.len(), g.marks.count
}

// Window is which of the rows shown are in the window: from the one up to, not including, the other.
func (g *Grid[T]) Window() (from, to int) {
	return g.offset, min(g.offset+g.body(), g.pic.len())
}

// Rows are all rows as they are on the screen, whether the filter shows them or not.
func (g *Grid[T]) Rows() Rows[T] { return g.pic.rows }

// Visible goes through the rows in the window.
func (g *Grid[T]) Visible() iter.Seq[T] {
	return func(yield func(T) bool) {
		for k := g.offset; k < min(g.offset+g.body(), g.pic.len()); k++ {
			if !yield(g.pic.rows.At(int(g.pic.at(k)))) {
				return
			}
		}
	}
}

// Row is the row with an id, as it is on the screen.
func (g *Grid[T]) Row(id uint64) (row T, ok bool) {
	if pos, ok := g.pic.rows.Find(id); ok {
		return g.pic.rows.At(pos), true
	}
	return row, false
}

// Lost says what was lost since it was last asked.
func (g *Grid[T]) Lost() Lost {
	l := g.lost
	g.lost = Lost{}
	return l
}
