//go:build e2e && unix

package e2e_test

import (
	"os"
	"path/filepath"
	"testing"
)

// hire invites somebody with the role that a letter leads to, and accepts for them.
func (c *Console) hire(email, role, welcome string) {
	c.t.Helper()
	c.Keys("n").Type(email).Keys("Enter").Type(role).Keys("C-s").Expect("1 invite made")
	c.check(os.WriteFile(filepath.Join(c.Home, "token"), []byte(keyPattern.FindString(c.Screen())), 0o600))
	c.Esc()
	Start(c.t, Standard, Env{"HOME": c.Home}, "version").ExpectExit(0).
		Type(`lanyard users accept <"$HOME/token"`).Keys("Enter").Expect(welcome).ExpectExit(0)
}

// A session of changes, all taken back by the keyboard, some of them after a restart.
func TestUndoSession(t *testing.T) {
	t.Parallel()
	c := found(t, Wide, nil)
	c.hire("ben@acme.test", "B", "Welcome, Ben")
	c.hire("cai@acme.test", "C", "Welcome, Cai")
	c.ExpectMatch(`Cai .*● Active`)
	c.Keys("2", "n").Type("bot").Keys("C-s").Expect("bot created")
	c.Keys("o", "r").Expect("API key of bot")
	key := keyPattern.FindString(c.Screen())
	c.Esc().Esc().Keys("1").Expect("Ben").Type("g").Keys("Down")

	c.Keys("Left", "Left", "Left", "Left", "Left", "Left", "Left", "Left").Keys("Enter", "C-u").Type("Benjamin").Keys("Enter").Expect("Ben renamed to Benjamin · u undo")
	c.Type("g").Keys("Down").Keys("a", "s").Type("Cons").Keys("Enter").Expect("Role of Benjamin set to Consumer · u undo")
	c.Keys("Space", "Space", "a", "d").Expect("Deactivate 2 users?").Keys("Tab", "Enter").Expect("2 users deactivated · u undo")
	c.Keys("2").Expect("bot").Keys("x").Expect("Delete bot?").Keys("Tab", "Enter").Expect("bot deleted · u undo", "Press n to create")

	c.Type("u").Expect("Undone: service account bot is back, with the same key · U redo").Keys("o", "r").Expect(key).Esc().Esc()
	c.Keys("1").Type("uu").Expect("Undone: role of Benjamin back to Builder")
	c.ExpectMatch(`Benjamin .*Builder .*● Active`)
	c.Type("u").Expect("Undone: name of Benjamin back to Ben")
	c.ExpectMatch(`Ben .*Builder`)
	c.Type("U").Expect("Redone: Ben renamed to Benjamin · u undo").Keys("q").ExpectExit(0)

	c.Run("lanyard").Expect("Benjamin").Type("u").Expect("Undone: name of Benjamin back to Ben")
	c.ExpectMatch(`Ben .*Builder`)
	c.Type("U").Expect("Redone: Ben renamed to Benjamin").Type("U").Expect("Redone: role of Benjamin set to Consumer")
	c.Type("U").Expect("Redone: 2 users deactivated")
	c.ExpectMatch(`Cai .*○ Inactive`)
	c.Type("U").Expect("Redone: service account bot deleted")
	c.Type("U").Expect("There is nothing to redo").Keys("q").ExpectExit(0)
	c.Run("lanyard", "undo").Expect("Undone: service account bot is back, with the same key.").ExpectExit(0)
}

// Two people on one cell, and on one undo: the second sees both and chooses.
func TestTwoConsolesInAConflict(t *testing.T) {
	t.Parallel()
	c := found(t, Standard, nil)
	c.hire("zoe@acme.test", "A", "Welcome, Zoe")
	c.ExpectMatch(`Zoe .*● Active`)
	other := Start(t, Standard, Env{"HOME": c.Home}, "--as", "zoe@acme.test").Expect("zoe@acme.test · Admin", "Users 2")
	for _, console := range []*Console{c, other} {
		console.Keys("1").Type("g").Keys("Left", "Left", "Left", "Left", "Left", "Left", "Left").Keys("Enter").Type("-x").Expect("Ana Ruiz-x")
	}
	other.Keys("BSpace").Type("y").Keys("Enter").Expect("renamed to Ana Ruiz-y")
	c.Expect("Ana Ruiz-x").Keys("Enter")
	c.Expect("Ana Ruiz-y was changed by somebody else", "was     Ana Ruiz", "yours   Ana Ruiz-x", "theirs  Ana Ruiz-y", "▸[ Keep theirs ]")
	c.Esc().Expect("Ana Ruiz-x").Keys("Enter").Expect("theirs").Keys("Tab", "Enter").Expect("renamed to Ana Ruiz-x · u undo")

	other.Expect("Ana Ruiz-x").Type("u").Expect("was changed by somebody else", "was     Ana Ruiz", "yours   Ana Ruiz-y", "theirs  Ana Ruiz-x")
	other.Keys("Enter").Expect("Left as it is").Type("u").Expect("Invitation accepted can't be undone")
	other.Esc().Keys("q").ExpectExit(0)
	c.Type("u").Expect("Undone: name of Ana Ruiz-x back to Ana Ruiz-y").Keys("q").ExpectExit(0)
}
