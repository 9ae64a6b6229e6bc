package db

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"lanyard/model"
)

// tx is the typed records on top of ordered keys. It implements model.WriteTx, and model.ReadTx while w is nil.
type tx struct {
	path    string
	r       reader
	w       kv
	head    head
	touched map[model.Ref]struct{}
	gaps    map[[2]byte]gap // where keys were missed, the last one of each kind and index
	dirty   bool
	erased  bool // a sealed API key was deleted, and the file still holds it
}

func begin(path string, r reader, w kv) (*tx, error) {
	t := &tx{path: path, r: r, w: w}
	b, err := t.read(headKey)
	if err != nil {
		return nil, err
	}
	var ok bool
	if t.head, ok = decodeHead(b); !ok {
		return nil, damaged(path, "its head can't be read")
	}
	return t, nil
}

// read returns the value of a key, model.ErrNotFound, or an error that says what is damaged.
func (t *tx) read(key []byte) ([]byte, error) {
	wrapped, err := t.r.get(key)
	if err != nil {
		return nil, t.engine(err)
	}
	if wrapped == nil {
		return nil, cmp.Or(t.missed(key), model.ErrNotFound)
	}
	value, err := unwrap(key, wrapped)
	if err != nil {
		return nil, damaged(t.path, describe(key)+": "+err.Error())
	}
	return value, nil
}

// stored returns what is kept under a key, whatever it is, and nil for one that isn't there.
func (t *tx) stored(key []byte) ([]byte, error) {
	value, err := t.r.get(key)
	if err != nil || value != nil {
		return value, t.engine(err)
	}
	return nil, t.missed(key)
}

// gap lies between two keys that stand beside each other, of which nil is an end.
type gap struct{ after, before []byte }

func (g gap) holds(key []byte) bool {
	return bytes.Compare(g.after, key) < 0 && (g.before == nil || bytes.Compare(key, g.before) < 0)
}

// missed makes sure of a key that wasn't found. What a change puts into a gap doesn't make the rest of it less sure: a
// change of many misses a key a record, each beside the last, as those of events are.
func (t *tx) missed(key []byte) error {
	if t.w == nil {
		_, _, err := t.r.missed(key)
		return t.engine(err)
	}
	space := [2]byte(append(slices.Clone(key), 0, 0)[:2]) // what it is, and of which kind or index
	if g, ok := t.gaps[space]; ok && g.holds(key) {
		return nil
	}
	after, before, err := t.r.missed(key)
	if err != nil {
		return t.engine(err)
	}
	if t.gaps == nil {
		t.gaps = map[[2]byte]gap{}
	}
	t.gaps[space] = gap{bytes.Clone(after), bytes.Clone(before)}
	return nil
}

// engine makes damage of a panic in the engine.
func (t *tx) engine(err error) error {
	if f, ok := errors.AsType[engineError](err); ok {
		return damaged(t.path, f)
	}
	return err
}

func (t *tx) write(key, value []byte) error {
	t.dirty = true
	return t.engine(t.w.put(key, wrap(key, value)))
}

// Revision returns the number of the last change.
func (t *tx) Revision() uint64 { return t.head.revision }

// Get returns a record's bytes.
func (t *tx) Get(kind model.Kind, id model.ID) ([]byte, error) {
	return t.read(recordKey(kind, id))
}

// Find returns the record that holds a key in a unique index.
func (t *tx) Find(index model.Index, key string) (model.ID, error) {
	b, err := t.read(indexKey(index, key))
	if err != nil {
		return 0, err
	}
	return t.entry(index, b)
}

// entry is the id that an entry of an index holds.
func (t *tx) entry(index model.Index, b []byte) (model.ID, error) {
	if len(b) != 8 {
		return 0, damaged(t.path, fmt.Sprintf("index %d: an entry of %d bytes", index, len(b)))
	}
	return model.ID(binary.BigEndian.Uint64(b)), nil
}

// ScanIndex visits the keys of a unique index.
func (t *tx) ScanIndex(index model.Index, from string, visit func(string, model.ID) bool) error {
	var bad error
	err := t.r.scan(indexKey(index, from), []byte{prefixIndex, byte(index) + 1}, func(key, wrapped []byte) bool {
		value, err := unwrap(key, wrapped)
		if err != nil {
			bad = damaged(t.path, fmt.Sprintf("index %d: %v", index, err))
			return false
		}
		id, err := t.entry(index, value)
		if err != nil {
			bad = err
			return false
		}
		return visit(string(key[2:]), id)
	})
	return errors.Join(t.engine(err), bad)
}

// Scan visits the records of a kind. One that visits all of them is held against their count: a broken page that leads to
// records, or a broken key, takes them away without a wrong checksum anywhere.
func (t *tx) Scan(kind model.Kind, from model.ID, visit func(model.ID, []byte) bool) error {
	if kind >= maxKinds {
		return fmt.Errorf("there is no kind %d", kind)
	}
	var bad error
	count, found, ended := t.head.counts[kind], uint64(0), true
	to := []byte{prefixRecord, byte(kind) + 1}
	err := t.r.scan(recordKey(kind, from), to, func(key, wrapped []byte) bool {
		value, err := unwrap(key, wrapped)
		if err != nil || len(key) != 10 {
			bad = damaged(t.path, fmt.Sprintf("%s record: %v", kind, errChecksum))
			return false
		}
		found++
		ended = visit(model.ID(binary.BigEndian.Uint64(key[2:])), value)
		return ended
	})
	switch {
	case err != nil:
		return t.engine(err)
	case bad == nil && ended && from == 0 && found != count && count == t.head.counts[kind]:
		return damaged(t.path, missing(found, count, kind))
	}
	return bad
}

