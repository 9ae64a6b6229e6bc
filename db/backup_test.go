package db

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"lanyard/model"
)

func TestBackup(t *testing.T) {
	s := filled(t, 1000)
	path := filepath.Join(t.TempDir(), "backup.db")
	if err := s.Backup(t.Context(), path, false); err != nil {
		t.Fatal(err)
	}
	checkFile(t, path)
	if dump(t, path) != dump(t, s.path) {
		t.Error("the backup is another store")
	}
	if data, err := os.ReadFile(path); err != nil || bytes.Contains(data, []byte("user17@example.com")) {
		t.Errorf("what was deleted can be read in it, %v", err)
	}
	if info, err := os.Stat(path); err != nil || exposed(info.Mode().Perm()) {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if err := s.Update(t.Context(), put("later")); err != nil {
		t.Fatal(err)
	}
	if err := s.Backup(t.Context(), path, false); !errors.Is(err, ErrExists) || !strings.Contains(err.Error(), "--force") {
		t.Errorf("over a file: %v", err)
	}
	if err := s.Backup(t.Context(), path, true); err != nil || dump(t, path) != dump(t, s.path) {
		t.Errorf("with force: %v", err)
	}
	if names := left(t, &Store{path: path}); len(names) != 1 {
		t.Errorf("there are %v", names)
	}
}

// A backup is never written over its own store, by whatever name, nor over what is no file, nor over another account.
func TestBackupOverWhatItMayNot(t *testing.T) {
	s, other := filled(t, 50), filled(t, 50)
	dir := t.TempDir()
	t.Chdir(filepath.Dir(s.path))
	symbolic, hard, dangling := filepath.Join(dir, "symbolic"), filepath.Join(filepath.Dir(s.path), "hard"), filepath.Join(dir, "dangling")
	if err := errors.Join(os.Symlink(s.path, symbolic), os.Link(s.path, hard), os.Symlink("nowhere", dangling)); err != nil {
		t.Fatal(err)
	}
	before := dump(t, s.path)
	for path, want := range map[string]error{
		s.path: ErrItself, "a.db": ErrItself, "../" + filepath.Base(filepath.Dir(s.path)) + "/./a.db": ErrItself,
		symbolic: ErrItself, hard: ErrItself, dangling: ErrExists, dir: ErrDirectory, other.path: ErrExists,
		filepath.Join(dir, "no", "such"): ErrMissing,
	} {
		for _, force := range []bool{true, false} {
			if err := s.Backup(t.Context(), path, force); !errors.Is(err, want) || model.Hint(err) == "" {
				t.Errorf("to %s, force %v: %v", path, force, err)
			}
		}
	}
	if dump(t, s.path) != before || countUsers(t, other) != 25 {
		t.Error("something was changed")
	}
}

// Each backup that is made beside two writers is a state that the store was in.
func TestBackupBesideWriters(t *testing.T) {
	s := filled(t, 1000)
	writers := []interface{ Wait() error }{}
	for range 2 {
		c := startChild(t, "count", s.path)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		writers = append(writers, c)
	}
	dir := t.TempDir()
	last := uint64(0)
	for i := range 20 {
		path := filepath.Join(dir, fmt.Sprint(i))
		if err := s.Backup(t.Context(), path, false); err != nil {
			t.Fatal(err)
		}
		b, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		n, err := number(b)
		if err != nil || n < last || countUsers(t, b) != 500 {
			t.Errorf("backup %d has %d after %d, %v", i, n, last, err)
		}
		last = n
	}
	for _, w := range writers {
		if err := w.Wait(); err != nil {
			t.Error(err)
		}
	}
	if n, err := number(s); err != nil || n != 300 {
		t.Errorf("%d, %v", n, err)
	}
}

func TestBackupThatFails(t *testing.T) {
	s := filled(t, 6000)
	path := filepath.Join(t.TempDir(), "backup.db")
	if err := s.Backup(t.Context(), path, false); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ctx = model.WithProgress(ctx, func(int, int) { cancel() })
	broken := errors.New("input/output error")
	for _, at := range []string{"called off", "sync", "rename"} {
		with := t.Context()
		if at == "called off" {
			with = ctx
		}
		s.before = func(step string) error {
			if step == at {
				return broken
			}
			return nil
		}
		if err := s.Backup(with, path, true); !errors.Is(err, broken) && !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", at, err)
		}
		s.before = nil
		if now, err := os.ReadFile(path); err != nil || !bytes.Equal(now, before) || len(left(t, &Store{path: path})) != 1 {
			t.Errorf("%s: there is something else now, %v", at, err)
		}
	}
	cancel()
}

func TestABackupOfADamagedStoreIsRefused(t *testing.T) {
	s := filled(t, 400)
	flipIn(t, s, "user300@example.com")
	path := filepath.Join(t.TempDir(), "backup.db")
	if err := s.Backup(t.Context(), path, false); !errors.Is(err, model.ErrDamaged) {
		t.Errorf("%v", err)
	}
	if _, err := os.Lstat(path); err == nil {
		t.Error("it is there all the same")
	}
	flipIn(t, s, "user300@example.com")
}

