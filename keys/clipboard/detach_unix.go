//go:build unix

package clipboard

import (
	"os/exec"
	"syscall"
)

// Detach puts a program into a session of its own, so that nothing that ends the terminal ends it, and away from the
// current directory, which may be on a disk that somebody wants to take out.
func Detach(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	cmd.Dir = "/"
}
