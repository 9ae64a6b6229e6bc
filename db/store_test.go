package db

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"
	"go.uber.org/goleak"

	"lanyard/model"
)

func TestMain(m *testing.M) {
	if role := os.Getenv("LANYARD_TEST_CHILD"); role != "" {
		os.Exit(child(role))
	}
	goleak.VerifyTestMain(m)
}

// newStore makes an empty store, and holds it against bbolt's own check when the test is over.
func newStore(t *testing.T) *Store {
	t.Helper()
	s, err := Create(t.Context(), filepath.Join(t.TempDir(), "new", "a.db"), func(string, model.WriteTx) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		checkFile(t, s.path)
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// failer is a test, or a step of a random one.
type failer interface {
	Helper()
	Error(args ...any)
	Fatal(args ...any)
}

// checkFile has bbolt check a file's pages.
func checkFile(t failer, path string) {
	t.Helper()
	db, err := bolt.Open(path, fileMode, &bolt.Options{ReadOnly: true, Timeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	err = db.View(func(tx *bolt.Tx) error {
		for err := range tx.Check() {
			t.Error(err)
		}
		return nil
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}

func put(text string) func(model.WriteTx) error {
	return func(tx model.WriteTx) error {
		id, err := tx.NextID()
		if err != nil {
			return err
		}
		return tx.Put(model.KindUser, id, []byte(text))
	}
}

func countUsers(t *testing.T, s *Store) (n int) {
	t.Helper()
	err := s.View(context.Background(), func(tx model.ReadTx) error {
		counted, err := tx.Count(model.KindUser)
		n = 0
		return errors.Join(err, tx.Scan(model.KindUser, 0, func(model.ID, []byte) bool { n++; return true }), same(&n, counted))
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func same(n *int, counted int) error {
	if counted != *n && *n != 0 {
		return fmt.Errorf("the count says %d, there are %d", counted, *n)
	}
	return nil
}

func TestCreate(t *testing.T) {
	s := newStore(t)
	for path, want := range map[string]fs.FileMode{s.path: 0o600, filepath.Dir(s.path): 0o700 | fs.ModeDir} {
		if info, err := os.Stat(path); err != nil || info.Mode() != want {
			t.Errorf("%s has mode %v, %v", path, info.Mode(), err)
		}
	}
	if list, err := os.ReadDir(filepath.Dir(s.path)); err != nil || len(list) != 1 {
		t.Errorf("left behind: %v, %v", list, err)
	}
	dir := t.TempDir()
	link := filepath.Join(dir, "link")
	if err := os.Symlink("nowhere", link); err != nil {
		t.Fatal(err)
	}
	for _, there := range []string{s.path, dir, link} {
		before, _ := os.ReadFile(there)
		if _, err := Create(t.Context(), there, func(string, model.WriteTx) error { return nil }); !errors.Is(err, ErrExists) {
			t.Errorf("creating over %s: %v", there, err)
		}
		if err := CreateFile(there, []byte("x")); !errors.Is(err, ErrExists) {
			t.Errorf("creating a file over %s: %v", there, err)
		}
		if after, _ := os.ReadFile(there); !bytes.Equal(before, after) {
			t.Errorf("%s was changed", there)
		}
	}
	full := errors.New("full")
	path := filepath.Join(dir, "b.db")
	if _, err := Create(t.Context(), path, func(string, model.WriteTx) error { return full }); !errors.Is(err, full) {
		t.Errorf("a fill that fails: %v", err)
	}
	if list, err := os.ReadDir(dir); err != nil || len(list) != 1 {
		t.Errorf("a fill that failed left %v, %v", list, err)
	}
}

func TestCreateInBulkIsTheSame(t *testing.T) {
	const n = bulkPending + 1000
	dir := t.TempDir()
	_, err := Create(t.Context(), filepath.Join(dir, "a.db"), func(_ string, tx model.WriteTx) error {
		for i := range n {
			id, err := tx.NextID()
			if err != nil {
				return err
			}
			key := fmt.Sprintf("user%d@example.com", i*7919%n)
			if err := errors.Join(tx.Put(model.KindUser, id, []byte(key)), tx.Reserve(model.IndexUserEmail, key, id)); err != nil {
				return err
			}
		}
		return tx.Reserve(model.IndexUserEmail, "user5@example.com", 1)
	})
	if !errors.Is(err, model.ErrTaken) {
		t.Fatalf("a key was given out twice: %v", err)
	}
	s, err := Create(t.Context(), filepath.Join(dir, "a.db"), fillUsers(n))
	if err != nil {
		t.Fatal(err)
	}
	checkFile(t, s.path)
	if got := countUsers(t, s); got != n {
		t.Errorf("%d users, want %d", got, n)
	}
	err = s.View(t.Context(), func(tx model.ReadTx) error {
		for i := 0; i < n; i += 997 {
			id, err := tx.Find(model.IndexUserEmail, fmt.Sprintf("user%d@example.com", i))
			if err != nil || id != model.FirstID+model.ID(i) {
				return fmt.Errorf("user %d was found at %d: %w", i, id, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Create(ctx, filepath.Join(dir, "b.db"), fillUsers(n)); !errors.Is(err, context.Canceled) {
		t.Errorf("creating after it was called off: %v", err)
	}
}

func fillUsers(n int) func(string, model.WriteTx) error {
	return func(_ string, tx model.WriteTx) error { return fillSome(tx, 0, n) }
}

func fillSome(tx model.WriteTx, from, to int) error {
	for i := from; i < to; i++ {
		id, err := tx.NextID()
		if err != nil {
			return err
		}
		key := fmt.Sprintf("user%d@example.com", i)
		if err := errors.Join(tx.Put(model.KindUser, id, []byte(key)), tx.Reserve(model.IndexUserEmail, key, id)); err != nil {
			return err
		}
	}
	return nil
}

func TestBadFilesGetASentence(t *testing.T) {
	good := newStore(t)
	for range 20 {
		if err := good.Update(t.Context(), put(strings.Repeat("x", 500))); err != nil {
			t.Fatal(err)
		}
	}
	whole, err := os.ReadFile(good.path)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := func(name string, data []byte, mode fs.FileMode) string {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.WriteFile(path, data, 0o600), os.Chmod(path, mode)); err != nil {
			t.Fatal(err)
		}
		return path
	}
	foreign := filepath.Join(dir, "foreign")
	db, err := bolt.Open(foreign, 0o600, nil)
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	noise := make([]byte, 40_000)
	for i := range noise {
		noise[i] = byte(i * i >> 3)
	}
	tests := []struct {
		path string
		want error
		says string
	}{
		{filepath.Join(dir, "missing"), ErrMissing, "There is no"},
		{file("empty", nil, 0o600), ErrEmpty, "empty"},
		{file("short", whole[:50], 0o600), ErrTruncated, "only 50 bytes"},
		{file("page", whole[:4096], 0o600), ErrTruncated, "4096 of"},
		{file("half", whole[:used(t, good.path)/2], 0o600), ErrTruncated, "cut short"},
		{file("noise", noise, 0o600), model.ErrDamaged, "damaged"},
		{foreign, model.ErrDamaged, "holds no account"},
		{file("text", []byte("no store at all"), 0o644), model.ErrDamaged, "isn't a store"},
		{file("nothing", nil, 0o644), model.ErrDamaged, "isn't a store"},
		{file("group", whole, 0o640), ErrExposed, "0640"},
		{file("both", whole, 0o660), ErrExposed, "0660"},
		{file("world", whole, 0o604), ErrExposed, "0604"},
		{file("everybody", whole, 0o644), ErrExposed, "0644"},
		{filepath.Join(file("file", whole, 0o600), "below"), ErrUnreadable, "not a directory"},
		{dir, ErrDirectory, "is a directory"},
	}
	before := listing(t, dir)
	for _, tt := range tests {
		_, err := Open(tt.path)
		if !errors.Is(err, tt.want) || !strings.Contains(err.Error(), tt.says) || !strings.Contains(err.Error(), tt.path) || model.Hint(err) == "" {
			t.Errorf("%s: %v", filepath.Base(tt.path), err)
		}
	}
	if after := listing(t, dir); !maps.Equal(before, after) {
		t.Error("opening created or changed something")
	}
}

// Whatever the length, a store that was cut is never taken for a whole one.
func TestACutStoreIsNeverWhole(t *testing.T) {
	s := newStore(t)
	if err := s.Update(t.Context(), put(strings.Repeat("x", 9000))); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(s.path)
	if err != nil {
		t.Fatal(err)
	}
	cut := filepath.Join(t.TempDir(), "cut")
	for n := 0; n < used(t, s.path); n += 311 {
		if err := os.WriteFile(cut, whole[:n], fileMode); err != nil {
			t.Fatal(err)
		}
		_, err := Open(cut)
		if !errors.Is(err, ErrEmpty) && !errors.Is(err, ErrTruncated) || !strings.Contains(err.Error(), cut) || model.Hint(err) == "" {
			t.Errorf("%d of %d bytes: %v", n, len(whole), err)
		}
	}
}

// listing is what a directory holds: each file's mode and content.
func listing(t *testing.T, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		out[e.Name()] = fmt.Sprint(info.Mode(), string(data))
	}
	return out
}

// used is how many bytes of a file hold something; bbolt makes it longer than that.
func used(t *testing.T, path string) int {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	m, err := newestMeta(f, 0)
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	return int(m.highWater * m.pageSize)
}

func TestNewerFormatsAreRefused(t *testing.T) {
	s := newStore(t)
	setMeta(t, s.path, meta{format: currentFormat + 1, id: "x"})
	if _, err := Open(s.path); !errors.Is(err, ErrNewer) || !strings.Contains(err.Error(), fmt.Sprint("format ", currentFormat+1)) {
		t.Errorf("a newer store: %v", err)
	}
}

// Who only looks in passing leaves a store of an older format as it is, and doesn't wait for long.
func TestPeek(t *testing.T) {
	s := newStore(t)
	if p, err := Peek(s.path, time.Second); err != nil || p.ID() != s.ID() {
		t.Fatalf("a store of this format: %v", err)
	}
	setMeta(t, s.path, meta{format: currentFormat - 1, id: "x"})
	before := listing(t, filepath.Dir(s.path))
	if _, err := Peek(s.path, time.Second); !errors.Is(err, ErrOlder) {
		t.Errorf("a store of an older format: %v", err)
	}
	if after := listing(t, filepath.Dir(s.path)); !maps.Equal(before, after) {
		t.Error("it was changed")
	}
	setMeta(t, s.path, meta{format: currentFormat, id: "x"})
	db, err := bolt.Open(s.path, fileMode, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Peek(s.path, time.Millisecond); !errors.Is(err, model.ErrBusy) {
		t.Errorf("a busy store: %v", err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestScanIndex(t *testing.T) {
	s := newStore(t)
	want := []string{"a", "ab", "b", "é"}
	err := s.Update(t.Context(), func(tx model.WriteTx) error {
		for i, key := range want {
			if err := errors.Join(tx.Reserve(model.IndexGroupName, key, model.ID(100+i)), tx.Reserve(model.IndexGroupName+1, key, 1)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var have []string
	err = s.View(t.Context(), func(tx model.ReadTx) error {
		return tx.ScanIndex(model.IndexGroupName, "ab", func(key string, id model.ID) bool {
			have = append(have, key)
			if want[id-100] != key {
				t.Errorf("%s leads to %d", key, id)
			}
			return key != "b"
		})
	})
	if err != nil || !slices.Equal(have, want[1:3]) {
		t.Errorf("%q from ab to b, %v", have, err)
	}
}

func setMeta(t *testing.T, path string, m meta) {
	t.Helper()
	db, err := bolt.Open(path, fileMode, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bolt.Tx) error { return tx.Bucket(bucketName).Put(metaKey, wrap(metaKey, m.encode())) })
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestMigration(t *testing.T) {
	s := newStore(t)
	if err := s.Update(t.Context(), put("ana")); err != nil {
		t.Fatal(err)
	}
	key := recordKey(model.KindUser, model.FirstID)
	broken := after(func(kv) error { return errors.New("can't") })
	if _, err := openFormat(s.path, broken); err == nil || !strings.Contains(err.Error(), "is as it was") {
		t.Errorf("a migration that fails: %v", err)
	}
	if m, err := s.meta(); err != nil || m.format != currentFormat {
		t.Errorf("a migration that failed left format %d, %v", m.format, err)
	}
	steps := after(
		func(k kv) error { return k.put(key, wrap(key, []byte("ben"))) },
		func(k kv) error {
			v, err := k.get(key)
			return errors.Join(err, k.put(key, wrap(key, append(v[checksumLen:len(v):len(v)], '!'))))
		},
	)
	again, err := openFormat(s.path, steps)
	if err != nil {
		t.Fatal(err)
	}
	err = again.View(t.Context(), func(tx model.ReadTx) error {
		if b, err := tx.Get(model.KindUser, model.FirstID); err != nil || string(b) != "ben!" {
			t.Errorf("migrated to %q, %v", b, err)
		}
		return nil
	})
	if err != nil || again.ID() != s.ID() {
		t.Error(err, again.ID(), s.ID())
	}
	old, err := Open(backupOf(s, 1))
	if err != nil {
		t.Fatal(err)
	}
	err = old.View(t.Context(), func(tx model.ReadTx) error {
		if b, err := tx.Get(model.KindUser, model.FirstID); err != nil || string(b) != "ana" {
			t.Errorf("the backup holds %q, %v", b, err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestAnUpdateThatFailsLeavesNoTrace(t *testing.T) {
	s := newStore(t)
	before, err := s.Look()
	if err != nil {
		t.Fatal(err)
	}
	no := errors.New("no")
	if err := s.Update(t.Context(), func(tx model.WriteTx) error { return errors.Join(put("x")(tx), no) }); !errors.Is(err, no) {
		t.Error(err)
	}
	if err := s.Update(t.Context(), func(model.WriteTx) error { return nil }); err != nil {
		t.Error(err)
	}
	if after, err := s.Look(); err != nil || after != before {
		t.Errorf("nothing changed, and yet it looks changed: %v, %v, %v", before, after, err)
	}
	if n := countUsers(t, s); n != 0 {
		t.Errorf("%d users", n)
	}
}

func TestLook(t *testing.T) {
	s := newStore(t)
	other, err := Open(s.path)
	if err != nil {
		t.Fatal(err)
	}
	marks := map[model.Mark]string{}
	look := func(when string) {
		t.Helper()
		m, err := s.Look()
		if err != nil {
			t.Fatal(when, err)
		}
		if same, ok := marks[m]; ok {
			t.Errorf("%s looks like %s", when, same)
		}
		marks[m] = when
	}
	look("at first")
	for i := range 5 {
		if err := other.Update(t.Context(), put("x")); err != nil {
			t.Fatal(err)
		}
		look(fmt.Sprint("after change ", i))
	}
	data, err := os.ReadFile(s.path)
	if err := errors.Join(err, os.WriteFile(s.path+".new", data, 0o600), os.Rename(s.path+".new", s.path)); err != nil {
		t.Fatal(err)
	}
	look("with another file in its place")
	if err := other.Update(t.Context(), put("x")); err != nil {
		t.Errorf("writing to the file that took its place: %v", err)
	}
	look("after a change of that")
	if err := os.Rename(s.path, s.path+".away"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Look(); !errors.Is(err, ErrMissing) {
		t.Errorf("looking at nothing: %v", err)
	}
	if err := os.Rename(s.path+".away", s.path); err != nil {
		t.Fatal(err)
	}
}

func TestBusyNamesTheHolder(t *testing.T) {
	s := newStore(t)
	s.wait = 50 * time.Millisecond
	holding, release := make(chan struct{}), make(chan struct{})
	var held sync.WaitGroup
	held.Go(func() {
		other := &Store{path: s.path, id: s.id, format: s.format, wait: waitAtMost}
		if err := other.Update(context.Background(), func(model.WriteTx) error { close(holding); <-release; return nil }); err != nil {
			t.Error(err)
		}
	})
	<-holding
	err := s.Update(t.Context(), put("x"))
	if !errors.Is(err, model.ErrBusy) || !strings.Contains(err.Error(), fmt.Sprint(os.Getpid())) {
		t.Errorf("waiting too long: %v", err)
	}
	s.wait = waitAtMost
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := s.View(ctx, func(model.ReadTx) error { return nil }); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("waiting after it was called off: %v", err)
	}
	close(release)
	held.Wait()
	if err := s.Update(t.Context(), put("x")); err != nil {
		t.Errorf("after it was let go: %v", err)
	}
}

func TestACommitThatFailsSaysWhichWay(t *testing.T) {
	s := newStore(t)
	eio := syscall.EIO
	s.commit = func(*bolt.Tx) error { return eio }
	if err := s.Update(t.Context(), put("x")); !errors.Is(err, eio) || !strings.Contains(err.Error(), "nothing was changed") {
		t.Errorf("a commit that failed: %v", err)
	}
	if n := countUsers(t, s); n != 0 {
		t.Errorf("%d users after a commit that failed", n)
	}
	s.commit = func(tx *bolt.Tx) error { return errors.Join(tx.Commit(), eio) }
	if err := s.Update(t.Context(), put("x")); err != nil {
		t.Errorf("a commit that was kept and could be synced afterwards: %v", err)
	}
	s.commit = nil
	if err := s.Update(t.Context(), put("x")); err != nil {
		t.Error(err)
	}
	if n := countUsers(t, s); n != 2 {
		t.Errorf("%d users, want 2", n)
	}
}

func TestAFileCutUnderneath(t *testing.T) {
	s := newStore(t)
	for range 200 {
		if err := s.Update(t.Context(), put(strings.Repeat("x", 900))); err != nil {
			t.Fatal(err)
		}
	}
	whole, err := os.ReadFile(s.path)
	if err != nil {
		t.Fatal(err)
	}
	for n := 4096 * 2; n < used(t, s.path); n += 4096 * 3 {
		if err := os.Truncate(s.path, int64(n)); err != nil {
			t.Fatal(err)
		}
		err := s.View(t.Context(), func(tx model.ReadTx) error {
			return tx.Scan(model.KindUser, 0, func(model.ID, []byte) bool { return true })
		})
		if !errors.Is(err, model.ErrDamaged) && !errors.Is(err, ErrTruncated) {
			t.Errorf("reading %d of %d bytes: %v", n, len(whole), err)
		}
		if err := os.WriteFile(s.path, whole, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := s.Update(t.Context(), put("x")); err != nil { // the lock was given back
			t.Fatal(err)
		}
		if err := os.WriteFile(s.path, whole, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
