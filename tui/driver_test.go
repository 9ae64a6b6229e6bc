package tui

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"lanyard/keys"
	"lanyard/keys/clipboard"
	"lanyard/model"
	"lanyard/model/modeltest"
	"lanyard/model/sample"
	"lanyard/tui/theme"
)

// driver runs a console without a terminal: it presses keys, runs what comes of them to the end, and reads the screen.
type driver struct {
	*testing.T
	c      *console
	store  *modeltest.Store
	me     model.Actor
	copied string // what the clipboard was given
	quit   bool
}

// noon is the time by every clock in these tests.
var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

type setup struct {
	width, height   int
	users, machines int
	theme           theme.Options
	role            model.ID // of who acts; the founder if zero
	mailer          model.Mailer
	locked          bool // its sealing key asks for a passphrase
}

func start(t *testing.T, s setup) *driver {
	t.Helper()
	d := &driver{T: t, store: modeltest.NewStore()}
	_, root, err := keys.NewSealFile(d.store.ID(), rand.NewChaCha8([32]byte{}))
	d.must(err)
	dir := model.NewDirectory(d.store, model.Options{
		Unlock: func() (*keys.Root, error) { return root.Clone(), nil },
		Now:    func() time.Time { return noon },
		Rand:   rand.NewChaCha8([32]byte{1}),
	})
	var me model.User
	data := sample.New(1, noon)
	d.must(d.store.Update(t.Context(), func(tx model.WriteTx) error {
		data = sample.New(1, noon) // the store may run this twice
		var err error
		if me, err = dir.Found(tx, model.Founder{Account: "Acme", Name: "Ana Ruiz", Email: "ana@acme.test", At: data.Began()}, model.ViaConsole); err != nil {
			return err
		}
		return dir.Fill(tx, me, data.Filling(s.users, s.machines))
	}))
	snapshot, err := model.LoadSnapshot(t.Context(), d.store)
	d.must(err)
	if s.role != 0 {
		me = d.someone(snapshot, s.role)
	}
	d.me = model.Actor{User: me.ID, Via: model.ViaConsole}
	d.c = d.console(s, &Session{Directory: dir, Actor: d.me, Me: me, Snapshot: snapshot})
	d.c.stepsKnown = true // as after the first moment
	d.run(d.c.refresh())
	if s.locked {
		d.lockUp()
	}
	return d
}

// someone returns an Active user with a role.
func (d *driver) someone(s *model.Snapshot, role model.ID) model.User {
	d.Helper()
	for i := range s.Users().Len() {
		if u := s.Users().At(i); u.Role == role && u.Status == model.StatusActive {
			return u
		}
	}
	d.Fatalf("no Active user is a %s", s.RoleName(role))
	return model.User{}
}

func (d *driver) console(s setup, session *Session) *console {
	clip := clipboard.New(clipboard.OnlyNative, clipboard.Environment{
		Getenv: func(string) string { return "" }, GOOS: "linux",
		Write: func(text string) error { d.copied = text; return nil },
	})
	m := New(context.Background(), Options{Session: session, Clipboard: clip, Mailer: s.mailer, Theme: s.theme, Now: func() time.Time { return noon }})
	c, ok := m.(*console)
	if !ok {
		d.Fatalf("New returned a %T", m)
	}
	c.after = func(time.Duration, func(time.Time) tea.Msg) tea.Cmd { return nil }
	c.Update(tea.WindowSizeMsg{Width: s.width, Height: s.height})
	return c
}

