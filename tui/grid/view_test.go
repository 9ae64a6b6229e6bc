package grid

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"

	"lanyard/tui/theme"
)

// cast is a small crowd with what has gone wrong on screens: wide, accented, long, empty and hostile text.
func cast() *crowd {
	c := &crowd{list: []*person{
		{name: "Ana Ruiz", email: "ana@acme.test", role: "Admin", groups: []string{"platform", "sre"}, seen: 1},
		{name: "Ben Okafor", email: "ben@acme.test", role: "Builder", groups: []string{"sre"}, status: 1, seen: 20},
		{name: "Chiara Conti", email: "chiara@acme.test", role: "Consumer", status: 2, seen: 300},
		{name: "王小明", email: "xiaoming.wang@acme.test", role: "Builder", groups: []string{"数据", "platform"}, seen: 4},
		{name: "Élodie Müller-Łukasiewicz", email: "elodie.mueller-lukasiewicz@branch.acme.test", role: "Tenant Guest", seen: 12345678},
		{name: "प्रिया क्षत्रिय", email: "priya@acme.test", role: "Consumer", groups: []string{"billing"}},
		{name: "Mal\x1b[31mlory\u202egpj.exe", email: "m\tallory\r\n@acme.test", role: "\u200b", status: 1},
		{email: "nobody@acme.test"},
	}}
	for i, p := range c.list {
		p.id = uint64(i+1) * 10
	}
	return c
}

func TestGolden(t *testing.T) {
	for _, size := range [][2]int{{60, 12}, {80, 20}, {120, 36}} {
		for name, o := range map[string]theme.Options{"dark": {Dark: true}, "light": {}, "nocolor": {NoColor: true}, "ascii": {ASCII: true, NoColor: true}} {
			t.Run(fmt.Sprintf("%dx%d_%s", size[0], size[1], name), func(t *testing.T) {
				g := newGrid(cast(), size[0], size[1])
				g.SetTheme(theme.New(o))
				g.Select(20, "role")
				g.ToggleMark()
				g.Select(30, "email")
				g.ToggleMark()
				g.Select(10, "name")
				frames := []string{g.View()}
				finish(g, g.SetFilter("ruiz"))
				frames = append(frames, g.View())
				finish(g, g.SetFilter("status:acti nob"))
				frames = append(frames, g.View())
				finish(g, g.SetFilter("am"))
				g.MoveColumns(1)
				finish(g, g.Edit("\x1b[4mediting\x1b[m"))
				frames = append(frames, g.View())
				golden.RequireEqual(t, strings.Join(frames, "\n"+strings.Repeat("=", size[0])+"\n")+"\n")
			})
		}
	}
}

func TestEmpty(t *testing.T) {
	g := newGrid(&crowd{}, 40, 8)
	if v := ansi.Strip(g.View()); !strings.Contains(v, "No users yet.") {
		t.Errorf("empty:\n%s", v)
	}
	finish(g, g.SetRows(cast()))
	finish(g, g.SetFilter("zzzz"))
	if v := ansi.Strip(g.View()); !strings.Contains(v, "No user matches.") {
		t.Errorf("nothing matches:\n%s", v)
	}
	g = newGrid(&crowd{}, 40, 8)
	cmd := g.SetRows(newCrowd(atOnce+1, 1))
	if v := ansi.Strip(g.View()); !g.Busy() || !strings.Contains(v, "Loading…") {
		t.Errorf("loading:\n%s", v)
	}
	finish(g, cmd)
	if g.Busy() || strings.Contains(g.View(), "Loading") {
		t.Error("still loading")
	}
}

func TestEverySizeIsExact(t *testing.T) {
	for _, o := range []theme.Options{{Dark: true}, {ASCII: true}, {Graphemes: true}} {
		for w := range 64 {
			for h := range 12 {
				g := newGrid(cast(), w, h)
				g.SetTheme(theme.New(o))
				checkFrame(t, g, g.View())
				finish(g, g.SetFilter("zzz"))
				checkFrame(t, g, g.View())
			}
		}
	}
}

// fataler is what testing.T and rapid.T have in common.
type fataler interface{ Fatalf(string, ...any) }

// checkFrame holds a frame to what every frame must be.
func checkFrame(t fataler, g *Grid[*person], frame string) {
	if g.width == 0 || g.height == 0 {
		if frame != "" {
			t.Fatalf("no room, and yet %q", frame)
		}
		return
	}
	lines := strings.Split(frame, "\n")
	if len(lines) != g.height {
		t.Fatalf("%d lines of %d:\n%s", len(lines), g.height, frame)
	}
	mode := g.theme.Mode()
	for i, l := range lines {
		if w := mode.StyledWidth(l); w != g.width {
			t.Fatalf("line %d is %d wide of %d: %q", i, w, g.width, l)
		}
		bare := ansi.Strip(l)
		if mode.Clean(bare) != bare {
			t.Fatalf("line %d isn't clean: %q", i, l)
		}
	}
}

func TestLayoutGivesWayByPriority(t *testing.T) {
	seen := map[string]int{}
	before := len(columns()) + 1
	for w := 200; w > 0; w-- {
		l := arrange(columns(), w, -1)
		if len(l.keys) > before {
			t.Fatalf("%d cells show more columns than %d", w, w+1)
		}
		before = len(l.keys)
		for _, k := range l.keys {
			seen[k] = w
		}
		if l.keys[0] != "name" {
			t.Fatalf("at %d the name is gone: %v", w, l.keys)
		}
	}
	for _, pair := range [][2]string{{"seen", "group"}, {"group", "email"}, {"email", "role"}, {"role", "status"}} {
		if seen[pair[0]] <= seen[pair[1]] {
			t.Errorf("%s goes below %d, %s below %d", pair[0], seen[pair[0]], pair[1], seen[pair[1]])
		}
	}
}

