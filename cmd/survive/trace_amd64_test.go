//go:build linux

package survive

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// canFail reports whether calls can be made to fail here.
const canFail = true

// skipCall has the call that a thread is about to make not be done.
func skipCall(tid int) error {
	var regs unix.PtraceRegs
	if err := unix.PtraceGetRegs(tid, &regs); err != nil {
		return err
	}
	regs.Orig_rax = ^uint64(0)
	return unix.PtraceSetRegs(tid, &regs)
}

// answerCall has a call that ends answer with an error.
func answerCall(tid int, errno syscall.Errno) error {
	var regs unix.PtraceRegs
	if err := unix.PtraceGetRegs(tid, &regs); err != nil {
		return err
	}
	regs.Rax = uint64(-int64(errno))
	return unix.PtraceSetRegs(tid, &regs)
}
