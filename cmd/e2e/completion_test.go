//go:build e2e && unix

package e2e_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// peopled is an account with names to complete.
func peopled(t *testing.T) *Console {
	t.Helper()
	c := StartCommand(t, Wide, nil, "lanyard", "init", "--account", "Acme", "--name", "Ana", "--email", "ana@acme.test")
	c.ExpectExit(0)
	c.Run("lanyard", "users", "invite", "ben@acme.test", "bella@acme.test", "bruno@acme.test", "--role", "Builder").ExpectExit(0)
	c.Run("lanyard", "groups", "create", "Alpha team").ExpectExit(0)
	c.Run("lanyard", "workspaces", "create", "web-shop").ExpectExit(0)
	return c.Run("clear").ExpectNot("Created")
}

// Tab in a real bash, without the package bash-completion: emails, whose @ it takes for the end of a word, names with spaces,
// and a role behind a colon.
func TestCompletionInBash(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip(err)
	}
	c := peopled(t)
	c.Run("bash", "--norc", "--noprofile", "-i").ExpectExit(0)
	c.Type("source <(lanyard completion bash)").Keys("Enter").ExpectExit(0)

	c.Type("lanyard users show b").Keys("Tab", "Tab").
		Expect("ben@acme.test    (Ben, Invited)", "bella@acme.test  (Bella, Invited)", "bruno@acme.test  (Bruno, Invited)")
	c.Type("en").Keys("Tab").Expect("lanyard users show ben@acme.test")
	c.Type("-o js").Keys("Tab", "Enter").Expect(`"email":"ben@acme.test"`).ExpectExit(0)

	c.Type("lanyard users show bella@ac").Keys("Tab", "Enter").Expect("show bella@acme.test", "Bella").ExpectExit(0)
	c.Type("lanyard users set ben@acme.test --add-group Al").Keys("Tab").Expect(`--add-group Alpha\ team`)
	c.Type("--workspace w").Keys("Tab").Expect("--workspace web-shop:")
	c.Type("Vi").Keys("Tab").Expect("web-shop:Viewer")
	c.Type("--role=Cons").Keys("Tab", "Enter").Expect("--role=Consumer", "changed").ExpectExit(0)
	c.Type(`lanyard groups show "Al`).Keys("Tab", "Enter").Expect(`show "Alpha team"`, "Users       1").ExpectExit(0)

	c.check(os.WriteFile(filepath.Join(c.Home, "keys-of-today"), nil, 0o600))
	c.Run("cd").ExpectExit(0).Type("lanyard verify <keys-").Keys("Tab").Expect("<keys-of-today").Keys("C-u")
	c.Run("exit").ExpectExit(0)
}

// The scripts for fish and zsh are cobra's; what they get is ours.
func TestCompletionInOtherShells(t *testing.T) {
	t.Parallel()
	for shell, begin := range map[string][]string{
		"fish": {"lanyard completion fish | source"},
		"zsh":  {"autoload -U compinit; compinit -u", "source <(lanyard completion zsh)"},
	} {
		t.Run(shell, func(t *testing.T) {
			t.Parallel()
			if _, err := exec.LookPath(shell); err != nil {
				t.Skip(err)
			}
			c := peopled(t)
			if shell == "zsh" {
				c.Run("zsh", "-f")
			} else {
				c.Run("fish", "--no-config")
			}
			for _, line := range append(begin, "echo rea''dy") {
				c.Type(line).Keys("Enter")
			}
			c.Expect("ready")
			c.Type("lanyard users show bru").Keys("Tab").Expect("lanyard users show bruno@acme.test")
			c.Type("-o js").Keys("Tab", "Enter").Expect(`"email":"bruno@acme.test"`)
			c.Type("lanyard users show be").Keys("Tab").Expect("ben@acme.test", "Bella, Invited")
		})
	}
}
