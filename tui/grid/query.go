package grid

import (
	"fmt"
	"slices"
	"strings"
)

// query is a filter as it was typed, taken apart. It never changes.
type query struct {
	canon   string // the same for filters that mean the same
	terms   []term
	narrows []narrow
	feed    bool // the rows were chosen elsewhere
}

// narrow is all `key:value` of one key: a row has to have one of the values.
type narrow struct {
	column int
	values []string // folded
}

// parse takes a filter apart. `key:value` narrows if a column can be narrowed by that key; what has no value yet narrows nothing. Anything else is
// text to look for.
func parse[T any](text string, columns []Column[T]) *query {
	q := &query{}
	for _, w := range split(text) {
		column := slices.IndexFunc(columns, func(c Column[T]) bool { return c.Narrow != nil && w.key != "" && strings.EqualFold(c.Key, w.key) })
		switch {
		case column < 0:
			if t, ok := newTerm(w.whole); ok {
				q.terms = append(q.terms, t)
			}
		case w.value != "":
			q.narrow(column, fold(w.value))
		}
	}
	q.canon = q.spell()
	return q
}

// spell writes the query in one way for all filters that mean the same, so that a space typed behind a word changes nothing.
func (q *query) spell() string {
	var b strings.Builder
	for _, t := range q.terms {
		fmt.Fprintf(&b, "%q ", string(t.runes))
	}
	for _, n := range q.narrows {
		fmt.Fprintf(&b, "%d%q ", n.column, n.values)
	}
	return b.String()
}

// narrow adds a value to those of a column.
func (q *query) narrow(column int, value string) {
	for i := range q.narrows {
		if q.narrows[i].column == column {
			q.narrows[i].values = append(q.narrows[i].values, value)
			return
		}
	}
	q.narrows = append(q.narrows, narrow{column, []string{value}})
}

// all reports whether the query lets every row through.
func (q *query) all() bool { return q.feed || len(q.terms) == 0 && len(q.narrows) == 0 }

// within reports whether q lets through only rows that p lets through too, none of them better, as far as can be told from the two alone. It is so when a
// letter is typed at the end of a term, or another term is begun.
func (q *query) within(p *query) bool {
	for _, old := range p.terms {
		if !slices.ContainsFunc(q.terms, func(t term) bool { return t.begins(old) }) {
			return false
		}
	}
	for _, old := range p.narrows {
		if !slices.ContainsFunc(q.narrows, func(n narrow) bool { return n.within(old) }) {
			return false
		}
	}
	return true
}

// extends reports whether each term of q begins with one of p's: whether a cell in which none of p's occur can't have any of q's.
func (q *query) extends(p *query) bool {
	for _, t := range q.terms {
		if !slices.ContainsFunc(p.terms, t.begins) {
			return false
		}
	}
	return true
}

// within reports whether each value that n takes is one that old takes.
func (n narrow) within(old narrow) bool {
	if n.column != old.column {
		return false
	}
	for _, v := range n.values {
		if !slices.ContainsFunc(old.values, func(o string) bool { return strings.HasPrefix(v, o) }) {
			return false
		}
	}
	return true
}

// sameNarrows reports whether two queries narrow in the same way.
func sameNarrows(q, p *query) bool {
	return slices.EqualFunc(q.narrows, p.narrows, func(a, b narrow) bool { return a.column == b.column && slices.Equal(a.values, b.values) })
}

// word is one part of a filter. Key and value are empty unless it has an unquoted colon.
type word struct{ whole, key, value string }

// split parts a filter at spaces, except inside double quotes, and drops the quotes. A quote that isn't closed yet reaches to the end.
func split(text string) []word {
	var words []word
	var b strings.Builder
	quoted, colon := false, -1
	flush := func() {
		if w := b.String(); w != "" {
			words = append(words, newWord(w, colon))
		}
		b.Reset()
		colon = -1
	}
	for _, r := range text {
		switch {
		case r == '"':
			quoted = !quoted
		case r == ' ' && !quoted:
			flush()
		default:
			if r == ':' && !quoted && colon < 0 {
				colon = b.Len()
			}
			b.WriteRune(r)
		}
	}
	flush()
	return words
}

// newWord parts a word at its colon.
func newWord(whole string, colon int) word {
	if colon < 0 {
		return word{whole: whole}
	}
	return word{whole, whole[:colon], whole[colon+1:]}
}
