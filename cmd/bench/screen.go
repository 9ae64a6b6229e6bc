//go:build unix

package main

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// screen is what an xterm of 256 colours would show, without the colours: enough to say when a text stands on it. A
// renderer sends only what changed, so the bytes alone don't tell.
type screen struct {
	cells       [][]string // "" behind a wide character
	x, y        int
	top, bottom int // the lines that scroll, bottom not included
	saved       [2]int
	last        rune // what REP repeats
	parser      *ansi.Parser
	answer      func(string) // sends what the terminal says to a question
}

func newScreen(width, height int, answer func(string)) *screen {
	s := &screen{bottom: height, answer: answer, parser: ansi.NewParser()}
	for range height {
		s.cells = append(s.cells, blank(width))
	}
	s.parser.SetParamsSize(32)
	s.parser.SetDataSize(1 << 16)
	s.parser.SetHandler(ansi.Handler{Print: s.print, Execute: s.execute, HandleCsi: s.csi, HandleEsc: s.esc, HandleOsc: s.osc})
	return s
}

func blank(width int) []string {
	line := make([]string, width)
	for i := range line {
		line[i] = " "
	}
	return line
}

// write takes what a program sends.
func (s *screen) write(b []byte) { s.parser.Parse(b) }

// line is the text of a line.
func (s *screen) line(y int) string { return strings.TrimRight(strings.Join(s.cells[y], ""), " ") }

// lines counts the lines that hold a text.
func (s *screen) lines(text string) int {
	n := 0
	for y := range s.cells {
		if strings.Contains(s.line(y), text) {
			n++
		}
	}
	return n
}

func (s *screen) width() int  { return len(s.cells[0]) }
func (s *screen) height() int { return len(s.cells) }

func (s *screen) to(x, y int) {
	s.x, s.y = max(0, min(x, s.width()-1)), max(0, min(y, s.height()-1))
}

func (s *screen) print(r rune) {
	w := ansi.StringWidthWc(string(r))
	if w == 0 {
		if x := min(s.x, s.width()) - 1; x >= 0 {
			s.cells[s.y][x] += string(r)
		}
		return
	}
	if s.x+w > s.width() {
		s.x = 0
		s.down()
	}
	s.last = r
	s.cells[s.y][s.x] = string(r)
	for i := 1; i < w; i++ {
		s.cells[s.y][s.x+i] = ""
	}
	s.x += w
}

func (s *screen) execute(b byte) {
	switch b {
	case '\r':
		s.x = 0
	case '\n', '\v', '\f':
		s.down()
	case '\b':
		s.x = max(0, min(s.x, s.width()-1)-1)
	case '\t':
		s.x = min(s.width()-1, (s.x/8+1)*8)
	}
}

func (s *screen) esc(cmd ansi.Cmd) {
	if cmd.Intermediate() != 0 {
		return
	}
	switch cmd.Final() {
	case 'M':
		if s.y == s.top {
			s.scroll(s.top, -1)
		} else {
			s.to(s.x, s.y-1)
		}
	case 'D':
		s.down()
	case 'E':
		s.x = 0
		s.down()
	case '7':
		s.saved = [2]int{s.x, s.y}
	case '8':
		s.to(s.saved[0], s.saved[1])
	}
}

// down goes a line on, and scrolls at the end.
func (s *screen) down() {
	if s.y == s.bottom-1 {
		s.scroll(s.top, 1)
	} else {
		s.y = min(s.y+1, s.height()-1)
	}
}

// scroll moves the lines from one on up to the end of the region, up by n, or down by -n.
func (s *screen) scroll(from, n int) {
	for ; n > 0; n-- {
		copy(s.cells[from:s.bottom], s.cells[from+1:s.bottom])
		s.cells[s.bottom-1] = blank(s.width())
	}
	for ; n < 0; n++ {
		copy(s.cells[from+1:s.bottom], s.cells[from:s.bottom])
		s.cells[from] = blank(s.width())
	}
}

