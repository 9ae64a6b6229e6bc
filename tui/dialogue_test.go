package tui

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/charmbracelet/x/exp/golden"

	"lanyard/model"
	"lanyard/tui/talk"
	"lanyard/tui/text"
)

// conversation is a console in plain mode on a script of answers.
type conversation struct {
	*driver
	ascii bool
}

// plainly returns a console in plain mode, on an account of its own.
func plainly(t *testing.T, s setup) *conversation {
	t.Helper()
	return &conversation{driver: start(t, s)}
}

// says answers in turn, and returns all that was said. After each prompt stands what was answered, as a terminal shows it.
func (d *conversation) says(answers ...string) string {
	d.Helper()
	out := &transcript{answers: answers}
	d.converse(strings.NewReader(strings.Join(answers, "\n")+"\n"), out, true)
	return out.String()
}

// converse holds a dialogue to the end of its input.
func (d *conversation) converse(in io.Reader, out io.Writer, echo bool) {
	d.Helper()
	session := *d.c.session
	session.Snapshot = d.snapshot()
	lines := talk.New(talk.Options{In: in, Out: out, Mode: text.Mode{ASCII: d.ascii}, Echo: echo})
	d.must(Converse(context.Background(), Options{
		Session: &session, Clipboard: d.c.opts.Clipboard, Mailer: d.c.opts.Mailer, Now: func() time.Time { return noon },
	}, lines))
}

// transcript shows the answers in their places: behind the prompts, which are what ends with a space.
type transcript struct {
	bytes.Buffer
	answers []string
}

func (w *transcript) Write(b []byte) (int, error) {
	_, _ = w.Buffer.Write(b)
	if bytes.HasSuffix(b, []byte(": ")) {
		answer := "(the end)"
		if len(w.answers) > 0 {
			answer, w.answers = w.answers[0], w.answers[1:]
		}
		w.WriteString("[" + answer + "]\n")
	}
	return len(b), nil
}

var dialogues = []struct {
	name    string
	setup   setup
	answers []string
}{
	{"look", setup{users: 24, machines: 2}, []string{"?", "1", "?", "next", "next", "list", "/role:admin", "/", "sort role", "sort nonsense", "back", "acti", "1", "1", "", "quit"}},
	{"record", setup{users: 5, machines: 2}, []string{"users", "Ben", "User info", "1", "copy email", "", "Ben", "Change the name", "Ben O.", "", "3", "9", "nonsense", "2", "quit"}},
	{"invite", setup{users: 2}, []string{"1", "new", "nonsense, zoe@acme.test", "cons", "list", "1", "done", "", "3", "Welcome", "yes", "", `""`, "1", "finn@acme.test", "yes", "c", "", "quit"}},
	{"invited", setup{users: 24}, []string{"1", "/status:invited", "1", "Resend", "", "1", "Cancel", "maybe", "", "1", "Cancel", "yes", "undo", "quit"}},
	{"groups", setup{users: 5, machines: 2}, []string{"1", "3", "Groups", "1", "", "done", "3", "Workspaces", "1 owner", "2 nonsense", "3", "done", "quit"}},
	{"status", setup{users: 5}, []string{"1", "1", "Deactivate", "1", "Reactivate", "undo", "redo", "2", "Remove", "", "quit"}},
	{"remove", setup{users: 5}, []string{"1", "x", "2", "Remove", "no", "2", "Remove", "yes", "x", "undo", "redo", "redo", "quit"}},
	{"machine", setup{machines: 2}, []string{"2", "new", "ci/runner", "What it does", "admin", "yes", "ci runner", "yes", "c", "o", "1", "", "quit"}},
	{"rotate", setup{machines: 2}, []string{"2", "1", "Rotate", "", "1", "Rotate", "1", "yes", "1", "edit", "Change the name", "a/b", "b", "quit"}},
	{"empty", setup{}, []string{"2", "1", "back", "quit"}},
	{"all", setup{users: 2, machines: 1}, []string{"2", "all", "99", "1", "back", "yes", "quit"}},
	{"refused", setup{users: 8, machines: 2, role: model.RoleBuilder}, []string{"1", "new", "1", "Remove", "", "back", "2", "back", "6", "quit"}},
	{"roles", setup{users: 8, machines: 2}, []string{"5", "new", "Auditor", "Looks", "", "list", "1", "done", "yes", "Audit", "Delete", "yes", "quit"}},
	{"locked", setup{users: 3, machines: 2, locked: true}, []string{"1", "1", "Change the name", "Zoe", "not it", "", "", "1", "Change the name", "Zoe", "sesame", "quit"}},
}

// TestDialogues holds whole dialogues as they are. After a change, read the difference: go test ./tui -update.
func TestDialogues(t *testing.T) {
	for _, one := range dialogues {
		t.Run(one.name, func(t *testing.T) {
			golden.RequireEqual(t, plainly(t, one.setup).says(one.answers...))
		})
	}
}

