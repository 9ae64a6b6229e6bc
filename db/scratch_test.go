package db

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"testing"
)

// What work that was killed left behind goes with the next; what is under way stays.
func TestScratchIsSwept(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there, it isn't known whether somebody is at work")
	}
	s := filled(t, 10)
	dir := filepath.Dir(s.path)
	killed := filepath.Join(dir, ".lanyard-1.tmp")
	empty := filepath.Join(dir, ".lanyard-2.tmp")
	for _, path := range []string{killed, empty} {
		if err := os.Mkdir(path, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{scratchCopy, "live", scratchCopy + ".readable"} {
		if err := os.WriteFile(filepath.Join(killed, name), []byte("secret"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	busy, err := newScratch(dir)
	if err != nil {
		t.Fatal(err)
	}
	for what, do := range map[string]func() error{
		"backup": func() error { return s.Backup(t.Context(), filepath.Join(dir, "backup.db"), true) },
		"compact": func() error {
			s.slow = true
			return s.Compact(t.Context())
		},
		"check": func() error {
			_, err := checked(t, s.path)
			return err
		},
	} {
		if err := os.MkdirAll(killed, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := do(); err != nil {
			t.Errorf("%s: %v", what, err)
		}
		want := []string{filepath.Base(busy.dir), "a.db", "backup.db"}
		if names := left(t, s); !slices.Equal(names, want) && !slices.Equal(names, want[:2]) {
			t.Errorf("%s left %v", what, names)
		}
	}
	if err := busy.Close(); err != nil {
		t.Error(err)
	}
	if names := left(t, s); slices.Contains(names, filepath.Base(busy.dir)) {
		t.Errorf("it doesn't clear up after itself: %v", names)
	}
}

// Two who begin at the same moment don't sweep each other away: a directory that was made a moment ago isn't locked yet.
func TestScratchIsNotSweptWhileItIsMade(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there, nothing is swept")
	}
	dir := t.TempDir()
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 300 {
				s, err := newScratch(dir)
				if err != nil {
					t.Errorf("it isn't made: %v", err)
					return
				}
				if err := os.WriteFile(s.path("live"), nil, fileMode); err != nil {
					t.Errorf("it is gone: %v", err)
				}
				_ = s.Close()
			}
		})
	}
	all.Wait()
}
