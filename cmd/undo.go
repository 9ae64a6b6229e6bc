package cmd

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"lanyard/model"
	"lanyard/tui/text"
)

// undoFlags are what undo and redo are told.
type undoFlags struct {
	output      string
	force, keep bool
	event       uint64 // 0 for the last change
}

func (e *env) undoCommand() *cobra.Command {
	return e.takeBackCommand(&cobra.Command{
		Use: "undo", Short: "Take back your last change", Args: noArgs,
		Long: `Takes back the last change of who acts that isn't undone yet, by the same rules
as any other change. A change of many is taken back as one. Changes can be
undone for 30 days; what can't be is said with the reason.

Where somebody else has changed the same since, nothing is changed: both are
shown, and the exit code is 5. --force undoes it anyway, --keep leaves theirs.

--event takes back the change that an event of the activity belongs to, which
needn't be the last one. What you have changed again since has to be undone first.`,
		Example: "  lanyard undo\n  lanyard undo --as ben@example.com\n  lanyard undo --keep\n  lanyard undo --force\n  lanyard undo --event 23",
	}, (*model.Directory).Undo)
}

func (e *env) redoCommand() *cobra.Command {
	return e.takeBackCommand(&cobra.Command{
		Use: "redo", Short: "Put again what you have undone", Args: noArgs,
		Long: `Puts the change again that was undone last, until who acts changes something
else. Conflicts are as with undo.`,
		Example: "  lanyard redo\n  lanyard redo --force\n  lanyard redo --keep",
	}, (*model.Directory).Redo)
}

func (e *env) takeBackCommand(c *cobra.Command, do takeBack) *cobra.Command {
	var f undoFlags
	outputFlag(c, &f.output)
	c.Flags().BoolVar(&f.force, "force", false, "also where somebody else has changed the same since")
	c.Flags().BoolVar(&f.keep, "keep", false, "leave what somebody else has changed, or what can't be undone, as it is")
	if c.Name() == "undo" {
		c.Flags().Uint64Var(&f.event, "event", 0, "take back the change that the event number `N` of the activity belongs to")
	}
	c.RunE = func(c *cobra.Command, _ []string) error { return e.takeBack(c, f, do) }
	return c
}

func (e *env) takeBack(c *cobra.Command, f undoFlags, do takeBack) error {
	if f.force && f.keep {
		return usage("Choose one of them.", "--force and --keep are opposites")
	}
	if f.event == 0 && c.Flags().Changed("event") {
		return usage("See: lanyard activity list", "--event 0 is no event: they are numbered from 1")
	}
	a, err := e.acting(c.Context())
	if err != nil {
		return err
	}
	report, err := f.run(c, a.Directory, a.me, do)
	if printed := e.printUndo(f, report, err); printed != nil {
		return printed
	}
	return err
}

// takeBack is the Directory's Undo or Redo.
type takeBack func(*model.Directory, context.Context, model.Actor, model.UndoChoice) (model.UndoReport, error)

// run undoes. With force it looks first, and insists on what it saw.
func (f undoFlags) run(c *cobra.Command, d *model.Directory, actor model.Actor, do takeBack) (model.UndoReport, error) {
	report, err := do(d, c.Context(), actor, model.UndoChoice{Event: f.event, Keep: f.keep})
	if !f.force || !errors.Is(err, model.ErrConflict) || len(report.Conflicts) == 0 {
		return report, err
	}
	choice := model.UndoChoice{Event: f.event, Step: report.Step.ID}
	for _, conflict := range report.Conflicts {
		choice.Force = append(choice.Force, conflict.Seen())
	}
	return do(d, c.Context(), actor, choice)
}

// undoAnswer is a report as JSON. It never holds a secret.
type undoAnswer struct {
	Done      int            `json:"done"`
	Said      string         `json:"said"` // "" when nothing was done
	Change    undoneChange   `json:"change"`
	Refused   []undoRefusal  `json:"refused"`
	Conflicts []undoConflict `json:"conflicts"`
	Notes     []string       `json:"notes"`
}

