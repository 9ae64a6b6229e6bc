package tui

import (
	"errors"
	"strings"

	tea "charm.land/bubbletea/v2"

	"lanyard/model"
	"lanyard/tui/theme"
)

// help lists every action that exists here, with its keys. Typing searches, enter runs.
type help struct {
	attached
	excerpt
	search input
	at     int
	moved  bool // the last key moved in the list: the terminal's cursor stands there
}

func newHelp(about *subject) *help {
	return &help{attached: attached{about: about}, search: newInput("")}
}

func (h *help) hints() []hint {
	return []hint{{"type", "search"}, {"enter", "run"}, {"esc", "back"}}
}

func (h *help) key(c *console, k tea.KeyPressMsg) tea.Cmd {
	h.moved = keyUp.has(k) || keyDown.has(k) || keyPgUp.has(k) || keyPgDown.has(k)
	switch found := h.found(c); {
	case keyBack.has(k):
		c.remove(h)
	case keyUp.has(k):
		h.scroll(-1)
	case keyDown.has(k):
		h.scroll(1)
	case keyPgUp.has(k):
		h.scroll(-h.rows)
	case keyPgDown.has(k):
		h.scroll(h.rows)
	case keyAccept.has(k):
		return h.run(c, found, h.at)
	default:
		h.search.key(k)
		h.at = 0
	}
	h.at = max(0, min(h.at, len(h.found(c))-1))
	return nil
}

func (h *help) run(c *console, found []action, at int) tea.Cmd {
	if at < 0 || at >= len(found) {
		return nil
	}
	if err := found[at].why(); err != nil {
		return c.fail(found[at].refusal(err))
	}
	if h.gone != "" && found[at].section == sectionHere {
		return c.fail(errors.New(h.gone))
	}
	c.remove(h)
	return found[at].run()
}

func (h *help) paste(_ *console, s string) tea.Cmd {
	h.search.paste(s)
	h.at = 0
	return nil
}

func (h *help) scroll(by int) { h.at = max(0, h.at+by) }

func (h *help) click(c *console, _, y int) tea.Cmd {
	return h.run(c, h.found(c), h.from+y-3)
}

// found returns the actions that hold every word of the search in their title, section or keys.
func (h *help) found(c *console) []action {
	words := strings.Fields(strings.ToLower(h.search.value()))
	var out []action
next:
	for _, a := range c.actions() {
		in := strings.ToLower(a.name() + " " + string(a.section) + " " + strings.Join(a.keys, " "))
		for _, w := range words {
			if !strings.Contains(in, w) {
				continue next
			}
		}
		out = append(out, a)
	}
	return out
}

func (h *help) draw(c *console) panel {
	found := h.found(c)
	inner := c.boxWidth(70)
	room := max(1, min(len(c.actions()), c.height-7)) // however few are found: the box stays as it is
	h.fit(len(found), room)
	h.follow(h.at)
	shown, cx, _ := h.search.view(c, inner-2)
	lines := []line{{{"/ ", theme.Dim}, {shown[0], theme.Input}}, nil}
	for i := h.from; i < h.from+room; i++ {
		if i < len(found) {
			lines = append(lines, h.item(c, found[i], i == h.at, inner))
		} else {
			lines = append(lines, nil)
		}
	}
	if len(found) == 0 {
		lines[2] = dim("Nothing is called that. Delete a letter to see more.")
	}
	p := c.centred(c.box(h.titled("Everything you can do here"), inner, lines))
	if h.moved && len(found) > 0 {
		return p.at(boxIndent+pointerWidth+helpKeys, 3+h.at-h.from)
	}
	p.cursor = tea.NewCursor(p.x+4+cx, p.y+1)
	return p
}

// helpKeys is how many cells the keys of an action get.
const helpKeys = 16

func (h *help) item(c *console, a action, marked bool, inner int) line {
	pointer, tone := "  ", theme.Normal
	if marked {
		pointer, tone = c.theme.Glyph(theme.Pointer)+" ", theme.Accent
	}
	var names []string
	for _, k := range a.keys {
		names = append(names, c.keyName(k))
	}
	keys := strings.Join(names, " ")
	if keys == "" && a.menu != "" {
		keys = "a " + a.menu
	}
	l := line{{pointer, theme.Accent}, {c.mode().Fit(keys, helpKeys-1) + " ", theme.Accent}}
	if err := a.why(); err != nil {
		return append(l, span{a.name() + "  " + model.Short(err), theme.Dim})
	}
	return c.spread(append(l, span{a.name(), tone}), dim(string(a.section)), inner)
}
