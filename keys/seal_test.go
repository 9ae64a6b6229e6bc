package keys

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func newSeal(tb testing.TB, store string) (*SealFile, *Root) {
	tb.Helper()
	f, root, err := NewSealFile(store, rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	return f, root
}

var bindingGen = rapid.Custom(func(t *rapid.T) Binding {
	return Binding{
		Store: rapid.StringN(0, 6, -1).Draw(t, "store"), Record: rapid.Uint64().Draw(t, "record"),
		Field: rapid.StringN(0, 6, -1).Draw(t, "field"),
	}
})

func TestWhatIsSealedComesBackInItsPlaceOnly(t *testing.T) {
	_, root := newSeal(t, "store")
	_, other := newSeal(t, "store")
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SliceOf(rapid.Byte()).Draw(t, "text")
		here, there := bindingGen.Draw(t, "here"), bindingGen.Draw(t, "there")
		sealed, err := root.Seal(here, text)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := root.Open(here, sealed); err != nil || !bytes.Equal(got, text) {
			t.Fatalf("%q came back as %q, %v", text, got, err)
		}
		if here != there {
			if _, err := root.Open(there, sealed); !errors.Is(err, ErrSealed) {
				t.Fatalf("it opens at %+v too: %v", there, err)
			}
		}
		if _, err := other.Open(here, sealed); !errors.Is(err, ErrSealed) {
			t.Fatalf("another key opens it: %v", err)
		}
		bad := append([]byte(nil), sealed...)
		bad[rapid.IntRange(0, len(bad)-1).Draw(t, "at")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		if _, err := root.Open(here, bad); !errors.Is(err, ErrSealed) {
			t.Fatalf("a flipped bit: %v", err)
		}
		if _, err := root.Open(here, sealed[:rapid.IntRange(0, len(sealed)-1).Draw(t, "cut")]); !errors.Is(err, ErrSealed) {
			t.Fatalf("cut short: %v", err)
		}
	})
}

func TestPlacesDontRunTogether(t *testing.T) {
	// Few letters, and lengths around those where their own encoding grows: what could be confused would be.
	part := rapid.Custom(func(t *rapid.T) string {
		return strings.Repeat(rapid.SampledFrom([]string{"", "a", "\x01", "\x00"}).Draw(t, "what"), rapid.SampledFrom([]int{1, 2, 127, 128, 129}).Draw(t, "times")) +
			rapid.StringOfN(rapid.SampledFrom([]rune("\x00\x01a")), 0, 3, -1).Draw(t, "rest")
	})
	place := rapid.Custom(func(t *rapid.T) Binding {
		return Binding{part.Draw(t, "store"), rapid.SampledFrom([]uint64{0, 1, 0x61, 0x0161, 1 << 56}).Draw(t, "record"), part.Draw(t, "field")}
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := place.Draw(t, "a"), place.Draw(t, "b")
		if same := bytes.Equal(a.associated(headOf(1)), b.associated(headOf(1))); same != (a == b) {
			t.Fatalf("%#v and %#v give the same", a, b)
		}
	})
	for _, pair := range [][2]Binding{{{"ab", 1, "c"}, {"a", 1, "bc"}}, {{"", 1, "x"}, {"x", 1, ""}}, {{"s", 1, "f"}, {"s", 1 << 56, "f"}}} {
		if bytes.Equal(pair[0].associated(headOf(1)), pair[1].associated(headOf(1))) {
			t.Errorf("%#v and %#v give the same", pair[0], pair[1])
		}
	}
}

