package cmd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"lanyard/model"
)

// activity is which events were asked for, and how to answer.
type activity struct {
	limit                        int
	category, action, target, by []string
	since, until                 string
	output                       string
}

func (e *env) activityCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "activity", Short: "Show what was done in the account, by whom, and whether the record is whole", Args: noArgs,
		SuggestFor: []string{"audit", "events", "history", "log"},
		Example:    "  lanyard activity list --since 7d\n  lanyard activity verify",
		RunE:       func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(e.activityListCommand(), e.activityFollowCommand(), e.activityVerifyCommand())
	return c
}

const activityListLong = `Lists what was done, newest first. What narrows the list takes the beginning of a
word or a name, and may be given more than once: then one of them has to fit.`

func (e *env) activityListCommand() *cobra.Command {
	var a activity
	c := &cobra.Command{
		Use: "list", Short: "List what was done, newest first", Long: activityListLong, Args: noArgs,
		Example: `  lanyard activity list --limit 20
  lanyard activity list --category keys --since 7d
  lanyard activity list --by ana@example.com --action invite --until 2026-12-01
  lanyard activity list --target ben@example.com --since 2026-11-01 -o json`,
		RunE: func(c *cobra.Command, _ []string) error { return e.activityList(c.Context(), a) },
	}
	a.flags(c)
	c.Flags().IntVar(&a.limit, "limit", 0, "list no more than `N`; 0 for all")
	c.Flags().StringVar(&a.until, "until", "", "only what was done before `TIME`; a day counts whole")
	outputFlag(c, &a.output, outputCSV)
	return c
}

func (e *env) activityFollowCommand() *cobra.Command {
	var a activity
	c := &cobra.Command{
		Use: "follow", Short: "Print what is done from now on, as it happens", Args: noArgs,
		Long: `Prints each event when it happens, until it is interrupted. With -o json each is a
line of its own. What narrows is the same as for list.`,
		Example: `  lanyard activity follow
  lanyard activity follow --category keys -o json
  lanyard activity follow --since 1h --by ana@example.com --target bot --action rotate`,
		RunE: func(c *cobra.Command, _ []string) error { return e.activityFollow(c.Context(), a) },
	}
	a.flags(c)
	outputFlag(c, &a.output, outputCSV)
	return c
}

// flags are what narrows.
func (a *activity) flags(c *cobra.Command) {
	f := c.Flags()
	f.StringArrayVar(&a.category, "category", nil, "only of this `CATEGORY`: "+strings.ToLower(strings.Join(model.Categories(), ", ")))
	choices(c, "category", wordsFor(model.Categories(), snake)...)
	f.StringArrayVar(&a.action, "action", nil, "only this `ACTION`, such as user.invite or \"set role\"")
	f.StringArrayVar(&a.target, "target", nil, "only what was done to this `NAME`, email or id")
	f.StringArrayVar(&a.by, "by", nil, "only what was done by this `EMAIL` or id")
	f.StringVar(&a.since, "since", "", "only what was done since `TIME`: 24h, 7d, 2w, 2026-11-01, or in RFC 3339")
}

// filter is what was asked for, or what is wrong with it.
func (a *activity) filter(now time.Time) (*model.EventFilter, error) {
	if a.limit < 0 {
		return nil, badLimit()
	}
	f := &model.EventFilter{Action: a.action, Target: a.target, By: a.by}
	known := wordsFor(model.Categories(), snake)
	for _, c := range a.category {
		if !slices.ContainsFunc(known, func(k string) bool { return strings.HasPrefix(k, snake(c)) }) {
			return nil, usage("Choose "+orList(known)+".", "There is no category %q", c)
		}
		f.Category = append(f.Category, strings.ReplaceAll(c, "_", " ")) // as JSON spells it
	}
	for _, action := range a.action {
		if model.CheckAction(action) != nil {
			return nil, usage("Choose "+orList(model.Actions())+".", "There is no action %q", action)
		}
	}
	var err error
	if a.since != "" {
		if f.Since, err = model.ParseSince(a.since, now); err != nil {
			return nil, err
		}
	}
	if a.until != "" {
		f.Until, err = model.ParseUntil(a.until, now)
	}
	return f, err
}

// openActivity reads what narrows the events before it opens the account.
func (e *env) openActivity(ctx context.Context, a activity) (*model.EventFilter, *acting, error) {
	f, err := a.filter(e.now())
	if err != nil {
		return f, nil, err
	}
	d, err := e.acting(ctx)
	return f, d, err
}

func (e *env) activityList(ctx context.Context, a activity) error {
	f, d, err := e.openActivity(ctx, a)
	if err != nil {
		return err
	}
	events, count, err := d.Activity(ctx, d.me)
	if err != nil {
		return err
	}
	p := e.eventPrinter(a.output, true)
	p.begin()
	for event, err := range events.List(ctx, f, count) {
		if err != nil {
			return errors.Join(p.end(), err)
		}
		p.print(event)
		if p.printed == a.limit {
			break
		}
	}
	err = p.end()
	if err == nil && p.printed == 0 && a.output == outputTable && e.screen().width > 0 {
		_, err = fmt.Fprintln(e.err, "No event fits.")
	}
	return err
}

// followEvery is how often the store is looked at, which costs microseconds.
const followEvery = 400 * time.Millisecond

func (e *env) activityFollow(ctx context.Context, a activity) error {
	f, d, err := e.openActivity(ctx, a)
	if err != nil {
		return err
	}
	events, last, err := d.Activity(ctx, d.me)
	if err != nil {
		return err
	}
	p := e.eventPrinter(a.output, false)
	p.begin()
	for mark := (model.Mark{}); ; {
		now, err := d.Store().Look()
		if err != nil {
			return err
		}
		if now != mark {
			if err := d.May(ctx, d.me, model.Rules.SeeAll); err != nil && ctx.Err() == nil { // it may have been taken from them
				return errors.Join(p.end(), err)
			}
			if last, err = follow(ctx, events, f, last, p); err != nil {
				return err
			}
			mark = now
		}
		select {
		case <-ctx.Done():
			return p.end()
		case <-time.After(followEvery):
		}
	}
}

// follow prints what happened after an event, and returns the last it saw.
func follow(ctx context.Context, events *model.Activity, f *model.EventFilter, last uint64, p *eventPrinter) (uint64, error) {
	for {
		list, next, err := events.After(ctx, f, last)
		if err != nil && ctx.Err() == nil {
			return last, err
		}
		for _, event := range list {
			p.print(event)
		}
		if next == last {
			return last, p.flush()
		}
		last = next
	}
}

// isTerminal reports whether a person reads there.
func isTerminal(w any) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
