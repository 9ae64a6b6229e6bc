package tui

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/exp/golden"

	"lanyard/tui/theme"
)

// pickForm pushes a form with two fields to choose from.
func pickForm(d *driver) *form {
	groups := []entry{{id: 1, name: "platform", note: "3 members"}, {id: 2, name: "sre", note: "5 members"}, {id: 3, name: "audit", note: "1 member"}}
	spaces := []entry{{id: 8, name: "research"}, {id: 9, name: "billing"}}
	roles := []string{"", "Viewer", "Contributor", "Owner"}
	f := &form{title: "Create a user", verb: "Create"}
	f.fields = []*field{
		textField("name", "Name"),
		pickField("groups", "Groups", func(c *console, fd *field) { c.push(fd.checklist("Groups", groups)) }),
		pickField("spaces", "Workspaces", func(c *console, fd *field) { c.push(fd.checklist("Workspaces", spaces, roles...)) }),
	}
	f.submit = func(*console, *form) tea.Cmd {
		f.refuse("groups", "The group sre takes nobody else.")
		return nil
	}
	d.c.push(f)
	return f
}

func TestPickInAForm(t *testing.T) {
	d := start(t, setup{width: 80, height: 24})
	f := pickForm(d)
	d.sees("Groups      none").press("tab").sees("▸ Groups", "enter choose")
	d.press("enter").sees("Groups", "audit", "0 chosen").press("esc").sees("Create a user", "Groups      none")
	d.press("space space end space enter").sees("Groups      2: audit, sre").press("tab space").enter("res").press("right right enter")
	d.sees("Workspaces  research (Contributor)")
	if !maps.Equal(f.field("groups").picked, map[uint64]int{3: 1, 2: 1}) || !maps.Equal(f.field("spaces").picked, map[uint64]int{8: 2}) {
		t.Errorf("picked %v and %v", f.field("groups").picked, f.field("spaces").picked)
	}
	d.press("shift+tab x enter").sees("▸ [✓] audit", "  [✓] sre", "  [ ] platform").press("space enter").sees("Groups      sre")
	d.press("ctrl+s").sees("The group sre takes nobody else.", "▸ Groups")
	d.press("enter space enter").sees("Groups      none").misses("takes nobody")
}

func TestPickingCountsAsAChange(t *testing.T) {
	d := start(t, setup{width: 80, height: 24})
	pickForm(d)
	d.press("esc").misses("Create a user")
	pickForm(d)
	d.press("tab enter space enter").sees("Groups      audit").press("esc").sees("Press esc again to leave and lose what you entered.")
	d.press("enter space enter").sees("Groups      none").press("esc").misses("Create a user")
}

func TestALongSummaryIsCounted(t *testing.T) {
	d := start(t, setup{width: 60, height: 16})
	f := pickForm(d)
	entries := manyEntries(2000)
	for i := range entries {
		entries[i].state = 1
	}
	f.field("groups").hold(newChecklist("", entries))
	d.sees("Groups      2,000: Group 00000").checkFrame()
}

func TestClickOpensThePick(t *testing.T) {
	d := start(t, setup{width: 80, height: 24})
	f := pickForm(d)
	p := f.draw(d.c)
	d.send(tea.MouseClickMsg{X: p.x + 5, Y: p.y + f.hits[1], Button: tea.MouseLeft})
	d.sees("0 chosen", "platform")
}

func TestAChoiceTellsThatItChanged(t *testing.T) {
	told := 0
	fd := choiceField("scope", "Scope", []string{"tenant", "workspace"}, nil, 0)
	fd.changed = func() { told++ }
	for name := range strings.FieldsSeq("right w t t left") {
		fd.key(keyPress(name))
	}
	if told != 3 {
		t.Errorf("told %d times", told)
	}
}

func TestPickFrames(t *testing.T) {
	for _, size := range [][2]int{{60, 16}, {80, 24}} {
		for look, options := range map[string]theme.Options{"color": {Dark: true}, "plain": {NoColor: true}} {
			t.Run(fmt.Sprintf("%dx%d/%s", size[0], size[1], look), func(t *testing.T) {
				d := start(t, setup{width: size[0], height: size[1], users: 41, theme: options})
				pickForm(d)
				d.press("tab enter down space enter tab").checkFrame()
				golden.RequireEqual(t, d.c.View().Content+"\n")
			})
		}
	}
}

// Whoever types on after a first esc goes on: what was asked is forgotten, and the next esc asks again.
func TestEscIsForgottenByTyping(t *testing.T) {
	d := start(t, setup{width: 100, height: 30})
	d.press("n").enter("ben").press("esc").sees("Press esc again")
	d.enter("@").misses("Press esc again").press("esc").sees("Press esc again").press("esc").misses("ben@")
}
