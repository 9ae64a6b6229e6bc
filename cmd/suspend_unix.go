//go:build unix

package cmd

import (
	"os"

	"golang.org/x/sys/unix"
)

// canSuspend reports whether there is a shell to come back from. Without one, as in a tmux window that runs lanyard and
// nothing else, the system doesn't stop the program, and it would wait for ever to be continued.
func canSuspend() bool {
	own, err := unix.Getsid(0)
	if err != nil {
		return false
	}
	parents, err := unix.Getsid(os.Getppid())
	return err == nil && own == parents
}
