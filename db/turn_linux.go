package db

import (
	"errors"
	"io"

	"golang.org/x/sys/unix"
)

// turnAt is the byte of a store's file, far behind its end, whose lock is the turn to ask for the file's own lock. It is a
// lock of the open file, and not of the process, and goes with it.
const turnAt = 1 << 62

// takeTurn takes the turn. Who may only read the file shares it with others like that. The error is EAGAIN for one that has
// to wait.
func takeTurn(fd int, wait bool) error {
	how := unix.F_OFD_SETLK
	if wait {
		how = unix.F_OFD_SETLKW
	}
	err := turn(fd, unix.F_WRLCK, how)
	if errors.Is(err, unix.EBADF) {
		err = turn(fd, unix.F_RDLCK, how)
	}
	return err
}

func endTurn(fd int) { _ = turn(fd, unix.F_UNLCK, unix.F_OFD_SETLK) }

func turn(fd int, kind int16, how int) error {
	return unix.FcntlFlock(uintptr(fd), how, &unix.Flock_t{Type: kind, Whence: io.SeekStart, Start: turnAt, Len: 1})
}
