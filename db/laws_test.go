package db

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"lanyard/model"
	"lanyard/model/modeltest"
)

// TestStoreIsLikeTheOneInMemory does the same random changes to a store and to the one in memory, which is a plain map,
// and holds everything that can be read against each other.
func TestStoreIsLikeTheOneInMemory(t *testing.T) {
	dir := t.TempDir()
	runs := 0
	rapid.Check(t, func(t *rapid.T) {
		runs++
		path := filepath.Join(dir, fmt.Sprint(runs, ".db"))
		s, err := Create(t.Context(), path, func(string, model.WriteTx) error { return nil })
		if err != nil {
			t.Fatal(err)
		}
		twin := modeltest.NewStore()
		revision := map[string]uint64{}
		for range rapid.IntRange(1, 12).Draw(t, "changes") {
			steps := rapid.SliceOfN(rapid.Custom(drawStep), 1, 8).Draw(t, "steps")
			fails := rapid.IntRange(0, 5).Draw(t, "fails") == 0
			a, b := play(t, s, steps, fails), play(t, twin, steps, fails)
			if !slices.Equal(a, b) {
				t.Fatalf("%v gave %v, and %v in memory", steps, a, b)
			}
			if rapid.IntRange(0, 3).Draw(t, "reopen") == 0 {
				if s, err = Open(path); err != nil {
					t.Fatal(err)
				}
			}
			compare(t, s, twin, revision)
		}
		checkFile(t, path)
	})
}

// txStep is one operation of a transaction.
type txStep struct {
	what  string
	kind  model.Kind
	id    model.ID
	index model.Index
	text  string
}

func drawStep(t *rapid.T) txStep {
	return txStep{
		what: rapid.SampledFrom([]string{"put", "put", "delete", "reserve", "reserve", "release", "id"}).Draw(t, "what"),
		kind: rapid.SampledFrom([]model.Kind{model.KindUser, model.KindServiceAccount, model.KindEvent, model.KindActiveAdmin}).Draw(t, "kind"),
		id:   model.ID(rapid.IntRange(1, 6).Draw(t, "id")), index: model.Index(rapid.IntRange(1, 2).Draw(t, "index")),
		text: rapid.SampledFrom([]string{"", "a", "b", "a\x00", "\xff\xff"}).Draw(t, "text"),
	}
}

var errCalledOff = errors.New("called off")

// play does the steps in one transaction and returns what each answered.
func play(t *rapid.T, s model.Store, steps []txStep, fails bool) (answers []string) {
	err := s.Update(t.Context(), func(tx model.WriteTx) error {
		answers = nil
		for _, st := range steps {
			answers = append(answers, do(tx, st))
		}
		if fails {
			return errCalledOff
		}
		return nil
	})
	if err != nil && (!fails || !errors.Is(err, errCalledOff)) {
		t.Fatal(err)
	}
	return answers
}

func do(tx model.WriteTx, st txStep) string {
	var err error
	switch st.what {
	case "put":
		err = tx.Put(st.kind, st.id, []byte(st.text))
	case "delete":
		err = tx.Delete(st.kind, st.id)
	case "reserve":
		err = tx.Reserve(st.index, st.text, st.id)
	case "release":
		err = tx.Release(st.index, st.text)
	case "id":
		id, err := tx.NextID()
		return fmt.Sprint(id, err)
	}
	n, _ := tx.Count(st.kind)
	return fmt.Sprint(err, n)
}

// compare reads everything from both.
func compare(t *rapid.T, a, b model.Store, revision map[string]uint64) {
	x, y := everything(t, a, "store", revision), everything(t, b, "memory", revision)
	for what := range x {
		if x[what] != y[what] {
			t.Errorf("%s: the store has %q, the one in memory %q", what, x[what], y[what])
		}
	}
}

func everything(t *rapid.T, s model.Store, name string, revision map[string]uint64) map[string]string {
	out := map[string]string{}
	err := s.View(t.Context(), func(tx model.ReadTx) error {
		for kind := range model.Kind(12) {
			n, err := tx.Count(kind)
			if err != nil {
				return err
			}
			out[fmt.Sprint("count ", kind)] = fmt.Sprint(n)
			for id := range model.ID(7) {
				b, err := tx.Get(kind, id)
				out[fmt.Sprint("get ", kind, id)] = fmt.Sprint(string(b), err)
			}
			if err := tx.Scan(kind, 2, func(id model.ID, b []byte) bool { out[fmt.Sprint(kind, id)] = string(b); return id < 5 }); err != nil {
				return err
			}
		}
		for _, key := range []string{"", "a", "b", "a\x00", "\xff\xff"} {
			for index := range model.Index(4) {
				id, err := tx.Find(index, key)
				out[fmt.Sprint("key ", index, key)] = fmt.Sprint(id, err)
			}
		}
		refs, complete, err := tx.Changes(revision[name])
		if name == "store" {
			out["revision"] = fmt.Sprint(tx.Revision() - 1) // creating it was its first change
		} else {
			out["revision"] = fmt.Sprint(tx.Revision())
		}
		out["changes"] = fmt.Sprint(refs, complete, err)
		revision[name] = tx.Revision()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestTheChangeLogForgets(t *testing.T) {
	s := newStore(t)
	s.commit = nil
	for range keptRevisions + 5 {
		if err := s.Update(t.Context(), put("x")); err != nil {
			t.Fatal(err)
		}
	}
	err := s.View(t.Context(), func(tx model.ReadTx) error {
		now := tx.Revision()
		for since, want := range map[uint64]bool{now: true, now - 1: true, now - keptRevisions: true, now - keptRevisions - 1: false, now + 1: false} {
			if _, complete, err := tx.Changes(since); err != nil || complete != want {
				t.Errorf("%d revisions back: complete is %v, %v", int64(now-since), complete, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	err = s.Update(t.Context(), func(tx model.WriteTx) error {
		for range maxTouched + 1 {
			if err := put("x")(tx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	err = s.View(t.Context(), func(tx model.ReadTx) error {
		if _, complete, err := tx.Changes(tx.Revision() - 1); err != nil || complete {
			t.Errorf("a change of too many records to name: complete is %v, %v", complete, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func FuzzDecoders(f *testing.F) {
	f.Add(head{revision: 7, next: model.FirstID}.encode())
	f.Add(meta{format: 1, id: "abc"}.encode())
	f.Add(encodeChange([]model.Ref{{Kind: model.KindUser, ID: 1000}}))
	f.Fuzz(func(t *testing.T, b []byte) {
		if h, ok := decodeHead(b); ok {
			if again, ok := decodeHead(h.encode()); !ok || again != h {
				t.Errorf("%+v doesn't come back", h)
			}
		}
		if m, ok := decodeMeta(b); ok {
			if again, ok := decodeMeta(m.encode()); !ok || again != m {
				t.Errorf("%+v doesn't come back", m)
			}
		}
		if refs, complete, ok := decodeChange(b, nil); ok && complete {
			if again, _, ok := decodeChange(encodeChange(refs), nil); !ok || !slices.Equal(refs, again) {
				t.Errorf("%v doesn't come back", refs)
			}
		}
		if v, err := unwrap([]byte("key"), b); err == nil && !bytes.Equal(wrap([]byte("key"), v), b) {
			t.Error("unwrapped what wasn't wrapped so")
		}
		parseBoltMeta(b)
	})
}
