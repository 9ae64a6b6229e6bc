package grid

import "sync/atomic"

// judge decides how well rows match a query. Each worker has its own.
type judge[T any] struct {
	columns []Column[T]
	query   *query
	search  []int // the columns to look in
	matcher *matcher
	buf     []byte
	best    []uint8 // per term
}

func newJudge[T any](columns []Column[T], q *query) *judge[T] {
	j := &judge[T]{columns: columns, query: q, best: make([]uint8, len(q.terms)), matcher: newMatcher()}
	for i, c := range columns {
		if c.Search {
			j.search = append(j.search, i)
		}
	}
	return j
}

// tier is how well a row matches: each term in its best cell, and of the terms the worst.
func (j *judge[T]) tier(row T) uint8 {
	for i := range j.query.narrows {
		if !j.has(row, &j.query.narrows[i]) {
			return unmatched
		}
	}
	if len(j.best) == 0 {
		return atWord
	}
	for i := range j.best {
		j.best[i] = unmatched
	}
	for _, i := range j.search {
		if j.look(&j.columns[i], row) == atWord {
			return atWord
		}
	}
	return j.worst()
}

// look compares one cell with all terms, and returns how well the row does so far.
func (j *judge[T]) look(c *Column[T], row T) uint8 {
	if c.SearchText != nil {
		j.buf = c.SearchText(j.buf[:0], row)
		for i := range j.best {
			if j.best[i] != atWord {
				j.best[i] = min(j.best[i], match(j.matcher, &j.query.terms[i], j.buf))
			}
		}
		return j.worst()
	}
	text := c.Cell(row).Text
	for i := range j.best {
		if j.best[i] != atWord {
			j.best[i] = min(j.best[i], match(j.matcher, &j.query.terms[i], text))
		}
	}
	return j.worst()
}

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

// tiers judges all rows, or only those that some earlier query, in which this one lies, let through. The result is by position and not by place: memory
// is read in order then, which is what takes the time.
func tiers[T any](rows Rows[T], columns []Column[T], q *query, earlier []uint8, stop *atomic.Bool) []uint8 {
	out := make([]uint8, rows.Len())
	parallel(len(out), stop, func() func(lo, hi int) {
		j := newJudge(columns, q)
		return func(lo, hi int) {
			for i := lo; i < hi; i++ {
				if earlier != nil && earlier[i] == unmatched {
					out[i] = unmatched
					continue
				}
				out[i] = j.tier(rows.At(i))
			}
		}
	})
	return out
}

// partition lists the rows that match, the best tier first and each tier in the order given, which is that of positions if it is nil.
func partition(order []uint32, backwards bool, tiers []uint8) []uint32 {
	var count [unmatched + 1]int
	for _, t := range tiers {
		count[t]++
	}
	var at [unmatched + 1]int
	at[joined] = count[atWord]
	at[scattered] = at[joined] + count[joined]
	shown := make([]uint32, at[scattered]+count[scattered])
	for k := range tiers {
		pos := place(order, backwards, len(tiers), k)
		if t := tiers[pos]; t != unmatched {
			shown[at[t]] = pos
			at[t]++
		}
	}
	return shown
}

// place is the position of the k-th of n rows in an order.
func place(order []uint32, backwards bool, n, k int) uint32 {
	if backwards {
		k = n - 1 - k
	}
	if order == nil {
		return uint32(k)
	}
	return order[k]
}
