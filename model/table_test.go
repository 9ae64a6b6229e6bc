package model

import (
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// A table changed step by step is the table built from scratch, and the one before stays as it was.
func TestTableIsAMap(t *testing.T) {
	decode := func(_ ID, b []byte, _ bool) (string, bool) { return string(b), true }
	rapid.Check(t, func(t *rapid.T) {
		want := map[ID]string{}
		table := newTable(decode, nil)
		for range rapid.IntRange(1, 8).Draw(t, "steps") {
			before, old := table, maps.Clone(want)
			var changes []rowChange
			for range rapid.SampledFrom([]int{1, 3, 40, 3000}).Draw(t, "changes") {
				id := ID(rapid.IntRange(1, 6000).Draw(t, "id"))
				if slices.ContainsFunc(changes, func(c rowChange) bool { return c.id == id }) {
					continue
				}
				if rapid.IntRange(0, 2).Draw(t, "kind") == 0 {
					delete(want, id)
					changes = append(changes, rowChange{id, nil})
				} else {
					want[id] = rapid.StringN(0, 5, -1).Draw(t, "text")
					changes = append(changes, rowChange{id, append([]byte{}, want[id]...)})
				}
			}
			table = table.with(changes)
			checkTable(t, table, want)
			checkTable(t, before, old)
			if ids, ok := table.ChangedSince(before); !ok || len(ids) != len(changes) {
				t.Fatalf("%d rows changed, %v says %d", len(changes), ok, len(ids))
			}
		}
	})
}

func checkTable(t *rapid.T, table *Table[string], want map[ID]string) {
	if table.Len() != len(want) {
		t.Fatalf("%d rows, want %d", table.Len(), len(want))
	}
	for i, id := range slices.Sorted(maps.Keys(want)) {
		if table.ID(i) != id || table.At(i) != want[id] {
			t.Fatalf("row %d is %d %q, want %d %q", i, table.ID(i), table.At(i), id, want[id])
		}
		if at, ok := table.Find(id); !ok || at != i {
			t.Fatalf("%d was found at %d, %v", id, at, ok)
		}
	}
	for id := range ID(50) {
		_, has := want[id*131]
		if _, ok := table.Find(id * 131); ok != has {
			t.Fatalf("%d: found %v", id*131, ok)
		}
	}
}
