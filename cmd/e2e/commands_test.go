//go:build e2e && unix

package e2e_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Stores that can't be used get a sentence and an exit code, before any screen is drawn.
func TestBadStores(t *testing.T) {
	t.Parallel()
	c := StartCommand(t, Wide, nil, "lanyard", "init", "--account", "Acme", "--name", "Ana", "--email", "ana@acme.test")
	c.Expect("Created the account Acme", "Sealing key:").ExpectExit(0)
	store := c.theFile("*/lanyard/default.db")
	whole, err := os.ReadFile(store)
	c.check(err)
	noise := []byte(strings.Repeat("not a store. ", 4000))
	dir := t.TempDir()
	tests := []struct {
		name string
		data []byte
		mode os.FileMode
		says string
		code int
	}{
		{"empty", nil, 0o600, "is empty", 6},
		{"cut", whole[:5000], 0o600, "cut short", 6},
		{"noise", noise, 0o600, "damaged", 6},
		{"open", whole, 0o644, "chmod 600", 4},
	}
	for _, tt := range tests {
		path := filepath.Join(dir, tt.name)
		c.check(os.WriteFile(path, tt.data, 0o600))
		c.check(os.Chmod(path, tt.mode))
		c.Run("lanyard", "--db", path).Expect(tt.says).ExpectExit(tt.code)
	}
	c.Run("lanyard", "--db", filepath.Join(dir, "missing")).Expect("There is no", "lanyard init").ExpectExit(3)
	c.Run("lanyard", "--db", dir).Expect("is a directory").ExpectExit(2)
	c.Run("lanyard", "init", "--account", "B", "--name", "B", "--email", "b@b.test").Expect("nothing is created over it").ExpectExit(5)
	if now, err := os.ReadFile(store); err != nil || !bytes.Equal(now, whole) {
		t.Errorf("the store was changed: %v", err)
	}
	if strings.Contains(c.Output(), "\x1b[?1049h") {
		t.Error("a screen was drawn")
	}
}

func TestUsage(t *testing.T) {
	t.Parallel()
	c := StartCommand(t, Wide, nil, "lanyard", "version").Expect("lanyard ").ExpectExit(0)
	c.Run("lanyard", "--help").Expect("lanyard COMMAND --help", "service-accounts", "demo", "init", "--clipboard").ExpectExit(0)
	for i, args := range [][]string{{"nonsense"}, {"--nonsense"}, {"--clipboard", "x11"}, {"init"}, {"demo", "--users", "0"}} {
		c.Run(append([]string{"lanyard"}, args...)...).ExpectExit(2)
		c.Run("echo", fmt.Sprint("done ", i)).ExpectExit(0)
	}
}

func TestWhoActs(t *testing.T) {
	t.Parallel()
	c := StartCommand(t, Wide, nil, "lanyard", "init", "--account", "Acme", "--name", "Ana", "--email", "ana@acme.test").ExpectExit(0)
	c.Run("lanyard", "--as", "x@acme.test").Expect("no user with the email").ExpectExit(3)
	c.Run("lanyard").Expect("Users 1").Keys("n").Expect("Invite users").Type("ben@acme.test").Keys("C-s").Expect("1 invite made")
	token := keyPattern.FindString(c.Screen())
	c.Esc().Keys("q").ExpectExit(0)
	c.Run("lanyard", "--as", "ben@acme.test").Expect("is Invited and can't act").ExpectExit(4)
	c.check(os.WriteFile(filepath.Join(c.Home, "token"), []byte(token), 0o600))
	c.Type(`lanyard users accept <"$HOME/token"`).Keys("Enter").Expect("Welcome, Ben").ExpectExit(0)
	c.Run("lanyard", "--as", "BEN@acme.test").Expect("ben@acme.test · Builder", "Users 1", "Service Accounts 0").ExpectNot("ana@acme.test")
	c.Keys("n").Expect("Your role, Builder, lacks account:invite").Keys("q").ExpectExit(0)
}

// A store without its sealing key lists everything, shows no key and changes nothing, and says exactly that.
func TestSealingKeyMissing(t *testing.T) {
	t.Parallel()
	c := found(t, Wide, nil)
	c.Keys("2", "n").Type("bot").Keys("C-s").Expect("bot created").Keys("q").ExpectExit(0)
	seal := c.theFile("*/lanyard/seals/*.json")
	c.check(os.Rename(seal, seal+".away"))
	c.Run("lanyard").Expect("Users 1", "Ana Ruiz").Keys("2").Expect("bot", "lys_").Keys("c").Expect("The sealing key of this store is missing")
	if len(c.Buffers()) != 0 {
		t.Error("something was copied")
	}
	c.Keys("n").Type("two").Keys("C-s").Expect("sealing key of this store is missing", "two")
	c.check(os.Rename(seal+".away", seal))
	c.Keys("C-s").Expect("two created").Keys("q").ExpectExit(0)
}
