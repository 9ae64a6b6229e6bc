package cmd

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

const manLong = `Writes the man pages into DIR, where man finds them: lanyard(1), and one for each
command. Without DIR, prints lanyard(1).`

func (e *env) manCommand() *cobra.Command {
	return &cobra.Command{
		Use: "man [DIR]", Short: "Write the man pages", Long: manLong,
		Example: "  lanyard man\n  lanyard man ~/.local/share/man/man1",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 1 {
				return wrongArgs(c, "One directory at most can be named")
			}
			if len(args) == 1 && blank(args[0]) {
				return wrongArgs(c, "The name of the directory is empty")
			}
			return noSecrets(args)
		},
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				_, err := io.WriteString(e.out, manPage(c.Root(), builtOn()))
				return err
			}
			return e.writeManPages(c.Root(), args[0])
		},
	}
}

func (e *env) writeManPages(root *cobra.Command, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // for everybody to read
		return failed(err, "Name another directory.", "%s can't be made", dir)
	}
	list := pages(root)
	for _, c := range list {
		path := filepath.Join(dir, manName(c)+".1")
		if err := os.WriteFile(path, []byte(manPage(c, builtOn())), 0o644); err != nil { //nolint:gosec // the same
			return failed(err, "Name another directory.", "The man page %s can't be written", path)
		}
	}
	_, err := fmt.Fprintf(e.out, "Wrote %d man pages into %s\n", len(list), dir)
	return err
}

// builtOn is the day of the commit that the program was built from, "" if it isn't known.
func builtOn() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if t, err := time.Parse(time.RFC3339, s.Value); err == nil && s.Key == "vcs.time" {
				return t.Format(time.DateOnly)
			}
		}
	}
	return ""
}

// manName is what a command's page is called: lanyard-users.
func manName(c *cobra.Command) string { return strings.ReplaceAll(c.CommandPath(), " ", "-") }

// manPage is the page about a command.
func manPage(c *cobra.Command, day string) string {
	m := &roff{}
	m.macro("TH", strings.ToUpper(manName(c)), "1", day, "lanyard "+version, "lanyard")
	m.macro("SH", "NAME")
	m.text(manName(c) + ` \- ` + roffText(c.Short))
	m.macro("SH", "SYNOPSIS")
	commands := onPage(c)
	m.macro("nf")
	for _, sub := range commands {
		m.text(`\fB` + roffCode(usageLine(sub)) + `\fR`)
	}
	m.macro("fi")
	m.macro("SH", "DESCRIPTION")
	m.about(c)
	for _, sub := range commands[1:] {
		m.macro("SH", strings.ToUpper(strings.TrimPrefix(sub.CommandPath(), c.CommandPath()+" ")))
		m.about(sub)
	}
	if !c.HasParent() {
		m.whole(c)
	}
	m.macro("SH", "SEE ALSO")
	m.text(manSeeAlso(c))
	return m.b.String()
}

func manSeeAlso(c *cobra.Command) string {
	if c.HasParent() {
		return `\fBlanyard\fR(1) has the flags of all commands, the files and the exit codes.`
	}
	var list []string
	for _, sub := range pages(c)[1:] {
		list = append(list, `\fB`+roffCode(manName(sub))+`\fR(1)`)
	}
	return strings.Join(list, ",\n")
}

// roff writes a page in the language of man.
type roff struct{ b strings.Builder }

func (m *roff) macro(name string, args ...string) {
	m.b.WriteString("." + name)
	for _, arg := range args {
		m.b.WriteString(" " + strconv.Quote(arg))
	}
	m.b.WriteByte('\n')
}

func (m *roff) text(line string) { m.b.WriteString(line + "\n") }

// about writes what a command does, its flags and its examples.
func (m *roff) about(c *cobra.Command) {
	for i, p := range passages(c) {
		if i > 0 {
			m.macro("PP")
		}
		if p.verbatim {
			m.lines(p.lines)
			continue
		}
		for _, line := range p.lines {
			m.text(roffText(line))
		}
	}
	if list := flagsOf(c); len(list) > 0 {
		m.macro("PP")
		m.text("Flags:")
		for _, f := range list {
			m.item(f.call, f.does)
		}
	}
	if list := examples(c); len(list) > 0 {
		m.macro("PP")
		m.text("Examples:")
		m.macro("PP")
		m.lines(list)
	}
}

// whole writes what holds for all commands.
func (m *roff) whole(root *cobra.Command) {
	m.macro("SH", "COMMANDS")
	for _, c := range pages(root)[1:] {
		m.item(c.Name(), c.Short)
	}
	m.macro("SH", "EXIT STATUS")
	for code, means := range exitMeanings {
		m.item(strconv.Itoa(code), means)
	}
	m.macro("SH", "ENVIRONMENT")
	for _, v := range environment {
		m.item(v[0], v[1])
	}
	m.macro("SH", "FILES")
	for _, f := range files {
		m.item(f[0], f[1])
	}
}

// environment is what lanyard looks at.
var environment = [][2]string{
	{"LANYARD_DB", "the store's file, as --db"},
	{"LANYARD_AS", "the email of who acts, as --as"},
	{"NO_COLOR", "any value: draw without colour"},
	{"XDG_DATA_HOME", "where the store is, ~/.local/share without it"},
	{"XDG_CONFIG_HOME", "where the settings and the sealing keys are, ~/.config without it"},
}

// files are where things are.
var files = [][2]string{
	{"$XDG_DATA_HOME/lanyard/default.db", "the store"},
	{"$XDG_DATA_HOME/lanyard/default.db.backups/", "a backup a day"},
	{"$XDG_CONFIG_HOME/lanyard/seals/", "what opens the API keys, apart from the store: keep a copy in another place"},
	{"$XDG_CONFIG_HOME/lanyard/config.toml", "settings, all of them optional"},
}

func (m *roff) item(term, does string) {
	m.macro("TP")
	m.text(`\fB` + roffCode(term) + `\fR`)
	m.text(roffText(does))
}

// lines writes lines that stand as they are.
func (m *roff) lines(list []string) {
	m.macro("RS", "4")
	m.macro("nf")
	for _, line := range list {
		m.text(roffCode(line))
	}
	m.macro("fi")
	m.macro("RE")
}

// roffText is a line of words, in which nothing is a command to roff.
func roffText(s string) string {
	s = strings.ReplaceAll(s, `\`, `\e`)
	if strings.HasPrefix(s, ".") || strings.HasPrefix(s, "'") {
		s = `\&` + s
	}
	return strings.ReplaceAll(s, "--", `\-\-`)
}

// roffCode is a line to be typed: its hyphens and quotes are those of a keyboard.
func roffCode(s string) string {
	s = strings.ReplaceAll(s, `\`, `\e`)
	if strings.HasPrefix(s, ".") {
		s = `\&` + s
	}
	return strings.NewReplacer("-", `\-`, "'", `\(aq`, "`", `\(ga`, "~", `\(ti`, "^", `\(ha`).Replace(s)
}