type undoneChange struct {
	Action string  `json:"action"`
	Title  string  `json:"title"`
	Time   instant `json:"time"`
	Event  uint64  `json:"event"`
}

type undoRefusal struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Why  string `json:"why"`
}

type undoConflict struct {
	Kind    string      `json:"kind"`
	ID      string      `json:"id"`
	Name    string      `json:"name"`
	Version uint64      `json:"version"`
	Fields  []undoField `json:"fields"`
}

type undoField struct {
	Field  string   `json:"field"`
	Was    string   `json:"was"`
	Mine   string   `json:"mine"`
	Theirs string   `json:"theirs"`
	By     *string  `json:"by"`
	At     *instant `json:"at"`
}

// printUndo prints what was done, what wasn't and why. Where there is nothing to report on, the error says it.
func (e *env) printUndo(f undoFlags, r model.UndoReport, err error) error {
	if f.output == outputJSON {
		if r.Step.ID == 0 {
			return nil
		}
		return e.writeJSON(answerOf(r, err))
	}
	var b strings.Builder
	if err == nil {
		said := r.Says()
		if r.Done == 0 {
			said = "Left as it is: " + r.Step.Does()
		}
		b.WriteString(said + ".\n")
	}
	for _, note := range r.Notes {
		b.WriteString(note + ".\n")
	}
	for _, x := range r.Refused {
		if err == nil {
			fmt.Fprintf(&b, "Not %s: %v\n", x.Name, x.Err)
		}
	}
	for _, x := range r.Conflicts {
		for _, field := range x.Fields {
			b.WriteString(conflictWords(r, x, field) + "\n")
		}
	}
	for line := range strings.Lines(b.String()) {
		if _, err := fmt.Fprintln(e.out, text.Clean(strings.TrimSuffix(line, "\n"))); err != nil {
			return err
		}
	}
	return nil
}

// conflictWords say what a field was, what was or would be made of it, and what it is, through whom.
func conflictWords(r model.UndoReport, x model.Conflict, f model.FieldConflict) string {
	mine := "you made it " + orNothing(f.Mine)
	switch {
	case r.Redo && f.Mine == "":
		mine = "you would have it gone"
	case r.Redo:
		mine = "you would make it " + f.Mine
	}
	said := fmt.Sprintf("%s, %s: it was %s, %s, now it is %s", x.Name, f.Label(), orNothing(f.Was), mine, orNothing(f.Theirs))
	if f.By != "" {
		said += fmt.Sprintf(" (%s, %s)", f.By, momentText(f.At))
	}
	return said
}

func orNothing(s string) string {
	if s == "" {
		return "nothing"
	}
	return s
}

func answerOf(r model.UndoReport, err error) undoAnswer {
	a := undoAnswer{
		Done: r.Done, Refused: []undoRefusal{}, Conflicts: []undoConflict{}, Notes: append([]string{}, r.Notes...),
		Change: undoneChange{r.Step.Action, r.Step.Does(), instant{r.Step.At}, r.Step.Event},
	}
	if err == nil && r.Done > 0 {
		a.Said = r.Says()
	}
	for _, x := range r.Refused {
		a.Refused = append(a.Refused, undoRefusal{strconv.FormatUint(uint64(x.ID), 10), x.Name, x.Err.Error()})
	}
	for _, x := range r.Conflicts {
		one := undoConflict{Kind: x.Ref.Kind.String(), ID: strconv.FormatUint(uint64(x.Ref.ID), 10), Name: x.Name, Version: x.Version, Fields: []undoField{}}
		for _, field := range x.Fields {
			one.Fields = append(one.Fields, undoField{field.Field, field.Was, field.Mine, field.Theirs, nameJSON(field.By), timeJSON(field.At)})
		}
		a.Conflicts = append(a.Conflicts, one)
	}
	return a
}
