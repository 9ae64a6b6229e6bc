package tui

import (
	"slices"

	tea "charm.land/bubbletea/v2"
)

// keyset is the keys that do one thing within overlays. Keys of the page are in the actions.
type keyset struct {
	keys []string // as Bubble Tea names them
	does string   // for the page of keys
}

func (k keyset) has(msg tea.KeyPressMsg) bool { return slices.Contains(k.keys, msg.String()) }

// The keys within overlays. Letters are added only where no text is edited.
var (
	keyBack    = keyset{[]string{"esc"}, "One step back; nothing is lost or changed"}
	keyAccept  = keyset{[]string{"enter"}, "Do what is marked, or take what was typed"}
	keyNext    = keyset{[]string{"tab"}, "The next field or button; in a cell, save and edit the next"}
	keyPrev    = keyset{[]string{"shift+tab"}, "The one before"}
	keyUp      = keyset{[]string{"up", "ctrl+p"}, "Up"}
	keyDown    = keyset{[]string{"down", "ctrl+n"}, "Down"}
	keyLeft    = keyset{[]string{"left"}, "The choice or button to the left"}
	keyRight   = keyset{[]string{"right"}, "The choice or button to the right"}
	keyPgUp    = keyset{[]string{"pgup"}, "A page up"}
	keyPgDown  = keyset{[]string{"pgdown"}, "A page down"}
	keyHalfUp  = keyset{[]string{"ctrl+u"}, "A page up where nothing is typed; else it takes away what is before the cursor"}
	keyHalfDn  = keyset{[]string{"ctrl+d"}, "A page down where nothing is typed; else it takes a letter away"}
	keyHome    = keyset{[]string{"home"}, "The beginning"}
	keyEnd     = keyset{[]string{"end"}, "The end"}
	keySubmit  = keyset{[]string{"ctrl+s"}, "Send the form, from any field"}
	keySpace   = keyset{[]string{"space"}, "Tick, or take the next choice"}
	keyAll     = keyset{[]string{"ctrl+a"}, "Tick all that are shown"}
	keyCopy    = keyset{[]string{"c"}, "Copy what the page is about"}
	keyRedraft = keyset{[]string{"e"}, "Edit again what was written in an editor"}
	keyReveal  = keyset{[]string{"r"}, "Reveal the API key"}
	keyClose   = keyset{[]string{"esc", "o"}, "Close the page"}
	keyErase   = keyset{[]string{"backspace", "ctrl+h"}, "Take the last letter of a passphrase away"}
	keyClear   = keyset{[]string{"ctrl+u", "ctrl+w"}, "Take a whole passphrase away"}
	keyQuit    = keyset{[]string{"ctrl+c"}, "Quit, from anywhere"}
	keyStop    = keyset{[]string{"ctrl+z"}, "Suspend, from anywhere"}
)
