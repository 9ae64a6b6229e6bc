//go:build unix

package cmd

import (
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// readHidden reads a line from a terminal that doesn't show it meanwhile. The library's own reading doesn't notice the end of
// the input, ctrl+d.
func readHidden(f *os.File) (line []byte, err error) {
	fd := int(f.Fd())
	shown, err := unix.IoctlGetTermios(fd, readTermios)
	if err != nil {
		return nil, err
	}
	hidden := *shown
	hidden.Lflag &^= unix.ECHO
	hidden.Lflag |= unix.ICANON | unix.ISIG
	hidden.Iflag |= unix.ICRNL
	if err := unix.IoctlSetTermios(fd, writeTermios, &hidden); err != nil {
		return nil, err
	}
	defer func() { _ = unix.IoctlSetTermios(fd, writeTermios, shown) }() // nobody is left to tell
	var one [1]byte                                                      // what follows the line is for whoever reads next
	defer clear(one[:])
	for {
		switch n, err := f.Read(one[:]); {
		case err == io.EOF && len(line) > 0:
			return line, nil
		case err != nil:
			clear(line)
			return nil, err
		case n == 0 || one[0] == '\r':
		case one[0] == '\n':
			return line, nil
		case one[0] == '\b': // of terminals whose erase key the line discipline doesn't know
			line = line[:max(0, len(line)-1)]
		default:
			line = append(line, one[0])
		}
	}
}
