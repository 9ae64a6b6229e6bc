package tui

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"lanyard/tui/talk"
)

func (m *menu) speak(d *dialogue) {
	a, kind := d.askAction(m.title, d.menuItems(m))
	if d.c.top() != overlay(m) {
		return // its row went away, which was said
	}
	d.c.remove(m)
	if kind == talk.Text {
		d.do(a.run)
	}
}

// speak lists everything that can be done here, without what only makes sense on a screen.
func (h *help) speak(d *dialogue) {
	var items []action
	for _, a := range d.c.actions() {
		onScreen := a.section == sectionMove || a.section == sectionView ||
			slices.Contains([]string{"edit", "edit_text", "menu", "help", "mouse", "redraw", "suspend"}, a.id)
		if !onScreen {
			items = append(items, a)
		}
	}
	title := "Everything you can do here"
	if name, ok := d.c.screen().menuTitle(); ok {
		title += ", on " + d.c.screen().title() + " with the row " + name
	}
	a, kind := d.askAction(title, items)
	d.c.remove(h)
	if kind == talk.Text {
		d.do(a.run)
	}
}

// speak is for completeness: in plain mode a filter is typed with the rows.
func (f *filterLine) speak(d *dialogue) { d.c.remove(f) }

func (f *confirm) speak(d *dialogue) {
	d.talk.Say(f.title, f.text)
	want := "yes"
	if f.typed() {
		want = strconv.Itoa(f.count)
	}
	for {
		answer, kind := d.ask(question{
			"Type " + want + " to go on (" + f.verb + "), or an empty line to leave everything as it is:",
			"Nothing is done unless you type " + want + ".",
		})
		switch {
		case kind == talk.Quit || d.c.top() != overlay(f):
			return
		case kind != talk.Text || isNo(answer):
			d.c.remove(f)
			d.talk.Say("Nothing was done.")
			return
		case answer == want || want == "yes" && isYes(answer):
			d.c.remove(f)
			d.do(f.run)
			return
		}
		d.misunderstood(answer, "Nothing was done yet.")
	}
}

func (q *conflict) speak(d *dialogue) {
	d.talk.Say(sentence(q.title))
	d.sayLines(q.body(d.c, plainWidth))
	names := make([]string, len(q.choices))
	for i, ch := range q.choices {
		names[i] = ch.label
		d.talk.Say(fmt.Sprintf("%d. %s", i+1, ch.label))
	}
	answer, kind := d.ask(question{
		fmt.Sprintf("Whose stays? A number from 1 to %d, or an empty line to go back:", len(names)),
		"Two people changed the same. Choose whose change stays.",
	})
	switch i := talk.Pick(answer, 1, names); {
	case kind == talk.Quit || d.c.top() != overlay(q):
	case kind != talk.Text:
		d.c.remove(q)
		if q.back != nil {
			q.back(d.c)
		}
	case i < 0:
		d.misunderstood(answer, "Nothing was changed yet.")
	default:
		q.at = i
		d.do(func() tea.Cmd { return q.take(d.c) })
	}
}

func (p *picker) speak(d *dialogue) {
	d.talk.Say(sentence(p.title))
	names := make([]string, len(p.options))
	for i, o := range p.options {
		names[i] = o.name
		text := strconv.Itoa(i+1) + ". " + o.name
		switch {
		case o.refuse != nil:
			text += ": not possible, " + o.note()
		case o.help != "":
			text += ": " + o.help
		}
		d.talk.Say(text)
	}
	prompt := fmt.Sprintf("A number from 1 to %d, or an empty line to leave it as it is", len(names))
	if p.at >= 0 && p.at < len(names) {
		prompt += "; marked is " + names[p.at]
	}
	for {
		answer, kind := d.ask(question{prompt + ":", "Type the number or the name of what you choose."})
		if kind == talk.Quit || d.c.top() != overlay(p) {
			return
		}
		if kind != talk.Text {
			d.c.remove(p)
			return
		}
		i := talk.Pick(answer, 1, names)
		switch {
		case i < 0:
			d.misunderstood(answer, fmt.Sprintf("Type a number from 1 to %d.", len(names)))
		case p.options[i].refuse != nil:
			d.talk.Say("Not possible: " + sentence(p.options[i].refuse.Error()))
		default:
			p.at = i
			d.do(func() tea.Cmd { return p.take(d.c) })
			return
		}
	}
}

