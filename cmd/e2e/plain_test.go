//go:build e2e && unix

package e2e_test

import (
	"strings"
	"testing"
)

// Plain mode on a terminal that can do nothing: a first run, a key that is shown, a passphrase that isn't, and ctrl+c while it
// is asked for, which leaves the terminal as it was.
func TestPlainModeOnADumbTerminal(t *testing.T) {
	t.Parallel()
	c := Start(t, Wide, nil, "version").ExpectExit(0)
	answer := func(text string) *Console { return c.Type(text).Keys("Enter") }
	answer("TERM=dumb lanyard --plain").Expect("Welcome to lanyard.", "Account:")
	answer("Acme").Expect("Your name:")
	answer("Ana Ruiz").Expect("Your email:")
	answer("ana@acme.test").Expect("Type yes to go ahead")
	answer("yes").Expect("Account Acme. You are Ana Ruiz, ana@acme.test, Admin.", "Where to?")
	answer("2").Expect("No service accounts yet.")
	answer("new").Expect("Name:")
	answer("ci").Expect("Description:")
	answer("").Expect("Role, a number")
	answer("").Expect("3. Role: Builder")
	answer("yes").Expect("ci created with its API key", "1. ci;")
	answer("o").Expect("1. reveal key")
	answer("1").ExpectMatch(`(?m)^` + keyPattern.String() + ` *$`)
	answer("")
	answer("quit").ExpectExit(0)
	said := c.Output()
	if dialogue := said[strings.Index(said, "Welcome"):strings.LastIndex(said, "a row's number")]; strings.Contains(dialogue, "\x1b") {
		t.Errorf("an escape sequence was sent:\n%q", dialogue)
	}

	const passphrase = "correct horse battery"
	c.Run("clear").ExpectExit(0)
	answer("lanyard seal add passphrase").Expect("New passphrase:")
	answer(passphrase).Expect("Once more:")
	answer(passphrase).ExpectExit(0)
	answer("lanyard seal remove file --yes").Expect("Passphrase that stays:")
	answer(passphrase).ExpectExit(0).Run("clear").ExpectExit(0)
	answer("lanyard --plain").Expect("Where to?")
	answer("1").Expect("1. Ana Ruiz")
	answer("1").Expect("What to do?")
	answer("Change the name").Expect("Name, now Ana Ruiz.")
	answer("Anna").Expect("Passphrase, which isn't shown")
	answer(passphrase).Expect("renamed to Anna.", "1. Anna")
	answer("lock").Expect("Done: Locked")
	answer("undo").Expect("Passphrase, which isn't shown")
	c.Keys("C-c").ExpectExit(0).ExpectRestored()
	if strings.Contains(c.Output(), passphrase) {
		t.Error("the passphrase was shown")
	}
}