// onlyText fails when something was written that isn't text and new lines.
func onlyText(t *testing.T, said []byte, ascii bool) {
	t.Helper()
	for i, r := range string(said) {
		if r < ' ' && r != '\n' || r == 0x7f || 0x80 <= r && r < 0xa0 || ascii && r > 0x7e {
			t.Fatalf("%q was written in %q", r, said[max(0, i-40):min(len(said), i+40)])
		}
	}
}

// Of several people of one name none is picked in silence; an email tells who is meant.
func TestDialogueAsksWhichOfSeveral(t *testing.T) {
	d := plainly(t, setup{width: 100, height: 30})
	d.press("n").enter("clash@acme.test, clash@example.com").press("ctrl+s esc")
	said := d.says("users", "clash", "CLASH@example.com", "", "quit")
	if !strings.Contains(said, `2 rows here fit "clash". Type a row's number.`) || strings.Count(said, "Resend invite") != 1 {
		t.Error(said)
	}
}

func TestDialoguesAreOnlyText(t *testing.T) {
	for _, one := range dialogues {
		for _, ascii := range []bool{false, true} {
			d := plainly(t, one.setup)
			d.ascii = ascii
			onlyText(t, []byte(d.says(one.answers...)), ascii)
		}
	}
}

// TestTheInputEndsAnywhere cuts each dialogue off behind each answer, and within it: that leaves, and what was asked about is
// done whole or not at all.
func TestTheInputEndsAnywhere(t *testing.T) {
	for _, one := range dialogues {
		for n := range len(one.answers) {
			before := strings.Join(one.answers[:n], "\n") + "\n"
			d, whole := plainly(t, one.setup), plainly(t, one.setup)
			var out bytes.Buffer
			d.converse(strings.NewReader(before+one.answers[n]), &out, false) // the last answer isn't ended
			whole.converse(strings.NewReader(before), io.Discard, false)
			if a, b := d.snapshot().Revision(), whole.snapshot().Revision(); a != b {
				t.Errorf("%s: an answer that wasn't ended, %q, counted: revision %d, not %d", one.name, one.answers[n], a, b)
			}
			onlyText(t, out.Bytes(), false)
		}
	}
}

// TestDialogueWalk answers at random: nothing makes it end before its input, and it says nothing but text.
func TestDialogueWalk(t *testing.T) {
	answers := []string{
		"", "", "back", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "yes", "y", "no", "done", "list", "new", "all", "next", "previous", "undo", "redo",
		"/a", "/", "sort name", "a", "c", "o", "H", "x", "2 Viewer", "zoe@acme.test", "Zoë", "\x1b[31mred\x07", "\xff\xfe", "\u202e", "?", `""`, `"quit"`, "lock",
	}
	for seed := range uint64(30) {
		d := plainly(t, setup{users: 24, machines: 6})
		rng := rand.New(rand.NewPCG(seed, 1))
		script := make([]string, 150)
		for i := range script {
			script[i] = answers[rng.IntN(len(answers))]
		}
		script = slices.DeleteFunc(script, func(s string) bool { return s == "all" && rng.IntN(2) == 0 })
		var out bytes.Buffer
		d.converse(strings.NewReader(strings.Join(script, "\n")+"\n"), &out, false)
		onlyText(t, out.Bytes(), false)
	}
}

// TestDialogueShowsHostileText shows what an old store or an import may hold by its numbers.
func TestDialogueShowsHostileText(t *testing.T) {
	d := plainly(t, setup{machines: 1})
	var out bytes.Buffer
	d.converse(strings.NewReader("/\x1b]0;title\x07\u202e\u200b\n2\n/\x1b[2J\nquit\n"), &out, false)
	onlyText(t, out.Bytes(), false)
	if strings.Count(out.String(), "‹U+001B›") < 2 || !strings.Contains(out.String(), "‹U+202E›") {
		t.Errorf("what can't be seen isn't shown in\n%s", &out)
	}
}

func TestFirstRunInPlainMode(t *testing.T) {
	whole := plainly(t, setup{users: 1})
	for name, c := range map[string]struct {
		answers []string
		founded bool
		want    string
	}{
		"founded":  {[]string{"Acme", "Ana", "nonsense", "yes", "ana@acme.test", "yes", "quit"}, true, "Account Acme. You are Ana Ruiz"},
		"left":     {[]string{"Acme", "back", "back", "yes"}, false, "lose what you entered"},
		"cut off":  {[]string{"Acme", "Ana"}, false, "Your email"},
		"no yes":   {[]string{"Acme", "Ana", "ana@acme.test", "", "yes"}, false, "Type yes to go ahead"},
		"no names": {[]string{"", "", "", "yes"}, false, "Account"},
	} {
		t.Run(name, func(t *testing.T) {
			out, founded := &transcript{answers: c.answers}, false
			lines := talk.New(talk.Options{In: strings.NewReader(strings.Join(c.answers, "\n") + "\n"), Out: out, Echo: true})
			err := Converse(context.Background(), Options{
				Clipboard: whole.c.opts.Clipboard, Now: func() time.Time { return noon },
				Found: func(_ context.Context, f model.Founder) (*Session, error) {
					if f != (model.Founder{Account: "Acme", Name: "Ana", Email: "ana@acme.test"}) {
						t.Errorf("founded by %+v", f)
					}
					founded = true
					return whole.c.session, nil
				},
			}, lines)
			if err != nil || founded != c.founded || !strings.Contains(out.String(), c.want) {
				t.Errorf("%v, founded %v, and it said:\n%s", err, founded, out)
			}
		})
	}
}

