package editor

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"

	"lanyard/model"
)

// Draft is a table that lies in a file to be edited, and what came of it.
type Draft struct {
	Table *Table
	Path  string
	Rows  []model.Row // what it changes
	Plan  model.Plan  // what would become of that
	// Faults are what is wrong with lines; nothing is planned then.
	Faults []Fault
}

// Begin writes a table into a file that only its owner reads.
func Begin(t *Table) (*Draft, error) {
	f, err := os.CreateTemp("", "lanyard-*.tsv")
	if err != nil {
		return nil, err
	}
	_, err = f.Write(t.Text())
	if err := errors.Join(err, f.Close()); err != nil {
		return nil, errors.Join(err, os.Remove(f.Name()))
	}
	return &Draft{Table: t, Path: f.Name()}, nil
}

// Look reads the file, and finds out what would be done, or what is wrong.
func (d *Draft) Look(ctx context.Context, in *model.Directory, actor model.Actor) error {
	edited, err := os.ReadFile(d.Path)
	if err != nil {
		return err
	}
	d.Plan = model.Plan{}
	if d.Rows, d.Faults = d.Table.Read(edited); len(d.Faults) > 0 || len(d.Rows) == 0 {
		return nil
	}
	rehearsing, err := in.Rehearse()
	if err != nil {
		return err
	}
	if d.Plan, err = rehearsing.Apply(ctx, actor, d.Rows, model.Importing{}); err == nil {
		d.Faults = Mistakes(d.Plan)
	}
	return err
}

// Mark writes what is wrong into the file, above each line.
func (d *Draft) Mark() error {
	edited, err := os.ReadFile(d.Path)
	if err != nil {
		return err
	}
	marked := Marked(edited, d.Faults)
	if bytes.Equal(marked, edited) {
		return nil
	}
	return os.WriteFile(d.Path, marked, 0o600)
}

// Untouched reports whether the file holds what was put into it, so that there is nothing to lose.
func (d *Draft) Untouched() bool {
	now, err := os.ReadFile(d.Path)
	return err == nil && bytes.Equal(now, d.Table.Text())
}

// Discard removes the file.
func (d *Draft) Discard() error { return os.Remove(d.Path) }

// Editor returns the words that call somebody's editor: $VISUAL, $EDITOR, or vi.
func Editor(getenv func(string) string) []string {
	for _, name := range []string{"VISUAL", "EDITOR"} {
		if words := strings.Fields(getenv(name)); len(words) > 0 {
			return words
		}
	}
	return []string{"vi"}
}

// Command is the call of an editor for the file.
func (d *Draft) Command(editor []string) *exec.Cmd {
	return exec.Command(editor[0], append(editor[1:len(editor):len(editor)], d.Path)...) //nolint:gosec // it is the person's own editor
}
