package cmd

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"lanyard/model"
	"lanyard/tui/text"
)

// typedFrom is how many records are too many for a y: their number has to be typed.
const typedFrom = 5

// errDeclined means that somebody was asked and didn't say yes.
var errDeclined error = &model.Error{What: "Nothing was changed"}

// ask asks before what can't be taken back, unless --yes has answered. Where nobody can be asked, it is an error.
func (e *env) ask(verb, noun string, targets []target, follows string) error {
	if e.yes {
		return nil
	}
	what := count(len(targets), noun)
	if len(targets) == 1 {
		what = targets[0].name
	}
	if !isTerminal(e.in) || !isTerminal(e.err) {
		return usage(fmt.Errorf("%s %s? There is nobody here to ask: add --yes", strings.ToLower(verb), text.Clean(what)))
	}
	want, hint := "y", "[y/N]"
	if len(targets) >= typedFrom {
		want = fmt.Sprint(len(targets))
		hint = "Type " + want + " to go on:"
	}
	if _, err := fmt.Fprintf(e.err, "%s %s? %s %s ", verb, text.Clean(what), follows, hint); err != nil {
		return err
	}
	answer, err := bufio.NewReader(e.in).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("reading the answer: %w", err)
	}
	answer = strings.ToLower(strings.TrimSpace(answer))
	if answer == want || want == "y" && answer == "yes" {
		return nil
	}
	return errDeclined
}
