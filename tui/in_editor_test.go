package tui

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/exp/golden"

	"lanyard/model"
	"lanyard/tui/theme"
)

// writes has an office whose editor is a function of the text.
func writes(t *testing.T, width, height int, edits ...func(string) string) *office {
	t.Helper()
	t.Setenv("TMPDIR", t.TempDir())
	o := newOffice(t, width, height)
	o.c.opts.Editor = []string{"ed"}
	o.c.exec = func(call *exec.Cmd, done tea.ExecCallback) tea.Cmd {
		return func() tea.Msg {
			if len(edits) == 0 {
				t.Fatal("the editor is opened once too often")
			}
			path := call.Args[len(call.Args)-1]
			b, err := os.ReadFile(path)
			o.must(err)
			o.must(os.WriteFile(path, []byte(edits[0](string(b))), 0o600))
			edits = edits[1:]
			return done(nil)
		}
	}
	return o
}

func replacing(pairs ...string) func(string) string { return strings.NewReplacer(pairs...).Replace }

// leftovers are the files that were kept.
func leftovers(t *testing.T) int {
	t.Helper()
	list, err := os.ReadDir(os.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}

func TestEditInEditor(t *testing.T) {
	o := writes(t, 100, 24, replacing("Ben Okafor", "Benjamin", "eli@acme.test\tEli       \tConsumer", "eli@acme.test\tEli\tBuilder"))
	o.press("E").sees("What would be done: 2 changed", "ben@acme.test", "name: Ben Okafor → Benjamin", "role: Consumer → Builder", "enter do it")
	if o.user().Name != "Ben Okafor" {
		t.Error("it is done before it was asked for")
	}
	o.press("enter").sees("2 changed · u undo")
	eli, _ := o.snapshot().Users().Get(o.eli)
	if o.user().Name != "Benjamin" || eli.Role != model.RoleBuilder || leftovers(t) != 0 {
		t.Errorf("%+v, %+v, %d files left", o.user(), eli, leftovers(t))
	}
	o.press("u").sees("Undone: name of Benjamin back to Ben Okafor, role of Eli back to Consumer") // one step
	if eli, _ = o.snapshot().Users().Get(o.eli); o.user().Name != "Ben Okafor" || eli.Role != model.RoleConsumer {
		t.Errorf("undone is %+v, %+v", o.user(), eli)
	}
}

// Of marked rows, only those are in the table; without a change nothing is asked.
func TestEditMarkedInEditor(t *testing.T) {
	var table string
	o := writes(t, 100, 24, func(s string) string { table = s; return s })
	o.press("space E").sees("Nothing was changed")
	if !strings.Contains(table, "ben@acme.test") || strings.Contains(table, "eli@acme.test") || leftovers(t) != 0 {
		t.Errorf("the table is %s", table)
	}
	for l := range strings.Lines(table) {
		if strings.HasPrefix(l, "#") && len(l) > 78 {
			t.Errorf("an editor of 80 columns breaks %q", l)
		}
	}
}

// The only one that was changed is named.
func TestEditOfOneInEditor(t *testing.T) {
	o := writes(t, 80, 24, replacing("Ben Okafor", "Benjamin"))
	o.press("E enter").sees("✓ ben@acme.test changed · u undo")
}

// A broken line opens the editor again with the reason above it, and nothing typed is lost.
func TestEditBrokenInEditor(t *testing.T) {
	var second string
	o := writes(t, 100, 24,
		replacing("Ben Okafor", "Ben\u202e", "active", "sleeping"),
		func(s string) string { second = s; return strings.ReplaceAll(s, "sleeping", "active") },
		replacing("Ben\u202e", "Bennie"))
	o.press("E").sees("can't be read", `"sleeping" is no status`).press("enter")
	if !strings.Contains(second, "#! \"sleeping\" is no status: it is active, inactive or invited\n") {
		t.Errorf("the second time the table is\n%s", second)
	}
	o.sees("1 line can't be read", "U+202E").press("e").sees("name: Ben Okafor → Bennie").press("esc").sees("What you wrote is kept: ")
	if o.user().Name != "Ben Okafor" || leftovers(t) != 1 {
		t.Errorf("%+v, %d files", o.user(), leftovers(t))
	}
}

// What somebody else changes while the editor is open is a conflict that the plan names.
func TestEditConflictInEditor(t *testing.T) {
	var o *office
	o = writes(t, 100, 24, func(s string) string {
		o.setRole(model.RoleBuilder)
		return replacing("Ben Okafor", "Benjamin")(s)
	})
	o.press("E").sees("1 refused", "was changed by somebody else").press("enter").sees("What you wrote is kept")
	if u := o.user(); u.Name != "Ben Okafor" || u.Role != model.RoleBuilder {
		t.Errorf("%+v", u)
	}
}

func TestEditInEditorNeedsOne(t *testing.T) {
	o := newOffice(t, 100, 24)
	o.press("E").sees("No editor is set")
}

func TestFramesOfPlans(t *testing.T) {
	for _, size := range [][2]int{{60, 16}, {80, 24}, {120, 40}} {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			o := writes(t, size[0], size[1], replacing("Ben Okafor", "Benjamin", "Ana Ruiz", "Ana Ruiz-Gómez", "Admin", "Consumer"))
			o.c.setTheme(theme.Options{NoColor: true})
			o.press("E").checkFrame()
			golden.RequireEqual(t, o.c.View().Content+"\n")
		})
	}
}
