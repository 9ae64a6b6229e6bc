// Package text makes strings fit for a screen: Clean shows what can't be printed, and a Mode measures and cuts as the terminal at hand counts.
//
// Every string that the console draws comes through here. Names and descriptions are written by people, by imports and by older programs, so a
// cell may hold escape sequences, controls, invisible letters or text that turns the writing direction round; none of it may reach the terminal.
package text

import (
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// Mode says what the terminal at hand can show and how it counts. The zero Mode is right for every terminal that hasn't said otherwise.
//
// Counting differs: a terminal advances once a character ("क्षि" takes three cells) unless it knows Unicode core mode (DEC 2027), and then once a
// grapheme cluster (one cell). Bubble Tea's renderer starts with the former and changes when the terminal reports the mode; who holds a Mode has
// to change with it, or columns behind such a name stand askew. It is a value and not a setting of the package because one process may serve many
// terminals.
type Mode struct {
	ASCII     bool // nothing above 0x7e
	Graphemes bool // the terminal has reported Unicode core mode
}

// method is the same choice in the renderer's words.
func (m Mode) method() ansi.Method {
	if m.Graphemes {
		return ansi.GraphemeWidth
	}
	return ansi.WcWidth
}

// Clean is what becomes of s on this terminal: see the functions Clean and ASCII.
func (m Mode) Clean(s string) string {
	if m.ASCII {
		return ASCII(s)
	}
	return Clean(s)
}

// Ellipsis stands for what was cut off. It is one cell wide.
func (m Mode) Ellipsis() string {
	if m.ASCII {
		return "~"
	}
	return "…"
}

// Width is how many cells s takes once it is clean.
func (m Mode) Width(s string) int { return m.width(m.Clean(s)) }

// width measures text that is clean.
func (m Mode) width(s string) int {
	if plain(s) {
		return len(s)
	}
	total := 0
	for s != "" {
		cluster, w := m.next(s)
		total += w
		s = s[len(cluster):]
	}
	return total
}

// next is the first grapheme cluster of s and its width. Printable ASCII that no mark can follow is the common case and needs no segmenter.
func (m Mode) next(s string) (string, int) {
	if s[0] < utf8.RuneSelf && (len(s) == 1 || s[1] < utf8.RuneSelf) {
		return s[:1], 1
	}
	return ansi.FirstGraphemeCluster(s, m.method())
}

// Each calls yield with each grapheme cluster of s, which has to be clean, and its width, until yield says false.
func (m Mode) Each(s string, yield func(cluster string, width int) bool) {
	for s != "" {
		cluster, w := m.next(s)
		if !yield(cluster, w) {
			return
		}
		s = s[len(cluster):]
	}
}

// Warm makes the tables that characters beyond ASCII are measured by. The first to measure one waits for them otherwise, half a
// millisecond or more.
func Warm() { Width("…") }

// Width is Mode{}.Width.
func Width(s string) int { return Mode{}.Width(s) }

// Fit is Mode{}.Fit.
func Fit(s string, w int) string { return Mode{}.Fit(s, w) }

// FitRight is Mode{}.FitRight.
func FitRight(s string, w int) string { return Mode{}.FitRight(s, w) }
