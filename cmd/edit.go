package cmd

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os/exec"

	"github.com/spf13/cobra"

	"lanyard/model"
	"lanyard/tui/editor"
	"lanyard/tui/text"
)

const editLong = `Opens users or service accounts as a table in your editor ($VISUAL, $EDITOR, or vi),
shows what you changed and what would be done, and does it on yes. A line that can't
be read opens the editor again, with the reason above it. Nothing typed is lost: when
it isn't applied, the file is kept and named.`

func (e *env) editCommand() *cobra.Command {
	var narrow userFilter
	c := editCommand(e, e.users(), editor.Users, &cobra.Command{
		Use: "edit", Short: "Change many users or service accounts in your editor", Long: editLong + "\n\nWithout a noun, it is users.", Args: noArgs,
		Example: "  lanyard edit --status invited --mail not_sent\n  lanyard edit --group platform --role Builder\n" +
			"  lanyard edit service-accounts --workspace web-shop",
	}, narrow.flags, narrow.keep)
	c.AddCommand(e.editUsersCommand(), e.editMachinesCommand())
	return c
}

func (e *env) editUsersCommand() *cobra.Command {
	var narrow userFilter
	return editCommand(e, e.users(), editor.Users, &cobra.Command{
		Use: "users", Short: "Change users in your editor", Long: editLong, Args: noArgs,
		Example: "  lanyard edit users --status invited\n  lanyard edit users --group platform --match ben\n" +
			"  lanyard edit users --role Builder --workspace web-shop\n  lanyard edit users --mail not_sent",
	}, narrow.flags, narrow.keep)
}

func (e *env) editMachinesCommand() *cobra.Command {
	var narrow machineFilter
	c := editCommand(e, e.machines(), editor.ServiceAccounts, &cobra.Command{
		Use: "service-accounts", Short: "Change service accounts in your editor; their keys stay", Long: editLong, Args: noArgs,
		Example: "  lanyard edit service-accounts --workspace web-shop --role Builder",
	}, narrow.flags, narrow.keep)
	c.Aliases = []string{"sa"}
	return c
}

// editCommand edits what a list shows.
func editCommand[T, D any](
	e *env, l *listing[T, D], table func([]D) *editor.Table, c *cobra.Command,
	flags func(*cobra.Command), keep func(context.Context, *acting) (func(T) bool, error),
) *cobra.Command {
	var match string
	c.RunE = func(c *cobra.Command, _ []string) error {
		a, err := e.acting(c.Context())
		if err != nil {
			return err
		}
		wanted, err := keep(c.Context(), a)
		if err != nil {
			return err
		}
		var rows []D
		for row, err := range l.matching(l.rows(a).All(c.Context(), wanted), match) {
			if err != nil {
				return err
			}
			rows = append(rows, row)
		}
		if len(rows) == 0 {
			return &model.Error{Kind: model.ErrNotFound, What: "No " + l.noun + " fits"}
		}
		return e.edit(c.Context(), a, table(rows))
	}
	flags(c)
	c.Flags().StringVar(&match, "match", "", "only those in which `TEXT` is found, as the console's filter does")
	return c
}

// edit has a table edited until it is applied or given up.
func (e *env) edit(ctx context.Context, a *acting, t *editor.Table) error {
	draft, err := editor.Begin(t)
	if err != nil {
		return failed(err, "Name a place for it in TMPDIR.", "The table can't be written for the editor")
	}
	for {
		again, err := e.editOnce(ctx, a, draft)
		switch {
		case err != nil && draft.Untouched(): // the editor is missing, or failed
			return errors.Join(err, draft.Discard())
		case err != nil:
			_, _ = fmt.Fprintf(e.err, "What you wrote is kept: %s\n", draft.Path) // nowhere left to report to
			return err
		case !again:
			return draft.Discard()
		}
	}
}

// editOnce opens the editor, and does what comes of it. again asks to open it once more.
func (e *env) editOnce(ctx context.Context, a *acting, draft *editor.Draft) (again bool, err error) {
	call := draft.Command(editor.Editor(e.getenv))
	call.Stdin, call.Stdout, call.Stderr = e.in, e.out, e.err
	if err := e.deafly(call.Run); errors.Is(err, exec.ErrNotFound) || errors.Is(err, fs.ErrNotExist) {
		return false, &model.Error{Kind: model.ErrNotFound, What: "There is no editor " + call.Path + " on this machine", Hint: "Name another in EDITOR."}
	} else if err != nil {
		return false, &model.Error{What: fmt.Sprintf("The editor %s failed: %v", call.Path, err), Hint: "Name another in EDITOR."}
	}
	if err := draft.Look(ctx, a.Directory, a.me); err != nil {
		return false, err
	}
	switch {
	case len(draft.Faults) > 0:
		return e.editFaulty(draft)
	case len(draft.Rows) == 0:
		_, err := fmt.Fprintln(e.out, "Nothing was changed")
		return false, err
	}
	p := planned{env: e, dry: true, done: "changed"}
	if err := p.say(draft.Plan); err != nil {
		return false, err
	}
	if draft.Plan.Touches() == 0 {
		return false, p.failure(draft.Plan, len(draft.Rows))
	}
	switch answer, err := e.choose("Do it? y yes, e edit again, n no:", "y", "e", "n"); {
	case err != nil:
		return false, err
	case answer == "e":
		return true, nil
	case answer == "n":
		return false, errDeclined
	}
	p.dry = false
	_, err = p.apply(ctx, a, draft.Rows, model.Importing{})
	return false, err
}

// editFaulty says what is wrong, and offers to put it right.
func (e *env) editFaulty(draft *editor.Draft) (again bool, err error) {
	for _, f := range draft.Faults {
		_, _ = fmt.Fprintf(e.err, "lanyard: line %d: %s\n", f.Line, text.Clean(f.Why)) // nowhere left to report to
	}
	if err := draft.Mark(); err != nil {
		return false, err
	}
	refusal := usage("Edit again, and mend what is marked.", "%s can't be read, and nothing was changed", count(len(draft.Faults), "line"))
	if !e.interactive() {
		return false, refusal
	}
	answer, err := e.choose("Edit again? y yes, n no:", "y", "n")
	if err != nil || answer == "y" {
		return answer == "y", err
	}
	return false, refusal
}
