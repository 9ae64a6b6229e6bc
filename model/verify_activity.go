package model

import (
	"bytes"
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"strconv"
	"strings"
)

// ErrChain means that the events aren't as they were written. It is a kind of ErrDamaged.
var ErrChain = fmt.Errorf("the chain of events is broken: %w", ErrDamaged)

// Break is how a chain of events is broken, in a word that programs may rely on.
type Break string

// The ways in which a chain breaks.
const (
	BreakHash       Break = "hash"       // an event doesn't follow from the ones before it: one was changed, moved or taken away
	BreakGap        Break = "gap"        // there is no event of that number
	BreakUnreadable Break = "unreadable" // its record is damaged
	BreakExtra      Break = "extra"      // there is an event beyond the last
	BreakHead       Break = "head"       // it isn't the event that somebody kept the head of
	BreakLost       Break = "lost"       // it is marked as lost in a repair, and no repair says so
)

// ChainError says where a chain of events breaks, and how. It wraps an Error of the kind ErrChain.
type ChainError struct {
	Seq   uint64 // the first event that isn't as it should be
	Break Break
	err   *Error
}

// Error returns the sentence, and the hint after it.
func (e *ChainError) Error() string { return e.err.Error() }

// Unwrap returns the error for people.
func (e *ChainError) Unwrap() error { return e.err }

func broken(seq uint64, how Break, what string) error {
	return &ChainError{seq, how, &Error{
		Kind: ErrChain, What: what, Short: "the activity isn't whole",
		Hint: "Don't trust the activity from there on. Compare it with a backup of the store.",
	}}
}

// Head names the last event of a chain. Who keeps it elsewhere can tell later whether all up to there is as it was: only a
// head that was kept tells that events are missing at the end.
type Head struct {
	Seq  uint64 // 0 when there is no event
	Hash [sha256.Size]byte
}

// String returns the head as ParseHead reads it: the number, a colon, and the hash in hexadecimal.
func (h Head) String() string {
	return strconv.FormatUint(h.Seq, 10) + ":" + hex.EncodeToString(h.Hash[:])
}

// Head returns what to keep of an event.
func (e Event) Head() Head { return Head{e.Seq, e.Hash} }

// ParseHead reads what String returned.
func ParseHead(text string) (Head, error) {
	number, digits, _ := strings.Cut(strings.TrimSpace(text), ":")
	seq, err := strconv.ParseUint(number, 10, 64)
	sum, bad := hex.DecodeString(digits)
	if errors.Join(err, bad) != nil || seq == 0 || len(sum) != sha256.Size {
		return Head{}, &Error{
			Kind: ErrInvalid, What: fmt.Sprintf("%q isn't the head of an activity", text), Short: "not a head",
			Hint: "It is a number, a colon and 64 hexadecimal digits, as activity verify prints it.",
		}
	}
	return Head{seq, [sha256.Size]byte(sum)}, nil
}

// chainKey returns a copy of the key that events are chained with; wipe it after use.
func (d *Directory) chainKey() ([]byte, error) {
	root, err := d.unlock()
	if err != nil {
		return nil, err
	}
	defer root.Wipe()
	return bytes.Clone(root.ChainKey()), nil
}

// VerifyActivity walks all events and holds each against the ones before it. It returns the last, to keep elsewhere, or a
// *ChainError that says where the chain breaks first. With a head that was kept, it also says whether that event is still
// what it was. report, which may be nil, is told from time to time how many events are done, of how many. ErrLocked means
// that the sealing key is missing: without it nothing can be said. lost are the events that a repair couldn't read and has an
// event of its own for: after each the chain begins anew.
func (d *Directory) VerifyActivity(ctx context.Context, kept Head, report func(done, total uint64)) (head Head, lost []uint64, err error) {
	key, err := d.chainKey()
	if err != nil {
		return Head{}, nil, err
	}
	defer clear(key)
	count, err := NewActivity(d.store).Count(ctx)
	if err != nil {
		return Head{}, nil, err
	}
	w := chainWalk{mac: hmac.New(sha256.New, key), kept: kept, repaired: map[uint64]bool{}}
	for w.at.Seq < count {
		if report != nil {
			report(w.at.Seq, count)
		}
		part, err := readEvents(ctx, d.store, w.at.Seq+1, min(count, w.at.Seq+searchSize))
		if err != nil {
			return w.at, w.lost, err
		}
		if err := w.through(part); err != nil {
			return w.at, w.lost, err
		}
	}
	if kept.Seq > count {
		return w.at, w.lost, broken(kept.Seq, BreakHead, fmt.Sprintf(
			"There are %d events, and the head that was kept is of event %d: events are missing at the end", count, kept.Seq))
	}
	return w.at, w.lost, cmp.Or(d.noneBeyond(ctx), w.unexplained())
}

