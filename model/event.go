package model

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"time"
)

// Via says through what an actor acted.
type Via string

// The ways into an account.
const (
	ViaConsole     Via = "console"
	ViaCommandLine Via = "command line"
)

// Event is one entry of the account's activity. It holds no secrets.
type Event struct {
	Seq       uint64    // from 1, without gaps
	Time      time.Time // to the millisecond, by the clock of whoever did it: it needn't ascend
	Actor     ID
	ActorName string // the actor's email at the time
	Via       Via
	Action    string // such as "user.invite"
	Target    Ref
	// TargetName is what the target was called at the time.
	TargetName string
	Changes    []Change
	Hash       [sha256.Size]byte // over the event before, the number and the rest: docs/activity.md says what it promises
}

// Change is one field of an event's target, before and after, in words; "" is nothing. In an event, a text is cut after 4 KiB.
type Change struct{ Field, From, To string }

// appendBody encodes all of the event but its hash.
func (e Event) appendBody(b []byte) []byte {
	enc := newEncoder(b, 1)
	enc.time(e.Time)
	enc.number(uint64(e.Actor))
	enc.text(e.ActorName)
	enc.text(string(e.Via))
	enc.text(e.Action)
	enc.number(uint64(e.Target.Kind))
	enc.number(uint64(e.Target.ID))
	enc.text(e.TargetName)
	enc.number(uint64(len(e.Changes)))
	for _, c := range e.Changes {
		enc.text(c.Field)
		enc.text(c.From)
		enc.text(c.To)
	}
	return enc.b
}

func (e Event) appendRecord(b []byte) []byte {
	return append(e.appendBody(b), e.Hash[:]...)
}

func decodeEvent(id ID, b []byte, share bool) (e Event, ok bool) {
	if len(b) < sha256.Size {
		return e, false
	}
	copy(e.Hash[:], b[len(b)-sha256.Size:])
	d, _ := newDecoder(b[:len(b)-sha256.Size], share)
	e.Seq = uint64(id)
	e.Time = d.time()
	e.Actor = ID(d.number())
	e.ActorName = d.text()
	e.Via = Via(d.text())
	e.Action = d.text()
	e.Target = Ref{Kind(d.number()), ID(d.number())}
	e.TargetName = d.text()
	if n := d.length(); n > 0 {
		e.Changes = make([]Change, n)
		for i := range e.Changes {
			e.Changes[i] = Change{d.text(), d.text(), d.text()}
		}
	}
	return e, d.done()
}

// chain returns the event's hash, which follows from the one of the event before it (zeros for the first).
func (e Event) chain(key []byte, before [sha256.Size]byte) [sha256.Size]byte {
	return chainSum(hmac.New(sha256.New, key), before, e.Seq, e.appendBody(nil))
}

// chainSum is HMAC-SHA256, keyed from the root key, over the hash of the event before, an event's own number and its body. A
// cut or an edit shows, and can't be mended without the key. The mac may be used again, which spares half of the work.
func chainSum(mac hash.Hash, before [sha256.Size]byte, seq uint64, body []byte) (sum [sha256.Size]byte) {
	mac.Reset()
	mac.Write(before[:])
	mac.Write(binary.AppendUvarint(nil, seq))
	mac.Write(body)
	mac.Sum(sum[:0])
	return sum
}
