package tui

import (
	"context"
	"errors"
	"runtime/debug"
	"time"

	tea "charm.land/bubbletea/v2"

	"lanyard/model"
	"lanyard/tui/grid"
	"lanyard/tui/theme"
)

// What comes back from work in the background. Each carries a snapshot that may be newer than the one shown.
type (
	loaded struct {
		snapshot *model.Snapshot
		done     bool
		err      error
	}
	watched struct {
		snapshot *model.Snapshot
		since    *model.Snapshot // what was shown when the watch began
		mark     model.Mark
		err      error
	}
	written struct {
		snapshot *model.Snapshot
		steps    *model.Steps // nil if nothing was written
		undoable bool         // whether what was done is a step to undo
		then     func(c *console) tea.Cmd
	}
)

// loadRows is how many rows one step of loading reads: some 30 ms, so that the progress moves and quitting waits for
// nothing.
const loadRows = 60_000

// loadMore reads the next part of a large account.
func (c *console) loadMore() tea.Cmd {
	loader, ctx := c.session.Loader, c.ctx
	return func() tea.Msg {
		s, done, err := loader.Next(ctx, loadRows)
		return loaded{s, done, err}
	}
}

func (c *console) onLoaded(msg loaded) tea.Cmd {
	if msg.err != nil {
		c.loading = false
		c.trouble = msg.err
		return nil
	}
	c.snapshot = msg.snapshot
	if !msg.done {
		return c.loadMore() // drawn as a progress line; the rows follow when all are there
	}
	c.loading, c.session.Loader = false, nil
	return tea.Batch(c.refresh(), c.watch(), c.settle())
}

// manyRows is from where on the rows make up nearly all of the memory in use.
const manyRows = 100_000

// How much garbage may grow beside what is in use, in percent of it.
const (
	usualGC    = 100
	manyRowsGC = 15
)

// warm makes what the first filter takes, and has the garbage collected.
//
// The collector lets garbage grow to the size of what is in use. That is right for little and too much for the hundred
// megabytes of a large account, which would take twice its memory; the collector doesn't have to look at them, since there
// are no pointers in them.
func (c *console) warm() tea.Cmd {
	percent := usualGC
	if c.loading && c.snapshot.Total(model.KindUser)+c.snapshot.Total(model.KindServiceAccount) >= manyRows {
		percent = manyRowsGC
	}
	return func() tea.Msg {
		debug.SetGCPercent(percent)
		grid.Warm()
		return nil
	}
}

// settleFor is how long the grid gets to sort what was read.
const settleFor = time.Second

// settle gives back the memory that reading and sorting took.
func (c *console) settle() tea.Cmd {
	if c.snapshot.Users().Len()+c.snapshot.ServiceAccounts().Len() < manyRows {
		return nil
	}
	return c.after(settleFor, func(time.Time) tea.Msg {
		debug.FreeOSMemory()
		return nil
	})
}

// watchEvery is how often the store is looked at. Others' changes show within a second.
const watchEvery = 400 * time.Millisecond

// watch waits until the store changes. It looks without a lock, in 2 µs, and only a change becomes a message: an idle
// console draws nothing.
func (c *console) watch() tea.Cmd {
	store, ctx, base := c.session.Directory.Store(), c.ctx, c.snapshot
	return c.linger(func() tea.Msg { return waitForChange(ctx, store, base, model.Mark{}) })
}

func (c *console) watchFrom(mark model.Mark, trouble bool) tea.Cmd {
	store, ctx, base := c.session.Directory.Store(), c.ctx, c.snapshot
	if trouble {
		mark = model.Mark{}
	}
	return c.linger(func() tea.Msg {
		if trouble && !sleep(ctx, 2*watchEvery) {
			return nil
		}
		return waitForChange(ctx, store, base, mark)
	})
}

func waitForChange(ctx context.Context, store model.Store, base *model.Snapshot, from model.Mark) tea.Msg {
	for {
		mark, err := store.Look()
		if err != nil {
			return watched{err: err}
		}
		if mark != from {
			s, err := base.Refresh(ctx, store)
			if err != nil {
				return watched{err: err}
			}
			if s.Revision() != base.Revision() || from == (model.Mark{}) {
				return watched{snapshot: s, since: base, mark: mark}
			}
			from = mark
		}
		if !sleep(ctx, watchEvery) {
			return nil
		}
	}
}

