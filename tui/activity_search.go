package tui

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode"

	tea "charm.land/bubbletea/v2"

	"lanyard/model"
	"lanyard/tui/grid"
)

// The words that narrow the activity.
var activityKeys = []string{"category", "action", "target", "by", "since", "until"}

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

// eventFilter makes a filter of what was typed. What is wrong with it narrows nothing, and is returned to be said.
func eventFilter(typed string, now time.Time) (*model.EventFilter, error) {
	words, values := grid.Parts(typed, activityKeys...)
	f := &model.EventFilter{Category: values["category"], Action: values["action"], Target: values["target"], By: values["by"]}
	var bad error
	for _, text := range values["since"] {
		at, err := model.ParseSince(text, now)
		if bad = errors.Join(bad, err); err == nil && at.After(f.Since) {
			f.Since = at
		}
	}
	for _, text := range values["until"] {
		at, err := model.ParseUntil(text, now)
		if bad = errors.Join(bad, err); err == nil && (f.Until.IsZero() || at.Before(f.Until)) {
			f.Until = at
		}
	}
	if w := grid.NewWords(words); !w.None() {
		f.Also = wordsIn(w, strings.ContainsFunc(strings.Join(words, ""), unicode.IsDigit))
	}
	return f, bad
}

// wordsIn looks for words in what is shown of an event; in the time only where there are digits to be found.
func wordsIn(w *grid.Words, times bool) func(e *model.Event) bool {
	return func(e *model.Event) bool {
		at := ""
		if times {
			at = moment(e.Time)
		}
		return w.In(e.Category(), e.Deed(), e.TargetName, e.ActorName, at, e.Details())
	}
}
