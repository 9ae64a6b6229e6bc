package cmd

import "golang.org/x/sys/unix"

// What a terminal's settings are read and written with.
const (
	readTermios  = unix.TCGETS
	writeTermios = unix.TCSETS
)
