package cmd

import (
	"io"
	"slices"
	"strings"

	"lanyard/tui/grid"
	"lanyard/tui/text"
	"lanyard/tui/theme"
)

// column is one column of a list: of a table for people, of CSV, and what a list can be sorted by.
type column[T any] struct {
	key    string            // names it for --sort and in CSV's header
	title  string            // names it in a table; "" for a column that no table has
	plain  func(T) string    // its text for programs
	cell   func(T) grid.Cell // how people see it; nil for the plain text
	order  func(T) string    // what it is sorted by; nil for the plain text folded
	least  int               // as narrow as it gets in a table, in cells
	usual  int               // how wide its cells usually are, for a table that is begun before there are rows; may be 0
	yields int               // 0 stays in every table; of the others the highest gives way first
	right  bool
}

func (c *column[T]) show(row T) grid.Cell {
	if c.cell == nil {
		return grid.Cell{Text: c.plain(row)}
	}
	return c.cell(row)
}

// sampleRows is how many rows a table measures before it writes them.
const sampleRows = 200

// gap stands between the columns of a table.
const gap = 2

// table writes rows for a person, or plainly where nobody looks: a line each, with tabs between the cells.
type table[T any] struct {
	w       io.Writer
	screen  screen
	columns []column[T]
	waiting []T
	wish    []int // how wide each column would have to be for all rows so far
	widths  []int // nil until the first were written; of a column that has no room 0
}

func newTable[T any](w io.Writer, s screen, columns []column[T]) *table[T] {
	shown := slices.DeleteFunc(slices.Clone(columns), func(c column[T]) bool { return c.title == "" })
	return &table[T]{w: w, screen: s, columns: shown}
}

func (t *table[T]) add(row T) error {
	if t.screen.width == 0 {
		return t.addPlain(row)
	}
	t.waiting = append(t.waiting, row)
	if len(t.waiting) < sampleRows {
		return nil
	}
	return t.flush()
}

func (t *table[T]) end() error { return t.flush() }

func (t *table[T]) addPlain(row T) error {
	cells := make([]string, len(t.columns))
	for i := range t.columns {
		cells[i] = text.Clean(t.columns[i].plain(row))
	}
	_, err := io.WriteString(t.w, strings.Join(cells, "\t")+"\n")
	return err
}

// flush writes the rows that wait. The first lay the columns out; where later ones need more, their columns take of the room
// that is left from there on.
func (t *table[T]) flush() error {
	if len(t.waiting) == 0 {
		return nil
	}
	t.measure()
	var err error
	if t.widths == nil {
		t.widths = layOut(t.columns, t.wish, t.screen.width)
		err = t.head()
	} else {
		widen(t.widths, t.wish, t.screen.width-taken(t.widths))
	}
	for _, row := range t.waiting {
		if err != nil {
			return err
		}
		err = t.draw(row)
	}
	t.waiting = t.waiting[:0]
	return err
}

// start lays the columns out before there are rows, for what may be long in coming.
func (t *table[T]) start() error {
	if t.screen.width == 0 {
		return nil
	}
	t.measure()
	for i := range t.columns {
		t.wish[i] = max(t.wish[i], t.columns[i].usual)
	}
	t.widths = layOut(t.columns, t.wish, t.screen.width)
	return t.head()
}

// measure makes the columns wish for what the rows that wait need.
func (t *table[T]) measure() {
	if t.wish == nil {
		t.wish = make([]int, len(t.columns))
		for i := range t.columns {
			t.wish[i] = t.screen.theme.Mode().Width(t.columns[i].title)
		}
	}
	for i := range t.columns {
		for _, row := range t.waiting {
			t.wish[i] = max(t.wish[i], t.width(t.columns[i].show(row)))
		}
	}
}

func (t *table[T]) head() error {
	return t.line(func(c *column[T], w int) (string, int) {
		s, n := t.screen.theme.Mode().Cut(c.title, w)
		return t.screen.theme.Paint(theme.Title, s), n
	})
}

// width is how many cells a cell takes.
func (t *table[T]) width(c grid.Cell) int {
	w := t.screen.theme.Mode().Width(c.Text)
	if c.Glyph != theme.NoGlyph {
		w += 2
	}
	return w
}

func (t *table[T]) draw(row T) error {
	return t.line(func(c *column[T], w int) (string, int) {
		cell := c.show(row)
		if cell.Short != "" && t.width(cell) > w {
			cell.Text = cell.Short
		}
		return paintCell(t.screen.theme, cell, w)
	})
}

