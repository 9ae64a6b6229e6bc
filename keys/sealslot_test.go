package keys

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// fakeKeyring is a keyring in memory.
type fakeKeyring struct {
	kept  map[string][]byte
	fault error
}

func (k *fakeKeyring) Get(name string) ([]byte, error) {
	if k.fault != nil {
		return nil, k.fault
	}
	secret, ok := k.kept[name]
	if !ok {
		return nil, errors.New("not there")
	}
	return bytes.Clone(secret), nil
}

func (k *fakeKeyring) Set(name string, secret []byte) error {
	if k.kept == nil {
		k.kept = map[string][]byte{}
	}
	k.kept[name] = bytes.Clone(secret)
	return k.fault
}

func (k *fakeKeyring) Delete(name string) error {
	delete(k.kept, name)
	return k.fault
}

func TestAKeyringOpens(t *testing.T) {
	f, root := newSeal(t, "store")
	ring := &fakeKeyring{}
	if _, err := f.UnlockKeyring("store", ring); !errors.Is(err, ErrNoSlot) {
		t.Errorf("without a slot: %v", err)
	}
	s, err := f.AddKeyring(root, ring, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	f = reread(t, f)
	if got, err := f.UnlockKeyring("store", ring); err != nil || !sameRoot(got, root) {
		t.Errorf("got %v", err)
	}
	if err := f.Remove(1); !errors.Is(err, ErrLastSlot) {
		t.Errorf("the keyring is left alone: %v", err)
	}
	ring.kept[f.KeyringName(s)][0] ^= 1
	if _, err := f.UnlockKeyring("store", ring); !errors.Is(err, ErrKeyringMissed) {
		t.Errorf("another key: %v", err)
	}
	ring.fault = errors.New("hung")
	if _, err := f.UnlockKeyring("store", ring); !errors.Is(err, ErrKeyringMissed) || !errors.Is(err, ring.fault) {
		t.Errorf("a keyring that doesn't answer: %v", err)
	}
	if _, err := f.AddKeyring(root, ring, rand.Reader); err == nil || len(f.Slots) != 2 {
		t.Errorf("a keyring that doesn't answer: %v", err)
	}
}

func TestTheLastWayStays(t *testing.T) {
	f, root := newSeal(t, "store")
	if err := f.Remove(7); !errors.Is(err, ErrNoSlot) {
		t.Errorf("what isn't there: %v", err)
	}
	if err := f.Remove(1); !errors.Is(err, ErrLastSlot) {
		t.Errorf("the only one: %v", err)
	}
	f.Slots = append(f.Slots, Slot{ID: 9, Type: "token"})
	if err := f.Remove(1); !errors.Is(err, ErrLastSlot) {
		t.Errorf("with one that this version doesn't know: %v", err)
	}
	if _, err := f.AddFile(root, rand.Reader); err != nil || f.Slots[2].ID != 10 {
		t.Errorf("%v, %v", f.Slots, err)
	}
	if err := f.Remove(1); err != nil {
		t.Errorf("with another file: %v", err)
	}
}

// TestAnOldCopyOpensNothingSealedSince is what renewing the data key is for.
func TestAnOldCopyOpensNothingSealedSince(t *testing.T) {
	f, root := newSeal(t, "store")
	stolen := reread(t, f)
	renewed, err := f.Rotate(root, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	b := Binding{"store", 1, "f"}
	sealed, err := renewed.Seal(b, []byte("text"))
	if err != nil {
		t.Fatal(err)
	}
	thief, err := stolen.Unlock("store")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := thief.Open(b, sealed); !errors.Is(err, ErrSealed) {
		t.Errorf("the old copy opens it: %v", err)
	}
	// Not even with the number of the new generation and everything that can be derived from the root key.
	thief.in().data[2] = thief.in().data[1]
	thief.in().generation = 2
	if _, err := thief.Open(b, sealed); !errors.Is(err, ErrSealed) {
		t.Errorf("the old copy opens it when told the generation: %v", err)
	}
	if !bytes.Equal(renewed.ChainKey(), root.ChainKey()) {
		t.Error("the events' chain key changed")
	}
	if !bytes.Equal(f.Slots[0].Wrapped, stolen.Slots[0].Wrapped) {
		t.Error("a slot was wrapped anew")
	}
}

func TestWithData(t *testing.T) {
	f, root := newSeal(t, "store")
	if f.Format != formatSlots {
		t.Errorf("a new file has format %d: an older lanyard couldn't read it", f.Format)
	}
	newer := reread(t, f)
	renewed, err := newer.Rotate(root, rand.Reader)
	if err != nil || newer.Format != formatData {
		t.Fatalf("format %d, %v", newer.Format, err)
	}
	if got, err := newer.WithData(root); err != nil || !sameRoot(got, renewed) {
		t.Errorf("the earlier root doesn't open the newer file: %v", err)
	}
	_, other := newSeal(t, "store")
	if _, err := newer.WithData(other); !errors.Is(err, ErrSealFileDamaged) {
		t.Errorf("another root: %v", err)
	}
	if _, err := newer.Rotate(root, rand.Reader); err == nil {
		t.Error("an earlier root begins another generation")
	}
	copied := renewed.Clone()
	renewed.Wipe()
	if _, err := renewed.Seal(Binding{}, nil); !errors.Is(err, errWiped) {
		t.Errorf("a wiped root seals: %v", err)
	}
	if _, err := newer.WithData(renewed); !errors.Is(err, errWiped) {
		t.Errorf("a wiped root opens: %v", err)
	}
	if got, err := newer.Unlock("store"); err != nil || !sameRoot(got, copied) {
		t.Errorf("wiping one wiped its copy: %v", err)
	}
}

func TestManyGenerationsFitTheFile(t *testing.T) {
	f, root := newSeal(t, "store")
	for range maxDataKeys + 5 {
		next, err := f.Rotate(root, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		root = next
	}
	f = reread(t, f)
	got, err := f.Unlock("store")
	if err != nil || got.Generation() != maxDataKeys+6 || len(f.Data) != maxDataKeys {
		t.Errorf("%d data keys, %v", len(f.Data), err)
	}
}

// TestEveryWayOpensWhateverHappens is the law of a sealing key: after any sequence of adding, removing and renewing, each
// way that is left opens the same root, which opens all that was ever sealed.
func TestEveryWayOpensWhateverHappens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWays(t)
		t.Repeat(map[string]func(*rapid.T){
			"file":    func(t *rapid.T) { w.added(t)(w.file.AddFile(w.root, rand.Reader)) },
			"keyring": func(t *rapid.T) { w.added(t)(w.file.AddKeyring(w.root, w.ring, rand.Reader)) },
			"passphrase": func(t *rapid.T) {
				w.said++
				phrase := fmt.Sprintf("passphrase %d", w.said)
				s, err := w.file.AddPassphrase(w.root, []byte(phrase), cheap, rand.Reader)
				w.added(t)(s, err)
				w.phrases[s.ID] = phrase
			},
			"remove": w.remove,
			"rotate": w.rotate,
			"seal":   w.seal,
			"":       w.check,
		})
	})
}

