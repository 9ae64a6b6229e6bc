package db

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lanyard/model"
)

var noon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// backedUp makes a store of 500 users, a backup of it, and one more user after that.
func backedUp(t *testing.T) (s *Store, backup string) {
	t.Helper()
	s = filled(t, 1000)
	backup = filepath.Join(t.TempDir(), "backup.db")
	if err := errors.Join(s.Backup(t.Context(), backup, false), s.Update(t.Context(), put("later"))); err != nil {
		t.Fatal(err)
	}
	return s, backup
}

func TestRestore(t *testing.T) {
	s, backup := backedUp(t)
	before, mark := dump(t, s.path), look(t, s)
	var revision uint64
	next := model.ID(0)
	_ = s.View(t.Context(), func(tx model.ReadTx) error { revision = tx.Revision(); return nil })
	_ = s.Update(t.Context(), func(tx model.WriteTx) (err error) { next, err = tx.NextID(); return errors.Join(err, errors.New("no")) })
	kept, err := Restore(t.Context(), s.path, backup, noon)
	if err != nil || kept != s.path+".before-restore-20261125T120000Z" {
		t.Fatalf("%s, %v", kept, err)
	}
	if dump(t, kept) != before {
		t.Error("what is kept isn't what was there")
	}
	// The open store goes on with what was restored, and whoever had read the other one reads everything again.
	if n := countUsers(t, s); n != 500 || look(t, s) == mark {
		t.Errorf("%d users", n)
	}
	err = s.View(t.Context(), func(tx model.ReadTx) error {
		if _, complete, err := tx.Changes(revision); complete || err != nil || tx.Revision() <= revision {
			t.Errorf("revision %d after %d, %v, %v", tx.Revision(), revision, complete, err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	err = s.Update(t.Context(), func(tx model.WriteTx) error {
		id, err := tx.NextID()
		if id < next {
			t.Errorf("id %d is given out again", id)
		}
		return errors.Join(err, tx.Put(model.KindUser, id, nil))
	})
	if err != nil {
		t.Error(err)
	}
	if again, err := Restore(t.Context(), s.path, backup, noon); err != nil || again != kept+".2" {
		t.Errorf("in the same second: %s, %v", again, err)
	}
}

func TestRestoreWhereNothingIsOrWhatIsDamaged(t *testing.T) {
	_, backup := backedUp(t)
	for name, put := range map[string]func(string) error{
		"nothing": func(string) error { return nil },
		"empty":   func(path string) error { return os.WriteFile(path, nil, fileMode) },
		"noise":   func(path string) error { return os.WriteFile(path, []byte(strings.Repeat("noise", 9999)), fileMode) },
	} {
		path := filepath.Join(t.TempDir(), "new", "a.db")
		if err := errors.Join(os.Mkdir(filepath.Dir(path), dirMode), put(path)); err != nil {
			t.Fatal(err)
		}
		kept, err := Restore(t.Context(), path, backup, noon)
		if err != nil || (kept == "") != (name == "nothing") {
			t.Errorf("%s: %q, %v", name, kept, err)
		}
		s, err := Open(path)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if n := countUsers(t, s); n != 500 {
			t.Errorf("%s: %d users", name, n)
		}
	}
}

func TestRestoreOfWhatIsNoBackup(t *testing.T) {
	s, backup := backedUp(t)
	dir := t.TempDir()
	file := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, fileMode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	whole, err := os.ReadFile(backup)
	if err != nil {
		t.Fatal(err)
	}
	hard := filepath.Join(filepath.Dir(s.path), "hard")
	if err := os.Link(s.path, hard); err != nil {
		t.Fatal(err)
	}
	future := file("newer", whole)
	setMeta(t, future, meta{format: currentFormat + 1, id: "x"})
	bad := file("bad", whole)
	flipIn(t, &Store{path: bad}, "user700@example.com")
	before := dump(t, s.path)
	for path, want := range map[string]error{
		filepath.Join(dir, "none"): ErrMissing, dir: ErrDirectory, file("empty", nil): ErrEmpty,
		file("noise", []byte(strings.Repeat("noise", 9999))): model.ErrDamaged, file("cut", whole[:len(whole)/2]): model.ErrDamaged,
		bad: model.ErrDamaged, future: ErrNewer, s.path: ErrItself, hard: ErrItself,
	} {
		if kept, err := Restore(t.Context(), s.path, path, noon); !errors.Is(err, want) || kept != "" {
			t.Errorf("%s: %s, %v", path, kept, err)
		}
	}
	if dump(t, s.path) != before || len(left(t, s)) != 2 {
		t.Errorf("something was changed, or left: %v", left(t, s))
	}
}

func TestRestoreBringsAnOldFormatForward(t *testing.T) {
	s, backup := backedUp(t)
	setMeta(t, backup, meta{format: 1, id: s.id})
	if _, err := Restore(t.Context(), s.path, backup, noon); err != nil {
		t.Fatal(err)
	}
	if a, err := Examine(t.Context(), s.path); err != nil || a.Format != currentFormat {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestRestoreOfAnotherAccountIsTold(t *testing.T) {
	s, _ := backedUp(t)
	_, other := backedUp(t)
	if _, err := Restore(t.Context(), s.path, other, noon); err != nil {
		t.Fatal(err)
	}
	if err := s.Update(t.Context(), put("x")); !errors.Is(err, model.ErrConflict) {
		t.Errorf("who had the store open: %v", err)
	}
}

// Whatever fails, the store is what it was or what was restored, and nothing is half.
func TestRestoreThatFails(t *testing.T) {
	for _, at := range []string{"sync", "rename", "sync directory"} {
		s, backup := backedUp(t)
		broken := errors.New("input/output error")
		r := &Store{path: s.path, wait: waitAtMost, format: currentFormat, before: func(step string) error {
			if step == at {
				return broken
			}
			return nil
		}}
		kept, err := r.restore(t.Context(), backup, noon)
		done := at == "sync directory"
		if !errors.Is(err, broken) || strings.Contains(err.Error(), "is as it was") == done || (kept != "") != done {
			t.Errorf("%s: %q, %v", at, kept, err)
		}
		want, files := 501, 1
		if done {
			want, files = 500, 2
		}
		if n := countUsers(t, s); n != want || len(left(t, s)) != files {
			t.Errorf("%s: %d users, %v", at, n, left(t, s))
		}
	}
}

// A reader that goes on all the time sees the one or the other, and never less.
func TestRestoreUnderAReader(t *testing.T) {
	s, backup := backedUp(t)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error)
	go func() {
		for ctx.Err() == nil {
			n := 0
			err := s.View(context.Background(), func(tx model.ReadTx) error {
				n = 0
				return tx.Scan(model.KindUser, 0, func(model.ID, []byte) bool { n++; return true })
			})
			if err != nil || n != 500 && n != 501 {
				done <- fmt.Errorf("%d users, %w", n, err)
				return
			}
		}
		done <- nil
	}()
	for i := range 20 {
		if _, err := Restore(t.Context(), s.path, backup, noon.Add(time.Duration(i)*time.Second)); err != nil {
			t.Error(err)
		}
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// What is killed at a random moment has done it or has not. Whatever it left, the next one isn't in its way.
func TestKilledWhileBackingUpAndRestoring(t *testing.T) {
	s, backup := backedUp(t)
	want := dump(t, backup)
	random := seeded(t)
	for i := range times(8) {
		role := []string{"backup", "restore"}[i%2]
		c := startChild(t, role, s.path)
		c.Env = append(c.Env, "LANYARD_TEST_BACKUP="+backup)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(random.IntN(60_000)) * time.Microsecond)
		_ = c.Process.Kill()
		_ = c.Wait() // was killed
		checkFile(t, s.path)
		if n := countUsers(t, s); n != 500 && n != 501 {
			t.Fatalf("%s: %d users", role, n)
		}
		if role == "backup" {
			if n := len(dump(t, backup)); n == 0 {
				t.Fatal("there is half a backup")
			}
			if _, err := Restore(t.Context(), s.path, backup, noon.Add(time.Duration(i)*time.Second)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if want == "" {
		t.Error("the backup was empty: this test tests nothing")
	}
}

// backupForEver replaces a backup again and again, and restoreForEver the store.
func backupForEver(path string) error {
	s, err := Open(path)
	for err == nil {
		err = s.Backup(context.Background(), os.Getenv("LANYARD_TEST_BACKUP"), true)
	}
	return err
}

func restoreForEver(path string) error {
	for i := 0; ; i++ {
		if _, err := Restore(context.Background(), path, os.Getenv("LANYARD_TEST_BACKUP"), time.Now().Add(time.Duration(i)*time.Second)); err != nil {
			return err
		}
	}
}
