package tui

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	tea "charm.land/bubbletea/v2"

	"lanyard/model"
	"lanyard/tui/grid"
)

// The words that narrow the activity.
var activityKeys = []string{"category", "action", "target", "by", "details", "since", "until"}

// search is a filter at work. It looks through the events part by part in the background, newest first, and what it has
// found so far is shown; then it looks at what happens.
type search struct {
	filter *model.EventFilter
	found  finds
	next   uint64 // go on with this one; 0 when it is through
	top    uint64 // what came after this hasn't been looked at
	from   uint64 // where it began
	cancel context.CancelFunc
}

// searched brings what a part of the events holds.
type searched struct {
	of          *search
	found       []uint64
	from, next  uint64
	whatHappens bool // it looked at what came since
	err         error
}

// newSearch begins a search of all events up to a number.
func (c *console) newSearch(filter *model.EventFilter, count uint64) (*search, context.Context) {
	ctx, cancel := context.WithCancel(c.ctx)
	return &search{filter: filter, next: count, top: count, from: count, cancel: cancel}, ctx
}

// look looks through the next part.
func (s *search) look(ctx context.Context, in *model.Activity) tea.Cmd {
	from, filter := s.next, s.filter
	return func() tea.Msg {
		found, next, err := in.Search(ctx, filter, from)
		return searched{of: s, found: found, from: from, next: next, err: err}
	}
}

// lookAtNews looks at what happened since.
func (s *search) lookAtNews(ctx context.Context, in *model.Activity, count uint64) tea.Cmd {
	filter := s.filter
	return func() tea.Msg {
		found, next, err := in.Search(ctx, filter, count)
		return searched{of: s, found: found, from: count, next: next, whatHappens: true, err: err}
	}
}

// take adds what was found.
func (s *search) take(msg searched) {
	if !msg.whatHappens {
		s.found.older, s.next = append(s.found.older, msg.found...), msg.next
		return
	}
	for _, seq := range slices.Backward(msg.found) {
		if seq > s.top {
			s.found.newer = append(s.found.newer, seq)
		}
	}
	s.top = max(s.top, msg.from)
}

// done is how much was looked through, in percent.
func (s *search) done() int { return int((s.from - s.next) * 100 / max(1, s.from)) }

// eventFilter makes a filter of what was typed. What is wrong with it is returned to be said; a time that is none narrows
// nothing.
func eventFilter(typed string, now time.Time) (*model.EventFilter, error) {
	words, values := grid.Parts(typed, activityKeys...)
	f := &model.EventFilter{Category: values["category"], Action: values["action"], Target: values["target"], By: values["by"]}
	bad := filterFault(f)
	for _, text := range values["since"] {
		at, err := model.ParseSince(text, now)
		if bad = cmp.Or(bad, notATime(text, err)); err == nil && at.After(f.Since) {
			f.Since = at
		}
	}
	for _, text := range values["until"] {
		at, err := model.ParseUntil(text, now)
		if bad = cmp.Or(bad, notATime(text, err)); err == nil && (f.Until.IsZero() || at.Before(f.Until)) {
			f.Until = at
		}
	}
	f.Also = both(wordsIn(words), detailsIn(values["details"]))
	return f, bad
}

// filterFault is the first of a filter's values that nothing can fit.
func filterFault(f *model.EventFilter) (fault error) {
	for _, c := range f.Category {
		fault = cmp.Or(fault, model.CheckCategory(c))
	}
	for _, a := range f.Action {
		fault = cmp.Or(fault, model.CheckAction(a))
	}
	if fault != nil {
		return errors.New(model.Short(fault)) // what there is instead has no room
	}
	return nil
}

// notATime says so in few words.
func notATime(text string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%q isn't a time such as 24h, 7d or 2026-11-01", text)
}

// both asks two questions of an event, each of which may be none.
func both(a, b func(*model.Event) bool) func(*model.Event) bool {
	if a == nil || b == nil {
		if a == nil {
			return b
		}
		return a
	}
	return func(e *model.Event) bool { return a(e) && b(e) }
}

// detailsIn looks for one of some texts in what changed; nil if there are none.
func detailsIn(values []string) func(*model.Event) bool {
	var list []*grid.Words
	for _, v := range values {
		if w := grid.NewWords([]string{v}); !w.None() {
			list = append(list, w)
		}
	}
	if len(list) == 0 {
		return nil
	}
	return func(e *model.Event) bool {
		details := e.Details()
		return slices.ContainsFunc(list, func(w *grid.Words) bool { return w.In(details) })
	}
}

// wordsIn looks for words in what is shown of an event, in the time only where there are digits to be found; nil if there
// are none.
func wordsIn(words []string) func(e *model.Event) bool {
	w := grid.NewWords(words)
	if w.None() {
		return nil
	}
	times := strings.ContainsFunc(strings.Join(words, ""), unicode.IsDigit)
	return func(e *model.Event) bool {
		at := ""
		if times {
			at = moment(e.Time)
		}
		return w.In(e.Category(), e.Deed(), e.TargetName, e.ActorName, at, e.Details())
	}
}
