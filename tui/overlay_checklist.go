package tui

import (
	"cmp"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"lanyard/model"
	"lanyard/tui/grid"
	"lanyard/tui/text"
)

// entry is one line of a checklist. State 0 is off.
type entry struct {
	id         uint64
	name, note string
	state      int
	locked     string // why it can't be changed, in a few words; "" if it can
}

// checklist is a list to tick: the groups of a user, the members of a workspace and their roles in it. Typing searches,
// space changes, enter applies what was changed. It may hold thousands: only what is seen is drawn.
type checklist struct {
	attached // nothing is about, for several records and for one that isn't made yet
	title    string
	states   []string // what an entry may be, from off on: "", "Viewer", "Owner". Up to two are a box to tick
	empty    string   // what to do when there is nothing to tick, in a sentence
	centre   bool     // in the middle of the screen instead of beside the cell

	// apply gets the entries that differ from the beginning, with their states.
	apply func(c *console, changed map[uint64]int) tea.Cmd

	// there reports whether an entry is still in the account; nil if none can go away.
	there func(in *model.Snapshot, id uint64) bool

	// implied returns the name of the entry that brings this one with it, "" if none does; nil if none ever does. It is
	// asked about every entry in every frame, so it suits a list of permissions and not of users.
	implied func(l *checklist, id uint64) (by string)

	items  []checkItem
	byID   map[uint64]int
	shown  []int // of the items, those that the search finds
	search input
	at     int // in shown
	from   int // the first one in the window
	rows   int // how many the window holds, as of the last frame
	top    int // the panel's line of the first one, as of the last frame
	fault  string
	asked  bool // esc was pressed once with something changed

	heard     string // plain mode: the page that was read out
	searching bool   // the last key was one of the search's: the terminal's cursor stands there

	widths  checkWidths
	widthIn text.Mode // what the widths were measured for
}

// checkItem is an entry with what it was in the beginning, and its name as the search sees it.
type checkItem struct {
	entry
	was    int
	folded string
}

// checkWidths is how many cells the columns want.
type checkWidths struct{ names, notes, states int }

// newChecklist sorts the entries: what is on comes first, then by name, with é beside e.
func newChecklist(title string, entries []entry) *checklist {
	l := &checklist{title: title, search: newInput(""), items: make([]checkItem, len(entries)), byID: make(map[uint64]int, len(entries))}
	folded, order := make([]string, len(entries)), make([]int, len(entries))
	for i, e := range entries {
		folded[i], order[i] = grid.Fold(e.name+" "+e.note), i
	}
	slices.SortFunc(order, func(i, j int) int {
		a, b := &entries[i], &entries[j]
		if (a.state > 0) != (b.state > 0) {
			return cmp.Compare(b.state, a.state)
		}
		return cmp.Or(strings.Compare(folded[i], folded[j]), cmp.Compare(a.id, b.id))
	})
	for i, from := range order {
		l.items[i] = checkItem{entry: entries[from], was: entries[from].state, folded: folded[from]}
		l.byID[entries[from].id] = i
	}
	l.find()
	return l
}

// bereave says that the record is gone. What was ticked stays to be seen.
func (l *checklist) bereave(why string) { l.gone, l.fault = why, why }

// missing are the words for an entry that went away.
const missing = "it isn't there any more"

// miss takes the ticks off entries that went away meanwhile, and names those that were on.
func (l *checklist) miss(in *model.Snapshot) {
	if l.there == nil {
		return
	}
	var names []string
	for i := range l.items {
		it := &l.items[i]
		if it.locked == missing || l.there(in, it.id) {
			continue
		}
		if it.state > 0 || it.was > 0 {
			names = append(names, it.name)
		}
		it.state, it.was, it.locked, l.widths = 0, 0, missing, checkWidths{}
	}
	if len(names) > 0 && l.gone == "" {
		l.fault = strings.Join(names, ", ") + " went away meanwhile."
	}
}

// on reports whether an entry is ticked itself, whatever others bring with them.
func (l *checklist) on(id uint64) bool {
	i, ok := l.byID[id]
	return ok && l.items[i].state > 0
}

// none reports whether there is nothing to tick, and so nothing to search.
func (l *checklist) none() bool { return len(l.items) == 0 }

// roles reports whether there is more to choose than on and off.
func (l *checklist) roles() bool { return len(l.states) > 2 }

// last is the highest state.
func (l *checklist) last() int { return max(1, len(l.states)-1) }

// by returns what brings an entry with it.
func (l *checklist) by(it *checkItem) string {
	if l.implied == nil {
		return ""
	}
	return l.implied(l, it.id)
}

func (l *checklist) changed() bool {
	return slices.ContainsFunc(l.items, func(it checkItem) bool { return it.state != it.was })
}

func (l *checklist) hints() []hint {
	if l.gone != "" {
		return farewellHints
	}
	leave := hint{"esc", "leave"}
	if l.search.value() != "" {
		leave.does = "clear the search"
	}
	switch {
	case l.none():
		return []hint{{"esc", "back"}}
	case l.roles():
		return []hint{{"space", "next"}, {"left", "previous"}, {"type", "search"}, {"enter", "apply"}, leave}
	}
	return []hint{{"space", "tick"}, {"type", "search"}, {"ctrl+a", "all"}, {"enter", "apply"}, leave}
}

