package text

import "strings"

// Fit is s in exactly w cells: cut with an ellipsis if it is longer, padded on the right if it is shorter. Neither a grapheme nor a wide character is split.
func (m Mode) Fit(s string, w int) string {
	kept, n := m.Cut(s, w)
	return kept + Spaces(w-n)
}

// FitRight is Fit with the padding on the left, as numbers want it.
func (m Mode) FitRight(s string, w int) string {
	kept, n := m.Cut(s, w)
	return Spaces(w-n) + kept
}

// Cut is s in at most w cells and how many they are, cut with an ellipsis if it is longer.
func (m Mode) Cut(s string, w int) (string, int) {
	s = m.Clean(s)
	if w <= 0 {
		return "", 0
	}
	if plain(s) {
		if len(s) <= w {
			return s, len(s)
		}
		return s[:w-1] + m.Ellipsis(), w
	}
	return m.cutWide(s, w)
}

// cutWide is Cut for clean text of any width. One look at each cluster is enough: it remembers where to cut in case the text turns out to be too long.
func (m Mode) cutWide(s string, w int) (string, int) {
	total, end, room := 0, 0, 0
	for i := 0; i < len(s); {
		cluster, cw := m.next(s[i:])
		if total+cw > w {
			return s[:end] + m.Ellipsis(), room + 1
		}
		total += cw
		i += len(cluster)
		if total < w {
			end, room = i, total
		}
	}
	return s, total
}

const blanks = "                                                                                                                                "

// Spaces is n spaces, none if n is negative.
func Spaces(n int) string {
	switch {
	case n <= 0:
		return ""
	case n <= len(blanks):
		return blanks[:n]
	}
	return strings.Repeat(" ", n)
}
