//go:build e2e && unix

package e2e_test

import (
	"os"
	"path/filepath"
	"testing"
)

// A key is rotated by keyboard, services with either key go on, and the old one is ended when nobody needs it any more.
func TestRotateByKeyboard(t *testing.T) {
	t.Parallel()
	c := found(t, Wide, nil)
	c.Keys("2", "n").Type("bot").Keys("C-s").Expect("bot created")
	save := func(name string) {
		t.Helper()
		c.check(os.WriteFile(filepath.Join(c.Home, name), []byte(c.keyOf("bot")+"\n"), 0o600))
	}
	save("old")
	c.Keys("a").Expect("End the old key now  no old key").Keys("r").Expect("Rotate the key of bot", "▸ 24 hours")
	c.Keys("Enter").Expect("bot rotated · old key good until", "2 keys · old until")
	save("new")

	service := Start(t, Standard, Env{"HOME": c.Home}, "version").ExpectExit(0)
	verify := func(name, says string, code int) {
		t.Helper()
		service.Run("clear").ExpectExit(0)
		service.Type(`lanyard verify <"$HOME/` + name + `"`).Keys("Enter").Expect(says).ExpectExit(code)
	}
	verify("new", "bot · Builder", 0)
	verify("old", "bot · Builder", 0)
	c.Keys("o").Expect("Old key used  just now").Esc() // so somebody needs it still
	c.Keys("a", "e").Expect("End the old key of bot?", "It was last used: just now", "▸[ Cancel ]").Keys("Tab", "Enter")
	c.Expect("bot without the old key from now on").ExpectNot("2 keys")
	verify("old", "The key is not good: expired", 7)
	verify("new", "bot · Builder", 0)
	c.Keys("q").ExpectExit(0).ExpectRestored()
}

// A grace that somebody gave elsewhere shows in a console that nobody touches, and so does its end.
func TestAGraceEndsByItself(t *testing.T) {
	t.Parallel()
	c := found(t, Standard, nil)
	c.Keys("2", "n").Type("bot").Keys("C-s").Expect("bot created")
	hint := c.ExpectMatch(`lys_....…`)[0]
	Start(t, Standard, Env{"HOME": c.Home}, "sa", "rotate-key", "bot", "--grace", "3s").Expect("stays good until").ExpectExit(0)
	c.Expect("2 keys")
	c.ExpectNot("2 keys", hint).ExpectMatch(`bot .* lys_....…`)
	c.Keys("q").ExpectExit(0)
}