// csi does what a control sequence says, or answers it.
func (s *screen) csi(cmd ansi.Cmd, params ansi.Params) {
	if cmd.Prefix() != 0 || cmd.Intermediate() != 0 {
		s.question(cmd, params)
		return
	}
	n := func(i int) int { v, _, _ := params.Param(i, 1); return max(v, 1) }
	if s.moved(cmd.Final(), n) || s.shifted(cmd.Final(), n(0)) {
		return
	}
	mode, _, _ := params.Param(0, 0)
	switch cmd.Final() {
	case 'J':
		s.erase(mode)
	case 'K':
		s.eraseLine(mode)
	case 'X':
		s.clear(s.x, s.x+n(0))
	case 'b':
		for range n(0) {
			s.print(s.last)
		}
	case 'r':
		bottom, _, _ := params.Param(1, s.height())
		s.top, s.bottom = n(0)-1, max(1, min(bottom, s.height()))
		s.to(0, 0)
	case 's':
		s.saved = [2]int{s.x, s.y}
	case 'u':
		s.to(s.saved[0], s.saved[1])
	case 'c':
		s.answer("\x1b[?64;1;2;6;9;15;18;21;22c")
	case 'n':
		s.answer(fmt.Sprintf("\x1b[%d;%dR", s.y+1, s.x+1))
	}
}

// moved does what only moves the cursor.
func (s *screen) moved(final byte, n func(int) int) bool {
	switch final {
	case 'A':
		s.to(s.x, s.y-n(0))
	case 'B', 'e':
		s.to(s.x, s.y+n(0))
	case 'C', 'a':
		s.to(s.x+n(0), s.y)
	case 'D':
		s.to(min(s.x, s.width()-1)-n(0), s.y)
	case 'E':
		s.to(0, s.y+n(0))
	case 'F':
		s.to(0, s.y-n(0))
	case 'G', '`':
		s.to(n(0)-1, s.y)
	case 'd':
		s.to(s.x, n(0)-1)
	case 'H', 'f':
		s.to(n(1)-1, n(0)-1)
	case 'I':
		s.to((s.x/8+n(0))*8, s.y)
	case 'Z':
		s.to(((s.x+7)/8-n(0))*8, s.y)
	default:
		return false
	}
	return true
}

// shifted does what moves what is on the screen.
func (s *screen) shifted(final byte, n int) bool {
	line := s.cells[s.y]
	x := min(s.x, s.width()-1)
	switch final {
	case 'S':
		s.scroll(s.top, min(n, s.height()))
	case 'T':
		s.scroll(s.top, -min(n, s.height()))
	case 'L':
		s.scroll(s.y, -min(n, s.height()))
	case 'M':
		s.scroll(s.y, min(n, s.height()))
	case '@':
		n = min(n, len(line)-x)
		copy(line[x+n:], line[x:])
		s.clear(x, x+n)
	case 'P':
		n = min(n, len(line)-x)
		copy(line[x:], line[x+n:])
		s.clear(len(line)-n, len(line))
	default:
		return false
	}
	return true
}

func (s *screen) clear(from, to int) {
	for x := from; x < min(to, s.width()); x++ {
		s.cells[s.y][x] = " "
	}
}

func (s *screen) eraseLine(mode int) {
	switch mode {
	case 0:
		s.clear(s.x, s.width())
	case 1:
		s.clear(0, s.x+1)
	case 2:
		s.clear(0, s.width())
	}
}

func (s *screen) erase(mode int) {
	from, to := 0, s.height()
	switch mode {
	case 0:
		s.clear(s.x, s.width())
		from = s.y + 1
	case 1:
		s.clear(0, s.x+1)
		to = s.y
	}
	for y := from; y < to; y++ {
		s.cells[y] = blank(s.width())
	}
}

// question answers what an xterm answers, as it answers it: it knows neither synchronised output nor grapheme clusters.
func (s *screen) question(cmd ansi.Cmd, params ansi.Params) {
	mode, _, _ := params.Param(0, 0)
	switch {
	case cmd.Final() == 'p' && cmd.Intermediate() == '$':
		s.answer(fmt.Sprintf("\x1b[?%d;0$y", mode))
	case cmd.Final() == 'c' && cmd.Prefix() == '>':
		s.answer("\x1b[>41;390;0c")
	case cmd.Final() == 'q' && cmd.Prefix() == '>':
		s.answer("\x1bP>|XTerm(390)\x1b\\")
	case (cmd.Final() == 'h' || cmd.Final() == 'l') && mode == 1049:
		s.erase(2)
	}
}

func (s *screen) osc(cmd int, data []byte) {
	if (cmd == 10 || cmd == 11) && strings.HasSuffix(string(data), "?") {
		s.answer(fmt.Sprintf("\x1b]%d;rgb:%s\x1b\\", cmd, map[int]string{10: "e5e5/e5e5/e5e5", 11: "0000/0000/0000"}[cmd]))
	}
}
