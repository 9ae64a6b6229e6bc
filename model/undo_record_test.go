package model

import (
	"bytes"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var deedGen = rapid.Custom(func(t *rapid.T) Deed {
	return Deed{
		Action: rapid.String().Draw(t, "action"), Name: rapid.String().Draw(t, "name"), From: rapid.String().Draw(t, "from"),
		To: rapid.String().Draw(t, "to"), Count: rapid.IntRange(0, 1<<20).Draw(t, "count"),
	}
})

var stepGen = rapid.Custom(func(t *rapid.T) Step {
	s := Step{
		ID: ID(rapid.Uint32().Draw(t, "id")), At: drawTime(t, "at"), Event: rapid.Uint64().Draw(t, "event"),
		Deed: deedGen.Draw(t, "deed"), Also: rapid.SliceOfN(deedGen, 0, 3).Draw(t, "also"), Records: rapid.IntRange(0, 1<<20).Draw(t, "records"),
		kind: stepKind(rapid.IntRange(1, 3).Draw(t, "kind")),
	}
	last := s.ID
	s.first, s.last = rapid.Uint64().Draw(t, "first"), rapid.Uint64().Draw(t, "of last")
	for range rapid.IntRange(0, 4).Draw(t, "parts") {
		last += ID(rapid.Uint16().Draw(t, "gap"))
		s.parts = append(s.parts, last)
	}
	return s
})

var touchGen = rapid.Custom(func(t *rapid.T) touch {
	x := touch{kind: touchKind(rapid.IntRange(1, 4).Draw(t, "kind")), ref: Ref{Kind(rapid.Byte().Draw(t, "of")), drawID(t, "id")}}
	if x.kind == touchCreated || x.kind == touchDeleted {
		x.image = rapid.SliceOf(rapid.Byte()).Draw(t, "image")
		return x
	}
	for range rapid.IntRange(0, 3).Draw(t, "moved") {
		k := slot{rapid.Byte().Draw(t, "field"), drawID(t, "slot")}
		x.moved = append(x.moved, move{k, rapid.String().Draw(t, "was"), rapid.String().Draw(t, "is")})
	}
	return x
})

// written is a record that comes back byte for byte, and of which no part is taken for the whole.
func writtenBack[T record](t *rapid.T, in T, decode decodeFunc[T]) {
	b := in.appendRecord(nil)
	for _, share := range []bool{false, true} {
		out, ok := decode(in.ref().ID, b, share)
		if !ok || !bytes.Equal(out.appendRecord(nil), b) || out.ref() != in.ref() {
			t.Fatalf("%+v became %+v, %v", in, out, ok)
		}
	}
	for cut := range b {
		if _, ok := decode(1, b[:cut], true); ok {
			t.Fatalf("%d of %d bytes were read as a record", cut, len(b))
		}
	}
	if _, ok := decode(1, append(b, 0), true); ok {
		t.Fatal("a byte too many wasn't noticed")
	}
}

func TestUndoRecordsComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		writtenBack(t, undoList{user: drawID(t, "user"), steps: rapid.SliceOfN(stepGen, 0, 4).Draw(t, "steps")}, decodeUndoList)
		writtenBack(t, overdue{
			attempts: rapid.Uint64().Draw(t, "attempts"), first: drawTime(t, "first"), last: drawTime(t, "last"), restored: drawTime(t, "restored"),
			repaired: repairNote{drawTime(t, "repaired"), rapid.String().Draw(t, "lost"), rapid.String().Draw(t, "admin")},
		}, decodeOverdue)
		writtenBack(t, undoPart{
			id: drawID(t, "part"), user: drawID(t, "of"), at: drawTime(t, "at"), touches: rapid.SliceOfN(touchGen, 0, 4).Draw(t, "touches"),
		}, decodeUndoPart)
	})
}

func FuzzDecodeUndo(f *testing.F) {
	f.Add(undoList{steps: []Step{{ID: 1000, Deed: Deed{Action: "user.rename"}, kind: stepDone, parts: []ID{1000, 1007}}}}.appendRecord(nil))
	f.Add(undoPart{user: 1, touches: []touch{{ref: Ref{KindAPIKey, 7}, kind: touchDeleted, image: APIKey{Sealed: []byte{1}}.appendRecord(nil)}}}.appendRecord(nil))
	f.Add(undoPart{touches: []touch{{ref: Ref{KindUser, 7}, kind: touchChanged, moved: []move{{slot{fieldGroup, 9}, "", isIn}}}}}.appendRecord(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		if l, ok := decodeUndoList(1, b, true); ok {
			if _, ok := decodeUndoList(1, l.appendRecord(nil), false); !ok {
				t.Errorf("%+v doesn't come back", l)
			}
		}
		decodeUndoPart(1, b, true)
		HoldsKeys(b)
	})
}

// A list that was written before steps told all that they did is read as it is.
func TestUndoListsOfOlderSchemasAreRead(t *testing.T) {
	for schema := byte(1); schema < undoSchema; schema++ {
		e := newEncoderOf(schema, nil, 1)
		e.number(1)
		for _, n := range []uint64{1000, uint64(stepDone)} {
			e.number(n)
		}
		e.time(time.Unix(1, 0))
		e.number(7)
		e.deed(Deed{Action: "user.rename", Name: "Ben", From: "Ben", To: "Benno", Count: 1})
		for _, n := range []uint64{1, 1, 0} { // records, one part, which is the first
			e.number(n)
		}
		if schema > 1 {
			e.number(7)
			e.number(8)
		}
		l, ok := decodeUndoList(1, e.b, false)
		if !ok || l.steps[0].Does() != "Ben renamed to Benno" || l.steps[0].Also != nil || len(l.steps[0].parts) != 1 {
			t.Errorf("schema %d: %+v, %v", schema, l, ok)
		}
	}
}