func TestEarlierGenerationsOpen(t *testing.T) {
	b := Binding{"store", 1, "f"}
	f, root := newSeal(t, "store")
	roots := map[uint64]*Root{1: root}
	for generation := uint64(2); generation <= 4; generation++ {
		var err error
		if roots[generation], err = f.Rotate(roots[generation-1], rand.Reader); err != nil || roots[generation].Generation() != generation {
			t.Fatalf("generation %d: %v", generation, err)
		}
	}
	for wrote, writer := range roots {
		sealed, err := writer.Seal(b, []byte("text"))
		if err != nil || Generation(sealed) != wrote {
			t.Fatalf("%x, %v", sealed, err)
		}
		for reads, reader := range roots {
			got, err := reader.Open(b, sealed)
			if reads >= wrote && (err != nil || string(got) != "text") {
				t.Errorf("generation %d doesn't open what %d sealed: %v", reads, wrote, err)
			}
			if reads < wrote && !errors.Is(err, ErrSealed) {
				t.Errorf("generation %d opens what %d sealed: %v", reads, wrote, err)
			}
		}
	}
	sealed, err := roots[1].Seal(b, []byte("text"))
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range [][]byte{
		nil,
		{},
		{sealAlgorithm},
		{sealAlgorithm, 0x80},
		append([]byte{2}, sealed[1:]...), append([]byte{1, 0}, sealed[2:]...),
		append([]byte{1, 0x81, 0}, sealed[2:]...), append([]byte{1, 2}, sealed[2:]...), // 1 in two bytes, and another generation
		append([]byte{1}, bytes.Repeat([]byte{0xff}, 40)...),
	} {
		if _, err := roots[2].Open(b, bad); !errors.Is(err, ErrSealed) {
			t.Errorf("%x: %v", bad, err)
		}
	}
}

// The root key is the bytes 0 to 31. The chain key was computed by another program (Python's hmac); what is sealed is as
// the first version wrote it.
const (
	knownSealFile = `{"lanyard_seal": 1, "store": "0123456789ab", "generation": 1, "slots": [{"id": 1, "type": "file",
		"key": "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=",
		"wrapped": "AQEYj6696KH8K2N1BYc2mS6rl68X6YvBM+lisHPriWIjvlO411jzjxAr21RIm78rJLgsyEXITCLfkuBuHztu1AIL3dPJF3JGD5U="}]}`
	knownChainKey = "267f0254592948bf5b079e393b4865669caaae673194a841fa73c620b82accbc"
	knownSealed   = "01018baead42a68ab029e6f06e9c6d607b0b80da3fd1585b821acebc4ef1ab756a4605fcefb42284ec1a8fb6974d630a268b" +
		"d394d70a9e340b3e0676e218021abb3893e163507c8d37a9128b748804d198202bb1f335ff620dd8938c00c13f1d7a"
)

func TestWhatTheFirstVersionWroteOpens(t *testing.T) {
	f, err := DecodeSealFile([]byte(knownSealFile))
	if err != nil {
		t.Fatal(err)
	}
	root, err := f.Unlock("0123456789ab")
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := hex.DecodeString(knownSealed)
	if err != nil {
		t.Fatal(err)
	}
	known, err := Parse([]byte(knownKey))
	if err != nil {
		t.Fatal(err)
	}
	got, err := root.OpenKey(Binding{"0123456789ab", 7, "api_key.sealed"}, sealed, known.Digest())
	if err != nil || string(got.Text()) != knownKey || hex.EncodeToString(root.ChainKey()) != knownChainKey {
		t.Errorf("got %q, %v, chain key %x", got.Text(), err, root.ChainKey())
	}
}

func TestOpenKeyHoldsItAgainstItsDigest(t *testing.T) {
	_, root := newSeal(t, "store")
	k := newKey(t, APIKey)
	b := Binding{"store", 1, "api_key.sealed"}
	sealed, err := root.Seal(b, k.Text())
	if err != nil {
		t.Fatal(err)
	}
	if got, err := root.OpenKey(b, sealed, k.Digest()); err != nil || !bytes.Equal(got.Text(), k.Text()) {
		t.Errorf("got %v, %v", got, err)
	}
	if _, err := root.OpenKey(b, sealed, newKey(t, APIKey).Digest()); !errors.Is(err, ErrMismatch) {
		t.Errorf("against another digest: %v", err)
	}
	if (Digest{}).Matches(k.Text()) || (Digest{2}).Matches(k.Text()) {
		t.Error("a digest of no known algorithm matches")
	}
}

