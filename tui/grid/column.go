package grid

import "lanyard/tui/theme"

// Menu is the key of the last column, which every grid has: the ⋮ that opens the row's menu.
const Menu = "menu"

// Cell is what one cell shows. The text may hold anything; it is cleaned when it is drawn.
type Cell struct {
	Text  string
	Short string // shown instead where Text doesn't fit; "" to cut it
	Tone  theme.Tone
	Glyph theme.Glyph // drawn before the text; never the only sign of what the cell means
}

// Column describes one column. Its functions are called from several goroutines at once, a million times over: they read the row and nothing else.
type Column[T any] struct {
	Key   string // names the column to the console and in the filter: "status" for `status:invited`
	Title string

	Min, Ideal int  // width in cells: at least Min or not at all, and up to Ideal as room allows
	Keen       int  // a width for which columns that matter less make way; 0 for none: see SetKeen
	Eager      int  // a width that it takes first of all, once the others have their least, if all of it fits; 0: see SetKeen
	Flex       bool // takes what is left when all have their ideal width
	Priority   int  // 0 never goes; of the others the highest number gives way first
	Right      bool // aligned to the right, as numbers want it

	Cell func(row T) Cell

	// SortKey appends bytes to b that compare as the rows should: see TextKey and NumberKey. Without it the column can't be sorted by.
	SortKey func(b []byte, row T) []byte

	// Search has the filter look at the cell's text. SearchText appends that text, for cells that are put together from several: it spares an
	// allocation for each row and letter typed. Without it the filter asks Cell.
	Search     bool
	SearchText func(b []byte, row T) []byte

	// Narrow gives the values that `key:value` is compared with. Without it the column can't be narrowed by.
	Narrow func(row T) []string
}
