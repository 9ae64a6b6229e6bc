package tui

import (
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
