// Package theme is the one place for colours and glyphs.
//
// Colours are the sixteen of the terminal's own palette and its own foreground and background, so that the console looks like the rest of its owner's
// terminal. Which of the sixteen can be read differs between light and dark backgrounds: see tones.go for what was chosen and theme_test.go for the
// palettes that it was measured on. No meaning is carried by colour alone, so nothing is lost without it.
package theme

import (
	"strings"

	"charm.land/lipgloss/v2"

	"lanyard/tui/text"
)

// Options are the facts about a terminal that change how things look on it.
type Options struct {
	Dark      bool // the background is dark; assume so until the terminal answers
	NoColor   bool // attributes only: bold, underline and reverse
	Bare      bool // no attributes either: a terminal that would show the sequences
	ASCII     bool // nothing above 0x7e
	Graphemes bool // the terminal has reported Unicode core mode (2027): see text.Mode
}

// Theme is the look of the console on one terminal. It never changes; a terminal that turns out to be different gets another one.
type Theme struct {
	opts   Options
	styles [tones]lipgloss.Style
	paint  [tones][2]string
	glyphs *[glyphs]string
}

// New makes the theme for a terminal.
func New(o Options) *Theme {
	t := &Theme{opts: o, glyphs: &unicodeGlyphs}
	if o.ASCII {
		t.glyphs = &asciiGlyphs
	}
	for tone := range tones {
		t.styles[tone] = style(tone, o)
		before, after, _ := strings.Cut(t.styles[tone].Render("x"), "x")
		t.paint[tone] = [2]string{before, after}
	}
	return t
}

// Options are what the theme was made from, to make the next one from.
func (t *Theme) Options() Options { return t.opts }

// Mode is how text is cleaned, measured and cut here.
func (t *Theme) Mode() text.Mode { return text.Mode{ASCII: t.opts.ASCII, Graphemes: t.opts.Graphemes} }

// Style is the style of a tone, for what Lip Gloss lays out.
func (t *Theme) Style(tone Tone) lipgloss.Style { return t.styles[tone] }

// Paint is s, which has to be clean and of one line, in a tone. It gives what Style(tone).Render(s) looks like, without Lip Gloss's detours: a frame
// has hundreds of cells.
func (t *Theme) Paint(tone Tone, s string) string {
	p := &t.paint[tone]
	if s == "" || p[0] == "" {
		return s
	}
	return p[0] + s + p[1]
}

// Append is Paint into a buffer.
func (t *Theme) Append(b []byte, tone Tone, s string) []byte {
	if s == "" {
		return b
	}
	p := &t.paint[tone]
	b = append(b, p[0]...)
	b = append(b, s...)
	return append(b, p[1]...)
}

// Glyph is one of the signs that the console draws with. Each is one cell wide.
func (t *Theme) Glyph(g Glyph) string { return t.glyphs[g] }

// Border is the frame of menus and dialogs.
func (t *Theme) Border() lipgloss.Border {
	g := t.glyphs
	return lipgloss.Border{
		Top: g[Rule], Bottom: g[Rule], Left: g[Side], Right: g[Side],
		TopLeft: g[TopLeft], TopRight: g[TopRight], BottomLeft: g[BottomLeft], BottomRight: g[BottomRight],
	}
}
