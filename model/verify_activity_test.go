package model_test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"lanyard/keys"
	"lanyard/model"
)

func (a *account) head() model.Head {
	a.Helper()
	head, _, err := a.VerifyActivity(a.Context(), model.Head{}, nil)
	if err != nil {
		a.Fatal(err)
	}
	return head
}

// breaks holds what VerifyActivity says against a number and a break.
func (a *account) breaks(kept model.Head, seq uint64, how model.Break) {
	a.Helper()
	_, _, err := a.VerifyActivity(a.Context(), kept, nil)
	if !isBreak(err, seq, how) {
		a.Fatalf("got %v, not a break (%s) at event %d", err, how, seq)
	}
	if !errors.Is(err, model.ErrChain) || !errors.Is(err, model.ErrDamaged) || model.Hint(err) == "" {
		a.Errorf("%v isn't of the kind ErrChain, or has no hint", err)
	}
}

func record(tx model.ReadTx, seq uint64) []byte {
	b, err := tx.Get(model.KindEvent, model.ID(seq))
	if err != nil {
		panic(err)
	}
	return bytes.Clone(b)
}

func put(tx model.WriteTx, seq uint64, b []byte) error {
	return tx.Put(model.KindEvent, model.ID(seq), b)
}

func TestAChainThatIsWholeGivesItsHead(t *testing.T) {
	a := busy(t)
	list := a.events()
	last := list[len(list)-1]
	reported := 0
	head, _, err := a.VerifyActivity(a.Context(), list[4].Head(), func(done, total uint64) {
		reported++
		if done > total || total != last.Seq {
			t.Errorf("%d of %d", done, total)
		}
	})
	if err != nil || head != last.Head() || reported == 0 {
		t.Errorf("head %v, %v, reported %d times", head, err, reported)
	}
	again, err := model.ParseHead(head.String())
	if err != nil || again != head {
		t.Errorf("%q reads as %v, %v", head.String(), again, err)
	}
	for _, bad := range []string{"", "12", ":", "0:" + head.String(), "x:y", head.String() + "00", "12:abc"} {
		if _, err := model.ParseHead(bad); !errors.Is(err, model.ErrInvalid) {
			t.Errorf("%q reads: %v", bad, err)
		}
	}
}

func TestTamperingShowsWhereItIs(t *testing.T) {
	const at = 9
	tests := []struct {
		name string
		do   func(tx model.WriteTx, count uint64) error
		seq  uint64
		how  model.Break
	}{
		{"swapped with the next", func(tx model.WriteTx, _ uint64) error {
			one, other := record(tx, at), record(tx, at+1)
			return errors.Join(put(tx, at, other), put(tx, at+1, one))
		}, at, model.BreakHash},
		{"taken out, the others renumbered", func(tx model.WriteTx, count uint64) error {
			for seq := uint64(at); seq < count; seq++ {
				if err := put(tx, seq, record(tx, seq+1)); err != nil {
					return err
				}
			}
			return tx.Delete(model.KindEvent, model.ID(count))
		}, at, model.BreakHash},
		{"put in twice", func(tx model.WriteTx, _ uint64) error { return put(tx, at+1, record(tx, at)) }, at + 1, model.BreakHash},
		{"the first replaced by another", func(tx model.WriteTx, _ uint64) error { return put(tx, 1, record(tx, 2)) }, 1, model.BreakHash},
		{"cut short", func(tx model.WriteTx, _ uint64) error { return put(tx, at, record(tx, at)[:20]) }, at, model.BreakUnreadable},
		{"empty", func(tx model.WriteTx, _ uint64) error { return put(tx, at, nil) }, at, model.BreakUnreadable},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := busy(t)
			count := uint64(len(a.events()))
			a.tamper(func(tx model.WriteTx) error { return tt.do(tx, count) })
			a.breaks(model.Head{}, tt.seq, tt.how)
		})
	}
}

