package cmd

import (
	"os"

	"golang.org/x/term"
)

// readHidden reads a line from a terminal that doesn't show it meanwhile.
func readHidden(f *os.File) ([]byte, error) { return term.ReadPassword(int(f.Fd())) }
