package model

import (
	"context"
	"errors"
	"maps"
	"slices"

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
	records map[Ref][]byte // nil for what is deleted
	unique  map[uniqueKey]ID
	counts  map[Kind]int // how many more than beneath
	next    ID
}

// sketchIDs is where the ids begin that a sketch gives out: no store ever gets there.
const sketchIDs ID = 1 << 60

func newSketch(on ReadTx) *sketch {
	s := &sketch{ReadTx: on, records: map[Ref][]byte{}, unique: map[uniqueKey]ID{}, counts: map[Kind]int{}, next: sketchIDs}
	if beneath, ok := on.(*sketch); ok {
		s.next = beneath.next
	}
	return s
}

// take adds what was changed on top of a sketch to it.
func (s *sketch) take(layer *sketch) {
	maps.Copy(s.records, layer.records)
	maps.Copy(s.unique, layer.unique)
	for kind, n := range layer.counts {
		s.counts[kind] += n
	}
	s.next = layer.next
}

// Get returns a record's bytes.
func (s *sketch) Get(kind Kind, id ID) ([]byte, error) {
	if b, changed := s.records[Ref{kind, id}]; changed {
		if b == nil {
			return nil, ErrNotFound
		}
		return b, nil
	}
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
	var changed []ID
	for ref := range s.records {
		if ref.Kind == kind && ref.ID >= from {
			changed = append(changed, ref.ID)
		}
	}
	slices.Sort(changed)
	goesOn := true
	before := func(id ID) { // visits what was changed before an id
		for goesOn && len(changed) > 0 && changed[0] < id {
			if b := s.records[Ref{kind, changed[0]}]; b != nil {
				goesOn = visit(changed[0], b)
			}
			changed = changed[1:]
		}
	}
	err := s.ReadTx.Scan(kind, from, func(id ID, b []byte) bool {
		before(id)
		if _, changed := s.records[Ref{kind, id}]; !changed && goesOn {
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
	s.records[Ref{kind, id}] = append([]byte{}, record...)
	return nil
}

// Delete removes a record.
func (s *sketch) Delete(kind Kind, id ID) error {
	if _, err := s.Get(kind, id); err != nil {
		return err
	}
	s.counts[kind]--
	s.records[Ref{kind, id}] = nil
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
