package grid

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"lanyard/tui/theme"
)

// edited is a crowd in which one person is somebody else, or gone.
func edited(c *crowd, id uint64, change func(p *person)) *crowd {
	pos, _ := c.Find(id)
	p := *c.list[pos]
	if change == nil {
		return c.with(map[uint64]*person{id: nil})
	}
	change(&p)
	return c.with(map[uint64]*person{id: &p})
}

func cursorID(g *Grid[*person]) uint64 {
	_, id, _, _ := g.Cursor()
	return id
}

func TestCursorStaysOnItsRow(t *testing.T) {
	rows := newCrowd(200, 1)
	g := newGrid(rows, 100, 20)
	g.MoveRows(50)
	id, line := cursorID(g), g.at-g.offset
	rows = edited(rows, g.shownIDs()[3], nil) // one above goes
	finish(g, g.SetRows(rows))
	if cursorID(g) != id || g.at != 49 || g.at-g.offset != line {
		t.Errorf("the cursor is on %d at %d, line %d", cursorID(g), g.at, g.at-g.offset)
	}
	finish(g, g.SortBy("email"))
	if cursorID(g) != id {
		t.Error("sorting moved the cursor to another row")
	}
	g.MoveRows(-1000)
	g.MoveRows(7)
	next := g.shownIDs()[8]
	finish(g, g.SetRows(edited(rows, cursorID(g), nil)))
	if cursorID(g) != next {
		t.Error("the next row isn't selected when the one with the cursor goes")
	}
	finish(g, g.SetRows(&crowd{}))
	if _, _, _, ok := g.Cursor(); ok {
		t.Error("a cursor without rows")
	}
	finish(g, g.SetRows(rows))
	if cursorID(g) != next {
		t.Error("the row is back and the cursor isn't")
	}
}

func TestFilterMovesCursorToTheBest(t *testing.T) {
	g := newGrid(cast(), 100, 20)
	g.Bottom()
	finish(g, g.SetFilter("okaf"))
	if id := cursorID(g); id != 20 {
		t.Errorf("the cursor is on %d", id)
	}
	finish(g, g.SetFilter(""))
	if id := cursorID(g); id != 20 {
		t.Errorf("without a filter the cursor is on %d", id)
	}
	g.SetFilter(" ")
	if g.Filter() != " " {
		t.Error("the filter isn't kept as it was typed")
	}
}

func TestMarksSurviveAndAreCounted(t *testing.T) {
	rows := newCrowd(50, 2)
	g := newGrid(rows, 100, 20)
	for range 3 {
		g.ToggleMark()
		g.MoveRows(1)
	}
	want := g.Marked()
	if !slices.Equal(want, g.shownIDs()[:3]) {
		t.Fatalf("marked %v", want)
	}
	finish(g, g.SetFilter("zzz"))
	if !slices.Equal(g.Marked(), want) {
		t.Errorf("hidden, %v is marked", g.Marked())
	}
	if total, shown, marked := g.Counts(); total != 50 || shown != 0 || marked != 3 {
		t.Errorf("%d, %d, %d", total, shown, marked)
	}
	finish(g, g.SetRows(edited(rows, want[1], nil)))
	if lost := g.Lost(); lost.Marks != 1 || g.Lost().Marks != 0 {
		t.Errorf("lost %+v", lost)
	}
	finish(g, g.SetFilter("status:active"))
	g.MarkShown()
	for _, id := range g.shownIDs() {
		if !g.IsMarked(id) {
			t.Errorf("%d isn't marked", id)
		}
	}
	g.ClearMarks()
	if len(g.Marked()) != 0 {
		t.Error("marks are left")
	}
}

func TestSort(t *testing.T) {
	g := newGrid(newCrowd(100, 3), 100, 20)
	if by, down := g.Sort(); by != "name" || down {
		t.Errorf("at first by %s, %v", by, down)
	}
	up := g.shownIDs()
	finish(g, g.SortBy("name"))
	down := g.shownIDs()
	slices.Reverse(down)
	if !slices.Equal(up, down) {
		t.Error("the other way isn't the reverse")
	}
	if !strings.Contains(g.View(), "↓") {
		t.Error("no arrow down")
	}
	finish(g, g.SortBy("status"))
	if by, down := g.Sort(); by != "status" || down {
		t.Errorf("then by %s, %v", by, down)
	}
	if g.SortBy("group") != nil {
		t.Error("sorted by what can't be sorted by")
	}
}

