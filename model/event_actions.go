package model

import (
	"fmt"
	"slices"
	"strings"
)

// verbs are what is done to each kind of target. Together with its noun each is an action.
var verbs = []struct{ noun, verbs string }{
	{"account", "create export fill repair reseal restore"},
	{"activity", "lost"},
	{"seal", "add remove rotate unlock_failed"},
	{"user", "accept cancel_invite deactivate invite join_group leave_group reactivate redo remove rename resend_invite restore" +
		" set_groups set_role set_workspace_role take_over undo"},
	{"service_account", "copy_key create delete describe end_old_key redo rename reveal_key rotate_key set_role set_workspace_role undo"},
	{"group", "create delete describe redo rename set_workspace_role undo"},
	{"workspace", "create delete describe redo rename undo"},
	{"role", "create delete describe redo rename set_permissions undo"},
}

// Actions returns all actions of events, as programs call them.
func Actions() []string {
	var list []string
	for _, of := range verbs {
		for verb := range strings.FieldsSeq(of.verbs) {
			list = append(list, of.noun+"."+verb)
		}
	}
	return list
}

// CheckCategory refuses a value of EventFilter.Category that no category begins with.
func CheckCategory(value string) error {
	if slices.ContainsFunc(Categories(), func(c string) bool { return startsWith(c, value) }) {
		return nil
	}
	return noSuch("category", value, strings.ToLower(strings.Join(Categories(), ", ")))
}

// CheckAction refuses a value of EventFilter.Action that no action begins with, nor what is shown of one.
func CheckAction(value string) error {
	if slices.ContainsFunc(Actions(), func(a string) bool { return startsWith(a, value) || startsWith(Event{Action: a}.Deed(), value) }) {
		return nil
	}
	return noSuch("action", value, strings.Join(Actions(), ", "))
}

func noSuch(what, value, list string) error {
	short := fmt.Sprintf("No %s begins with %q", what, value)
	return &Error{Kind: ErrInvalid, What: short, Short: short, Hint: "There are " + list + "."}
}
