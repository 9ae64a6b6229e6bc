package cmd

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"lanyard/model"
	"lanyard/tui/text"
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
	m := &many{noun: "service account", find: findMachine}
	c := &cobra.Command{
		Use: "rotate-key NAME...", Short: "Give service accounts new API keys, or end their old ones", Args: someNames,
		Long: `Makes a new API key, which works at once. The old key stays good for a grace, so
that whatever uses it can be changed without haste, and then dies. Rotating again
during the grace ends the oldest key. Name, role and workspaces stay.

--end-old makes no new key: it ends the old one of an earlier rotation now.

Whatever ends a key before its time asks first: --end-old, a grace of 0, and rotating
again while an older key is good. A job that rotates a key regularly takes a grace
that is shorter than its interval, and is never asked; or it says --yes.`,
		Example: `  lanyard sa rotate-key ci-runner --copy
  lanyard sa rotate-key ci-runner backup --grace 7d
  lanyard sa rotate-key ci-runner --end-old --yes
  lanyard sa rotate-key ci-runner --grace 0 --yes --show-key >key.txt`,
		RunE: func(c *cobra.Command, args []string) error { return e.rotateKeys(c, m, args, r) },
	}
	c.Flags().StringVar(&r.grace, "grace", "24h", "how long the old key stays good: 0, 1h, 24h, 7d or any `TIME` up to 7 days")
	choices(c, "grace", "0", "1h", "24h", "7d")
	c.Flags().BoolVar(&r.endOld, "end-old", false, "end the old key of an earlier rotation now")
	outputFlag(c, &r.output)
	r.key.flags(c)
	m.flags(c)
	return c
}

// check looks, before anything is done, whether what is wanted can be done.
func (r *rotation) check(c *cobra.Command, e *env, names []string) (time.Duration, error) {
	grace, err := parseTime(r.grace)
	switch {
	case err != nil:
		return 0, usage("Write it as "+orList(graces)+": 7 days at most.", "--grace: %v", err)
	case r.endOld && (c.Flags().Changed("grace") || r.key.copy || r.key.show):
		return 0, usage("Leave --grace, --copy and --show-key out.", "--end-old makes no new key")
	case len(names) > 1 && (r.key.copy || r.key.show):
		return 0, usage("Name one service account.", "Keys are copied and shown one at a time")
	}
	return grace, r.key.check(e)
}

func (e *env) rotateKeys(c *cobra.Command, m *many, names []string, r rotation) error {
	grace, err := r.check(c, e, names)
	if err != nil {
		return err
	}
	ctx := c.Context()
	a, err := e.acting(ctx)
	if err != nil {
		return err
	}
	m.done, m.quiet = "given new keys", true
	m.do = each(func(ctx context.Context, a *acting, list []model.Seen) (model.Outcome, error) {
		return a.RotateAPIKeys(ctx, a.me, list, grace)
	})
	m.question, m.weigh = "Rotate again, and end the older key of", e.endsOlder
	if grace == 0 {
		m.question, m.weigh = "Rotate the key of", e.endsAll
	}
	if r.endOld {
		m.done, m.question, m.weigh = "without their old keys", "End the old key of", e.endsOlder
		m.do = each(func(ctx context.Context, a *acting, list []model.Seen) (model.Outcome, error) {
			return a.EndPreviousKeys(ctx, a.me, list)
		})
	}
	done, err := m.run(ctx, e, a, names)
	return errors.Join(err, e.tellRotated(ctx, a, r, done, len(names) == 1))
}

// endsOlder chooses those that have an older key which is good still, and says what ends with it.
func (e *env) endsOlder(ctx context.Context, a *acting, list []target) (about []target, follows string, err error) {
	var ends []string
	for _, t := range list {
		s, err := a.ServiceAccount(ctx, a.me, t.id)
		if err != nil {
			return nil, "", err
		}
		if s.OldKey != nil {
			about = append(about, t)
			ends = append(ends, fmt.Sprintf("%s of %s, good until %s", s.OldKey.Hint(), s.Name, momentText(s.OldKey.ExpiresAt)))
		}
	}
	if more := len(ends) - namedAtMost; more > 0 {
		ends = append(ends[:namedAtMost], fmt.Sprintf("%d more", more))
	}
	if len(ends) > 0 {
		follows = text.Clean(strings.Join(ends, "; ")) + ": whatever still uses it stops working."
	}
	return about, follows, nil
}

// endsAll says what ends where no key but the new one stays good.
func (e *env) endsAll(ctx context.Context, a *acting, list []target) (about []target, follows string, err error) {
	_, older, err := e.endsOlder(ctx, a, list)
	if older != "" {
		older = " So is the older one. " + older
	}
	return list, "The key that is used now is refused at once." + older, err
}

// namedAtMost is how many keys a question names.
const namedAtMost = 4

// tellRotated says what was done to the keys of some service accounts, each or in one JSON.
func (e *env) tellRotated(ctx context.Context, a *acting, r rotation, done []model.ID, single bool) error {
	answers := []machineAnswer{}
	for _, id := range done {
		s, err := a.ServiceAccount(ctx, a.me, id)
		switch {
		case err != nil:
		case r.output == outputJSON && !r.key.show && !r.key.copy:
			answers = append(answers, machineJSON(s, nil))
		case r.endOld:
			_, err = fmt.Fprintf(e.out, "Ended the old API key of %s\n", text.Clean(s.Name))
		default:
			err = e.tellKey(ctx, a, s, "Rotated the API key of "+s.Name+oldKeyUntil(s, e.screen()), r.key, r.output)
		}
		if err != nil {
			return err
		}
	}
	switch {
	case len(answers) == 0:
		return nil
	case single:
		return e.writeJSON(answers[0])
	}
	return e.writeJSON(answers)
}

// oldKeyUntil says in the rest of a sentence what becomes of the old key.
func oldKeyUntil(s model.ServiceAccountDetails, on screen) string {
	if s.OldKey == nil {
		return "; the old one is refused from now on"
	}
	return "; the old one stays good until " + on.moment(s.OldKey.ExpiresAt)
}

// graces and terms are how a grace and the term of an invitation are written, as hints say it: all of them are allowed.
var (
	graces = []string{"0", "30m", "24h", "7d"}
	terms  = []string{"12h", "7d", "2w"}
)

// parseTime reads a length of time: a number of days or weeks, "7d" or "2w", or what Go calls a duration, "90m".
func parseTime(s string) (time.Duration, error) {
	for unit, length := range map[string]time.Duration{"d": 24 * time.Hour, "w": 7 * 24 * time.Hour} {
		number, ok := strings.CutSuffix(s, unit)
		if n, err := strconv.ParseUint(number, 10, 16); ok && err == nil {
			return time.Duration(n) * length, nil
		}
	}
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("%q is no length of time", s)
	}
	return d, nil
}