func (l *checklist) key(c *console, k tea.KeyPressMsg) tea.Cmd {
	asked := l.asked
	l.asked, l.fault, l.searching = false, l.gone, false
	switch {
	case l.deaf(c, l, k):
	case l.none():
		if keyBack.has(k) || keyAccept.has(k) {
			c.remove(l)
		}
	case keyBack.has(k):
		l.leave(c, asked)
	case keyAccept.has(k):
		return l.done(c)
	case keySpace.has(k):
		l.change(l.at, func(state int) int { return (state + 1) % (l.last() + 1) })
	case l.roles() && keyLeft.has(k):
		l.change(l.at, func(state int) int { return max(0, state-1) })
	case l.roles() && keyRight.has(k):
		l.change(l.at, func(state int) int { return min(l.last(), state+1) })
	case keyAll.has(k):
		l.changeShown()
	case l.moved(k):
	default:
		l.seek(k)
	}
	return nil
}

// seek gives a key to the search.
func (l *checklist) seek(k tea.KeyPressMsg) {
	before := l.search.value()
	l.searching = true
	l.search.key(k)
	if l.search.value() != before {
		l.find()
	}
}

// moved moves to another entry if the key does.
func (l *checklist) moved(k tea.KeyPressMsg) bool {
	to := l.at
	switch {
	case keyUp.has(k):
		to--
	case keyDown.has(k):
		to++
	case keyPgUp.has(k):
		to -= l.rows
	case keyPgDown.has(k):
		to += l.rows
	case keyHome.has(k):
		to = 0
	case keyEnd.has(k):
		to = len(l.shown) - 1
	default:
		return false
	}
	l.at = max(0, min(to, len(l.shown)-1))
	return true
}

// leave goes a step back: out of the search, then out of the list. With something changed it wants esc twice.
func (l *checklist) leave(c *console, asked bool) {
	switch {
	case l.search.value() != "":
		l.clearSearch()
	case l.changed() && !asked:
		l.asked, l.fault = true, "Press esc again to leave it as it was."
	default:
		c.remove(l)
	}
}

// clearSearch shows everything again, from where the search led.
func (l *checklist) clearSearch() {
	at := 0
	if len(l.shown) > 0 {
		at = l.shown[l.at]
	}
	l.search.set("")
	l.find()
	l.at = at
}

func (l *checklist) done(c *console) tea.Cmd {
	changed := map[uint64]int{}
	for _, it := range l.items {
		if it.state != it.was {
			changed[it.id] = it.state
		}
	}
	c.remove(l)
	if len(changed) == 0 {
		return nil
	}
	return l.apply(c, changed)
}

// change puts an entry into another state, or says why it can't.
func (l *checklist) change(at int, to func(state int) int) {
	if at < 0 || at >= len(l.shown) {
		return
	}
	it := &l.items[l.shown[at]]
	switch by := l.by(it); {
	case it.locked != "":
		l.fault = it.name + " can't be changed: " + strings.TrimSuffix(it.locked, ".") + "."
	case by != "":
		l.fault = it.name + " comes with " + by + ". Take that away first."
	default:
		it.state = to(it.state)
	}
}

// changeShown ticks all that the search shows, or none if all are ticked. What can't be changed stays.
func (l *checklist) changeShown() {
	if l.roles() {
		return
	}
	to := 0
	for _, i := range l.shown {
		if it := &l.items[i]; it.locked == "" && it.state == 0 {
			to = 1
		}
	}
	for _, i := range l.shown {
		if it := &l.items[i]; it.locked == "" {
			it.state = to
		}
	}
}

// find shows the entries that hold every word of the search, from the first on.
func (l *checklist) find() {
	words := strings.Fields(grid.Fold(l.search.value()))
	l.shown, l.at, l.from = l.shown[:0], 0, 0
next:
	for i := range l.items {
		for _, w := range words {
			if !strings.Contains(l.items[i].folded, w) {
				continue next
			}
		}
		l.shown = append(l.shown, i)
	}
}

func (l *checklist) paste(_ *console, s string) tea.Cmd {
	if !l.none() && l.gone == "" {
		l.asked, l.fault = false, ""
		l.search.paste(s)
		l.find()
	}
	return nil
}

// click changes the entry that it hits, as space does.
func (l *checklist) click(_ *console, _, y int) tea.Cmd {
	l.asked, l.fault = false, l.gone
	at := l.from + y - l.top
	if l.gone != "" || y < l.top || y >= l.top+l.rows || at >= len(l.shown) {
		return nil
	}
	l.at = at
	l.change(at, func(state int) int { return (state + 1) % (l.last() + 1) })
	return nil
}

// scroll moves the window, and the pointer as far as it has to go with it.
func (l *checklist) scroll(by int) {
	l.from = max(0, min(l.from+by*wheelRows, len(l.shown)-l.rows))
	l.at = max(l.from, min(l.at, l.from+l.rows-1, len(l.shown)-1))
}
