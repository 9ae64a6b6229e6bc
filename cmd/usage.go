package cmd

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"lanyard/model"
)

// What is said of a command that was called wrongly: here in our own words, also where a library found out.

// errUsage marks what was called wrongly.
var errUsage = errors.New("wrong usage")

// usage is an error about how a command was called: what is wrong, as a clause, and what to do instead, as a sentence.
func usage(hint, what string, args ...any) error {
	return &model.Error{Kind: errUsage, What: fmt.Sprintf(what, args...), Hint: hint}
}

// seeHelp is the hint that always helps.
func seeHelp(c *cobra.Command) string { return "See: " + c.CommandPath() + " --help" }

// wrongArgs is a wrong number of arguments, which the usage line puts right.
func wrongArgs(c *cobra.Command, what string) error {
	_, args, _ := strings.Cut(c.Use, " ")
	return usage("Write it so: "+strings.TrimSpace(c.CommandPath()+" "+args), "%s", what)
}

// noArgs refuses arguments, and names what it didn't understand.
func noArgs(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if err := noSecrets(args); err != nil {
		return err
	}
	if c.HasSubCommands() {
		return noCommand(c, args[0])
	}
	return wrongArgs(c, fmt.Sprintf("%q is a word too many", args[0]))
}

// misspelt is how many letters may be wrong in the name of a command that was perhaps meant.
const misspelt = 2

// noCommand says that a command has none of that name below it, and which one was perhaps meant.
func noCommand(c *cobra.Command, name string) error {
	hint := seeHelp(c)
	c.SuggestionsMinimumDistance = misspelt
	if near := c.SuggestionsFor(name); len(near) > 0 {
		hint = "Did you mean " + orList(near) + "? " + hint
	}
	return usage(hint, "%q isn't a command of %s", name, c.CommandPath())
}

// oneName asks for one argument that is no secret.
func oneName(c *cobra.Command, args []string) error {
	if err := noSecrets(args); err != nil {
		return err
	}
	switch len(args) {
	case 0:
		return wrongArgs(c, "No name was given")
	case 1:
		return nil
	}
	return wrongArgs(c, fmt.Sprintf("One name is needed, and %d were given", len(args)))
}

// someNames asks for one argument or more, none of them a secret.
func someNames(c *cobra.Command, args []string) error {
	if err := noSecrets(args); err != nil {
		return err
	}
	if len(args) == 0 {
		return wrongArgs(c, "No name was given")
	}
	return nil
}

// oneFile asks for a file.
func oneFile(c *cobra.Command, args []string) error {
	if err := noSecrets(args); err != nil {
		return err
	}
	if len(args) != 1 || args[0] == "" {
		return wrongArgs(c, "One file has to be named")
	}
	return nil
}

// noSecrets refuses keys and tokens as arguments.
func noSecrets(args []string) error {
	for _, arg := range args {
		if strings.HasPrefix(arg, "lys_") || strings.HasPrefix(arg, "lyi_") {
			return usage("Leave it out: it is asked for, or read from standard input.",
				"A key or a token is never an argument, where everybody on the machine sees it")
		}
	}
	return nil
}

// mayBeEmpty are the flags whose value may be nothing, or of which the rules say what is wrong then.
var mayBeEmpty = []string{"description", "note", "name", "account", "email"}

// nothingEmpty refuses flags that were given and say nothing: in a script that is a variable that isn't set, and to do without
// would be to work on another store, as somebody else, on everything, or to find any key good enough.
func nothingEmpty(c *cobra.Command) (err error) {
	c.Flags().Visit(func(f *pflag.Flag) {
		if err == nil && saysNothing(f) && !slices.Contains(mayBeEmpty, f.Name) {
			err = usage("Say what it is to be, or leave it out.", "--%s is empty", f.Name)
		}
	})
	return err
}

// saysNothing reports whether a flag has an empty text, or one among several.
func saysNothing(f *pflag.Flag) bool {
	if several, ok := f.Value.(pflag.SliceValue); ok {
		return slices.ContainsFunc(several.GetSlice(), blank)
	}
	return f.Value.Type() == "string" && blank(f.Value.String())
}

func blank(s string) bool { return strings.TrimSpace(s) == "" }

// flagFault says what is wrong with a flag: its library has words of its own, and gives those of the parser.
func flagFault(c *cobra.Command, err error) error {
	hint := seeHelp(c)
	if unknown, ok := errors.AsType[*pflag.NotExistError](err); ok {
		name := "--" + unknown.GetSpecifiedName()
		if unknown.GetSpecifiedShortnames() != "" {
			name = name[1:]
		}
		return usage(hint, "There is no flag %s", name)
	}
	if bare, ok := errors.AsType[*pflag.ValueRequiredError](err); ok {
		name := bare.GetFlag().Name
		value, _ := pflag.UnquoteUsage(bare.GetFlag())
		return usage(hint, "--%s needs a value: --%s %s", name, name, value)
	}
	if bad, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		return valueFault(bad, hint)
	}
	if odd, ok := errors.AsType[*pflag.InvalidSyntaxError](err); ok {
		return usage(hint, "%q is no flag", odd.GetSpecifiedFlag())
	}
	return usage(hint, "The flags can't be read: %v", err)
}

// valueFault says what a flag takes.
func valueFault(bad *pflag.InvalidValueError, hint string) error {
	flag, value := bad.GetFlag(), bad.GetValue()
	if err := noSecrets([]string{value}); err != nil {
		return err
	}
	if offers, ok := flag.Value.(*form); ok {
		return usage("Choose "+orList(offers.offered)+".", "--%s can't be %q", flag.Name, value)
	}
	takes := map[string]string{
		"int": "a number", "uint64": "a number from 0 on", "bool": "no value, or true or false", "stringToString": "FIELD=COLUMN",
	}[flag.Value.Type()]
	if errors.Is(bad, strconv.ErrRange) {
		takes = "a smaller number"
	}
	return usage(hint, "--%s takes %s, and got %q", flag.Name, takes, value)
}

func badLimit() error {
	return usage("Leave it out, or say 0, for all.", "--limit can't be less than 0")
}

func noMailServer() error {
	return usage("Leave --mail out, or set one.", "There is no mail server in %s", configFile())
}

func noPermission(name string) error {
	return usage("Choose from "+strings.Join(permissionNames(model.ScopeTenant.Permissions()), ", ")+".", "There is no permission %q", name)
}
