package grid

import (
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/junegunn/fzf/src/algo"
	"golang.org/x/text/unicode/norm"
)

// term is a text to look for, without regard to case and accents.
type term struct {
	runes []rune // folded
	ascii []byte // the same, nil if it isn't ASCII
	word  bool   // begins with a letter or a digit
}

func newTerm(s string) (term, bool) {
	s = Fold(s)
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

// Fold is s without case and accents, as the filter compares texts.
func Fold(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) < 0 {
		return strings.ToLower(s)
	}
	return fold(norm.NFC.String(s))
}

// fold is Fold for a text that is composed already.
func fold(s string) string {
	return string(algo.NormalizeRunes([]rune(strings.ToLower(s))))
}

// begins reports whether t begins with o. Then no text matches t better than o.
func (t term) begins(o term) bool {
	return len(t.runes) >= len(o.runes) && slices.Equal(t.runes[:len(o.runes)], o.runes)
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }

func isWordByte(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b == otherWord
}

// foldable is where folding by table ends: what comes after has neither case nor accents that anybody types without.
const foldable = 0x10000

// folds gives each character without case and accents, as fzf sees it.
var folds = sync.OnceValue(func() *[foldable]uint16 {
	var t [foldable]uint16
	all := make([]rune, foldable)
	for r := range all {
		all[r] = unicode.ToLower(rune(r))
	}
	for r, f := range algo.NormalizeRunes(all) {
		t[r] = uint16(f)
	}
	return &t
})

// Warm makes what the first letter in a filter would otherwise wait for.
func Warm() { folds() }

// fold is r without case and accents.
func (m *matcher) fold(r rune) rune {
	if m.folds == nil {
		m.folds = folds()
	}
	if r < foldable {
		return rune(m.folds[r])
	}
	return unicode.ToLower(r)
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
