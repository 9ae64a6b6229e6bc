package theme

import (
	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"
)

// Tone is what a piece of text is, from which the theme finds how it looks.
type Tone uint8

// The tones.
const (
	Normal        Tone = iota // the terminal's own foreground
	Dim                       // what may be overlooked: hints, what isn't there, what is off
	Strong                    // what must not be
	Accent                    // what the console itself points out: the bar, a key in the footer
	Good                      // as it should be
	Warn                      // needs a look
	Bad                       // wrong, or destructive
	Title                     // headings: columns, dialogs, the current tab
	Match                     // the part of a text that the filter found
	Mark                      // the sign of a marked row
	Selected                  // the cell or button that has the cursor
	SelectedMatch             // Match inside Selected
	Frame                     // rules and borders
	Input                     // text being edited, to the end of its field
	tones
)

// look is a tone's colours on dark and on light, and its attributes.
type look struct {
	dark, light                     color
	bold, faint, underline, reverse bool
}

// color is one of the sixteen colours, or the terminal's own foreground.
type color int8

const (
	own color = iota - 1
	_         // black
	red
	green
	yellow
	blue
	magenta
	cyan
	_ // white
	_ // bright black: the background itself in Solarized
	brightRed
)

// looks keeps to colours that have a contrast of 2.9 at the least in the palettes of theme_test.go. Blue and plain red can't be read on black; green,
// yellow and cyan can't on white, where what is good therefore keeps the terminal's own colour and only exceptions stand out. Faint is an attribute:
// the terminal mixes it from its own colours, where a grey of ours would vanish in some palette.
var looks = [tones]look{
	Normal:        {dark: own, light: own},
	Dim:           {dark: own, light: own, faint: true},
	Strong:        {dark: own, light: own, bold: true},
	Accent:        {dark: cyan, light: blue},
	Good:          {dark: green, light: own},
	Warn:          {dark: yellow, light: magenta},
	Bad:           {dark: brightRed, light: red},
	Title:         {dark: own, light: own, bold: true},
	Match:         {dark: yellow, light: magenta, bold: true, underline: true},
	Mark:          {dark: cyan, light: blue, bold: true},
	Selected:      {dark: own, light: own, reverse: true},
	SelectedMatch: {dark: own, light: own, bold: true, underline: true, reverse: true},
	Frame:         {dark: own, light: own, faint: true},
	Input:         {dark: own, light: own, underline: true},
}

// style is the style of a tone on a terminal. Without colour faint goes too: some terminals draw it as grey.
func style(t Tone, o Options) lipgloss.Style {
	l := looks[t]
	s := lipgloss.NewStyle()
	if o.Bare {
		return s
	}
	c := l.light
	if o.Dark {
		c = l.dark
	}
	if c != own && !o.NoColor {
		s = s.Foreground(ansi.BasicColor(c))
	}
	if l.bold {
		s = s.Bold(true)
	}
	if l.faint && !o.NoColor {
		s = s.Faint(true)
	}
	if l.underline {
		s = s.Underline(true)
	}
	if l.reverse {
		s = s.Reverse(true)
	}
	return s
}
