package tui

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"lanyard/model"
	"lanyard/tui/talk"
)

// spokenRow is a row as it is read out.
type spokenRow struct {
	id   uint64
	text string
}

// spokenPriority is up to which priority columns are read out in a list: those of a screen of 80 columns. A record's info
// has the others.
const spokenPriority = 5

func (s *sheet[T]) spokenRows() (rows []spokenRow, from int) {
	from, _ = s.grid.Window()
	for row := range s.grid.Visible() {
		rows = append(rows, spokenRow{uint64(s.seen(row).ID), s.spoken(row)})
	}
	return rows, from
}

// spoken is a row in one line. What it is called comes first and goes without its column's name.
func (s *sheet[T]) spoken(row T) string {
	var facts []string
	for i, col := range s.columns {
		text := col.Cell(row).Text
		switch {
		case text == "" || col.Priority > spokenPriority:
		case i == 0:
			facts = append(facts, text)
		default:
			facts = append(facts, within(col.Title)+" "+text)
		}
	}
	return strings.Join(facts, "; ")
}

// edits are the texts of a row that are edited in its cells on a screen. What is chosen there is in the menu, too.
func (s *sheet[T]) edits() []action {
	var list []action
	for _, col := range s.columns {
		if col.edit == nil || col.edit.text == nil {
			continue
		}
		list = append(list, action{
			id: "edit." + col.Key, title: "Change the " + within(col.Title), section: sectionHere, enabled: s.allowed(col.edit.may),
			run: func() tea.Cmd { return s.beginEdit(col) },
		})
	}
	return list
}

func (s *sheet[T]) sortBy(column string) (tea.Cmd, error) {
	if err := s.c.screen().maySort(); err != nil {
		return nil, err
	}
	var titles []string
	for _, col := range s.columns {
		if strings.EqualFold(col.Key, column) || strings.EqualFold(col.Title, column) {
			return s.grid.SortBy(col.Key), nil
		}
		titles = append(titles, within(col.Title))
	}
	return nil, fmt.Errorf("there is no column %q to sort by: choose from %s", column, strings.Join(titles, ", "))
}

// askWhere says what the account holds, and asks which of it to look at.
func (d *dialogue) askWhere() {
	c := d.c
	if d.heard.head != "home" {
		d.heard = heard{head: "home"}
		me := c.rules().Actor
		d.talk.Say("Account " + c.snapshot.Account().Name + ". You are " + me.Name + ", " + me.Email + ", " + c.snapshot.RoleName(me.Role) + ".")
		for i, s := range c.screens {
			d.talk.Say(fmt.Sprintf("%d. %s: %s", i+1, s.title(), count(s.total(), "")))
		}
	}
	last := len(c.screens)
	answer, kind := d.ask(question{
		fmt.Sprintf("Where to? A number from 1 to %d, or ? for help:", last),
		"Type the number or the name of a list. list reads the numbers again, undo takes your last change back and redo puts it again, " +
			"all reads everything that can be done, quit leaves.",
	})
	names := make([]string, last)
	for i, s := range c.screens {
		names[i] = s.title()
	}
	switch {
	case kind == talk.Quit:
	case kind != talk.Text:
		d.talk.Say("This is the beginning. Type quit to leave.")
	case d.generalWord(answer):
	default:
		i := talk.Pick(answer, 1, names)
		if i < 0 {
			d.misunderstood(answer, fmt.Sprintf("Type a number from 1 to %d, or ? for help.", last))
			return
		}
		d.home, d.heard, d.row = false, heard{}, 0
		d.do(c.do(func() { c.showTab(i) }))
	}
}

// generalWords are what can be said wherever rows or tabs are listed, and the console's key that does the same.
var generalWords = map[string]string{"undo": "u", "redo": "U", "lock": "L", "overwrite": "C"}

// generalWord does what a word asks for that means the same everywhere; false when it is no such word.
func (d *dialogue) generalWord(answer string) bool {
	key, ok := generalWords[answer]
	if !ok {
		key = answer
	}
	switch {
	case answer == "list":
		d.heard = heard{}
	case answer == "all":
		d.c.push(newHelp(nil))
	case slices.Contains([]string{"u", "U", "L", "C"}, key):
		if a, found := actionFor(d.c.general, key); found {
			d.do(func() tea.Cmd { return d.c.runAction(a) })
		}
	default:
		return false
	}
	return true
}

