package db

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"

	bolt "go.etcd.io/bbolt"

	"lanyard/model"
)

// manyFindings is after how many things that are wrong nobody wants to hear of more.
const manyFindings = 1000

// Lost is an entry that can't be read as it stands.
type Lost struct {
	Key   []byte
	Value []byte // with its checksum
	Why   string
}

// salvaged is what could be read of a store, entry by entry.
type salvaged struct {
	survey
	findings []string
	lost     []Lost
	damaged  []model.Ref // records of which the key can be read and the value can't
	indexed  int         // entries of indexes that can be read
	highest  model.ID    // of all ids that were seen
}

func (v *salvaged) find(what string) error {
	if len(v.findings) < manyFindings {
		v.findings = append(v.findings, what)
	}
	return nil
}

// salvage goes through all of a file, hands on what is whole, and notes what isn't. It is damage that is read here, so that
// only a file whose first pages can't be read, a disk that doesn't answer, and keep itself are errors.
func (s *Store) salvage(
	ctx context.Context, f *os.File, keep func(key, wrapped []byte) error, has func(key []byte) (bool, error),
) (*salvaged, error) {
	im, err := s.image(ctx, f)
	if err != nil {
		return nil, err
	}
	v := &salvaged{}
	im.bad = v.find
	im.visit = func(key, wrapped []byte) error {
		id := idIn(key)
		v.highest = max(v.highest, id)
		if what := v.add(key, wrapped); what != "" {
			v.lost = append(v.lost, Lost{bytes.Clone(key), bytes.Clone(wrapped), what})
			if id != 0 { // the model has better words for records
				v.damaged = append(v.damaged, model.Ref{Kind: model.Kind(key[1]), ID: id})
				return nil
			}
			return v.find(what)
		}
		if key[0] == prefixIndex {
			v.indexed++
		}
		return keep(key, wrapped)
	}
	im.stray = func(key, wrapped []byte) error {
		if known, err := has(key); known || err != nil {
			return err
		}
		if _, err := unwrap(key, wrapped); err != nil {
			return nil //nolint:nilerr // it may be anything, and nobody misses it by its key
		}
		return im.visit(key, wrapped)
	}
	if err := im.read(); err != nil {
		return nil, err
	}
	v.findMissing()
	return v, nil
}

// findMissing notes what isn't there at all.
func (v *salvaged) findMissing() {
	there := v.survey
	for _, ref := range v.damaged {
		if ref.Kind < maxKinds {
			there.counts[ref.Kind]++
		}
	}
	for _, what := range there.complete() {
		_ = v.find(what) // never fails
	}
}

// idIn returns the id in the key of a record, 0 if it isn't one.
func idIn(key []byte) model.ID {
	if len(key) != 10 || key[0] != prefixRecord {
		return 0
	}
	return model.ID(binary.BigEndian.Uint64(key[2:]))
}

// refill makes a store of what can be read in a file: want says which keys are taken over as they are, and then fill may
// write more. Its head is made anew, from what is there.
func (s *Store) refill(ctx context.Context, f *os.File, to string, want func(key []byte) bool, fill func(*salvaged, *tx) error) (v *salvaged, err error) {
	db, err := bolt.Open(to, fileMode, &bolt.Options{Timeout: s.wait, NoSync: true, NoGrowSync: true, FreelistType: bolt.FreelistArrayType})
	if err != nil {
		return nil, fmt.Errorf("can't write %s: %w", to, err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	b := &bulk{ctx: ctx, db: db, pending: map[string][]byte{}}
	if err := b.begin(); err != nil {
		return nil, err
	}
	defer func() { _ = b.tx.Rollback() }() // says so when it was committed
	v, err = s.salvage(ctx, f, func(key, wrapped []byte) error {
		if !want(key) {
			return nil
		}
		if err := b.boltKV.put(key, wrapped); err != nil {
			return err
		}
		return b.step()
	}, func(key []byte) (bool, error) {
		have, err := b.boltKV.get(key)
		return have != nil, err
	})
	if err != nil {
		return nil, err
	}
	h := v.newHead(want)
	if err := b.put(headKey, wrap(headKey, h.encode())); err != nil {
		return nil, err
	}
	t := &tx{path: s.path, r: b, w: b, head: h}
	if err := fill(v, t); err != nil {
		return nil, err
	}
	if err := errors.Join(t.write(headKey, t.head.encode()), b.flush(), ctx.Err()); err != nil {
		return nil, err
	}
	return v, b.tx.Commit()
}

// newHead counts what was taken over. Where the old head is lost, ids go on well after the highest that was seen: one that
// was given out and deleted again has left no trace.
func (v *salvaged) newHead(want func(key []byte) bool) head {
	h := v.head
	if !v.hasHead {
		h = head{next: max(v.highest, model.FirstID) + 1<<20, revision: 1 << 32}
	}
	for kind := range h.counts {
		h.counts[kind] = 0
		if want(recordKey(model.Kind(kind), 1)) {
			h.counts[kind] = v.counts[kind]
		}
	}
	return h
}

// events returns how many events there were, as the old head counts them; 0 if that is lost too.
func (v *salvaged) events() uint64 { return v.head.counts[model.KindEvent] }