// ways is a sealing key and what is known of it from outside.
type ways struct {
	file    *SealFile
	root    *Root
	ring    *fakeKeyring
	phrases map[int]string
	said    int
	gone    []string // passphrases whose slots were removed
	sealed  [][]byte
}

func newWays(t *rapid.T) *ways {
	f, root, err := NewSealFile("store", rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	var later Slot
	if err := json.Unmarshal([]byte(laterSlot), &later); err != nil {
		t.Fatal(err)
	}
	f.Slots = append(f.Slots, later)
	return &ways{file: f, root: root, ring: &fakeKeyring{}, phrases: map[int]string{}}
}

func (w *ways) added(t *rapid.T) func(Slot, error) {
	return func(_ Slot, err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
}

func (w *ways) remove(t *rapid.T) {
	s := rapid.SampledFrom(w.file.Slots).Draw(t, "slot")
	sure := 0
	for _, other := range w.file.Slots {
		if other.ID != s.ID && (other.Type == SlotFile || other.Type == SlotPassphrase) {
			sure++
		}
	}
	err := w.file.Remove(s.ID)
	if (err == nil) != (sure > 0) {
		t.Fatalf("with %d others that can open, %v was removed: %v", sure, s, err)
	}
	if err == nil && s.Type == SlotPassphrase {
		w.gone = append(w.gone, w.phrases[s.ID])
		delete(w.phrases, s.ID)
	}
}

func (w *ways) rotate(t *rapid.T) {
	next, err := w.file.Rotate(w.root, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	w.root.Wipe() // of the earlier root nothing is needed any more
	w.root = next
}

func (w *ways) seal(t *rapid.T) {
	s, err := w.root.Seal(Binding{"store", uint64(len(w.sealed)), "f"}, []byte{byte(len(w.sealed))})
	if err != nil {
		t.Fatal(err)
	}
	w.sealed = append(w.sealed, s)
}

func (w *ways) check(t *rapid.T) {
	data, err := w.file.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if w.file, err = DecodeSealFile(data); err != nil {
		t.Fatal(err)
	}
	for _, s := range w.file.Slots {
		one := *w.file
		one.Slots = []Slot{s}
		var got *Root
		switch s.Type {
		case SlotFile:
			got, err = one.Unlock("store")
		case SlotPassphrase:
			got, err = one.UnlockPassphrase("store", []byte(w.phrases[s.ID]))
		case SlotKeyring:
			got, err = one.UnlockKeyring("store", w.ring)
		default:
			continue
		}
		if err != nil || !sameRoot(got, w.root) {
			t.Fatalf("%v doesn't open the root: %v", s, err)
		}
	}
	for i, s := range w.sealed {
		got, err := w.root.Open(Binding{"store", uint64(i), "f"}, s)
		if err != nil || !bytes.Equal(got, []byte{byte(i)}) {
			t.Fatalf("what was sealed as number %d doesn't open: %v", i, err)
		}
	}
	for _, phrase := range w.gone {
		if _, err := w.file.UnlockPassphrase("store", []byte(phrase)); err == nil {
			t.Fatal("a passphrase that was removed still opens")
		}
	}
}
