package grid

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	tea "charm.land/bubbletea/v2"
	"pgregory.net/rapid"

	"lanyard/tui/theme"
)

// walker does to a grid, at random, all that a console could, and knows what must be true afterwards.
type walker struct {
	g       *Grid[*person]
	rows    *crowd
	r       *rand.Rand
	next    uint64
	pending []tea.Cmd // begun and not yet run, as when a goroutine is slow
}

var (
	walkFilters = []string{"", "a", "an", "ana", "ana ", "status:inv", "status:inv status:act", "status:inv an", "role:bui group:\"site r", "zzz", "é", "王", "foo:bar", "status:", "\"ana r\""}
	nasty       = []string{"", "王小明", "e\u0301\u0301", "\x1b[2J", "a\u202eb", "\xff\xfe", "👨‍👩‍👧‍👦 family", "प्रिया", "ൎ", "long long long long long long long long long long", "tab\tnl\n"}
)

func newWalker(t *rapid.T) *walker {
	rows := newCrowd(rapid.SampledFrom([]int{0, 1, 3, 40, atOnce + 50}).Draw(t, "rows"), rapid.Uint64().Draw(t, "seed"))
	w := &walker{rows: rows, r: rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 2)), next: uint64(rows.Len()+1)*10 + 1}
	w.g = newGrid(rows, 80, 24)
	return w
}

// times is how many changes come at once: mostly few, now and then more than are fitted in one by one.
func times(t *rapid.T) int {
	if rapid.IntRange(0, 5).Draw(t, "many") == 5 {
		return rapid.IntRange(fewChanges, 4*fewChanges).Draw(t, "times")
	}
	return rapid.IntRange(0, 5).Draw(t, "times")
}

// change gives some people other facts, takes some away and adds some.
func (w *walker) change(t *rapid.T, times int) map[uint64]*person {
	out := map[uint64]*person{}
	for range times {
		if n := w.rows.Len(); n > 0 && rapid.Bool().Draw(t, "alter") {
			old := w.rows.At(w.r.IntN(n))
			p := *old
			switch w.r.IntN(4) {
			case 0:
				p.name = nasty[w.r.IntN(len(nasty))]
			case 1:
				p.status = w.r.IntN(3)
			case 2:
				p = *someone(w.r, old.id)
			case 3:
				out[old.id] = nil
				continue
			}
			out[old.id] = &p
			continue
		}
		// New ids come at the end or in between.
		id := w.next
		if w.r.IntN(2) == 0 {
			id = w.r.Uint64N(w.next) | 1
		}
		w.next += 10
		out[id] = someone(w.r, id)
	}
	return out
}

func (w *walker) do(t *rapid.T, cmd tea.Cmd) {
	if cmd != nil {
		w.pending = append(w.pending, cmd)
	}
	if rapid.IntRange(0, 2).Draw(t, "settle") > 0 {
		w.settle()
	}
}

// settle runs what is pending, the latest first: results may come in any order.
func (w *walker) settle() {
	for len(w.pending) > 0 {
		last := len(w.pending) - 1
		cmd := w.pending[last]
		w.pending = w.pending[:last]
		finish(w.g, cmd)
	}
}

