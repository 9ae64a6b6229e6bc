package grid

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/junegunn/fzf/src/algo"
	"github.com/junegunn/fzf/src/util"
	"golang.org/x/text/unicode/norm"
)

// How well a text matches a term. A row is as good as its worst term, and a term as its best cell.
const (
	atWord    uint8 = iota // the letters stand together at the beginning of a word
	joined                 // they stand together
	scattered              // they all occur, in this order
	unmatched
)

func init() { algo.Init("default") }

// lower folds ASCII, and marks all that isn't.
var lower = func() (t [256]byte) {
	for i := range t {
		switch b := byte(i); {
		case b >= utf8.RuneSelf:
			t[i] = notASCII
		case b >= 'A' && b <= 'Z':
			t[i] = b + 'a' - 'A'
		default:
			t[i] = b
		}
	}
	return t
}()

const notASCII = 0xff

// term is a text to look for, without regard to case and accents.
type term struct {
	runes []rune // folded
	ascii []byte // the same, nil if it isn't ASCII
	word  bool   // begins with a letter or a digit
}

func newTerm(s string) (term, bool) {
	s = fold(norm.NFC.String(s))
	t := term{runes: []rune(s)}
	if len(t.runes) == 0 {
		return t, false
	}
	t.word = isWord(t.runes[0])
	if !slices.ContainsFunc(t.runes, func(r rune) bool { return r >= utf8.RuneSelf }) {
		t.ascii = []byte(s)
	}
	return t, true
}

// fold takes case and accents from s.
func fold(s string) string {
	return string(algo.NormalizeRunes([]rune(strings.ToLower(s))))
}

// contains reports whether every text that matches t matches o: whether the letters of o occur in t in their order.
func (t term) contains(o term) bool {
	i := 0
	for _, r := range t.runes {
		if i < len(o.runes) && r == o.runes[i] {
			i++
		}
	}
	return i == len(o.runes)
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }

func isWordByte(b byte) bool { return b >= 'a' && b <= 'z' || b >= '0' && b <= '9' }

// matcher holds a worker's scratch space.
type matcher struct {
	runes []rune
}

// match says how well s matches t. ASCII, which nearly all text is, takes one pass of our own, about five times as fast as fzf's several; they are
// held to the same answers by a test.
func match[S string | []byte](m *matcher, t *term, s S) uint8 {
	if t.ascii == nil {
		return matchAny(m, t, s)
	}
	p := t.ascii
	found, next := unmatched, 0
	for i := 0; i < len(s); i++ {
		c := lower[s[i]]
		if c == notASCII {
			return matchAny(m, t, s)
		}
		if c == p[0] && len(s)-i >= len(p) && begins(s[i:], p) {
			if i == 0 || !t.word || !isWordByte(lower[s[i-1]]) {
				return atWord
			}
			found = joined
		}
		if next < len(p) && c == p[next] {
			next++
		}
	}
	if found == unmatched && next == len(p) {
		return scattered
	}
	return found
}

// begins reports whether s begins with p. The first byte is known to, and s to be long enough.
func begins[S string | []byte](s S, p []byte) bool {
	for k := 1; k < len(p); k++ {
		if lower[s[k]] != p[k] {
			return false
		}
	}
	return true
}

// matchAny is match for text of any script.
func matchAny[S string | []byte](m *matcher, t *term, s S) uint8 {
	m.runes = m.runes[:0]
	for _, r := range string(s) {
		m.runes = append(m.runes, r)
	}
	return m.matchRunes(t)
}

// matchRunes asks fzf about the text in m.runes.
func (m *matcher) matchRunes(t *term) uint8 {
	chars := util.RunesToChars(m.runes)
	if r, _ := algo.ExactMatchNaive(false, true, true, &chars, t.runes, false, nil); r.Start >= 0 {
		if r.Start == 0 || !t.word || !isWord(m.runes[r.Start-1]) {
			return atWord
		}
		return joined
	}
	if r, _ := algo.FuzzyMatchV1(false, true, true, &chars, t.runes, false, nil); r.Start >= 0 {
		return scattered
	}
	return unmatched
}

// hasPrefix reports whether s begins with prefix, which is folded, without regard to case and accents.
func hasPrefix(s, prefix string) bool {
	for i := 0; i < len(prefix) && i < len(s); i++ {
		c := lower[s[i]]
		if c == notASCII || prefix[i] >= utf8.RuneSelf {
			return strings.HasPrefix(fold(s), prefix)
		}
		if c != prefix[i] {
			return false
		}
	}
	return len(s) >= len(prefix)
}
