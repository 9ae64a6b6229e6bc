package main

import "strings"

// A cell's size, and where in it the text stands.
const (
	cellWidth  = 8.4 // six tenths of the font's size, as in most fonts of one width
	cellHeight = 18.0
	fontSize   = 14.0
	baseline   = 13.0
)

// boxes says which of a cell's edges a box-drawing character joins with its centre: left, right, up, down.
var boxes = map[string]string{
	"─": "lr", "│": "ud", "┌": "rd", "┐": "ld", "└": "ru", "┘": "lu", "├": "udr", "┤": "udl", "┬": "lrd", "┴": "lru", "┼": "lrud",
	"━": "lr", "┃": "ud", "┏": "rd", "┓": "ld", "┗": "ru", "┛": "lu", "┣": "udr", "┫": "udl", "┳": "lrd", "┻": "lru", "╋": "lrud",
	"╴": "l", "╶": "r", "╵": "u", "╷": "d",
}

const heavy = "━┃┏┓┗┛┣┫┳┻╋"

// corners are the rounded ones: which way each turns from its vertical edge to its horizontal one.
var corners = map[string][2]float64{"╭": {1, 1}, "╮": {-1, 1}, "╰": {1, -1}, "╯": {-1, -1}}

// blocks are what a block element fills of a cell: from the left, from the top, width and height in eighths.
var blocks = map[string][4]float64{
	"█": {0, 0, 8, 8}, "▀": {0, 0, 8, 4}, "▄": {0, 4, 8, 4}, "▌": {0, 0, 4, 8}, "▐": {4, 0, 4, 8}, "▔": {0, 0, 8, 1}, "▕": {7, 0, 1, 8},
	"▁": {0, 7, 8, 1}, "▂": {0, 6, 8, 2}, "▃": {0, 5, 8, 3}, "▅": {0, 3, 8, 5}, "▆": {0, 2, 8, 6}, "▇": {0, 1, 8, 7},
	"▏": {0, 0, 1, 8}, "▎": {0, 0, 2, 8}, "▍": {0, 0, 3, 8}, "▋": {0, 0, 5, 8}, "▊": {0, 0, 6, 8}, "▉": {0, 0, 7, 8},
}

// shape draws a character of boxes or blocks, so that it joins its neighbours whatever the font is. It returns false when
// the character is none of them.
func (c *canvas) shape(content string, x, y float64, fill string) bool {
	if block, ok := blocks[content]; ok {
		const w, h = cellWidth / 8, cellHeight / 8
		c.rectangle(x+block[0]*w, y+block[1]*h, block[2]*w, block[3]*h, fill)
		return true
	}
	middle, centre := x+cellWidth/2, y+cellHeight/2+0.5 // half a unit lower, a thin line is one row of pixels
	pen := pen{fill, 1}
	if strings.Contains(heavy, content) {
		pen.width = 3
	}
	if turn, ok := corners[content]; ok {
		const radius = cellWidth / 2
		c.stroke(pen, "M%s %sV%sQ%s %s %s %s", middle, y+cellHeight/2+turn[1]*cellHeight/2, centre+turn[1]*radius,
			middle, centre, middle+turn[0]*radius, centre)
		return true
	}
	for _, arm := range boxes[content] {
		switch arm {
		case 'l':
			c.stroke(pen, "M%s %sH%s", x, centre, middle)
		case 'r':
			c.stroke(pen, "M%s %sH%s", middle, centre, x+cellWidth)
		case 'u':
			c.stroke(pen, "M%s %sV%s", middle, y, centre)
		case 'd':
			c.stroke(pen, "M%s %sV%s", middle, centre, y+cellHeight)
		}
	}
	return boxes[content] != ""
}
