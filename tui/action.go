package tui

import (
	"slices"

	tea "charm.land/bubbletea/v2"
)

// section groups actions in the help.
type section string

const (
	sectionHere    section = "Here"
	sectionMove    section = "Moving"
	sectionView    section = "View"
	sectionProgram section = "Program"
)

// action is one thing that can be done. The row menu, the footer, the help and the keys are all made from the same
// actions, so that they can't disagree.
type action struct {
	id      string
	title   string        // as a menu item: "Deactivate"
	label   func() string // the title when it depends on the row; nil for title
	keys    []string      // as Bubble Tea names them, the first is shown
	footer  string        // a word for the footer, "" to leave it out
	menu    string        // the letter in the row menu, "" to leave it out
	section section
	danger  bool
	single  bool              // it is about the row under the cursor, whatever is marked
	enabled func() error      // nil: always; its error says why not
	explain func(error) error // says more of why not when somebody tries; nil: nothing more to say
	run     func() tea.Cmd
}

// refusal is what to say to somebody who tries an action that can't be run.
func (a action) refusal(why error) error {
	if a.explain == nil {
		return why
	}
	return a.explain(why)
}

// name returns the action's title as it stands now.
func (a action) name() string {
	if a.label != nil {
		return a.label()
	}
	return a.title
}

// why returns nil when the action can be run now, or the reason why it can't.
func (a action) why() error {
	if a.enabled == nil {
		return nil
	}
	return a.enabled()
}

// actionFor returns the action that a key runs.
func actionFor(list []action, key string) (action, bool) {
	for _, a := range list {
		if slices.Contains(a.keys, key) {
			return a, true
		}
	}
	return action{}, false
}

// actionByID returns an action of a list.
func actionByID(list []action, id string) (action, bool) {
	for _, a := range list {
		if a.id == id {
			return a, true
		}
	}
	return action{}, false
}

// keyNames are the names of keys as people read them, where they differ from Bubble Tea's.
var keyNames = map[string]string{
	"up": "↑", "down": "↓", "left": "←", "right": "→", "pgup": "PgUp", "pgdown": "PgDn", "delete": "Del",
}

var keyNamesASCII = map[string]string{
	"up": "up", "down": "down", "left": "left", "right": "right", "pgup": "PgUp", "pgdown": "PgDn", "delete": "Del",
	"←→": "left right", "↑↓": "up down", "←": "left",
}

// keyName returns a key's name for people.
func (c *console) keyName(key string) string {
	names := keyNames
	if c.mode().ASCII {
		names = keyNamesASCII
	}
	if name, ok := names[key]; ok {
		return name
	}
	return key
}
