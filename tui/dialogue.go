package tui

import (
	"context"
	"errors"
	"io"
	"time"

	tea "charm.land/bubbletea/v2"

	"lanyard/tui/talk"
	"lanyard/tui/theme"
)

// Plain mode is the console read out: the same screens, actions, questions and refusals, as a dialogue in lines. Nothing of
// what can be done is written twice. An overlay says with speak what it draws with draw, and a screen reads out its rows.

// dialogue holds a console and somebody who answers in lines.
type dialogue struct {
	c     *console
	talk  *talk.Lines
	late  chan tea.Msg // what happens while an answer is waited for
	guard func(tea.Cmd) tea.Cmd

	home  bool   // the list of the tabs is what was asked about, and not one of them
	said  int    // the number of the toast that was said last
	heard heard  // the list that was read out last
	row   uint64 // the row that was chosen or made last on the screen that is shown, 0 for none
	over  bool   // it was left
}

// heard is a list that was read out: the head above it, and its rows. The zero heard is none.
type heard struct {
	head string
	from int
	rows []spokenRow
}

// The console's size as its screens see it in plain mode: wide enough for all texts, with so many rows to a page.
const (
	plainWidth = 400
	plainPage  = 20
)

// Converse holds the console as a dialogue, until it is left or the input ends: neither is an error.
func Converse(ctx context.Context, o Options, lines *talk.Lines) error {
	c, ok := New(ctx, o).(*console)
	if !ok {
		return errors.New("the console can't be read out")
	}
	guard := Guard(c)
	d := newDialogue(c, lines)
	d.hold(guard)
	c.quit()
	if crash := guard.Crash(); crash != nil {
		return crash
	}
	return lines.Err()
}

func newDialogue(c *console, lines *talk.Lines) *dialogue {
	d := &dialogue{c: c, talk: lines, late: make(chan tea.Msg), guard: noLinger, home: true}
	c.spoken = true
	c.after = func(wait time.Duration, then func(time.Time) tea.Msg) tea.Cmd {
		return d.later(func() tea.Msg {
			if sleep(c.ctx, wait) {
				return then(time.Now())
			}
			return nil
		})
	}
	c.linger = d.later
	return d
}

// hold asks one question after another.
func (d *dialogue) hold(guard Guarded) {
	defer guard.caught()
	d.guard = guard.guard
	d.run(func() tea.Msg {
		return tea.WindowSizeMsg{Width: plainWidth, Height: plainPage + 1 + linesAbove + linesBelow}
	})
	d.run(d.c.begin())
	for !d.over && d.talk.Err() == nil && d.c.ctx.Err() == nil {
		d.sayToast()
		switch o := d.c.top(); {
		case o != nil:
			o.speak(d)
		case d.home:
			d.askWhere()
		default:
			d.askRow()
		}
	}
}

// later has a command wait in the background. What it brings is taken while an answer is waited for.
func (d *dialogue) later(cmd tea.Cmd) tea.Cmd {
	cmd = d.guard(cmd)
	return func() tea.Msg {
		go func() {
			msg := cmd()
			if msg == nil {
				return
			}
			select {
			case d.late <- msg:
			case <-d.c.ctx.Done():
			}
		}()
		return nil
	}
}

// do does something to the console, and all that comes of it.
func (d *dialogue) do(f func() tea.Cmd) { d.run(d.c.andWhatIsOwed(f())) }

// run does a command and all that comes of it, in turn.
func (d *dialogue) run(cmd tea.Cmd) {
	if cmd == nil || d.over {
		return
	}
	switch msg := cmd().(type) {
	case nil:
	case tea.BatchMsg:
		for _, one := range msg {
			d.run(one)
		}
	case tea.QuitMsg:
		d.over = true
	case tea.RawMsg: // for a terminal that is drawn on
	default:
		d.take(msg)
	}
}

func (d *dialogue) take(msg tea.Msg) {
	_, cmd := d.c.Update(msg)
	d.run(cmd)
}

// sayToast says what happened, once.
func (d *dialogue) sayToast() {
	t := d.c.toast
	if t.number == d.said {
		return
	}
	d.said = t.number
	if t.text == "" {
		return
	}
	words := "Done: "
	switch t.tone { //nolint:exhaustive // as put has them
	case theme.Warn:
		words = "Note: "
	case theme.Bad:
		words = "Not done: "
	}
	d.talk.Say(words + sentence(t.bare))
}

// question is what is asked: in the line in which the answer is typed, and at length for who asks for help.
type question struct {
	prompt string
	help   string
}

// generalHelp is true at every question.
const generalHelp = `back goes a step back, quit leaves, and ? says this. A text in double quotes is taken as it stands, so "back" can be a name.`

// ask asks, and returns the answer. Help is given here and leaving done; what else there is to do is up to the caller, who
// returns on Quit: then there is nothing to do.
func (d *dialogue) ask(q question) (string, talk.Kind) {
	for {
		d.talk.Prompt(q.prompt)
		line, err := d.wait(d.talk.Line)
		switch {
		case d.over:
			return "", talk.Quit
		case err != nil:
			d.talk.Say("Not understood: " + sentence(err.Error()))
			continue
		}
		answer, kind := talk.Read(line)
		switch kind { //nolint:exhaustive // the others are the caller's
		case talk.Help:
			d.talk.Say(q.help, generalHelp)
			continue
		case talk.Quit:
			d.do(d.c.askQuit)
		}
		return answer, kind
	}
}

// wait waits for an answer, and takes meanwhile what happens. An answer to a question that went away is none.
func (d *dialogue) wait(read func() (string, error)) (string, error) {
	type reply struct {
		line string
		err  error
	}
	answered := make(chan reply, 1)
	go func() {
		line, err := read()
		answered <- reply{line, err}
	}()
	asked := d.c.top()
	for {
		select {
		case msg := <-d.late:
			d.run(func() tea.Msg { return msg })
			if d.over {
				return "", nil
			}
		case <-d.c.ctx.Done():
			d.leave()
			return "", nil
		case r := <-answered:
			if errors.Is(r.err, io.EOF) {
				d.leave()
				return "", nil
			}
			d.talk.Answered()
			d.c.idle.since = d.c.now()
			if d.c.top() != asked {
				d.talk.Say("That answer wasn't used: what was asked about has gone meanwhile.")
				return "back", nil
			}
			return r.line, r.err
		}
	}
}

// leave ends the dialogue without another word: nobody is there.
func (d *dialogue) leave() {
	d.talk.Left()
	d.over = true
}

// misunderstood says that an answer is none, and repeats it, so that it can be told what was wrong with it.
func (d *dialogue) misunderstood(answer, wanted string) {
	d.talk.Say(`"` + answer + `" isn't an answer here. ` + wanted)
}
