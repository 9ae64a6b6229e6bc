package keys

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// cheap is a cost for tests, far below what is ever set.
var cheap = Cost{Memory: 8, Time: 1, Threads: 1}

const rightPassphrase = "correct horse battery"

func withPassphrase(tb testing.TB) (*SealFile, *Root) {
	tb.Helper()
	f, root := newSeal(tb, "store")
	if _, err := f.AddPassphrase(root, []byte(rightPassphrase), cheap, rand.Reader); err != nil {
		tb.Fatal(err)
	}
	if err := f.Remove(1); err != nil {
		tb.Fatal(err)
	}
	return reread(tb, f), root
}

// reread is the file as the next process reads it.
func reread(tb testing.TB, f *SealFile) *SealFile {
	tb.Helper()
	data, err := f.Encode()
	if err != nil {
		tb.Fatal(err)
	}
	again, err := DecodeSealFile(data)
	if err != nil {
		tb.Fatalf("%v\n%s", err, data)
	}
	return again
}

func TestAPassphraseOpens(t *testing.T) {
	f, root := withPassphrase(t)
	typed := []byte(rightPassphrase)
	got, err := f.UnlockPassphrase("store", typed)
	if err != nil || !sameRoot(got, root) {
		t.Fatalf("the right one: %v", err)
	}
	if string(typed) != rightPassphrase {
		t.Error("what was handed in was changed")
	}
	if _, err := f.Unlock("store"); !errors.Is(err, ErrSealFileLocked) {
		t.Errorf("without asking: %v", err)
	}
	for _, wrong := range []string{"", "correct horse batterz", rightPassphrase + " ", strings.ToUpper(rightPassphrase)} {
		if _, err := f.UnlockPassphrase("store", []byte(wrong)); !errors.Is(err, ErrPassphraseWrong) || errors.Is(err, ErrSealFileDamaged) {
			t.Errorf("%q: %v", wrong, err)
		}
	}
	if _, err := f.UnlockPassphrase("other", typed); !errors.Is(err, ErrSealFileOther) {
		t.Errorf("for another store: %v", err)
	}
	plain, _ := newSeal(t, "store")
	if _, err := plain.UnlockPassphrase("store", typed); !errors.Is(err, ErrNoSlot) {
		t.Errorf("where none is set: %v", err)
	}
	data, err := f.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(data, []byte("correct")) || bytes.Contains(data, root.in().secret) {
		t.Error("a secret stands in the file")
	}
}

func TestComposedLettersAreTheSamePassphrase(t *testing.T) {
	f, root := newSeal(t, "store")
	if _, err := f.AddPassphrase(root, []byte("pa\u00dfw\u00f6rter"), cheap, rand.Reader); err != nil {
		t.Fatal(err)
	}
	if _, err := f.UnlockPassphrase("store", []byte("pa\u00dfwo\u0308rter")); err != nil {
		t.Errorf("as a Mac types it: %v", err)
	}
}

func TestPassphrasesThatWontDo(t *testing.T) {
	f, root := newSeal(t, "store")
	for _, p := range []string{"", "1234567", "öäüöäüö", strings.Repeat("x", 1001)} {
		if _, err := f.AddPassphrase(root, []byte(p), cheap, rand.Reader); !errors.Is(err, ErrPassphraseLength) {
			t.Errorf("%q: %v", p, err)
		}
	}
	if _, err := f.AddPassphrase(root, []byte(rightPassphrase), Cost{}, rand.Reader); !errors.Is(err, ErrPassphraseCost) {
		t.Errorf("at no cost: %v", err)
	}
	if _, err := f.AddPassphrase(root, []byte(rightPassphrase), cheap, strings.NewReader("")); err == nil {
		t.Error("without a salt")
	}
	gone := root.Clone()
	gone.Wipe()
	if _, err := f.AddPassphrase(gone, []byte(rightPassphrase), cheap, rand.Reader); err == nil || len(f.Slots) != 1 {
		t.Errorf("a root that was wiped is wrapped: %v", err)
	}
}

