package grid

// Cells beside the columns.
const (
	gutter = 3 // bar, mark, space
	gap    = 2 // between columns
	tail   = 4 // gap, the row's menu, margin
)

// layout is where the columns stand. It depends on the columns and the width alone and never on what the rows hold: scrolling moves nothing sideways.
type layout struct {
	gutter int
	spans  []span
	menu   int      // where the row's menu is, -1 if there's no room
	keys   []string // of all that the cursor can be in, from left to right
}

// span is one visible column.
type span struct {
	column   int
	x, width int
}

// arrange gives each column its width, and drops those that have no room, by priority. The column keep is never dropped.
func arrange[T any](columns []Column[T], width, keep int) layout {
	l := layout{menu: -1}
	room := width
	if width >= 12 {
		l.gutter = gutter
	} else if width >= 4 {
		l.gutter = 1
	}
	room -= l.gutter
	if width >= 20 {
		l.menu = width - 2
		room -= tail
	}
	l.spans = squeeze(choose(columns, room, keep), room)
	serve(columns, l.spans, room-taken(l.spans))
	grow(columns, l.spans, room-taken(l.spans))
	x := l.gutter
	for i := range l.spans {
		l.spans[i].x = x
		x += l.spans[i].width + gap
		l.keys = append(l.keys, columns[l.spans[i].column].Key)
	}
	if l.menu >= 0 {
		l.keys = append(l.keys, Menu)
	}
	return l
}

// taken is the room that the spans and the gaps between them need.
func taken(spans []span) int {
	total := gap * (len(spans) - 1)
	for _, s := range spans {
		total += s.width
	}
	return total
}

// choose takes as many columns as fit at their least width. The one with the highest priority number gives way first, of two the one to the right;
// one that is keen on more does without that before it goes.
func choose[T any](columns []Column[T], room, keep int) []span {
	var spans []span
	for i := range columns {
		spans = append(spans, span{column: i, width: max(columns[i].Min, columns[i].Keen, 1)})
	}
	for len(spans) > 1 && taken(spans) > room {
		drop := -1
		for i, s := range spans {
			p := columns[s.column].Priority
			if p > 0 && s.column != keep && (drop < 0 || p >= columns[spans[drop].column].Priority) {
				drop = i
			}
		}
		if drop < 0 {
			break
		}
		if least := max(columns[spans[drop].column].Min, 1); spans[drop].width > least {
			spans[drop].width = least
			continue
		}
		spans = append(spans[:drop], spans[drop+1:]...)
	}
	return spans
}

// squeeze makes the columns that never go fit where even they have no room: the widest gives way until all are one cell wide, and then the last ones go
// after all.
func squeeze(spans []span, room int) []span {
	for len(spans) > 0 && taken(spans) > room {
		widest := 0
		for i := range spans {
			if spans[i].width > spans[widest].width {
				widest = i
			}
		}
		switch {
		case spans[widest].width > 1:
			spans[widest].width--
		case len(spans) > 1:
			spans = spans[:len(spans)-1]
		default:
			return spans
		}
	}
	return spans
}

// serve gives the eager columns what they want, from left to right.
func serve[T any](columns []Column[T], spans []span, left int) {
	for i, s := range spans {
		if more := columns[s.column].Eager - s.width; more > 0 && more <= left {
			spans[i].width += more
			left -= more
		}
	}
}

// grow deals out the room that is left: to all, in proportion, until they have what they would like, and then to those that take more.
func grow[T any](columns []Column[T], spans []span, left int) {
	if left <= 0 {
		return
	}
	lack, flexible := 0, 0
	for _, s := range spans {
		lack += max(columns[s.column].Ideal-s.width, 0)
		if columns[s.column].Flex {
			flexible++
		}
	}
	if lack > 0 {
		left -= deal(spans, left, lack, func(s span) int { return max(columns[s.column].Ideal-s.width, 0) })
	}
	if left > 0 && flexible > 0 {
		deal(spans, left, 0, func(s span) int {
			if columns[s.column].Flex {
				return 1
			}
			return 0
		})
	}
}

// deal widens the spans in proportion to their shares, by no more than limit in all unless that is 0, and says by how much.
func deal(spans []span, left, limit int, share func(span) int) int {
	if limit > 0 {
		left = min(left, limit)
	}
	shares := make([]int, len(spans))
	total := 0
	for i, s := range spans {
		shares[i] = share(s)
		total += shares[i]
	}
	// Handing out what is left of the total share by share leaves no remainder.
	rest := left
	for i := range spans {
		if shares[i] > 0 {
			n := rest * shares[i] / total
			spans[i].width += n
			rest -= n
			total -= shares[i]
		}
	}
	return left
}
