package grid

import (
	"slices"
	"strings"
	"unicode"
)

// Parts takes a filter apart for a source that chooses the rows of a feed itself: the words to look for, and the values of each `key:value` whose key is
// one of keys. A key that has no value yet is left out.
func Parts(text string, keys ...string) (words []string, values map[string][]string) {
	values = map[string][]string{}
	for _, w := range split(text) {
		at := slices.IndexFunc(keys, func(k string) bool { return w.key != "" && strings.EqualFold(k, w.key) })
		switch {
		case at < 0:
			words = append(words, w.whole)
		case w.value != "":
			values[keys[at]] = append(values[keys[at]], w.value)
		}
	}
	return words, values
}

// Unknown returns the keys of a filter that aren't among those that narrow: what follows them is looked for as any other word.
// Only a key of letters with a value after it can have been meant as one.
func Unknown(text string, keys ...string) (list []string) {
	for _, w := range split(text) {
		letters := w.value != "" && w.key != "" && strings.IndexFunc(w.key, func(r rune) bool { return !unicode.IsLetter(r) && r != '_' && r != '-' }) < 0
		if letters && !slices.ContainsFunc(keys, func(k string) bool { return strings.EqualFold(k, w.key) }) {
			list = append(list, w.key)
		}
	}
	return list
}

// Words are words to look for in the rows of a feed. They belong to one goroutine.
type Words struct {
	terms   []term
	matcher *matcher
}

// NewWords prepares words. Those with nothing to look for are left out.
func NewWords(list []string) *Words {
	w := &Words{matcher: newMatcher()}
	for _, s := range list {
		if t, ok := newTerm(s); ok {
			w.terms = append(w.terms, t)
		}
	}
	return w
}

// None reports whether there is nothing to look for.
func (w *Words) None() bool { return len(w.terms) == 0 }

// In reports whether each word stands in one of the texts, its letters together, without regard to case and accents. Letters that are scattered are found
// in nearly everything, and a feed has no best matches to begin with.
func (w *Words) In(texts ...string) bool {
	for i := range w.terms {
		if !slices.ContainsFunc(texts, func(s string) bool { return match(w.matcher, &w.terms[i], bytesOf(s)) < scattered }) {
			return false
		}
	}
	return true
}
