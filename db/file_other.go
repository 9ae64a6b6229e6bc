//go:build unix && !linux

package db

// putInPlace gives a finished file its name unless something has it.
func putInPlace(from, to string) error { return linkInPlace(from, to) }
