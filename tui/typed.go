package tui

import (
	"unicode"

	tea "charm.land/bubbletea/v2"
)

// typedAhead are the keys that came while a change was on its way.
type typedAhead []tea.KeyPressMsg

// press presses the keys, now that the change is in.
func (t typedAhead) press(c *console) tea.Cmd {
	cmds := make([]tea.Cmd, len(t))
	for i, k := range t {
		cmds[i] = c.keyPressed(k)
	}
	return tea.Batch(cmds...)
}

// keyAlt are the keys that edit a text together with alt.
var keyAlt = keyset{
	[]string{"alt+left", "alt+right", "alt+b", "alt+f", "alt+d", "alt+backspace", "alt+delete"}, "Move in a text, or take it away, by words",
}

// afterEsc returns the key that was pressed right after esc. Most terminals send an alt as an esc before the key, so that
// one cannot be told from the other; tmux takes half a second for the one, by default, and a slow link sends both at once.
// Where a text is edited, the few alts that mean something there stay what they are.
func (c *console) afterEsc(k tea.KeyPressMsg) (tea.KeyPressMsg, bool) {
	if !k.Mod.Contains(tea.ModAlt) || c.tellsEsc {
		return k, false
	}
	if _, edits := c.top().(paster); edits && keyAlt.has(k) {
		return k, false
	}
	k.Mod &^= tea.ModAlt
	if k.Mod&^tea.ModShift == 0 && unicode.IsPrint(k.Code) {
		r := k.Code
		if k.Mod.Contains(tea.ModShift) {
			r = unicode.ToUpper(r)
		}
		k.Text = string(r)
	}
	return k, true
}
