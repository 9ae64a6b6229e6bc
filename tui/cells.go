package tui

import (
	"time"

	"lanyard/model"
	"lanyard/tui/grid"
	"lanyard/tui/theme"
)

// StatusCell is a user's status as tables show it, the command line's too: a glyph and a word, never colour alone.
func StatusCell(u model.User, expired bool) grid.Cell {
	switch {
	case expired:
		return grid.Cell{Glyph: theme.Cross, Text: "Invited · expired", Short: "Expired", Tone: theme.Bad}
	case u.Status == model.StatusInvited && u.Invitation.Delivery.State == model.Failed:
		return grid.Cell{Glyph: theme.Cross, Text: "Invited · no mail", Short: "Not mailed", Tone: theme.Bad}
	case u.Status == model.StatusInvited:
		return grid.Cell{Glyph: theme.Pending, Text: "Invited", Tone: theme.Warn}
	case u.Status == model.StatusInactive:
		return grid.Cell{Glyph: theme.Empty, Text: "Inactive", Tone: theme.Dim}
	}
	return grid.Cell{Glyph: theme.Full, Text: "Active", Tone: theme.Good}
}

// RoleCell is a role by its name, with a colour for the one that can do everything.
func RoleCell(id model.ID, name string) grid.Cell {
	c := grid.Cell{Text: name}
	if id == model.RoleAdmin {
		c.Tone = theme.Accent
	}
	if id == model.RoleTenantGuest {
		c.Short = "Guest"
	}
	return c
}

// KeyCell is a service account's API key as tables show it, the command line's too: masked, or that there are two and until
// when. old is the key before the last rotation, good or not, and zero where there is none.
func KeyCell(key, old model.APIKey, now time.Time) grid.Cell {
	until := goodUntil(old, now)
	if key.Lost() {
		return grid.Cell{Text: key.Hint(), Short: "lost", Tone: theme.Warn}
	}
	if until.IsZero() {
		return grid.Cell{Text: key.Hint(), Tone: theme.Accent}
	}
	when := until.Local().Format("2 Jan") // a week away at most
	if sameDay(until, now) {
		when = until.Local().Format("15:04")
	}
	return grid.Cell{Text: "2 keys · old until " + when, Short: "2 keys to " + when, Tone: theme.Accent}
}

// goodUntil is when a key that was rotated away ends, zero if it has ended or there is none.
func goodUntil(old model.APIKey, now time.Time) time.Time {
	if old.ID == 0 || old.Expired(now) {
		return time.Time{}
	}
	return old.ExpiresAt
}

// LastUsed is when either of a service account's keys was last used.
func LastUsed(key, old model.APIKey) time.Time {
	if old.LastUsedAt.After(key.LastUsedAt) {
		return old.LastUsedAt
	}
	return key.LastUsedAt
}

// IdleSinceRotation reports whether an old key was used, and not any more since there is a new one.
func IdleSinceRotation(key, old model.APIKey) bool {
	return !old.LastUsedAt.IsZero() && old.LastUsedAt.Before(key.CreatedAt.Truncate(time.Minute))
}
