package grid

// Filter is what a filter's text asks of texts that stand in no grid. It is for one goroutine.
type Filter struct {
	terms []term
	m     *matcher
}

// NewFilter takes a filter apart as the console does. What narrows there is text like any other here.
func NewFilter(text string) *Filter {
	f := &Filter{m: newMatcher()}
	for _, w := range split(text) {
		if t, ok := newTerm(w.whole); ok {
			f.terms = append(f.terms, t)
		}
	}
	return f
}

// Matches reports whether each term of the filter occurs in one of the texts, as fuzzily as in the console.
func (f *Filter) Matches(texts []string) bool {
	for i := range f.terms {
		found := false
		for _, s := range texts {
			if match(f.m, &f.terms[i], bytesOf(s)) < unmatched {
				found = true
				break
			}
		}
		if !found {
			return false
		}
	}
	return true
}
