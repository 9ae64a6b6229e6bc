package db

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lanyard/model"
)

// reindex makes the indexes of the tests' users: a user's record is its email.
func reindex(tx model.WriteTx, _ uint64, _ func(model.Ref, []byte, string)) error {
	var ids []model.ID
	var emails []string
	err := tx.Scan(model.KindUser, 0, func(id model.ID, b []byte) bool {
		ids, emails = append(ids, id), append(emails, string(b))
		return true
	})
	for i, id := range ids {
		err = errors.Join(err, tx.Reserve(model.IndexUserEmail, emails[i], id))
	}
	return err
}

// nothingMore is a judge that knows no kinds.
func nothingMore(_ string, _ model.ReadTx, damaged []model.Ref, _ int) (what []string, err error) {
	for _, ref := range damaged {
		what = append(what, fmt.Sprintf("%s %d: record damaged", ref.Kind, ref.ID))
	}
	return what, nil
}

// checked checks a copy of a store's file.
func checked(t *testing.T, path string) (Report, error) {
	t.Helper()
	c, err := CopyAside(t.Context(), path)
	if err != nil {
		return Report{}, err
	}
	defer func() { _ = c.Close() }()
	return Check(t.Context(), c.Copy.Name(), path, nothingMore)
}

func TestCheckOfAWholeStore(t *testing.T) {
	s := filled(t, 1000)
	r, err := checked(t, s.path)
	if err != nil || len(r.Findings) > 0 || r.ID != s.id || r.Counts[model.KindUser] != 500 {
		t.Errorf("%+v, %v", r, err)
	}
	setMeta(t, s.path, meta{format: 1, id: s.id})
	if r, err := checked(t, s.path); err != nil || len(r.Findings) > 0 || r.Format != 1 {
		t.Errorf("of an older format: %+v, %v", r, err)
	}
}

func TestCheckSaysWhatIsWrong(t *testing.T) {
	for name, tt := range map[string]struct {
		harm func(t *testing.T, s *Store)
		want string
	}{
		"a record": {func(t *testing.T, s *Store) {
			t.Helper()
			flipRecord(t, s, model.FirstID+77)
		}, "user 1077: record damaged"},
		"an index": {func(t *testing.T, s *Store) {
			t.Helper()
			change(t, s, func(b kv) error {
				return b.put(indexKey(model.IndexUserEmail, "user3@example.com"), []byte("nonsense"))
			})
		}, `the entry of "user3@example.com" in the index of emails: checksum doesn't fit`},
		"a count": {func(t *testing.T, s *Store) {
			t.Helper()
			change(t, s, func(b kv) error { return b.delete(recordKey(model.KindUser, model.FirstID+5)) })
		}, "99 of 100 user records were found"},
		"the head": {func(t *testing.T, s *Store) {
			t.Helper()
			change(t, s, func(b kv) error { return b.delete(headKey) })
		}, "its head is missing"},
		"the first record": {func(t *testing.T, s *Store) {
			t.Helper()
			change(t, s, func(b kv) error { return b.put(metaKey, wrap(metaKey, []byte("what"))) })
		}, "the first record can't be read"},
		"the change log": {func(t *testing.T, s *Store) {
			t.Helper()
			change(t, s, func(b kv) error { return b.delete(changeKey(1)) })
		}, "its change log has gaps"},
		"something else": {func(t *testing.T, s *Store) {
			t.Helper()
			change(t, s, func(b kv) error { return b.put([]byte("x"), wrap([]byte("x"), nil)) })
		}, `the entry "x" can't be read`},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := Create(t.Context(), filepath.Join(t.TempDir(), "a.db"), fillUsers(100))
			if err != nil {
				t.Fatal(err)
			}
			tt.harm(t, s)
			r, err := checked(t, s.path)
			if err != nil || !slices.Contains(r.Findings, tt.want) {
				t.Errorf("it finds %q, %v", r.Findings, err)
			}
		})
	}
}

