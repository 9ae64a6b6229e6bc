package text

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// spelled are the letters and signs that decomposing doesn't bring below 0x7f and that have a customary spelling there.
var spelled = map[rune]string{
	'ß': "ss", 'ẞ': "SS", 'æ': "ae", 'Æ': "AE", 'œ': "oe", 'Œ': "OE", 'ø': "o", 'Ø': "O", 'đ': "d", 'Đ': "D", 'ð': "d", 'Ð': "D",
	'þ': "th", 'Þ': "Th", 'ł': "l", 'Ł': "L", 'ı': "i", 'ħ': "h", 'Ħ': "H",
	'‘': "'", '’': "'", '‚': "'", '“': `"`, '”': `"`, '„': `"`, '‹': "<", '›': ">", '«': "<<", '»': ">>",
	'‐': "-", '‑': "-", '‒': "-", '–': "-", '—': "-", '―': "-", '−': "-", '⁄': "/", '·': ".", '•': "*", '×': "x", '→': "->", '€': "EUR",
}

// ASCII is Clean(s) without anything above 0x7e: accents go, letters and signs with a customary spelling get it, and the rest become question marks.
func ASCII(s string) string {
	s = Clean(s)
	if plain(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		if r < 0x7f {
			b.WriteByte(byte(r))
			continue
		}
		if !unicode.Is(unicode.M, r) {
			b.WriteString(spell(r))
		}
	}
	return b.String()
}

// spell is r in ASCII, or a question mark.
func spell(r rune) string {
	if s, ok := spelled[r]; ok {
		return s
	}
	var b strings.Builder
	for _, d := range norm.NFKD.String(string(r)) {
		switch s, ok := spelled[d]; {
		case d >= 0x20 && d < 0x7f:
			b.WriteRune(d)
		case ok:
			b.WriteString(s)
		case !unicode.Is(unicode.M, d):
			return "?"
		}
	}
	return b.String()
}
