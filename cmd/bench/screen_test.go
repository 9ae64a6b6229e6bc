//go:build unix

package main

import (
	"strings"
	"testing"
)

// TestScreen holds the screen to what the programs that are measured send.
func TestScreen(t *testing.T) {
	for _, test := range []struct{ name, sent, want, answer string }{
		{"text", "one\r\ntwo", "one|two", ""},
		{"cursor", "\x1b[2;3Hx\x1b[1;1Hy\x1b[Cz\r\n\n!\x1b[A?", "y z| ?x|!", ""},
		{"relative", "ab\x1b[2Dc\x1b[3Gd\x1b[3de", "cbd||   e", ""},
		{"wide", "小林\x1b[1;3Hx", "小x", ""},
		{"erase", "abcdef\x1b[1;3H\x1b[2X\x1b[1;5H\x1b[K", "ab", ""},
		{"clear", "ab\r\ncd\x1b[1;2H\x1b[J", "a", ""},
		{"scroll", "1\r\n2\r\n3\r\n4\r\n5", "2|3|4|5", ""},
		{"region", "1\r\n2\r\n3\r\n4\x1b[2;3r\x1b[3;1H\nnew\x1b[r", "1|3|new|4", ""},
		{"up", "1\r\n2\r\n3\x1b[1;1H\x1bM0", "0|1|2|3", ""},
		{"lines", "1\r\n2\r\n3\x1b[1;1H\x1b[Lnew\x1b[3;1H\x1b[M", "new|1|3", ""},
		{"cells", "abc\x1b[1;1H\x1b[@x\x1b[P", "xbc", ""},
		{"repeat", "-\x1b[4b", "-----", ""},
		{"wrap", "0123456789ab", "0123456789|ab", ""},
		{"colours", "\x1b[1;38;5;12mred\x1b[m", "red", ""},
		{"attributes", "\x1b[c", "", "\x1b[?64;1;2;6;9;15;18;21;22c"},
		{"mode", "\x1b[?2026$p", "", "\x1b[?2026;0$y"},
		{"background", "\x1b]11;?\x07", "", "\x1b]11;rgb:0000/0000/0000\x1b\\"},
		{"where", "ab\x1b[6n", "ab", "\x1b[1;3R"},
	} {
		t.Run(test.name, func(t *testing.T) {
			answer := ""
			s := newScreen(10, 4, func(text string) { answer += text })
			s.write([]byte(test.sent))
			var lines []string
			for y := range s.height() {
				lines = append(lines, s.line(y))
			}
			if got := strings.TrimRight(strings.Join(lines, "|"), "|"); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if answer != test.answer {
				t.Errorf("it answered %q, want %q", answer, test.answer)
			}
		})
	}
}

func TestQuantile(t *testing.T) {
	list := []int{5, 1, 4, 2, 3}
	if median(list) != 3 || quantile(list, 1) != 5 || quantile(list, 0) != 1 || median[int](nil) != 0 {
		t.Error("wrong quantiles")
	}
}
