package cmd

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"lanyard/db"
	"lanyard/model"
)

const checkLong = `Reads every page, record, index entry, count and event of the store, and says what
is wrong. It works on a copy, in a process of its own, while others go on working.
The exit code is 6 when something is wrong.

--repair makes a new store of all that can be read, with indexes and counts made
anew, and puts it in the place of the damaged one. That is kept beside it, and so
is, in a file of its own, each record that can't be read. Nothing is guessed: a
service account whose key is lost gets one that opens nothing, to be rotated, and
an event that is lost is marked as that. Where there is a good backup, restore it
instead.`

// checkReport is what a check found, as --output json shows it.
type checkReport struct {
	Store    string         `json:"store"`
	OK       bool           `json:"ok"`
	Findings []string       `json:"findings"`
	Notes    []string       `json:"notes"`
	Records  map[string]int `json:"records"` // by kind
	Chain    bool           `json:"chain_verified"`
}

func (e *env) checkCommand() *cobra.Command {
	var repair bool
	var output string
	c := &cobra.Command{
		Use: "check", Short: "Look whether the store is whole, and repair it", Long: checkLong, Args: noArgs,
		Example: "  lanyard check\n  lanyard check -o json\n  lanyard check --repair",
		RunE: func(c *cobra.Command, _ []string) error {
			if repair {
				return e.repair(c.Context(), output)
			}
			return e.check(c.Context(), output)
		},
	}
	c.Flags().BoolVar(&repair, "repair", false, "make a whole store of what can be read")
	outputFlag(c, &output)
	return c
}

func (e *env) check(ctx context.Context, output string) error {
	report, err := e.checkStore(ctx)
	if err != nil {
		return interrupted(ctx, err)
	}
	if err := e.tell(report, output); err != nil || report.OK {
		return err
	}
	if output == outputJSON {
		return silent{model.ErrDamaged}
	}
	return &model.Error{
		Kind: model.ErrDamaged, What: fmt.Sprintf("The store %s is damaged, as said above", report.Store),
		Hint: "Restore a backup, or save what can be read: lanyard check --repair.",
	}
}

// tell writes a report.
func (e *env) tell(r checkReport, output string) error {
	if output == outputJSON {
		return json.NewEncoder(e.out).Encode(r)
	}
	var b strings.Builder
	for _, what := range append(r.Findings, r.Notes...) {
		fmt.Fprintln(&b, what)
	}
	if r.OK {
		counts := map[model.Kind]int{}
		for kind := model.Kind(1); kind.String() != fmt.Sprintf("kind %d", kind); kind++ {
			counts[kind] = r.Records[jsonKind(kind)]
		}
		fmt.Fprintf(&b, "%s is whole: %s.\n", r.Store, contents(counts))
	}
	_, err := fmt.Fprint(e.out, b.String())
	return err
}

func jsonKind(k model.Kind) string { return strings.ReplaceAll(strings.ToLower(k.String()), " ", "_") }

// checkStore checks the store.
func (e *env) checkStore(ctx context.Context) (checkReport, error) {
	return e.checkFile(ctx, e.home().store)
}

// checkFile checks a copy of a file, in a process of its own: whatever is in the file, this one goes on.
func (e *env) checkFile(ctx context.Context, path string) (r checkReport, err error) {
	copied, err := e.checkCopy(path)
	if err != nil {
		return r, err
	}
	defer func() { _ = os.Remove(copied.Name()) }()
	defer func() { _ = copied.Close() }()
	if err := db.Snapshot(ctx, path, copied); err != nil {
		return r, err
	}
	exe, err := os.Executable()
	if err != nil {
		return r, failed(err, "Call it by its whole path.", "This program, which checks in a process of its own, can't be found")
	}
	var out, said bytes.Buffer
	child := exec.CommandContext(ctx, exe)
	child.Args = []string{os.Args[0], checkFileName, copied.Name(), path}
	child.Stdout, child.Stderr = &out, &said
	_, done := e.progress(ctx, "Checking")
	err = child.Run()
	done()
	if err == nil {
		err = json.Unmarshal(out.Bytes(), &r)
		return r, err
	}
	if ctx.Err() != nil {
		return r, ctx.Err()
	}
	return checkReport{Store: path, Findings: []string{crashed(err, said.String())}, Notes: []string{}, Records: map[string]int{}}, nil
}

// crashed says what became of a check that didn't come to its end.
func crashed(err error, said string) string {
	exit, ok := errors.AsType[*exec.ExitError](err)
	if first, _, _ := strings.Cut(strings.TrimPrefix(said, "lanyard: "), "\n"); ok && exit.ExitCode() == exitDamaged {
		return first
	}
	return fmt.Sprintf("reading it ended the program that read it: %v", err)
}

// checkCopy makes the file for a copy: beside the store, or where temporary files go when nothing can be written there.
func (e *env) checkCopy(path string) (*os.File, error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".check-*")
	if err != nil {
		f, err = os.CreateTemp("", "lanyard-check-*")
	}
	if err != nil {
		return nil, failed(err, "Make room there, or name another place in TMPDIR.", "A check needs room for a copy")
	}
	return f, nil
}

// checkFileName is the hidden command that a check runs.
const checkFileName = "check-file"

func (e *env) checkFileCommand() *cobra.Command {
	return &cobra.Command{
		Use: checkFileName + " COPY NAME", Hidden: true, Short: "Check a copy that nobody else uses", Args: copyAndName,
		Example: "  lanyard check",
		RunE:    func(c *cobra.Command, args []string) error { return e.checkHere(c.Context(), args[0], args[1]) },
	}
}

func copyAndName(c *cobra.Command, args []string) error {
	if len(args) != 2 {
		return wrongArgs(c, "A copy and what it is called have to be named")
	}
	return nil
}

func (e *env) checkHere(ctx context.Context, path, name string) error {
	r := checkReport{Store: name, Findings: []string{}, Notes: []string{}, Records: map[string]int{}}
	report, err := db.Check(ctx, path, name, func(storeID string, tx model.ReadTx, damaged []model.Ref, indexed int) ([]string, error) {
		with := model.Checkup{Damaged: damaged, Indexed: indexed}
		root, err := e.home().vault(storeID).Unlock() // nobody is there to be asked
		if err == nil {
			defer root.Wipe()
			with.ChainKey = root.ChainKey()
			r.Chain = true
		} else {
			r.Notes = append(r.Notes, "the chain of events wasn't verified: "+model.Short(err))
		}
		found, err := model.CheckAccount(ctx, tx, with)
		r.Notes = append(r.Notes, found.Notes...)
		return found.Wrong, err
	})
	if err != nil {
		return err
	}
	r.Findings = append(r.Findings, report.Findings...)
	r.OK = len(r.Findings) == 0
	for kind, n := range report.Counts {
		r.Records[jsonKind(kind)] = n
	}
	return json.NewEncoder(e.out).Encode(r)
}
