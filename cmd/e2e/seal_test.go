//go:build e2e && unix

package e2e_test

import (
	"os"
	"strings"
	"testing"
)

// A passphrase takes the place of the file that opens by itself: the console lists, a change asks once, L locks again.
func TestPassphrase(t *testing.T) {
	t.Parallel()
	const right, wrong = "correct horse battery", "wrong horse"
	c := found(t, Standard, nil)
	c.Keys("2", "n").Type("deploy-bot").Keys("C-s").Expect("deploy-bot created").Keys("L").Expect("nothing to lock").Keys("q").ExpectExit(0)

	c.Run("clear").ExpectExit(0)
	c.Type("lanyard seal add passphrase").Keys("Enter").Expect("New passphrase:").Type(right).Keys("Enter").Expect("Once more:").Type(wrong).Keys("Enter")
	c.Expect("The two passphrases differ").ExpectExit(2).Run("clear").ExpectExit(0)
	c.Type("lanyard seal add passphrase").Keys("Enter").Expect("New passphrase:").Type(right).Keys("Enter").Expect("Once more:").Type(right).Keys("Enter")
	c.Expect("Added a passphrase (number 2)").ExpectExit(0).Run("clear").ExpectExit(0)
	c.Type("lanyard seal remove file").Keys("Enter").Expect("[y/N]").Type("y").Keys("Enter").Expect("Passphrase that stays:").Type(right).Keys("Enter")
	c.Expect("Removed the file itself (number 1)").ExpectExit(0).Run("clear").ExpectExit(0)

	c.Type("lanyard").Keys("Enter").Expect("Users 1", "Ana Ruiz", "locked · ana@acme.test · Admin")
	c.Keys("/").Type("ana").Keys("Enter").Expect("Ana Ruiz").Esc()
	c.Keys("Enter").Type(" Maria").Keys("Enter").Expect("Unlock the sealing key")
	c.Type(wrong).Keys("Enter").Expect("This isn't the passphrase", "Ana Ruiz Maria")
	c.Type(right).Keys("Enter").Expect("Ana Ruiz renamed to Ana Ruiz Maria", "Ana Ruiz Maria", "unlocked ·").ExpectNot("Unlock the sealing key")
	c.Keys("2", "o", "r").Expect("API key of deploy-bot")
	if !keyPattern.MatchString(c.Screen()) {
		t.Errorf("no key is revealed:\n%s", c.Screen())
	}
	c.Esc().Esc().Keys("L").Expect("Locked", "locked · ana@acme.test")
	c.Keys("o", "r").Expect("Unlock the sealing key").Esc().Expect("Nothing was done").ExpectNot("Unlock the sealing key")
	c.Esc().Keys("q").ExpectExit(0).ExpectRestored()

	c.Run("clear").ExpectExit(0)
	c.Type("lanyard seal rotate").Keys("Enter").Expect("Passphrase of the sealing key:").Type(right).Keys("Enter").Expect("1 API key sealed anew").ExpectExit(0)
	if out := c.Output(); strings.Contains(out, right) || strings.Contains(out, wrong) {
		t.Error("a passphrase was drawn on the screen")
	}
	data, err := os.ReadFile(c.theFile("*/lanyard/seals/*.json"))
	if err != nil || strings.Contains(string(data), `"key"`) {
		t.Errorf("the sealing key holds a key in clear: %v", err)
	}
}
