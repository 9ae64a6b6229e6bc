//go:build amd64 || arm64

package survive

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// what a process does to files, as far as it matters to what a disk holds.
type what string

const (
	doesWrite    what = "write"
	doesTruncate what = "truncate"
	doesSync     what = "sync"
	doesCreate   what = "create"
	doesMkdir    what = "mkdir"
	doesRename   what = "rename"
	doesLink     what = "link"
	doesRemove   what = "remove"
	doesSay      what = "say" // wrote to standard output: what is said is acknowledged
)

// act of a process: one call of the system that changes a file, or has it written to the disk.
type call struct {
	what what
	path string
	to   string // of a rename or a link
	at   int64  // of a write
	data []byte // of a write, or what was said
	size int64  // of a truncation

	failed bool // it was made to fail; what an earlier write had for the disk, a sync that failed has lost
}

func (c call) String() string {
	if c.failed {
		c.failed = false
		return c.String() + ", which fails"
	}
	switch c.what { //nolint:exhaustive // the others have nothing more to say
	case doesWrite:
		return fmt.Sprintf("write %s: %d bytes at %d", filepath.Base(c.path), len(c.data), c.at)
	case doesTruncate:
		return fmt.Sprintf("truncate %s to %d", filepath.Base(c.path), c.size)
	case doesRename, doesLink:
		return fmt.Sprintf("%s %s to %s", c.what, filepath.Base(c.path), filepath.Base(c.to))
	}
	return fmt.Sprintf("%s %s", c.what, filepath.Base(c.path))
}

// tracer watches a process through ptrace, as strace does: what it tells of is what the program did, not what somebody
// thinks it does.
type tracer struct {
	dir string // calls on files below it are told of
	did func(call)
	// fails may have a call fail before it is done; 0 lets it go on. What is to be written isn't known yet.
	fails func(call) syscall.Errno

	threads map[int]*thread
}

// thread is one of the process, with the call that it is in.
type thread struct {
	nr    uint64
	args  [6]uint64
	begun *call
	errno syscall.Errno
}

// run runs the command to its end and returns its exit code. Tests that can't be traced are skipped.
func (tr *tracer) run(t *testing.T, c *exec.Cmd) int {
	t.Helper()
	runtime.LockOSThread() // whoever traces is a thread, not a process
	defer runtime.UnlockOSThread()
	// A process group of its own, for waiting below: this thread may have begun processes of other tests before.
	c.SysProcAttr = &syscall.SysProcAttr{Ptrace: true, Setpgid: true}
	if err := c.Start(); err != nil {
		if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.ENOSYS) {
			t.Skipf("no process may be traced here: %v", err)
		}
		t.Fatal(err)
	}
	defer func() { _ = c.Process.Release() }() // it was waited for below
	pid := c.Process.Pid
	var status unix.WaitStatus
	if _, err := unix.Wait4(pid, &status, unix.WALL, nil); err != nil {
		t.Fatal(err)
	}
	options := unix.PTRACE_O_TRACESYSGOOD | unix.PTRACE_O_TRACECLONE | unix.PTRACE_O_EXITKILL
	if err := errors.Join(unix.PtraceSetOptions(pid, options), unix.PtraceSyscall(pid, 0)); err != nil {
		t.Fatal(err)
	}
	tr.threads = map[int]*thread{pid: {}}
	for {
		tid, err := unix.Wait4(-pid, &status, unix.WALL|unix.WNOTHREAD, nil)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if status.Exited() || status.Signaled() {
			delete(tr.threads, tid)
			if tid == pid {
				return status.ExitStatus()
			}
			continue
		}
		signal, err := tr.stopped(tid, status)
		if err != nil {
			t.Fatal(err)
		}
		if err := unix.PtraceSyscall(tid, signal); err != nil && !errors.Is(err, unix.ESRCH) {
			t.Fatal(err)
		}
	}
}

