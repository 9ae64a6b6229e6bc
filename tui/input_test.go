package tui

import (
	"testing"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
)

// No key may end the console, wherever the cursor stands. bubbles looks for the end of the word behind the last character
// when the word after the cursor is deleted there.
func TestEveryEditingKeyEverywhere(t *testing.T) {
	alt := func(code rune) tea.KeyPressMsg { return tea.KeyPressMsg{Code: code, Mod: tea.ModAlt} }
	ctrl := func(code rune) tea.KeyPressMsg { return tea.KeyPressMsg{Code: code, Mod: tea.ModCtrl} }
	keys := []tea.KeyPressMsg{
		alt('d'), alt(tea.KeyDelete), alt(tea.KeyBackspace), alt('f'), alt('b'), alt(tea.KeyRight), alt(tea.KeyLeft), ctrl(tea.KeyRight),
		ctrl(tea.KeyLeft), ctrl('w'), ctrl('u'), ctrl('k'), ctrl('d'), ctrl('h'), ctrl('a'), ctrl('e'), ctrl('f'), ctrl('b'), ctrl('n'), ctrl('p'), ctrl('v'),
		{Code: tea.KeyDelete},
		{Code: tea.KeyBackspace},
		{Code: tea.KeyLeft},
		{Code: tea.KeyRight},
		{Code: tea.KeyHome},
		{Code: tea.KeyEnd},
		{Code: tea.KeyTab},
		{Code: 'x', Text: "x"},
	}
	for _, mode := range []textinput.EchoMode{textinput.EchoNormal, textinput.EchoPassword} {
		for _, value := range []string{"", "d", " ", "ab", "a b", "a  ", "  a", "王 e\u0301", "a\u202eb"} {
			for at := range len([]rune(value)) + 1 {
				for _, k := range keys {
					in := newInput(value)
					in.model.EchoMode = mode
					in.model.SetCursor(at)
					in.key(k)
					in.key(k)
					if p := in.model.Position(); p < 0 || p > len([]rune(in.value())) {
						t.Errorf("%q at %d, %s twice: the cursor is at %d of %q", value, at, k, p, in.value())
					}
				}
			}
		}
	}
}

func TestTheWordAfterTheCursorIsDeleted(t *testing.T) {
	for _, tt := range []struct {
		value string
		at    int
		want  string
	}{{"d", 0, ""}, {"ab", 1, "a"}, {"ab", 2, "ab"}, {"a b", 2, "a "}, {"a b", 1, "a"}, {" ", 0, ""}} {
		in := newInput(tt.value)
		in.model.SetCursor(tt.at)
		in.key(tea.KeyPressMsg{Code: 'd', Mod: tea.ModAlt})
		if got := in.value(); got != tt.want {
			t.Errorf("%q at %d: %q, want %q", tt.value, tt.at, got, tt.want)
		}
	}
}
