package db

import (
	"bytes"
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

// filled makes a store of n users, half of which are deleted again.
func filled(t *testing.T, n int) *Store {
	t.Helper()
	s, err := Create(t.Context(), filepath.Join(t.TempDir(), "a.db"), fillUsers(n))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		checkFile(t, s.path)
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	err = s.Update(t.Context(), func(tx model.WriteTx) error {
		for i := range n / 2 {
			if err := tx.Delete(model.KindUser, model.FirstID+model.ID(i)); err != nil {
				return err
			}
			if err := tx.Release(model.IndexUserEmail, fmt.Sprintf("user%d@example.com", i)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// dump is all that a store's file holds, key by key.
func dump(t *testing.T, path string) string {
	t.Helper()
	s, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	im, err := s.image(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	var all bytes.Buffer
	if _, err := s.survey(im, func(key, wrapped []byte) error { fmt.Fprintf(&all, "%x %x\n", key, wrapped); return nil }); err != nil {
		t.Fatal(err)
	}
	return all.String()
}

func TestCompact(t *testing.T) {
	for _, slow := range []bool{false, true} {
		compacts(t, slow)
	}
}

func compacts(t *testing.T, slow bool) {
	t.Helper()
	s := filled(t, 4000)
	s.slow = slow
	before, mark := dump(t, s.path), look(t, s)
	room, err := s.Room(t.Context())
	if err != nil || room.Free < room.Size/4 {
		t.Fatalf("%+v, %v", room, err)
	}
	if err := s.Compact(t.Context()); err != nil {
		t.Fatal(err)
	}
	if after := dump(t, s.path); after != before {
		t.Error("it isn't the same any more")
	}
	if look(t, s) == mark {
		t.Error("who looks sees no difference")
	}
	less, err := s.Room(t.Context())
	if err != nil || less.Free > 8*int64(os.Getpagesize()) || less.Size > room.Size*3/4 {
		t.Errorf("%+v became %+v, %v", room, less, err)
	}
	if data, err := os.ReadFile(s.path); err != nil || bytes.Contains(data, []byte("user17@example.com")) {
		t.Errorf("what was deleted can be read still, %v", err)
	}
	if err := s.Update(t.Context(), put("x")); err != nil {
		t.Error(err)
	}
	if names := left(t, s); len(names) != 1 {
		t.Errorf("there are %v", names)
	}
	if info, err := os.Stat(s.path); err != nil || exposed(info.Mode().Perm()) {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

func look(t *testing.T, s *Store) model.Mark {
	t.Helper()
	m, err := s.Look()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// left names what is in a store's directory.
func left(t *testing.T, s *Store) (names []string) {
	t.Helper()
	list, err := os.ReadDir(filepath.Dir(s.path))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		names = append(names, e.Name())
	}
	return names
}

func TestCompactIfWorth(t *testing.T) {
	for name, tt := range map[string]struct {
		store *Store
		want  bool
	}{"much is free": {filled(t, 4000), true}, "little is free": {newStore(t), false}} {
		if did, err := tt.store.CompactIfWorth(t.Context()); err != nil || did != tt.want {
			t.Errorf("%s: %v, %v", name, did, err)
		}
		if did, err := tt.store.CompactIfWorth(t.Context()); err != nil || did {
			t.Errorf("%s, again: %v, %v", name, did, err)
		}
	}
}

// Whatever fails, the store is as it was, or is the new one, and nothing lies beside it.
func TestCompactThatFails(t *testing.T) {
	for i, at := range []string{"sync", "rename", "sync directory", "sync", "rename", "sync directory"} {
		s := filled(t, 1000)
		s.slow = i >= 3
		before := dump(t, s.path)
		broken := errors.New("input/output error")
		s.before = func(step string) error {
			if step == at {
				return broken
			}
			return nil
		}
		err := s.Compact(t.Context())
		if !errors.Is(err, broken) || strings.Contains(err.Error(), "is as it was") != (at != "sync directory") {
			t.Errorf("%s: %v", at, err)
		}
		s.before = nil
		if dump(t, s.path) != before {
			t.Errorf("%s: it isn't the same any more", at)
		}
		if names := left(t, s); len(names) != 1 {
			t.Errorf("%s: there are %v", at, names)
		}
		if err := s.Update(t.Context(), put("x")); err != nil {
			t.Errorf("%s: %v", at, err)
		}
	}
}

func TestCompactThatIsCalledOff(t *testing.T) {
	s := filled(t, 3000)
	before := dump(t, s.path)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ctx = model.WithProgress(ctx, func(done, total int) {
		cancel()
		if done > total {
			t.Errorf("%d of %d are done", done, total)
		}
	})
	for range 2 { // in the middle, and before it begins
		if err := s.Compact(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
	}
	if dump(t, s.path) != before || len(left(t, s)) != 1 {
		t.Errorf("it left %v", left(t, s))
	}
}

// A store that is damaged stays as it is: there may be something to save in it.
func TestCompactOfADamagedStore(t *testing.T) {
	s := filled(t, 400)
	whole, err := os.ReadFile(s.path)
	if err != nil {
		t.Fatal(err)
	}
	want := dump(t, s.path)
	refused := 0
	for bit := 0; bit < used(t, s.path)*8; bit += 1511 {
		data := bytes.Clone(whole)
		data[bit/8] ^= 1 << (bit % 8)
		if err := os.WriteFile(s.path, data, fileMode); err != nil {
			t.Fatal(err)
		}
		bad, err := Open(s.path)
		if err == nil {
			err = bad.Compact(t.Context())
		}
		if err == nil { // the bit was in no use, or in the older of the two first pages
			if bit/8 > 2*os.Getpagesize() && dump(t, s.path) != want {
				t.Errorf("bit %d: another store came of it", bit)
			}
			continue
		}
		refused++
		if now, err := os.ReadFile(s.path); err != nil || !bytes.Equal(now, data) {
			t.Errorf("bit %d: it was refused, and changed, %v", bit, err)
		}
	}
	if refused == 0 {
		t.Error("nothing was refused: this test tests nothing")
	}
	if err := os.WriteFile(s.path, whole, fileMode); err != nil {
		t.Fatal(err)
	}
}

func TestCompactKeepsALinkAndRefusesASecondName(t *testing.T) {
	s := filled(t, 100)
	link := filepath.Join(t.TempDir(), "link.db")
	if err := os.Symlink(s.path, link); err != nil {
		t.Fatal(err)
	}
	other, err := Open(link)
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Compact(t.Context()); err != nil {
		t.Error(err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode().Type() != os.ModeSymlink {
		t.Errorf("the link became %v, %v", info, err)
	}
	if err := os.Link(s.path, filepath.Join(t.TempDir(), "name.db")); err != nil {
		t.Fatal(err)
	}
	if err := s.Compact(t.Context()); !errors.Is(err, model.ErrConflict) || !strings.Contains(err.Error(), "hard link") {
		t.Errorf("with two names: %v", err)
	}
}

// compactForEver hardly leaves time for anything else.
func compactForEver(path string) error {
	s, err := Open(path)
	if err != nil {
		return err
	}
	for {
		s.slow = !s.slow
		if err := s.Compact(context.Background()); err != nil {
			return err
		}
		time.Sleep(time.Millisecond)
	}
}

// Writers and readers go on beside a process that compacts again and again, and lose nothing.
func TestCompactBesideOthers(t *testing.T) {
	s := filled(t, 1000)
	compacting := startChild(t, "compact", s.path)
	if err := compacting.Start(); err != nil {
		t.Fatal(err)
	}
	writing := startChild(t, "count", s.path)
	if err := writing.Start(); err != nil {
		t.Fatal(err)
	}
	longest, err := countUp(s.path, 150)
	if err != nil {
		t.Error(err)
	}
	for range 100 {
		if n := countUsers(t, s); n != 500 {
			t.Fatalf("%d users", n)
		}
	}
	if err := writing.Wait(); err != nil {
		t.Error(err)
	}
	if err := compacting.Process.Kill(); err != nil {
		t.Error(err)
	}
	_ = compacting.Wait() // was killed
	t.Logf("the longest wait was %v", longest)
	if n, err := number(s); err != nil || n != 300 {
		t.Errorf("%d, %v: want 300", n, err)
	}
}

// TestKilledWhileCompacting kills it at random moments. What a killed one leaves beside the store, the next one removes.
func TestKilledWhileCompacting(t *testing.T) {
	s := filled(t, 2000)
	want := dump(t, s.path)
	random := seeded(t)
	for range times(10) {
		c := startChild(t, "compact", s.path)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(random.IntN(60_000)) * time.Microsecond)
		_ = c.Process.Kill()
		_ = c.Wait() // was killed
		checkFile(t, s.path)
		if dump(t, s.path) != want {
			t.Fatal("it isn't the same any more")
		}
	}
	if err := s.Compact(t.Context()); err != nil {
		t.Error(err)
	}
	if names := left(t, s); len(names) != 1 {
		t.Errorf("there are %v", names)
	}
}

// A key that was deleted is gone from the file when the store is closed, and soon after without that.
func TestADeletedKeyLeavesTheFile(t *testing.T) {
	const secret = "a sealed copy of an API key"
	for name, wait := range map[string]func(*Store) error{
		"closed": (*Store).Close,
		"soon":   func(s *Store) error { s.tidy.wg.Wait(); return nil },
	} {
		s := newStore(t)
		put := func(tx model.WriteTx) error { return tx.Put(model.KindAPIKey, model.FirstID, []byte(secret)) }
		if err := errors.Join(s.Update(t.Context(), fillThen(200, put))); err != nil {
			t.Fatal(err)
		}
		if !holds(t, s, secret) {
			t.Fatal("it was never there: this test tests nothing")
		}
		err := s.Update(t.Context(), func(tx model.WriteTx) error { return tx.Delete(model.KindAPIKey, model.FirstID) })
		if err := errors.Join(err, wait(s)); err != nil {
			t.Fatal(err)
		}
		if holds(t, s, secret) {
			t.Errorf("%s: it can be read still", name)
		}
	}
}

func fillThen(n int, then func(model.WriteTx) error) func(model.WriteTx) error {
	return func(tx model.WriteTx) error { return errors.Join(fillSome(tx, 0, n), then(tx)) }
}

// holds reports whether a text stands anywhere in a store's file.
func holds(t *testing.T, s *Store, text string) bool {
	t.Helper()
	data, err := os.ReadFile(s.path)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Contains(data, []byte(text))
}
