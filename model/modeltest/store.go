// Package modeltest has a store in memory, for tests of what stands on model.Store.
package modeltest

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"

	"lanyard/model"
)

// Store keeps an account in memory. It follows the rules of model.Store and remembers every change.
type Store struct {
	mu    sync.Mutex
	state state
	log   [][]model.Ref // log[i] is what revision i+1 touched
	fail  error
}

type state struct {
	records map[model.Ref]string
	unique  map[uniqueKey]model.ID
	next    model.ID
}

type uniqueKey struct {
	index model.Index
	key   string
}

// NewStore returns an empty store.
func NewStore() *Store {
	return &Store{state: state{records: map[model.Ref]string{}, unique: map[uniqueKey]model.ID{}, next: model.FirstID}}
}

// Fail makes every following Update fail with an error, until it is called with nil.
func (s *Store) Fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fail = err
}

// ID returns a fixed name.
func (s *Store) ID() string { return "memory" }

// View calls fn with the store as it is.
func (s *Store) View(_ context.Context, fn func(model.ReadTx) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return fn(&tx{state: s.state, revision: uint64(len(s.log)), log: s.log})
}

// Update calls fn twice, to find out what can't be run again, and keeps the second one's changes if it returns nil.
func (s *Store) Update(_ context.Context, fn func(model.WriteTx) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail != nil {
		return s.fail
	}
	if err := fn(s.begin()); err != nil {
		return err
	}
	t := s.begin()
	if err := fn(t); err != nil {
		return err
	}
	if t.wrote {
		s.state = t.state
		s.log = append(s.log, t.touched)
	}
	return nil
}

func (s *Store) begin() *tx {
	return &tx{revision: uint64(len(s.log)), log: s.log, state: state{
		records: maps.Clone(s.state.records), unique: maps.Clone(s.state.unique), next: s.state.next,
	}}
}

// Look returns the revision.
func (s *Store) Look() (model.Mark, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return model.Mark{uint64(len(s.log))}, nil
}

type tx struct {
	state
	revision uint64
	log      [][]model.Ref
	touched  []model.Ref
	wrote    bool
}

// Revision counts the changes that were kept: this one, if it is, has the next number.
func (t *tx) Revision() uint64 { return t.revision }

// Get returns a copy: a caller that keeps or changes what it got is found out elsewhere, by the store on disk.
func (t *tx) Get(kind model.Kind, id model.ID) ([]byte, error) {
	r, ok := t.records[model.Ref{Kind: kind, ID: id}]
	if !ok {
		return nil, model.ErrNotFound
	}
	return []byte(r), nil
}

// Find returns the record that holds a key, or ErrNotFound. The key is taken as it is: folding it is the caller's.
func (t *tx) Find(index model.Index, key string) (model.ID, error) {
	id, ok := t.unique[uniqueKey{index, key}]
	if !ok {
		return 0, model.ErrNotFound
	}
	return id, nil
}

// ScanIndex visits keys in the order of their bytes. All are sorted anew each time, which is quick enough for tests.
func (t *tx) ScanIndex(index model.Index, from string, visit func(string, model.ID) bool) error {
	var keys []string
	for k := range t.unique {
		if k.index == index && k.key >= from {
			keys = append(keys, k.key)
		}
	}
	slices.Sort(keys)
	for _, key := range keys {
		if !visit(key, t.unique[uniqueKey{index, key}]) {
			break
		}
	}
	return nil
}

// Scan visits the records that are there when it begins, in ascending order.
func (t *tx) Scan(kind model.Kind, from model.ID, visit func(model.ID, []byte) bool) error {
	var ids []model.ID
	for ref := range t.records {
		if ref.Kind == kind && ref.ID >= from {
			ids = append(ids, ref.ID)
		}
	}
	slices.Sort(ids)
	for _, id := range ids {
		if !visit(id, []byte(t.records[model.Ref{Kind: kind, ID: id}])) {
			break
		}
	}
	return nil
}

// Count counts them one by one, so that it can't be wrong.
func (t *tx) Count(kind model.Kind) (int, error) {
	n := 0
	for ref := range t.records {
		if ref.Kind == kind {
			n++
		}
	}
	return n, nil
}

// Changes returns what was touched after a revision. This store forgets none, so that the answer is false only for a revision that
// hasn't been yet.
func (t *tx) Changes(since uint64) ([]model.Ref, bool, error) {
	if since > uint64(len(t.log)) {
		return nil, false, nil
	}
	var refs []model.Ref
	for _, touched := range t.log[since:] {
		refs = append(refs, touched...)
	}
	slices.SortFunc(refs, func(a, b model.Ref) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID))
	})
	return slices.Compact(refs), true, nil
}

// NextID returns the next id. One that a change took and didn't keep is given out again, as on disk.
func (t *tx) NextID() (model.ID, error) {
	id := t.next
	t.next++
	t.wrote = true
	return id, nil
}

// Put writes a record, of which it keeps a copy.
func (t *tx) Put(kind model.Kind, id model.ID, record []byte) error {
	t.touch(kind, id)
	t.records[model.Ref{Kind: kind, ID: id}] = string(record)
	return nil
}

// Delete removes a record, or is ErrNotFound.
func (t *tx) Delete(kind model.Kind, id model.ID) error {
	ref := model.Ref{Kind: kind, ID: id}
	if _, ok := t.records[ref]; !ok {
		return model.ErrNotFound
	}
	t.touch(kind, id)
	delete(t.records, ref)
	return nil
}

func (t *tx) touch(kind model.Kind, id model.ID) {
	t.wrote = true
	if kind != model.KindEvent {
		t.touched = append(t.touched, model.Ref{Kind: kind, ID: id})
	}
}

// Reserve takes a key for a record. Who holds it already may take it again.
func (t *tx) Reserve(index model.Index, key string, id model.ID) error {
	k := uniqueKey{index, key}
	if have, ok := t.unique[k]; ok && have != id {
		return model.ErrTaken
	}
	t.unique[k], t.wrote = id, true
	return nil
}

// Release gives a key back, whoever holds it, or is ErrNotFound.
func (t *tx) Release(index model.Index, key string) error {
	k := uniqueKey{index, key}
	if _, ok := t.unique[k]; !ok {
		return model.ErrNotFound
	}
	delete(t.unique, k)
	t.wrote = true
	return nil
}
