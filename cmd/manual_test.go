package cmd

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// Every page goes through what is there to show it without a warning, and nothing of a command gets lost on the way.
func TestManPagesRender(t *testing.T) {
	dir := t.TempDir()
	shown := 0
	for _, c := range pages(testRoot()) {
		path := filepath.Join(dir, manName(c)+".1")
		if err := os.WriteFile(path, []byte(manPage(c, "2026-11-25")), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, render := range [][]string{
			{"mandoc", "-Tutf8", "-O", "width=200", "-Wwarning,stop"},
			{"man", "--warnings", "-Tutf8", "-l"},
		} {
			if _, err := exec.LookPath(render[0]); err != nil {
				continue
			}
			show := exec.Command(render[0], append(render[1:], path)...)
			show.Env = append(os.Environ(), "MANWIDTH=200", "MAN_KEEP_FORMATTING=", "LC_ALL=C.UTF-8")
			var warnings strings.Builder
			show.Stderr = &warnings
			out, err := show.Output()
			if err != nil || warnings.Len() > 0 {
				t.Errorf("%s %s: %v\n%s", render[0], manName(c), err, warnings.String())
				continue
			}
			shown++
			page := plainPage(string(out))
			for _, sub := range onPage(c) {
				for _, line := range append(examples(sub), usageLine(sub)) {
					if !strings.Contains(page, line) {
						t.Errorf("%s: the page of %s has no line %q", render[0], manName(c), line)
					}
				}
				for _, f := range flagsOf(sub) {
					if !strings.Contains(page, f.call) {
						t.Errorf("%s: the page of %s lacks %s", render[0], manName(c), f.call)
					}
				}
			}
		}
	}
	if shown == 0 {
		t.Skip("there is neither man nor mandoc here")
	}
}

// plainPage takes out what makes letters bold: each is struck twice.
func plainPage(s string) string {
	var out []rune
	for _, r := range s {
		if r == '\b' {
			out = out[:max(0, len(out)-1)]
			continue
		}
		out = append(out, r)
	}
	return string(out)
}

// fresh holds pages of docs, by their paths in it, against what they are made of. LANYARD_UPDATE=1, as in make docs, writes
// them, and removes those in a directory that nothing makes any more.
func fresh(t *testing.T, dir string, want map[string]string) {
	t.Helper()
	have, err := filepath.Glob(filepath.Join(docs, dir, "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range have {
		if _, ok := want[filepath.Base(path)]; ok {
			continue
		}
		if os.Getenv("LANYARD_UPDATE") == "" {
			t.Errorf("%s is about nothing: make docs", path)
		} else if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range want {
		path := filepath.Join(docs, dir, name)
		if os.Getenv("LANYARD_UPDATE") != "" {
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if now, err := os.ReadFile(path); err != nil || string(now) != text {
			t.Errorf("%s is stale: make docs. %v", path, err)
		}
	}
}

// The reference of the commands in docs is what the program says.
func TestReferenceIsFresh(t *testing.T) {
	root := testRoot()
	want := map[string]string{"README.md": referenceIndex(root)}
	for _, c := range pages(root)[1:] {
		want[c.Name()+".md"] = reference(c)
	}
	fresh(t, "commands", want)
}

const referenceHead = `# The commands

Made from the program by ` + "`make docs`" + `; ` + "`lanyard COMMAND --help`" + ` and ` + "`lanyard man`" + ` say the same.
[The command line](../command-line.md) tells what they have in common: names, questions, answers.

`

func referenceIndex(root *cobra.Command) string {
	var b strings.Builder
	b.WriteString(referenceHead)
	for _, group := range helpGroups {
		fmt.Fprintf(&b, "## %s\n\n| command | what it does |\n| --- | --- |\n", group.Title)
		for _, c := range pages(root)[1:] {
			if (c.GroupID == groupAccount) == (group.ID == groupAccount) {
				name := c.Name()
				if len(c.Aliases) > 0 {
					name += "`, `" + strings.Join(c.Aliases, "`, `")
				}
				fmt.Fprintf(&b, "| [`%s`](%s.md) | %s |\n", name, c.Name(), markdown(c.Short))
			}
		}
		b.WriteString("\n")
	}
	b.WriteString("## Flags of all commands\n\n")
	flagTable(&b, flagsOf(root))
	b.WriteString("\n## Environment\n\n| variable | what |\n| --- | --- |\n")
	for _, v := range environment {
		fmt.Fprintf(&b, "| `%s` | %s |\n", v[0], markdown(v[1]))
	}
	b.WriteString("\n## Exit codes\n\n| code | means |\n| --- | --- |\n")
	for code, means := range exitMeanings {
		fmt.Fprintf(&b, "| %s | %s |\n", strconv.Itoa(code), means)
	}
	return b.String()
}

// reference is the page about a command and all below it.
func reference(c *cobra.Command) string {
	var b strings.Builder
	for i, sub := range onPage(c) {
		level := "##"
		if i == 0 {
			level = "#"
		} else {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "%s %s\n\n```\n%s\n```\n\n", level, sub.CommandPath(), usageLine(sub))
		for _, p := range passages(sub) {
			if p.verbatim {
				fmt.Fprintf(&b, "```\n%s\n```\n\n", strings.Join(p.lines, "\n"))
			} else {
				b.WriteString(markdown(strings.Join(p.lines, "\n")) + "\n\n")
			}
		}
		if list := flagsOf(sub); len(list) > 0 {
			flagTable(&b, list)
			b.WriteString("\n")
		}
		if list := examples(sub); len(list) > 0 {
			fmt.Fprintf(&b, "```sh\n%s\n```\n", strings.Join(list, "\n"))
		}
	}
	return b.String()
}

func flagTable(b *strings.Builder, list []flagDoc) {
	b.WriteString("| flag | what |\n| --- | --- |\n")
	for _, f := range list {
		fmt.Fprintf(b, "| `%s` | %s |\n", f.call, markdown(f.does))
	}
}

// markdown is text in which nothing is markup.
func markdown(s string) string {
	return strings.NewReplacer(`\`, `\\`, "<", `\<`, "*", `\*`, "_", `\_`, "`", "\\`", "|", `\|`).Replace(s)
}

// What is on a page is on one only, and nothing is left out.
func TestEveryCommandHasAPage(t *testing.T) {
	root := testRoot()
	var have []string
	for _, c := range pages(root) {
		for _, sub := range onPage(c) {
			have = append(have, sub.CommandPath())
		}
	}
	var want []string
	for _, c := range commands(root) {
		want = append(want, c.CommandPath())
	}
	slices.Sort(have)
	slices.Sort(want)
	if !slices.Equal(have, want) {
		t.Errorf("%q\nhave a page, and there are\n%q", have, want)
	}
}
