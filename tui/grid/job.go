package grid

import (
	"sync/atomic"

	tea "charm.land/bubbletea/v2"
)

// atOnce is up to how many rows are sorted and filtered while the key waits. It takes a millisecond.
const atOnce = 5000

// job is a picture being made beside the program.
type job[T any] struct {
	want wish[T]
	stop *atomic.Bool
}

// done brings a picture that a job has made. It goes through Update, because only there may it be put on the screen.
type done[T any] struct {
	grid *Grid[T]
	job  *job[T]
	pic  *picture[T]
}

// Busy reports whether what is on the screen isn't yet what was asked for.
func (g *Grid[T]) Busy() bool { return g.job != nil }

// Update takes the results of the grid's own commands and leaves all other messages alone. It may have more work to do.
func (g *Grid[T]) Update(msg tea.Msg) tea.Cmd {
	d, ok := msg.(done[T])
	if !ok || d.job != g.job || d.grid != g {
		return nil // somebody else's, or overtaken
	}
	g.job = nil
	g.apply(d.pic)
	if !g.want.like(&d.pic.wish) || g.want.revision != d.pic.revision {
		return g.refresh() // rows came in meanwhile
	}
	return nil
}

// like reports whether two wishes differ in their rows at most.
func (w *wish[T]) like(o *wish[T]) bool {
	return w.column == o.column && w.backward == o.backward && w.query.canon == o.query.canon && w.pinned == o.pinned && w.pin == o.pin
}

// refresh brings the screen to what is wanted, at once if that is cheap.
func (g *Grid[T]) refresh() tea.Cmd {
	p := g.painter()
	if p.cheap() {
		g.cancel()
		g.apply(p.paint())
		return nil
	}
	if g.job != nil && g.job.want.like(&g.want) {
		// Rows that come in don't stop the work on those before them: a stream of changes would never let it end. Update goes on from its result.
		return nil
	}
	g.cancel()
	j := &job[T]{want: g.want, stop: p.stop}
	g.job = j
	return func() tea.Msg { return done[T]{g, j, p.paint()} }
}

// cancel has the job in progress, if any, end without a result.
func (g *Grid[T]) cancel() {
	if g.job != nil {
		g.job.stop.Store(true)
		g.job = nil
	}
}

// painter is set to work from what is on the screen to what is wanted.
func (g *Grid[T]) painter() *painter[T] {
	p := &painter[T]{columns: g.columns, old: g.pic, want: g.want, stop: new(atomic.Bool)}
	var pins []uint64
	if g.pic.pinned != g.want.pinned || g.pic.pin != g.want.pin {
		pins = []uint64{g.pic.pin, g.want.pin}
	}
	if p.sameRows() {
		if pins != nil {
			p.delta = deltaOf(g.want.rows, g.want.rows, pins)
		}
		return p
	}
	if ids, known := changedRows(g.pic.rows, g.want.rows); known {
		p.compare = func() *delta { return newDelta(p.old.rows, p.want.rows, ids, pins) }
		if len(ids) <= fewChanges {
			p.delta, p.compare = p.compare(), nil
		}
	}
	return p
}

// cheap reports whether the picture can be made while the key waits: because there are few rows, or because few of them have to be looked at.
func (j *painter[T]) cheap() bool {
	if max(j.old.rows.Len(), j.want.rows.Len()) <= atOnce || j.want.query.feed {
		return true
	}
	rows := j.sameRows() || j.delta != nil
	order := j.old.column == j.want.column
	filter := j.want.query.all() || j.old.tiers != nil && j.old.query.canon == j.want.query.canon && j.old.backward == j.want.backward
	return rows && order && filter
}

// apply puts a picture on the screen.
func (g *Grid[T]) apply(p *picture[T]) {
	old := g.pic
	g.pic = p
	if p.revision != old.revision {
		g.lost.Marks += follow(&g.marks, old.rows, p.rows, p.delta)
		g.followEdit()
	}
	g.followCursor(old)
	p.delta = nil // nobody needs it any more
}