// chainWalk is a walk along the events.
type chainWalk struct {
	mac  hash.Hash
	kept Head
	at   Head // the last event that was as it should be

	lost     []uint64        // events that are marked as lost
	repaired map[uint64]bool // those of which a repair says so
}

// through goes on along some events.
func (w *chainWalk) through(part []rawEvent) error {
	for _, raw := range part {
		e, readable := raw.decode(true)
		switch {
		case errors.Is(raw.err, ErrNotFound):
			return broken(raw.seq, BreakGap, fmt.Sprintf("Event %d isn't there", raw.seq))
		case !readable:
			return broken(raw.seq, BreakUnreadable, fmt.Sprintf("Event %d can't be read: its record is damaged", raw.seq))
		}
		sum, ok := w.follows(raw)
		switch {
		case e.Action == lostEvent:
			w.lost, sum = append(w.lost, raw.seq), e.Hash
		case !ok && w.anew():
			sum = e.Hash // what it followed isn't known any more
		case !ok:
			return broken(raw.seq, BreakHash, fmt.Sprintf(
				"Event %d doesn't follow from the ones before it: it was changed, or an event before it was changed, moved or taken away", raw.seq))
		case e.Action == repairEvent:
			for _, seq := range e.repairLost() {
				w.repaired[seq] = true
			}
		}
		w.at = Head{raw.seq, sum}
		if raw.seq == w.kept.Seq && sum != w.kept.Hash {
			return broken(raw.seq, BreakHead, fmt.Sprintf(
				"Event %d isn't the one whose head was kept: the activity was written anew with the sealing key, or is another store's", raw.seq))
		}
	}
	return nil
}

// follows returns the hash that an event should have after the one before it, and whether it has that.
func (w *chainWalk) follows(raw rawEvent) (sum [sha256.Size]byte, ok bool) {
	body, carried := raw.record[:len(raw.record)-sha256.Size], raw.record[len(raw.record)-sha256.Size:]
	sum = chainSum(w.mac, w.at.Hash, raw.seq, body)
	return sum, hmac.Equal(sum[:], carried)
}

// anew reports whether the event before was lost.
func (w *chainWalk) anew() bool { return len(w.lost) > 0 && w.lost[len(w.lost)-1] == w.at.Seq }

// unexplained is the first event that is marked as lost though no repair has an event of it: anybody who can write to the store
// can put such a mark in the place of an event.
func (w *chainWalk) unexplained() error {
	for _, seq := range w.lost {
		if !w.repaired[seq] {
			return &ChainError{seq, BreakLost, &Error{
				Kind: ErrChain, What: fmt.Sprintf("Event %d is marked as lost in a repair, and no event tells of that repair", seq),
				Short: "the activity isn't whole",
				Hint:  "After a repair its event comes with the next change: make one, and verify again. Without a repair, somebody took the event away.",
			}}
		}
	}
	return nil
}

// noneBeyond looks for an event with a number beyond the count, where none can be.
func (d *Directory) noneBeyond(ctx context.Context) error {
	return d.store.View(ctx, func(tx ReadTx) error {
		count, err := tx.Count(KindEvent)
		if err != nil {
			return err
		}
		extra := ID(0)
		err = tx.Scan(KindEvent, ID(count)+1, func(id ID, _ []byte) bool {
			extra = id
			return false
		})
		if err == nil && extra > 0 {
			err = broken(uint64(extra), BreakExtra, fmt.Sprintf("There is an event %d, and only %d were counted", extra, count))
		}
		return err
	})
}