func (d *driver) must(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

// run does a command and all that comes of it.
func (d *driver) run(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	switch msg := cmd().(type) {
	case nil:
	case tea.BatchMsg:
		for _, c := range msg {
			d.run(c)
		}
	case tea.QuitMsg:
		d.quit = true
	default:
		d.send(msg)
	}
}

func (d *driver) send(msg tea.Msg) {
	_, cmd := d.c.Update(msg)
	d.run(cmd)
}

// press presses keys by their names, several divided by spaces.
func (d *driver) press(names string) *driver {
	for name := range strings.FieldsSeq(names) {
		d.send(keyPress(name))
	}
	return d
}

// enter types a text.
func (d *driver) enter(text string) *driver {
	for _, r := range text {
		d.send(tea.KeyPressMsg{Code: r, Text: string(r)})
	}
	return d
}

var namedKeys = map[string]rune{
	"enter": tea.KeyEnter, "esc": tea.KeyEscape, "tab": tea.KeyTab, "up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft,
	"right": tea.KeyRight, "pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown, "home": tea.KeyHome, "end": tea.KeyEnd,
	"backspace": tea.KeyBackspace, "delete": tea.KeyDelete,
}

func keyPress(name string) tea.KeyPressMsg {
	base, mod := name, tea.KeyMod(0)
	if rest, ok := strings.CutPrefix(base, "ctrl+"); ok {
		base, mod = rest, mod|tea.ModCtrl
	}
	if rest, ok := strings.CutPrefix(base, "shift+"); ok {
		base, mod = rest, mod|tea.ModShift
	}
	if base == "space" {
		return tea.KeyPressMsg{Code: tea.KeySpace, Text: " ", Mod: mod}
	}
	if code, ok := namedKeys[base]; ok {
		return tea.KeyPressMsg{Code: code, Mod: mod}
	}
	code, _ := utf8.DecodeRuneInString(base)
	k := tea.KeyPressMsg{Code: code, Mod: mod}
	if mod == 0 {
		k.Text = base
	}
	return k
}

// screen returns what is drawn, without colours.
func (d *driver) screen() string { return ansi.Strip(d.c.View().Content) }

// sees fails unless all texts are on the screen.
func (d *driver) sees(texts ...string) *driver {
	d.Helper()
	for _, text := range texts {
		if !strings.Contains(d.screen(), text) {
			d.Fatalf("%q isn't on the screen:\n%s", text, d.screen())
		}
	}
	return d
}

// misses fails if one of the texts is on the screen.
func (d *driver) misses(texts ...string) *driver {
	d.Helper()
	for _, text := range texts {
		if strings.Contains(d.screen(), text) {
			d.Fatalf("%q is on the screen:\n%s", text, d.screen())
		}
	}
	return d
}

// snapshot returns the account as it is.
func (d *driver) snapshot() *model.Snapshot {
	d.Helper()
	s, err := model.LoadSnapshot(context.Background(), d.store)
	d.must(err)
	return s
}

// checkFrame fails when a frame isn't as large as the screen, or its cursor is outside.
func (d *driver) checkFrame() {
	d.Helper()
	v := d.c.View()
	if d.c.tooSmall() {
		return
	}
	lines := strings.Split(v.Content, "\n")
	if len(lines) > d.c.height {
		d.Fatalf("%d lines on a screen of %d:\n%s", len(lines), d.c.height, ansi.Strip(v.Content))
	}
	for i, l := range lines {
		if w := ansi.StringWidthWc(l); w > d.c.width {
			d.Fatalf("line %d is %d wide on a screen of %d:\n%s", i, w, d.c.width, ansi.Strip(v.Content))
		}
		if slices.ContainsFunc([]rune(ansi.Strip(l)), func(r rune) bool { return r < ' ' || r == 0x7f }) {
			d.Fatalf("line %d holds a control character: %q", i, l)
		}
	}
	if v.Cursor != nil && (v.Cursor.X < 0 || v.Cursor.X >= d.c.width || v.Cursor.Y < 0 || v.Cursor.Y >= d.c.height) {
		d.Fatalf("the cursor is at %d, %d on a screen of %d×%d:\n%s", v.Cursor.X, v.Cursor.Y, d.c.width, d.c.height, ansi.Strip(v.Content))
	}
}

// machine returns the service account under the cursor.
func (d *driver) machine() machine {
	d.Helper()
	s, ok := d.c.screens[1].(*serviceAccountsScreen)
	if !ok {
		d.Fatalf("the second tab is a %T", d.c.screens[1])
	}
	m, ok := s.row()
	if !ok {
		d.Fatal("no service account is under the cursor")
	}
	return m
}
