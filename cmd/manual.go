package cmd

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// The manual is made from the commands themselves: pages for man, and those of docs/commands. A page is about a command of
// lanyard's own with all that is below it.

// pages are the commands that have a page, lanyard itself first.
func pages(root *cobra.Command) []*cobra.Command {
	list := []*cobra.Command{root}
	for _, c := range root.Commands() {
		if c.IsAvailableCommand() {
			list = append(list, c)
		}
	}
	return list
}

// onPage are the commands that a page is about: for lanyard itself only that, for others with all below it.
func onPage(c *cobra.Command) []*cobra.Command {
	list := []*cobra.Command{c}
	if !c.HasParent() {
		return list
	}
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() {
			list = append(list, onPage(sub)...)
		}
	}
	return list
}

// usageLine is how a command is called.
func usageLine(c *cobra.Command) string {
	line := c.CommandPath()
	if _, args, found := strings.Cut(c.Use, " "); found {
		line += " " + args
	}
	switch _, args, _ := strings.Cut(c.Use, " "); {
	case c.HasSubCommands() && args == "":
		return line + " [COMMAND]"
	case !c.HasSubCommands() && len(flagsOf(c)) > 0:
		line += " [FLAG...]"
	}
	return line
}

// flagDoc is what there is to say about a flag.
type flagDoc struct{ call, does string }

// flagsOf are the flags of a command that it alone has; of lanyard itself those that all commands have.
func flagsOf(c *cobra.Command) (list []flagDoc) {
	c.LocalFlags().VisitAll(func(f *pflag.Flag) {
		if f.Hidden || f.Name == "help" {
			return
		}
		value, does := pflag.UnquoteUsage(f)
		call := "--" + f.Name
		if f.Shorthand != "" {
			call = "-" + f.Shorthand + ", " + call
		}
		if value != "" {
			call += " " + value
		}
		switch f.DefValue {
		case "", "0", "false", "[]":
		default:
			does += " (default " + f.DefValue + ")"
		}
		list = append(list, flagDoc{call, does})
	})
	return list
}

// passage is a piece of a command's description: words that flow, or lines that stand as they are.
type passage struct {
	verbatim bool
	lines    []string
}

// passages are the pieces of a command's description. Lines that are indented stand as they are.
func passages(c *cobra.Command) (list []passage) {
	long := c.Long
	if long == "" {
		long = c.Short + "."
	}
	begun := false
	for line := range strings.SplitSeq(long, "\n") {
		if line == "" {
			begun = false
			continue
		}
		rest, verbatim := strings.CutPrefix(line, "  ")
		if !begun || list[len(list)-1].verbatim != verbatim {
			list = append(list, passage{verbatim: verbatim})
		}
		begun = true
		last := &list[len(list)-1]
		last.lines = append(last.lines, rest)
	}
	return list
}

// examples are a command's, a line each.
func examples(c *cobra.Command) (list []string) {
	for line := range strings.SplitSeq(c.Example, "\n") {
		if line = strings.TrimPrefix(line, "  "); line != "" {
			list = append(list, line)
		}
	}
	return list
}
