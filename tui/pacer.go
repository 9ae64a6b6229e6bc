package tui

import (
	"reflect"
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"
)

// pacer has Bubble Tea draw when there is something to draw, and rest when there isn't.
//
// Bubble Tea v2.1 looks for a new frame at a fixed rate for as long as it runs: at 60 a second that is 1 % of a core for
// a console that nobody touches, and a key still waits up to 17 ms. It offers no way to say when to look, so the pacer
// puts a channel of its own where the program's ticker has one. docs/decisions/0004 says why, and a test fails when an
// update moves the field. Where it isn't found, Bubble Tea's own rate stays.
type pacer struct {
	program *tea.Program
	look    chan time.Time // has the renderer look for a frame; nil where Bubble Tea keeps its own rate
	asked   bool           // a frameDrawn is on its way
	next    time.Time      // when the renderer may look again
	due     atomic.Bool    // it will, then
}

// paceLeast is the least time between two looks. Keys that come all at once, as those that were typed ahead do, become a few
// frames and not as many as they are; nobody types as fast.
const paceLeast = 5 * time.Millisecond

// frameDrawn comes after a frame was handed to the renderer: it is sent before, and Bubble Tea takes one message after the
// other.
type frameDrawn struct{}

// take puts the pacer in charge of a program that doesn't run yet.
func (p *pacer) take(program *tea.Program) {
	ticker := tickerOf(program)
	if ticker == nil {
		return
	}
	p.program, p.look = program, make(chan time.Time, 1)
	*ticker = time.NewTicker(time.Hour) // Bubble Tea stops it and sets its rate; nobody hears it tick
	(*ticker).C = p.look
}

// drawn is called when there is a new frame, before it is handed on. It is empty until the terminal's size is known.
func (p *pacer) drawn(v tea.View) {
	if p.program != nil && !p.asked && v.Content != "" {
		p.asked = true
		go p.program.Send(frameDrawn{})
	}
}

// show has the renderer show the newest frame as soon as it may. One that is busy with another looks again after it.
func (p *pacer) show() {
	p.asked = false
	wait := time.Until(p.next)
	switch {
	case wait <= 0:
		p.tick()
	case p.due.CompareAndSwap(false, true):
		time.AfterFunc(wait, func() {
			p.due.Store(false) // from now on a newer frame may be too late for this tick
			p.tick()
		})
	default:
		return
	}
	p.next = time.Now().Add(max(wait, 0) + paceLeast)
}

func (p *pacer) tick() {
	select {
	case p.look <- time.Time{}:
	default: // it is going to look already
	}
}

// tickerOf returns where a program that doesn't run yet keeps its ticker, nil if there is no such place.
func tickerOf(p *tea.Program) **time.Ticker {
	f := reflect.ValueOf(p).Elem().FieldByName("ticker")
	if !f.IsValid() || f.Type() != reflect.TypeFor[*time.Ticker]() {
		return nil
	}
	return (**time.Ticker)(f.Addr().UnsafePointer())
}
