//go:build e2e && unix

package e2e_test

import (
	"regexp"
	"strings"
	"testing"
)

// Two people work on one account: what one does, the other sees at the top of the activity, from what to what, and goes from
// there to the record and back.
func TestTheActivityOfTwo(t *testing.T) {
	t.Parallel()
	one := found(t, Standard, nil)
	one.Keys("3", "n").Type("platform").Keys("C-s").Expect("platform created")
	two := Start(t, Wide, Env{"HOME": one.Home}).Expect("Users 1").Keys("6").Expect("6 Activity 2", "platform", "Acme")

	one.Keys("h", "h", "h", "Enter").Type("-team").Keys("Enter").Expect("platform-team")
	two.Expect("6 Activity 3", "name: platform → platfo")
	two.Keys("g", "Enter").Expect("Rename · platform-team", "from  platform", "to    platform-team", "group.rename", "console")
	head := two.ExpectMatch(`Hash +(3:[0-9a-f]+)`)[1]
	two.Keys("o").Expect("▏3 Groups").ExpectNot("group.rename")

	two.Keys("1", "a").Expect("History").Keys("h").Expect("history of Ana Ruiz", "Nothing has been done to Ana Ruiz")
	two.Esc().Expect("▏1 Users")
	one.Keys("1", "Enter", "BSpace").Type("s").Keys("Enter").Expect("Ana Ruis")
	two.Expect("Ana Ruis").Keys("H").Expect("history of Ana Ruis", "1 of 4 events", "name: Ana Ruiz → Ana Ru")
	two.Esc().Expect("▏1 Users")
	two.Keys("6", "/").Type("category:groups").Keys("Enter").Expect("2 of 4 events").Esc().ExpectNot("category:groups")

	for _, c := range []*Console{one, two} {
		c.Keys("q").ExpectExit(0)
	}
	verify := StartCommand(t, Wide, Env{"HOME": one.Home}, binary(t), "activity", "verify")
	out := verify.Expect("The activity is whole: 4 events").Screen()
	if !regexp.MustCompile(`Head: 4:[0-9a-f]{64}`).MatchString(out) || strings.HasPrefix(head, "4:") {
		t.Errorf("verify said:\n%s", out)
	}
}
