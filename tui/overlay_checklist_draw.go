package tui

import (
	"cmp"
	"strings"

	tea "charm.land/bubbletea/v2"

	"lanyard/tui/text"
	"lanyard/tui/theme"
)

// The lines of a checklist besides its entries: two borders, the search and the count.
const checklistLines = 4

// roomyHeight is the height from which there is air within a checklist.
const roomyHeight = 20

func (l *checklist) draw(c *console) panel {
	l.measure(c.mode())
	inner := c.boxWidth(l.inner(c))
	if l.none() {
		return l.place(c, c.box(l.title, inner, l.says(c, inner)))
	}
	shown, cx, _ := l.search.view(c, inner-2)
	lines := []line{{{"/ ", theme.Dim}, {shown[0], theme.Input}}}
	air := 0
	if c.height >= roomyHeight {
		lines, air = append(lines, nil), 1
	}
	says := l.says(c, inner)
	foot := l.foot(c, inner)
	// A long refusal takes its lines from the window where there is no room for both.
	l.rows = max(1, min(max(len(l.items), len(says)), l.room(c)-checklistLines-2*air-len(foot)+1))
	l.top = len(lines) + 1
	lines = append(lines, says[:min(len(says), l.rows)]...)
	if len(says) == 0 {
		lines = append(lines, l.window(c, inner)...)
	}
	for len(lines) < l.top-1+l.rows+air {
		lines = append(lines, nil)
	}
	p := l.place(c, c.box(l.title, inner, append(lines, l.tail(c, foot, inner)...)))
	if l.searching || len(l.shown) == 0 {
		p.cursor = tea.NewCursor(p.x+4+cx, p.y+1)
		return p
	}
	return p.at(boxIndent+l.lead(), l.top+l.at-l.from)
}

// room is how many lines the box may take: those of the grid on the side of the cell that has more, but enough for a few
// entries. The footer stays free, since it tells the keys.
func (l *checklist) room(c *console) int {
	few := min(checklistLines+5, c.height-1)
	if l.centre {
		return max(few, c.height-3)
	}
	y := c.screen().cursorRect().y
	return max(few, y, c.height-linesBelow-y-1)
}

func (l *checklist) place(c *console, content string) panel {
	if l.centre {
		return c.centred(content)
	}
	r := c.screen().cursorRect()
	p := c.beside(content, r)
	_, h := size(content)
	if p.y+h < c.height {
		return p
	}
	if p.y = r.y - h; p.y < 0 {
		p.y = max(0, c.height-1-h)
	}
	return p
}

// measure finds out how wide the columns are, for the terminal as it counts.
func (l *checklist) measure(m text.Mode) {
	if l.widths.names > 0 && l.widthIn == m {
		return
	}
	w := checkWidths{names: 1}
	for i := range l.items {
		it := &l.items[i]
		w.names = max(w.names, m.Width(it.name))
		w.notes = max(w.notes, m.Width(cmp.Or(it.locked, it.note)))
	}
	if l.implied != nil {
		w.notes = max(w.notes, len("by ")+w.names)
	}
	for i := range l.states {
		w.states = max(w.states, m.Width(l.word(i)))
	}
	l.widths, l.widthIn = w, m
}

// inner is how wide the inside of the box wants to be: for its entries, and for the search and what is said below.
func (l *checklist) inner(c *console) int {
	if l.none() {
		return min(72, max(c.cells(l.title)+2, c.cells(l.sentence())))
	}
	w := l.widths
	entries := l.lead() + w.names
	if l.roles() {
		entries += 2 + w.states
	}
	if w.notes > 0 {
		entries += 2 + w.notes
	}
	return min(72, max(entries, c.cells(l.title)+2, c.cells(l.count(len(l.items), len(l.items)))+len("  ^v more")))
}

// lead is how many cells stand before a name: the pointer and the tick.
func (l *checklist) lead() int {
	if l.roles() {
		return 2
	}
	return 2 + len("[x] ")
}

// sentence is what stands in place of the entries when there are none to show, "" when there are.
func (l *checklist) sentence() string {
	switch {
	case l.none():
		return cmp.Or(l.empty, "There is nothing to choose from yet.")
	case len(l.shown) == 0:
		return "Nothing is called that. Delete a letter to see more."
	}
	return ""
}

// says is the sentence in lines.
func (l *checklist) says(c *console, inner int) []line {
	if l.sentence() == "" {
		return nil
	}
	var out []line
	for _, s := range c.wrap(l.sentence(), inner) {
		out = append(out, dim(s))
	}
	return out
}

