package tui

import (
	"strings"
	"unicode/utf8"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"lanyard/tui/text"
)

// input is a text being edited. The editing is bubbles' textinput; the drawing is ours, so that what can't be seen is
// made visible, the cursor stands right after wide characters, and a long text can wrap.
type input struct {
	model textinput.Model
	rows  int // how many lines it may take
}

func newInput(value string) input {
	m := textinput.New()
	m.Prompt = ""
	m.KeyMap.Paste = key.NewBinding(key.WithDisabled()) // would read the clipboard of the host, not of the person
	m.SetValue(value)
	m.CursorEnd()
	m.Focus() // its blinking is left out: an idle console draws nothing
	return input{model: m, rows: 1}
}

func (in *input) value() string { return in.model.Value() }

func (in *input) set(value string) {
	in.model.SetValue(value)
	in.model.CursorEnd()
}

func (in *input) key(k tea.KeyPressMsg) {
	if key.Matches(k, in.model.KeyMap.DeleteWordForward) && in.model.Position() == utf8.RuneCountInString(in.value())-1 {
		k = tea.KeyPressMsg{Code: tea.KeyDelete} // bubbles looks for the end of the word behind the last character, and panics
	}
	in.model, _ = in.model.Update(k)
}

func (in *input) paste(s string) { in.model, _ = in.model.Update(tea.PasteMsg{Content: s}) }

// inputCell is one character of the input as it is drawn.
type inputCell struct {
	text  string
	width int
}

// view returns the input as lines, each width cells wide, and where the cursor stands in them.
func (in *input) view(c *console, width int) (lines []string, cx, cy int) {
	rows, cx, cy := in.layout(c, max(1, width))
	first := max(0, min(cy-in.rows+1, len(rows)-in.rows))
	for i := range in.rows {
		s := ""
		if first+i < len(rows) {
			s = rows[first+i]
		}
		lines = append(lines, s+text.Spaces(width-c.cells(s)))
	}
	return lines, cx, cy - first
}

// layout breaks the value into rows; a single-line input scrolls sideways instead.
func (in *input) layout(c *console, width int) (rows []string, cx, cy int) {
	cells, at := in.cells(c)
	if in.rows == 1 {
		row, x := scrollSideways(cells, at, width)
		return []string{row}, x, 0
	}
	var b strings.Builder
	used := 0
	for i, cell := range append(cells, inputCell{"", 1}) {
		if used+cell.width > width {
			rows = append(rows, b.String())
			b.Reset()
			used = 0
		}
		if i == at {
			cx, cy = used, len(rows)
		}
		b.WriteString(cell.text)
		used += cell.width
	}
	return append(rows, b.String()), cx, cy
}

// cells returns the value's characters as they are drawn, and the index of the one under the cursor.
func (in *input) cells(c *console) (cells []inputCell, at int) {
	at = -1
	position := 0
	for rest := in.model.Value(); rest != ""; {
		grapheme, _ := ansi.FirstGraphemeCluster(rest, ansi.GraphemeWidth)
		rest = rest[len(grapheme):]
		position += utf8.RuneCountInString(grapheme)
		if at < 0 && in.model.Position() < position {
			at = len(cells)
		}
		shown := c.mode().Clean(grapheme)
		cells = append(cells, inputCell{shown, c.cells(shown)})
	}
	if at < 0 {
		at = len(cells)
	}
	return cells, at
}

// scrollSideways returns the part of the cells that shows the cursor, with a cell left for it at the end.
func scrollSideways(cells []inputCell, at, width int) (row string, cx int) {
	from, used := at, 0
	for from > 0 && used+cells[from-1].width < width {
		from--
		used += cells[from].width
	}
	cx = used
	var b strings.Builder
	used = 0
	for _, cell := range cells[from:] {
		if used += cell.width; used > width {
			break
		}
		b.WriteString(cell.text)
	}
	return b.String(), cx
}