// TestAbsurdCostsAreRefusedBeforeAnythingIsComputed would run out of memory or time otherwise.
func TestAbsurdCostsAreRefusedBeforeAnythingIsComputed(t *testing.T) {
	for _, c := range []Cost{
		{Memory: 1 << 31, Time: 3, Threads: 4},
		{Memory: maxMemory + 1, Time: 1, Threads: 1},
		{Memory: 64, Time: 1 << 30, Threads: 1},
		{Memory: 64, Time: maxTime + 1, Threads: 1},
		{Memory: 1 << 16, Time: 3, Threads: 255},
		{Memory: 64, Time: 0, Threads: 1},
		{Memory: 64, Time: 1, Threads: 0},
		{Memory: 0, Time: 1, Threads: 1},
		{Memory: 7, Time: 1, Threads: 1},
	} {
		f, _ := withPassphrase(t)
		s := &f.Slots[0]
		var p passphraseParams
		if err := json.Unmarshal(s.Params, &p); err != nil {
			t.Fatal(err)
		}
		p.Cost = c
		p.Check = f.checkOf(*s, p) // as somebody who means it would
		params, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		s.Params = params
		if _, err := f.UnlockPassphrase("store", []byte(rightPassphrase)); !errors.Is(err, ErrPassphraseCost) || !errors.Is(err, ErrSealFileDamaged) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

// TestADamagedPassphraseIsNotAWrongOne changes every bit of a slot's own values.
func TestADamagedPassphraseIsNotAWrongOne(t *testing.T) {
	f, root := withPassphrase(t)
	slot, err := json.Marshal(f.Slots[0])
	if err != nil {
		t.Fatal(err)
	}
	for i := range slot {
		for bit := range 8 {
			bad := bytes.Clone(slot)
			bad[i] ^= 1 << bit
			g, err := DecodeSealFile(fmt.Appendf(nil, `{"lanyard_seal":1,"store":"store","generation":1,"slots":[%s]}`, bad))
			if err != nil {
				continue
			}
			switch got, err := g.UnlockPassphrase("store", []byte(rightPassphrase)); {
			case errors.Is(err, ErrPassphraseWrong):
				t.Errorf("byte %d, bit %d is taken for a wrong passphrase:\n%s", i, bit, bad)
			case err == nil && !sameRoot(got, root):
				t.Errorf("byte %d, bit %d opens another root", i, bit)
			}
		}
	}
}

func TestCalibrating(t *testing.T) {
	const target = 700 * time.Millisecond
	// perMiB is how fast a machine goes through a mebibyte once.
	for _, tt := range []struct {
		perMiB time.Duration
		want   Cost
	}{
		{700 * time.Millisecond / (128 * 3), Cost{128 << 10, 3, 4}},
		{700 * time.Millisecond / (256 * 3), Cost{256 << 10, 3, 4}},
		{700 * time.Millisecond / (256 * 6), Cost{256 << 10, 6, 4}},
		{time.Microsecond, Cost{256 << 10, calibratedTime, 4}}, // a machine that doesn't exist yet
		{0, Cost{256 << 10, calibratedTime, 4}},                // a clock that stands still
		{time.Second, Cost{64 << 10, 3, 4}},                    // an old one waits, and is safe
	} {
		got := calibrate(target, func(c Cost) time.Duration { return tt.perMiB * time.Duration(c.Memory>>10) * time.Duration(c.Time) })
		if got.Threads != tt.want.Threads || got.Time != tt.want.Time || got.Memory > tt.want.Memory || got.Memory+16<<10 < tt.want.Memory || !got.valid() {
			t.Errorf("%v a MiB: %+v, want %+v", tt.perMiB, got, tt.want)
		}
	}
	// Much memory costs more than its share: what it would take is looked at before it is taken.
	got := calibrate(target, func(c Cost) time.Duration {
		return time.Duration(c.Memory>>10) * time.Duration(c.Memory>>10) * 20 * time.Microsecond
	})
	if got.Memory < leastCost.Memory || got.Memory > 200<<10 {
		t.Errorf("on a machine that slows down: %+v", got)
	}
	if c := Calibrate(0, time.Now); c.Memory != leastCost.Memory || c.Time != leastCost.Time {
		t.Errorf("in no time: %+v", c)
	}
}

// What this version writes for the root key of the bytes 0 to 31, after one renewal.
const (
	knownParams  = `{"kdf": "argon2id", "salt": "nsqjwcwZs2vX5yehnINy9A==", "memory_kib": 64, "time": 1, "threads": 1, "check": "5AXmfRewXwc="}`
	knownWrapped = "AQG3IDq1kc+N41J5QtMtbZu4Bhq3lkwGW9J0XcWM6deiLGSKOlZFeHCfVisinQo7+oQbkyrRDGQt2cGjvb2aaiAlC91vVxcPqQU="
	knownFormat2 = `{"lanyard_seal": 2, "store": "0123456789ab", "generation": 2,
		"slots": [{"id": 1, "type": "passphrase", "params": ` + knownParams + `, "wrapped": "` + knownWrapped + `"}],
		"data": [{"generation": 2,
			"wrapped": "AQGJF5J0sVX6ag1DAAhAZg9bFq3y4u/g0bIUzqm0XLJhUW9Y7BgJx0B+Xmw37xC/Ldd5DhyDAG5JhSxvK3JjBWF/0ICe2Y1+Ry4="}]}`
	knownSealed2 = "0102f4434207cc8df651011584e697f6959cc99e7393478eaa8d28ed6f5e7f77035961b1055de9ac3aeede13cacba171" +
		"42987ddee987e5ed62db258f1481ed7d0ee8258e5f7681d51c084091b5a940377bc3f8de6baaae11bdd29bbc3bc8ba7af6"
)

func TestWhatTheSecondFormatHoldsOpens(t *testing.T) {
	f, err := DecodeSealFile([]byte(knownFormat2))
	if err != nil {
		t.Fatal(err)
	}
	root, err := f.UnlockPassphrase("0123456789ab", []byte(rightPassphrase))
	if err != nil || hex.EncodeToString(root.ChainKey()) != knownChainKey {
		t.Fatalf("unlocked another root key: %v", err)
	}
	for generation, text := range map[uint64]string{1: knownSealed, 2: knownSealed2} {
		sealed, err := hex.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		got, err := root.Open(Binding{"0123456789ab", 7, "api_key.sealed"}, sealed)
		if err != nil || string(got) != knownKey || Generation(sealed) != generation {
			t.Errorf("generation %d: %q, %v", generation, got, err)
		}
	}
}

func FuzzPassphraseSlot(f *testing.F) {
	wrapped, err := base64.StdEncoding.DecodeString(knownWrapped)
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(knownParams), wrapped)
	f.Add([]byte(`{"kdf":"argon2id","salt":"AAAAAAAAAAAAAAAAAAAAAA==","memory_kib":8,"time":1,"threads":1,"check":""}`), []byte{1, 1})
	f.Fuzz(func(t *testing.T, params, sealed []byte) {
		g := &SealFile{Format: 1, Store: "0123456789ab", Generation: 1, Slots: []Slot{{ID: 1, Type: SlotPassphrase, Params: params, Wrapped: sealed}}}
		root, err := g.UnlockPassphrase("0123456789ab", []byte(rightPassphrase))
		if err == nil && hex.EncodeToString(root.ChainKey()) != knownChainKey {
			t.Errorf("another root opens with %q, %x", params, sealed)
		}
		if err != nil && !errors.Is(err, ErrSealFileDamaged) && !errors.Is(err, ErrPassphraseWrong) {
			t.Errorf("%v", err)
		}
	})
}