// window draws the entries that there is room for.
func (l *checklist) window(c *console, inner int) []line {
	l.from = max(0, min(l.from, l.at, len(l.shown)-l.rows))
	l.from = max(l.from, l.at-l.rows+1)
	var out []line
	for k := l.from; k < min(l.from+l.rows, len(l.shown)); k++ {
		out = append(out, l.item(c, k, inner))
	}
	return out
}

// item draws one entry: the tick and the name, or the name and the state, and a note.
func (l *checklist) item(c *console, k, inner int) line {
	it := &l.items[l.shown[k]]
	by := l.by(it)
	pointer, tone, note := "  ", theme.Normal, cmp.Or(it.locked, it.note)
	if k == l.at {
		pointer, tone = c.theme.Glyph(theme.Pointer)+" ", theme.Accent
	}
	if by != "" && it.locked == "" {
		note = "by " + by
	}
	held := by != "" || it.locked != ""
	if held {
		tone = theme.Dim
	}
	out := line{{pointer, theme.Accent}}
	if !l.roles() {
		out = append(out, l.tick(c, it.state > 0 || by != "", held))
	}
	names, notes := l.columns(inner)
	out = append(out, span{c.mode().Fit(it.name, names), tone})
	if l.roles() {
		word, look := l.word(it.state), theme.Normal
		if it.state == 0 || held {
			look = theme.Dim
		}
		out = append(out, span{"  ", theme.Normal}, span{c.mode().Fit(word, l.stateWidth(inner)), look})
	}
	if notes == 0 {
		return out
	}
	return append(out, span{"  " + note, theme.Dim})
}

// How little room the names may leave for notes: on a narrow screen none, elsewhere a third; what is less than a word is
// left out.
const (
	narrowNames = 30
	leastNote   = 6
)

// columns is how many cells the names and the notes get. It is the names that people look for, so the notes give way.
func (l *checklist) columns(inner int) (names, notes int) {
	left := inner - l.lead()
	if l.roles() {
		left -= 2 + l.stateWidth(inner)
	}
	names = min(l.widths.names, max(4, left))
	if reserve := min(l.widths.notes, left/3); reserve > 0 && left >= narrowNames {
		names = min(names, left-2-reserve)
	}
	if notes = left - names - 2; notes < min(leastNote, l.widths.notes) {
		return names, 0
	}
	return names, notes
}

// stateWidth is how many cells the states get: a third of the line, since a role may have a name as long as a person's, but
// enough for the built-in ones.
func (l *checklist) stateWidth(inner int) int {
	return min(l.widths.states, max(len("Contributor"), inner/3))
}

// tick draws a box. Ticked and not can be told apart without colour.
func (l *checklist) tick(c *console, on, held bool) span {
	s, tone := "[ ] ", theme.Mark
	switch {
	case on && c.mode().ASCII:
		s = "[x] "
	case on:
		s = "[" + c.theme.Glyph(theme.Check) + "] "
	}
	if held {
		tone = theme.Dim
	}
	return span{s, tone}
}

// word is a state as it is drawn.
func (l *checklist) word(state int) string {
	if state < 0 || state >= len(l.states) || l.states[state] == "" {
		return "–"
	}
	return l.states[state]
}

// foot is what is wrong, or nothing but one line for the count.
func (l *checklist) foot(c *console, inner int) []string {
	if l.fault == "" {
		return []string{""}
	}
	return c.wrap(l.fault, inner)
}

// tail draws the end of the box: what is wrong, or how many are chosen and how many shown.
func (l *checklist) tail(c *console, foot []string, inner int) []line {
	if l.fault != "" {
		var out []line
		for _, s := range foot {
			out = append(out, line{{s, theme.Bad}})
		}
		return out
	}
	chosen := 0
	for i := range l.items {
		if it := &l.items[i]; it.state > 0 || l.by(it) != "" {
			chosen++
		}
	}
	return []line{c.spread(dim(l.count(chosen, len(l.shown))), dim(l.more(c)), inner)}
}

func (l *checklist) count(chosen, shown int) string {
	return count(chosen, "") + " chosen · " + count(shown, "") + " of " + count(len(l.items), "") + " shown"
}

// more tells on which sides of the window there are more entries.
func (l *checklist) more(c *console) string {
	var b strings.Builder
	if l.from > 0 {
		b.WriteString(c.theme.Glyph(theme.Up))
	}
	if l.from+l.rows < len(l.shown) {
		b.WriteString(c.theme.Glyph(theme.Down))
	}
	if b.Len() > 0 {
		b.WriteString(" more")
	}
	return b.String()
}
