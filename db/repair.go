package db

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"lanyard/model"
)

// Repaired is what a repair did.
type Repaired struct {
	Findings   []string // what was wrong
	Lost       []Lost   // what couldn't be taken over
	Kept       string   // where the store is as it was
	Quarantine string   // where what couldn't be taken over is, "" when everything could
}

// Rebuild makes all that can be made from the records: indexes, tallies and counts. It drops records that it can't use. events
// is how many events there were, as far as anything tells.
type Rebuild func(tx model.WriteTx, events uint64, drop func(ref model.Ref, record []byte, why string)) error

// Repair makes a new store of what can be read of a damaged one, and puts it in its place in one step, under its lock. The
// old file is kept as it is beside it, and so is, in a file of its own, each entry that couldn't be taken over. Nothing is
// guessed: of what can't be read nothing is made up. The errors are ErrMissing, model.ErrDamaged where too little can be read,
// ErrNewer, model.ErrBusy, and those of rebuild and of the disk; with any of them the store is as it was, unless it says otherwise.
func Repair(ctx context.Context, path string, now time.Time, rebuild Rebuild) (r Repaired, err error) {
	path, err = filepath.Abs(path)
	if err != nil {
		return r, fmt.Errorf("can't find out where the store is: %w", err)
	}
	s := &Store{path: path, wait: waitAtMost, format: currentFormat}
	old, place, err := s.occupant(ctx)
	if err != nil {
		return r, err
	}
	if old == nil {
		return r, fault(ErrMissing, restoreHint, "There is no %s", path)
	}
	defer func() { unlock(old); _ = old.Close() }()
	r.Kept, err = s.supplant(ctx, old, place, "before-repair-"+stamp(now), func(temporary string) error {
		if err := s.rebuilt(ctx, old, temporary, rebuild, &r); err != nil {
			return err
		}
		return s.quarantine(place, now, &r)
	})
	if err != nil && r.Quarantine != "" {
		_ = os.Remove(r.Quarantine)
	}
	return r, roomless(err, "a repaired store", filepath.Dir(path))
}

// rebuilt writes the new store, and looks whether it is whole.
func (s *Store) rebuilt(ctx context.Context, old *os.File, to string, rebuild Rebuild, r *Repaired) error {
	v, err := s.refill(ctx, old, to, primary, func(v *salvaged, t *tx) error {
		if !v.hasMeta || v.meta.id == "" {
			return damaged(s.path, errLostMeta)
		}
		if err := s.forward(v, t); err != nil {
			return err
		}
		r.Lost = v.lost
		err := rebuild(t, v.events(), func(ref model.Ref, record []byte, why string) {
			key := recordKey(ref.Kind, ref.ID)
			r.Lost = append(r.Lost, Lost{key, wrap(key, record), why})
		})
		if err != nil {
			return err
		}
		return s.leap(t)
	})
	if err != nil {
		return err
	}
	r.Findings = v.findings
	if _, err := examine(ctx, to); err != nil {
		return fmt.Errorf("what can be read of %s doesn't make a whole store: %w", s.path, err)
	}
	return nil
}

// primary reports whether an entry is taken over. The others are made from these.
func primary(key []byte) bool {
	if len(key) == 1 {
		return key[0] == prefixMeta
	}
	kind := model.Kind(key[1])
	return key[0] == prefixRecord && kind != model.KindTally && kind != model.KindActiveAdmin
}

// derived reports whether an entry is made anew, from the others.
func derived(key []byte) bool {
	switch key[0] {
	case prefixIndex, prefixChange, prefixHead:
		return true
	case prefixRecord:
		return len(key) == 10 && !primary(key)
	}
	return false
}

// leap writes a change log that says that everything may have changed.
func (*Store) leap(t *tx) error {
	if err := t.write(headKey, t.head.encode()); err != nil {
		return err
	}
	if err := getAhead(t.w, head{}); err != nil {
		return err
	}
	b, err := t.read(headKey)
	if err != nil {
		return err
	}
	var ok bool
	if t.head, ok = decodeHead(b); !ok {
		return errors.New("the new head can't be read")
	}
	return nil
}

// quarantined is how an entry stands in the file of those that couldn't be taken over.
type quarantined struct {
	What  string `json:"what"`
	Key   string `json:"key"`   // in base64
	Value string `json:"value"` // in base64, with its checksum
}

// quarantine writes down what couldn't be taken over. Derived entries aren't kept: they were made anew.
func (s *Store) quarantine(path string, now time.Time, r *Repaired) error {
	list := []quarantined{}
	for _, l := range r.Lost {
		if !derived(l.Key) {
			encode := base64.StdEncoding.EncodeToString
			list = append(list, quarantined{l.Why, encode(l.Key), encode(l.Value)})
		}
	}
	if len(list) == 0 {
		return nil
	}
	data, err := json.MarshalIndent(list, "", "  ")
	if err != nil {
		return err
	}
	name, err := keep(path, "quarantine-"+stamp(now)+".json")
	if err != nil {
		return err
	}
	r.Quarantine = name
	return CreateFile(name, append(data, '\n'))
}