// change writes into a store what nobody writes there.
func change(t *testing.T, s *Store, fn func(kv) error) {
	t.Helper()
	h, err := s.open(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	defer h.close()
	btx, err := h.begin(true)
	if err != nil {
		t.Fatal(err)
	}
	b, err := bucketOf(btx)
	if err := errors.Join(err, fn(b), btx.Commit()); err != nil {
		t.Fatal(err)
	}
}

// flipRecord damages a record's value.
func flipRecord(t *testing.T, s *Store, id model.ID) {
	t.Helper()
	change(t, s, func(b kv) error {
		key := recordKey(model.KindUser, id)
		value, err := b.get(key)
		value = bytes.Clone(value)
		value[len(value)-1] ^= 1
		return errors.Join(err, b.put(key, value))
	})
}

func TestRepair(t *testing.T) {
	s := filled(t, 1000)
	flipRecord(t, s, model.FirstID+777)
	change(t, s, func(b kv) error {
		return errors.Join(b.delete(headKey), b.delete(indexKey(model.IndexUserEmail, "user600@example.com")))
	})
	before, err := os.ReadFile(s.path)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Repair(t.Context(), s.path, noon, reindex)
	if err != nil {
		t.Fatal(err)
	}
	if report, err := checked(t, s.path); err != nil || len(report.Findings) > 0 || report.Counts[model.KindUser] != 499 {
		t.Errorf("afterwards: %+v, %v", report, err)
	}
	if kept, err := os.ReadFile(r.Kept); err != nil || !bytes.Equal(kept, before) {
		t.Errorf("the store as it was isn't kept: %v", err)
	}
	var list []quarantined
	data, err := os.ReadFile(r.Quarantine)
	if err := errors.Join(err, json.Unmarshal(data, &list)); err != nil || len(list) != 1 || !strings.Contains(list[0].What, "user 1777") {
		t.Errorf("in quarantine are %+v, %v", list, err)
	}
	err = s.Update(t.Context(), func(tx model.WriteTx) error {
		if id, err := tx.Find(model.IndexUserEmail, "user600@example.com"); err != nil || id != model.FirstID+600 {
			t.Errorf("its index leads to %d, %v", id, err)
		}
		id, err := tx.NextID()
		if id <= model.FirstID+1000 {
			t.Errorf("id %d may have been given out before", id)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestRepairWithoutAnIdIsRefused(t *testing.T) {
	s := newStore(t)
	change(t, s, func(b kv) error { return b.delete(metaKey) })
	before, err := os.ReadFile(s.path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Repair(t.Context(), s.path, noon, reindex); !errors.Is(err, model.ErrDamaged) {
		t.Errorf("%v", err)
	}
	if now, err := os.ReadFile(s.path); err != nil || !bytes.Equal(now, before) || len(left(t, s)) != 1 {
		t.Errorf("something was changed, or left: %v, %v", left(t, s), err)
	}
}

// Whichever bit of a store is flipped, checking it ends without a crash, and finds something wrong wherever an answer to a
// reader is another one. What a repair makes of it is whole, and holds nothing that wasn't there.
func TestFlippedBitsAreFoundAndRepaired(t *testing.T) {
	const users = 120
	dir := t.TempDir()
	s, err := Create(t.Context(), filepath.Join(dir, "a.db"), fillUsers(users))
	if err != nil {
		t.Fatal(err)
	}
	want, _ := asked(s, users)
	whole, err := os.ReadFile(s.path)
	if err != nil {
		t.Fatal(err)
	}
	found, harmless, unrepaired, lost := 0, 0, 0, 0
	random := seeded(t)
	first, last := 2*os.Getpagesize()*8, used(t, s.path)*8 // the two first pages are another matter: see TestFlippedBits
	for range times(100) {
		bit := first + random.IntN(last-first)
		data := bytes.Clone(whole)
		data[bit/8] ^= 1 << (bit % 8)
		if err := os.WriteFile(s.path, data, fileMode); err != nil {
			t.Fatal(err)
		}
		r, err := checked(t, s.path)
		if err == nil && len(r.Findings) == 0 {
			harmless++
			if now, failed := asked(s, users); failed > 0 || !sameAnswers(now, want) {
				t.Errorf("bit %d: nothing is found, and readers get other answers", bit)
			}
			continue
		}
		found++
		rep, err := Repair(context.Background(), s.path, noon, reindex)
		if err != nil {
			unrepaired++
			continue
		}
		if r, err := checked(t, s.path); err != nil || len(r.Findings) > 0 {
			t.Errorf("bit %d: repaired, and yet %q, %v", bit, r.Findings, err)
		}
		now, _ := asked(s, users)
		for what, answer := range now {
			if answer != want[what] && strings.HasPrefix(what, "get") {
				lost++
				if !strings.HasSuffix(answer, model.ErrNotFound.Error()) {
					t.Errorf("bit %d: %s is %q", bit, what, answer)
				}
			}
		}
		for _, path := range []string{rep.Kept, rep.Quarantine} {
			_ = os.Remove(path)
		}
	}
	t.Logf("%d found, %d harmless; %d couldn't be repaired, and of the others %d records were lost", found, harmless, unrepaired, lost)
	if unrepaired > found/5 || lost > found*users/10 { // a page that breaks may take a third of them along
		t.Error("too much is lost")
	}
}

func sameAnswers(a, b map[string]string) bool {
	for what := range b {
		if a[what] != b[what] {
			return false
		}
	}
	return true
}
