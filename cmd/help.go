package cmd

import (
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"lanyard/tui/text"
)

// The groups of commands in the help.
const (
	groupAccount = "account" // the nouns of the account: a line each
	groupStore   = "store"   // all others: many to a line
)

var helpGroups = []*cobra.Group{{ID: groupAccount, Title: "People and machines"}, {ID: groupStore, Title: "Keys, history and the store"}}

// helpWidth is what the help is written for, in cells, where it isn't for a terminal of another width.
const helpWidth = 80

// widestHelp is as wide as prose is still read with ease.
const widestHelp = 100

// help writes what a command does. That of lanyard itself fits a screen of 80 by 24, however many commands there are.
func (e *env) help(c *cobra.Command, _ []string) {
	width := helpWidth
	if s := e.screen(); s.width > 0 {
		width = min(s.width, widestHelp)
	}
	page := rootHelp
	if c.HasParent() {
		page = commandHelp
	}
	_, _ = io.WriteString(c.OutOrStdout(), page(c, width)) // nowhere left to report to
}

// commandHelp is what a command does and how it is called. The flags' library breaks lines a cell before the width that it gets.
func commandHelp(c *cobra.Command, width int) string {
	var b strings.Builder
	writeDescription(&b, c, width)
	b.WriteString("\nUsage:\n" + shellLine(usageLine(c), width))
	if len(c.Aliases) > 0 {
		b.WriteString("\nAliases:\n  " + c.NameAndAliases() + "\n")
	}
	b.WriteString("\nExamples:\n")
	for _, line := range examples(c) {
		b.WriteString(shellLine(line, width))
	}
	if c.HasAvailableSubCommands() {
		b.WriteString("\nCommands:\n" + subCommands(c, width))
	}
	if c.HasAvailableLocalFlags() {
		b.WriteString("\nFlags:\n" + c.LocalFlags().FlagUsagesWrapped(width+1))
	}
	if c.HasAvailableInheritedFlags() {
		b.WriteString("\nGlobal Flags:\n" + c.InheritedFlags().FlagUsagesWrapped(width+1))
	}
	if c.HasAvailableSubCommands() {
		b.WriteString("\nWhat each does: " + c.CommandPath() + " COMMAND --help\n")
	}
	return b.String()
}

// writeDescription writes what a command does.
func writeDescription(b *strings.Builder, c *cobra.Command, width int) {
	prose := false
	for _, p := range passages(c) {
		if p.verbatim {
			b.WriteString("  " + strings.Join(p.lines, "\n  ") + "\n")
		} else {
			if prose {
				b.WriteByte('\n')
			}
			b.WriteString(strings.Join(text.Mode{}.Wrap(strings.Join(p.lines, " "), width), "\n") + "\n")
		}
		prose = !p.verbatim
	}
}

// subCommands are the commands below one, each with what it does.
func subCommands(c *cobra.Command, width int) string {
	widest := 0
	for _, sub := range c.Commands() {
		widest = max(widest, len(sub.Name()))
	}
	var b strings.Builder
	for _, sub := range c.Commands() {
		if !sub.IsAvailableCommand() {
			continue
		}
		b.WriteString(described(sub.Name(), widest, sub.Short, width))
	}
	return b.String()
}

// described is a name in a column of its own, and beside it what it names.
func described(name string, column int, does string, width int) string {
	before := "  " + text.Fit(name, column) + "  "
	var b strings.Builder
	for _, l := range (text.Mode{}).Wrap(does, max(width-len(before), 1)) {
		b.WriteString(before + l + "\n")
		before = text.Spaces(len(before))
	}
	return b.String()
}

// shellLine is what somebody types, in lines that a shell takes as one: what is too long goes on before a flag or a command.
func shellLine(line string, width int) string {
	var b strings.Builder
	line = "  " + line
	for len(line) > width {
		at := breakOf(line, width)
		if at < 0 {
			break
		}
		b.WriteString(line[:at] + " \\\n")
		line = "      " + line[at+1:]
	}
	return b.String() + line + "\n"
}

// breakOf is the last space outside quotes at which a line is broken to go on, -1 for none.
func breakOf(line string, width int) int {
	at, quote := -1, rune(0)
	for i, r := range line {
		switch {
		case i > width-len(" \\"):
			return at
		case quote != 0:
			if r == quote {
				quote = 0
			}
		case r == '"' || r == '\'':
			quote = r
		case r == ' ' && slices.ContainsFunc([]string{"--", "&&", "|", "[", ">"}, func(s string) bool { return strings.HasPrefix(line[i+1:], s) }):
			if strings.TrimSpace(line[:i]) != "" {
				at = i
			}
		}
	}
	return at
}

// helpCommand is help as a word, for those whose fingers know it from elsewhere.
func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use: "help [COMMAND...]", Short: "Say what a command does", Hidden: true,
		RunE: func(c *cobra.Command, args []string) error {
			of, rest, err := c.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return noCommand(c.Root(), strings.Join(args, " "))
			}
			return of.Help()
		},
		ValidArgsFunction: func(c *cobra.Command, args []string, typed string) (names []string, _ cobra.ShellCompDirective) {
			if of, rest, err := c.Root().Find(args); err == nil && len(rest) == 0 {
				for _, sub := range of.Commands() {
					if sub.IsAvailableCommand() && strings.HasPrefix(sub.Name(), typed) {
						names = append(names, sub.Name()+"\t"+sub.Short)
					}
				}
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
	}
}

func rootHelp(c *cobra.Command, width int) string {
	var b strings.Builder
	b.WriteString(strings.Join(text.Mode{}.Wrap(c.Short, width), "\n") + "\n\n")
	b.WriteString(described("lanyard [--plain]", 25, "the console, in lines with --plain; ? shows help", width))
	b.WriteString(described("lanyard COMMAND --help", 25, "what a command does, with examples", width))
	b.WriteString("\n" + helpGroups[0].Title + "\n")
	var others []string
	for _, sub := range c.Commands() {
		switch {
		case !sub.IsAvailableCommand():
		case sub.GroupID == groupAccount:
			b.WriteString(described(sub.Name(), 16, sub.Short, width))
		default:
			others = append(others, sub.Name())
		}
	}
	slices.Sort(others)
	b.WriteString("\n" + helpGroups[1].Title + "\n")
	line := " "
	for _, name := range others {
		if len(line)+1+len(name) > width {
			b.WriteString(line + "\n")
			line = " "
		}
		line += " " + name
	}
	b.WriteString(line + "\n\nFlags\n" + c.PersistentFlags().FlagUsagesWrapped(width+1))
	return b.String()
}
