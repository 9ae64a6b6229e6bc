package tui

import (
	"testing"

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
