package tui

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
)

// TestAKeyRightAfterEsc presses esc and a key as one: so they arrive through tmux within half a second of each other.
func TestAKeyRightAfterEsc(t *testing.T) {
	alt := func(code rune, mod tea.KeyMod) tea.KeyPressMsg {
		return tea.KeyPressMsg{Code: code, Mod: mod | tea.ModAlt}
	}
	for _, c := range []struct {
		before string
		key    tea.KeyPressMsg
		sees   string
		misses string
	}{
		{"?", alt('n', 0), "Invite users", "Everything you can do here"},
		{"o", alt('2', 0), "▏2 Services", "Joined"},
		{"a", alt('?', 0), "Everything you can do here", "┌─ Ana Ruiz"},
		{"o", alt(tea.KeyEscape, 0), "enter edit", "Joined"},
		{"o", alt('h', tea.ModShift), "▏6 Activity", "Joined"},
		{"n x", alt(tea.KeyEscape, 0), "enter edit", "Invite users"}, // which asks for esc twice
		{"n x y", alt(tea.KeyBackspace, 0), "▸ Emails", "Press esc again"},
	} {
		d := start(t, setup{width: 80, height: 30, users: 3, machines: 3})
		d.press(c.before)
		d.send(c.key)
		d.sees(c.sees).misses(c.misses)
	}
}

// TestATerminalThatTellsAlt leaves an alt alone where it can be nothing else.
func TestATerminalThatTellsAlt(t *testing.T) {
	d := start(t, setup{width: 100, height: 30, users: 3})
	d.send(tea.KeyboardEnhancementsMsg{Flags: 1})
	d.press("o")
	d.send(tea.KeyPressMsg{Code: 'n', Mod: tea.ModAlt})
	d.misses("Invite users").sees("Joined")
}

// TestTypingAheadOfAForm makes a second group while the first is still on its way.
func TestTypingAheadOfAForm(t *testing.T) {
	for first, want := range map[string]string{"one": "one two", "sre/": ""} { // refused: what follows was meant for another form
		d := start(t, setup{width: 100, height: 30})
		d.press("3 n").enter(first)
		_, onItsWay := d.c.Update(keyPress("ctrl+s"))
		d.press("n").enter("two").press("ctrl+s")
		d.run(onItsWay)
		if got := d.groupNames(); got != want {
			t.Errorf("after %q there are the groups %q", first, got)
		}
	}
}

func (d *driver) groupNames() string {
	d.Helper()
	var names []string
	groups := d.snapshot().Groups()
	for i := range groups.Len() {
		names = append(names, groups.At(i).Name)
	}
	return strings.Join(names, " ")
}
