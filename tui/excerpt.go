package tui

import tea "charm.land/bubbletea/v2"

// excerpt is which lines of a list are shown where not all of them have room.
type excerpt struct {
	from int // the first
	rows int // how many, as of the last frame
	all  int // of how many
}

// fit sets how many lines there are and how many have room, and keeps the window within.
func (e *excerpt) fit(all, room int) {
	e.all, e.rows = all, max(1, min(all, room))
	e.scroll(0)
}

// follow moves the window as far as it takes to show a line.
func (e *excerpt) follow(at int) { e.from = max(0, min(max(e.from, at-e.rows+1), at, e.all-e.rows)) }

func (e *excerpt) scroll(by int) { e.from = max(0, min(e.from+by, e.all-e.rows)) }

// wheel scrolls by notches, and returns where a pointer at a line has to go with it.
func (e *excerpt) wheel(by, at int) int {
	e.scroll(by * wheelRows)
	return max(e.from, min(at, e.from+e.rows-1))
}

// partial reports whether there is more than is shown.
func (e *excerpt) partial() bool { return e.all > e.rows }

// titled is a title with what is shown of how much, unless it is all: "Ben Okafor  1–10 of 15".
func (e *excerpt) titled(s string) string {
	if e.partial() {
		s += "  " + count(e.from+1, "") + "–" + count(e.from+e.rows, "") + " of " + count(e.all, "")
	}
	return s
}

// paged returns where a key leads to from a line of a list, beyond one line up and down.
func (e *excerpt) paged(k tea.KeyPressMsg, at int) (to int, ok bool) {
	switch {
	case keyPgUp.has(k), keyHalfUp.has(k):
		at -= e.rows
	case keyPgDown.has(k), keyHalfDn.has(k):
		at += e.rows
	case keyHome.has(k):
		at = 0
	case keyEnd.has(k):
		at = e.all - 1
	default:
		return at, false
	}
	return max(0, min(at, e.all-1)), true
}
