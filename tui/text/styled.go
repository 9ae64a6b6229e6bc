package text

import "strings"

// FitStyled fits a string that is already styled, as an editor or a style renders it, into exactly w cells. It trusts s: what people wrote has to be
// clean before it is styled. Lines after the first are dropped. What is too long is cut without an ellipsis, as an editor scrolls by itself. In ASCII
// mode question marks stand for what is above 0x7e.
//
// Not ansi.Truncate: that measures by graphemes whatever it is told.
func (m Mode) FitStyled(s string, w int) string {
	var b strings.Builder
	total, full := 0, false
	m.styled(s, func(seq string, cw int) {
		if m.ASCII && cw > 0 && !plain(seq) {
			// As many marks as it had cells, so that an editor's cursor stands where it thinks.
			seq = strings.Repeat("?", cw)
		}
		full = full || total+cw > w
		// Styles behind the cut still count: one of them may end what an earlier one began.
		if !full || cw == 0 && strings.HasPrefix(seq, "\x1b") {
			b.WriteString(seq)
			total += cw
		}
	})
	return b.String() + Spaces(w-total)
}

// StyledWidth is how many cells the first line of a styled string takes.
func (m Mode) StyledWidth(s string) int {
	total := 0
	m.styled(s, func(_ string, cw int) { total += cw })
	return total
}

// styled calls f with each grapheme cluster and each control sequence in the first line of s, and how many cells it takes.
func (m Mode) styled(s string, f func(seq string, width int)) {
	s, _, _ = strings.Cut(s, "\n")
	state := byte(0)
	for s != "" {
		seq, cw, n, next := m.method().DecodeSequenceInString(s, state, nil)
		if cw > 0 {
			// The decoder takes ASCII alone, even where a mark follows.
			seq, cw = m.next(s)
			n = len(seq)
		}
		f(seq, cw)
		s, state = s[n:], next
	}
}