// TestEditSurvives changes everything round an edit.
func TestEditSurvives(t *testing.T) {
	rows := newCrowd(200, 4)
	g := newGrid(rows, 100, 20)
	finish(g, g.SetFilter("status:active"))
	g.MoveRows(5)
	g.MoveColumns(1)
	id := cursorID(g)
	finish(g, g.Edit("typing"))
	next := edited(rows, id, func(p *person) { p.status, p.name = 2, "Aaron" }) // it matches no longer, and sorts elsewhere
	next = edited(next, g.shownIDs()[0], nil)
	finish(g, g.SetRows(next))
	if got, column, ok := g.Editing(); !ok || got != id || column != "email" || cursorID(g) != id {
		t.Fatalf("editing %d %s %v, cursor on %d", got, column, ok, cursorID(g))
	}
	x, y, w, _ := g.CursorRect()
	if line := strings.Split(ansi.Strip(g.View()), "\n")[y]; !strings.HasPrefix(ansi.Cut(line, x, x+w), "typing") {
		t.Errorf("the editor isn't at %d, %d: %q", x, y, line)
	}
	g.SetSize(45, 20) // email would give way
	if _, _, column, _ := g.Cursor(); column != "email" || !strings.Contains(g.View(), "typing") {
		t.Error("the column went from under the edit")
	}
	finish(g, g.SetFilter("status:active a"))
	if got, want := g.shownIDs(), naive(next, &g.want); !slices.Equal(got, want) {
		t.Errorf("one more letter shows %v, not %v", got, want)
	}
	finish(g, g.EndEdit())
	if slices.Contains(g.shownIDs(), id) {
		t.Error("after the edit the row doesn't match, and is still shown")
	}
	if _, _, column, _ := g.Cursor(); column != "name" {
		t.Errorf("the cursor is in %s", column)
	}
}

func TestEditEndsWithItsRow(t *testing.T) {
	rows := newCrowd(20, 4)
	g := newGrid(rows, 100, 20)
	finish(g, g.Edit("typing"))
	finish(g, g.SetRows(edited(rows, cursorID(g), nil)))
	if _, _, ok := g.Editing(); ok || strings.Contains(g.View(), "typing") {
		t.Error("the edit outlived its row")
	}
}

func TestSelectWaitsForANewRow(t *testing.T) {
	rows := newCrowd(atOnce+1, 1)
	g := newGrid(rows, 100, 20)
	one := *rows.list[0]
	one.id = 7
	cmd := g.SetRows(forgetful{rows.with(map[uint64]*person{7: &one})})
	if !g.Busy() || g.Select(7, "role") {
		t.Fatal("it's there already")
	}
	finish(g, cmd)
	if _, id, column, _ := g.Cursor(); id != 7 || column != "role" {
		t.Errorf("the cursor is on %d %s", id, column)
	}
}

func TestHit(t *testing.T) {
	g := newGrid(cast(), 100, 20)
	first := g.shownIDs()[0]
	for _, c := range []struct {
		x, y int
		want Spot
	}{
		{4, 0, Spot{Part: OnTitle, Column: "name"}},
		{4, 1, Spot{Part: OnCell, ID: first, Column: "name"}},
		{1, 1, Spot{Part: OnMargin, ID: first}},
		{98, 1, Spot{Part: OnCell, ID: first, Column: Menu}},
		{98, 0, Spot{}},
		{4, 15, Spot{}},
		{-1, 1, Spot{}},
		{100, 1, Spot{}},
	} {
		if got := g.Hit(c.x, c.y); got != c.want {
			t.Errorf("at %d, %d: %+v, want %+v", c.x, c.y, got, c.want)
		}
	}
}

func TestWindow(t *testing.T) {
	g := newGrid(newCrowd(100, 1), 80, 11) // ten rows
	steps := []struct {
		do         func()
		at, offset int
	}{
		{func() { g.MoveRows(9) }, 9, 0},
		{func() { g.MoveRows(1) }, 10, 1},
		{func() { g.Page(1) }, 20, 11},
		{func() { g.HalfPage(-1) }, 15, 6},
		{func() { g.Wheel(3) }, 15, 9},
		{func() { g.Wheel(10) }, 19, 19},
		{func() { g.Wheel(-30) }, 9, 0},
		{g.Bottom, 99, 90},
		{func() { g.Page(1) }, 99, 90},
		{g.Top, 0, 0},
		{func() { g.SetSize(80, 4) }, 0, 0},
		{func() { g.MoveRows(5) }, 5, 3},
		{func() { g.SetSize(80, 30) }, 5, 3},
	}
	for i, s := range steps {
		s.do()
		if g.at != s.at || g.offset != s.offset {
			t.Errorf("step %d: at %d, window from %d, want %d and %d", i, g.at, g.offset, s.at, s.offset)
		}
	}
}

func TestHiddenColumnComesBack(t *testing.T) {
	g := newGrid(cast(), 120, 20)
	g.Select(10, "group")
	g.SetSize(60, 20)
	if _, _, column, _ := g.Cursor(); column != "role" {
		t.Errorf("the cursor went to %s", column)
	}
	g.SetSize(120, 20)
	if _, _, column, _ := g.Cursor(); column != "group" {
		t.Errorf("the cursor is in %s", column)
	}
	g.End()
	if _, _, column, _ := g.Cursor(); column != Menu {
		t.Errorf("the last column is %s", column)
	}
}

func TestGridOfNothing(t *testing.T) {
	g := New[int](theme.New(theme.Options{}))
	g.SetSize(10, 3)
	finishAny(g, g.SetRows(Slice([]int{1, 2}, func(i int) uint64 { return uint64(i) })))
	g.MoveColumns(1)
	g.MoveRows(1)
	if got := fmt.Sprintf("%q", ansi.Strip(g.View())); got != `"          \n          \n▌         "` {
		t.Error(got)
	}
}

func finishAny[T any](g *Grid[T], cmd tea.Cmd) {
	for cmd != nil {
		cmd = g.Update(cmd())
	}
}
