package tui

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"lanyard/model"
	"lanyard/tui/theme"
)

func TestNoTwoActionsShareAKey(t *testing.T) {
	d := start(t, setup{width: 80, height: 24, users: 5, machines: 3})
	for tab, s := range d.c.screens {
		d.c.tab = tab
		keys, letters, ids := map[string]string{}, map[string]string{}, map[string]bool{}
		for _, a := range d.c.actions() {
			if ids[a.id] {
				t.Errorf("%s: two actions are called %s", s.title(), a.id)
			}
			ids[a.id] = true
			for _, k := range a.keys {
				if other, taken := keys[k]; taken {
					t.Errorf("%s: %s is on %s and on %s", s.title(), k, other, a.id)
				}
				keys[k] = a.id
			}
			if a.menu == "" {
				continue
			}
			if other, taken := letters[a.menu]; taken {
				t.Errorf("%s: the menu's %s is on %s and on %s", s.title(), a.menu, other, a.id)
			}
			letters[a.menu] = a.id
			if k := keyPress(a.menu); keyUp.has(k) || keyDown.has(k) || keyBack.has(k) || keyLeft.has(k) {
				t.Errorf("%s: the menu's %s moves within the menu", s.title(), a.menu)
			}
		}
	}
}

func TestEveryScreenHasWhatTheDesignNames(t *testing.T) {
	d := start(t, setup{width: 80, height: 24, users: 5, machines: 3})
	for key := range strings.FieldsSeq("tab shift+tab 1 2 3 4 5 6 up down left right h j k l pgup pgdown ctrl+u ctrl+d g G home end enter esc a n o c x delete space ctrl+a / s ? : M ctrl+l ctrl+z q ctrl+c") {
		for tab := range d.c.screens {
			d.c.tab = tab
			if d.c.screen() == screen(d.c.activity) && slices.Contains([]string{"n", "x", "delete"}, key) {
				continue // events are neither made nor removed by hand
			}
			if _, ok := actionFor(d.c.actions(), key); !ok {
				t.Errorf("%s does nothing on %s", key, d.c.screen().title())
			}
		}
	}
}

func TestInvite(t *testing.T) {
	d := start(t, setup{width: 100, height: 30})
	d.press("n").enter("ben@acme.test, nonsense, ana@acme.test, cai@acme.test").press("ctrl+s")
	d.sees("2 invites made", "lyi_", "Ben", "Cai")
	d.press("esc").sees("2 users invited. Not these:", `"nonsense" isn't an email address`, "ana@acme.test is a user of this account already")
	d.sees("Emails      nonsense, ana@acme.test")
	d.press("esc").sees("Press esc again").press("esc").misses("Invite users").sees("3 users")
	for i := range 3 {
		if u := d.snapshot().Users().At(i); u.Email == "ben@acme.test" && (u.Status != model.StatusInvited || u.Name != "Ben") {
			t.Errorf("invited as %+v", u)
		}
	}
}

func TestPastedAddressesAreAllTaken(t *testing.T) {
	d := start(t, setup{width: 100, height: 30})
	d.press("n")
	d.send(tea.PasteMsg{Content: "ben@acme.test\r\ncai@acme.test\n\"Dee Day\" <dee@acme.test>\n"})
	d.press("ctrl+s").sees("3 invites made")
	d.press("esc").sees("Dee Day", "4 users")
}

func TestEditInTheCell(t *testing.T) {
	d := start(t, setup{width: 100, height: 30, users: 3, machines: 3})
	d.press("2")
	before := d.machine()
	d.press("enter ctrl+u").enter("new name").press("esc").misses("new name")
	d.press("enter ctrl+u").enter("a/b").press("enter").sees("'/', isn't allowed").sees("a/b")
	d.press("ctrl+u").enter("aaa").press("tab").press("ctrl+u").enter("What it does").press("enter")
	got, _ := d.snapshot().ServiceAccounts().Get(before.ID)
	if got.Name != "aaa" || got.Description != "What it does" {
		t.Errorf("edited to %+v", got)
	}
	d.sees("Description of ")
}

