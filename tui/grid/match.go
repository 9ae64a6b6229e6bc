package grid

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"unicode/utf8"
	"unsafe"

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
	bytes []byte
	folds *[foldable]uint16 // nil until a character needs it: the table takes two milliseconds to make
}

func newMatcher() *matcher { return &matcher{} }

// bytesOf is s without a copy, to be read only.
func bytesOf(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }

// match says how well s matches t. It gives fzf's answers, to which a test holds it, in fewer steps: most rows don't match most terms, and to find that
// out takes one quick pass over the text.
func match(m *matcher, t *term, s []byte) uint8 {
	ascii := isASCII(s)
	switch {
	case t.ascii == nil && ascii:
		return unmatched
	case t.ascii == nil:
		return matchRunes(m.foldRunes(s), t)
	case !ascii:
		s = m.foldBytes(s)
	}
	p := t.ascii
	first := index(s, p[0])
	if first < 0 {
		return unmatched
	}
	if found := matchTogether(t, s, first); found != unmatched {
		return found
	}
	for _, c := range p[1:] {
		i := index(s[first+1:], c)
		if i < 0 {
			return unmatched
		}
		first += i + 1
	}
	return scattered
}

// matchTogether is match for letters that stand together, from a place on where the first of them stands.
func matchTogether(t *term, s []byte, from int) uint8 {
	p, found := t.ascii, unmatched
	for len(s)-from >= len(p) {
		if begins(s[from:], p) {
			if from == 0 || !t.word || !isWordByte(s[from-1]) {
				return atWord
			}
			found = joined
		}
		var next int
		if len(p) == 1 {
			next = index(s[from+1:], p[0])
		} else {
			next = indexPair(s[from+1:], p[0], p[1])
		}
		if next < 0 {
			break
		}
		from += next + 1
	}
	return found
}

// begins reports whether s begins with p. The first byte is known to, and s to be long enough.
func begins(s, p []byte) bool {
	for k := 1; k < len(p); k++ {
		if lower[s[k]] != p[k] {
			return false
		}
	}
	return true
}

// Eight bytes are looked at as one number, and the last eight of a text once more rather than what is left one by one.
const (
	eight = 8
	ones  = 0x0101010101010101
	highs = ones * utf8.RuneSelf
)

func eightAt(s []byte, i int) uint64 { return binary.LittleEndian.Uint64(s[i:]) }

// firstZero is the number of the first byte that is zero, eight if none is.
func firstZero(x uint64) int { return bits.TrailingZeros64((x-ones)&^x&highs) / eight }

func isASCII(s []byte) bool {
	all := uint64(0)
	if len(s) < eight {
		for _, b := range s {
			all |= uint64(b)
		}
		return all < utf8.RuneSelf
	}
	for i := 0; i < len(s)-eight; i += eight {
		all |= eightAt(s, i)
	}
	return (all|eightAt(s, len(s)-eight))&highs == 0
}

// pattern is what finds c, a folded ASCII character, in eight bytes: what to look for, and the bits in which both its cases are one.
func pattern(c byte) (want, either uint64) {
	if c >= 'a' && c <= 'z' {
		either = ones * ('a' - 'A')
	}
	return ones * uint64(c), either
}

// index is where c, a folded ASCII character, stands in either case, -1 if nowhere. The text is of one byte a character.
func index(s []byte, c byte) int {
	last := len(s) - eight
	if last < 0 {
		return slices.IndexFunc(s, func(b byte) bool { return lower[b] == c })
	}
	want, either := pattern(c)
	for i := 0; ; i += eight {
		i = min(i, last)
		if n := firstZero((eightAt(s, i) | either) ^ want); n < eight {
			return i + n
		}
		if i == last {
			return -1
		}
	}
}

// indexPair is where in such text one character stands before another.
func indexPair(s []byte, a, b byte) int {
	last := len(s) - 1 - eight
	if last < 0 {
		for i := range len(s) - 1 {
			if lower[s[i]] == a && lower[s[i+1]] == b {
				return i
			}
		}
		return -1
	}
	wantA, eitherA := pattern(a)
	wantB, eitherB := pattern(b)
	for i := 0; ; i += eight {
		i = min(i, last)
		if n := firstZero(((eightAt(s, i) | eitherA) ^ wantA) | ((eightAt(s, i+1) | eitherB) ^ wantB)); n < eight {
			return i + n
		}
		if i == last {
			return -1
		}
	}
}

// foldRunes is text of any script without case and accents.
func (m *matcher) foldRunes(s []byte) []rune {
	m.runes = m.runes[:0]
	for i := 0; i < len(s); {
		if c := lower[s[i]]; c != notASCII {
			m.runes = append(m.runes, rune(c))
			i++
			continue
		}
		r, size := utf8.DecodeRune(s[i:])
		m.runes = append(m.runes, m.fold(r))
		i += size
	}
	return m.runes
}

// Characters that no ASCII term has, in text that was folded into bytes.
const (
	otherWord = 0xfe // a letter or a digit
	otherSign = 0xff
)

// foldBytes is text of any script without accents, a byte for each character.
func (m *matcher) foldBytes(s []byte) []byte {
	m.bytes = append(m.bytes[:0], s...) // room for all of it
	out, n := m.bytes, 0
	for i := 0; i < len(s); n++ {
		if s[i] < utf8.RuneSelf {
			out[n] = s[i]
			i++
			continue
		}
		r, size := utf8.DecodeRune(s[i:])
		i += size
		switch r = m.fold(r); {
		case r < utf8.RuneSelf:
			out[n] = byte(r)
		case isWord(r):
			out[n] = otherWord
		default:
			out[n] = otherSign
		}
	}
	return out[:n]
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