// stopped looks why a thread stands still, and returns the signal that it goes on with.
func (tr *tracer) stopped(tid int, status unix.WaitStatus) (signal int, err error) {
	th, known := tr.threads[tid]
	if !known {
		th = &thread{}
		tr.threads[tid] = th
	}
	switch s := status.StopSignal(); {
	case s == unix.SIGTRAP|0x80:
		err := tr.atCall(tid, th)
		if errors.Is(err, unix.ESRCH) { // killed meanwhile
			err = nil
		}
		return 0, err
	case s == unix.SIGTRAP, s == unix.SIGSTOP && !known:
		return 0, nil
	default:
		return int(s), nil
	}
}

// What PTRACE_GET_SYSCALL_INFO tells: 24 bytes of head, then of a call that begins its number and arguments, and of one that
// ends its answer.
const (
	infoLen   = 88
	infoBody  = 24
	infoEntry = 1
	infoExit  = 2
)

func (tr *tracer) atCall(tid int, th *thread) error {
	var info [infoLen]byte
	_, _, errno := unix.Syscall6(unix.SYS_PTRACE, unix.PTRACE_GET_SYSCALL_INFO, uintptr(tid), infoLen, uintptr(unsafe.Pointer(&info[0])), 0, 0)
	if errno != 0 {
		return errno
	}
	word := func(i int) uint64 { return binary.NativeEndian.Uint64(info[infoBody+8*i:]) }
	switch info[0] {
	case infoEntry:
		th.nr, th.begun, th.errno = word(0), nil, 0
		for i := range th.args {
			th.args[i] = word(i + 1)
		}
		return tr.begins(tid, th)
	case infoExit:
		return tr.ends(tid, th, int64(word(0)))
	}
	return nil
}

// begins notes what a call is about to do, and has it fail if that is wished.
func (tr *tracer) begins(tid int, th *thread) error {
	c, err := tr.read(tid, th)
	if err != nil || c == nil || c.what != doesSay && !tr.ours(c.path) {
		return err
	}
	th.begun = c
	if c.what == doesSay || tr.fails == nil {
		return nil
	}
	if th.errno = tr.fails(*c); th.errno != 0 {
		return skipCall(tid)
	}
	return nil
}

func (tr *tracer) ours(path string) bool {
	return path == tr.dir || strings.HasPrefix(path, tr.dir+"/")
}

// read makes a call of the numbers that it was made with; nil for one that changes no file.
func (tr *tracer) read(tid int, th *thread) (*call, error) {
	fd, named := int(th.args[0]), func(i int) (string, error) { return textAt(tid, th.args[i]) }
	switch th.nr {
	case unix.SYS_WRITE:
		if fd == 1 {
			return &call{what: doesSay}, nil
		}
		return &call{what: doesWrite, path: open(tid, fd), at: -1}, nil
	case unix.SYS_PWRITE64:
		return &call{what: doesWrite, path: open(tid, fd), at: int64(th.args[3])}, nil
	case unix.SYS_COPY_FILE_RANGE:
		return &call{what: doesWrite, path: open(tid, int(th.args[2])), at: -1}, nil
	case unix.SYS_SENDFILE:
		return &call{what: doesWrite, path: open(tid, fd), at: -1}, nil
	case unix.SYS_FTRUNCATE:
		return &call{what: doesTruncate, path: open(tid, fd), size: int64(th.args[1])}, nil
	case unix.SYS_FSYNC, unix.SYS_FDATASYNC:
		return &call{what: doesSync, path: open(tid, fd)}, nil
	case unix.SYS_OPENAT:
		return tr.opening(th, named)
	case unix.SYS_MKDIRAT:
		path, err := named(1)
		return &call{what: doesMkdir, path: path}, err
	case unix.SYS_UNLINKAT:
		path, err := named(1)
		return &call{what: doesRemove, path: path}, err
	case unix.SYS_RENAMEAT, unix.SYS_RENAMEAT2, unix.SYS_LINKAT:
		from, err := named(1)
		to, also := named(3)
		does := doesRename
		if th.nr == unix.SYS_LINKAT {
			does = doesLink
		}
		return &call{what: does, path: from, to: to}, errors.Join(err, also)
	}
	return nil, nil //nolint:nilnil // no call of ours, and nothing wrong
}

