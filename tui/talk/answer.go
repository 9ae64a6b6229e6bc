package talk

import (
	"slices"
	"strconv"
	"strings"
)

// The words that mean the same at every question, whatever it asks for.
var (
	backWords = []string{"back", "esc"}
	quitWords = []string{"quit"}
	helpWords = []string{"?", "help"}
)

// Kind is what an answer means.
type Kind uint8

// The kinds.
const (
	Text  Kind = iota // what was asked for
	Empty             // nothing but the end of the line
	Back
	Quit
	Help
)

// Read tells what an answer means, and returns its text. A text in double quotes is taken as it stands between them, so that
// something can be called back or quit, and "" is a text without anything in it.
func Read(line string) (string, Kind) {
	word := strings.ToLower(line)
	switch {
	case line == "":
		return "", Empty
	case slices.Contains(backWords, word):
		return "", Back
	case slices.Contains(quitWords, word):
		return "", Quit
	case slices.Contains(helpWords, word):
		return "", Help
	case len(line) > 1 && line[0] == '"' && strings.IndexByte(line[1:], '"') == len(line)-2:
		return line[1 : len(line)-1], Text
	}
	return line, Text
}

// Pick finds which of some choices an answer names: by its number, counted from first, by its whole name, or by how one of
// them alone begins. The index is -1 for none, and for several.
func Pick(answer string, first int, names []string) int {
	if n, err := strconv.Atoi(answer); err == nil {
		if n < first || n >= first+len(names) {
			return -1
		}
		return n - first
	}
	if list := Named(answer, names); len(list) == 1 {
		return list[0]
	}
	return -1
}

// Named returns the choices that an answer names: those that are called so, or else those that begin so.
func Named(answer string, names []string) []int {
	var whole, begins []int
	for i, name := range names {
		switch {
		case strings.EqualFold(name, answer):
			whole = append(whole, i)
		case answer != "" && len(name) > len(answer) && strings.EqualFold(name[:len(answer)], answer):
			begins = append(begins, i)
		}
	}
	if len(whole) > 0 {
		return whole
	}
	return begins
}
