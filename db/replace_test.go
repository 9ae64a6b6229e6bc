package db

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
)

func privateFile(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "seals", "one.json")
	if err := CreateFile(path, []byte(content)); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestWritersWaitForEachOther(t *testing.T) {
	path := privateFile(t, "0")
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 25 {
				err := ChangePrivate(t.Context(), path, 100, func(b []byte) ([]byte, error) {
					n, err := strconv.Atoi(string(b))
					return strconv.AppendInt(nil, int64(n+1), 10), err
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	data, err := ReadPrivate(path, 100)
	if err != nil || string(data) != "100" {
		t.Errorf("counted to %q, %v", data, err)
	}
	if list, err := os.ReadDir(filepath.Dir(path)); err != nil || len(list) != 2 {
		t.Errorf("beside it lie %v, %v", list, err)
	}
}

func TestAChangeThatFailsChangesNothing(t *testing.T) {
	path, no := privateFile(t, "as it was"), errors.New("no")
	before, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func([]byte) ([]byte, error){
		"refused":   func([]byte) ([]byte, error) { return []byte("other"), no },
		"untouched": func([]byte) ([]byte, error) { return nil, nil },
	} {
		err := ChangePrivate(t.Context(), path, 100, change)
		after, fault := os.Stat(path)
		if (err != nil) != (name == "refused") || fault != nil || !os.SameFile(before, after) {
			t.Errorf("%s: %v, %v", name, err, fault)
		}
	}
	if err := ChangePrivate(t.Context(), path+"x", 100, nil); !errors.Is(err, ErrMissing) {
		t.Errorf("what isn't there: %v", err)
	}
	if _, err := os.Lstat(path + "x.lock"); err == nil {
		t.Error("a lock was left for what isn't there")
	}
}

func TestALinkStaysALink(t *testing.T) {
	path := privateFile(t, "old")
	link := filepath.Join(t.TempDir(), "link.json")
	if err := os.Symlink(path, link); err != nil {
		t.Skip(err)
	}
	if err := ChangePrivate(t.Context(), link, 100, func([]byte) ([]byte, error) { return []byte("new"), nil }); err != nil {
		t.Fatal(err)
	}
	data, err := ReadPrivate(path, 100)
	info, fault := os.Lstat(link)
	if err != nil || fault != nil || string(data) != "new" || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("%q, %v, %v, %v", data, info.Mode(), err, fault)
	}
}
