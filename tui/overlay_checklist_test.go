package tui

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/exp/golden"

	"lanyard/tui/theme"
)

// applied notes what a checklist applies.
type applied struct{ got map[uint64]int }

func (a *applied) take(_ *console, changed map[uint64]int) tea.Cmd {
	a.got = changed
	return nil
}

// wants fails unless exactly this was applied.
func (a *applied) wants(t *testing.T, want map[uint64]int) {
	t.Helper()
	if !maps.Equal(a.got, want) {
		t.Errorf("applied %v instead of %v", a.got, want)
	}
}

// checkGroups pushes a checklist of groups onto a console.
func checkGroups(d *driver) *applied {
	a := &applied{}
	l := newChecklist("Groups of Ana Ruiz", []entry{
		{id: 1, name: "Zürich office", note: "12 members"},
		{id: 2, name: "platform", note: "3 members"},
		{id: 3, name: "Data Science", note: "1 member", state: 1},
		{id: 4, name: "auditors", note: "2 members", locked: "kept by the directory"},
		{id: 5, name: "Łódź office", note: "4 members"},
		{id: 6, name: "sre", note: "5 members", state: 1},
	})
	l.apply = a.take
	d.c.push(l)
	return a
}

// checkMembers pushes a checklist of the roles that people have in a workspace.
func checkMembers(d *driver) *applied {
	a := &applied{}
	l := newChecklist("Members of research", []entry{
		{id: 1, name: "Ana Ruiz", note: "ana@acme.test", state: 3, locked: "the only Owner"},
		{id: 2, name: "Ben Okafor", note: "ben@acme.test"},
		{id: 3, name: "Chiara Conti", note: "chiara@acme.test", state: 2},
		{id: 4, name: "王小明", note: "xiaoming@acme.test"},
	})
	l.states, l.apply, l.centre = []string{"", "Viewer", "Contributor", "Owner"}, a.take, true
	d.c.push(l)
	return a
}

// checkPermissions pushes a checklist on which one entry brings others with it.
func checkPermissions(d *driver) *applied {
	a := &applied{}
	l := newChecklist("Permissions of Operator", []entry{
		{id: 1, name: "account:view"},
		{id: 2, name: "account:invite"},
		{id: 3, name: "account:edit", state: 1},
		{id: 4, name: "service_account:reveal_key"},
		{id: 5, name: "workspace:view"},
	})
	l.implied = func(l *checklist, id uint64) string {
		if id != 3 && id < 5 && l.on(3) {
			return "account:edit"
		}
		return ""
	}
	l.apply, l.centre = a.take, true
	d.c.push(l)
	return a
}

// manyEntries are entries as a large account has them.
func manyEntries(n int) []entry {
	out := make([]entry, n)
	for i := range out {
		out[i] = entry{id: uint64(i + 1), name: fmt.Sprintf("Group %05d", (i*7919)%n), note: "members"}
		if i%10 == 0 {
			out[i].name += " für Überblick"
		}
	}
	return out
}

func TestTick(t *testing.T) {
	d := start(t, setup{width: 80, height: 24, users: 9})
	a := checkGroups(d)
	d.sees("Groups of Ana Ruiz", "▸ [✓] Data Science", "  [✓] sre", "  [ ] auditors       kept by the directory", "2 chosen · 6 of 6 shown")
	d.press("space").sees("▸ [ ] Data Science", "1 chosen").press("end space").sees("▸ [✓] Zürich office", "2 chosen").press("enter")
	a.wants(t, map[uint64]int{3: 0, 1: 1})
	d.misses("Groups of Ana Ruiz")
}

func TestNothingChangedAppliesNothing(t *testing.T) {
	d := start(t, setup{width: 80, height: 24})
	a := checkGroups(d)
	d.press("space space enter").misses("Groups of Ana Ruiz")
	if a.got != nil {
		t.Errorf("applied %v", a.got)
	}
}

func TestChecklistSearch(t *testing.T) {
	d := start(t, setup{width: 80, height: 24})
	a := checkGroups(d)
	d.enter("OFF").sees("Łódź office", "Zürich office", "2 chosen · 2 of 6 shown").misses("platform")
	d.enter("x").sees("Nothing is called that. Delete a letter", "see more.", "0 of 6 shown").press("backspace")
	d.send(tea.PasteMsg{Content: " zur\n"})
	d.sees("▸ [ ] Zürich office", "1 of 6 shown").misses("Łódź").press("space")
	d.press("esc").sees("▸ [✓] Zürich office", "platform", "6 of 6 shown")
	d.enter("lodz").sees("Łódź office", "1 of 6 shown").press("ctrl+a enter")
	a.wants(t, map[uint64]int{1: 1, 5: 1})
}

func TestTickAll(t *testing.T) {
	d := start(t, setup{width: 80, height: 24})
	a := checkGroups(d)
	d.press("ctrl+a").sees("5 chosen").press("ctrl+a").sees("0 chosen").press("ctrl+a enter")
	a.wants(t, map[uint64]int{1: 1, 2: 1, 5: 1})
}

