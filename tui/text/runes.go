package text

import "unicode"

// invisible are characters that Unicode calls printable and that draw nothing: fillers, joiners and selectors, by which one name can pass for another,
// or by which a name can carry a message.
var invisible = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x034f, Hi: 0x034f, Stride: 1}, // combining grapheme joiner
		{Lo: 0x115f, Hi: 0x1160, Stride: 1}, // Hangul fillers
		{Lo: 0x17b4, Hi: 0x17b5, Stride: 1}, // Khmer inherent vowels
		{Lo: 0x180b, Hi: 0x180f, Stride: 1}, // Mongolian selectors
		{Lo: 0x2800, Hi: 0x2800, Stride: 1}, // blank braille
		{Lo: 0x3164, Hi: 0x3164, Stride: 1}, // Hangul filler
		{Lo: 0xfe00, Hi: 0xfe0f, Stride: 1}, // variation selectors
		{Lo: 0xffa0, Hi: 0xffa0, Stride: 1}, // halfwidth Hangul filler
	},
	R32: []unicode.Range32{
		{Lo: 0x13441, Hi: 0x13442, Stride: 1}, // Egyptian blanks
		{Lo: 0x16fe4, Hi: 0x16fe4, Stride: 1}, // Khitan filler
		{Lo: 0x1d159, Hi: 0x1d159, Stride: 1}, // musical null notehead
		{Lo: 0xe0000, Hi: 0xe0fff, Stride: 1}, // tags and more selectors
	},
}

// prepended are the letters that join what follows them into their own grapheme cluster. At the end of a cell they would swallow the space behind
// it, and the line would be short by one.
var prepended = &unicode.RangeTable{
	R16: []unicode.Range16{{Lo: 0x0d4e, Hi: 0x0d4e, Stride: 1}},
	R32: []unicode.Range32{
		{Lo: 0x111c2, Hi: 0x111c3, Stride: 1},
		{Lo: 0x1193f, Hi: 0x11941, Stride: 2},
		{Lo: 0x11a84, Hi: 0x11a89, Stride: 1},
		{Lo: 0x11d46, Hi: 0x11d46, Stride: 1},
		{Lo: 0x11f02, Hi: 0x11f02, Stride: 1},
	},
}

// joining are the characters that aren't marks and yet join the cluster before them: vowel signs of Thai and Lao, halfwidth kana marks, skin tones.
var joining = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x0e33, Hi: 0x0e33, Stride: 1},
		{Lo: 0x0eb3, Hi: 0x0eb3, Stride: 1},
		{Lo: 0xff9e, Hi: 0xff9f, Stride: 1},
	},
	R32: []unicode.Range32{{Lo: 0x1f3fb, Hi: 0x1f3ff, Stride: 1}},
}

// printable reports whether r, which is no mark, can be drawn. Of the spaces only those that people type stay: the plain one, the unbreakable one and
// the wide one of East Asia; the rest pass for them.
func printable(r rune) bool {
	if r >= 0x20 && r < 0x7f || r == 0xa0 || r == 0x3000 {
		return true
	}
	return unicode.IsPrint(r) && !unicode.In(r, invisible, prepended)
}

// isExtender reports whether r is drawn on the character before it. One that has none would be drawn on whatever stands left of the cell.
func isExtender(r rune) bool {
	return r >= 0x300 && (unicode.Is(unicode.M, r) || unicode.Is(joining, r))
}

// isPresentation reports whether r chooses between the text and the picture form of a symbol.
func isPresentation(r rune) bool { return r == 0xfe0e || r == 0xfe0f }

// takesPresentation reports whether r is a symbol that has both forms. After a letter a selector is only a way to hide something.
func takesPresentation(r rune) bool {
	return r > 0x7f && unicode.In(r, unicode.So, unicode.Sm) || r == 'ℹ' || r == '‼' || r == '⁉'
}