// speak reads a page to its end, and offers what its keys do.
func (p *page) speak(d *dialogue) {
	names := p.say(d)
	if len(names) == 0 {
		d.c.remove(p)
		return
	}
	for {
		answer, kind := d.ask(question{
			"A number, or an empty line to go back:",
			"Type the number of what to do. An empty line closes this page.",
		})
		switch i := talk.Pick(answer, 1, names); {
		case kind == talk.Quit || d.c.top() != overlay(p):
			return
		case kind != talk.Text:
			d.c.remove(p)
			return
		case i < 0 && !slices.ContainsFunc(p.extra, func(x hint) bool { return x.key == answer }):
			d.misunderstood(answer, fmt.Sprintf("Type a number from 1 to %d.", len(names)))
		default:
			if i >= 0 {
				answer = p.extra[i].key
			}
			d.do(func() tea.Cmd { return p.key(d.c, tea.KeyPressMsg{Code: rune(answer[0]), Text: answer}) })
			d.sayToast()
			if d.over || d.c.top() != overlay(p) {
				return
			}
		}
	}
}

// say reads the page out, unless it was read already and is as it was, and returns what can be done from it.
func (p *page) say(d *dialogue) (names []string) {
	body := p.body(d.c, plainWidth)
	texts := make([]string, len(body))
	for i, l := range body {
		texts[i] = lineText(l)
	}
	if heard := strings.Join(texts, "\n"); p.heard != heard {
		p.heard = heard
		d.talk.Say(sentence(p.title))
		d.sayLines(body)
	}
	for i, x := range p.extra {
		names = append(names, x.does)
		d.talk.Say(fmt.Sprintf("%d. %s", i+1, x.does))
	}
	return names
}

// speak shows the secret, which stays where it was written: that is said before it is.
func (r *reveal) speak(d *dialogue) {
	d.talk.Say("The API key of " + r.name + " is alone on the next line. It stays in this window's history until you clear that.")
	d.talk.ShowSecret(r.secret.Text())
	d.c.remove(r)
}

func (e *cellEditor) speak(d *dialogue) {
	if e.fault != "" {
		d.talk.Say(sentence(e.fault), `You typed "`+e.text.value()+`".`)
	}
	prompt := e.title + ", " + now(e.text.value()) + ". The new text, or an empty line to leave it as it was:"
	if e.fault != "" {
		prompt = e.title + ". The new text, or an empty line to leave it as it was:"
	}
	answer, kind := d.ask(question{prompt, `Type the whole text anew. "" makes it empty.`})
	switch {
	case kind == talk.Quit || d.c.top() != overlay(e):
	case kind != talk.Text:
		d.do(func() tea.Cmd { d.c.remove(e); return nil })
	default:
		e.fault = ""
		e.text.set(answer)
		e.busy = true
		d.do(func() tea.Cmd { return e.apply(d.c, answer, false) })
	}
}

func (p *passphraseDialog) speak(d *dialogue) {
	if p.fault != "" {
		d.talk.Say("Not done: " + sentence(p.fault))
	} else {
		d.talk.Say("The sealing key is locked. Its passphrase is needed to go on.", d.c.untilWhen())
	}
	d.talk.Prompt("Passphrase, which isn't shown, or an empty line to leave it locked:")
	_, err := d.wait(func() (string, error) {
		typed, err := d.talk.Secret()
		if err == nil {
			p.typed.hold(typed)
			clear(typed)
		}
		return "", err
	})
	switch {
	case d.over || d.c.top() != overlay(p):
	case err != nil:
		p.fault = "the passphrase wasn't read: " + err.Error()
	case p.typed.length() == 0:
		d.do(func() tea.Cmd { return p.drop(d.c) })
	default:
		d.do(func() tea.Cmd { return p.try(d.c) })
	}
}
