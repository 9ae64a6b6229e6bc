// Package cmd is the command line: it opens the account, then runs the console or a command.
package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"lanyard/db"
	"lanyard/keys"
)

// version is set when a release is built.
var version = "dev"

// env is what a run of the program works with, and what its flags said.
type env struct {
	ctx      context.Context // ends when the process is told to stop; nil for never
	in       io.Reader
	out, err io.Writer
	getenv   func(string) string
	now      func() time.Time

	db    string
	as    string
	ascii bool
	clip  string
	yes   bool // --yes: nothing is asked
	plain bool // --plain: a dialogue in lines

	dashes bool // what a shell asks to complete has a "--" before it

	passphraseFile string
	passphraseRead []byte           // what was in it, once it was read for a check
	cost           func() keys.Cost // of a new passphrase

	stores  []*db.Store  // to be closed at the end
	vault   *vault       // of the account; nil until it is opened
	changed *atomic.Bool // whether something was done in the account; nil until it is opened
	told    bool         // the command ended because it was told to stop

	deaf *atomic.Bool // whether ctrl+c is for others; nil where no signals are heard
}

// Main runs the program with its arguments and returns the exit code.
func Main(args []string) int {
	harden()
	return system().untilTold(args)
}

// system is the env of a process.
func system() *env {
	return &env{in: os.Stdin, out: os.Stdout, err: os.Stderr, getenv: os.Getenv, now: time.Now, cost: passphraseCost}
}

func (e *env) run(ctx context.Context, args []string) int {
	e.ctx = ctx
	root := e.root()
	root.SetArgs(e.prepareCompletion(root, args))
	root.SetIn(e.in)
	root.SetOut(e.out)
	root.SetErr(e.err)
	called, err := root.ExecuteContextC(ctx)
	err = e.lostOutput(called, err)
	e.close()
	if ctx.Err() != nil {
		err = e.interruption(called, err)
	}
	if _, said := errors.AsType[silent](err); err != nil && !said {
		printError(e.err, err)
	}
	return exitCode(err)
}

const rootShort = "A keyboard-first console for the people and machines of one company account"

const rootExample = "  lanyard --as ben@example.com\n  lanyard --plain"

func (e *env) root() *cobra.Command {
	cobra.EnableCommandSorting = false // the help has them in the order in which they are added
	c := &cobra.Command{
		Use: "lanyard", Short: rootShort, Example: rootExample, Args: noArgs, SilenceErrors: true, SilenceUsage: true, Version: version,
		PersistentPreRunE: func(c *cobra.Command, _ []string) error { return nothingEmpty(c) },
		RunE:              func(c *cobra.Command, _ []string) error { return e.console(c.Context()) },
	}
	c.SetVersionTemplate("lanyard {{.Version}}\n")
	c.CompletionOptions.DisableDefaultCmd = true
	c.SetHelpCommand(helpCommand())
	c.SetFlagErrorFunc(flagFault)
	flags := c.PersistentFlags()
	flags.SortFlags = false
	flags.StringVar(&e.db, "db", e.getenv("LANYARD_DB"), "the store's `FILE` (LANYARD_DB)")
	flags.StringVar(&e.as, "as", e.getenv("LANYARD_AS"), "the `EMAIL` of who acts (LANYARD_AS)")
	flags.BoolVar(&e.yes, "yes", false, "ask nothing: the answer is yes")
	flags.BoolVar(&e.ascii, "ascii", false, "draw with plain ASCII only")
	flags.StringVar(&e.clip, "clipboard", "auto", "the `WAY` to copy: auto, native, tmux, osc52 or off")
	flags.StringVar(&e.passphraseFile, "passphrase-file", "", "the `FILE` with the passphrase; - is standard input")
	for _, name := range []string{"clipboard", "db", "as"} { // the first stands before its choices, the others are of one machine
		flags.Lookup(name).DefValue = ""
	}
	choices(c, "clipboard", "auto", "native", "tmux", "osc52", "off")
	e.plainFlag(c)
	c.AddGroup(helpGroups...)
	c.AddCommand(e.usersCommand(), e.serviceAccountsCommand(), e.groupsCommand(), e.workspacesCommand(), e.rolesCommand(),
		e.initCommand(), e.demoCommand(), e.activityCommand(), e.verifyCommand(), e.sealCommand(), e.editCommand(),
		e.importCommand(), e.exportCommand(), e.backupCommand(), e.restoreCommand(),
		e.checkCommand(), e.checkFileCommand(), e.compactCommand(), e.undoCommand(), e.redoCommand(), e.completionCommand(), e.manCommand(),
		e.versionCommand(), e.clearClipboardCommand(), e.backupTodayCommand())
	c.SetHelpFunc(e.help)
	c.CompletionOptions.SetDefaultShellCompDirective(cobra.ShellCompDirectiveNoFileComp)
	e.completes(c)
	return c
}

func (e *env) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", Example: "  lanyard version", Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(e.out, "lanyard", version)
			return err
		},
	}
}
