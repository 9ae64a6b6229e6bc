package tui

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"lanyard/keys"
	"lanyard/model"
)

// safe is a vault that a word opens.
type safe struct {
	root  *keys.Root
	open  bool
	plain bool // no passphrase is in use
	tries int
}

var errShut = errors.New("the safe is locked")

func (s *safe) Unlock() (*keys.Root, error) {
	if !s.open && !s.plain {
		return nil, errShut
	}
	return s.root.Clone(), nil
}

func (s *safe) State() VaultState {
	switch {
	case s.plain:
		return VaultPlain
	case s.open:
		return VaultOpen
	}
	return VaultLocked
}

func (s *safe) Open(passphrase []byte) error {
	s.tries++
	if string(passphrase) != "sesame" {
		return &model.Error{Kind: model.ErrLocked, What: "This isn't the passphrase of the sealing key", Hint: "Nothing was changed. Try again."}
	}
	s.open = true
	return nil
}

func (s *safe) Lock() { s.open = false }

// lockUp puts the account's sealing key into a safe.
func (d *driver) lockUp() *safe {
	d.Helper()
	_, root, err := keys.NewSealFile(d.store.ID(), rand.NewChaCha8([32]byte{})) // the one that start made
	d.must(err)
	s := &safe{root: root}
	d.c.session.Directory = model.NewDirectory(d.store, model.Options{Unlock: s.Unlock, Now: func() time.Time { return noon }})
	d.c.session.Vault = s
	d.run(d.c.lookAtVault())
	return s
}

func (d *driver) names() string {
	d.Helper()
	var list []string
	s := d.snapshot()
	for i := range s.Users().Len() {
		list = append(list, s.Users().At(i).Name)
	}
	return strings.Join(list, ", ")
}

func TestAChangeAsksForThePassphraseOnce(t *testing.T) {
	d := start(t, setup{width: 100, height: 30})
	s := d.lockUp()
	d.sees("locked · ana@acme.test").press("enter").enter(" Maria").press("enter").sees("Unlock the sealing key", "Passphrase:")
	if d.names() != "Ana Ruiz" || d.c.working != 0 {
		t.Fatalf("%s, with %d under way", d.names(), d.c.working)
	}
	d.press("enter").sees("Type the passphrase first")
	d.enter("open").misses("open").sees("●●●●").press("enter").sees("This isn't the passphrase")
	if len(passphraseTyped(d)) != 0 || d.names() != "Ana Ruiz" {
		t.Fatalf("still typed: %q; %s", passphraseTyped(d), d.names())
	}
	d.enter("sesamx").press("backspace").enter("e").press("enter").sees("renamed to", "unlocked · ana@acme.test").misses("Unlock the sealing key")
	if d.names() != "Ana Ruiz Maria" || d.c.working != 0 || s.tries != 2 {
		t.Errorf("%s, with %d under way, after %d tries", d.names(), d.c.working, s.tries)
	}
	d.press("enter").enter("!").press("backspace").enter("a").press("enter").misses("Unlock the sealing key")
	if s.tries != 2 {
		t.Error("it asked again")
	}
}

func passphraseTyped(d *driver) []byte {
	if p, ok := d.c.top().(*passphraseDialog); ok {
		return p.typed.b
	}
	return nil
}

func TestLeavingItLockedLosesNothing(t *testing.T) {
	d := start(t, setup{width: 100, height: 30})
	d.lockUp()
	d.press("enter").enter(" Maria").press("enter esc").misses("Unlock the sealing key").sees("Ana Ruiz Maria", "Nothing was done")
	if d.c.working != 0 || d.names() != "Ana Ruiz" {
		t.Fatalf("%d under way, %s", d.c.working, d.names())
	}
	d.press("enter").enter("sesame").press("enter").sees("renamed to")

	// A form takes its answer the same way, and can be sent again.
	d.press("L").sees("Locked").press("n").enter("ben@acme.test").press("ctrl+s").sees("Unlock the sealing key").press("esc")
	d.sees("ben@acme.test", "Nothing was done").press("ctrl+s").enter("sesame").press("enter").sees("ben@acme.test").misses("Unlock the sealing key")
	if d.names() != "Ana Ruiz Maria, Ben" {
		t.Errorf("%s", d.names())
	}
}

