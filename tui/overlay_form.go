package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"lanyard/tui/text"
	"lanyard/tui/theme"
)

// form asks for a few values. What was typed stays until the form is left: a refusal is shown at its field.
type form struct {
	title  string
	intro  string
	fields []*field
	verb   string // the button that submits
	at     int    // the field with the keys; len(fields) is the submit button, one more is Cancel
	busy   bool   // submitted, not answered yet
	fault  string // what is wrong with the whole
	asked  bool   // esc was pressed once on a form with something in it

	// submit is called with what the fields hold. It answers by a message whose apply calls accept or refuse.
	submit func(c *console, f *form) tea.Cmd

	// drop leaves the form without submitting; closing it is all if nil.
	drop func(c *console) tea.Cmd

	hits []int // the panel's line of each field
}

// field is one value of a form: a text, or a choice.
type field struct {
	id, label string
	text      input
	options   []string // a choice if there are any
	help      []string // a remark for each option
	chosen    int
	note      string // shown below when there is no fault
	fault     string
	list      bool // a list of addresses: pasted new lines become commas
}

func textField(id, label string) *field {
	return &field{id: id, label: label, text: newInput("")}
}

func choiceField(id, label string, options, help []string, chosen int) *field {
	return &field{id: id, label: label, options: options, help: help, chosen: chosen, text: newInput("")}
}

func (f *form) field(id string) *field {
	for _, fd := range f.fields {
		if fd.id == id {
			return fd
		}
	}
	return &field{text: newInput("")}
}

func (fd *field) value() string { return strings.TrimSpace(fd.text.value()) }

func (f *form) hints() []hint {
	if f.at < len(f.fields) && len(f.fields[f.at].options) > 0 {
		return []hint{{"←→", "choose"}, {"enter", "next"}, {"ctrl+s", strings.ToLower(f.verb)}, {"esc", "leave"}}
	}
	return []hint{{"tab", "next"}, {"shift+tab", "back"}, {"ctrl+s", strings.ToLower(f.verb)}, {"esc", "leave"}}
}

func (f *form) key(c *console, k tea.KeyPressMsg) tea.Cmd {
	switch {
	case f.busy:
		return nil
	case keyBack.has(k):
		return f.leave(c)
	case keySubmit.has(k):
		return f.send(c)
	case keyNext.has(k), keyDown.has(k):
		f.move(1)
	case keyPrev.has(k), keyUp.has(k):
		f.move(-1)
	case f.at == len(f.fields):
		return f.onSubmit(c, k)
	case f.at > len(f.fields):
		return f.onCancel(c, k)
	case keyAccept.has(k):
		f.move(1)
	default:
		f.fields[f.at].key(k)
		f.asked = false
	}
	return nil
}

func (f *form) move(by int) {
	n := len(f.fields) + 2
	f.at = (f.at + n + by) % n
	f.asked = false
}

func (f *form) onSubmit(c *console, k tea.KeyPressMsg) tea.Cmd {
	switch {
	case keyAccept.has(k), keySpace.has(k):
		return f.send(c)
	case keyLeft.has(k):
		f.at = len(f.fields) + 1
	}
	return nil
}

func (f *form) onCancel(c *console, k tea.KeyPressMsg) tea.Cmd {
	switch {
	case keyAccept.has(k), keySpace.has(k):
		return f.close(c)
	case keyRight.has(k):
		f.at = len(f.fields)
	}
	return nil
}

// leave goes a step back. A form that holds something asks first, by wanting esc twice.
func (f *form) leave(c *console) tea.Cmd {
	if f.changed() && !f.asked {
		f.asked = true
		f.fault = "Press esc again to leave and lose what you typed."
		return nil
	}
	return f.close(c)
}

func (f *form) changed() bool {
	for _, fd := range f.fields {
		if fd.text.value() != "" {
			return true
		}
	}
	return false
}

func (f *form) close(c *console) tea.Cmd {
	c.remove(f)
	if f.drop != nil {
		return f.drop(c)
	}
	return nil
}

func (f *form) send(c *console) tea.Cmd {
	f.fault = ""
	for _, fd := range f.fields {
		fd.fault = ""
	}
	cmd := f.submit(c, f)
	f.busy = cmd != nil
	return cmd
}

// refuse shows why a submitted form wasn't taken, at a field or, with id "", for the whole.
func (f *form) refuse(id, fault string) {
	f.busy = false
	for i, fd := range f.fields {
		if fd.id == id {
			fd.fault = fault
			f.at = i
			return
		}
	}
	f.fault = fault
}

