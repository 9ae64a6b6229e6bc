package text

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
)

// samples are the kinds of text that have gone wrong on screens before.
var samples = []string{
	"", "Ana Ruiz", "  two  spaces ", "Renée Müller-Łukasz", "e\u0301te\u0301", "王小明", "한국어", "प्रिया क्षत्रिय", "ภาษาไทย น้ำ", "مرحبا بالعالم", "שָׁלוֹם",
	"👍🏽 ok", "👨‍👩‍👧‍👦 family", "⚠\ufe0f care", "1\ufe0f\u20e3", "🇪🇸🇫🇷", "a\tb\nc\rd\be\x07f\x00g\x7fh", "\x1b[31mred\x1b[0m", "\x1b]52;c;aGk=\x07",
	"\u009b31m", "a\u202eb\u2066c\u2069", "zero\u200bwidth\u200d\u2060\ufeff", "bad \xff\xfe \xc3", "tag\U000e0041", "ivs 葛\U000e0100", "line\u2028sep\u2029",
	"z" + strings.Repeat("\u0301", 40), "\u0301leading", "ൎ dot", "ガﾞ\uff9e", "\u3164\u115f\u1160", "x\u00a0y\u3000z\u2003w", "‹U+202E›", "›\u0301", "soft\u00adhyphen",
	"\ue0b0 private", "\U0010ffff", "…", strings.Repeat("wide 王 ", 20),
}

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"Ana Ruiz":          "Ana Ruiz",
		"Renée 王小明":         "Renée 王小明",
		"a\u202eb":          "a‹U+202E›b",
		"a\x1b[31mb":        "a‹U+001B›[31mb",
		"a\tb\nc\rd":        "a‹U+0009›b‹U+000A›c‹U+000D›d",
		"\x7f\u0085":        "‹U+007F›‹U+0085›",
		"\xffz\xc3":         "‹FF›z‹C3›",
		"a\u200db\u200b":    "a‹U+200D›b‹U+200B›",
		"⚠\ufe0f":           "⚠\ufe0f",
		"⚠\ufe0f\ufe0f":     "⚠\ufe0f‹U+FE0F›",
		"a\ufe0f":           "a‹U+FE0F›",
		"\u0301a":           "‹U+0301›a",
		"e\u0301":           "e\u0301",
		" \u0301":           " ‹U+0301›",
		"\x00\u0301":        "‹U+0000›‹U+0301›",
		"\U000e0041":        "‹U+E0041›",
		"\u2028":            "‹U+2028›",
		"x\u00a0y":          "x\u00a0y",
		"x\u2003y":          "x‹U+2003›y",
		"\ue0b0":            "‹U+E0B0›",
		"‹U+202E› is shown": "‹U+202E› is shown",
	} {
		if got := Clean(in); got != want {
			t.Errorf("Clean(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestASCII(t *testing.T) {
	for in, want := range map[string]string{
		"Renée Müller": "Renee Muller", "Łódź Straße Ærø": "Lodz Strasse AEro", "王小明": "???", "a\u202eb": "a<U+202E>b", "“so” – it’s …": `"so" - it's ...`,
		"e\u0301": "e", "Ｆｕｌｌ ½": "Full 1/2", "प्रिया": "???", "⚠\ufe0f": "?", "a\u00a0b": "a b", "한": "?",
	} {
		if got := ASCII(in); got != want {
			t.Errorf("ASCII(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestFit(t *testing.T) {
	for _, c := range []struct {
		in   string
		w    int
		want string
	}{
		{"Ana", 5, "Ana  "},
		{"Ana Ruiz", 5, "Ana …"},
		{"Ana", 3, "Ana"},
		{"Ana", 1, "…"},
		{"Ana", 0, ""},
		{"Ana", -3, ""},
		{"王小明", 6, "王小明"},
		{"王小明", 5, "王小…"},
		{"王小明", 4, "王… "},
		{"王小明", 2, "… "},
		{"e\u0301te\u0301", 2, "e\u0301…"},
		{"", 2, "  "},
	} {
		if got := Fit(c.in, c.w); got != c.want {
			t.Errorf("Fit(%q, %d) = %q, want %q", c.in, c.w, got, c.want)
		}
	}
	if got := (Mode{ASCII: true}).Fit("Renée Müller", 6); got != "Renee~" {
		t.Errorf("in ASCII: %q", got)
	}
	if got := FitRight("42", 5); got != "   42" {
		t.Errorf("FitRight: %q", got)
	}
}

func TestWrap(t *testing.T) {
	got := strings.Join(Mode{}.Wrap("No users match.\nPress esc to clear the filter abcdefghijklm 王小明", 10), "|")
	if want := "No users|match.|Press esc|to clear|the filter|abcdefghij|klm 王小明"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestStyled(t *testing.T) {
	const red = "\x1b[31mré王d\x1b[m"
	for w, want := range map[int]string{2: "\x1b[31mré\x1b[m", 3: "\x1b[31mré\x1b[m ", 4: "\x1b[31mré王\x1b[m", 7: red + "  ", 0: "\x1b[31m\x1b[m"} {
		if got := (Mode{}).FitStyled(red, w); got != want {
			t.Errorf("FitStyled(%d) = %q, want %q", w, got, want)
		}
	}
	if got := (Mode{ASCII: true}).FitStyled(red, 6); got != "\x1b[31mr???d\x1b[m " {
		t.Errorf("in ASCII: %q", got)
	}
	if n := (Mode{}).StyledWidth(red); n != 5 {
		t.Errorf("StyledWidth = %d", n)
	}
}

// TestEveryRune holds every character there is to what a cell may hold: it is at least one cell wide and leaves its neighbours alone.
func TestEveryRune(t *testing.T) {
	for _, m := range []Mode{{}, {Graphemes: true}, {ASCII: true}} {
		for r := rune(0); r <= unicode.MaxRune; r++ {
			c := m.Clean(string(r))
			w := m.width(c)
			if w < 1 || m.width(c+" ") != w+1 || m.width(" "+c) != w+1 || m.width(c+m.Ellipsis()) != w+1 {
				t.Fatalf("%v: %U becomes %q of width %d", m, r, c, w)
			}
			if r > 0x2fff && r < 0xd800 || r > 0x1ffff && r < 0xe0000 || r > 0xe0fff {
				r += 16 // ideographs, Hangul, and what is for private use are alike
			}
		}
	}
}

func FuzzText(f *testing.F) {
	for i, s := range samples {
		f.Add(s, i%12)
	}
	f.Fuzz(func(t *testing.T, s string, w int) {
		w = min(max(w, -1), 40)
		for _, m := range []Mode{{}, {Graphemes: true}, {ASCII: true}, {ASCII: true, Graphemes: true}} {
			checkClean(t, m, s)
			checkFit(t, m, s, w)
		}
	})
}

func checkClean(t *testing.T, m Mode, s string) {
	t.Helper()
	c := m.Clean(s)
	if again := m.Clean(c); again != c {
		t.Fatalf("%v: %q becomes %q and then %q", m, s, c, again)
	}
	if !utf8.ValidString(c) {
		t.Fatalf("%v: %q becomes invalid %q", m, s, c)
	}
	for _, r := range c {
		if unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Bidi_Control, r) || r == 0x2028 || r == 0x2029 || m.ASCII && r > 0x7e {
			t.Fatalf("%v: %q becomes %q, with %U", m, s, c, r)
		}
	}
	if ansi.Strip(c) != c {
		t.Fatalf("%v: %q becomes %q, which holds an escape sequence", m, s, c)
	}
}

// checkFit draws what Fit returns with Bubble Tea's own renderer, and something behind it, and looks where that lands.
func checkFit(t *testing.T, m Mode, s string, w int) {
	t.Helper()
	for _, fitted := range []string{m.Fit(s, w), m.FitRight(s, w), m.FitStyled("\x1b[1m"+m.Clean(s)+"\x1b[m", w)} {
		if got := m.StyledWidth(fitted); got != max(w, 0) {
			t.Fatalf("%v: %q fitted to %d is %q, %d wide", m, s, w, fitted, got)
		}
		scr := uv.NewScreenBuffer(max(w, 0)+1, 1)
		scr.Method = m.method()
		uv.NewStyledString(fitted+"|").Draw(scr, scr.Bounds())
		if c := scr.CellAt(max(w, 0), 0); c == nil || c.Content != "|" {
			t.Fatalf("%v: %q fitted to %d is %q, and what follows is drawn elsewhere: %q", m, s, w, fitted, scr.Line(0).String())
		}
	}
}

func TestCleanTextIsNotCopied(t *testing.T) {
	for _, s := range []string{"Ana Ruiz", "Renée 王小明"} {
		if n := testing.AllocsPerRun(100, func() { _ = Clean(s) }); n != 0 {
			t.Errorf("Clean(%q) allocates %v times", s, n)
		}
	}
}

func BenchmarkFit(b *testing.B) {
	for _, s := range []string{"Ana Ruiz", "Renée 王小明", "a\u202eb"} {
		b.Run(s, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_ = Fit(s, 20)
			}
		})
	}
}