// Every byte of a stored event is held by its hash, also those that mean nothing.
func TestEveryFlippedBitShowsAtItsEvent(t *testing.T) {
	a := busy(t)
	count := uint64(len(a.events()))
	rapid.Check(t, func(r *rapid.T) {
		seq := rapid.Uint64Range(1, count).Draw(r, "event")
		var was []byte
		a.tamper(func(tx model.WriteTx) error {
			was = record(tx, seq)
			bent := bytes.Clone(was)
			bent[rapid.IntRange(0, len(bent)-1).Draw(r, "byte")] ^= 1 << rapid.IntRange(0, 7).Draw(r, "bit")
			return put(tx, seq, bent)
		})
		_, _, err := a.VerifyActivity(a.Context(), model.Head{}, nil)
		chain, ok := errors.AsType[*model.ChainError](err)
		if !ok || chain.Seq != seq {
			r.Errorf("got %v, not a break at event %d", err, seq)
		}
		a.tamper(func(tx model.WriteTx) error { return put(tx, seq, was) })
	})
}

// What is missing at the end follows from nothing: only a head that was kept tells.
func TestACutAtTheEndShowsOnlyAgainstAKeptHead(t *testing.T) {
	a := busy(t)
	kept := a.head()
	a.tamper(func(tx model.WriteTx) error {
		return errors.Join(tx.Delete(model.KindEvent, model.ID(kept.Seq)), tx.Delete(model.KindEvent, model.ID(kept.Seq-1)))
	})
	if got := a.head(); got.Seq != kept.Seq-2 {
		t.Errorf("the head is %v", got)
	}
	a.breaks(kept, kept.Seq, model.BreakHead)
}

// Who has the sealing key can write another history, which is a whole chain. A head kept elsewhere tells.
func TestAChainWrittenAnewShowsOnlyAgainstAKeptHead(t *testing.T) {
	a, other := busy(t), busy(t) // whose API keys differ
	kept := a.head()
	if other.head() == kept {
		t.Fatal("both have the same history")
	}
	other.breaks(kept, kept.Seq, model.BreakHead)
}

func TestAMissingEventShows(t *testing.T) {
	a := busy(t)
	store := &holed{Store: a.store, seq: 5}
	if _, _, err := a.on(store).VerifyActivity(t.Context(), model.Head{}, nil); !isBreak(err, 5, model.BreakGap) {
		t.Errorf("got %v", err)
	}
	store.err = fmt.Errorf("event 5: %w", model.ErrDamaged)
	if _, _, err := a.on(store).VerifyActivity(t.Context(), model.Head{}, nil); !isBreak(err, 5, model.BreakUnreadable) {
		t.Errorf("got %v", err)
	}
	store.seq, store.err = 0, errors.New("the disk is on fire")
	if _, _, err := a.on(store).VerifyActivity(t.Context(), model.Head{}, nil); !errors.Is(err, store.err) {
		t.Errorf("got %v", err)
	}
}

func TestWithoutTheSealingKeyNothingIsSaid(t *testing.T) {
	a := busy(t)
	locked := &model.Error{Kind: model.ErrLocked, What: "missing"}
	d := model.NewDirectory(a.store, model.Options{Unlock: func() (*keys.Root, error) { return nil, locked }})
	if _, _, err := d.VerifyActivity(t.Context(), model.Head{}, nil); !errors.Is(err, model.ErrLocked) {
		t.Errorf("got %v", err)
	}
}

// holed is a store in which an event isn't there, or can't be read.
type holed struct {
	model.Store
	seq uint64
	err error // what reading it fails with; nil for not being there
}

type holedTx struct {
	model.ReadTx
	s *holed
}

func (s *holed) View(ctx context.Context, fn func(model.ReadTx) error) error {
	if s.seq == 0 {
		return s.err
	}
	return s.Store.View(ctx, func(tx model.ReadTx) error { return fn(holedTx{tx, s}) })
}

func (t holedTx) hole(kind model.Kind, id model.ID) bool {
	return kind == model.KindEvent && uint64(id) == t.s.seq
}

func (t holedTx) Get(kind model.Kind, id model.ID) ([]byte, error) {
	if t.hole(kind, id) {
		return nil, cmp.Or(t.s.err, model.ErrNotFound)
	}
	return t.ReadTx.Get(kind, id)
}

func (t holedTx) Scan(kind model.Kind, from model.ID, visit func(model.ID, []byte) bool) error {
	var bad error
	err := t.ReadTx.Scan(kind, from, func(id model.ID, b []byte) bool {
		if t.hole(kind, id) {
			bad = t.s.err
			return bad == nil
		}
		return visit(id, b)
	})
	return errors.Join(err, bad)
}

func isBreak(err error, seq uint64, how model.Break) bool {
	chain, ok := errors.AsType[*model.ChainError](err)
	return ok && chain.Seq == seq && chain.Break == how
}
