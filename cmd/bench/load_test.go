//go:build unix

package main

import (
	"context"
	"crypto/rand"
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

// BenchmarkVerifyAPIKey verifies keys of an account with many: by a Verifier, and by opening the store for each.
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
	key, err := keys.New(keys.APIKey, rand.Reader) // unknown: it costs as much as a good one
	if err != nil {
		b.Fatal(err)
	}
	verifier, err := model.NewVerifier(b.Context(), store, time.Now)
	if err != nil {
		b.Fatal(err)
	}
	b.Run(fmt.Sprintf("kept/%d", machines), func(b *testing.B) {
		for b.Loop() {
			if _, err := verifier.Verify(context.Background(), key.Text()); err != nil {
				b.Fatal(err)
			}
		}
	})
	d := model.NewDirectory(store, model.Options{})
	b.Run(fmt.Sprintf("once/%d", machines), func(b *testing.B) {
		for b.Loop() {
			if _, err := d.VerifyAPIKey(context.Background(), key.Text()); err != nil {
				b.Fatal(err)
			}
		}
	})
}
