package tui

import (
	"strings"
	"testing"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"

	"lanyard/tui/text"
	"lanyard/tui/theme"
)

// cells is what a screen shows of some lines.
func cells(width, height int, content string) uv.ScreenBuffer {
	out := uv.NewScreenBuffer(width, height)
	out.Method = ansi.WcWidth
	uv.NewStyledString(content).Draw(out, out.Bounds())
	return out
}

// TestPanelsLieOnLines holds the way in which panels are laid on the lines of a frame to the plain one, which is to draw the
// whole frame cell by cell and the panels over it.
func TestPanelsLieOnLines(t *testing.T) {
	c := &console{theme: theme.New(theme.Options{Dark: true})}
	rapid.Check(t, func(t *rapid.T) {
		c.width, c.height = rapid.IntRange(4, 24).Draw(t, "width"), rapid.IntRange(1, 5).Draw(t, "height")
		tone := rapid.SampledFrom([]theme.Tone{theme.Normal, theme.Accent, theme.Input, theme.Selected})
		words := rapid.SampledFrom([]string{"", "Ana", " Renée ", "王小明", "a long sentence in one line"})
		lines := func(n, width int) string {
			out := make([]string, n)
			for i := range out {
				w := words.Draw(t, "words")
				out[i] = c.theme.Paint(tone.Draw(t, "tone"), text.Fit(w, width))
			}
			return strings.Join(out, "\n")
		}
		base := lines(c.height, c.width)
		got, want := strings.Split(base, "\n"), cells(c.width, c.height, base)
		for range rapid.IntRange(1, 3).Draw(t, "panels") {
			p := panel{x: rapid.IntRange(0, 6).Draw(t, "x"), y: rapid.IntRange(0, c.height).Draw(t, "y")}
			width := rapid.SampledFrom([]int{1, 3, c.width, c.width + 2}).Draw(t, "panel's width")
			p.content = lines(rapid.IntRange(1, 3).Draw(t, "panel's height"), width)
			c.lay(got, p)
			w, h := size(p.content)
			uv.NewStyledString(p.content).Draw(want, uv.Rect(p.x, p.y, w, h).Intersect(want.Bounds()))
		}
		laid := cells(c.width, c.height, strings.Join(got, "\n"))
		for y := range c.height {
			for x := range c.width {
				if a, b := laid.CellAt(x, y), want.CellAt(x, y); !a.Equal(b) {
					t.Fatalf("at %d, %d stands %q instead of %q in\n%s", x, y, a, b, strings.Join(got, "\n"))
				}
			}
		}
	})
}
