package theme

// Glyph is a sign that the console draws with.
type Glyph uint8

// The glyphs. NoGlyph draws nothing.
const (
	NoGlyph     Glyph = iota
	Bar               // ▌ the row with the cursor
	Check             // ✓ a marked row, a ticked box, a thing done
	Full              // ● active
	Pending           // ◌ invited
	Empty             // ○ inactive
	Rule              // ─
	Side              // │
	TabLeft           // ▏ left of the current tab
	TabRight          // ▕ right of it
	Menu              // ⋮ the row's menu
	Up                // ↑ sorted upwards
	Down              // ↓
	Ellipsis          // … something was cut off
	Pointer           // ▸ the marked choice
	Dot               // · between two facts
	Cross             // ✗ refused
	TopLeft           // ┌
	TopRight          // ┐
	BottomLeft        // └
	BottomRight       // ┘
	glyphs
)

var unicodeGlyphs = [glyphs]string{
	Bar: "▌", Check: "✓", Full: "●", Pending: "◌", Empty: "○", Rule: "─", Side: "│", TabLeft: "▏", TabRight: "▕", Menu: "⋮", Up: "↑", Down: "↓",
	Ellipsis: "…", Pointer: "▸", Dot: "·", Cross: "✗", TopLeft: "┌", TopRight: "┐", BottomLeft: "└", BottomRight: "┘",
}

var asciiGlyphs = [glyphs]string{
	Bar: ">", Check: "*", Full: "@", Pending: ".", Empty: "o", Rule: "-", Side: "|", TabLeft: "|", TabRight: "|", Menu: ":", Up: "^", Down: "v",
	Ellipsis: "~", Pointer: ">", Dot: "-", Cross: "x", TopLeft: "+", TopRight: "+", BottomLeft: "+", BottomRight: "+",
}
