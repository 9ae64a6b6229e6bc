package grid

import (
	"slices"
	"unicode/utf8"

	"github.com/junegunn/fzf/src/algo"
)

// How well a text matches a term. A row is as good as its worst term, and a term as its best cell.
const (
	atWord    uint8 = iota // the letters stand together at the beginning of a word
	joined                 // they stand together
	scattered              // they all occur, in this order
	unmatched
)

// fzf has to be told what its default is.
var _ = algo.Init("default")

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

// matcher holds a worker's scratch space.
type matcher struct {
	runes []rune
	folds *[foldable]uint16 // nil until a character needs it: the table takes two milliseconds to make
}

func newMatcher() *matcher { return &matcher{} }

// match says how well s matches t. It gives fzf's answers, to which a test holds it, in fewer steps: most rows don't match most terms, and to find that
// out takes one quick pass over the text.
func match[S string | []byte](m *matcher, t *term, s S) uint8 {
	if t.ascii == nil {
		return matchAny(m, t, s)
	}
	first, next, all := 0, 0, byte(0)
	want := t.ascii[0]
	for i := range len(s) {
		b := s[i]
		all |= b
		if lower[b] != want {
			continue
		}
		if next == 0 {
			first = i
		}
		next++
		if next == len(t.ascii) {
			return matchFrom(m, t, s, first, all)
		}
		want = t.ascii[next]
	}
	if all >= utf8.RuneSelf {
		return matchAny(m, t, s)
	}
	return unmatched
}

// matchFrom goes on when all letters of t occur in s, from `first` on: do they stand together anywhere? The bits of the bytes so far are in all.
func matchFrom[S string | []byte](m *matcher, t *term, s S, first int, all byte) uint8 {
	if all >= utf8.RuneSelf {
		return matchAny(m, t, s)
	}
	p := t.ascii
	found := scattered
	for i := first; i < len(s); i++ {
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
	ascii := true
	for i := 0; i < len(s); {
		c := lower[s[i]]
		if c != notASCII {
			m.runes = append(m.runes, rune(c))
			i++
			continue
		}
		ascii = false
		r, size := decode(s[i:])
		m.runes = append(m.runes, m.fold(r))
		i += size
	}
	if ascii {
		return unmatched // the term isn't
	}
	return matchRunes(m.runes, t)
}

// decode is utf8.DecodeRune for strings too.
func decode[S string | []byte](s S) (rune, int) {
	var b [utf8.UTFMax]byte
	return utf8.DecodeRune(b[:copy(b[:], s)])
}

// matchRunes is match for folded text.
func matchRunes(s []rune, t *term) uint8 {
	p := t.runes
	found, next := unmatched, 0
	for i, c := range s {
		if c == p[0] && len(s)-i >= len(p) && slices.Equal(s[i:i+len(p)], p) {
			if i == 0 || !t.word || !isWord(s[i-1]) {
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