// sleep waits, and reports whether the console is still on.
func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

func (c *console) onWatched(msg watched) tea.Cmd {
	if errors.Is(msg.err, context.Canceled) {
		return nil
	}
	c.trouble = msg.err
	shown := c.show
	if msg.since == c.snapshot && msg.snapshot != nil {
		shown = c.take // older than what is shown, if somebody put an older file in the store's place
	}
	return tea.Batch(shown(msg.snapshot), c.lookForSteps(), c.watchFrom(msg.mark, msg.err != nil))
}

// show takes a snapshot unless a newer one is shown already.
func (c *console) show(s *model.Snapshot) tea.Cmd {
	if s == nil || c.loading || s.Revision() <= c.snapshot.Revision() {
		return nil
	}
	return c.take(s)
}

// take shows a snapshot in place of the one before.
func (c *console) take(s *model.Snapshot) tea.Cmd {
	if s == c.snapshot || c.loading {
		return nil
	}
	c.snapshot = s
	return tea.Batch(c.refresh(), c.bereave())
}

// refresh gives the screens what the snapshot holds.
func (c *console) refresh() tea.Cmd {
	var cmds []tea.Cmd
	for _, s := range c.screens {
		cmds = append(cmds, s.refresh())
	}
	return tea.Batch(cmds...)
}

// work is a change to be made away from the Update goroutine. It gets the directory and returns what is to happen to the
// console afterwards, which runs on the Update goroutine with the newer snapshot in place.
type work = func(context.Context, *model.Directory) func(*console) tea.Cmd

// withheld is work that waits for the sealing key to be unlocked.
type withheld struct {
	work  work
	alone bool // it comes after all other work that was asked for before, and before what is asked for after
}

// write runs one change. Where the sealing key is locked, its passphrase is asked for first.
func (c *console) write(w work) tea.Cmd {
	return c.writeOn(c.session.Directory, withheld{work: w}, true)
}

// writeOn runs work in its turn. All that it does is one step to undo.
func (c *console) writeOn(directory *model.Directory, w withheld, ask bool) tea.Cmd {
	mine := c.turns.take(w.alone)
	var tick tea.Cmd
	if c.working == 0 {
		c.bulk = newProgress()
		c.working++
		tick = c.watchProgress()
	} else {
		c.working++
	}
	session, base, loading := c.session, c.snapshot, c.loading
	ctx := model.OneStep(model.WithProgress(c.ctx, c.bulk.report))
	return tea.Batch(tick, func() tea.Msg {
		defer mine.end()
		mine.begin(ctx)
		if ask && session.Vault != nil && session.Vault.State() == VaultLocked {
			return withheld{w.work, w.alone}
		}
		before := readSteps(ctx, session) // not those of the screen: the watch may be the first to see what is done here
		then := w.work(ctx, directory)
		now := readSteps(ctx, session)
		done := written{nil, &now, newStep(now, before), then}
		if loading {
			return done // the loader will read it
		}
		if s, err := base.Refresh(ctx, directory.Store()); err == nil {
			done.snapshot = s
		} // else the watch will say so
		return done
	})
}

func (c *console) onWritten(msg written) tea.Cmd {
	c.working--
	shown := c.show(msg.snapshot)
	if msg.steps != nil {
		c.steps = *msg.steps
	}
	if msg.then == nil {
		return shown
	}
	before := c.toast.number
	then := msg.then(c)
	if msg.undoable && c.toast.number != before && c.toast.tone == theme.Good {
		c.hint("u undo")
	}
	return tea.Batch(shown, then, c.lookAtVault())
}

// onWithheld asks for the passphrase. What else waits for it by then is done with the same answer.
func (c *console) onWithheld(msg withheld) tea.Cmd {
	c.working--
	c.vault = VaultLocked
	for _, o := range c.overlays {
		if p, ok := o.(*passphraseDialog); ok {
			p.waiting = append(p.waiting, msg)
			return nil
		}
	}
	c.push(&passphraseDialog{waiting: []withheld{msg}})
	return nil
}

// touch notes that the acting person is here. What comes of it is not worth a word.
func (c *console) touch() tea.Cmd {
	ctx, directory, actor := c.ctx, c.session.Directory, c.session.Actor
	return func() tea.Msg {
		_ = directory.Touch(ctx, actor)
		return nil
	}
}