// paintCell is a cell in its colour, in at most w cells, and how many they are.
func paintCell(look *theme.Theme, c grid.Cell, w int) (string, int) {
	before := ""
	if c.Glyph != theme.NoGlyph && w > 2 {
		before = look.Glyph(c.Glyph) + " "
		w -= 2
	}
	s, n := look.Mode().Cut(c.Text, w)
	if before != "" {
		n += 2
	}
	return look.Paint(c.Tone, before+s), n
}

// line writes one line; cell gives what stands in a column, and how wide that is.
func (t *table[T]) line(cell func(c *column[T], w int) (string, int)) error {
	var b strings.Builder
	owed := 0 // spaces, written only when something follows
	for i := range t.columns {
		w := t.widths[i]
		if w == 0 {
			continue
		}
		s, n := cell(&t.columns[i], w)
		if s == "" {
			owed += w + gap
			continue
		}
		before := 0
		if t.columns[i].right {
			before = w - n
		}
		b.WriteString(text.Spaces(owed + before))
		b.WriteString(s)
		owed = w - n - before + gap
	}
	b.WriteByte('\n')
	_, err := io.WriteString(t.w, b.String())
	return err
}

// Columns that yield at luxury or above are there only when all others have what they would like, up to comfortable cells or
// what they usually are.
const (
	luxury      = 5
	comfortable = 32
)

// layOut gives each column a width, up to what it would like. Those that have no room go, the most yielding first.
func layOut[T any](columns []column[T], wish []int, room int) []int {
	widths := make([]int, len(columns))
	for i := range columns {
		widths[i] = min(wish[i], max(comfortable, columns[i].usual))
	}
	for drop := mostYielding(columns, widths, luxury); drop >= 0 && taken(widths) > room; drop = mostYielding(columns, widths, luxury) {
		widths[drop] = 0
	}
	for i, c := range columns {
		widths[i] = min(widths[i], max(c.least, 1))
	}
	for drop := mostYielding(columns, widths, 1); drop >= 0 && taken(widths) > room; drop = mostYielding(columns, widths, 1) {
		widths[drop] = 0
	}
	widen(widths, wish, room-taken(widths))
	return widths
}

// mostYielding is the column that gives way next among those that yield so much, -1 if there is none.
func mostYielding[T any](columns []column[T], widths []int, least int) int {
	drop := -1
	for i, c := range columns {
		if widths[i] > 0 && c.yields >= least && (drop < 0 || c.yields >= columns[drop].yields) {
			drop = i
		}
	}
	return drop
}

// taken is the room that columns and the gaps between them need.
func taken(widths []int) int {
	total := 0
	for _, w := range widths {
		if w > 0 {
			total += w + gap
		}
	}
	return total - gap
}

// widen deals out the room that is left, a cell at a time, to the narrowest column that lacks some: one long name takes
// nothing from the others.
func widen(widths, wish []int, left int) {
	for ; left > 0; left-- {
		next := -1
		for i := range widths {
			if widths[i] > 0 && wish[i] > widths[i] && (next < 0 || widths[i] < widths[next]) {
				next = i
			}
		}
		if next < 0 {
			return
		}
		widths[next]++
	}
}

// fact is one line of what there is to say about one record.
type fact struct {
	label string
	cell  grid.Cell
}

// writeFacts tells a person about one record: a label and a text in each line, those that have none left out.
func writeFacts(w io.Writer, s screen, facts []fact) error {
	facts = slices.DeleteFunc(slices.Clone(facts), func(f fact) bool { return f.cell.Text == "" })
	var b strings.Builder
	widest := 0
	for _, f := range facts {
		widest = max(widest, text.Width(f.label))
	}
	for _, f := range facts {
		mode := s.theme.Mode()
		lines := mode.Wrap(f.cell.Text, max(s.width-widest-gap, 1))
		for i, l := range lines {
			label := text.Spaces(widest)
			if i == 0 {
				label = s.theme.Paint(theme.Dim, mode.Fit(f.label, widest))
				if f.cell.Glyph != theme.NoGlyph {
					l = s.theme.Glyph(f.cell.Glyph) + " " + l
				}
			}
			b.WriteString(label + text.Spaces(gap) + s.theme.Paint(f.cell.Tone, l) + "\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
