package clipboard

import (
	"os/exec"
	"syscall"

	"golang.org/x/sys/windows"
)

// Detach takes a program away from the console window, so that nothing that closes the window ends it.
func Detach(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: windows.DETACHED_PROCESS | windows.CREATE_NEW_PROCESS_GROUP}
}
