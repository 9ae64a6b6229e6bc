package tui

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"lanyard/model"
)

// A toast says whose field it was, at 80 columns too: the cursor may be elsewhere by then, and the row sorted or filtered away.
func TestToastsNameWhatTheyAreAbout(t *testing.T) {
	long := strings.Repeat("x", 60)
	for name, tt := range map[string]struct {
		do   func(o *office)
		want string
	}{
		"name":           {func(o *office) { o.press("enter ctrl+u").enter("Benjamin").press("enter") }, "✓ Ben Okafor renamed to Benjamin · u undo"},
		"name, trimmed":  {func(o *office) { o.press("enter").enter("x  ").press("enter") }, "✓ Ben Okafor renamed to Ben Okaforx · u undo"},
		"a long name":    {func(o *office) { o.press("enter ctrl+u").enter(long).press("enter") }, "✓ Ben Okafor renamed to " + long[:23] + "…"},
		"of a long name": {func(o *office) { o.rename(long); o.press("right right enter").enter("b").press("enter") }, "✓ Role of " + long[:23] + "… set to Builder"},
		"role":           {func(o *office) { o.press("right right enter").enter("b").press("enter") }, "✓ Role of Ben Okafor set to Builder · u undo"},
		"role already": {func(o *office) {
			o.press("right right enter").enter("b")
			o.setRole(model.RoleBuilder)
			o.press("enter")
		}, "! Ben Okafor is already Builder"},
		"filtered away": {func(o *office) {
			o.press("/").enter("role:consumer ben").press("enter right right enter").enter("b").press("enter").misses("ben@acme.test")
		}, "✓ Role of Ben Okafor set to Builder · u undo"},
		"groups":        {func(o *office) { o.create("3 n", "sre").press("1 a m space enter") }, "✓ Groups of Ben Okafor changed · u undo"},
		"groups of two": {func(o *office) { o.create("3 n", "sre").press("1 space space a m space enter") }, "✓ Groups of 2 users changed · u undo"},
		"members":       {func(o *office) { o.create("3 n", "sre").press("enter down space enter") }, "✓ Members of sre changed · u undo"},
		"description": {
			func(o *office) { o.create("3 n", "sre").press("left enter").enter("on call").press("enter") },
			"✓ Description of sre changed · u undo",
		},
		"users of a workspace": {func(o *office) { o.create("4 n", "web").press("enter down space enter") }, "✓ Users of web changed · u undo"},
		"workspaces":           {func(o *office) { o.create("4 n", "web").press("1 a w space enter") }, "✓ Workspaces of Ben Okafor changed · u undo"},
		"an invite":            {func(o *office) { o.press("n").enter("new@acme.test").press("ctrl+s esc") }, "✓ new@acme.test invited · u undo"},
		"an email":             {func(o *office) { o.press("c") }, "✓ ben@acme.test copied"},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t, 80, 24)
			tt.do(o)
			o.sees(tt.want)
			o.checkFrame()
		})
	}
}

// rename is done from elsewhere.
func (o *office) rename(to string) {
	o.Helper()
	o.must(o.c.session.Directory.RenameUser(o.Context(), o.other, model.Seen{ID: o.ben}, to))
	o.arrive()
}

// create makes a record with a name on a form.
func (d *driver) create(keys, name string) *driver {
	d.Helper()
	return d.press(keys).enter(name).press("ctrl+s").sees(name)
}

// What is said of a bulk change doesn't lie about marks, and is whole on a narrow screen.
func TestARefusalPageIsWrapped(t *testing.T) {
	d := start(t, setup{width: 60, height: 16})
	d.c.push(refusalPage("12 service accounts rotated · old keys good until 2026-11-27 03:41. 1 refused, still marked:",
		[]model.Refusal{{Name: "bot", Err: model.ErrNotFound}}))
	d.sees("still marked:").checkFrame()
}

// A mail that was sent or failed is that of somebody.
func TestOneMailNamesWhoItWasTo(t *testing.T) {
	d := start(t, setup{width: 80, height: 24})
	d.c.mail = mailing{total: 1}
	d.c.after = func(time.Duration, func(time.Time) tea.Msg) tea.Cmd { return nil }
	d.run(d.c.onMailed(mailed{to: "new@acme.test"}))
	d.sees("✓ Invite of new@acme.test mailed")
	d.c.mail = mailing{total: 1}
	d.run(d.c.onMailed(mailed{to: "new@acme.test", err: model.ErrNotFound}))
	d.sees("The invite of new@acme.test wasn't mailed: not found")
}

// What is typed is taken away by ctrl+u wherever it is typed, as in a cell.
func TestCtrlUTakesAwayWhatIsTyped(t *testing.T) {
	d := start(t, setup{width: 80, height: 24, users: 30})
	d.press("/").enter("zzz").sees("0 of 31").press("ctrl+u").sees("31 of 31").press("esc")
	d.press("?").enter("zzz").sees("Nothing is called that").press("ctrl+u").misses("Nothing is called that").press("esc")
	d.press("a m").enter("zzz").sees("0 of").press("ctrl+u").misses("0 of")
}

func TestAnErrorIsASentence(t *testing.T) {
	d := start(t, setup{width: 80, height: 24})
	d.press("/").enter("zzz").press("enter o").sees("There is no row to do this with").press("esc")
	d.c.fail(&model.Error{Kind: model.ErrStatus, What: "ben@acme.test is inactive already"})
	d.sees(" ben@acme.test is inactive already")
}

// Two people may have one name, so a question about one of them has the email.
func TestARemovalIsAskedAboutByEmail(t *testing.T) {
	o := newOffice(t, 80, 24)
	o.rename("Eli")
	o.press("x").sees("Remove Eli?", "ben@acme.test is removed").press("esc down")
	o.press("x").sees("Remove Eli?", "eli@acme.test is removed").press("esc")
	o.press("g x").sees("That is you").press("esc n").enter("new@acme.test").press("ctrl+s esc x").
		sees("Cancel the invite of New?", "The token that new@acme.test got")
}
