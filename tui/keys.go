package tui

import (
	"slices"

	tea "charm.land/bubbletea/v2"
)

// keyset is the keys that do one thing within overlays. Keys of the page are in the actions.
type keyset []string

func (k keyset) has(msg tea.KeyPressMsg) bool { return slices.Contains(k, msg.String()) }

// The keys within overlays. Letters are added only where no text is edited.
var (
	keyBack   = keyset{"esc"}
	keyAccept = keyset{"enter"}
	keyNext   = keyset{"tab"}
	keyPrev   = keyset{"shift+tab"}
	keyUp     = keyset{"up", "ctrl+p"}
	keyDown   = keyset{"down", "ctrl+n"}
	keyLeft   = keyset{"left"}
	keyRight  = keyset{"right"}
	keyPgUp   = keyset{"pgup", "ctrl+u"}
	keyPgDown = keyset{"pgdown", "ctrl+d"}
	keyHome   = keyset{"home"}
	keyEnd    = keyset{"end"}
	keySubmit = keyset{"ctrl+s"}
	keySpace  = keyset{"space"}
	keyAll    = keyset{"ctrl+a"}
	keyCopy   = keyset{"c"}
	keyReveal = keyset{"r"}
	keyClose  = keyset{"esc", "o"}
	keyQuit   = keyset{"ctrl+c"}
	keyStop   = keyset{"ctrl+z"}
)
