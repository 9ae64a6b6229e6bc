//go:build amd64 || arm64

package survive

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"testing"

	"lanyard/db"
	"lanyard/model"
)

// TestPowerCutsOfFileWork records backup, compact and restore. Wherever the power is cut, the store is whole: as it was, or
// for a restore as the backup has it. A backup that is there is whole, and one that was said to be there is there.
func TestPowerCutsOfFileWork(t *testing.T) {
	t.Parallel()
	wished, seed := times("LANYARD_STATES", 2000)/10, chance(t)
	n := newTally(t)
	for _, args := range [][]string{{"backup", "FILE"}, {"compact"}, {"restore", "--yes", "OLD"}} {
		t.Run(args[0], func(t *testing.T) {
			t.Parallel()
			home := evidence(t)
			path, file, old := filepath.Join(home, "data", "lanyard", "default.db"), filepath.Join(home, "new.backup"), filepath.Join(home, "old.backup")
			lanyard(t, home, firstRun...)
			work(t, home, path, seed)
			lanyard(t, home, "backup", old)
			before := pictureAt(t, old)
			work(t, home, path, seed+1)
			now := pictureAt(t, path)
			if before == now {
				t.Fatal("nothing happened between the backup and the run")
			}
			run := append([]string{}, args...)
			for i, arg := range run {
				run[i] = map[string]string{"FILE": file, "OLD": old}[arg]
				if run[i] == "" {
					run[i] = arg
				}
			}
			c := again("lanyard", home, run...)
			c.Stderr = io.Discard
			s := record(t, home, c)
			s.check = func(b *bench, said string, _ bool) error {
				at := func(p string) string { return b.to + p[len(home):] }
				is, err := pictureOfFile(t, at(path))
				switch {
				case err != nil:
					return err
				case is != now && (args[0] != "restore" || is != before):
					return errors.New("the store is another one")
				case args[0] == "restore" && said != "" && is != before:
					return errors.New("it was said to be restored, and isn't")
				}
				is, err = pictureOfFile(t, at(file))
				switch {
				case errors.Is(err, db.ErrMissing) && (said == "" || args[0] != "backup"):
					return nil
				case err != nil:
					return fmt.Errorf("the backup: %w", err)
				case is != now:
					return errors.New("the backup is another one")
				}
				return nil
			}
			s.replayed(t, n, seed, wished)
		})
	}
}

func lanyard(t *testing.T, home string, args ...string) {
	t.Helper()
	c := again("lanyard", home, args...)
	c.Stdout, c.Stderr = io.Discard, nil
	if err := c.Run(); err != nil {
		t.Fatalf("lanyard %v: %v", args, err)
	}
}

// work does some deeds to an account in a home.
func work(t *testing.T, home, path string, seed uint64) {
	t.Helper()
	store, err := db.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	root, err := sealOf(home, store.ID())
	if err != nil {
		t.Fatal(err)
	}
	d := directory(&steady{Store: store, id: store.ID(), done: int(seed%1000) * 100}, root) // no secret comes twice
	for i := range 30 {
		if err := act(t.Context(), d, stream(seed, "work", i)); err != nil {
			t.Fatal(err)
		}
	}
	me, err := model.FirstAdmin(t.Context(), store)
	if err != nil {
		t.Fatal(err)
	}
	_, err = d.CreateGroup(t.Context(), model.Actor{User: me.ID, Via: model.ViaConsole}, model.Draft{Name: fmt.Sprint("last of ", seed%1000)})
	if err := errors.Join(err, store.Close()); err != nil {
		t.Fatal(err)
	}
}

func pictureOfFile(t *testing.T, path string) (picture, error) {
	t.Helper()
	store, err := db.Open(path)
	if err != nil {
		return picture{}, err
	}
	is, _, err := pictureOf(t.Context(), store, nil)
	return is, err
}

func pictureAt(t *testing.T, path string) picture {
	t.Helper()
	is, err := pictureOfFile(t, path)
	if err != nil {
		t.Fatal(err)
	}
	return is
}
