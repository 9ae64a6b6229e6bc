package text

import "strings"

// FitStyled fits a string that is already styled, as an editor or a style renders it, into exactly w cells. It trusts s: what people wrote has to be
// clean before it is styled. Lines after the first are dropped. What is too long is cut without an ellipsis, as an editor scrolls by itself. In ASCII
// mode question marks stand for what is above 0x7e.
//
// Not ansi.Truncate: that measures by graphemes whatever it is told.
func (m Mode) FitStyled(s string, w int) string {
	s, _, _ = strings.Cut(s, "\n")
	var b strings.Builder
	total, full, state := 0, false, byte(0)
	for len(s) > 0 {
		seq, cw, n, next := m.method().DecodeSequenceInString(s, state, nil)
		if cw > 0 {
			// The decoder takes ASCII alone, even where a mark follows.
			seq, cw = m.next(s)
			n = len(seq)
			if m.ASCII && !plain(seq) {
				// As many marks as it had cells, so that an editor's cursor stands where it thinks.
				seq = strings.Repeat("?", cw)
			}
		}
		if cw > 0 && total+cw > w {
			full = true
		}
		// Styles behind the cut still count: one of them may end what an earlier one began.
		if !full || cw == 0 && strings.HasPrefix(seq, "\x1b") {
			b.WriteString(seq)
			total += cw
		}
		s, state = s[n:], next
	}
	return b.String() + Spaces(w-total)
}

// StyledWidth is how many cells the first line of a styled string takes.
func (m Mode) StyledWidth(s string) int {
	s, _, _ = strings.Cut(s, "\n")
	total, state := 0, byte(0)
	for len(s) > 0 {
		seq, cw, n, next := m.method().DecodeSequenceInString(s, state, nil)
		if cw > 0 {
			seq, cw = m.next(s)
			n = len(seq)
		}
		total += cw
		s, state = s[n:], next
	}
	return total
}
