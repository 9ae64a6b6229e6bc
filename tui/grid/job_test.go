package grid

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	tea "charm.land/bubbletea/v2"

	"lanyard/tui/theme"
)

// TestManyRowsDontBlock does with many rows what is done at once with few.
func TestManyRowsDontBlock(t *testing.T) {
	rows := newCrowd(atOnce*4, 1)
	g := newGrid(rows, 100, 20)
	before := g.View()
	a := g.SetFilter("a")
	if a == nil || !g.Busy() || g.View() != before {
		t.Fatal("the filter isn't pending")
	}
	an := g.SetFilter("an")
	if g.Update(a()) != nil || !g.Busy() || g.View() != before {
		t.Fatal("an overtaken result was taken")
	}
	finish(g, an)
	if g.Busy() || !slices.Equal(g.shownIDs(), naive(rows, &g.want)) {
		t.Fatal("the filter isn't done")
	}
	back := g.SortBy("email")
	if back == nil || g.Update(tea.KeyPressMsg{}) != nil || !g.Busy() {
		t.Fatal("the sort isn't pending")
	}
	other := newGrid(rows, 100, 20)
	other.Update(back())
	if other.Busy() || !g.Busy() {
		t.Fatal("a grid took another's result")
	}
}

// TestRowsThatComeMeanwhile has rows change again and again while a filter is being worked on, which must not keep it from ending.
func TestRowsThatComeMeanwhile(t *testing.T) {
	rows := newCrowd(atOnce*2, 1)
	g := newGrid(rows, 100, 20)
	cmd := g.SetFilter("an")
	for range 3 {
		rows = edited(rows, rows.ID(100), nil)
		if g.SetRows(rows) != nil {
			t.Fatal("the work was begun anew")
		}
	}
	next := g.Update(cmd())
	if total, shown, _ := g.Counts(); next != nil || g.Busy() || total != rows.Len() || shown == total {
		t.Fatalf("%d of %d rows shown", shown, total)
	}
	if !slices.Equal(g.shownIDs(), naive(rows, &g.want)) {
		t.Error("something else is shown")
	}
}

// TestManyChangesLeaveTheOrder has the roles of many change, as a change of many does again and again: the names that are sorted by
// are looked at only where something changed, and only those are judged again.
func TestManyChangesLeaveTheOrder(t *testing.T) {
	rows := newCrowd(atOnce*4, 1)
	var sorted, judged atomic.Int64
	cols := columns()
	name, role := cols[0].SortKey, cols[2].Narrow
	cols[0].SortKey = func(b []byte, p *person) []byte { sorted.Add(1); return name(b, p) }
	cols[2].Narrow = func(p *person) []string { judged.Add(1); return role(p) }
	g := New(theme.New(theme.Options{}), cols...)
	g.SetSize(100, 20)
	finish(g, g.SetRows(rows))
	finish(g, g.SetFilter("role:consumer"))
	g.MarkShown()
	_, _, marked := g.Counts()
	people := map[uint64]*person{}
	for _, id := range g.Marked()[:1000] {
		p, _ := g.Row(id)
		guest := *p
		guest.role = "Tenant Guest"
		people[id] = &guest
	}
	rows = rows.with(people)
	sorted.Store(0)
	judged.Store(0)
	cmd := g.SetRows(rows)
	if cmd == nil {
		t.Error("the key waits for it")
	}
	finish(g, cmd)
	if s, j := sorted.Load(), judged.Load(); s > 2*1000 || j > 1000 {
		t.Errorf("%d keys made and %d rows judged for 1000 changes", s, j)
	}
	if _, shown, still := g.Counts(); shown != marked-1000 || still != marked {
		t.Errorf("%d shown and %d marked, of %d", shown, still, marked)
	}
	if !slices.Equal(g.shownIDs(), naive(rows, &g.want)) {
		t.Error("something else is shown")
	}
}

// TestJobsTouchNothingOfTheGrid runs jobs beside everything else, for the race detector.
func TestJobsTouchNothingOfTheGrid(t *testing.T) {
	rows := newCrowd(atOnce*3, 1)
	g := newGrid(rows, 100, 20)
	results := make(chan tea.Msg, 100)
	var wg sync.WaitGroup
	run := func(cmd tea.Cmd) {
		if cmd != nil {
			wg.Go(func() { results <- cmd() })
		}
	}
	for i := range 40 {
		switch i % 4 {
		case 0:
			run(g.SetFilter("ana"[:i/4%4]))
		case 1:
			run(g.SortBy([]string{"name", "email", "seen"}[i/4%3]))
		case 2:
			rows = edited(rows, rows.ID(i), func(p *person) { p.name = "Zed" })
			run(g.SetRows(forgetful{rows}))
		}
		g.MoveRows(3)
		g.ToggleMark()
		_ = g.View()
		select {
		case msg := <-results:
			run(g.Update(msg))
		default:
		}
	}
	for g.Busy() {
		run(g.Update(<-results))
	}
	wg.Wait()
	if !slices.Equal(g.shownIDs(), naive(rows, &g.want)) {
		t.Error("in the end something else is shown")
	}
}

func TestPanicsComeHome(t *testing.T) {
	defer func() {
		if err, ok := recover().(error); !ok || !strings.Contains(err.Error(), "in a column") {
			t.Errorf("recovered %v", err)
		}
	}()
	parallel(4*piece, new(atomic.Bool), func() func(lo, hi int) {
		return func(lo, _ int) {
			if lo >= piece {
				panic("in a column")
			}
		}
	})
}

func TestStoppedWorkEnds(t *testing.T) {
	stop := new(atomic.Bool)
	stop.Store(true)
	p := &painter[*person]{columns: columns(), stop: stop, want: newGrid(newCrowd(0, 1), 9, 9).want}
	p.old = &picture[*person]{wish: p.want}
	p.want.rows, p.want.revision, p.want.query = newCrowd(atOnce*4, 1), 9, parse("an status:active", columns())
	if p.paint() != nil {
		t.Error("there's a picture all the same")
	}
}
