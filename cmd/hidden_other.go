//go:build unix && !linux

package cmd

import "golang.org/x/sys/unix"

// What a terminal's settings are read and written with.
const (
	readTermios  = unix.TIOCGETA
	writeTermios = unix.TIOCSETA
)
