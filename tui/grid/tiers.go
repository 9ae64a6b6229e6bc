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
	rows    Rows[T]
	query   *query
	narrows []narrow
	columns []Column[T]
	search  []int         // the columns to look in
	row     T             // the row at hand, where to is nil or something narrows
	to      func(pos int) // goes to a row without making it; nil if these rows can't
	texts   []Text        // what to look at there, for each of search
	known   []known       // and what was found in those that many rows have
	matcher *matcher
	buf     []byte
	tiers   []uint8 // of one text, per term
	best    []uint8 // of all so far, per term
}

// known are the tiers of texts, by what is the Same about them. One that comes later takes the place of another.
type known [64]struct {
	same  uint64
	tiers []uint8
}

func newJudge[T any](rows Rows[T], columns []Column[T], q *query) *judge[T] {
	n := len(q.terms)
	j := &judge[T]{rows: rows, columns: columns, query: q, narrows: q.narrows, matcher: newMatcher(), tiers: make([]uint8, n), best: make([]uint8, n)}
	var keys []string
	for i, c := range columns {
		if c.Search {
			j.search, keys = append(j.search, i), append(keys, c.Key)
		}
	}
	if s, ok := rows.(Skimmer); ok {
		j.to, j.texts = s.Skim(keys)
		j.known = make([]known, len(j.texts))
	}
	return j
}

// tier is how well a row matches: each term in its best cell, and of the terms the worst. It also says which columns may have had a part in that.
func (j *judge[T]) tier(pos int, h hint) (tier, seen uint8) {
	if j.to == nil || len(j.narrows) > 0 {
		j.row = j.rows.At(pos)
	}
	for i := range j.narrows {
		if !j.has(&j.narrows[i]) {
			return unmatched, 0
		}
	}
	if len(j.best) == 0 {
		return atWord, 0xff
	}
	for i := range j.best {
		j.best[i] = unmatched
	}
	if j.to != nil {
		j.to(pos)
	}
	for i := range j.search {
		if h.seen&bit(i) == 0 {
			continue
		}
		if j.improve(j.look(i)) {
			seen |= bit(i)
		}
		if tier := j.worst(); tier <= h.floor {
			return tier, seen | h.seen&^(bit(i+1)-1) // the columns after this one are as they were
		}
	}
	return j.worst(), seen
}

// look is how well each term matches the i-th searched cell.
func (j *judge[T]) look(i int) []uint8 {
	if j.to != nil {
		return j.skim(i)
	}
	c := &j.columns[j.search[i]]
	if c.SearchText == nil {
		return j.compare(j.tiers, bytesOf(c.Cell(j.row).Text))
	}
	j.buf = c.SearchText(j.buf[:0], j.row)
	return j.compare(j.tiers, j.buf)
}

// skim is look for a text that is known without the row.
func (j *judge[T]) skim(i int) []uint8 {
	t := &j.texts[i]
	if t.Same == nil {
		j.buf = t.Append(j.buf[:0])
		return j.compare(j.tiers, j.buf)
	}
	same := t.Same()
	k := &j.known[i][same*0x9e3779b97f4a7c15>>58]
	if same == 0 || k.same != same || k.tiers == nil {
		j.buf = t.Append(j.buf[:0])
		k.same, k.tiers = same, j.compare(append(k.tiers[:0], j.tiers...), j.buf)
	}
	return k.tiers
}

// compare puts into tiers how well each term matches a text.
func (j *judge[T]) compare(tiers, text []byte) []uint8 {
	for i := range j.query.terms {
		tiers[i] = match(j.matcher, &j.query.terms[i], text)
	}
	return tiers
}

// improve betters the best of each term by what a cell has, and reports whether it has any.
func (j *judge[T]) improve(tiers []uint8) bool {
	some := false
	for i, tier := range tiers {
		j.best[i] = min(j.best[i], tier)
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
func (j *judge[T]) has(n *narrow) bool {
	for _, v := range j.columns[n.column].Narrow(j.row) {
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
		j := newJudge(rows, columns, q)
		return func(lo, hi int) {
			for i := lo; i < hi; i++ {
				v.tiers[i], v.seen[i] = j.tier(i, noHint)
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
		j := newJudge(rows, columns, q)
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
				v.tiers[i], v.seen[i] = j.tier(i, h)
			}
		}
	})
	return v
}
