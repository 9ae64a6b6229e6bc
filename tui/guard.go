package tui

import (
	"fmt"
	"os"
	"runtime/debug"
	"sync/atomic"

	tea "charm.land/bubbletea/v2"
)

// Guarded is a console whose panics end it in order: the terminal is put back, and a sentence is said instead of a stack
// trace, which could hold what is on the screen.
type Guarded struct {
	model tea.Model
	view  *tea.View // drawn within Update, so that a panic while drawing ends the program too
	crash *atomic.Pointer[crash]
	pacer *pacer
}

type crash struct {
	value any
	stack []byte
}

// Guard returns the model guarded.
func Guard(m tea.Model) Guarded {
	return Guarded{model: m, crash: &atomic.Pointer[crash]{}, pacer: &pacer{}}
}

// Pace has the program that runs the model draw only when there is something to draw. Call it before Run.
func (g Guarded) Pace(p *tea.Program) { g.pacer.take(p) }

// Crash returns why the console ended if that was by a panic, nil otherwise. With LANYARD_DEBUG set it holds the stack.
func (g Guarded) Crash() error {
	c := g.crash.Load()
	if c == nil {
		return nil
	}
	if os.Getenv("LANYARD_DEBUG") != "" {
		return fmt.Errorf("stopped by a bug: %v\n%s", c.value, c.stack)
	}
	return fmt.Errorf("stopped by a bug in lanyard (%T). Every change that you saw confirmed is kept. Set LANYARD_DEBUG=1 to see where it was", c.value)
}

// caught notes a panic, and is deferred.
func (g Guarded) caught() {
	if v := recover(); v != nil { //nolint:revive // it is deferred itself
		g.crash.CompareAndSwap(nil, &crash{v, debug.Stack()})
	}
}

// Init starts the model.
func (g Guarded) Init() tea.Cmd { return g.guard(g.model.Init()) }

// Update passes a message on, and quits after a panic.
func (g Guarded) Update(msg tea.Msg) (out tea.Model, cmd tea.Cmd) {
	if g.crash.Load() != nil {
		return g, tea.Quit
	}
	if _, ok := msg.(frameDrawn); ok {
		g.pacer.show()
		return g, nil
	}
	out, cmd = g, tea.Quit // unless the model gets through
	defer g.caught()
	next, then := g.model.Update(msg)
	view := next.View()
	g.pacer.drawn(view)
	return Guarded{next, &view, g.crash, g.pacer}, g.guard(then)
}

// View returns what Update drew.
func (g Guarded) View() tea.View {
	if g.view == nil {
		return tea.View{AltScreen: true}
	}
	return *g.view
}

// guard makes a command's panic a quit.
func (g Guarded) guard(cmd tea.Cmd) tea.Cmd {
	if cmd == nil {
		return nil
	}
	return func() (msg tea.Msg) {
		msg = tea.QuitMsg{} // unless the command gets through
		defer g.caught()
		out := cmd()
		if batch, ok := out.(tea.BatchMsg); ok {
			for i, c := range batch {
				batch[i] = g.guard(c)
			}
		}
		return out
	}
}
