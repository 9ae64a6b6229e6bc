//go:build unix

package db

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// lock waits for the file's lock: exclusive to write, shared to read. bbolt then takes the same lock on the same
// descriptor, which succeeds at once. bbolt's own waiting polls every 50 ms and let one of two writers starve for seconds;
// the kernel's queue is fair enough that the slowest in a hundred waits 2 ms.
func lock(ctx context.Context, f *os.File, exclusive bool, timeout time.Duration) error {
	began := time.Now()
	if err := waitTurn(ctx, f, timeout); err != nil {
		return err
	}
	defer endTurn(int(f.Fd()))
	how := unix.LOCK_SH
	if exclusive {
		how = unix.LOCK_EX
	}
	err := unix.Flock(int(f.Fd()), how|unix.LOCK_NB)
	if !errors.Is(err, unix.EWOULDBLOCK) {
		return err
	}
	left := max(0, timeout-time.Since(began))
	err = waitLock(ctx, f, left, func(fd int) error { return unix.Flock(fd, how) })
	if errors.Is(err, errWaited) {
		return busy(f, timeout)
	}
	return err
}

// waitTurn waits for the turn to ask for the file's lock. Readers share that lock, and as long as there is always one of
// them a writer would never get it: eight that read without a pause kept three writers out for five seconds. So everybody asks one
// after the other, and who waits for the lock keeps those who come later out. Where there is no turn to be had, one does without.
func waitTurn(ctx context.Context, f *os.File, timeout time.Duration) error {
	err := takeTurn(int(f.Fd()), false)
	if errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EACCES) {
		err = waitLock(ctx, f, timeout, func(fd int) error { return takeTurn(fd, true) })
	}
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return nil
}

// tryLock takes the lock of a file if nobody has it.
func tryLock(f *os.File) bool { return unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB) == nil }

// onlyOne reports whether nobody else does what a file's or a directory's lock stands for.
func onlyOne(f *os.File) bool { return tryLock(f) }

// unlock gives the lock back before the last use of the file has ended.
func unlock(f *os.File) { _ = unix.Flock(int(f.Fd()), unix.LOCK_UN) }

// errWaited means that a lock didn't come in time.
var errWaited = errors.New("waited too long for a lock")

// waitLock waits in a goroutine on a duplicate of the descriptor, which shares the lock. When nobody wants it any more,
// closing both gives the lock back, whenever it comes.
func waitLock(ctx context.Context, f *os.File, timeout time.Duration, take func(fd int) error) error {
	fd, err := unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return err
	}
	got := make(chan error, 1)
	go func() {
		err := take(fd)
		for errors.Is(err, unix.EINTR) {
			err = take(fd)
		}
		_ = unix.Close(fd)
		got <- err
	}()
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	select {
	case err := <-got:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return errWaited
	}
}

// holder names the process that holds a file's lock, as far as the system tells.
func holder(f *os.File) string {
	info, err := f.Stat()
	if err != nil {
		return ""
	}
	inode, _ := identity(info)
	locks, err := os.Open("/proc/locks")
	if err != nil {
		return ""
	}
	defer func() { _ = locks.Close() }()
	for lines := bufio.NewScanner(locks); lines.Scan(); {
		// 1: FLOCK  ADVISORY  WRITE 4242 fd:00:1234567 0 EOF; those that wait have "->" in the second place.
		fields := strings.Fields(lines.Text())
		if len(fields) < 6 || fields[1] != "FLOCK" || !strings.HasSuffix(fields[5], ":"+strconv.FormatUint(inode, 10)) {
			continue
		}
		name, err := os.ReadFile("/proc/" + fields[4] + "/comm")
		if err != nil {
			return "process " + fields[4]
		}
		return fmt.Sprintf("process %s (%s)", fields[4], strings.TrimSpace(string(name)))
	}
	return ""
}
