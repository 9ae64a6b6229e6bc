package cmd

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// The groups of commands in the help.
const (
	groupAccount = "account" // the nouns of the account: a line each
	groupStore   = "store"   // all others: many to a line
)

var helpGroups = []*cobra.Group{{ID: groupAccount, Title: "People and machines"}, {ID: groupStore, Title: "Keys, history and the store"}}

// helpWidth is what the help is written for, in cells.
const helpWidth = 80

// help writes what a command does. That of lanyard itself fits a screen of 80 by 24, however many commands there are.
func help(c *cobra.Command, _ []string) {
	if c.HasParent() {
		text := c.Long
		if text == "" {
			text = c.Short + "."
		}
		_, _ = fmt.Fprintln(c.OutOrStdout(), text+"\n\n"+strings.TrimRight(c.UsageString(), "\n")) // nowhere left to report to
		return
	}
	_, _ = fmt.Fprint(c.OutOrStdout(), rootHelp(c)) // the same
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
	}
}

const rootHelpHead = `%s

  lanyard [--plain]           the console, in lines with --plain; ? shows help
  lanyard COMMAND --help      what a command does, with examples

%s
`

func rootHelp(c *cobra.Command) string {
	var b strings.Builder
	fmt.Fprintf(&b, rootHelpHead, c.Short, helpGroups[0].Title)
	var others []string
	for _, sub := range c.Commands() {
		switch {
		case !sub.IsAvailableCommand():
		case sub.GroupID == groupAccount:
			fmt.Fprintf(&b, "  %-18s %s\n", sub.Name(), sub.Short)
		default:
			others = append(others, sub.Name())
		}
	}
	slices.Sort(others)
	b.WriteString("\n" + helpGroups[1].Title + "\n")
	line := " "
	for _, name := range others {
		if len(line)+1+len(name) > helpWidth {
			b.WriteString(line + "\n")
			line = " "
		}
		line += " " + name
	}
	b.WriteString(line + "\n\nFlags\n" + c.PersistentFlags().FlagUsages())
	return b.String()
}
