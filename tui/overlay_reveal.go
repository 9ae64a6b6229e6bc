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
	key := c.theme.Paint(theme.Accent, c.mode().Fit(string(r.secret.Text()), c.width))
	lines := []line{
		nil,
		{{" API key of ", theme.Dim}, {r.name, theme.Title}},
		nil, nil, nil,
		dim(" Select it with the mouse. It hides itself after 30 seconds,"),
		dim(" when you switch windows, and with esc."),
	}
	drawn := make([]string, c.height-1)
	for i := range drawn {
		switch {
		case i == 3:
			drawn[i] = key
		case i < len(lines):
			drawn[i] = c.paint(lines[i], c.width)
		default:
			drawn[i] = c.paint(nil, c.width)
		}
	}
	return panel{content: strings.Join(drawn, "\n")}
}
