//go:build unix

package main

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"lanyard/db"
	"lanyard/keys"
	"lanyard/model"
)

// sizes are the numbers of users to measure with. A million takes a while to make, so it has to be asked for.
func sizes() []int {
	if os.Getenv("LANYARD_BENCH_LARGE") == "" {
		return []int{1_000}
	}
	return []int{1_000, 100_000, 1_000_000}
}

// BenchmarkSnapshot reads a whole account, all at once, and one user through a table that is there.
func BenchmarkSnapshot(b *testing.B) {
	for _, users := range sizes() {
		a := account{dir: b.TempDir(), users: users}
		if err := makeAccount(b.Context(), a); err != nil {
			b.Fatal(err)
		}
		store, err := db.Open(a.store())
		if err != nil {
			b.Fatal(err)
		}
		var s *model.Snapshot
		b.Run(fmt.Sprintf("load/%d", users), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if s, err = model.LoadSnapshot(context.Background(), store); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("unchanged/%d", users), func(b *testing.B) {
			for b.Loop() {
				if _, err := s.Refresh(context.Background(), store); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("row/%d", users), func(b *testing.B) {
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				i = (i + 7919) % s.Users().Len()
				_ = s.Users().At(i)
			}
		})
	}
}

// BenchmarkVerifyAPIKey verifies keys of an account with many: by a Verifier, and by opening the store for each. Beside them
// stands what the engine alone takes: to get one record while it is open, and to open, get and close.
func BenchmarkVerifyAPIKey(b *testing.B) {
	machines := 1000
	if os.Getenv("LANYARD_BENCH_LARGE") != "" {
		machines = 100_000
	}
	a := account{dir: b.TempDir(), users: 10, machines: machines}
	if err := makeAccount(b.Context(), a); err != nil {
		b.Fatal(err)
	}
	store, err := db.Open(a.store())
	if err != nil {
		b.Fatal(err)
	}
	d := model.NewDirectory(store, model.Options{Unlock: a.unlock(store.ID())})
	good, ids := someKeys(b, d, 100)
	unknown, err := keys.New(keys.APIKey, rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	verifier, err := model.NewVerifier(b.Context(), store, time.Now)
	if err != nil {
		b.Fatal(err)
	}
	ctx := context.Background()
	run := func(name string, op func(i int) error) {
		b.Run(fmt.Sprintf("%s/%d", name, machines), func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				if err := op(i); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	run("kept", func(i int) error { return isGood(verifier.Verify(ctx, good[i%len(good)].Text())) })
	run("kept, unknown", func(int) error { _, err := verifier.Verify(ctx, unknown.Text()); return err })
	run("once", func(i int) error { return isGood(d.VerifyAPIKey(ctx, good[i%len(good)].Text())) })
	benchEngine(run, a.store(), ids)
}

// someKeys opens the keys of the first service accounts, and returns them with the ids of their records.
func someKeys(b *testing.B, d *model.Directory, n int) (list []keys.Key, ids []model.ID) {
	b.Helper()
	s, err := model.LoadSnapshot(b.Context(), d.Store())
	if err != nil {
		b.Fatal(err)
	}
	me := model.Actor{User: s.Users().ID(0), Via: model.ViaCommandLine}
	for i := range n {
		machine := s.ServiceAccounts().At(i)
		key, err := d.OpenAPIKey(b.Context(), me, machine.ID, model.UseCopy)
		if err != nil {
			b.Fatal(err)
		}
		list, ids = append(list, key), append(ids, machine.Key)
	}
	return list, ids
}

var errNotGood = errors.New("a good key was refused")

func isGood(v model.Verdict, err error) error {
	if err == nil && !v.Good() {
		return errNotGood
	}
	return err
}

// benchEngine gets the records of API keys from bbolt itself.
func benchEngine(run func(string, func(int) error), path string, ids []model.ID) {
	get := func(tx *bolt.Tx, i int) error {
		key := binary.BigEndian.AppendUint64([]byte{'r', byte(model.KindAPIKey)}, uint64(ids[i%len(ids)]))
		if tx.Bucket([]byte("lanyard")).Get(key) == nil {
			return errNotGood
		}
		return nil
	}
	run("bbolt, open already", func() func(i int) error {
		var tx *bolt.Tx // kept for all, so that nothing but the look-up is measured
		return func(i int) error {
			if tx == nil {
				file, err := bolt.Open(path, 0o600, &bolt.Options{ReadOnly: true})
				if err != nil {
					return err
				}
				if tx, err = file.Begin(false); err != nil {
					return err
				}
			}
			return get(tx, i)
		}
	}())
	run("bbolt, opened for it", func(i int) error {
		file, err := bolt.Open(path, 0o600, &bolt.Options{ReadOnly: true})
		if err != nil {
			return err
		}
		return errors.Join(file.View(func(tx *bolt.Tx) error { return get(tx, i) }), file.Close())
	})
}

// unlock reads the account's sealing key.
func (a account) unlock(id string) func() (*keys.Root, error) {
	return func() (*keys.Root, error) {
		data, err := os.ReadFile(a.seal(id))
		if err != nil {
			return nil, err
		}
		f, err := keys.DecodeSealFile(data)
		if err != nil {
			return nil, err
		}
		return f.Unlock(id)
	}
}