// TestWhatWasAskedAboutGoes removes the record while the question about it waits for an answer: the answer isn't used for
// another.
func TestWhatWasAskedAboutGoes(t *testing.T) {
	d := plainly(t, setup{users: 5, machines: 3})
	session := *d.c.session
	session.Snapshot = d.snapshot()
	c, ok := New(t.Context(), Options{Session: &session, Clipboard: d.c.opts.Clipboard, Now: func() time.Time { return noon }}).(*console)
	if !ok {
		t.Fatal("New returned something else")
	}
	answers := []string{"2", "1", "Delete", "yes", "quit"}
	in, out := &scripted{}, &bytes.Buffer{}
	dl := newDialogue(c, talk.New(talk.Options{In: in, Out: out, Echo: true}))
	in.next = func() string {
		if len(answers) == 0 {
			return ""
		}
		answer := answers[0]
		answers = answers[1:]
		if answer == "yes" {
			machines := session.Snapshot.ServiceAccounts()
			_, err := session.Directory.DeleteServiceAccounts(context.Background(), d.me, []model.Seen{{ID: machines.ID(0)}, {ID: machines.ID(1)}})
			d.must(err)
			dl.late <- watched{snapshot: d.snapshot()}
		}
		return answer + "\n"
	}
	dl.hold(Guard(c))
	c.quit()
	if left := d.snapshot().ServiceAccounts().Len(); left != 1 || !strings.Contains(out.String(), "That answer wasn't used") {
		t.Errorf("%d are left, and it said:\n%s", left, out)
	}
}

// TestNobodyAnswersForLong locks the sealing key while a question waits, and not before nobody has answered for so long.
func TestNobodyAnswersForLong(t *testing.T) {
	d := plainly(t, setup{users: 1, locked: true})
	session := *d.c.session
	var passed atomic.Int64 // since noon
	session.Snapshot, session.LockAfter = d.snapshot(), 10*time.Minute
	c, ok := New(t.Context(), Options{Session: &session, Clipboard: d.c.opts.Clipboard, Now: func() time.Time {
		return noon.Add(time.Duration(passed.Load()))
	}}).(*console)
	if !ok {
		t.Fatal("New returned something else")
	}
	answers := []string{"1", "1", "Change the name", "Zoe", "sesame", "list", "list", "quit"}
	in, out := &scripted{}, &bytes.Buffer{}
	dl := newDialogue(c, talk.New(talk.Options{In: in, Out: out, Echo: true}))
	in.next = func() string {
		answer := answers[0]
		answers = answers[1:]
		switch len(answers) {
		case 2: // the first list: there was an answer six minutes ago
			passed.Add(int64(6 * time.Minute))
		case 1: // the second: eleven minutes after that
			dl.late <- idleEnds{}
			if session.Vault.State() != VaultOpen {
				t.Error("it locked too early")
			}
			passed.Add(int64(11 * time.Minute))
			dl.late <- idleEnds{}
			dl.late <- nil // the one before was dealt with
			if session.Vault.State() != VaultLocked {
				t.Error("it didn't lock")
			}
		}
		return answer + "\n"
	}
	dl.hold(Guard(c))
	c.quit()
	if !strings.Contains(out.String(), "Done: Locked") {
		t.Errorf("it doesn't say so:\n%s", out)
	}
}

// TestABugEndsADialogueInOrder panics while it is answered: the terminal gets a sentence and no stack.
func TestABugEndsADialogueInOrder(t *testing.T) {
	d := plainly(t, setup{users: 1})
	session := *d.c.session
	var buggy atomic.Bool
	session.Snapshot = d.snapshot()
	err := Converse(t.Context(), Options{Session: &session, Clipboard: d.c.opts.Clipboard, Now: func() time.Time {
		if buggy.Load() {
			panic("a bug")
		}
		return noon
	}}, talk.New(talk.Options{Out: io.Discard, In: &scripted{func() string {
		buggy.Store(true)
		return "1\n"
	}}}))
	if err == nil || !strings.Contains(err.Error(), "stopped by a bug") || strings.Contains(err.Error(), "goroutine") {
		t.Errorf("it ends with %v", err)
	}
}

// scripted is an input that is made when it is read.
type scripted struct{ next func() string }

func (s *scripted) Read(b []byte) (int, error) {
	line := s.next()
	if line == "" {
		return 0, io.EOF
	}
	return copy(b, line), nil
}
