package tui

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"lanyard/tui/theme"
)

// under returns what is on the screen from the terminal's cursor on.
func (d *driver) under() string {
	d.Helper()
	d.checkFrame()
	v := d.c.View()
	if v.Cursor == nil {
		return ""
	}
	line := strings.Split(d.screen(), "\n")[v.Cursor.Y]
	return ansi.TruncateLeftWc(line, v.Cursor.X, "")
}

// TestTheTerminalsCursorFollows holds the terminal's own cursor to what has the keys: it is what a screen reader reads.
func TestTheTerminalsCursorFollows(t *testing.T) {
	account := setup{users: 41, machines: 9}
	for name, s := range map[string]struct {
		keys, want string
	}{
		"cell":                {"down", "Ana Ruiz"},
		"another tab":         {"2 right right", "Builder"},
		"last row":            {"end", "김 민준"},
		"menu":                {"a", "Deactivate"},
		"menu, further":       {"a down", "Reactivate"},
		"picker":              {"a s down", "Consumer"},
		"checklist":           {"3 right right enter down down up", "Hana Olsen"},
		"checklist, searched": {"3 right right enter b", " "},
		"confirm":             {"2 x", "[ Cancel ]"},
		"confirm, the other":  {"2 x tab", "[ Delete ]"},
		"info":                {"down o", "Name"},
		"help":                {"?", " "},
		"help, moved":         {"? down", "Resend invite"},
		"form":                {"n", " "},
		"form, a choice":      {"n tab", "Role"},
		"form, its buttons":   {"n shift+tab shift+tab", "[ Invite ]"},
		"form, its way out":   {"n shift+tab", "[ Cancel ]"},
		"nothing there":       {"/ n o b o d y enter", ""},
	} {
		for _, size := range [][2]int{{120, 40}, {80, 24}, {60, 16}} {
			account.width, account.height = size[0], size[1]
			d := start(t, account).press(s.keys)
			have := d.under()
			if !strings.HasPrefix(have, s.want) || s.want == "" && have != "" {
				t.Errorf("%s, %d×%d: the cursor stands at %q, not at %q, in\n%s", name, size[0], size[1], have, s.want, d.screen())
			}
		}
	}
}

func TestTheTerminalsCursorBehindWideNames(t *testing.T) {
	d := start(t, setup{width: 80, height: 24, users: 3, theme: theme.Options{}})
	d.press("enter ctrl+u").enter("山田 太郎").press("enter right")
	if have := d.under(); !strings.HasPrefix(have, "ana@acme.test") {
		t.Errorf("the cursor stands at %q in\n%s", have, d.screen())
	}
}

// TestTheTerminalsCursorHidesNothing asks for a thin line that stands still, wherever nothing is typed.
func TestTheTerminalsCursorHidesNothing(t *testing.T) {
	d := start(t, setup{width: 80, height: 24, users: 3})
	for _, key := range []string{"down", "a", "esc", "o"} {
		if v := d.press(key).c.View(); v.Cursor == nil || v.Cursor.Blink || v.Cursor.Shape != tea.CursorBar {
			t.Errorf("after %s the cursor is %+v", key, v.Cursor)
		}
	}
}