// TestTypingAheadOfAChange types into the next cell while the change of the first is still on its way: a disk can take its
// time, and a person who knows where tab goes doesn't wait for it.
func TestTypingAheadOfAChange(t *testing.T) {
	for name, want := range map[string]struct{ name, description string }{
		"aaa": {"aaa", "What it does"},
		"a/b": {"", ""}, // refused: what follows was meant for another cell
	} {
		d := start(t, setup{width: 100, height: 30, machines: 3})
		d.press("2")
		before := d.machine()
		d.press("enter ctrl+u").enter(name)
		_, onItsWay := d.c.Update(keyPress("tab"))
		d.press("ctrl+u").enter("What it does").press("enter")
		d.run(onItsWay)
		got, _ := d.snapshot().ServiceAccounts().Get(before.ID)
		if want.name == "" {
			want.name, want.description = before.Name, before.Description
			d.sees("'/', isn't allowed", name)
		}
		if got.Name != want.name || got.Description != want.description {
			t.Errorf("%q, then the description: %+v", name, got)
		}
	}
}

func TestAnEditLosesToANewerChange(t *testing.T) {
	d := start(t, setup{width: 100, height: 30, machines: 1})
	d.press("2 enter").enter("x")
	m := d.machine()
	d.must(d.c.session.Directory.RenameServiceAccount(t.Context(), d.me, model.Seen{ID: m.ID}, "theirs"))
	s, err := d.c.snapshot.Refresh(t.Context(), d.store)
	d.must(err)
	d.run(d.c.show(s)) // another process's change arrives while the editor is open
	d.sees(m.Name+"x").press("enter").sees("theirs was changed by somebody else", "was     "+m.Name, "yours   "+m.Name+"x", "theirs  theirs", "▸[ Keep theirs ]")
	name := func() string {
		got, _ := d.snapshot().ServiceAccounts().Get(m.ID)
		return got.Name
	}
	if name() != "theirs" {
		t.Errorf("the newer change was lost: %q", name())
	}
	d.press("esc").misses("somebody else").sees(m.Name + "x") // back in the editor, with what was typed
	d.press("enter").sees("changed by somebody else").press("tab enter").sees(" renamed to ", " · u undo")
	if name() != m.Name+"x" {
		t.Errorf("having seen theirs, enter left %q", name())
	}
}

func TestCreateAndCopyAKey(t *testing.T) {
	d := start(t, setup{width: 80, height: 24})
	d.press("2").sees("Press n to create the first")
	d.press("n").enter("deploy-bot").press("enter").enter("Rolls out").press("enter enter enter")
	d.sees("deploy-bot created with its API key", "lys_")
	d.press("c").sees("API key of deploy-bot copied to the clipboard")
	if len(d.copied) != 55 || !strings.HasPrefix(d.copied, "lys_") {
		t.Fatalf("copied %q", d.copied)
	}
	d.misses(d.copied)
	d.press("o").sees("Rolls out").misses(d.copied)
	if d.c.View().MouseMode == tea.MouseModeNone {
		t.Error("the mouse is off before the key is revealed")
	}
	d.press("r").sees(d.copied)
	if d.c.View().MouseMode != tea.MouseModeNone {
		t.Error("the mouse is captured while the key is to be selected")
	}
	for l := range strings.SplitSeq(d.screen(), "\n") {
		if strings.Contains(l, d.copied) && strings.TrimSpace(l) != d.copied {
			t.Errorf("the key isn't alone on its line: %q", l)
		}
	}
	d.send(tea.BlurMsg{})
	d.misses(d.copied)
	d.press("r").sees(d.copied).press("esc").misses(d.copied)
}

func TestTheMenuSaysWhyNot(t *testing.T) {
	d := start(t, setup{width: 100, height: 30})
	d.press("a").sees("Resend invite  has joined", "Deactivate", "the only Active Admin")
	d.press("x").sees("Can't remove Ana Ruiz, the only Active Admin. Make somebody else an Admin first.")
	d.press("esc n").enter("ben@acme.test").press("ctrl+s esc down a").sees("Cancel invite", "Deactivate     hasn't joined")
	d.press("x").sees("Cancel the invite of Ben?").press("enter").sees("2 users")
	d.press("x tab enter").sees("1 user", "Ben isn't invited any more")
}

func TestBulkDeleteWantsTheNumber(t *testing.T) {
	d := start(t, setup{width: 100, height: 30, machines: 6})
	d.press("2 ctrl+a x").sees("Delete 6 service accounts?", "Type 6 to confirm")
	d.press("tab enter").sees("Type 6 first").enter("6").press("enter").sees("6 service accounts deleted", "0 service accounts")
}

