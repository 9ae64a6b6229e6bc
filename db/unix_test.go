//go:build unix

package db

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"lanyard/model"
)

func TestAFifoIsNoStore(t *testing.T) {
	fifo := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(fifo); !errors.Is(err, ErrDirectory) || !strings.Contains(err.Error(), "isn't a plain file") {
		t.Errorf("opening it: %v", err)
	}
	if _, err := Create(t.Context(), fifo, nil); !errors.Is(err, ErrExists) {
		t.Errorf("creating over it: %v", err)
	}
	if _, err := ReadPrivate(fifo, 10); !errors.Is(err, ErrDirectory) {
		t.Errorf("reading it: %v", err)
	}
}

// Root reads what nobody may, so a child that is somebody else tries.
func TestAFileThatMayNotBeRead(t *testing.T) {
	s := newStore(t)
	path := filepath.Join(t.TempDir(), "a.db")
	whole, err := os.ReadFile(s.path)
	if err := errors.Join(err, os.WriteFile(path, whole, 0o600), os.Chmod(path, 0o400)); err != nil {
		t.Fatal(err)
	}
	for dir := filepath.Dir(path); strings.HasPrefix(dir, os.TempDir()) && dir != os.TempDir(); dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := startChild(t, "nobody", path).Run(); err != nil {
		t.Error(err)
	}
}

// openAsNobody expects to be refused.
func openAsNobody(path string) error {
	if os.Getuid() == 0 {
		if err := syscall.Setuid(65534); err != nil {
			return err
		}
	}
	_, err := Open(path)
	if !errors.Is(err, ErrUnreadable) || !strings.Contains(err.Error(), path) || model.Hint(err) == "" {
		return fmt.Errorf("opening what may not be read: %w", err)
	}
	below := filepath.Join(filepath.Dir(path), "new", "b.db")
	if _, err := Create(context.Background(), below, func(string, model.WriteTx) error { return nil }); os.Getuid() == 65534 && err == nil {
		return errors.New("created where nothing may be created")
	}
	return nil
}