// opening is a creation, or a truncation of what is there.
func (tr *tracer) opening(th *thread, named func(int) (string, error)) (*call, error) {
	flags := th.args[2]
	if flags&(unix.O_CREAT|unix.O_TRUNC) == 0 {
		return nil, nil //nolint:nilnil // it changes nothing
	}
	path, err := named(1)
	if err != nil {
		return nil, err
	}
	switch {
	case !there(path):
		return &call{what: doesCreate, path: path}, nil
	case flags&unix.O_TRUNC != 0:
		return &call{what: doesTruncate, path: path}, nil
	}
	return nil, nil //nolint:nilnil // it is there
}

func there(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// ends tells of a call that was done.
func (tr *tracer) ends(tid int, th *thread, answer int64) error {
	c := th.begun
	if c == nil || answer < 0 && th.errno == 0 {
		return nil
	}
	if th.errno != 0 {
		c.failed = true
		if tr.did != nil {
			tr.did(*c)
		}
		return answerCall(tid, th.errno)
	}
	if c.what == doesWrite || c.what == doesSay {
		if err := written(tid, th, c, int(answer)); err != nil {
			return err
		}
	}
	if tr.did != nil {
		tr.did(*c)
	}
	return nil
}

// written finds out what was written, and where.
func written(tid int, th *thread, c *call, n int) error {
	fd := int(th.args[0])
	if th.nr == unix.SYS_COPY_FILE_RANGE {
		fd = int(th.args[2])
	}
	if c.what == doesWrite && c.at < 0 {
		now, err := position(tid, fd)
		if err != nil {
			return err
		}
		c.at = now - int64(n)
	}
	c.data = make([]byte, n)
	if th.nr == unix.SYS_COPY_FILE_RANGE || th.nr == unix.SYS_SENDFILE {
		f, err := os.Open(c.path)
		if err != nil {
			return err
		}
		_, err = f.ReadAt(c.data, c.at)
		return errors.Join(err, f.Close())
	}
	return peek(tid, th.args[1], c.data)
}

func position(tid, fd int) (int64, error) {
	info, err := os.ReadFile(fmt.Sprintf("/proc/%d/fdinfo/%d", tid, fd))
	if err != nil {
		return 0, err
	}
	fields := strings.Fields(string(info)) // pos: 1234 flags: …
	if len(fields) < 2 {
		return 0, fmt.Errorf("no position in %q", info)
	}
	return strconv.ParseInt(fields[1], 10, 64)
}

func open(tid, fd int) string {
	path, _ := os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", tid, fd)) // what isn't open fails by itself
	return path
}

// peek reads the memory of a process.
func peek(tid int, at uint64, into []byte) error {
	for len(into) > 0 {
		local := []unix.Iovec{{Base: &into[0]}}
		local[0].SetLen(len(into))
		n, err := unix.ProcessVMReadv(tid, local, []unix.RemoteIovec{{Base: uintptr(at), Len: len(into)}}, 0)
		if err != nil {
			return err
		}
		at, into = at+uint64(n), into[n:]
	}
	return nil
}

// textAt reads a text that ends in a zero. It reads no further than the page that has it.
func textAt(tid int, at uint64) (string, error) {
	var text []byte
	for {
		part := make([]byte, 256-at%256)
		if err := peek(tid, at, part); err != nil {
			return "", err
		}
		if before, _, ended := strings.Cut(string(part), "\x00"); ended {
			return string(text) + before, nil
		}
		text, at = append(text, part...), at+uint64(len(part))
	}
}