// Count returns how many records of a kind there are.
func (t *tx) Count(kind model.Kind) (int, error) {
	if kind >= maxKinds {
		return 0, fmt.Errorf("there is no kind %d", kind)
	}
	return int(t.head.counts[kind]), nil
}

// Changes returns what was touched after a revision.
func (t *tx) Changes(since uint64) ([]model.Ref, bool, error) {
	if since > t.head.revision {
		return nil, false, nil // another store was put in the place of this one
	}
	var refs []model.Ref
	found, complete := uint64(0), true
	var bad error
	err := t.r.scan(changeKey(since+1), []byte{prefixChange + 1}, func(key, wrapped []byte) bool {
		value, err := unwrap(key, wrapped)
		ok := err == nil
		if ok {
			var whole bool
			refs, whole, ok = decodeChange(value, refs)
			complete = complete && whole
		}
		if !ok {
			bad = damaged(t.path, "its change log can't be read")
		}
		found++
		return ok
	})
	if err := errors.Join(t.engine(err), bad); err != nil {
		return nil, false, err
	}
	if !complete || found != t.head.revision-since {
		return nil, false, nil
	}
	slices.SortFunc(refs, func(a, b model.Ref) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID)) })
	return slices.Compact(refs), true, nil
}

// NextID returns an id that was never given out before.
func (t *tx) NextID() (model.ID, error) {
	id := t.head.next
	t.head.next++
	t.dirty = true
	return id, nil
}

// sealAtLeast is less than the sealed copy of an API key takes, in bytes. A key's record that shrinks by more has lost it;
// one that only notes a use hardly changes its length.
const sealAtLeast = 32

// Put writes a record.
func (t *tx) Put(kind model.Kind, id model.ID, record []byte) error {
	if kind >= maxKinds {
		return fmt.Errorf("there is no kind %d", kind)
	}
	key := recordKey(kind, id)
	old, err := t.stored(key)
	if err != nil {
		return err
	}
	if old == nil {
		t.head.counts[kind]++
	}
	t.erased = t.erased || kind == model.KindAPIKey && checksumLen+len(record)+sealAtLeast < len(old)
	t.touch(kind, id)
	return t.write(key, record)
}

// Delete removes a record.
func (t *tx) Delete(kind model.Kind, id model.ID) error {
	if kind >= maxKinds {
		return fmt.Errorf("there is no kind %d", kind)
	}
	key := recordKey(kind, id)
	old, err := t.stored(key)
	switch {
	case err != nil:
		return err
	case old == nil:
		return model.ErrNotFound
	}
	t.head.counts[kind]--
	t.touch(kind, id)
	t.dirty = true
	t.erased = t.erased || kind == model.KindAPIKey || kind == model.KindUndoPart && holdsKeys(key, old)
	return t.engine(t.w.delete(key))
}

// holdsKeys reports whether sealed keys go with a part of an undo step.
func holdsKeys(key, wrapped []byte) bool {
	value, err := unwrap(key, wrapped)
	return err == nil && model.HoldsKeys(value)
}

// touch notes what the change log will name.
func (t *tx) touch(kind model.Kind, id model.ID) {
	if kind == model.KindEvent || len(t.touched) > maxTouched {
		return
	}
	if t.touched == nil {
		t.touched = map[model.Ref]struct{}{}
	}
	t.touched[model.Ref{Kind: kind, ID: id}] = struct{}{}
}

// Reserve takes a key in a unique index.
func (t *tx) Reserve(index model.Index, key string, id model.ID) error {
	have, err := t.Find(index, key)
	switch {
	case err == nil && have != id:
		return model.ErrTaken
	case err != nil && !errors.Is(err, model.ErrNotFound):
		return err
	}
	return t.write(indexKey(index, key), binary.BigEndian.AppendUint64(nil, uint64(id)))
}

// Release gives a key in a unique index back.
func (t *tx) Release(index model.Index, key string) error {
	if _, err := t.Find(index, key); err != nil {
		return err
	}
	t.dirty = true
	return t.engine(t.w.delete(indexKey(index, key)))
}

// finish writes what every change ends with: the entry of the change log, and the head with the next revision.
func (t *tx) finish() error {
	t.head.revision++
	t.head.nonce = rand.Uint64()
	refs := make([]model.Ref, 0, len(t.touched))
	for r := range t.touched {
		refs = append(refs, r)
	}
	if err := t.write(changeKey(t.head.revision), encodeChange(refs)); err != nil {
		return err
	}
	if t.head.revision > keptRevisions {
		if err := t.w.delete(changeKey(t.head.revision - keptRevisions)); err != nil {
			return t.engine(err)
		}
	}
	return t.write(headKey, t.head.encode())
}
