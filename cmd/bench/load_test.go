//go:build unix

package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

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

// BenchmarkVerifyAPIKey verifies keys of an account with many: by a Verifier, and by opening the store for each. What the
// engine alone takes to get a record is in BenchmarkStore of package db.
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
	good := someKeys(b, d, 100)
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
}

// someKeys opens the keys of the first service accounts.
func someKeys(b *testing.B, d *model.Directory, n int) (list []keys.Key) {
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
		list = append(list, key)
	}
	return list
}

var errNotGood = errors.New("a good key was refused")

func isGood(v model.Verdict, err error) error {
	if err == nil && !v.Good() {
		return errNotGood
	}
	return err
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
