package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"

	"lanyard/model"
	"lanyard/tui/text"
	"lanyard/tui/theme"
)

// The smallest screen that the console works on.
const (
	minWidth  = 40
	minHeight = 10
)

// The lines around the grid: header, tabs and a rule above; a rule, the status and the footer below.
const (
	linesAbove = 3
	linesBelow = 3
	tabsLine   = 1
)

func (c *console) tooSmall() bool { return c.width < minWidth || c.height < minHeight }

// layout gives the screens their room.
func (c *console) layout() {
	for _, s := range c.screens {
		s.resize(c.width, max(1, c.height-linesAbove-linesBelow))
	}
}

// View draws the frame. Only the root model returns a tea.View.
func (c *console) View() tea.View {
	v := tea.View{AltScreen: true, ReportFocus: true, WindowTitle: c.windowTitle()}
	if c.mouse && !c.revealing() {
		v.MouseMode = tea.MouseModeCellMotion
	}
	switch {
	case c.width == 0 || c.height == 0: // not told yet
	case c.tooSmall():
		v.Content = c.smallNotice()
	default:
		v.Content, v.Cursor = c.compose()
	}
	return v
}

// windowTitle names the account, never a record.
func (c *console) windowTitle() string {
	if c.snapshot == nil {
		return "lanyard"
	}
	return "lanyard " + c.mode().Clean(c.snapshot.Account().Name)
}

func (c *console) revealing() bool {
	_, ok := c.top().(*reveal)
	return ok
}

func (c *console) smallNotice() string {
	lines := c.wrap("lanyard needs 40×10 cells. Make the window larger.", max(1, c.width))
	return strings.Join(lines[:min(len(lines), c.height)], "\n")
}

// compose draws the page and the overlays over it.
func (c *console) compose() (string, *tea.Cursor) {
	panels := make([]panel, len(c.overlays)) // before the footer, which says whether there is more of them than is shown
	for i, o := range c.overlays {
		panels[i] = o.draw(c)
	}
	base := c.page()
	toast, tone := c.longToast()
	cursor := c.cellCursor()
	if len(panels) == 0 && toast == nil {
		return base, cursor
	}
	lines := strings.Split(base, "\n")
	for i, l := range toast { // over the rule, or the last rows: a sentence is worth more
		c.lay(lines, panel{content: c.paint(line{{" " + l, tone}}, c.width), y: c.height - 1 - len(toast) + i})
	}
	for _, p := range panels {
		c.lay(lines, p)
		cursor = p.cursor
	}
	return strings.Join(lines, "\n"), cursor
}

// lay puts a panel over the lines of a frame. A line that it covers whole makes way; only one that it covers in part is put
// together cell by cell, which takes ten times as long as drawing it: the line of the filter is there with every letter typed.
func (c *console) lay(lines []string, p panel) {
	width, _ := size(p.content)
	for i, l := range strings.Split(p.content, "\n") {
		switch y := p.y + i; {
		case y < 0 || y >= len(lines):
		case p.x == 0 && c.mode().StyledWidth(l) == c.width:
			lines[y] = l
		default:
			lines[y] = c.over(lines[y], l, p.x, width)
		}
	}
}

// over puts a text over a part of a line.
func (c *console) over(base, l string, x, width int) string {
	cells := uv.NewScreenBuffer(c.width, 1)
	cells.Method = ansi.WcWidth // not Lip Gloss's canvas: that counts by graphemes, whatever the terminal does
	if c.mode().Graphemes {
		cells.Method = ansi.GraphemeWidth
	}
	uv.NewStyledString(base).Draw(cells, cells.Bounds())
	uv.NewStyledString(l).Draw(cells, uv.Rect(x, 0, width, 1).Intersect(cells.Bounds()))
	return cells.Render()
}

// page draws the frame without overlays.
func (c *console) page() string {
	lines := []string{c.paint(c.header(), c.width)}
	if len(c.screens) == 0 {
		for range c.height - 2 {
			lines = append(lines, c.paint(nil, c.width))
		}
		return strings.Join(append(lines, c.paint(c.footer(), c.width)), "\n")
	}
	tabs, _ := c.tabs()
	lines = append(lines, c.paint(tabs, c.width), " "+c.rule(c.width-2)+" ", c.screen().view(),
		" "+c.rule(c.width-2)+" ", c.paint(c.status(), c.width), c.paint(c.footer(), c.width))
	return strings.Join(lines, "\n")
}

