package grid

import (
	"encoding/binary"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// TextKey appends a sort key by which texts stand as people look for them: without regard to case, and é beside e.
func TextKey(b []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return foldKey(b, s[i:])
		}
		b = append(b, lower[s[i]])
	}
	return b
}

// foldKey is TextKey for the part of a text that isn't ASCII.
func foldKey(b []byte, s string) []byte {
	for _, r := range norm.NFD.String(s) {
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
