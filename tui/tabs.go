package tui

import (
	"strconv"

	"lanyard/tui/theme"
)

// tab is one tab as it is drawn.
type tab struct {
	number       int
	title, short string
	count        int
}

// How much of a tab is drawn besides its number, which is the key that opens it and never goes.
type (
	tabName  uint8
	tabCount uint8
)

const (
	noName tabName = iota
	shortName
	fullName
)

const (
	noCount tabCount = iota
	roundCount
	exactCount
)

// tabLabel is what is drawn of a tab.
type tabLabel struct {
	name  tabName
	count tabCount
}

// tabForm is a way to draw the tabs. With 3 cells between two of them the current one's marks stand free; with 1 they
// take the place of what divides it from its neighbours.
type tabForm struct {
	current, other tabLabel
	apart          int
}

// tabForms are tried in this order: air goes first, then the long titles, then the counts (the status line has the
// current one), and the other titles last.
var tabForms = []tabForm{
	{tabLabel{fullName, exactCount}, tabLabel{fullName, exactCount}, 3},
	{tabLabel{fullName, exactCount}, tabLabel{fullName, exactCount}, 2},
	{tabLabel{fullName, roundCount}, tabLabel{fullName, roundCount}, 2},
	{tabLabel{shortName, exactCount}, tabLabel{shortName, exactCount}, 3},
	{tabLabel{shortName, exactCount}, tabLabel{shortName, exactCount}, 2},
	{tabLabel{shortName, roundCount}, tabLabel{shortName, roundCount}, 2},
	{tabLabel{fullName, exactCount}, tabLabel{shortName, noCount}, 3},
	{tabLabel{fullName, exactCount}, tabLabel{shortName, noCount}, 2},
	{tabLabel{fullName, roundCount}, tabLabel{shortName, noCount}, 2},
	{tabLabel{shortName, exactCount}, tabLabel{shortName, noCount}, 2},
	{tabLabel{shortName, roundCount}, tabLabel{shortName, noCount}, 2},
	{tabLabel{shortName, roundCount}, tabLabel{shortName, noCount}, 1},
	{tabLabel{shortName, noCount}, tabLabel{shortName, noCount}, 2},
	{tabLabel{shortName, noCount}, tabLabel{shortName, noCount}, 1},
	{tabLabel{fullName, exactCount}, tabLabel{noName, noCount}, 2},
	{tabLabel{fullName, roundCount}, tabLabel{noName, noCount}, 2},
	{tabLabel{shortName, roundCount}, tabLabel{noName, noCount}, 2},
	{tabLabel{shortName, noCount}, tabLabel{noName, noCount}, 1},
}

// fitTabs draws the tabs with as much of them as there is room for, and tells where each begins and ends.
func fitTabs(t *theme.Theme, tabs []tab, current, width int) (line, [][2]int) {
	var l line
	var at [][2]int
	for _, form := range tabForms {
		l, at = form.draw(t, tabs, current)
		if form.end(at) <= width {
			break
		}
	}
	return l, at
}

// end is where the last tab ends.
func (f tabForm) end(at [][2]int) int {
	if len(at) == 0 {
		return 0
	}
	return at[len(at)-1][1]
}

// draw lays the tabs out side by side.
func (f tabForm) draw(t *theme.Theme, tabs []tab, current int) (l line, at [][2]int) {
	m, x := t.Mode(), 0
	put := func(s string, tone theme.Tone) {
		l = append(l, span{s, tone})
		x += m.Width(s)
	}
	if f.apart > 1 {
		put(" ", theme.Normal)
	}
	for i, tb := range tabs {
		from, left, right, tone, show := x, " ", " ", theme.Dim, f.other
		if i == current {
			left, right, tone, show = t.Glyph(theme.TabLeft), t.Glyph(theme.TabRight), theme.Title, f.current
		}
		if f.apart == 1 && i > 0 && i == current+1 {
			left = t.Glyph(theme.TabRight)
		}
		put(left, theme.Accent)
		put(tb.label(show), tone)
		switch last := i == len(tabs)-1; {
		case last && i == current:
			put(right, theme.Accent)
		case last: // the air behind it needs no room
		case f.apart > 2:
			put(right+" ", theme.Accent)
		case f.apart > 1:
			put(right, theme.Accent)
		}
		at = append(at, [2]int{from, x})
	}
	return l, at
}

func (t tab) label(show tabLabel) string {
	s := strconv.Itoa(t.number)
	switch show.name {
	case fullName:
		s += " " + t.title
	case shortName:
		s += " " + t.short
	case noName:
	}
	switch show.count {
	case exactCount:
		s += " " + count(t.count, "")
	case roundCount:
		s += " " + rounded(t.count)
	case noCount:
	}
	return s
}

// rounded is a number in at most five cells. It is rounded down, so as not to promise what isn't there.
func rounded(n int) string {
	tenths := func(unit int) string { return strconv.Itoa(n/unit) + "." + strconv.Itoa(n/(unit/10)%10) }
	switch {
	case n < 10_000:
		return count(n, "")
	case n < 100_000:
		return tenths(1000) + "k"
	case n < 1_000_000:
		return strconv.Itoa(n/1000) + "k"
	case n < 100_000_000:
		return tenths(1_000_000) + "M"
	default:
		return strconv.Itoa(n/1_000_000) + "M"
	}
}
