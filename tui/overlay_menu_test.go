package tui

import (
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"lanyard/model"
)

// TestAMenuOnALowScreen shows the item under the pointer, which didn't fit below the others.
func TestAMenuOnALowScreen(t *testing.T) {
	d := start(t, setup{width: 40, height: 10, users: 3})
	d.press("a").sees("Resend invite", "enter run").press("up up").sees("▸")
	for range 12 {
		d.press("down").sees("▸", "enter run", "└")
		d.checkFrame()
	}
}

// A menu that stays open while somebody else removes its row must not be about the one that moved there.
func TestAMenuIsOfNoUseWithoutItsRow(t *testing.T) {
	d := start(t, setup{width: 100, height: 30})
	d.press("n").enter("ben@acme.test, cai@acme.test").press("ctrl+s esc")
	d.press("g down a").sees("Resend invite")
	s := d.snapshot()
	_, err := d.c.session.Directory.RemoveUsers(t.Context(), d.me, []model.Seen{{ID: s.Users().At(1).ID}}, false)
	d.must(err)
	fresh, err := d.c.snapshot.Refresh(t.Context(), d.store)
	d.must(err)
	d.run(d.c.show(fresh))
	d.misses("Resend invite").sees("─ Ben ─", "This user went away meanwhile.")
	d.press("r").misses("Send this to")
}

// An edit that ends while the grid is at work on what others changed makes it begin again: that has to be run, too.
func TestEndingAnEditDuringLongWorkLeavesNothingBusy(t *testing.T) {
	d := start(t, setup{width: 100, height: 30, users: 6000})
	d.press("g enter").enter("x")
	all := d.snapshot().Users()
	var list []model.Seen
	for i := range 300 {
		list = append(list, model.Seen{ID: all.At(i + 100).ID})
	}
	_, err := d.c.session.Directory.SetUsersRole(t.Context(), d.me, list, model.RoleConsumer)
	d.must(err)
	d.c.snapshot = d.snapshot()
	if d.c.screen().refresh() == nil {
		t.Fatal("the grid isn't at work")
	}
	d.press("esc").misses("working")
}

// What is done to one row isn't offered in a menu about the marked ones: it would be done to another row than the title says.
func TestAMenuOfMarkedRowsOffersNothingForOne(t *testing.T) {
	d := start(t, setup{width: 100, height: 30, users: 5})
	d.press("g space space a").sees("2 users marked", "User info", "for one row")
	d.press("h").sees("This is for one row, and some are marked. esc clears the marks.", "2 users marked")
	d.press("esc esc g space g a").sees("─ Ana Ruiz ─").press("h").sees("Nothing has been done to Ana Ruiz")
}

// An account may have more roles than the screen has lines: the one under the pointer is always to be seen, and how many there are.
func TestAPickerOfMoreThanTheScreenHolds(t *testing.T) {
	d := start(t, setup{width: 60, height: 16, machines: 2})
	for i := range 30 {
		_, err := d.c.session.Directory.CreateRole(t.Context(), d.me, model.RoleDraft{
			Draft: model.Draft{Name: fmt.Sprintf("Duty %02d", i)}, Scope: model.ScopeTenant, Permissions: []model.Permission{model.PermAccountView},
		})
		d.must(err)
	}
	fresh, err := d.c.snapshot.Refresh(t.Context(), d.store)
	d.must(err)
	d.run(d.c.show(fresh))
	d.press("2 a s").sees("Role of ", "  1–13 of 3", "enter choose").checkFrame()
	for range 40 {
		d.press("down").sees("▸", "enter choose").checkFrame()
	}
	d.press("end").sees("▸ Duty 29").checkFrame()
	d.press("pgup").sees("▸ Duty 16").press("home").sees("▸ Admin").press("up").sees("▸ Duty 29").press("pgdown").sees("▸ Duty 29")
	d.send(tea.MouseWheelMsg{Button: tea.MouseWheelUp})
	d.sees("▸ Duty 26").press("enter").sees("set to Duty 26")
	if m := d.machine(); d.c.snapshot.RoleName(m.Role) != "Duty 26" {
		t.Errorf("it is %s", d.c.snapshot.RoleName(m.Role))
	}
}

// Two names may begin alike, so a question says all of the one that it is about.
func TestAQuestionHoldsTheWholeName(t *testing.T) {
	name := strings.Repeat("long-", 12) + "name"
	for _, width := range []int{60, 80} {
		d := start(t, setup{width: width, height: 16}).press("2 n").enter(name).press("ctrl+s")
		d.press("x").sees("─ Delete long-").checkFrame()
		if said := strings.NewReplacer("│", "", "\n", "", " ", "").Replace(d.screen()); !strings.Contains(said, "Delete"+name+"?") {
			t.Errorf("at %d it isn't there:\n%s", width, d.screen())
		}
	}
}

// Whatever doesn't show all of itself says so, and how to see the rest, from the first frame on.
func TestWhatIsCutSaysSo(t *testing.T) {
	d := start(t, setup{width: 60, height: 16, users: 3})
	d.press("o").sees("1–10 of ", "↑↓ scroll").press("end").misses("  1–").press("esc")
	d.press("?").sees("Everything you can do here  1–9 of ").press("esc")
	d = start(t, setup{width: 40, height: 10})
	d.press("a").sees(" of 11")
}
