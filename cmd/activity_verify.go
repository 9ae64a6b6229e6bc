package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"lanyard/model"
)

const activityVerifyLong = `Walks all events, each of which carries a hash over the one before it, and says
where the chain breaks. The exit code is 6 for a chain that isn't whole.

Keep the head that it prints somewhere else: with --head it is compared later.
Only so it shows that events are missing at the end.`

// chainCheck is what activity verify was asked.
type chainCheck struct{ head, output string }

func (e *env) activityVerifyCommand() *cobra.Command {
	var v chainCheck
	c := &cobra.Command{
		Use: "verify", Short: "Say whether the record of what was done is whole", Long: activityVerifyLong, Args: noArgs,
		Example: "  lanyard activity verify\n  lanyard activity verify --head 1204:5f2b…",
		RunE:    func(c *cobra.Command, _ []string) error { return e.activityVerify(c.Context(), v) },
	}
	c.Flags().StringVar(&v.head, "head", "", "compare with a head that was kept, `N:HEX`")
	outputFlag(c, &v.output)
	return c
}

// chainAnswer is what activity verify says, in JSON. docs/activity.md describes its fields; they are never renamed.
type chainAnswer struct {
	Valid  bool     `json:"valid"`
	Events uint64   `json:"events"` // how many are as they should be
	Head   string   `json:"head"`
	Lost   []uint64 `json:"lost,omitempty"` // in a repair that the activity tells of
	Break  string   `json:"break,omitempty"`
	Seq    uint64   `json:"seq,omitempty"`
	Error  string   `json:"error,omitempty"`
}

func (e *env) activityVerify(ctx context.Context, v chainCheck) error {
	var kept model.Head
	if v.head != "" {
		var err error
		if kept, err = model.ParseHead(v.head); err != nil {
			return err
		}
	}
	d, err := e.acting(ctx)
	if err != nil {
		return err
	}
	if _, _, err := d.Activity(ctx, d.me); err != nil {
		return err
	}
	report, done := e.walked()
	head, lost, err := d.VerifyActivity(ctx, kept, report)
	done()
	chain, isChain := errors.AsType[*model.ChainError](err)
	if err != nil && !isChain {
		return err
	}
	if v.output == outputJSON {
		return errors.Join(e.chainJSON(head, lost, chain), silently(err))
	}
	if err != nil {
		return err
	}
	return e.saidWhole(head, lost, kept)
}

func (e *env) saidWhole(head model.Head, lost []uint64, kept model.Head) error {
	what := fmt.Sprintf("The activity is whole: %s, none changed, moved or taken away.\n", plural(int(head.Seq), "event", "events"))
	if len(lost) > 0 {
		what = fmt.Sprintf("The activity is whole but for what a repair couldn't read: %s.\n", plural(int(head.Seq), "event", "events"))
	}
	for _, seq := range lost {
		what += fmt.Sprintf("Event %d: lost in an earlier repair; the chain begins anew after it.\n", seq)
	}
	if kept.Seq > 0 {
		what += fmt.Sprintf("Event %d is the one whose head was kept.\n", kept.Seq)
	}
	_, err := fmt.Fprintf(e.out, "%sHead: %s\nKeep it elsewhere: with it, --head shows later whether events are missing at the end.\n", what, head)
	return err
}

// silently keeps an error's exit code and says nothing: everything is said in JSON.
func silently(err error) error {
	if err == nil {
		return nil
	}
	return silent{err}
}

func (e *env) chainJSON(head model.Head, lost []uint64, chain *model.ChainError) error {
	a := chainAnswer{Valid: chain == nil, Events: head.Seq, Head: head.String(), Lost: append([]uint64{}, lost...)}
	if chain != nil {
		a.Break, a.Seq, a.Error = string(chain.Break), chain.Seq, chain.Error()
	}
	return json.NewEncoder(e.out).Encode(a)
}

// longWalk is how many events take so long that somebody wonders.
const longWalk = 100_000

// walked says on a terminal how far a long walk is, and takes that back when it is done.
func (e *env) walked() (report func(done, total uint64), done func()) {
	said := false
	report = func(done, total uint64) {
		if total >= longWalk && isTerminal(e.err) {
			said = true
			_, _ = fmt.Fprintf(e.err, "\rLooked at %d of %d events… ", done, total) // only a courtesy
		}
	}
	return report, func() {
		if said {
			_, _ = fmt.Fprint(e.err, "\r\x1b[K")
		}
	}
}
