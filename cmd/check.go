package cmd

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

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
instead.

A store in which no Active Admin can be read isn't repaired: nobody could enter it.
Restore a backup then; without one, --admin says who is to be an Admin. Somebody who
isn't in the account any more is added to it.`

// checkReport is what a check found, as --output json shows it.
type checkReport struct {
	Store    string         `json:"store"`
	OK       bool           `json:"ok"`
	Findings []string       `json:"findings"`
	Notes    []string       `json:"notes"`
	Records  map[string]int `json:"records"` // by kind
	Chain    bool           `json:"chain_verified"`

	WrongPassphrase bool `json:"wrong_passphrase,omitempty"` // of the sealing key, so that nothing was checked
}

func (e *env) checkCommand() *cobra.Command {
	var repair bool
	var output, admin string
	c := &cobra.Command{
		Use: "check", Short: "Look whether the store is whole, and repair it", Long: checkLong, Args: noArgs,
		Example: "  lanyard check\n  lanyard check -o json\n  lanyard check --repair\n  lanyard check --repair --admin ana@example.com",
		RunE: func(c *cobra.Command, _ []string) error {
			if repair {
				return e.repair(c.Context(), admin, output)
			}
			if admin != "" {
				return usage("Add --repair, or leave --admin out.", "--admin belongs to --repair: a check changes nothing")
			}
			return e.check(c.Context(), output)
		},
	}
	c.Flags().BoolVar(&repair, "repair", false, "make a whole store of what can be read")
	c.Flags().StringVar(&admin, "admin", "", "with --repair: make `EMAIL` an Admin, where none can be read")
	outputFlag(c, &output)
	return c
}

func (e *env) check(ctx context.Context, output string) error {
	if err := e.mayKeep(ctx, model.Rules.Check); err != nil {
		return err
	}
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
