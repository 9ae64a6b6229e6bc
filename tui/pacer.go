package tui

import (
	"reflect"
	"sync"
	"time"
	"unsafe"

	tea "charm.land/bubbletea/v2"
)

// pacer has Bubble Tea draw when there is something to draw, and rest when there isn't.
//
// Bubble Tea v2.1 looks for a new frame at a fixed rate for as long as it runs: at 60 a second that is 1 % of a core for
// a console that nobody touches, and a key still waits up to 17 ms. It offers no way to change the rate, so the pacer
// reaches for its ticker: fast for a moment after each message, then not at all. docs/decisions/0004 says why, and a test
// fails when an update moves the field. Where it isn't found, Bubble Tea's own rate stays.
type pacer struct {
	program *tea.Program

	mu     sync.Mutex
	ticker *time.Ticker
	until  time.Time // when to rest
	rest   *time.Timer
}

// The pacer's rates.
const (
	paceFast = time.Millisecond
	paceRest = 24 * time.Hour
	// paceFor is how long after a message a frame may still come of it.
	paceFor = 40 * time.Millisecond
)

// awake is called on the Update goroutine, which is also the one that starts and stops the renderer.
func (p *pacer) awake() {
	if p.program == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ticker == nil {
		if p.ticker = tickerOf(p.program); p.ticker == nil {
			p.program = nil
			return
		}
		p.rest = time.AfterFunc(paceFor, p.resting)
	}
	p.until = time.Now().Add(paceFor)
	p.rest.Reset(paceFor)
	p.ticker.Reset(paceFast)
}

// resting stops the ticker, unless a message came in the meantime and its frame may be still to come.
func (p *pacer) resting() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if left := time.Until(p.until); left > 0 {
		p.rest.Reset(left)
		return
	}
	p.ticker.Reset(paceRest)
}

// tickerOf returns the ticker of a program that runs, nil if there is none by that name.
func tickerOf(p *tea.Program) *time.Ticker {
	f := reflect.ValueOf(p).Elem().FieldByName("ticker")
	if !f.IsValid() || f.Type() != reflect.TypeFor[*time.Ticker]() {
		return nil
	}
	return *(**time.Ticker)(unsafe.Pointer(f.UnsafeAddr()))
}
