package db

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lanyard/model"
)

// asked is what a store answers to each question on its own, as a console or a script puts them: nobody compares one
// answer with another there.
func asked(s *Store, users int) (answers map[string]string, failed int) {
	answers = map[string]string{}
	ask := func(name string, what func(model.ReadTx) (string, error)) {
		answer := ""
		err := s.View(context.Background(), func(tx model.ReadTx) (err error) { answer, err = what(tx); return err })
		if err != nil && !errors.Is(err, model.ErrNotFound) {
			failed++
			return
		}
		answers[name] = fmt.Sprint(answer, err)
	}
	for i := range users {
		ask(fmt.Sprint("get ", i), func(tx model.ReadTx) (string, error) {
			b, err := tx.Get(model.KindUser, model.FirstID+model.ID(i))
			return string(b), err
		})
		ask(fmt.Sprint("find ", i), func(tx model.ReadTx) (string, error) {
			id, err := tx.Find(model.IndexUserEmail, fmt.Sprintf("user%d@example.com", i))
			return fmt.Sprint(id), err
		})
	}
	ask("scan", func(tx model.ReadTx) (string, error) {
		var all []string
		err := tx.Scan(model.KindUser, 0, func(_ model.ID, b []byte) bool { all = append(all, string(b)); return true })
		return strings.Join(all, " "), err
	})
	ask("count", func(tx model.ReadTx) (string, error) { n, err := tx.Count(model.KindUser); return fmt.Sprint(n), err })
	return answers, failed
}