func (w *walker) actions() map[string]func(*rapid.T) {
	g := w.g
	n := func(t *rapid.T) int { return rapid.IntRange(-30, 30).Draw(t, "n") }
	return map[string]func(*rapid.T){
		"rows":    func(t *rapid.T) { g.MoveRows(n(t)) },
		"columns": func(t *rapid.T) { g.MoveColumns(n(t) / 10) },
		"page":    func(t *rapid.T) { g.Page(n(t) / 10) },
		"half":    func(t *rapid.T) { g.HalfPage(n(t) / 10) },
		"wheel":   func(t *rapid.T) { g.Wheel(n(t)) },
		"ends": func(t *rapid.T) {
			[]func(){g.Top, g.Bottom, g.Home, g.End}[rapid.IntRange(0, 3).Draw(t, "which")]()
		},
		"mark":  func(*rapid.T) { g.ToggleMark() },
		"marks": func(*rapid.T) { g.MarkShown() },
		"clear": func(*rapid.T) { g.ClearMarks() },
		"size": func(t *rapid.T) {
			g.SetSize(rapid.IntRange(1, 130).Draw(t, "width"), rapid.IntRange(1, 40).Draw(t, "height"))
		},
		"theme": func(t *rapid.T) {
			g.SetTheme(theme.New(theme.Options{ASCII: rapid.Bool().Draw(t, "ascii"), Graphemes: rapid.Bool().Draw(t, "graphemes"), NoColor: true}))
		},
		"filter": func(t *rapid.T) { w.do(t, g.SetFilter(rapid.SampledFrom(walkFilters).Draw(t, "filter"))) },
		"sort": func(t *rapid.T) {
			w.do(t, g.SortBy(rapid.SampledFrom([]string{"name", "email", "status", "seen", "group", "none"}).Draw(t, "by")))
		},
		"edit": func(t *rapid.T) {
			w.do(t, g.Edit("\x1b[4m"+rapid.SampledFrom([]string{"x", "王王", "long long long long"}).Draw(t, "text")+"\x1b[m"))
		},
		"endEdit": func(t *rapid.T) { w.do(t, g.EndEdit()) },
		"change": func(t *rapid.T) {
			w.rows = w.rows.with(w.change(t, times(t)))
			w.do(t, g.SetRows(w.rows))
		},
		"replace": func(t *rapid.T) {
			w.rows = w.rows.with(w.change(t, times(t)))
			w.do(t, g.SetRows(forgetful{w.rows}))
		},
		"click": func(t *rapid.T) {
			s := g.Hit(rapid.IntRange(-1, 130).Draw(t, "x"), rapid.IntRange(-1, 40).Draw(t, "y"))
			if s.Part == OnCell && !g.Select(s.ID, s.Column) {
				t.Fatalf("what was hit can't be selected: %+v", s)
			}
		},
		"": w.check,
	}
}

// check holds the grid to what must always be true.
func (w *walker) check(t *rapid.T) {
	g := w.g
	checkFrame(t, g, g.View())
	total, shown, marked := g.Counts()
	if shown > total || marked > total || marked != g.marks.set.count() || len(g.Marked()) != marked {
		t.Fatalf("%d rows, %d shown, %d marked, %d in the set", total, shown, marked, g.marks.set.count())
	}
	for _, id := range g.Marked() {
		if _, ok := g.Row(id); !ok {
			t.Fatalf("%d is marked and isn't there", id)
		}
	}
	_, id, column, ok := g.Cursor()
	if ok != (shown > 0) {
		t.Fatalf("a cursor: %v, with %d rows shown", ok, shown)
	}
	if !ok && (g.at != 0 || g.offset != 0) {
		t.Fatalf("no rows, and the cursor is at %d, the window at %d", g.at, g.offset)
	}
	if ok {
		if g.at < g.offset || g.at >= g.offset+g.body() || g.offset < 0 || g.offset > max(0, shown-g.body()) {
			t.Fatalf("cursor %d, window from %d, %d of %d rows", g.at, g.offset, g.body(), shown)
		}
		if x, y, width, ok := g.CursorRect(); ok && (g.Hit(x, y).ID != id || g.Hit(x, y).Column != column || x+width > g.width) {
			t.Fatalf("the cursor is at %d, %d and there is %+v, not %d %s", x, y, g.Hit(x, y), id, column)
		}
	}
	if !g.Busy() {
		w.compare(t)
	}
}

// compare holds what is shown to what plain sorting and filtering give.
func (w *walker) compare(t *rapid.T) {
	got, want := w.g.shownIDs(), naive(w.rows, &w.g.want)
	if !slices.Equal(got, want) {
		t.Fatalf("filter %q, column %d: shown %v, plainly %v", w.g.Filter(), w.g.want.column, short(got), short(want))
	}
}

func short(ids []uint64) string { return fmt.Sprint(len(ids), ids[:min(len(ids), 60)]) }

func TestWalk(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWalker(t)
		t.Repeat(w.actions())
		w.settle()
		w.check(t)
		if w.g.Busy() {
			t.Fatalf("still busy")
		}
	})
}
