//go:build unix

package cmd

// terminalFile is the terminal that a process belongs to.
const terminalFile = "/dev/tty"
