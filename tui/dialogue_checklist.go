package tui

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"lanyard/tui/talk"
)

// speak reads out what there is to tick, a page at a time, and asks for one of it.
func (l *checklist) speak(d *dialogue) {
	if l.none() {
		d.talk.Say(sentence(l.title), l.sentence())
		d.c.remove(l)
		return
	}
	l.say(d)
	answer, kind := d.ask(question{l.spokenPrompt(), l.spokenHelp()})
	asked := l.asked
	l.asked, l.fault = false, ""
	switch {
	case kind == talk.Quit || d.c.top() != overlay(l):
	case kind != talk.Text:
		l.leaveSpoken(d, asked)
	case answer == "done":
		d.do(func() tea.Cmd { return l.done(d.c) })
	case answer == "list":
		l.heard = ""
	case answer == "next":
		l.turn(d, 1)
	case answer == "previous":
		l.turn(d, -1)
	case strings.HasPrefix(answer, "/"):
		l.search.set(strings.TrimSpace(answer[1:]))
		l.find()
		l.heard = ""
	default:
		l.tickSpoken(d, answer)
	}
}

// say reads the page out, unless it is the one that was read out last, and what is wrong.
func (l *checklist) say(d *dialogue) {
	if key := fmt.Sprintf("%d %q", l.from, l.search.value()); l.heard != key {
		l.heard = key
		d.talk.Say(sentence(l.title))
		if s := l.sentence(); s != "" {
			d.talk.Say("Nothing is called that. / alone shows all.")
		}
		for k := l.from; k < min(l.from+plainPage, len(l.shown)); k++ {
			d.talk.Say(l.spoken(k))
		}
		if len(l.shown) > plainPage {
			d.talk.Say(fmt.Sprintf("%s to %s of %s.", count(l.from+1, ""), count(min(l.from+plainPage, len(l.shown)), ""), count(len(l.shown), "")))
		}
	}
	if l.fault != "" {
		d.talk.Say("Not done: " + sentence(l.fault))
	}
}

// spoken is an entry in one line.
func (l *checklist) spoken(k int) string {
	it := &l.items[l.shown[k]]
	text := fmt.Sprintf("%d. %s: %s", k+1, it.name, l.spokenState(it))
	by := l.by(it)
	switch note := cmp.Or(it.locked, it.note); {
	case by != "" && it.locked == "":
		text += ", comes with " + by
	case note != "":
		text += ", " + note
	}
	return text
}

// spokenState is what an entry is, in words.
func (l *checklist) spokenState(it *checkItem) string {
	switch {
	case l.roles() && it.state == 0 && l.word(0) == "–":
		return "none"
	case l.roles():
		return l.word(it.state)
	case it.state > 0 || l.by(it) != "":
		return "chosen"
	}
	return "not chosen"
}

func (l *checklist) spokenPrompt() string {
	if l.roles() {
		return "A number and what it becomes (" + strings.Join(l.stateNames(), ", ") + "), done to apply, or an empty line to leave:"
	}
	return "A number to choose it or not, done to apply, or an empty line to leave:"
}

func (l *checklist) spokenHelp() string {
	help := "A number alone chooses it, or takes it away if it was chosen."
	if l.roles() {
		help = "Type for example 2 " + l.word(l.last()) + ". A number alone goes to the next of " + strings.Join(l.stateNames(), ", ") + "."
	}
	return help + " / and words search, / alone shows all again, list reads it again, next and previous turn the page. Nothing changes before done."
}

// stateNames are what an entry may be, in words.
func (l *checklist) stateNames() []string {
	names := make([]string, len(l.states))
	for i := range names {
		names[i] = l.word(i)
	}
	if names[0] == "–" {
		names[0] = "none"
	}
	return names
}

func (l *checklist) turn(d *dialogue, by int) {
	to := l.from + by*plainPage
	if to < 0 || to >= len(l.shown) {
		d.talk.Say("There is no further page.")
		return
	}
	l.from = to
}

// tickSpoken changes the entry that an answer names, and says what it is now.
func (l *checklist) tickSpoken(d *dialogue, answer string) {
	names := make([]string, len(l.shown))
	for i, at := range l.shown {
		names[i] = l.items[at].name
	}
	i, to := talk.Pick(answer, 1, names), -1
	if word, rest, ok := strings.Cut(answer, " "); i < 0 && ok && l.roles() {
		i = talk.Pick(word, 1, names)
		if to = talk.Pick(strings.TrimSpace(rest), 0, l.stateNames()); to < 0 {
			d.misunderstood(rest, "Choose from "+strings.Join(l.stateNames(), ", ")+".")
			return
		}
	}
	if i < 0 {
		d.misunderstood(answer, fmt.Sprintf("Type a number from 1 to %d, done, or ? for help.", len(names)))
		return
	}
	l.change(i, func(state int) int {
		if to >= 0 {
			return to
		}
		return (state + 1) % (l.last() + 1)
	})
	if l.fault == "" {
		d.talk.Say(l.spoken(i) + ".")
	}
}

// leaveSpoken leaves the list, and asks again before what was chosen is lost.
func (l *checklist) leaveSpoken(d *dialogue, asked bool) {
	if l.search.value() != "" {
		l.clearSearch()
		l.from, l.heard = 0, ""
		return
	}
	if changed := slices.ContainsFunc(l.items, func(it checkItem) bool { return it.state != it.was }); changed && !asked {
		l.asked = true
		d.talk.Say("What you chose isn't applied. An empty line again leaves it as it was; done applies it.")
		return
	}
	d.c.remove(l)
}
