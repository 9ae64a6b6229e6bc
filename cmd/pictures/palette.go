package main

import (
	"fmt"
	"image/color"

	"github.com/charmbracelet/x/ansi"
)

// palette is what a terminal's sixteen colours, its foreground and its background look like.
type palette struct {
	Name                           string
	Foreground, Background, Border string
	Colours                        [16]string
}

// The palettes are those of the pages that the pictures are seen on, so that they look like a part of them.
var palettes = []palette{
	{
		Name: "dark", Foreground: "#e6edf3", Background: "#0d1117", Border: "#30363d",
		Colours: [16]string{
			"#484f58", "#ff7b72", "#3fb950", "#d29922", "#58a6ff", "#bc8cff", "#39c5cf", "#b1bac4",
			"#6e7681", "#ffa198", "#56d364", "#e3b341", "#79c0ff", "#d2a8ff", "#56d4dd", "#ffffff",
		},
	},
	{
		Name: "light", Foreground: "#1f2328", Background: "#ffffff", Border: "#d1d9e0",
		Colours: [16]string{
			"#24292f", "#cf222e", "#1a7f37", "#9a6700", "#0969da", "#8250df", "#1b7c83", "#6e7781",
			"#57606a", "#a40e26", "#2da44e", "#bf8700", "#218bff", "#a475f9", "#3192aa", "#8c959f",
		},
	},
}

// style is the palette's foreground and background in tmux's words, for those who ask the terminal.
func (p palette) style() string { return "fg=" + p.Foreground + ",bg=" + p.Background }

// hex returns a cell's colour as the palette shows it, or the fallback when the cell has none of its own.
func (p palette) hex(c color.Color, fallback string) string {
	switch c := c.(type) {
	case nil:
		return fallback
	case ansi.BasicColor:
		return p.Colours[c]
	case ansi.IndexedColor:
		if int(c) < len(p.Colours) {
			return p.Colours[c]
		}
	}
	r, g, b, _ := c.RGBA()
	return fmt.Sprintf("#%02x%02x%02x", r>>8, g>>8, b>>8)
}
