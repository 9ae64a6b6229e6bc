//go:build linux

package survive

import "syscall"

// canFail reports whether calls can be made to fail here.
const canFail = false

func skipCall(int) error { return syscall.ENOSYS }

func answerCall(int, syscall.Errno) error { return syscall.ENOSYS }