// askRow reads out a page of rows, unless it is the one that was read out last, and asks what to do.
func (d *dialogue) askRow() {
	s := d.c.screen()
	rows, from := s.spokenRows()
	d.sayRows(s, rows, from)
	prompt := s.title() + ": a row's number, a command, or ? for help:"
	if len(rows) == 0 {
		prompt = s.title() + ": a command, or ? for help:"
	}
	answer, kind := d.ask(question{prompt, d.rowHelp()})
	switch kind {
	case talk.Quit:
	case talk.Back, talk.Empty:
		d.stepBack(s)
	default:
		d.onRowAnswer(s, rows, from, answer)
	}
}

// sayRows reads the rows of a page out. Of a page that was read out before, only what became different is.
func (d *dialogue) sayRows(s screen, rows []spokenRow, from int) {
	shown, _ := s.shown()
	now := heard{s.title() + ": " + strings.TrimSpace(lineText(s.summary())), from, rows}
	if len(rows) > 0 && len(rows) < shown {
		now.head += ", " + count(from+1, "") + " to " + count(from+len(rows), "")
	}
	before := d.heard
	d.heard = now
	same := before.from == from && slices.EqualFunc(before.rows, rows, func(a, b spokenRow) bool { return a.id == b.id })
	if before.head != now.head || !same {
		d.talk.Say(sentence(now.head))
		same = false
	}
	if len(rows) == 0 && !same {
		d.talk.Say(s.whyEmpty())
	}
	for i, r := range rows {
		if !same || before.rows[i] != r {
			d.talk.Say(strconv.Itoa(from+1+i) + ". " + r.text)
		}
	}
}

// whyEmpty says what belongs where no row is, in the words of the grid.
func (s *sheet[T]) whyEmpty() string { return s.grid.EmptyText() }

func (d *dialogue) rowHelp() string {
	s := d.c.screen()
	help := "Type a row's number to choose what to do with it. next and previous turn the page, list reads it again. " +
		"/ and words filter, / alone shows all again; filters are " + s.narrows() + " and any words. sort and a column's name sorts by it, " +
		"and again the other way."
	if a, ok := actionFor(s.actions(), "n"); ok {
		help += " new: " + within(a.name()) + "."
	}
	return help + " undo, redo, lock and all do what they say. An empty line goes back to the beginning."
}

// stepBack leaves a history, a filter, and then the list.
func (d *dialogue) stepBack(s screen) {
	if s.filter() != "" {
		d.filter(s, "")
		return
	}
	left := false
	d.do(func() (cmd tea.Cmd) {
		cmd, left = s.leave()
		return cmd
	})
	if !left {
		d.home = true
	}
	d.heard = heard{}
}

func (d *dialogue) onRowAnswer(s screen, rows []spokenRow, from int, answer string) {
	word, rest, _ := strings.Cut(answer, " ")
	switch {
	case strings.HasPrefix(answer, "/"):
		d.filter(s, answer[1:])
	case word == "filter":
		d.filter(s, rest)
	case word == "sort":
		d.do(func() tea.Cmd {
			cmd, err := s.sortBy(strings.TrimSpace(rest))
			if err != nil {
				return d.c.fail(err)
			}
			return cmd
		})
		d.do(d.c.do(s.toFirst))
	case answer == "next" || answer == "previous":
		d.turnPage(s, answer)
	case d.generalWord(answer), d.keyOfScreen(s, answer):
	default:
		d.chooseRow(s, rows, from, answer)
	}
}

// filter shows other rows, from the first on: the screen would stay at the row where the cursor was.
func (d *dialogue) filter(s screen, text string) {
	d.do(func() tea.Cmd { return s.setFilter(strings.TrimSpace(text)) })
	d.do(d.c.do(s.toFirst))
}

