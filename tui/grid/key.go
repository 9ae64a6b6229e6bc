package grid

import (
	"encoding/binary"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// TextKey appends a sort key by which texts stand as people look for them: without regard to case, and é beside e.
func TextKey(b []byte, s string) []byte {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return foldKey(b, s[i:])
		}
		b = append(b, lower[s[i]])
	}
	return b
}

// foldKey is TextKey for a text from its first character on that isn't ASCII.
func foldKey(b []byte, s string) []byte {
	for i, r := range s {
		if r < utf8.RuneSelf {
			b = append(b, lower[byte(r)])
			continue
		}
		// A letter with its accents comes apart into both, without a copy of the text.
		if d := norm.NFD.PropertiesString(s[i:]).Decomposition(); d != nil {
			r, _ = utf8.DecodeRune(d)
		}
		if !unicode.Is(unicode.M, r) {
			b = utf8.AppendRune(b, unicode.ToLower(r))
		}
	}
	return b
}

// NumberKey appends a sort key for a number, such as a count or a time in nanoseconds.
func NumberKey(b []byte, n int64) []byte {
	return binary.BigEndian.AppendUint64(b, uint64(n)^1<<63)
}
