package model

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"sort"

	"lanyard/keys"
)

// Rehearse returns a Directory that does everything and keeps nothing: what it answers is what would be done. It reads the
// store as it is, remembers its own changes, and neither locks the store nor needs the sealing key. What others change
// meanwhile may be in it or not. It isn't safe for concurrent use.
func (d *Directory) Rehearse() (*Directory, error) {
	_, root, err := keys.NewSealFile(d.store.ID(), d.rand)
	if err != nil {
		return nil, err
	}
	rehearsing := *d
	rehearsing.store = &rehearsal{Store: d.store, kept: newSketch(nil)}
	rehearsing.unlock = func() (*keys.Root, error) { return root.Clone(), nil }
	rehearsing.renewed = nil
	return &rehearsing, nil
}

// rehearsal is a store whose changes are only remembered.
type rehearsal struct {
	Store
	kept *sketch
}

// View calls fn with the store as the changes so far would leave it.
func (s *rehearsal) View(ctx context.Context, fn func(ReadTx) error) error {
	return s.Store.View(ctx, func(tx ReadTx) error {
		s.kept.ReadTx = tx
		return fn(s.kept)
	})
}

// Update calls fn, and remembers what it changed unless it fails.
func (s *rehearsal) Update(ctx context.Context, fn func(WriteTx) error) error {
	return s.Store.View(ctx, func(tx ReadTx) error {
		s.kept.ReadTx = tx
		layer := newSketch(s.kept)
		if err := fn(layer); err != nil {
			return err
		}
		s.kept.take(layer)
		return nil
	})
}

// sketch is a change in memory, on top of what it reads from.
type sketch struct {
	ReadTx
	records map[Kind]map[ID][]byte // nil for what is deleted
	unique  map[uniqueKey]ID
	counts  map[Kind]int  // how many more than beneath
	asked   map[Kind]bool // what was read from beneath
	next    ID
}

// sketchIDs is where the ids begin that a sketch gives out: no store ever gets there.
const sketchIDs ID = 1 << 60

func newSketch(on ReadTx) *sketch {
	s := &sketch{
		ReadTx: on, records: map[Kind]map[ID][]byte{}, unique: map[uniqueKey]ID{}, counts: map[Kind]int{}, asked: map[Kind]bool{},
		next: sketchIDs,
	}
	if beneath, ok := on.(*sketch); ok {
		s.next = beneath.next
	}
	return s
}

// take adds what was changed on top of a sketch to it.
func (s *sketch) take(layer *sketch) {
	for kind, records := range layer.records {
		maps.Copy(s.of(kind), records)
	}
	maps.Copy(s.unique, layer.unique)
	for kind, n := range layer.counts {
		s.counts[kind] += n
	}
	s.next = layer.next
}

// of are the records of a kind that were changed.
func (s *sketch) of(kind Kind) map[ID][]byte {
	if s.records[kind] == nil {
		s.records[kind] = map[ID][]byte{}
	}
	return s.records[kind]
}

// Get returns a record's bytes.
func (s *sketch) Get(kind Kind, id ID) ([]byte, error) {
	if b, changed := s.records[kind][id]; changed {
		if b == nil {
			return nil, ErrNotFound
		}
		return b, nil
	}
	s.asked[kind] = true
	return s.ReadTx.Get(kind, id)
}

// Find returns the record that holds a key in a unique index.
func (s *sketch) Find(index Index, key string) (ID, error) {
	if id, changed := s.unique[uniqueKey{index, key}]; changed {
		if id == 0 {
			return 0, ErrNotFound
		}
		return id, nil
	}
	return s.ReadTx.Find(index, key)
}

// Count returns how many records of a kind there are.
func (s *sketch) Count(kind Kind) (int, error) {
	n, err := s.ReadTx.Count(kind)
	return n + s.counts[kind], err
}

