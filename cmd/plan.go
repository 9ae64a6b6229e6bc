package cmd

import (
	"fmt"
	"io"
	"strings"

	"lanyard/model"
	"lanyard/tui/text"
	"lanyard/tui/theme"
)

// fateTones are how fates look.
var fateTones = map[model.Fate]theme.Tone{
	model.RowCreated: theme.Good, model.RowChanged: theme.Good, model.RowRefused: theme.Bad,
}

// writeEntry tells a person what becomes of one row of a file: what is done to what, and below it a change a line. It is what
// they say yes to, so nothing is cut, however narrow the terminal is: what doesn't fit goes on in the next line.
func writeEntry(w io.Writer, s screen, e model.Entry) error {
	fate, name := e.Fate.String(), e.Name
	if e.Kind != model.KindUser {
		name = strings.TrimSpace(e.Kind.String() + " " + name)
	}
	if e.Line > 0 {
		name += fmt.Sprintf(" (line %d)", e.Line)
	}
	lines := hanging(s, 0, 2, fate+" "+name)
	if rest, ok := strings.CutPrefix(lines[0], fate); ok { // it is alone on a terminal that is narrower than a word
		lines[0] = s.theme.Paint(fateTones[e.Fate], fate) + rest
	}
	for _, told := range tellings(e) {
		lines = append(lines, hanging(s, 2, 4, told)...)
	}
	_, err := io.WriteString(w, strings.Join(lines, "\n")+"\n")
	return err
}

// tellings are what there is to say of a row, each for a line of its own.
func tellings(e model.Entry) (list []string) {
	if e.Err != nil {
		return []string{e.Err.Error()}
	}
	if e.Note != "" {
		list = append(list, e.Note)
	}
	for _, c := range e.Changes {
		list = append(list, c.Label()+": "+c.Text())
	}
	return list
}

// hanging wraps a text to the terminal, the first line behind some spaces and the others behind more.
func hanging(s screen, first, more int, told string) []string {
	room := max(s.width-more, 1)
	lines := s.theme.Mode().Wrap(told, room)
	for i := range lines {
		indent := more
		if i == 0 {
			indent = first
		}
		lines[i] = text.Spaces(min(indent, max(s.width-room, 0))) + lines[i]
	}
	return lines
}
