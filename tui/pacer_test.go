package tui

import (
	"bytes"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
)

// counter is a model that shows how often the terminal got the focus.
type counter int

func (c counter) Init() tea.Cmd { return nil }

func (c counter) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if _, ok := msg.(tea.FocusMsg); ok {
		c++
	}
	return c, nil
}

func (c counter) View() tea.View { return tea.NewView(strings.Repeat(string('a'+rune(c)), 3)) }

// terminal takes what a program sends, and lets somebody wait for it.
type terminal struct {
	mu     sync.Mutex
	sent   []byte
	before chan struct{} // closed when a write may go on; nil if none is held up
	wrote  chan struct{}
}

func (w *terminal) Write(b []byte) (int, error) {
	w.mu.Lock()
	w.sent = append(w.sent, b...)
	held := w.before
	w.mu.Unlock()
	select {
	case w.wrote <- struct{}{}:
	default:
	}
	if held != nil {
		<-held
	}
	return len(b), nil
}

// hold has writes wait until the function that it returns is called.
func (w *terminal) hold() (release func()) {
	held := make(chan struct{})
	w.mu.Lock()
	defer w.mu.Unlock()
	w.before = held
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.before = nil
		close(held)
	}
}

func (w *terminal) await(t *testing.T, text string) {
	t.Helper()
	for end := time.After(5 * time.Second); ; {
		w.mu.Lock()
		there := bytes.Contains(w.sent, []byte(text))
		w.mu.Unlock()
		if there {
			return
		}
		select {
		case <-w.wrote:
		case <-end:
			t.Fatalf("%q isn't shown", text)
		}
	}
}

// The pacer knows a program's ticker by its name. This fails when Bubble Tea has none by that name any more: then an idle
// console uses the processor again. See docs/decisions/0004. Every frame is shown, also one that was drawn while the
// terminal took no more.
func TestThePacerShowsEachFrame(t *testing.T) {
	out := &terminal{wrote: make(chan struct{}, 1)}
	g := Guard(counter(0))
	in, keep := io.Pipe()
	p := tea.NewProgram(g, tea.WithInput(in), tea.WithOutput(out), tea.WithWindowSize(80, 24), tea.WithoutSignals())
	g.Pace(p)
	if g.pacer.look == nil {
		t.Fatal("the ticker isn't found")
	}
	ended := make(chan error, 1)
	go func() {
		_, err := p.Run()
		ended <- err
	}()
	out.await(t, "aaa")
	release := out.hold()
	p.Send(tea.FocusMsg{})
	out.await(t, "bbb") // and there it stands
	p.Send(tea.FocusMsg{})
	release()
	out.await(t, "ccc")
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
