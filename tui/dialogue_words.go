package tui

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// sentence ends a text with a full stop unless it ends already.
func sentence(s string) string {
	s = strings.TrimSpace(s)
	if s == "" || strings.ContainsAny(s[len(s)-1:], ".?!:") {
		return s
	}
	return s + "."
}

// saidPairs are a record's fields with a line each, "Name: Ana". What is one of several says so again.
func saidPairs(pairs [][2]string) []line {
	var out []line
	label := ""
	for _, p := range pairs {
		if p[0] != "" {
			label = p[0]
		}
		value := p[1]
		if value == "" {
			value = "none"
		}
		out = append(out, plain(label+": "+value))
	}
	return out
}

// lineText is a line as it is read out.
func lineText(l line) string {
	var b strings.Builder
	for _, s := range l {
		b.WriteString(s.text)
	}
	return b.String()
}

// sayLines reads out what a page would show, without what only parts it.
func (d *dialogue) sayLines(lines []line) {
	for _, l := range lines {
		if s := strings.TrimSpace(lineText(l)); s != "" {
			d.talk.Say(s)
		}
	}
}

func isYes(answer string) bool {
	return strings.EqualFold(answer, "yes") || strings.EqualFold(answer, "y")
}

func isNo(answer string) bool {
	return strings.EqualFold(answer, "no") || strings.EqualFold(answer, "n")
}

// within is a title as it stands within a sentence: "last seen", but "API key".
func within(title string) string {
	first, n := utf8.DecodeRuneInString(title)
	if second, _ := utf8.DecodeRuneInString(title[n:]); unicode.IsUpper(second) {
		return title
	}
	return string(unicode.ToLower(first)) + title[n:]
}

// now says what something is before it is changed.
func now(value string) string {
	if value == "" {
		return "now none"
	}
	return "now " + value
}
