package tui

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"lanyard/tui/talk"
)

// speak asks for one field after another, and at the end whether it is right so. What was refused is asked for again, with
// what was typed still there.
func (f *form) speak(d *dialogue) {
	if !f.told {
		f.told = true
		d.talk.Say(sentence(f.title))
		if f.intro != "" {
			d.talk.Say(f.intro)
		}
	}
	if f.at >= len(f.fields) {
		f.askSubmit(d)
		return
	}
	fd := f.fields[f.at]
	if fd.fault != "" {
		d.talk.Say(sentence(fd.fault))
		fd.fault, f.review = "", true
	}
	switch kind := fd.ask(d); {
	case kind == talk.Quit || d.c.top() != overlay(f) && fd.open == nil:
	case kind == talk.Back && f.at == 0:
		f.askLeave(d)
	case kind == talk.Back:
		f.at--
		f.review = false
	case f.review:
		f.at = len(f.fields)
	default:
		f.at++
	}
}

// ask asks for a field's value, in the way that its kind takes.
func (fd *field) ask(d *dialogue) talk.Kind {
	switch {
	case fd.typed():
		return fd.askText(d)
	case fd.open != nil:
		return fd.askPick(d)
	}
	return fd.askChoice(d)
}

// askText asks for a text. An empty line keeps what is there.
func (fd *field) askText(d *dialogue) talk.Kind {
	prompt := fd.label
	if fd.note != "" {
		prompt += " (" + strings.TrimSuffix(fd.note, ".") + ")"
	}
	if value := fd.value(); value != "" {
		prompt += ", now " + value + "; an empty line keeps it"
	}
	answer, kind := d.ask(question{prompt + ":", `Type the text, or an empty line to go on without changing it. "" makes it empty.`})
	if kind == talk.Text {
		fd.text.set(answer)
	}
	return kind
}

// askChoice asks for one of the options. An empty line takes the one that is named.
func (fd *field) askChoice(d *dialogue) talk.Kind {
	d.talk.Say(fd.label + ":")
	for i, name := range fd.options {
		text := strconv.Itoa(i+1) + ". " + name
		if i < len(fd.help) && fd.help[i] != "" {
			text += ": " + fd.help[i]
		}
		d.talk.Say(text)
	}
	for {
		answer, kind := d.ask(question{
			fmt.Sprintf("%s, a number from 1 to %d; an empty line takes %s:", fd.label, len(fd.options), fd.options[fd.chosen]),
			"Type the number or the name of what you choose.",
		})
		if kind != talk.Text {
			return kind
		}
		i := talk.Pick(answer, 1, fd.options)
		if i < 0 {
			d.misunderstood(answer, fmt.Sprintf("Type a number from 1 to %d.", len(fd.options)))
			continue
		}
		fd.pickOption(i)
		return kind
	}
}

// pickOption chooses an option, and tells whoever goes by it.
func (fd *field) pickOption(i int) {
	if i == fd.chosen {
		return
	}
	fd.chosen = i
	for _, tell := range []func(){fd.chose, fd.changed} {
		if tell != nil {
			tell()
		}
	}
}

// askPick offers the list to choose from.
func (fd *field) askPick(d *dialogue) talk.Kind {
	answer, kind := d.ask(question{
		fd.label + ", " + now(fd.summary) + ". Type list to choose, or an empty line to go on:",
		"list reads out what there is to choose from.",
	})
	switch {
	case kind != talk.Text:
	case strings.EqualFold(answer, "list"):
		fd.open(d.c, fd)
	default:
		d.misunderstood(answer, "")
		return talk.Quit // asked again
	}
	return kind
}

// askSubmit reads out what was entered, and asks whether to go ahead.
func (f *form) askSubmit(d *dialogue) {
	if f.fault != "" {
		d.talk.Say(sentence(f.fault))
		f.fault = ""
	}
	names := make([]string, len(f.fields))
	for i, fd := range f.fields {
		names[i] = fd.label
		d.talk.Say(fmt.Sprintf("%d. %s: %s", i+1, fd.label, fd.spokenValue()))
	}
	answer, kind := d.ask(question{
		"Type yes to go ahead (" + f.verb + "), a number to change that answer, or an empty line to leave without:",
		"Nothing is done unless you type yes.",
	})
	i := talk.Pick(answer, 1, names)
	switch {
	case kind == talk.Quit || d.c.top() != overlay(f):
	case kind == talk.Back:
		f.at, f.review = len(f.fields)-1, false
	case kind == talk.Empty || isNo(answer):
		f.askLeave(d)
	case isYes(answer):
		f.review = true
		d.do(func() tea.Cmd { return f.send(d.c) })
		d.rowMade(f)
	case i >= 0:
		f.at, f.review = i, true
	default:
		d.misunderstood(answer, "Nothing was done yet.")
	}
}

// rowMade takes the row that a form made, if it was taken, as the one that was chosen.
func (d *dialogue) rowMade(f *form) {
	if !slices.Contains(d.c.overlays, overlay(f)) && len(d.c.screens) > 0 {
		d.row = d.c.screen().aim().row
	}
}

// spokenValue is what a field holds, in words.
func (fd *field) spokenValue() string {
	value := fd.value()
	switch {
	case fd.open != nil:
		value = fd.summary
	case !fd.typed():
		value = fd.options[fd.chosen]
	}
	return cmp.Or(value, "none")
}

// askLeave leaves a form, and asks before what was entered is lost.
func (f *form) askLeave(d *dialogue) {
	if f.changed() {
		answer, kind := d.ask(question{
			"Type yes to leave and lose what you entered, or an empty line to stay:", "An empty line goes on where you were.",
		})
		if kind == talk.Quit || !isYes(answer) {
			return
		}
	}
	d.do(func() tea.Cmd { return f.close(d.c) })
	if !d.over {
		d.talk.Say("Nothing was done.")
	}
}