// Scan visits the records of a kind: those that were changed among those beneath.
func (s *sketch) Scan(kind Kind, from ID, visit func(ID, []byte) bool) error {
	s.asked[kind] = true
	changed := slices.Sorted(maps.Keys(s.records[kind]))
	changed = changed[sort.Search(len(changed), func(i int) bool { return changed[i] >= from }):]
	goesOn := true
	before := func(id ID) { // visits what was changed before an id
		for goesOn && len(changed) > 0 && changed[0] < id {
			if b := s.records[kind][changed[0]]; b != nil {
				goesOn = visit(changed[0], b)
			}
			changed = changed[1:]
		}
	}
	err := s.ReadTx.Scan(kind, from, func(id ID, b []byte) bool {
		before(id)
		if _, changed := s.records[kind][id]; !changed && goesOn {
			goesOn = visit(id, b)
		}
		return goesOn
	})
	if err == nil {
		before(^ID(0))
	}
	return err
}

// NextID returns an id that no store gives out.
func (s *sketch) NextID() (ID, error) {
	s.next++
	return s.next, nil
}

// Put writes a record.
func (s *sketch) Put(kind Kind, id ID, record []byte) error {
	_, err := s.Get(kind, id)
	switch {
	case errors.Is(err, ErrNotFound):
		s.counts[kind]++
	case err != nil:
		return err
	}
	s.of(kind)[id] = append([]byte{}, record...)
	return nil
}

// Delete removes a record.
func (s *sketch) Delete(kind Kind, id ID) error {
	if _, err := s.Get(kind, id); err != nil {
		return err
	}
	s.counts[kind]--
	s.of(kind)[id] = nil
	return nil
}

// Reserve takes a key in a unique index.
func (s *sketch) Reserve(index Index, key string, id ID) error {
	have, err := s.Find(index, key)
	switch {
	case err == nil && have != id:
		return ErrTaken
	case err != nil && !errors.Is(err, ErrNotFound):
		return err
	}
	s.unique[uniqueKey{index, key}] = id
	return nil
}

// Release gives a key in a unique index back.
func (s *sketch) Release(index Index, key string) error {
	if _, err := s.Find(index, key); err != nil {
		return err
	}
	s.unique[uniqueKey{index, key}] = 0
	return nil
}

// writtenAtOnce is how many records are written between two looks at whether anybody still waits for it.
const writtenAtOnce = 1000

// write does in a transaction what was changed in the sketch, in the order of the keys: bbolt splits a page only at the
// end, and what is put in the middle of one that has grown large has to move all that follows.
func (s *sketch) write(ctx context.Context, tx WriteTx) error {
	written := 0
	for _, kind := range slices.Sorted(maps.Keys(s.records)) {
		for _, id := range slices.Sorted(maps.Keys(s.records[kind])) {
			written++
			if written%writtenAtOnce == 0 && ctx.Err() != nil {
				return ctx.Err()
			}
			if err := s.writeRecord(tx, kind, id); err != nil {
				return err
			}
		}
	}
	sorted := slices.SortedFunc(maps.Keys(s.unique), func(a, b uniqueKey) int {
		return cmp.Or(cmp.Compare(a.index, b.index), cmp.Compare(a.key, b.key))
	})
	for _, k := range sorted {
		if err := s.writeKey(tx, k); err != nil {
			return err
		}
	}
	return ctx.Err()
}

func (s *sketch) writeRecord(tx WriteTx, kind Kind, id ID) error {
	if b := s.records[kind][id]; b != nil {
		return tx.Put(kind, id, b)
	}
	if err := tx.Delete(kind, id); !errors.Is(err, ErrNotFound) { // it may have come and gone
		return err
	}
	return nil
}

// writeKey gives a key to whom it is to have. Who had it before may have given it up.
func (s *sketch) writeKey(tx WriteTx, k uniqueKey) error {
	id := s.unique[k]
	if id != 0 {
		if err := tx.Reserve(k.index, k.key, id); !errors.Is(err, ErrTaken) {
			return err
		}
	}
	err := tx.Release(k.index, k.key)
	switch {
	case id == 0 && errors.Is(err, ErrNotFound): // it was taken and given back
		return nil
	case err != nil || id == 0:
		return err
	}
	return tx.Reserve(k.index, k.key, id)
}
