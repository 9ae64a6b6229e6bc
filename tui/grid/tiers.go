package grid

import "sync/atomic"

// verdict is what a query says about all rows, by position. It isn't by place: memory is read in order then, and reading is what takes the time.
type verdict struct {
	tiers []uint8
	// seen has a bit for each searched column in which a term may occur: those that matched, and those that nobody had to look at. It is nil if it
	// isn't known.
	seen []uint8
}

// hint is what an earlier query, around the one at hand, says about a row.
type hint struct {
	floor uint8 // it can't match better than this
	seen  uint8 // no other column need be looked at
}

var noHint = hint{atWord, 0xff}

// bit is the one in seen for the i-th searched column. From the eighth on they share.
func bit(i int) uint8 { return 1 << min(i, 7) }

// judge decides how well rows match a query. Each worker has its own.
type judge[T any] struct {
	columns []Column[T]
	query   *query
	narrows []narrow
	search  []int // the columns to look in
	matcher *matcher
	buf     []byte
	best    []uint8 // per term
}

func newJudge[T any](columns []Column[T], q *query) *judge[T] {
	j := &judge[T]{columns: columns, query: q, narrows: q.narrows, best: make([]uint8, len(q.terms)), matcher: newMatcher()}
	for i, c := range columns {
		if c.Search {
			j.search = append(j.search, i)
		}
	}
	return j
}

// tier is how well a row matches: each term in its best cell, and of the terms the worst. It also says which columns may have had a part in that.
func (j *judge[T]) tier(row T, h hint) (tier, seen uint8) {
	for i := range j.narrows {
		if !j.has(row, &j.narrows[i]) {
			return unmatched, 0
		}
	}
	if len(j.best) == 0 {
		return atWord, 0xff
	}
	for i := range j.best {
		j.best[i] = unmatched
	}
	for i, column := range j.search {
		if h.seen&bit(i) == 0 {
			continue
		}
		if j.look(&j.columns[column], row) {
			seen |= bit(i)
		}
		if tier := j.worst(); tier <= h.floor {
			return tier, seen | h.seen&^(bit(i+1)-1) // the columns after this one are as they were
		}
	}
	return j.worst(), seen
}

// look compares one cell with all terms, and reports whether it has any.
func (j *judge[T]) look(c *Column[T], row T) bool {
	if c.SearchText != nil {
		j.buf = c.SearchText(j.buf[:0], row)
		return compare(j.matcher, j.query.terms, j.best, j.buf)
	}
	return compare(j.matcher, j.query.terms, j.best, bytesOf(c.Cell(row).Text))
}

// compare improves the best of each term by what it finds in a text, and reports whether it finds any.
func compare(m *matcher, terms []term, best, text []byte) bool {
	some := false
	for i := range terms {
		tier := match(m, &terms[i], text)
		best[i] = min(best[i], tier)
		some = some || tier != unmatched
	}
	return some
}

// worst is how well the row does so far.
func (j *judge[T]) worst() uint8 {
	worst := atWord
	for _, b := range j.best {
		worst = max(worst, b)
	}
	return worst
}

// has reports whether the row has one of the values that n asks for.
func (j *judge[T]) has(row T, n *narrow) bool {
	for _, v := range j.columns[n.column].Narrow(row) {
		for _, want := range n.values {
			if hasPrefix(v, want) {
				return true
			}
		}
	}
	return false
}

// judgeAll judges all rows.
func judgeAll[T any](rows Rows[T], columns []Column[T], q *query, stop *atomic.Bool) verdict {
	v := verdict{make([]uint8, rows.Len()), make([]uint8, rows.Len())}
	parallel(rows.Len(), stop, func() func(lo, hi int) {
		j := newJudge(columns, q)
		return func(lo, hi int) {
			for i := lo; i < hi; i++ {
				v.tiers[i], v.seen[i] = j.tier(rows.At(i), noHint)
			}
		}
	})
	return v
}

// judgeOn judges the rows that an earlier query, within which q lies, let through.
func judgeOn[T any](rows Rows[T], columns []Column[T], q, before *query, old verdict, stop *atomic.Bool) verdict {
	v := verdict{make([]uint8, rows.Len()), make([]uint8, rows.Len())}
	useSeen := old.seen != nil && q.extends(before)
	parallel(rows.Len(), stop, func() func(lo, hi int) {
		j := newJudge(columns, q)
		if sameNarrows(q, before) {
			j.narrows = nil
		}
		return func(lo, hi int) {
			for i := lo; i < hi; i++ {
				if old.tiers[i] == unmatched {
					v.tiers[i] = unmatched
					continue
				}
				h := hint{old.tiers[i], 0xff}
				if useSeen {
					h.seen = old.seen[i]
				}
				v.tiers[i], v.seen[i] = j.tier(rows.At(i), h)
			}
		}
	})
	return v
}