// header names the program, the account and who acts.
func (c *console) header() line {
	if c.snapshot == nil {
		return line{{" lanyard", theme.Title}}
	}
	left := line{{" lanyard", theme.Title}, {"  " + c.snapshot.Account().Name, theme.Normal}}
	me := c.rules().Actor
	if me.ID == 0 {
		me = c.session.Me
	}
	right := line{{me.Email + " · " + c.snapshot.RoleName(me.Role) + " ", theme.Dim}}
	if me.Status != model.StatusActive {
		right = line{{me.Email + " · no longer active ", theme.Bad}}
	}
	return c.spread(left, append(c.lockWord(), right...), c.width)
}

// tabs draws the tabs, and tells where each begins and ends.
func (c *console) tabs() (line, [][2]int) {
	list := make([]tab, len(c.screens))
	for i, s := range c.screens {
		list[i] = tab{number: i + 1, title: s.title(), short: s.short(), count: s.total()}
	}
	return fitTabs(c.theme, list, c.tab, c.width)
}

// status is what there is, and the last thing that happened.
func (c *console) status() line {
	left := c.screen().summary()
	switch {
	case c.trouble != nil:
		return line{{" " + c.troubleText(), theme.Bad}}
	case c.loading:
		left = c.progress()
	case c.working > 0 && (c.toast.text == "" || c.toast.stays):
		return c.spread(left, dim(c.bulk.underway()+" "), c.width)
	case c.mail.total > 0 && c.toast.text == "":
		return c.spread(left, dim(c.mail.underway()+" "), c.width)
	}
	if c.toast.text == "" {
		return left
	}
	said := c.toastText(c.widthOf(left))
	right := line{{said + " ", c.toast.tone}}
	if c.widthOf(left)+c.widthOf(right) >= c.width {
		return line{{" " + said, c.toast.tone}} // a sentence is worth more than the count
	}
	return c.spread(left, right, c.width)
}

// troubleText says why the store can't be read at present.
func (c *console) troubleText() string { return "! " + c.trouble.Error() }

// longToast returns the lines of what doesn't fit the status line, a toast or what is wrong with the store.
func (c *console) longToast() ([]string, theme.Tone) {
	said, tone := c.toastText(0), c.toast.tone
	if c.trouble != nil {
		said, tone = c.troubleText(), theme.Bad
	}
	if c.cells(said)+1 <= c.width {
		return nil, tone
	}
	return c.wrap(said, c.width-2), tone
}

// progress says how much of a large account has been read.
func (c *console) progress() line {
	total := c.snapshot.Total(model.KindUser) + c.snapshot.Total(model.KindServiceAccount)
	read := c.snapshot.Users().Len() + c.snapshot.ServiceAccounts().Len()
	return line{{" Reading " + count(total, "record") + "… " + count(read*100/max(1, total), "") + " %", theme.Dim}}
}

// footer shows the keys that matter most here, as many as there is room for. The last two, which lead to all the others
// and out, always have theirs.
func (c *console) footer() line {
	const apart = 2
	hints := c.footerHints()
	width := func(h hint) int { return apart + c.cells(c.keyName(h.key)) + 1 + c.cells(h.does) }
	left, tail := c.width-1+apart, max(0, len(hints)-2)
	for _, h := range hints[tail:] {
		left -= width(h)
	}
	kept := make([]hint, 0, len(hints))
	for _, h := range hints[:tail] {
		if left -= width(h); left < 0 {
			break // what comes after it matters less, even if it is shorter
		}
		kept = append(kept, h)
	}
	l := line{{" ", theme.Normal}}
	for i, h := range append(kept, hints[tail:]...) {
		if i > 0 {
			l = append(l, span{text.Spaces(apart), theme.Normal})
		}
		l = append(l, span{c.keyName(h.key), theme.Accent}, span{" " + h.does, theme.Dim})
	}
	return l
}

func (c *console) footerHints() []hint {
	if o := c.top(); o != nil {
		return o.hints()
	}
	var list []hint
	if len(c.screens) == 0 {
		return nil
	}
	// The two that lead everywhere come first, then what this screen is for.
	for _, actions := range [][]action{c.general[:2], c.screen().actions(), c.general[2:]} {
		for _, a := range actions {
			if a.section == sectionView && a.why() != nil {
				continue // not of this screen
			}
			if a.id == "edit" {
				a.footer = c.screen().enters()
			}
			if a.footer != "" {
				list = append(list, hint{a.keys[0], a.footer})
			}
		}
	}
	return list
}