func TestLeavingAChecklist(t *testing.T) {
	d := start(t, setup{width: 80, height: 24})
	a := checkGroups(d)
	d.press("esc").misses("Groups of Ana Ruiz")
	checkGroups(d)
	d.press("space esc").sees("Press esc again to leave it as it was.").press("down").sees("6 of 6 shown").misses("Press esc again")
	d.press("esc").sees("Press esc again").press("esc").misses("Groups of Ana Ruiz")
	checkGroups(d)
	d.press("space").enter("sre").press("esc").sees("6 of 6 shown").press("esc").sees("Press esc again").press("enter").misses("Groups of Ana Ruiz")
	if a.got != nil {
		t.Errorf("leaving applied %v", a.got)
	}
}

func TestALockedEntrySaysWhy(t *testing.T) {
	d := start(t, setup{width: 80, height: 24})
	a := checkGroups(d)
	d.enter("audi").press("space").sees("auditors can't be changed: kept by the", "directory.").press("ctrl+a").sees("2 chosen").press("enter")
	if a.got != nil {
		t.Errorf("applied %v", a.got)
	}
}

func TestRolesInAChecklist(t *testing.T) {
	d := start(t, setup{width: 80, height: 24})
	a := checkMembers(d)
	d.sees("▸ Ana Ruiz      Owner        the only Owner", "  Ben Okafor    –            ben@acme.test", "  王小明        –            xiaoming", "2 chosen")
	d.press("left").sees("Ana Ruiz can't be changed: the only Owner.", "Owner        the only Owner")
	d.press("down left").sees("▸ Chiara Conti  Viewer").press("left left").sees("▸ Chiara Conti  –").press("right").sees("▸ Chiara Conti  Viewer")
	d.press("down space space space").sees("▸ Ben Okafor    Owner").press("right").sees("▸ Ben Okafor    Owner").press("space").sees("▸ Ben Okafor    –")
	d.press("right right ctrl+a").sees("▸ Ben Okafor    Contributor", "  王小明        –").press("enter")
	a.wants(t, map[uint64]int{2: 2, 3: 1})
}

func TestTheStateAtRestMayHaveAWord(t *testing.T) {
	d := start(t, setup{width: 80, height: 24})
	l := newChecklist("Groups of 3 users", []entry{{id: 1, name: "sre"}})
	l.states = []string{"as it is", "add", "take out"}
	d.c.push(l)
	d.sees("▸ sre  as it is", "0 chosen").press("right").sees("▸ sre  add").press("right").sees("▸ sre  take out", "1 chosen")
}

func TestImpliedEntries(t *testing.T) {
	d := start(t, setup{width: 80, height: 24})
	a := checkPermissions(d)
	d.sees("▸ [✓] account:edit", "  [✓] account:view                by account:edit", "  [ ] workspace:view", "4 chosen")
	d.press("down space").sees("account:invite comes with account:edit. Take that away first.", "  [✓] account:view")
	d.press("up space").sees("  [ ] account:view", "0 chosen").press("down space enter")
	a.wants(t, map[uint64]int{3: 0, 2: 1})
}

func TestAnEmptyChecklist(t *testing.T) {
	d := start(t, setup{width: 60, height: 16})
	l := newChecklist("Groups of Ana Ruiz", nil)
	l.empty = "No groups yet. Press 3, then n to make the first."
	d.c.push(l)
	d.sees("No groups yet. Press 3, then n to make the first.").misses("/ ", "chosen").press("space ctrl+a down pgdown end").enter("x").checkFrame()
	d.press("esc").misses("No groups yet")
}

func TestClicksOnAChecklist(t *testing.T) {
	d := start(t, setup{width: 80, height: 24, users: 9})
	a := checkGroups(d)
	line := func(name string) (x, y int) {
		for y, l := range strings.Split(d.screen(), "\n") {
			if before, _, ok := strings.Cut(l, name); ok {
				return len([]rune(before)), y
			}
		}
		t.Fatalf("%q isn't on the screen", name)
		return 0, 0
	}
	click := func(x, y int) { d.send(tea.MouseClickMsg{X: x, Y: y, Button: tea.MouseLeft}) }
	x, y := line("platform")
	click(x, y)
	d.sees("▸ [✓] platform")
	click(0, 23)
	d.sees("Groups of Ana Ruiz") // something is changed
	click(x, y)
	click(line("chosen"))
	d.sees("▸ [ ] platform", "2 chosen")
	click(0, 23)
	d.misses("Groups of Ana Ruiz")
	if a.got != nil {
		t.Errorf("clicking outside applied %v", a.got)
	}
}

