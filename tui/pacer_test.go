package tui

import (
	"bytes"
	"io"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
)

// watcher is a model that tells when it was updated.
type watcher struct{ updated chan struct{} }

func (w watcher) Init() tea.Cmd { return nil }

func (w watcher) Update(tea.Msg) (tea.Model, tea.Cmd) {
	select {
	case w.updated <- struct{}{}:
	default:
	}
	return w, nil
}

func (w watcher) View() tea.View { return tea.NewView("here") }

// The pacer knows a program's ticker by its name. This fails when Bubble Tea has none by that name any more: then an idle
// console uses the processor again. See docs/decisions/0004.
func TestThePacerFindsTheTicker(t *testing.T) {
	w := watcher{make(chan struct{}, 1)}
	g := Guard(w)
	in, keep := io.Pipe()
	p := tea.NewProgram(g, tea.WithInput(in), tea.WithOutput(&bytes.Buffer{}), tea.WithWindowSize(80, 24), tea.WithoutSignals())
	g.Pace(p)
	ended := make(chan error, 1)
	go func() {
		_, err := p.Run()
		ended <- err
	}()
	p.Send(tea.FocusMsg{})
	<-w.updated
	g.pacer.mu.Lock()
	found := g.pacer.ticker
	g.pacer.mu.Unlock()
	if found == nil {
		t.Error("the ticker isn't found")
	}
	p.Quit()
	if err := keep.Close(); err != nil {
		t.Error(err)
	}
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(5 * time.Second):
		t.Fatal("the program doesn't end")
	}
}

// panics is a model that panics where it is told to.
type panics struct{ where string }

type boom struct{}

func (p panics) Init() tea.Cmd { return nil }

func (p panics) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if _, ok := msg.(boom); !ok {
		return p, nil
	}
	switch p.where {
	case "update":
		panic("a secret lys_0000")
	case "command":
		return p, func() tea.Msg { panic("a secret lys_0000") }
	case "batch":
		return p, tea.Batch(func() tea.Msg { return nil }, func() tea.Msg { panic("a secret lys_0000") })
	}
	return panics{"view now"}, nil
}

func (p panics) View() tea.View {
	if p.where == "view now" {
		panic("a secret lys_0000")
	}
	return tea.View{AltScreen: true, Content: "here"}
}

func TestAPanicEndsInOrder(t *testing.T) {
	for _, where := range []string{"update", "view", "command", "batch"} {
		t.Run(where, func(t *testing.T) {
			g := Guard(panics{where})
			var out bytes.Buffer
			in, keep := io.Pipe()
			p := tea.NewProgram(g, tea.WithInput(in), tea.WithOutput(&out), tea.WithWindowSize(80, 24), tea.WithoutSignals())
			ended := make(chan error, 1)
			go func() {
				_, err := p.Run()
				ended <- err
			}()
			p.Send(boom{})
			select {
			case err := <-ended:
				if err != nil {
					t.Errorf("the program ended with %v", err)
				}
			case <-time.After(5 * time.Second):
				t.Fatal("the program goes on after a panic")
			}
			if err := keep.Close(); err != nil {
				t.Error(err)
			}
			if err := g.Crash(); err == nil || bytes.Contains([]byte(err.Error()), []byte("lys_")) {
				t.Errorf("the crash is reported as: %v", err)
			}
			if bytes.Contains(out.Bytes(), []byte("lys_")) || bytes.Contains(out.Bytes(), []byte("goroutine")) {
				t.Errorf("the screen shows the panic: %q", out.String())
			}
			if where != "view" && !bytes.Contains(out.Bytes(), []byte("\x1b[?1049l")) && bytes.Contains(out.Bytes(), []byte("\x1b[?1049h")) {
				t.Error("the terminal isn't put back")
			}
		})
	}
}
