package tui

import (
	"fmt"
	"testing"

	"lanyard/model"
)

// Whatever is typed into, a store that fails says so and takes nothing away, and the next try works.
func TestAFailingStoreTakesNothingAway(t *testing.T) {
	const why = "the disk of default.db is full: nothing was changed"
	for name, tt := range map[string]struct {
		open   string // the keys that lead there
		typed  string
		submit string
		keeps  []string
		done   string
	}{
		"invite":                    {"n", "zoe@acme.test", "ctrl+s", []string{"zoe@acme.test", "Emails"}, "invited"},
		"service account":           {"2 n", "new-bot", "ctrl+s", []string{"new-bot", "Description"}, "new-bot created"},
		"group":                     {"3 n", "new-group", "ctrl+s", []string{"new-group", "Description"}, "new-group"},
		"workspace":                 {"4 n", "new-place", "ctrl+s", []string{"new-place", "Description"}, "new-place"},
		"name of a role":            {"5 down down down down enter ctrl+u", "zzz-role", "enter", []string{"zzz-role"}, "renamed to"},
		"name of a user":            {"enter ctrl+u", "Zora", "enter", []string{"Zora"}, "renamed to"},
		"name of a service account": {"2 enter ctrl+u", "zzz-bot", "enter", []string{"zzz-bot"}, "renamed to"},
		"description of one":        {"2 l enter ctrl+u", "does something", "enter", []string{"does something"}, " changed"},
		"name of a group":           {"3 enter ctrl+u", "zzz-group", "enter", []string{"zzz-group"}, "renamed to"},
		"name of a workspace":       {"4 enter ctrl+u", "zzz-place", "enter", []string{"zzz-place"}, "renamed to"},
		"groups of a user":          {"a m down space", "", "enter", []string{"Groups of"}, " changed"},
		"groups of many users":      {"space down space a m down space", "", "enter", []string{"Groups of", "add"}, "changed"},
		"workspaces of a user":      {"end a w space", "", "enter", []string{"Workspaces of"}, ""},
		"workspaces of many users":  {"space down space a w space", "", "enter", []string{"Workspaces of"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			d := start(t, setup{width: 100, height: 30, users: 6, machines: 7})
			d.press(tt.open).enter(tt.typed)
			before := revision(d)
			for range 2 { // the second failure takes no more than the first
				d.store.Fail(fmt.Errorf("%s", why))
				d.press(tt.submit).sees("nothing was changed").sees(tt.keeps...)
			}
			d.checkFrame()
			d.store.Fail(nil)
			d.press(tt.submit)
			if revision(d) == before {
				t.Errorf("the next try changes nothing:\n%s", d.screen())
			}
			if tt.done != "" {
				d.sees(tt.done)
			}
		})
	}
}

func revision(d *driver) (n uint64) {
	d.must(d.store.View(d.Context(), func(tx model.ReadTx) error { n = tx.Revision(); return nil }))
	return n
}

// TestWhatIsWrongWithTheStoreIsSaidInFull has a sentence and a next step that don't fit the status line.
func TestWhatIsWrongWithTheStoreIsSaidInFull(t *testing.T) {
	d := start(t, setup{width: 60, height: 16, users: 3})
	d.c.Update(watched{err: &model.Error{What: "There is no /srv/accounts/acme/lanyard/default.db", Hint: "Create one with lanyard init, or name another with --db."}})
	d.sees("! There is no /srv/accounts/acme/lanyard/default.db.", "name another with --db.")
	d.press("n").sees("Invite users")
	d.checkFrame()
	d.c.Update(watched{})
	d.misses("There is no")
}

// TestAnOlderFileInThePlaceOfTheStore is shown, unless the watch began before what is shown by now was written.
func TestAnOlderFileInThePlaceOfTheStore(t *testing.T) {
	d := start(t, setup{width: 80, height: 24, users: 3})
	older := d.c.snapshot
	d.press("3 n").enter("newest").press("ctrl+s").sees("newest")
	d.c.Update(watched{snapshot: older, since: older})
	d.sees("newest")
	d.c.Update(watched{snapshot: older, since: d.c.snapshot})
	if d.c.snapshot != older {
		t.Error("the console shows what isn't in the store any more")
	}
}