func TestALongChecklist(t *testing.T) {
	d := start(t, setup{width: 80, height: 24})
	l := newChecklist("Groups", manyEntries(10_000))
	l.centre = true
	d.c.push(l)
	d.sees("▸ [ ] Group 00000", "0 chosen · 10,000 of 10,000 shown", "↓ more").press("pgdown").sees("Group 00015", "↑↓ more")
	d.press("end").sees("▸ [ ] Group 09999", "↑ more").misses("↓ more").press("home").sees("▸ [ ] Group 00000")
	d.send(tea.MouseWheelMsg{X: 1, Y: 5, Button: tea.MouseWheelDown})
	d.sees("▸ [ ] Group 00003").misses("Group 00002").enter("uber 123").sees("of 10,000 shown")
}

var checklists = map[string]func(*driver) *applied{"groups": checkGroups, "members": checkMembers, "permissions": checkPermissions}

func TestChecklistFrames(t *testing.T) {
	for name, push := range checklists {
		for _, size := range [][2]int{{60, 16}, {80, 24}} {
			for look, options := range map[string]theme.Options{"color": {Dark: true}, "plain": {NoColor: true}} {
				t.Run(fmt.Sprintf("%s/%dx%d/%s", name, size[0], size[1], look), func(t *testing.T) {
					d := start(t, setup{width: size[0], height: size[1], users: 41, theme: options}).press("down down down")
					push(d)
					d.press("down").checkFrame()
					golden.RequireEqual(t, d.c.View().Content+"\n")
				})
			}
		}
		t.Run(name+"/80x24/ascii", func(t *testing.T) {
			d := start(t, setup{width: 80, height: 24, users: 41, theme: theme.Options{ASCII: true, NoColor: true}})
			push(d)
			d.press("down").checkFrame()
			golden.RequireEqual(t, d.c.View().Content+"\n")
		})
	}
}

// TestChecklistWalk presses keys at random on screens of all sizes. LANYARD_SEED walks the same way again.
func TestChecklistWalk(t *testing.T) {
	seed := rand.Uint64()
	if n, err := strconv.ParseUint(os.Getenv("LANYARD_SEED"), 10, 64); err == nil {
		seed = n
	}
	t.Logf("LANYARD_SEED=%d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	keys := strings.Fields("up down pgup pgdown home end space space left right ctrl+a esc enter backspace ctrl+u a o z 0 Ü . 王 tab delete")
	d := start(t, setup{width: 80, height: 24, users: 30})
	pushes := slices.Collect(maps.Values(checklists))
	pushes = append(pushes, func(d *driver) *applied {
		a := &applied{}
		l := newChecklist("A title that is longer than most screens are wide, and then some more", manyEntries(300))
		l.apply, l.centre = a.take, random.IntN(2) == 0
		l.states = [][]string{nil, {"", "Viewer", strings.Repeat("A role with a long name ", 3)}}[random.IntN(2)]
		d.c.push(l)
		return a
	})
	for range 3000 {
		if d.c.top() == nil {
			pushes[random.IntN(len(pushes))](d)
		}
		switch random.IntN(20) {
		case 0:
			d.send(tea.WindowSizeMsg{Width: 38 + random.IntN(90), Height: 9 + random.IntN(36)})
		case 1:
			d.send(tea.MouseClickMsg{X: random.IntN(d.c.width), Y: random.IntN(d.c.height), Button: tea.MouseLeft})
		case 2:
			d.send(tea.MouseWheelMsg{X: 1, Y: 5, Button: []tea.MouseButton{tea.MouseWheelUp, tea.MouseWheelDown}[random.IntN(2)]})
		case 3:
			d.send(tea.PasteMsg{Content: []string{"gr", "office\n", "\u202e", "a\tb"}[random.IntN(4)]})
		default:
			d.press(keys[random.IntN(len(keys))])
		}
		d.checkFrame()
		d.inside()
	}
}

// inside fails when the overlay on top leaves the screen, or covers the footer.
func (d *driver) inside() {
	d.Helper()
	o := d.c.top()
	if o == nil || d.c.tooSmall() {
		return
	}
	p := o.draw(d.c)
	if w, h := size(p.content); p.x < 0 || p.y < 0 || p.x+w > d.c.width || p.y+h >= d.c.height {
		d.Fatalf("a box of %d×%d at %d, %d on a screen of %d×%d:\n%s", w, h, p.x, p.y, d.c.width, d.c.height, d.screen())
	}
}

func BenchmarkChecklist(b *testing.B) {
	c := &console{width: 120, height: 40, theme: theme.New(theme.Options{Dark: true})}
	entries := manyEntries(10_000)
	b.Run("open", func(b *testing.B) {
		for b.Loop() {
			l := newChecklist("Groups", entries)
			l.centre = true
			l.draw(c)
		}
	})
	l := newChecklist("Groups", entries)
	l.centre = true
	l.draw(c)
	for _, key := range []string{"down", "space", "1", "z"} {
		b.Run(key, func(b *testing.B) {
			for b.Loop() {
				l.key(c, keyPress(key))
				l.draw(c)
				b.StopTimer()
				l.search.set("")
				b.StartTimer()
			}
		})
	}
}
