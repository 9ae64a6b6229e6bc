package cmd

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"lanyard/model"
)

// rotation is what rotate-key was asked for.
type rotation struct {
	grace  string
	endOld bool
	key    keyDelivery
	output string
}

func (e *env) rotateKeyCommand() *cobra.Command {
	var r rotation
	c := &cobra.Command{
		Use: "rotate-key NAME...", Short: "Give service accounts new API keys, or end their old ones", Args: someNames,
		Long: `Makes a new API key, which works at once. The old key stays good for a grace, so
that whatever uses it can be changed without haste, and then dies. Rotating again
during the grace ends the oldest key. Name, role and workspaces stay.

--end-old makes no new key: it ends the old one of an earlier rotation now.`,
		Example: `  lanyard sa rotate-key ci-runner --copy
  lanyard sa rotate-key ci-runner backup --grace 7d
  lanyard sa rotate-key ci-runner --end-old`,
		RunE: func(c *cobra.Command, args []string) error { return e.rotateKeys(c, args, r) },
	}
	c.Flags().StringVar(&r.grace, "grace", "24h", "how long the old key stays good: 0, 1h, 24h, 7d or any `TIME` up to 7 days")
	c.Flags().BoolVar(&r.endOld, "end-old", false, "end the old key of an earlier rotation now")
	outputFlag(c, &r.output)
	r.key.flags(c)
	return c
}

func (r *rotation) check(c *cobra.Command, e *env, names []string) (time.Duration, error) {
	grace, err := parseTime(r.grace)
	switch {
	case err != nil:
		return 0, usage(fmt.Errorf("--grace: %w", err))
	case r.endOld && (c.Flags().Changed("grace") || r.key.copy || r.key.show):
		return 0, usage(errors.New("--end-old makes no new key: leave --grace, --copy and --show-key out"))
	case len(names) > 1 && (r.key.copy || r.key.show):
		return 0, usage(errors.New("keys are copied and shown one at a time: name one service account"))
	}
	return grace, errors.Join(checkOutput(r.output), r.key.check(e))
}

func (e *env) rotateKeys(c *cobra.Command, names []string, r rotation) error {
	grace, err := r.check(c, e, names)
	if err != nil {
		return err
	}
	a, err := e.acting(c.Context())
	if err != nil {
		return err
	}
	var answers []machineAnswer
	err = e.several(names, func(name string) error {
		s, err := e.rotateOne(c, a, name, grace, r)
		if err == nil {
			answers = append(answers, machineJSON(s, nil))
		}
		return err
	})
	if r.output != outputJSON || r.key.show {
		return err
	}
	if len(names) == 1 && len(answers) == 1 {
		return errors.Join(err, e.writeJSON(answers[0]))
	}
	return errors.Join(e.writeJSON(answers), err)
}

// rotateOne rotates the key of one service account, or ends its old one, and says so.
func (e *env) rotateOne(c *cobra.Command, a *acting, name string, grace time.Duration, r rotation) (model.ServiceAccountDetails, error) {
	var none model.ServiceAccountDetails
	ctx := c.Context()
	found, err := a.FindServiceAccount(ctx, a.me, name)
	if err != nil {
		return none, err
	}
	list := []model.Seen{{ID: found.ID}}
	var out model.Outcome
	if r.endOld {
		out, err = a.EndPreviousKeys(ctx, a.me, list)
	} else {
		out, err = a.RotateAPIKeys(ctx, a.me, list, grace)
	}
	if err := errors.Join(err, out.Err()); err != nil {
		return none, err
	}
	s, err := a.ServiceAccount(ctx, a.me, found.ID)
	if err != nil {
		return none, err
	}
	if !r.endOld {
		return s, e.tellKey(ctx, a, s, "Rotated the API key of "+s.Name+oldKeyUntil(s), r.key, r.output)
	}
	if r.output != outputJSON {
		_, err = fmt.Fprintf(e.out, "Ended the old API key of %s\n", s.Name)
	}
	return s, err
}

// oldKeyUntil says in the rest of a sentence what becomes of the old key.
func oldKeyUntil(s model.ServiceAccountDetails) string {
	if s.OldKey == nil {
		return "; the old one is refused from now on"
	}
	return "; the old one stays good until " + s.OldKey.ExpiresAt.Local().Format("2006-01-02 15:04")
}

// parseTime reads a length of time: a number of days, "7d", or what Go calls a duration, "90m".
func parseTime(text string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(text, "d"); ok {
		n, err := strconv.ParseUint(days, 10, 16)
		if err == nil {
			return time.Duration(n) * 24 * time.Hour, nil
		}
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("%q is no length of time: write 0, 30m, 24h or 7d", text)
	}
	return d, nil
}

// someNames asks for at least one argument that names something.
func someNames(c *cobra.Command, args []string) error {
	if err := noSecrets(args); err != nil {
		return err
	}
	if len(args) == 0 {
		return usage(fmt.Errorf("%s takes a name, or several. See: %s --help", c.CommandPath(), c.CommandPath()))
	}
	return nil
}