func TestSealFile(t *testing.T) {
	f, root := newSeal(t, "store-1")
	data, err := f.Encode()
	if err != nil {
		t.Fatal(err)
	}
	again, err := DecodeSealFile(data)
	if err != nil {
		t.Fatal(err)
	}
	same, err := again.Unlock("store-1")
	if err != nil || !bytes.Equal(same.ChainKey(), root.ChainKey()) {
		t.Fatalf("unlocked another root key: %v", err)
	}
	if _, err := again.Unlock("store-2"); !errors.Is(err, ErrSealFileOther) {
		t.Errorf("for another store: %v", err)
	}
	again.Store = "store-2"
	if _, err := again.Unlock("store-2"); !errors.Is(err, ErrSealFileDamaged) {
		t.Errorf("renamed to another store: %v", err)
	}
	if bytes.Contains(data, root.in().secret) || bytes.Contains(data, root.in().data[1]) {
		t.Error("the root key stands in the file in clear")
	}
	root.Wipe()
	if !bytes.Equal(root.ChainKey(), make([]byte, 32)) {
		t.Error("a wiped root key still holds something")
	}
}

// TestAChangedSealFileUnlocksNothingElse changes every byte. What JSON doesn't care for may change (an l to an L in a name,
// unused bits of base64), but what comes out is the same root key, or none.
func TestAChangedSealFileUnlocksNothingElse(t *testing.T) {
	first, root := newSeal(t, "store")
	changedSealFile(t, first, root)
	renewed, old := newSeal(t, "store")
	root, err := renewed.Rotate(old, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	changedSealFile(t, renewed, root)
}

// sameRoot reports whether two roots seal, open and chain the same.
func sameRoot(a, b *Root) bool {
	return a.Generation() == b.Generation() && bytes.Equal(a.ChainKey(), b.ChainKey()) && bytes.Equal(a.in().secret, b.in().secret) &&
		maps.EqualFunc(a.in().data, b.in().data, bytes.Equal)
}

func changedSealFile(t *testing.T, f *SealFile, root *Root) {
	t.Helper()
	data, err := f.Encode()
	if err != nil {
		t.Fatal(err)
	}
	refused := 0
	for i := range data {
		for bit := range 8 {
			bad := bytes.Clone(data)
			bad[i] ^= 1 << bit
			g, err := DecodeSealFile(bad)
			if err != nil {
				refused++
				continue
			}
			got, err := g.Unlock("store")
			switch {
			case err != nil:
				refused++
			case !sameRoot(got, root):
				t.Errorf("byte %d, bit %d: unlocks something else:\n%s", i, bit, bad)
			}
		}
	}
	if refused < 8*len(data)*8/10 {
		t.Errorf("of %d changes only %d were refused", 8*len(data), refused)
	}
}

func TestADamagedSlotDoesntHideAGoodOne(t *testing.T) {
	f, root := newSeal(t, "store")
	bad := f.Slots[0]
	bad.Wrapped = append(bytes.Clone(bad.Wrapped[:40]), 0)
	short := f.Slots[0]
	short.Key = short.Key[:31]
	for _, first := range []Slot{bad, short} {
		g := *f
		g.Slots = []Slot{first, f.Slots[0]}
		got, err := g.Unlock("store")
		if err != nil || !bytes.Equal(got.ChainKey(), root.ChainKey()) {
			t.Errorf("the second slot isn't tried: %v", err)
		}
		g.Slots = g.Slots[:1]
		if _, err := g.Unlock("store"); !errors.Is(err, ErrSealFileDamaged) {
			t.Errorf("the damaged one alone: %v", err)
		}
	}
	if _, err := f.Unlock("store"); err != nil {
		t.Errorf("unlocking changed the slot: %v", err)
	}
	if _, _, err := NewSealFile("store", strings.NewReader("too little")); err == nil {
		t.Error("a sealing key was made without randomness")
	}
}

// A slot of a later version may have fields that this one has never heard of.
const laterSlot = `{"id":7,"type":"token","params":{"salt":"x"},"wrapped":"eQ==","hint":{"asked":[1,2.50]}}`

func TestSlotsOfLaterVersionsAreKept(t *testing.T) {
	f, _ := newSeal(t, "s")
	own, err := json.Marshal(f.Slots[0])
	if err != nil {
		t.Fatal(err)
	}
	f, err = DecodeSealFile(fmt.Appendf(nil, `{"lanyard_seal":1,"store":"s","generation":1,"slots":[%s,%s]}`, laterSlot, own))
	if err != nil {
		t.Fatal(err)
	}
	data, err := f.Encode()
	if err != nil {
		t.Fatal(err)
	}
	var plain bytes.Buffer
	if err := json.Compact(&plain, data); err != nil || !strings.Contains(plain.String(), laterSlot) {
		t.Errorf("written again as %s, %v", plain.String(), err)
	}
	again, err := DecodeSealFile(data)
	if err != nil || len(again.Slots) != 2 || again.Slots[0].ID != 7 || again.Slots[0].Type != "token" {
		t.Fatalf("%+v, %v", again, err)
	}
	if _, err := again.Unlock("s"); err != nil {
		t.Errorf("with a slot that isn't known: %v", err)
	}
	again.Slots = again.Slots[:1]
	if _, err := again.Unlock("s"); !errors.Is(err, ErrSealFileLocked) {
		t.Errorf("with that slot alone: %v", err)
	}
}

func TestBadSealFiles(t *testing.T) {
	for data, want := range map[string]error{
		"": ErrSealFileDamaged, "{": ErrSealFileDamaged, "null": ErrSealFileDamaged, "[]": ErrSealFileDamaged,
		`{"lanyard_seal":1}`: ErrSealFileDamaged, `{"lanyard_seal":3,"store":"x"}`: ErrSealFileNewer,
		`{"lanyard_seal":1,"store":"x","generation":1,"slots":[]}`:                                              ErrSealFileDamaged,
		strings.Repeat(" ", maxSealFile+1):                                                                      ErrSealFileDamaged,
		`{"lanyard_seal":1,"store":"x","generation":2,"slots":[{}]}`:                                            ErrSealFileDamaged,
		`{"lanyard_seal":2,"store":"x","generation":2,"slots":[{}]}`:                                            ErrSealFileDamaged,
		`{"lanyard_seal":2,"store":"x","generation":3,"slots":[{}],"data":[{"generation":2}]}`:                  ErrSealFileDamaged,
		`{"lanyard_seal":2,"store":"x","generation":2,"slots":[{}],"data":[{"generation":2},{"generation":2}]}`: ErrSealFileDamaged,
		`{"lanyard_seal":1,"store":"x","generation":2,"slots":[{}],"data":[{"generation":2}]}`:                  ErrSealFileDamaged,
		`{"lanyard_seal":2,"store":"x","generation":1,"slots":[{}],"data":[{"generation":1}]}`:                  ErrSealFileDamaged,
	} {
		if _, err := DecodeSealFile([]byte(data)); !errors.Is(err, want) {
			t.Errorf("%.40q: %v, want %v", data, err, want)
		}
	}
}

func FuzzDecodeSealFile(f *testing.F) {
	for _, seed := range []string{knownSealFile, `{"lanyard_seal":1,"store":"s","generation":1,"slots":[` + laterSlot + `,null]}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := DecodeSealFile(b)
		if err != nil {
			return
		}
		root, err := file.Unlock(file.Store)
		data, fault := file.Encode()
		if fault != nil {
			if compact, err := json.Marshal(file); err != nil || len(compact) < maxSealFile/4 { // indented, it grew
				t.Fatalf("what was read can't be written: %v", fault)
			}
			return
		}
		again, fault := DecodeSealFile(data)
		if fault != nil {
			t.Fatalf("what was written can't be read: %v\n%s", fault, data)
		}
		if again.Store != file.Store {
			return // it wasn't UTF-8
		}
		same, fault := again.Unlock(file.Store)
		if !errors.Is(fault, err) || err == nil && !bytes.Equal(same.ChainKey(), root.ChainKey()) {
			t.Errorf("unlocks otherwise when written again: %v, %v", err, fault)
		}
	})
}

func BenchmarkSeal(b *testing.B) {
	_, root := newSeal(b, "store")
	k := newKey(b, APIKey)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := root.Seal(Binding{"store", 1, "f"}, k.Text()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOpenKey(b *testing.B) {
	_, root := newSeal(b, "store")
	k := newKey(b, APIKey)
	sealed, err := root.Seal(Binding{"store", 1, "f"}, k.Text())
	if err != nil {
		b.Fatal(err)
	}
	d := k.Digest()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := root.OpenKey(Binding{"store", 1, "f"}, sealed, d); err != nil {
			b.Fatal(err)
		}
	}
}
