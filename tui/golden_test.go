package tui

import (
	"fmt"
	"strings"
	"testing"

	"github.com/charmbracelet/x/exp/golden"

	"lanyard/model"
	"lanyard/tui/theme"
)

// The frames as they are. After a change, look at the difference: go test ./tui -update && git diff tui/testdata.

var scenes = []struct {
	name  string
	setup setup
	keys  string
}{
	{"users", setup{users: 41, machines: 9}, "down space right right"},
	{"service-accounts", setup{users: 3, machines: 9}, "2 down right right right"},
	{"empty", setup{}, "2"},
	{"menu", setup{users: 41}, "down down down down a down"},
	{"role", setup{users: 41}, "down down right right enter"},
	{"edit", setup{users: 41}, "down enter end backspace backspace"},
	{"filter", setup{users: 41}, "/ a n"},
	{"invite", setup{users: 41}, "n"},
	{"create", setup{machines: 3}, "2 n"},
	{"confirm", setup{machines: 3}, "2 x"},
	{"info", setup{machines: 3}, "2 o"},
	{"rotate", setup{users: 3, machines: 9}, "2 down a r"},
	{"rotated", setup{users: 3, machines: 9}, "2 " + hourly + " down down " + daily},
	{"rotated-menu", setup{users: 3, machines: 9}, "2 " + hourly + " a down down"},
	{"rotated-info", setup{users: 3, machines: 9}, "2 " + daily + " o"},
	{"help", setup{users: 3}, "?"},
	{"groups", setup{users: 41, machines: 9}, "3 down right right"},
	{"workspaces", setup{users: 41, machines: 9}, "4 right right"},
	{"roles", setup{users: 41, machines: 9}, "5 G right right right right"},
	{"workspace-users", setup{users: 41, machines: 9}, "4 a u down space"},
	{"permissions", setup{users: 41}, "5 n tab tab tab enter space down"},
	{"user-info", setup{users: 41}, "down o"},
	{"locked", setup{users: 41, locked: true}, "down"},
	{"unlock", setup{users: 41, locked: true}, "down enter end x enter a b c"},
	{"unlock-wrong", setup{machines: 3, locked: true}, "2 n w e b tab tab ctrl+s a b c enter"},
	{"activity", setup{users: 41, machines: 9}, "6 down down"},
	{"activity-event", setup{users: 41, machines: 9}, "6 / r o l e : enter enter"},
	{"activity-filter", setup{users: 41, machines: 9}, "6 / c a t e g o r y : k e y s space b o t"},
	{"activity-empty", setup{users: 41}, "6 / n o b o d y"},
	{"activity-refused", setup{users: 41, role: model.RoleBuilder}, "6"},
	{"history", setup{users: 41, machines: 9}, "2 down H down"},
}

func TestFrames(t *testing.T) {
	for _, scene := range scenes {
		for _, size := range [][2]int{{60, 16}, {80, 24}, {120, 40}} {
			for name, look := range map[string]theme.Options{"color": {Dark: true}, "plain": {NoColor: true}} {
				t.Run(fmt.Sprintf("%s/%dx%d/%s", scene.name, size[0], size[1], name), func(t *testing.T) {
					s := scene.setup
					s.width, s.height, s.theme = size[0], size[1], look
					d := start(t, s).press(scene.keys)
					d.checkFrame()
					golden.RequireEqual(t, d.c.View().Content+"\n")
				})
			}
		}
	}
}

func TestFramesInASCII(t *testing.T) {
	for _, scene := range scenes {
		t.Run(scene.name, func(t *testing.T) {
			s := scene.setup
			s.width, s.height, s.theme = 80, 24, theme.Options{ASCII: true}
			d := start(t, s).press(scene.keys)
			d.checkFrame()
			if i := strings.IndexFunc(d.screen(), func(r rune) bool { return r > 0x7e }); i >= 0 {
				t.Errorf("%q is above ASCII in\n%s", d.screen()[i:i+4], d.screen())
			}
		})
	}
}

func TestWelcome(t *testing.T) {
	d := &driver{T: t}
	d.c = d.console(setup{width: 80, height: 24}, nil)
	d.sees("Welcome to lanyard", "Account", "Your name", "Your email")
	d.enter("Acme").press("enter").enter("Ana").press("enter").enter("not an email").press("ctrl+s")
	d.sees("isn't an email address", "not an email", "Acme")
	d.press("esc").sees("Press esc again").press("esc")
	if !d.quit {
		t.Error("esc twice doesn't leave the welcome")
	}
}

func TestFramesInLight(t *testing.T) {
	d := start(t, setup{width: 80, height: 24, users: 41, theme: theme.Options{Dark: false}})
	golden.RequireEqual(t, d.c.View().Content+"\n")
}
