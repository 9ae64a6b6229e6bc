package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"
)

// form asks for a few values. What was typed stays until the form is left: a refusal is shown at its field.
type form struct {
	title  string
	intro  string
	fields []*field
	verb   string // the button that submits
	at     int    // the field with the keys; len(fields) is the submit button, one more is Cancel
	busy   bool   // submitted, not answered yet
	ahead  typedAhead
	fault  string // what is wrong with the whole
	asked  bool   // esc was pressed once on a form with something in it
	told   bool   // plain mode: what the form is about was said
	review bool   // plain mode: all was asked once, and only answers to be changed still are

	// submit is called with what the fields hold. It answers by a message whose apply calls accept or refuse.
	submit func(c *console, f *form) tea.Cmd

	// drop leaves the form without submitting; closing it is all if nil.
	drop func(c *console) tea.Cmd

	buttonsX [2]int // where the submit button begins, and Cancel

	hits []int // the panel's line of each field and of the buttons, -1 where it isn't shown
	from int   // the first line of the fields that is shown
}

// field is one value of a form: a text, a choice, or what was chosen from a list (form_pick.go).
type field struct {
	id, label string
	text      input
	options   []string // a choice if there are any
	help      []string // a remark for each option
	chosen    int
	chose     func() // runs when another option was chosen; nil: nothing
	note      string // shown below when there is no fault
	fault     string
	list      bool   // a list of addresses: pasted new lines become commas
	changed   func() // told when another option is chosen, nil if nobody cares

	open    func(c *console, fd *field) // opens the list to choose from, nil for the other kinds
	picked  map[uint64]int              // what is chosen, with its state
	summary string                      // the same in words
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

// typed reports whether the field is a text.
func (fd *field) typed() bool { return len(fd.options) == 0 && fd.open == nil }

func (fd *field) value() string { return strings.TrimSpace(fd.text.value()) }

func (f *form) hints() []hint {
	switch {
	case f.at < len(f.fields) && len(f.fields[f.at].options) > 0:
		return []hint{{"←→", "choose"}, {"enter", "next"}, {"ctrl+s", strings.ToLower(f.verb)}, {"esc", "leave"}}
	case f.at < len(f.fields) && f.fields[f.at].open != nil:
		return []hint{{"enter", "choose"}, {"tab", "next"}, {"ctrl+s", strings.ToLower(f.verb)}, {"esc", "leave"}}
	}
	return []hint{{"tab", "next"}, {"shift+tab", "back"}, {"ctrl+s", strings.ToLower(f.verb)}, {"esc", "leave"}}
}

func (f *form) key(c *console, k tea.KeyPressMsg) tea.Cmd {
	switch {
	case f.busy:
		f.ahead = append(f.ahead, k)
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
	case f.fields[f.at].open != nil:
		f.onPick(c, k)
	case keyAccept.has(k):
		f.move(1)
	default:
		f.fields[f.at].key(k)
		f.goOn()
	}
	return nil
}

func (f *form) move(by int) {
	n := len(f.fields) + 2
	f.at = (f.at + n + by) % n
	f.goOn()
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
		f.fault = "Press esc again to leave and lose what you entered."
		return nil
	}
	return f.close(c)
}

// goOn takes the question of leave back: whoever goes on doesn't leave.
func (f *form) goOn() {
	if f.asked {
		f.asked, f.fault = false, ""
	}
}

func (f *form) changed() bool {
	for _, fd := range f.fields {
		if fd.text.value() != "" || len(fd.picked) > 0 {
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

// refuse shows why a submitted form wasn't taken, at a field or, with id "", for the whole. What was typed since was meant
// for what would have followed.
func (f *form) refuse(id, fault string) {
	f.busy, f.ahead = false, nil
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
		if fd.typed() {
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
	before := fd.chosen
	fd.choose(k)
	if fd.changed != nil && fd.chosen != before {
		fd.changed()
	}
}

func (fd *field) choose(k tea.KeyPressMsg) {
	n, before := len(fd.options), fd.chosen
	defer func() {
		if fd.chose != nil && fd.chosen != before {
			fd.chose()
		}
	}()
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
	if f.busy {
		return nil
	}
	for i, at := range f.hits {
		if y == at && i <= len(f.fields) {
			f.at = i
			switch {
			case i == len(f.fields):
				return f.send(c)
			case f.fields[i].open != nil:
				f.fields[i].open(c, f.fields[i])
			}
		}
	}
	return nil
}