func (f *form) paste(_ *console, s string) tea.Cmd {
	if f.at < len(f.fields) && !f.busy {
		fd := f.fields[f.at]
		if fd.list {
			s = strings.NewReplacer("\r\n", ", ", "\n", ", ", "\r", ", ").Replace(strings.TrimSpace(s))
		}
		if len(fd.options) == 0 {
			fd.text.paste(s)
		}
	}
	return nil
}

func (fd *field) key(k tea.KeyPressMsg) {
	if len(fd.options) == 0 {
		fd.text.key(k)
		return
	}
	n := len(fd.options)
	switch {
	case keyLeft.has(k):
		fd.chosen = (fd.chosen + n - 1) % n
	case keyRight.has(k), keySpace.has(k):
		fd.chosen = (fd.chosen + 1) % n
	default: // the first letter of an option chooses it
		for i := range n {
			next := (fd.chosen + 1 + i) % n
			if k.Text != "" && strings.HasPrefix(strings.ToLower(fd.options[next]), strings.ToLower(k.Text)) {
				fd.chosen = next
				return
			}
		}
	}
}

func (f *form) click(c *console, _, y int) tea.Cmd {
	for i, at := range f.hits {
		if y == at && i <= len(f.fields) {
			f.at = i
			if i == len(f.fields) {
				return f.send(c)
			}
		}
	}
	return nil
}

// draw puts the label above or beside its field, with what is wrong below it.
func (f *form) draw(c *console) panel {
	inner := c.boxWidth(72)
	labels := 0
	for _, fd := range f.fields {
		labels = max(labels, c.cells(fd.label))
	}
	f.hits = f.hits[:0]
	var lines []line
	if f.intro != "" {
		for _, l := range c.wrap(f.intro, inner) {
			lines = append(lines, dim(l))
		}
		lines = append(lines, nil)
	}
	var cursor *tea.Cursor
	for i, fd := range f.fields {
		f.hits = append(f.hits, len(lines)+1)
		rows, cx, cy := fd.lines(c, i == f.at, labels, inner)
		if i == f.at && len(fd.options) == 0 {
			cursor = tea.NewCursor(cx, len(lines)+cy)
		}
		lines = append(lines, rows...)
	}
	lines = append(lines, nil)
	if f.fault != "" {
		for _, l := range c.wrap(f.fault, inner) {
			lines = append(lines, line{{l, theme.Bad}})
		}
	}
	buttons, _ := c.buttons([]button{{"Cancel", f.at == len(f.fields)+1, false}, {f.verb, f.at == len(f.fields), false}}, inner)
	f.hits = append(f.hits, len(lines)+1)
	lines = append(lines, buttons)
	p := c.centred(c.box(f.title, inner, lines))
	if cursor != nil {
		cursor.X += p.x + 2
		cursor.Y += p.y + 1
		p.cursor = cursor
	}
	return p
}

// lines draws one field and tells where its cursor stands.
func (fd *field) lines(c *console, focused bool, labels, inner int) (lines []line, cx, cy int) {
	tone, pointer := theme.Normal, "  "
	if focused {
		tone, pointer = theme.Accent, c.theme.Glyph(theme.Pointer)+" "
	}
	label := span{pointer + fd.label + text.Spaces(labels-c.cells(fd.label)+2), tone}
	indent := labels + 4
	if len(fd.options) > 0 {
		lines = append(lines, append(line{label}, fd.choice(focused)...))
	} else {
		rows, x, y := fd.text.view(c, max(4, inner-indent))
		cx, cy = indent+x, y
		for i, row := range rows {
			if i > 0 {
				label = span{strings.Repeat(" ", indent), theme.Normal}
			}
			lines = append(lines, line{label, {row, theme.Input}})
		}
	}
	note, noteTone := fd.note, theme.Dim
	if fd.fault != "" {
		note, noteTone = fd.fault, theme.Bad
	}
	if note != "" {
		for _, l := range c.wrap(note, inner-2) {
			lines = append(lines, line{{"  " + l, noteTone}})
		}
	}
	return lines, cx, cy
}

func (fd *field) choice(focused bool) line {
	tone := theme.Normal
	if focused {
		tone = theme.Selected
	}
	l := line{{"‹" + " ", theme.Dim}, {fd.options[fd.chosen], tone}, {" " + "›", theme.Dim}}
	if fd.chosen < len(fd.help) {
		l = append(l, span{"  " + fd.help[fd.chosen], theme.Dim})
	}
	return l
}
