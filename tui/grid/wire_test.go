package grid

import (
	"bytes"
	"strings"
	"testing"

	"github.com/charmbracelet/colorprofile"
	uv "github.com/charmbracelet/ultraviolet"

	"lanyard/tui/text"
	"lanyard/tui/theme"
)

// wire is what Bubble Tea's renderer sends to a terminal.
type wire struct {
	out    bytes.Buffer
	render *uv.TerminalRenderer
	screen uv.ScreenBuffer
}

func newWire(w, h int) *wire {
	n := &wire{screen: uv.NewScreenBuffer(w, h)}
	n.render = uv.NewTerminalRenderer(&n.out, []string{"TERM=xterm-256color"})
	n.render.SetColorProfile(colorprofile.ANSI256)
	n.render.SetScrollOptim(true)
	n.render.SetFullscreen(true)
	n.render.SetRelativeCursor(false)
	n.render.SetBackspace(true)
	n.render.SetTabStops(w)
	n.render.EnterAltScreen()
	return n
}

// send draws a frame and says how many bytes it took.
func (n *wire) send(frame string) int {
	n.screen.Clear()
	uv.NewStyledString(frame).Draw(n.screen, n.screen.Bounds())
	n.render.Render(n.screen.RenderBuffer)
	_ = n.render.Flush()
	size := n.out.Len()
	n.out.Reset()
	return size
}

// TestBytesPerRow holds a step down, at 120×40 and with lines above and below the grid, to what a slow line can take. Scrolling has to send a whole new
// row of some hundred characters. Names here are ASCII: the renderer repaints rows with wide characters as they move.
func TestBytesPerRow(t *testing.T) {
	rows := newCrowd(2000, 4)
	for _, p := range rows.list {
		p.name, p.email = text.ASCII(p.name), text.ASCII(p.email)
	}
	for _, o := range []theme.Options{{Dark: true}, {NoColor: true}} {
		g := newGrid(rows, 120, 36)
		g.SetTheme(theme.New(o))
		finish(g, g.SortBy("seen"))
		g.Top()
		n := newWire(120, 40)
		frame := func() string {
			return "lanyard\ntabs\n" + g.View() + "\n" + strings.Repeat("─", 120) + "\n2000 users"
		}
		n.send(frame())
		step := func(steps int) int {
			total := 0
			for range steps {
				g.MoveRows(1)
				total += n.send(frame())
			}
			return total / steps
		}
		inside := step(30)
		step(20)
		scrolling := step(200)
		t.Logf("%+v: %d bytes a row inside the window, %d scrolling", o, inside, scrolling)
		if inside > 90 || scrolling > 250 {
			t.Errorf("%+v: %d bytes a row inside the window, %d scrolling", o, inside, scrolling)
		}
	}
}