// Whichever bit of a store is flipped, the two first pages and free ones among them, nothing crashes, reading or writing,
// and the lock is given back. What is found is what was written, and what isn't found was never there: a key that broke, or
// a page that leads to it, is noticed by what stands beside it.
func TestFlippedBitsNeverCrash(t *testing.T) {
	const users = 12
	dir := t.TempDir()
	s, err := Create(t.Context(), filepath.Join(dir, "a.db"), fillUsers(users))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 { // leave free pages behind
		if err := s.Update(t.Context(), func(tx model.WriteTx) error { return tx.Put(model.KindAccount, 1, []byte{byte(i)}) }); err != nil {
			t.Fatal(err)
		}
	}
	want, _ := asked(s, users)
	whole, err := os.ReadFile(s.path)
	if err != nil {
		t.Fatal(err)
	}
	tried, refused, noticed, older := 0, 0, 0, 0
	for bit := 0; bit < used(t, s.path)*8; bit += 151 {
		data := bytes.Clone(whole)
		data[bit/8] ^= 1 << (bit % 8)
		if err := os.WriteFile(s.path, data, fileMode); err != nil {
			t.Fatal(err)
		}
		tried++
		bad, err := Open(s.path)
		if err != nil {
			refused++
			continue
		}
		answers, failed := asked(bad, users)
		if failed > 0 {
			noticed++
		}
		for what, answer := range answers {
			if answer == want[what] {
				continue
			}
			if bit < 2*os.Getpagesize()*8 { // the older of the two first pages is the store as it was one change ago
				older++
				continue
			}
			t.Errorf("bit %d: %s is %q, and nobody noticed", bit, what, answer)
		}
		if err := bad.Update(t.Context(), put("x")); errors.Is(err, model.ErrBusy) {
			t.Fatalf("bit %d: the lock wasn't given back", bit)
		}
	}
	t.Logf("%d bits: %d refused on opening, %d noticed on reading, %d answers of %d as of one change ago",
		tried, refused, noticed, older, tried*len(want))
	if err := os.WriteFile(s.path, whole, fileMode); err != nil {
		t.Fatal(err)
	}
	h, err := s.open(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	h.close()
}

// A store that was cut while it was open isn't written to either, and works again once it is whole.
func TestUpdateOfAFileCutUnderneath(t *testing.T) {
	s := newStore(t)
	for range 100 {
		if err := s.Update(t.Context(), put(strings.Repeat("x", 900))); err != nil {
			t.Fatal(err)
		}
	}
	whole, err := os.ReadFile(s.path)
	if err != nil {
		t.Fatal(err)
	}
	for n := 0; n < used(t, s.path); n += 4096 * 5 {
		if err := os.Truncate(s.path, int64(n)); err != nil {
			t.Fatal(err)
		}
		err := s.Update(t.Context(), func(tx model.WriteTx) error {
			for id := model.FirstID; id < model.FirstID+100; id++ {
				if err := tx.Put(model.KindUser, id, []byte("changed")); err != nil {
					return err
				}
			}
			return nil
		})
		if !errors.Is(err, model.ErrDamaged) && !errors.Is(err, ErrTruncated) && !errors.Is(err, ErrEmpty) {
			t.Errorf("writing to %d of %d bytes: %v", n, len(whole), err)
		}
		if _, err := s.Look(); n < 4096 && err == nil {
			t.Errorf("looking at %d bytes finds nothing wrong", n)
		}
		if err := os.WriteFile(s.path, whole, fileMode); err != nil {
			t.Fatal(err)
		}
		if err := s.Update(t.Context(), func(model.WriteTx) error { return nil }); err != nil {
			t.Fatal(err)
		}
	}
}

// A page whose count has lost a bit has lost its last entries, and no checksum and no order tells: each such bit of each page
// is flipped.
func TestLostEntriesAreNoticed(t *testing.T) {
	const users = 120
	s, err := Create(t.Context(), filepath.Join(t.TempDir(), "a.db"), fillUsers(users))
	if err != nil {
		t.Fatal(err)
	}
	want, _ := asked(s, users)
	file, err := os.ReadFile(s.path)
	if err != nil {
		t.Fatal(err)
	}
	for at := 2 * os.Getpagesize(); at < len(file); at += os.Getpagesize() {
		p := page{data: file[at : at+os.Getpagesize()]}
		if !p.whole(uint64(os.Getpagesize())) || binary.NativeEndian.Uint64(p.data) != uint64(at/os.Getpagesize()) {
			continue
		}
		for bit := range 16 {
			if p.count()&(1<<bit) == 0 {
				continue
			}
			data := bytes.Clone(file)
			data[at+10+bit/8] ^= 1 << (bit % 8)
			if err := os.WriteFile(s.path, data, fileMode); err != nil {
				t.Fatal(err)
			}
			now, _ := asked(s, users)
			for what, answer := range now {
				if answer != want[what] {
					t.Errorf("page %d, bit %d of its count: %s is %q and was %q", at/os.Getpagesize(), bit, what, answer, want[what])
					break
				}
			}
		}
	}
}

// A page whose header claims that more pages belong to it is not set free with them: what stands on those stays, and no memory
// is eaten up by pages that aren't there. Each bit of each such claim is flipped, before changes of all kinds.
func TestPagesThatClaimMore(t *testing.T) {
	const users = 150
	s, err := Create(t.Context(), filepath.Join(t.TempDir(), "a.db"), fillUsers(users))
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("long", 2000) // takes pages that belong to another
	for i := range 8 {                   // leave free pages behind
		if err := s.Update(t.Context(), func(tx model.WriteTx) error {
			return tx.Put(model.KindUser, model.FirstID+model.ID(i*users/8), []byte(long))
		}); err != nil {
			t.Fatal(err)
		}
	}
	file, err := os.ReadFile(s.path)
	if err != nil {
		t.Fatal(err)
	}
	_, inUse := faults(t, file)
	size, tried, refused := os.Getpagesize(), 0, 0
	for at := 2 * size; at < used(t, s.path); at += size {
		if !inUse[at/size] || binary.NativeEndian.Uint64(file[at:]) != uint64(at/size) {
			continue // free, or one that belongs to another
		}
		for bit := range 32 {
			tried++
			data, place := bytes.Clone(file), at+12+bit/8
			data[place] ^= 1 << (bit % 8)
			if err := os.WriteFile(s.path, data, fileMode); err != nil {
				t.Fatal(err)
			}
			for from := 0; from < users; from += 10 {
				err := s.Update(t.Context(), func(tx model.WriteTx) (err error) {
					for i := from; i < from+10 && err == nil; i++ {
						if id := model.FirstID + model.ID(i); i%3 == 0 {
							err = tx.Delete(model.KindUser, id)
						} else {
							err = tx.Put(model.KindUser, id, []byte("another"))
						}
					}
					return err
				})
				if errors.Is(err, model.ErrDamaged) {
					refused++
					break
				} else if err != nil {
					t.Fatal(err)
				}
			}
			data, err := os.ReadFile(s.path)
			if err != nil {
				t.Fatal(err)
			}
			data[place] = file[place] // nobody has set it free, so that it is as it was but for the bit
			if wrong, _ := faults(t, data); len(wrong) > 0 {
				t.Fatalf("page %d, bit %d of what it claims: %s", at/size, bit, strings.Join(wrong, "\n"))
			}
		}
	}
	if refused == 0 {
		t.Error("no change was refused")
	}
	t.Logf("%d of %d refused a change", refused, tried)
}

// faults returns what is wrong with a file, and which of its pages are in use.
func faults(t *testing.T, data []byte) (list []string, inUse []bool) {
	t.Helper()
	im, err := openImage(t.Context(), bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return []string{err.Error()}, nil
	}
	im.bad = func(what string) error { list = append(list, what); return nil }
	im.visit = func(key, wrapped []byte) error {
		if _, err := unwrap(key, wrapped); err != nil {
			list = append(list, describe(key)+": "+err.Error())
		}
		return nil
	}
	if err := im.read(); err != nil {
		t.Fatal(err)
	}
	return list, im.used
}

// A page whose header claims more pages, or fewer, than it fills hides nothing from a check: what is on it and what is on those
// after it can be read. A value that goes on where its page says it doesn't is the only one that may be lost.
func TestCheckDoesntBelieveClaims(t *testing.T) {
	const users = 150
	s, err := Create(t.Context(), filepath.Join(t.TempDir(), "a.db"), fillUsers(users))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Update(t.Context(), put(strings.Repeat("long", 2000))); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(s.path)
	if err != nil {
		t.Fatal(err)
	}
	_, inUse := faults(t, file)
	size := os.Getpagesize()
	for at := 2 * size; at < used(t, s.path); at += size {
		p := page{data: file[at : at+size]}
		if !inUse[at/size] || binary.NativeEndian.Uint64(p.data) != uint64(at/size) {
			continue
		}
		for bit := range 32 {
			data := bytes.Clone(file)
			data[at+12+bit/8] ^= 1 << (bit % 8)
			if err := os.WriteFile(s.path, data, fileMode); err != nil {
				t.Fatal(err)
			}
			r, err := checked(t, s.path)
			lost := users + 1 - r.Counts[model.KindUser]
			if fewer := data[at+12+bit/8] < file[at+12+bit/8]; err != nil || len(r.Findings) == 0 || lost > 1 || lost > 0 && !fewer {
				t.Fatalf("page %d, bit %d of what it claims: %d users lost, found %q, %v", at/size, bit, lost, r.Findings, err)
			}
		}
	}
}