// flipIn changes a bit in the record that a text stands in, or changes it back.
func flipIn(t *testing.T, s *Store, text string) {
	t.Helper()
	data, err := os.ReadFile(s.path)
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(data, []byte(text[1:]))
	if at < 0 {
		t.Fatalf("%q isn't there", text)
	}
	data[at-1] ^= 4
	if err := os.WriteFile(s.path, data, fileMode); err != nil {
		t.Fatal(err)
	}
}

func TestDailyBackups(t *testing.T) {
	s := newStore(t)
	day := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	for range 5 {
		b, err := Open(s.path)
		if err != nil {
			t.Fatal(err)
		}
		b.KeepBackups(3, func() time.Time { return day }, func() error { return b.BackupOfToday(t.Context()) })
		for range 2 { // the second makes no other backup
			if err := errors.Join(b.Update(t.Context(), put("x")), b.Close()); err != nil {
				t.Fatal(err)
			}
		}
		day = day.Add(24 * time.Hour)
	}
	dir := &Store{path: filepath.Join(BackupDir(s.path), "x")}
	want := []string{"2026-11-22", "2026-11-23", "2026-11-24"}
	for i, name := range left(t, dir) {
		if i >= len(want) || name != want[i]+"-"+s.id[:8]+".db" {
			t.Errorf("there are %v", left(t, dir))
			break
		}
		if _, err := Examine(t.Context(), filepath.Join(BackupDir(s.path), name)); err != nil {
			t.Error(err)
		}
	}
	none, err := Open(s.path)
	if err != nil {
		t.Fatal(err)
	}
	none.KeepBackups(0, time.Now, nil)
	if err := errors.Join(none.Update(t.Context(), put("x")), none.Close()); err != nil || len(left(t, dir)) != 3 {
		t.Errorf("keeping none: %v, %v", left(t, dir), err)
	}
}

// A backup that can't be made is nobody's concern.
func TestADailyBackupThatFails(t *testing.T) {
	s := newStore(t)
	if err := os.WriteFile(BackupDir(s.path), nil, fileMode); err != nil {
		t.Fatal(err)
	}
	s.KeepBackups(3, time.Now, func() error { return s.BackupOfToday(t.Context()) })
	if err := errors.Join(s.Update(t.Context(), put("x")), s.Close()); err != nil {
		t.Error(err)
	}
}

// A large store that is closed at once leaves the backup to somebody else; one that is open for long enough makes it itself.
func TestADailyBackupIsLeftToAnother(t *testing.T) {
	s := newStore(t)
	large := func(tx model.WriteTx) error {
		for id := range model.ID(40) {
			if err := tx.Put(model.KindUser, model.FirstID+id, bytes.Repeat([]byte{1}, 1<<15)); err != nil {
				return err
			}
		}
		return nil
	}
	asked := 0
	s.KeepBackups(3, time.Now, func() error { asked++; return nil })
	if err := s.Close(); err != nil || asked != 0 {
		t.Errorf("nothing was changed: asked %d times, %v", asked, err)
	}
	if err := errors.Join(s.Update(t.Context(), large), s.Close()); err != nil || asked != 1 || s.hasToday() {
		t.Errorf("asked %d times, made: %t, %v", asked, s.hasToday(), err)
	}
	again, err := Open(s.path)
	if err != nil {
		t.Fatal(err)
	}
	again.KeepBackups(3, time.Now, func() error { asked++; return nil })
	again.BackupToday(0)
	for deadline := time.Now().Add(10 * time.Second); !again.hasToday(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it isn't made")
		}
	}
	if err := again.Close(); err != nil || asked != 1 {
		t.Errorf("asked %d times, %v", asked, err)
	}
}

// TestAKilledBackupLeavesNothing kills backups at random moments, to a place that is free and over another one: what they leave
// goes with the next one.
func TestAKilledBackupLeavesNothing(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there, it isn't known whether somebody is at work")
	}
	random, s := seeded(t), filled(t, 2000)
	backup := filepath.Join(t.TempDir(), "backup.db")
	began := time.Now()
	if err := s.Backup(t.Context(), backup, false); err != nil {
		t.Fatal(err)
	}
	whole := time.Since(began)
	for i := range times(40) {
		if i%2 == 0 {
			if err := os.Remove(backup); err != nil && !errors.Is(err, fs.ErrNotExist) {
				t.Fatal(err)
			}
		}
		c := startChild(t, "backup", s.path)
		c.Env = append(c.Env, "LANYARD_TEST_BACKUP="+backup)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(random.Int64N(int64(2*whole) + int64(20*time.Millisecond))))
		_ = c.Process.Kill()
		_ = c.Wait() // was killed
	}
	if err := s.Backup(t.Context(), backup, true); err != nil {
		t.Fatal(err)
	}
	list, err := os.ReadDir(filepath.Dir(backup))
	if err != nil || len(list) != 1 {
		t.Errorf("beside the backup there are %v, %v", list, err)
	}
	checkFile(t, backup)
}