// An eager column has what it wants or what it would have anyway, and takes no column's place.
func TestAnEagerColumnIsServedFirst(t *testing.T) {
	const wants = 25
	served, before := 0, newGrid(newCrowd(5, 3), 0, 20)
	g := newGrid(newCrowd(5, 3), 0, 20)
	g.SetKeen("role", 0, wants)
	for w := 40; w <= 200; w++ {
		before.SetSize(w, 20)
		g.SetSize(w, 20)
		last := g.layout.spans[len(g.layout.spans)-1]
		if !slices.Equal(g.layout.keys, before.layout.keys) || last.x+last.width > w-tail {
			t.Fatalf("at %d: %v, without it %v", w, g.layout, before.layout)
		}
		switch role := widthOf(g, "role"); {
		case role >= wants:
			served++
		case role != widthOf(before, "role"):
			t.Fatalf("at %d it has %d of %d", w, role, wants)
		}
	}
	if served < 40 {
		t.Errorf("it had what it wants at %d widths", served)
	}
	g.SetKeen("role", 0, 0)
	g.SetKeen("nothing", 0, 10)
	if fmt.Sprint(g.layout) != fmt.Sprint(before.layout) {
		t.Error("taken back, it is another layout")
	}
}

// A keen column has what it is keen on where columns of less weight can make way for it, and never goes sooner for that.
func TestAKeenColumnHasOthersMakeWay(t *testing.T) {
	const keen = 16
	before, g := newGrid(newCrowd(5, 3), 0, 20), newGrid(newCrowd(5, 3), 0, 20)
	g.SetKeen("role", keen, 0)
	role := g.columns[g.columnIndex("role")]
	for w := 20; w <= 200; w++ {
		before.SetSize(w, 20)
		g.SetSize(w, 20)
		there := slices.Contains(g.layout.keys, "role")
		if there != slices.Contains(before.layout.keys, "role") {
			t.Fatalf("at %d it is there: %v", w, there)
		}
		for _, s := range g.layout.spans {
			if c := g.columns[s.column]; c.Key != "role" && there && c.Priority > role.Priority && widthOf(g, "role") < keen {
				t.Fatalf("at %d, %s keeps the room that the keen one wants", w, c.Key)
			}
		}
	}
}

func widthOf(g *Grid[*person], key string) int {
	for _, s := range g.layout.spans {
		if g.columns[s.column].Key == key {
			return s.width
		}
	}
	return 0
}

func TestVisibleIsWhatTheWindowShows(t *testing.T) {
	g := newGrid(newCrowd(100, 3), 100, 11)
	finish(g, g.SetFilter("a"))
	g.MoveRows(20)
	var got []uint64
	for p := range g.Visible() {
		got = append(got, p.id)
	}
	if shown := g.shownIDs(); len(got) != g.body() || !slices.Equal(got, shown[g.offset:g.offset+len(got)]) || !slices.Contains(got, g.id) {
		t.Errorf("%v of %v, the cursor on %d", got, shown, g.id)
	}
	finish(g, g.SetFilter("nobody is called so"))
	for p := range g.Visible() {
		t.Errorf("of nobody, %v", p)
	}
}

func TestScrollingKeepsColumns(t *testing.T) {
	g := newGrid(newCrowd(500, 3), 100, 20)
	want := g.layout
	for range 100 {
		g.MoveRows(rand.IntN(40) - 15)
		_ = g.View()
	}
	if fmt.Sprint(want) != fmt.Sprint(g.layout) {
		t.Error("scrolling moved the columns")
	}
}

// TestMatchesAreLifted looks at what the filter lifts out: where it matches best, and whole characters.
func TestMatchesAreLifted(t *testing.T) {
	c := cast()
	c.list[0].name, c.list[0].email = "Rene\u0301e Oka", "okra@acme.test"
	for filter, want := range map[string][]string{
		"ok":     {"Ok", "ok"},
		"oka":    {"Oka"},
		"ren":    {"Ren"},
		"nee ka": {"ne\u0301e", "ka"},
		"roa":    {"R", "O", "a"},
	} {
		g := newGrid(c, 120, 20)
		finish(g, g.SetFilter(filter))
		g.Select(10, Menu)
		line := strings.Split(g.View(), "\n")[g.at+1]
		for _, w := range want {
			if !strings.Contains(line, g.theme.Paint(theme.Match, w)) {
				t.Errorf("%q: %q isn't lifted out of %q", filter, w, line)
			}
		}
	}
}

func TestAShortTextStandsInWhereTheLongOneDoesNotFit(t *testing.T) {
	column := Column[*person]{
		Key: "status", Min: 10, Ideal: 20,
		Cell: func(*person) Cell { return Cell{Glyph: theme.Cross, Text: "Invited · expired", Short: "Expired"} },
	}
	rows := Slice([]*person{{id: 1}}, func(p *person) uint64 { return p.id })
	for width, want := range map[int]string{18: "✗ Expired", 40: "✗ Invited · expired"} {
		g := New(theme.New(theme.Options{NoColor: true}), column)
		g.SetSize(width, 3)
		g.SetRows(rows)
		if got := ansi.Strip(g.View()); !strings.Contains(got, want) {
			t.Errorf("at %d cells:\n%s", width, got)
		}
	}
}
