package text

import "strings"

// Wrap breaks s into lines of at most w cells, at spaces where it can. Newlines in s begin a new line; everything else is cleaned. A line that holds a
// single character wider than w is cut.
func (m Mode) Wrap(s string, w int) []string {
	if w <= 0 {
		return nil
	}
	var lines []string
	for para := range strings.SplitSeq(s, "\n") {
		lines = append(lines, m.wrapLine(m.Clean(para), w)...)
	}
	return lines
}

// wrapLine breaks one clean paragraph.
func (m Mode) wrapLine(s string, w int) []string {
	var lines []string
	line, used := "", 0
	for word := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == ' ' }) {
		for {
			n := m.width(word)
			if line != "" && used+1+n <= w {
				line, used = line+" "+word, used+1+n
				break
			}
			if line != "" {
				lines = append(lines, line)
				line, used = "", 0
			}
			if n <= w {
				line, used = word, n
				break
			}
			head := m.head(word, w)
			lines = append(lines, m.Fit(head, w))
			word = word[len(head):]
			if word == "" {
				break
			}
		}
	}
	if line != "" || len(lines) == 0 {
		lines = append(lines, line)
	}
	return lines
}

// head is as much of s as w cells hold, and at least one cluster.
func (m Mode) head(s string, w int) string {
	end, total := 0, 0
	m.Each(s, func(cluster string, cw int) bool {
		if end > 0 && total+cw > w {
			return false
		}
		end += len(cluster)
		total += cw
		return total < w
	})
	return s[:end]
}
