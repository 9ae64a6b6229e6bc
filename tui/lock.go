package tui

import (
	"errors"
	"time"

	tea "charm.land/bubbletea/v2"

	"lanyard/tui/theme"
)

// idle is how long nobody has pressed a key.
type idle struct {
	since   time.Time
	watched bool // a timer is running
}

// What comes back about the vault.
type (
	vaultSeen struct {
		state  VaultState
		locked bool // just now, on purpose
	}
	idleEnds struct{}
)

// aboutVault routes what comes back about the vault.
func (c *console) aboutVault(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case withheld:
		return c.onWithheld(msg)
	case tried:
		return c.onTried(msg)
	case vaultSeen:
		return c.onVaultSeen(msg)
	case idleEnds:
		return c.onIdleEnds()
	}
	return nil
}

// lookAtVault finds out how the vault stands, since another process can change what opens it.
func (c *console) lookAtVault() tea.Cmd {
	if c.session == nil || c.session.Vault == nil {
		return nil
	}
	vault := c.session.Vault
	return func() tea.Msg { return vaultSeen{state: vault.State()} }
}

func (c *console) onVaultSeen(msg vaultSeen) tea.Cmd {
	c.vault = msg.state
	if msg.locked {
		return c.say("Locked: the next change asks for the passphrase")
	}
	return c.watchIdle()
}

var (
	errNothingToLock = errors.New("there is nothing to lock: the sealing key opens without a passphrase. " +
		"lanyard seal add passphrase, then lanyard seal remove file, change that")
	errLockedAlready = errors.New("it is locked already: the next change asks for the passphrase")
)

// mayLock says why the sealing key can't be locked now, nil if it can.
func (c *console) mayLock() error {
	switch c.vault {
	case VaultOpen:
		return nil
	case VaultLocked:
		return errLockedAlready
	case VaultPlain:
	}
	return errNothingToLock
}

// lock hides what is revealed, and has the vault forget the sealing key.
func (c *console) lock() tea.Cmd {
	for _, o := range append([]overlay{}, c.overlays...) {
		if r, ok := o.(*reveal); ok {
			c.remove(r)
		}
	}
	vault := c.session.Vault
	return func() tea.Msg {
		vault.Lock()
		return vaultSeen{state: vault.State(), locked: true}
	}
}

// noteActive notes that somebody is there.
func (c *console) noteActive(msg tea.Msg) {
	switch msg.(type) {
	case tea.KeyPressMsg, tea.PasteMsg, tea.MouseClickMsg, tea.MouseWheelMsg:
		c.idle.since = c.now()
	}
}

// watchIdle sets a timer for when the vault is to be locked, unless one is running. A key doesn't touch it: when it ends, it
// is set again for what is left.
func (c *console) watchIdle() tea.Cmd {
	if c.vault != VaultOpen || c.idle.watched || c.session.LockAfter <= 0 {
		return nil
	}
	c.idle.watched, c.idle.since = true, c.now()
	return c.after(c.session.LockAfter, func(time.Time) tea.Msg { return idleEnds{} })
}

// onIdleEnds locks when nobody has been there for so long and nothing is under way.
func (c *console) onIdleEnds() tea.Cmd {
	c.idle.watched = false
	if c.vault != VaultOpen {
		return nil
	}
	if c.working > 0 || c.mail.total > 0 {
		return c.watchIdle()
	}
	if left := c.session.LockAfter - c.now().Sub(c.idle.since); left > 0 {
		c.idle.watched = true
		return c.after(left, func(time.Time) tea.Msg { return idleEnds{} })
	}
	return c.lock()
}

// untilWhen says how long the sealing key stays unlocked.
func (c *console) untilWhen() string {
	if c.session.LockAfter <= 0 {
		return "It locks again with L, and when you quit."
	}
	return "It locks again with L, when you quit, and after " + count(int(c.session.LockAfter/time.Minute), "idle minute") + "."
}

// lockWord says how the sealing key stands where a passphrase is in use.
func (c *console) lockWord() line {
	switch c.vault {
	case VaultOpen:
		return line{{"unlocked · ", theme.Warn}}
	case VaultLocked:
		return line{{"locked · ", theme.Dim}}
	case VaultPlain:
	}
	return nil
}