func (d *dialogue) turnPage(s screen, answer string) {
	by, _ := map[string]int{"next": 1, "previous": -1}[answer]
	_, from := s.spokenRows()
	d.do(d.c.do(func() { s.page(by) }))
	if _, at := s.spokenRows(); at == from {
		d.talk.Say("There is no " + answer + " page.")
	}
}

// keyOfScreen runs an action by the console's key for it: new, or what a sentence named.
func (d *dialogue) keyOfScreen(s screen, answer string) bool {
	if answer == "new" {
		answer = "n"
	}
	a, ok := actionFor(append(s.actions(), d.c.general[:2]...), answer)
	if !ok || a.id == "edit" {
		return false
	}
	if answer != "n" {
		title, there := s.menuTitle()
		if !there || s.aim().row != d.row {
			d.talk.Say("No row is chosen. Type a row's number first.")
			return true
		}
		d.talk.Say("The row is " + title + ".")
	}
	d.do(func() tea.Cmd { return d.c.runAction(a) })
	return true
}

func (d *dialogue) chooseRow(s screen, rows []spokenRow, from int, answer string) {
	names, emails := make([]string, len(rows)), make([]string, len(rows))
	for i, r := range rows {
		var rest string
		names[i], rest, _ = strings.Cut(r.text, "; ")
		if email, ok := strings.CutPrefix(rest, "email "); ok {
			emails[i], _, _ = strings.Cut(email, "; ")
		}
	}
	i := talk.Pick(answer, from+1, names)
	if i < 0 && strings.Contains(answer, "@") {
		i = talk.Pick(answer, from+1, emails)
	}
	if several := len(talk.Named(answer, names)); i < 0 && several > 1 {
		d.talk.Say(count(several, "row") + ` here fit "` + answer + `". Type a row's number.`)
		return
	}
	if i < 0 {
		d.misunderstood(answer, "Type a row's number, a command, or ? for help.")
		return
	}
	d.do(func() tea.Cmd {
		cmd, ok := s.showRow(rows[i].id)
		if !ok {
			return d.c.fail(errors.New("this row went away meanwhile"))
		}
		d.row = rows[i].id
		return tea.Batch(cmd, d.c.openMenu())
	})
}

// menuItems are what can be done with a row in plain mode: what the menu has, what else has a key of its own for the row, and
// the texts that are edited in its cells.
func (d *dialogue) menuItems(m *menu) []action {
	items := append([]action{}, m.items...)
	for _, a := range d.c.screen().actions() {
		if a.menu == "" && slices.Contains(a.keys, "c") {
			items = append(items, a)
		}
	}
	return append(items, d.c.screen().edits()...)
}

// spokenName is an action's title as it is said. What opens a list says so by opening it.
func (a action) spokenName() string { return strings.TrimSuffix(a.name(), "…") }

// itemText is an action in a list, with why it can't be done.
func itemText(i int, a action) string {
	text := strconv.Itoa(i+1) + ". " + a.spokenName()
	if err := a.why(); err != nil {
		text += ": not possible, " + model.Short(err)
	}
	return text
}

// askAction lists actions and asks for one. It returns false for none.
func (d *dialogue) askAction(title string, items []action) (action, talk.Kind) {
	d.talk.Say(sentence(title))
	names := make([]string, len(items))
	for i, a := range items {
		d.talk.Say(itemText(i, a))
		names[i] = a.spokenName()
	}
	for {
		answer, kind := d.ask(question{
			fmt.Sprintf("What to do? A number from 1 to %d, or an empty line to go back:", len(items)),
			"Type the number or the name of what to do. What isn't possible says why.",
		})
		if kind != talk.Text {
			return action{}, kind
		}
		i := talk.Pick(answer, 1, names)
		if i < 0 {
			i = slices.IndexFunc(items, func(a action) bool { return a.menu != "" && a.menu == answer })
		}
		if i < 0 {
			d.misunderstood(answer, fmt.Sprintf("Type a number from 1 to %d.", len(items)))
			continue
		}
		if err := items[i].why(); err != nil {
			d.talk.Say("Not possible: " + sentence(items[i].refusal(err).Error()))
			continue
		}
		return items[i], talk.Text
	}
}
