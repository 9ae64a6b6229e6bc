package tui

import (
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"lanyard/keys"
	"lanyard/tui/theme"
)

// revealFor is how long a key stays on the screen.
const revealFor = 30 * time.Second

// reveal shows one secret alone on its line, over the whole screen and with the mouse left to the terminal, so that it can
// be selected. It goes by itself after revealFor, when the focus leaves, and with any key that leaves it.
type reveal struct {
	name   string
	secret keys.Key
}

// revealEnds asks for a secret to be hidden again.
type revealEnds struct{ of *reveal }

// showSecret puts a secret on the screen.
func (c *console) showSecret(name string, secret keys.Key) tea.Cmd {
	r := &reveal{name: name, secret: secret}
	c.push(r)
	return c.after(revealFor, func(time.Time) tea.Msg { return revealEnds{r} })
}

func (r *reveal) hints() []hint { return []hint{{"esc", "hide"}} }

func (r *reveal) key(c *console, k tea.KeyPressMsg) tea.Cmd {
	if keyBack.has(k) || keyAccept.has(k) || keyReveal.has(k) || k.String() == "q" {
		c.remove(r)
	}
	return nil
}

func (r *reveal) closed(*console) { r.secret.Wipe() }

func (r *reveal) blurred(c *console) { c.remove(r) }

func (r *reveal) draw(c *console) panel {
	lines := []line{nil, {{" API key of ", theme.Dim}, {r.name, theme.Title}}, nil}
	parts := c.wrap(string(r.secret.Text()), c.width)
	for _, part := range parts { // from the first cell on, so that nothing else is selected with it
		lines = append(lines, line{{part, theme.Accent}})
	}
	note := "Select it with the mouse. It hides itself after 30 seconds, when you switch windows, and with esc."
	if len(parts) > 1 {
		note = "It goes on in the next line: make the window 55 columns wide to select it in one piece. " + note
	}
	lines = append(lines, nil, nil)
	for _, l := range c.wrap(note, min(60, c.width-2)) {
		lines = append(lines, dim(" "+l))
	}
	drawn := make([]string, c.height-1)
	for i := range drawn {
		var l line
		if i < len(lines) {
			l = lines[i]
		}
		drawn[i] = c.paint(l, c.width)
	}
	return panel{content: strings.Join(drawn, "\n")}.at(0, 3)
}
