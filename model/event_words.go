package model

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Category says in a word for people what an event is about: "Users", "Keys". It follows from the action alone.
func (e Event) Category() string { return categoryOf(e.Action) }

// The categories of events, as they are shown and filtered by.
const (
	CategoryAccount         = "Account"
	CategoryUsers           = "Users"
	CategoryServiceAccounts = "Service accounts"
	CategoryKeys            = "Keys"
	CategoryGroups          = "Groups"
	CategoryWorkspaces      = "Workspaces"
	CategoryRoles           = "Roles"
)

// Categories returns all categories of events.
func Categories() []string {
	return []string{CategoryAccount, CategoryUsers, CategoryServiceAccounts, CategoryKeys, CategoryGroups, CategoryWorkspaces, CategoryRoles}
}

// categoryOf tells a category by what stands before the dot. What is done with a key is of one category, whosever key it is.
func categoryOf(action string) string {
	noun, verb, _ := strings.Cut(action, ".")
	switch noun {
	case "user":
		return CategoryUsers
	case "service_account":
		if strings.HasSuffix(verb, "_key") {
			return CategoryKeys
		}
		return CategoryServiceAccounts
	case "api_key", "seal":
		return CategoryKeys
	case "group":
		return CategoryGroups
	case "workspace":
		return CategoryWorkspaces
	case "role":
		return CategoryRoles
	}
	return CategoryAccount
}

// undoes reports whether the event tells of an undo or a redo.
func (e Event) undoes() bool {
	return strings.HasSuffix(e.Action, ".undo") || strings.HasSuffix(e.Action, ".redo")
}

// Deed says in words what was done: "Set role" for "user.set_role".
func (e Event) Deed() string {
	_, verb, ok := strings.Cut(e.Action, ".")
	if !ok {
		verb = e.Action
	}
	return capitalised(strings.ReplaceAll(verb, "_", " "))
}

// capitalised is a text as a sentence or a title begins.
func capitalised(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return ""
	}
	return string(unicode.ToUpper(first)) + s[size:]
}

// Details says in one line what changed: "role: Builder → Admin, status: Active". It is as long as what changed. Its texts
// were typed by people, so it has to be cleaned where it is drawn.
func (e Event) Details() string {
	var b strings.Builder
	for i, c := range e.Changes {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(c.Label())
		b.WriteString(": ")
		b.WriteString(c.Text())
	}
	return b.String()
}

// Label is the field's name for people: "API key", "expires".
func (c Change) Label() string {
	if c.Field == "api_key" {
		return "API key"
	}
	return strings.ReplaceAll(c.Field, "_", " ")
}

// Text is what a field was and became: "Builder → Admin", what it became where it was nothing, and "was Builder" for what
// isn't there any more.
func (c Change) Text() string {
	switch {
	case c.From == "":
		return c.To
	case c.To == "":
		return "was " + c.From
	}
	return c.From + " → " + c.To
}

// loose is a text as filters compare it: without regard to case and accents.
func loose(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) < 0 {
		return strings.ToLower(s)
	}
	return strings.ToLower(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFKD.String(s)))
}
