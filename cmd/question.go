package cmd

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"lanyard/model"
	"lanyard/tui/text"
)

// typedFrom is how many records are too many for a y: their number has to be typed.
const typedFrom = 5

// errDeclined means that somebody was asked and didn't say yes.
var errDeclined error = &model.Error{What: "Nothing was changed"}

// nobody is the error of a question where nobody can be asked. about says what it is about, as a sentence or nothing.
func nobody(about string) error {
	return usage("If you mean it, add --yes.", "%sNobody is here to be asked", about)
}

// interactive reports whether somebody is there to ask.
func (e *env) interactive() bool { return isTerminal(e.in) && isTerminal(e.err) }

// reply shows a question and returns what is typed, in lower case: "" for an empty line, and at the end of the input.
func (e *env) reply(question string) (answer string, ended bool, err error) {
	if _, err := fmt.Fprint(e.err, wrapped(question, widthOf(e.err))+" "); err != nil {
		return "", false, err
	}
	answer, err = bufio.NewReader(e.input()).ReadString('\n')
	ended = errors.Is(err, io.EOF)
	if err != nil {
		_, _ = fmt.Fprintln(e.err) // the line was left open
	}
	if err != nil && !ended {
		return "", false, err
	}
	return strings.ToLower(strings.TrimSpace(answer)), ended, nil
}

// answerRoom is what is left free behind a question to type into.
const answerRoom = 8

// wrapped breaks the lines of a question that are wider than the terminal, which would break words.
func wrapped(question string, width int) string {
	lines := strings.Split(question, "\n")
	for i, line := range lines {
		if text.Width(line)+answerRoom > width {
			lines[i] = strings.Join(text.Mode{}.Wrap(line, max(width-answerRoom, 1)), "\n")
		}
	}
	return strings.Join(lines, "\n")
}

// ask asks before what can't be taken back, unless --yes has answered. Where nobody can be asked, it is an error.
func (e *env) ask(verb, noun string, targets []target, follows string) error {
	if e.yes {
		return nil
	}
	what := count(len(targets), noun)
	if len(targets) == 1 {
		what = targets[0].name
	}
	question := fmt.Sprintf("%s %s? ", verb, text.Clean(what))
	if !e.interactive() {
		return nobody(question)
	}
	if follows != "" {
		question += follows + " "
	}
	if len(targets) < typedFrom {
		return e.sure(question)
	}
	want := fmt.Sprint(len(targets))
	answer, _, err := e.reply(question + "Type " + want + " to go on:")
	if err == nil && answer != want {
		err = errDeclined
	}
	return err
}

// sure asks whether somebody means it, unless they said so.
func (e *env) sure(question string) error {
	if e.yes {
		return nil
	}
	if !e.interactive() {
		return nobody("")
	}
	answer, _, err := e.reply(strings.TrimSpace(question) + " [y/N]")
	if err == nil && !slices.Contains([]string{"y", "yes"}, answer) {
		err = errDeclined
	}
	return err
}

// choose asks for one of some letters until it gets one. --yes answers with the first, and the end of the input with the last.
func (e *env) choose(question string, letters ...string) (string, error) {
	if e.yes {
		return letters[0], nil
	}
	if !e.interactive() {
		return "", nobody("")
	}
	for {
		answer, ended, err := e.reply(question)
		if err != nil {
			return "", err
		}
		for _, l := range letters {
			if answer != "" && strings.HasPrefix(answer, l) {
				return l, nil
			}
		}
		if ended {
			return letters[len(letters)-1], nil
		}
	}
}
