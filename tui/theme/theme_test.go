package theme

import (
	"math"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

// palette is what a terminal draws for black or white as the background and for the colours that looks uses.
type palette struct {
	name                                                      string
	dark                                                      bool
	background, red, green, yellow, blue, magenta, cyan, bred uint32
}

// palettes are the ones that come with common terminals.
var palettes = []palette{
	{"xterm", true, 0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xff0000},
	{"Linux console", true, 0x000000, 0xaa0000, 0x00aa00, 0xaa5500, 0x0000aa, 0xaa00aa, 0x00aaaa, 0xff5555},
	{"GNOME, Tango", true, 0x2e3436, 0xcc0000, 0x4e9a06, 0xc4a000, 0x3465a4, 0x75507b, 0x06989a, 0xef2929},
	{"Windows Terminal, Campbell", true, 0x0c0c0c, 0xc50f1f, 0x13a10e, 0xc19c00, 0x0037da, 0x881798, 0x3a96dd, 0xe74856},
	{"Apple Terminal", true, 0x000000, 0x990000, 0x00a600, 0x999900, 0x0000b2, 0xb200b2, 0x00a6b2, 0xe50000},
	{"iTerm2", true, 0x000000, 0xbb0000, 0x00bb00, 0xbbbb00, 0x0000bb, 0xbb00bb, 0x00bbbb, 0xff5555},
	{"Solarized", true, 0x002b36, 0xdc322f, 0x859900, 0xb58900, 0x268bd2, 0xd33682, 0x2aa198, 0xcb4b16},
	{"xterm on white", false, 0xffffff, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xff0000},
	{"Tango on white", false, 0xffffff, 0xcc0000, 0x4e9a06, 0xc4a000, 0x3465a4, 0x75507b, 0x06989a, 0xef2929},
	{"Campbell on white", false, 0xffffff, 0xc50f1f, 0x13a10e, 0xc19c00, 0x0037da, 0x881798, 0x3a96dd, 0xe74856},
	{"Apple Basic", false, 0xffffff, 0x990000, 0x00a600, 0x999900, 0x0000b2, 0xb200b2, 0x00a6b2, 0xe50000},
	{"Solarized light", false, 0xfdf6e3, 0xdc322f, 0x859900, 0xb58900, 0x268bd2, 0xd33682, 0x2aa198, 0xcb4b16},
	{"VS Code light", false, 0xffffff, 0xcd3131, 0x00bc00, 0x949800, 0x0451a5, 0xbc05bc, 0x0598bc, 0xcd3131},
}

func (p palette) of(c color) uint32 {
	return map[color]uint32{red: p.red, green: p.green, yellow: p.yellow, blue: p.blue, magenta: p.magenta, cyan: p.cyan, brightRed: p.bred}[c]
}

// contrast is that of WCAG 2.
func contrast(a, b uint32) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(c uint32) float64 {
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		v := float64(c>>(16-8*i)&0xff) / 255
		if v <= 0.03928 {
			v /= 12.92
		} else {
			v = math.Pow((v+0.055)/1.055, 2.4)
		}
		sum += weight * v
	}
	return sum
}

func TestEveryToneCanBeRead(t *testing.T) {
	for _, p := range palettes {
		for tone, l := range looks {
			c := l.light
			if p.dark {
				c = l.dark
			}
			if c == own {
				continue
			}
			if got := contrast(p.of(c), p.background); got < 2.9 {
				t.Errorf("%s: tone %d in colour %d has a contrast of %.1f", p.name, tone, c, got)
			}
		}
	}
}

func TestPaintIsStyle(t *testing.T) {
	for _, o := range []Options{{Dark: true}, {}, {NoColor: true}, {ASCII: true}} {
		th := New(o)
		for tone := range tones {
			want := th.Style(tone).Render("x")
			if got := th.Paint(tone, "x"); got != want {
				t.Errorf("%+v: tone %d paints %q, its style renders %q", o, tone, got, want)
			}
			if got := string(th.Append(nil, tone, "x")); got != want {
				t.Errorf("%+v: tone %d appends %q, its style renders %q", o, tone, got, want)
			}
		}
	}
}

func TestNoColor(t *testing.T) {
	th := New(Options{NoColor: true, Dark: true})
	for tone := range tones {
		seq, _, _ := strings.Cut(th.Paint(tone, "x"), "x")
		for code := range strings.SplitSeq(strings.Trim(seq, "\x1b[m"), ";") {
			if code != "" && code != "1" && code != "4" && code != "7" {
				t.Errorf("tone %d begins with %q", tone, seq)
			}
		}
	}
	if th.Paint(Selected, "x") == "x" {
		t.Error("the selected cell can't be seen")
	}
}

func TestGlyphs(t *testing.T) {
	for _, ascii := range []bool{false, true} {
		th := New(Options{ASCII: ascii})
		for g := NoGlyph + 1; g < glyphs; g++ {
			s := th.Glyph(g)
			if ansi.StringWidth(s) != 1 || ansi.StringWidthWc(s) != 1 || th.Mode().Clean(s) != s {
				t.Errorf("ASCII %v: glyph %d is %q", ascii, g, s)
			}
		}
	}
	if th := New(Options{}); th.Glyph(NoGlyph) != "" || th.Glyph(Ellipsis) != th.Mode().Ellipsis() {
		t.Error("glyphs disagree with text")
	}
	if got := New(Options{ASCII: true}).Border().TopLeft; got != "+" {
		t.Errorf("border corner %q", got)
	}
}
