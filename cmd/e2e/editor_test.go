//go:build e2e && unix

package e2e_test

import (
	"os"
	"path/filepath"
	"testing"
)

// E hands the terminal to the editor and takes it back: a broken line opens it again, and what is planned is done on enter.
func TestEditInEditor(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	script := filepath.Join(home, "ed.sh")
	const body = `#!/bin/sh
if grep -q '^#! ' "$1"; then sed -i -e 's/Bosss/Consumer/' "$1"; else sed -i -e 's/Builder/Bosss/' "$1"; fi
`
	if err := os.WriteFile(script, []byte(body), 0o700); err != nil { //nolint:gosec // a program has to run
		t.Fatal(err)
	}
	c := found(t, Standard, Env{"EDITOR": script})
	c.hire("ben@acme.test", "B", "Welcome, Ben")
	c.ExpectMatch(`Ben .*Builder .*● Active`)
	c.Type("E").Expect("Not applied: 1 line can't be read", `There is no role "Bosss"`).Keys("Enter")
	c.Expect("What would be done: 1 changed", "role: Builder → Consumer").Keys("Enter").Expect("ben@acme.test changed · u undo")
	c.ExpectMatch(`Ben .*Consumer .*● Active`)
	c.Type("u").Expect("Undone: role of Ben back to Builder").Keys("q").ExpectExit(0)
}
