//go:build unix

package db

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"testing"
)

// limited does something where no file may get larger than so many bytes: a write fails as on a full disk.
func limited(path string) error {
	limit, err := strconv.ParseUint(os.Getenv("LANYARD_TEST_LIMIT"), 10, 64)
	if err != nil {
		return err
	}
	ctx, backup := context.Background(), os.Getenv("LANYARD_TEST_BACKUP")
	s, err := Open(path)
	if err != nil {
		return err
	}
	signal.Ignore(syscall.SIGXFSZ) // then the write says so
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: limit, Max: limit}); err != nil {
		return err
	}
	switch os.Getenv("LANYARD_TEST_DOING") {
	case "compact":
		return s.Compact(ctx)
	case "backup":
		return s.Backup(ctx, backup, true)
	case "restore":
		_, err = Restore(ctx, path, backup, noon)
	case "repair":
		_, err = Repair(ctx, path, noon, reindex)
	default:
		err = errors.New("there is nothing to do")
	}
	return err
}

// A disk that is full after any number of bytes: the store is as it was, nothing lies beside it, and with room it works.
func TestAFullDisk(t *testing.T) {
	for _, doing := range []string{"compact", "backup", "restore", "repair"} {
		s, backup := backedUp(t)
		before := dump(t, s.path)
		size := uint64(used(t, s.path)) * 4
		failed := 0
		for limit := uint64(0); ; limit += size/12 + 1 {
			c := startChild(t, "limited", s.path)
			c.Stderr = nil
			c.Env = append(c.Env, "LANYARD_TEST_BACKUP="+backup, "LANYARD_TEST_DOING="+doing, fmt.Sprint("LANYARD_TEST_LIMIT=", limit))
			out, err := c.CombinedOutput()
			if err == nil {
				break
			}
			failed++
			if failed > 50 {
				t.Fatalf("%s never works: %s", doing, out)
			}
			checkFile(t, s.path)
			checkFile(t, backup)
			if dump(t, s.path) != before || len(left(t, s)) != 1 || len(left(t, &Store{path: backup})) != 1 {
				t.Errorf("%s, %d bytes: changed, or left %v and %v", doing, limit, left(t, s), left(t, &Store{path: backup}))
			}
		}
		if failed == 0 {
			t.Errorf("%s never fails: this test tests nothing", doing)
		}
		if err := s.Update(t.Context(), put("x")); err != nil {
			t.Errorf("%s: %v", doing, err)
		}
	}
}
