package cmd

import "golang.org/x/sys/unix"

// hide makes the process one that others of the same person can't trace, and that leaves no core even where the kernel
// hands cores to a program, which the limit doesn't stop. What it reads of itself and of others in /proc stays open to it.
func hide() { _ = unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0) }
