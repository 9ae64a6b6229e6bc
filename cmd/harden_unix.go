//go:build unix

package cmd

import "golang.org/x/sys/unix"

// harden keeps secrets in memory out of core dumps, and on Linux out of the reach of the person's other programs. That it
// can't is no reason not to start.
func harden() {
	_ = unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{})
	hide()
}
