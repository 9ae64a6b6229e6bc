package clipboard

import (
	"bytes"

	"github.com/charmbracelet/x/ansi"
)

// osc52 asks the terminal to put a text on its clipboard. The selection is always c, the only one that mosh takes.
func osc52(text []byte) []byte { return []byte(ansi.SetSystemClipboard(string(text))) }

// screenChunk is how much of a sequence fits one of screen's device control strings, in bytes; it drops what is longer
// than 768.
const screenChunk = 700

// throughScreen wraps a sequence so that screen hands it to the terminal around it.
func throughScreen(sequence []byte) []byte {
	var b bytes.Buffer
	for len(sequence) > 0 {
		part := sequence[:min(screenChunk-4, len(sequence))]
		sequence = sequence[len(part):]
		b.WriteString("\x1bP")
		b.Write(part)
		b.WriteString("\x1b\\")
	}
	return b.Bytes()
}
