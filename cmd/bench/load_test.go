//go:build unix

package main

import (
	"context"
	"fmt"
	"os"
	"testing"

	"lanyard/db"
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