func TestALockedAccountIsListedAndFiltered(t *testing.T) {
	d := start(t, setup{width: 100, height: 30, users: 41, machines: 3})
	d.lockUp()
	d.press("/").enter("an").press("enter s 2 3 4 5 1 ? esc").misses("Unlock the sealing key").sees("locked")
}

func TestRevealingAsksAgainAfterLocking(t *testing.T) {
	d := start(t, setup{width: 100, height: 30, machines: 2})
	s := d.lockUp()
	d.press("2 o r").sees("Unlock the sealing key").enter("sesame").press("enter").sees("API key of ", "lys_")
	shown, ok := d.c.top().(*reveal)
	if !ok {
		t.Fatal("nothing is revealed")
	}
	d.press("esc esc L").sees("Locked")
	if s.open || !shown.secret.IsZero() {
		t.Error("it isn't locked")
	}
	d.press("L").sees("locked already").press("2 o c").sees("Unlock the sealing key").press("esc").sees("Nothing was done")
	if d.copied != "" {
		t.Error("a key was copied")
	}
}

func TestNothingToLock(t *testing.T) {
	d := start(t, setup{width: 100, height: 30})
	d.press("L").sees("nothing to lock")
	d.lockUp().plain = true
	d.run(d.c.lookAtVault())
	d.press("L").sees("nothing to lock").misses("locked ·")
}

func TestIdleMinutesLock(t *testing.T) {
	d := start(t, setup{width: 100, height: 30, machines: 1})
	s := d.lockUp()
	now := noon
	var timers []time.Duration
	d.c.now = func() time.Time { return now }
	d.c.after = func(after time.Duration, f func(time.Time) tea.Msg) tea.Cmd {
		if _, ok := f(now).(idleEnds); ok {
			timers = append(timers, after)
		}
		return nil
	}
	d.c.session.LockAfter = 10 * time.Minute
	d.press("2 o r").enter("sesame").press("enter").sees("lys_")
	now = now.Add(9 * time.Minute)
	d.press("x") // does nothing to a revealed key
	now = now.Add(time.Minute)
	d.send(idleEnds{})
	if !s.open || len(timers) != 2 || timers[0] != 10*time.Minute || timers[1] != 9*time.Minute {
		t.Fatalf("open: %t, timers %v", s.open, timers)
	}
	now = now.Add(9 * time.Minute)
	d.c.working++
	d.send(idleEnds{})
	if !s.open {
		t.Fatal("it locks under work that is on its way")
	}
	d.c.working--
	now = now.Add(10 * time.Minute)
	d.send(idleEnds{})
	d.sees("Locked").misses("Select it with the mouse")
	if s.open || len(timers) != 3 {
		t.Errorf("open: %t, timers %v", s.open, timers)
	}
	d.c.session.LockAfter = 0
	s.open = true
	d.run(d.c.lookAtVault())
	if len(timers) != 3 {
		t.Error("a timer runs though it is never to lock")
	}
}

func TestWhatIsTypedIsWiped(t *testing.T) {
	var h hidden
	h.add("ses\x00äme")
	all := h.b[:cap(h.b)]
	if h.length() != 6 || string(h.b) != "sesäme" {
		t.Fatalf("%q", h.b)
	}
	h.back()
	h.back()
	h.back()
	if string(h.b) != "ses" || string(all[:8]) != "ses\x00\x00\x00\x00\x00" {
		t.Errorf("%q", all[:8])
	}
	h.add(strings.Repeat("x", 2*maxHidden))
	if &h.b[0] != &all[0] || len(h.b) != maxHidden {
		t.Error("it was moved")
	}
	h.wipe()
	if strings.Trim(string(all), "\x00") != "" || h.length() != 0 {
		t.Error("it wasn't wiped")
	}
	h.back()
	d := start(t, setup{width: 100, height: 30})
	d.lockUp()
	d.press("enter").enter("a").press("enter").enter("secret")
	typed := passphraseTyped(d)
	d.press("esc")
	if strings.Trim(string(typed), "\x00") != "" {
		t.Errorf("esc leaves %q", typed)
	}
}
