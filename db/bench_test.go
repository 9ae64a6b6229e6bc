package db

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	bolt "go.etcd.io/bbolt"

	"lanyard/model"
)

// sizes are how many records the benchmarks have; LANYARD_BENCH_LARGE adds a million.
func sizes() []int {
	if os.Getenv("LANYARD_BENCH_LARGE") != "" {
		return []int{1000, 100_000, 1_000_000}
	}
	return []int{1000, 100_000}
}

func BenchmarkStore(b *testing.B) {
	for _, n := range sizes() {
		path := filepath.Join(b.TempDir(), "a.db")
		s, err := Create(b.Context(), path, fillUsers(n))
		if err != nil {
			b.Fatal(err)
		}
		run := func(name string, op func(i int) error) {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				for i := 0; b.Loop(); i++ {
					if err := op(i); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
		id := func(i int) model.ID { return model.FirstID + model.ID(i*7919%n) }
		run("look", func(int) error { _, err := s.Look(); return err })
		run("get", func(i int) error {
			return s.View(b.Context(), func(tx model.ReadTx) error { _, err := tx.Get(model.KindUser, id(i)); return err })
		})
		benchEngine(b, run, path, func(i int) []byte { return recordKey(model.KindUser, id(i)) })
		run("put", func(i int) error {
			return s.Update(b.Context(), func(tx model.WriteTx) error { return tx.Put(model.KindUser, id(i), []byte("changed@example.com")) })
		})
		run("scan", func(int) error {
			return s.View(b.Context(), func(tx model.ReadTx) error {
				return tx.Scan(model.KindUser, 0, func(model.ID, []byte) bool { return true })
			})
		})
		run("compact", func(int) error { return s.Compact(b.Context()) })
		run("create", func(i int) error {
			path := filepath.Join(b.TempDir(), fmt.Sprint(i))
			_, err := Create(b.Context(), path, fillUsers(n))
			return err
		})
	}
}

// benchEngine gets records from bbolt itself: while it is open, and opened for each.
func benchEngine(b *testing.B, run func(string, func(int) error), path string, key func(int) []byte) {
	b.Helper()
	get := func(tx *bolt.Tx, i int) error {
		if tx.Bucket(bucketName).Get(key(i)) == nil {
			return model.ErrNotFound
		}
		return nil
	}
	open := func() *bolt.DB {
		file, err := bolt.Open(path, fileMode, &bolt.Options{ReadOnly: true})
		if err != nil {
			b.Fatal(err)
		}
		return file
	}
	kept := open()
	err := kept.View(func(tx *bolt.Tx) error {
		run("engine get, open already", func(i int) error { return get(tx, i) })
		return nil
	})
	if err := errors.Join(err, kept.Close()); err != nil {
		b.Fatal(err)
	}
	run("engine get, opened for it", func(i int) error {
		file := open()
		return errors.Join(file.View(func(tx *bolt.Tx) error { return get(tx, i) }), file.Close())
	})
}
