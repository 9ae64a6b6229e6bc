package grid

import (
	"github.com/junegunn/fzf/src/algo"
	"github.com/junegunn/fzf/src/util"

	"lanyard/tui/text"
)

// lighter finds in visible cells what the filter found in them.
type lighter struct {
	mode    text.Mode
	terms   []term
	matcher *matcher
	feed    bool
}

func newLighter(mode text.Mode, q *query) lighter {
	return lighter{mode: mode, terms: q.terms, matcher: newMatcher(), feed: q.feed}
}

// row marks the hits in the cells of one row. A term shows only where it matches best: one that stands in the name needn't be pieced together from the
// letters of the address as well.
func (l *lighter) row(cells []drawn) {
	for i := range l.terms {
		t := &l.terms[i]
		best := unmatched
		tiers := make([]uint8, len(cells))
		for k := range cells {
			tiers[k] = unmatched
			if cells[k].searched {
				tiers[k] = match(l.matcher, t, bytesOf(cells[k].Text))
				best = min(best, tiers[k])
			}
		}
		for k := range cells {
			if best < unmatched && tiers[k] == best && (best < scattered || !l.feed) {
				l.cell(t, &cells[k], best)
			}
		}
	}
}

// cell marks where a term matches a cell that it is known to match.
func (l *lighter) cell(t *term, c *drawn, tier uint8) {
	runes := []rune(c.Text)
	if c.hits == nil {
		c.hits = make([]bool, len(runes))
	}
	chars := util.RunesToChars(runes)
	if tier < scattered {
		r, _ := algo.ExactMatchNaive(false, true, true, &chars, t.runes, true, nil)
		for i := r.Start; i >= 0 && i < r.End; i++ {
			c.hits[i] = true
		}
		return
	}
	if _, at := algo.FuzzyMatchV2(false, true, true, &chars, t.runes, true, nil); at != nil {
		for _, i := range *at {
			c.hits[i] = true
		}
	}
}
