package cmd

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// commands returns a command and all below it that a person may call.
func commands(c *cobra.Command) []*cobra.Command {
	list := []*cobra.Command{c}
	for _, sub := range c.Commands() {
		if !sub.Hidden {
			list = append(list, commands(sub)...)
		}
	}
	return list
}

func testRoot() *cobra.Command { return (&env{getenv: func(string) string { return "" }}).root() }

func TestHelpFitsAScreen(t *testing.T) {
	lines := strings.Split(strings.TrimSuffix(rootHelp(testRoot(), helpWidth), "\n"), "\n")
	if len(lines) > 23 { // the prompt takes the last line
		t.Errorf("the help has %d lines", len(lines))
	}
	for _, l := range lines {
		if utf8.RuneCountInString(l) > helpWidth {
			t.Errorf("too wide: %q", l)
		}
	}
	// It stays so with many more commands.
	root := testRoot()
	for i := range 12 {
		root.AddCommand(&cobra.Command{Use: fmt.Sprintf("command%d", i), Run: func(*cobra.Command, []string) {}})
	}
	if n := strings.Count(rootHelp(root, helpWidth), "\n"); n > 24 {
		t.Errorf("with more commands the help has %d lines", n)
	}
}

func TestEveryCommandSaysWhatItDoes(t *testing.T) {
	for _, c := range commands(testRoot()) {
		path := c.CommandPath()
		if c.Short == "" || c.Example == "" {
			t.Errorf("%s lacks a summary or an example", path)
		}
		for text := range strings.SplitSeq(c.Long+"\n"+c.Example, "\n") {
			if utf8.RuneCountInString(text) > 88 {
				t.Errorf("%s: too wide: %q", path, text)
			}
		}
		c.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if value, _ := pflag.UnquoteUsage(f); value != strings.ToUpper(value) {
				t.Errorf("%s: the value of --%s is called %s", path, f.Name, value)
			}
		})
		if c.Flags().Lookup("output") == nil && slices.Contains([]string{"list", "show", "create", "set"}, c.Name()) {
			t.Errorf("%s lacks -o", path)
		}
	}
}

// needTerminal are the examples that open the console, ask at a terminal, or need somebody's clipboard or keyring. e2e and the
// scripts drive the program through them.
var needTerminal = []string{
	"lanyard --as ben@example.com", "lanyard demo", "lanyard demo --users 100000 --service-accounts 500 --seed 7", "lanyard sa copy-key ci-runner",
	"lanyard sa create deploy-bot --role Builder --copy", "lanyard sa rotate-key ci-runner --copy",
	"lanyard seal add passphrase", "lanyard seal add keyring", "lanyard seal remove file", "lanyard seal remove 2 --yes",
	"lanyard restore acme-2026-11-25.db",
	"lanyard check --repair --admin ana@example.com", // of a store without an Admin
	// These wait for what happens next, or compare with a head that somebody kept.
	"lanyard activity follow", "lanyard activity follow --category keys -o json",
	"lanyard activity follow --since 1h --by ana@example.com --target bot --action rotate", "lanyard activity verify --head 1204:5f2b…",
}

// before is what some commands need to have happened.
var before = map[string][][]string{
	"undo": {
		{"groups", "set", "platform", "--description", "Below all"},
		{"users", "set", "ben@example.com", "--role", "Admin"},
		{"groups", "set", "platform", "--name", "base", "--as", "ben@example.com"},
		{"groups", "set", "sre", "--description", "On call"},
		{"groups", "set", "sre", "--description", "Sleeps"},
	},
	"file": {
		{"seal", "add", "passphrase", "--passphrase-file", "new.txt"}, {"seal", "remove", "file", "--yes", "--passphrase-file", "new.txt"},
	},
	"redo": {
		{"groups", "set", "sre", "--description", "On call"},
		{"groups", "set", "sre", "--description", "Sleeps"},
		{"groups", "set", "sre", "--description", "Awake"},
		{"undo"},
		{"undo"},
		{"undo"},
	},
}

// Every command's examples work as they stand, in a shell, against a store made for that command.
func TestExamples(t *testing.T) {
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("there is no shell here")
	}
	model := newHouse(t)
	for _, c := range commands(testRoot()) {
		t.Run(c.CommandPath(), func(t *testing.T) {
			h := model.copy(t)
			if c.Name() == "init" {
				t.Setenv("XDG_DATA_HOME", filepath.Join(h.dir, "nothing"))
			}
			t.Chdir(h.dir)
			for _, args := range before[c.Name()] {
				h.run(t, args...)
			}
			for line := range strings.SplitSeq(c.Example, "\n") {
				line = strings.TrimSpace(line)
				if !strings.HasPrefix(line, "lanyard") {
					t.Errorf("%q doesn't begin with the program's name", line)
				}
				if slices.Contains(needTerminal, line) {
					understood(t, line)
					continue
				}
				shell := exec.Command("sh", "-c", line)
				shell.Dir, shell.Env = h.dir, append(os.Environ(), "VISUAL=true") // an editor that changes nothing
				if out, err := shell.CombinedOutput(); err != nil {
					t.Errorf("%s: %v\n%s", line, err, out)
				}
			}
		})
	}
}

// understood fails when an example that isn't run wouldn't be taken for what it is.
func understood(t *testing.T, line string) {
	t.Helper()
	c, args, err := testRoot().Find(strings.Fields(line)[1:])
	if err == nil {
		err = c.ParseFlags(args)
	}
	if err == nil {
		err = c.ValidateArgs(c.Flags().Args())
	}
	if err != nil {
		t.Errorf("%s: %v", line, err)
	}
}

// common are the flags that many commands have, and that need no example in each.
var common = []string{"help", "output", "all-or-nothing", "if-version", "match", "sort", "limit", "description", "name"}

// What a command can be told stands in its examples, and so is run.
func TestExamplesShowTheFlags(t *testing.T) {
	for _, c := range commands(testRoot()) {
		c.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) {
			needless := slices.Contains(common, f.Name) || c.Name() == "import" && f.Name == "mail" // which needs a server
			if !strings.Contains(c.Example, "--"+f.Name) && !needless {
				t.Errorf("%s has no example with --%s", c.CommandPath(), f.Name)
			}
		})
	}
}

// The help of each command fits a terminal as wide as it is written for, and narrower ones.
func TestHelpFitsItsWidth(t *testing.T) {
	for _, c := range commands(testRoot()) {
		help := commandHelp
		if !c.HasParent() {
			help = rootHelp
		}
		c.InitDefaultHelpFlag()
		for _, width := range []int{60, helpWidth, widestHelp} {
			for l := range strings.SplitSeq(help(c, width), "\n") {
				if n := utf8.RuneCountInString(l); n > width && !unbreakable(c, l) {
					t.Errorf("%s: %d cells in %d: %q", c.CommandPath(), n, width, l)
				}
			}
		}
	}
}

// unbreakable reports whether a line of a command's help stands as it is: it is typed so, and shorter than what all help is
// written for.
func unbreakable(c *cobra.Command, line string) bool {
	return utf8.RuneCountInString(line) <= helpWidth && strings.Contains(c.Long+c.Example, strings.TrimSpace(line))
}

func TestALineThatIsTypedGoesOn(t *testing.T) {
	got := shellLine("lanyard users invite ben@example.com --role Builder --note 'a -- b' >out.txt", 40)
	const want = "  lanyard users invite ben@example.com \\\n      --role Builder --note 'a -- b' \\\n      >out.txt\n"
	if got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
