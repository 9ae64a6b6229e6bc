package tui

import (
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"
)

// progress is how far a change of many is. It is written where the work is done and read where it is drawn.
type progress struct{ done, total *atomic.Int64 }

func newProgress() progress { return progress{new(atomic.Int64), new(atomic.Int64)} }

// report is what a Directory calls.
func (p progress) report(done, total int) {
	p.done.Store(int64(done))
	p.total.Store(int64(total))
}

// progressEvery is how often a long change says how far it is; nothing is drawn for it otherwise.
const progressEvery = 200 * time.Millisecond

type progressTick struct{}

// watchProgress draws a long change's progress until it is done.
func (c *console) watchProgress() tea.Cmd {
	if c.working == 0 {
		return nil
	}
	return c.after(progressEvery, func(time.Time) tea.Msg { return progressTick{} })
}

// underway says how far the change is.
func (p progress) underway() string {
	if p.total == nil || p.total.Load() == 0 {
		return "working…"
	}
	return "working… " + count(int(p.done.Load()), "") + " of " + count(int(p.total.Load()), "")
}
