package keys

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func newSeal(t testing.TB, store string) (*SealFile, *Root) {
	t.Helper()
	f, root, err := NewSealFile(store, rand.Reader)
	if err != nil {
		t.Fatal(err)
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
	if bytes.Contains(data, root.secret) || bytes.Contains(data, root.data) {
		t.Error("the root key stands in the file in clear")
	}
	root.Wipe()
	if !bytes.Equal(root.ChainKey(), make([]byte, 32)) {
		t.Error("a wiped root key still holds something")
	}
}

func TestSlotsOfLaterVersionsAreKept(t *testing.T) {
	f, _ := newSeal(t, "s")
	f.Slots = append([]Slot{{ID: 7, Type: "passphrase", Params: json.RawMessage(`{"salt":"x"}`), Wrapped: []byte("y")}}, f.Slots...)
	data, err := f.Encode()
	if err != nil {
		t.Fatal(err)
	}
	again, err := DecodeSealFile(data)
	if err != nil || len(again.Slots) != 2 || again.Slots[0].Type != "passphrase" || !strings.Contains(string(again.Slots[0].Params), "salt") {
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
		`{"lanyard_seal":1}`: ErrSealFileDamaged, `{"lanyard_seal":2,"store":"x"}`: ErrSealFileNewer,
		`{"lanyard_seal":1,"store":"x","generation":1,"slots":[]}`: ErrSealFileDamaged,
		strings.Repeat(" ", maxSealFile+1):                         ErrSealFileDamaged,
	} {
		if _, err := DecodeSealFile([]byte(data)); !errors.Is(err, want) {
			t.Errorf("%.40q: %v, want %v", data, err, want)
		}
	}
}

func FuzzDecodeSealFile(f *testing.F) {
	file, _, err := NewSealFile("s", rand.Reader)
	if err != nil {
		f.Fatal(err)
	}
	data, err := file.Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Fuzz(func(_ *testing.T, b []byte) {
		if file, err := DecodeSealFile(b); err == nil {
			_, _ = file.Unlock("s") // whatever it says, it mustn't crash
		}
	})
}

func BenchmarkSealAndOpen(b *testing.B) {
	_, root := newSeal(b, "store")
	k := newKey(b, APIKey)
	for b.Loop() {
		sealed, err := root.Seal(Binding{"store", 1, "f"}, k.Text())
		if err != nil {
			b.Fatal(err)
		}
		if _, err := root.OpenKey(Binding{"store", 1, "f"}, sealed, k.Digest()); err != nil {
			b.Fatal(err)
		}
	}
}
