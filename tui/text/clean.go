package text

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxMarks is how many marks may stand on one letter. Vietnamese takes two, pointed Hebrew and Tibetan up to five; a pile of fifty is drawn over the
// lines above.
const maxMarks = 8

// Clean makes visible what can't be printed or can't be seen: U+202E becomes ‹U+202E›, and a byte that is no UTF-8 becomes ‹FF›.
//
// What stays is what Unicode calls printable, and marks where they have a letter to stand on. That is a list of what is allowed, so that a character
// that nobody thought of is shown by its number. Clean(Clean(s)) == Clean(s), and clean text comes back as it is, without a copy.
func Clean(s string) string {
	if plain(s) {
		return s
	}
	c := cleaner{}
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if !c.keeps(r, size) {
			return c.rest(s, i)
		}
		i += size
	}
	return s
}

// plain reports whether s is printable ASCII throughout, as most text is.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] < 0x20 || s[i] > 0x7e {
			return false
		}
	}
	return true
}

// cleaner remembers what stands before the character in question, in the text as it will be drawn.
type cleaner struct {
	prev  rune // the last character that was kept, 0 after one that wasn't
	base  bool // a mark has something to stand on
	marks int  // how many stand there
}

// rest cleans s from the first offender on.
func (c *cleaner) rest(s string, from int) string {
	var b strings.Builder
	b.Grow(len(s) + 16)
	b.WriteString(s[:from])
	for i := from; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case c.keeps(r, size):
			b.WriteString(s[i : i+size])
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, "‹%02X›", s[i])
		default:
			fmt.Fprintf(&b, "‹U+%04X›", r)
		}
		i += size
	}
	return b.String()
}

// keeps reports whether r stays as it is, and moves on past it.
func (c *cleaner) keeps(r rune, size int) bool {
	switch {
	case r == utf8.RuneError && size == 1:
		return c.drop()
	case isExtender(r):
		return c.extend(r)
	case !printable(r):
		return c.drop()
	}
	c.prev, c.base, c.marks = r, !unicode.IsSpace(r) && r != '›', 0
	return true
}

// drop moves on past what is shown by its number. That ends in a bracket, on which a mark must not stand.
func (c *cleaner) drop() bool {
	*c = cleaner{}
	return false
}

// extend moves on past a character that is drawn on the one before it, if that may be.
func (c *cleaner) extend(r rune) bool {
	ok := c.base && c.marks < maxMarks
	if isPresentation(r) {
		ok = ok && takesPresentation(c.prev)
	} else {
		ok = ok && !unicode.Is(invisible, r)
	}
	if !ok {
		return c.drop()
	}
	c.prev = r
	c.marks++
	return true
}
