package model

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// EventFilter says which events are wanted. The zero filter wants all. Of several values for one thing, one has to fit; a
// value fits a text that begins with it, without regard to case and accents.
type EventFilter struct {
	Of       Ref      // only what was done to this record or names it; the zero Ref for any
	Called   string   // what Of is called now, "" if it is gone; of a group, a workspace or a role, other names that it had are found out
	Category []string // "users", "keys"
	Action   []string // "user.invite", or what is shown: "invite"
	Target   []string // what it was called then, or its id in full
	By       []string // who did it: their email then, or their id in full

	Since, Until time.Time // from Since on, and before Until; zero for no bound

	// Also is asked last, nil for nothing more to ask. It must not keep the event, whose texts may be gone afterwards.
	Also func(e *Event) bool

	names []calling // what is known by now of Of's names
}

// Matches reports whether an event is wanted.
func (f *EventFilter) Matches(e *Event) bool {
	switch {
	case f.Of != (Ref{}) && !f.isAbout(e),
		!f.Since.IsZero() && e.Time.Before(f.Since),
		!f.Until.IsZero() && !e.Time.Before(f.Until),
		len(f.Category) > 0 && !startsWithAny(e.Category(), f.Category),
		len(f.Action) > 0 && !startsWithAny(e.Action, f.Action) && !startsWithAny(e.Deed(), f.Action),
		len(f.Target) > 0 && !startsWithAny(e.TargetName, f.Target) && !isAny(e.Target.ID, f.Target),
		len(f.By) > 0 && !startsWithAny(e.ActorName, f.By) && !isAny(e.Actor, f.By):
		return false
	}
	return f.Also == nil || f.Also(e)
}

// refersTo reports whether what changed is that the target is in a group or a workspace of a name, or has a role of it.
func refersTo(e *Event, kind Kind, name string) bool {
	refers, ok := referring[kind]
	return ok && slices.ContainsFunc(e.Changes, func(c Change) bool {
		field, about, _ := strings.Cut(c.Field, " ") // of an undo: "group sre"
		return refers(c, field, about, name)
	})
}

// referring reports, for each kind that is referred to, whether a change of a field names one of them. An undo's field says what it
// is about.
var referring = map[Kind]func(c Change, field, about, name string) bool{
	KindGroup: func(c Change, field, about, name string) bool {
		if field == "groups" {
			return listsName(c.From, name) != listsName(c.To, name)
		}
		return field == "group" && slices.Contains([]string{c.From, c.To, about}, name)
	},
	KindWorkspace: func(c Change, field, about, name string) bool {
		return strings.HasPrefix(field, "workspace") && (about == name || listsName(c.From, name) || listsName(c.To, name))
	},
	KindRole: func(c Change, field, about, name string) bool {
		there := strings.HasPrefix(field, "workspace")
		if field == "role" || there && about != "" {
			return c.From == name || c.To == name
		}
		return there && strings.Contains(c.From+", "+c.To, " ("+name+")")
	},
}

// All reports whether the filter wants every event.
func (f *EventFilter) All() bool {
	return f.Of == (Ref{}) && len(f.Category)+len(f.Action)+len(f.Target)+len(f.By) == 0 && f.Since.IsZero() && f.Until.IsZero() && f.Also == nil
}

func startsWithAny(s string, values []string) bool {
	for _, v := range values {
		if startsWith(s, v) {
			return true
		}
	}
	return false
}

// startsWith compares what is plain ASCII, as most is, without a copy.
func startsWith(s, prefix string) bool {
	for i := 0; i < len(prefix) && i < len(s); i++ {
		if s[i] >= utf8.RuneSelf || prefix[i] >= utf8.RuneSelf {
			return strings.HasPrefix(loose(s), loose(prefix))
		}
		if lowered(s[i]) != lowered(prefix[i]) {
			return false
		}
	}
	return len(s) >= len(prefix)
}

func lowered(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

func isAny(id ID, values []string) bool {
	return slices.Contains(values, strconv.FormatUint(uint64(id), 10))
}

// ParseSince reads the earliest moment wanted: how long ago (30m, 24h, 7d, 2w), a day (2026-11-01), or a time in RFC 3339. Days
// begin at midnight where now is.
func ParseSince(text string, now time.Time) (time.Time, error) {
	return parseMoment(text, now, 0)
}

// ParseUntil reads the moment before which is wanted, as ParseSince does; a day counts whole.
func ParseUntil(text string, now time.Time) (time.Time, error) {
	return parseMoment(text, now, 1)
}

// units are how long ago something can be said to be.
var units = map[byte]time.Duration{'m': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour, 'w': 7 * 24 * time.Hour}

// maxAgo bounds how long ago something can be said to be, in its unit.
const maxAgo = 10_000

func parseMoment(text string, now time.Time, days int) (time.Time, error) {
	if n := len(text) - 1; n > 0 && units[text[n]] > 0 {
		ago, err := strconv.Atoi(text[:n])
		if err == nil && ago >= 0 && ago <= maxAgo {
			return now.Add(-time.Duration(ago) * units[text[n]]), nil
		}
	}
	if day, err := time.ParseInLocation(time.DateOnly, text, now.Location()); err == nil {
		return day.AddDate(0, 0, days), nil
	}
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at, nil
	}
	return time.Time{}, &Error{
		Kind: ErrInvalid, What: fmt.Sprintf("%q isn't a time", text), Short: "not a time",
		Hint: "Write how long ago, such as 24h, 7d or 2w, a day, such as 2026-11-01, or a time in RFC 3339, such as 2026-11-01T09:30:00Z.",
	}
}