func TestABuilderSeesTheirOwnRecordOnly(t *testing.T) {
	d := start(t, setup{width: 100, height: 30, users: 30, machines: 3, role: model.RoleBuilder})
	d.sees("1 user", "Users 1", "Service Accounts 0").misses("ana@acme.test")
	d.press("n").sees("Your role, Builder, lacks account:invite")
	d.press("enter").sees("lacks account:edit")
}

func TestHelpRunsWhatItFinds(t *testing.T) {
	d := start(t, setup{width: 80, height: 24, users: 3})
	d.press("?").sees("Everything you can do here").enter("invite users").press("enter").sees("Invite users", "Emails")
	d.press("esc :").enter("no such thing").sees("Nothing is called that").press("enter esc").misses("Everything")
}

func TestFilterAndSort(t *testing.T) {
	d := start(t, setup{width: 100, height: 30, users: 40})
	d.press("/").enter("status:invited").sees("of 41").misses("Inactive", "● Active")
	d.press("enter").sees("/status:invited").press("esc").sees("41 users")
	d.press("l s").sees("Email ↑").press("s").sees("Email ↓")
}

func TestFailedWriteKeepsWhatWasTyped(t *testing.T) {
	d := start(t, setup{width: 100, height: 30})
	d.store.Fail(fmt.Errorf("the disk is full"))
	d.press("2 n").enter("bot").press("ctrl+s").sees("the disk is full", "Name         bot")
	d.press("ctrl+s")
	d.store.Fail(nil)
	d.press("ctrl+s").sees("bot created")
	d.store.Fail(fmt.Errorf("the disk is full"))
	d.press("c").sees("the disk is full")
	if d.copied != "" {
		t.Error("a key was copied though its event couldn't be written")
	}
}

func TestHostileTextIsShownNotObeyed(t *testing.T) {
	d := start(t, setup{width: 100, height: 30})
	d.press("n")
	d.send(tea.PasteMsg{Content: "a\u202eb\u200b@acme.test"})
	d.press("ctrl+s").sees("U+202E")
	if strings.ContainsAny(d.c.View().Content, "\u202e\u200b") {
		t.Error("an invisible character reached the screen")
	}
}

// TestRandomWalk presses keys at random and looks at every frame. LANYARD_WALK=n walks further, LANYARD_SEED again.
func TestRandomWalk(t *testing.T) {
	steps, seed := 4000, rand.Uint64()
	if n, err := strconv.Atoi(os.Getenv("LANYARD_WALK")); err == nil {
		steps = n
	}
	if n, err := strconv.ParseUint(os.Getenv("LANYARD_SEED"), 10, 64); err == nil {
		seed = n
	}
	t.Logf("LANYARD_SEED=%d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	names := strings.Fields("tab shift+tab 1 2 3 4 5 up down left right h j k l pgup pgdown ctrl+u ctrl+d g G home end enter esc a n o c x delete " +
		"space ctrl+a / s ? : M r d e i m w p u 3 4 5 ctrl+s backspace b ä 王 @ . , 6 enter esc down enter right")
	d := start(t, setup{width: 80, height: 24, users: 60, machines: 12, theme: theme.Options{Dark: true}})
	for i := range steps {
		switch random.IntN(40) {
		case 0:
			d.send(tea.WindowSizeMsg{Width: 10 + random.IntN(140), Height: 4 + random.IntN(50)})
		case 1:
			d.send(tea.PasteMsg{Content: "x@acme.test\n\u202e\x1b[31m王\tÅ"})
		case 2:
			d.send(tea.MouseClickMsg{X: random.IntN(d.c.width), Y: random.IntN(d.c.height), Button: tea.MouseLeft})
		case 3:
			d.send(tea.MouseWheelMsg{X: 1, Y: 5, Button: []tea.MouseButton{tea.MouseWheelUp, tea.MouseWheelDown}[random.IntN(2)]})
		default:
			d.press(names[random.IntN(len(names))])
		}
		d.checkFrame()
		if i%100 == 0 && d.snapshot().ActiveAdmins() < 1 {
			t.Fatalf("step %d left the account without an Active Admin", i)
		}
	}
}
