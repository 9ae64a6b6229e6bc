package model_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"testing"

	"lanyard/keys"
	"lanyard/model"
)

// vaulted is an account whose data key can be renewed.
type vaulted struct {
	*account
	file *keys.SealFile
	root *keys.Root
	dir  *model.Directory
}

func newVaulted(t *testing.T, machines int) *vaulted {
	t.Helper()
	v := &vaulted{account: newAccount(t)}
	v.root = v.account.root()
	var err error
	if v.file, _, err = keys.NewSealFile(v.store.ID(), rand.Reader); err != nil {
		t.Fatal(err)
	}
	v.dir = model.NewDirectory(v.store, model.Options{Unlock: func() (*keys.Root, error) { return v.root.Clone(), nil }, Now: v.Now})
	for i := range machines {
		_, err := v.dir.CreateServiceAccount(t.Context(), v.ana, model.ServiceAccountDraft{Name: fmt.Sprintf("bot %d", i), Role: model.RoleBuilder})
		if err != nil {
			t.Fatal(err)
		}
	}
	return v
}

func (v *vaulted) rotate() {
	v.Helper()
	next, err := v.file.Rotate(v.root, rand.Reader)
	if err != nil {
		v.Fatal(err)
	}
	v.root = next
}

// open opens every key, and returns how many there are.
func (v *vaulted) open() int {
	v.Helper()
	s, err := model.LoadSnapshot(v.Context(), v.store)
	if err != nil {
		v.Fatal(err)
	}
	for i := range s.ServiceAccounts().Len() {
		key, err := v.dir.OpenAPIKey(v.Context(), v.ana, s.ServiceAccounts().ID(i), model.UseReveal)
		if err != nil {
			v.Fatalf("key %d: %v", i, err)
		}
		key.Wipe()
	}
	return s.ServiceAccounts().Len()
}

func (v *vaulted) sealing() model.Sealing {
	v.Helper()
	s, err := v.dir.Sealing(v.Context(), v.root.Generation())
	if err != nil {
		v.Fatal(err)
	}
	return s
}

func TestReseal(t *testing.T) {
	v := newVaulted(t, 300) // more than a transaction takes
	if out, err := v.dir.Reseal(t.Context(), v.ana); err != nil || out.Done != 0 {
		t.Errorf("with nothing to do: %+v, %v", out, err)
	}
	v.rotate()
	if s := v.sealing(); s != (model.Sealing{Keys: 300, Earlier: 300}) {
		t.Errorf("before: %+v", s)
	}
	v.open()
	var steps []int
	ctx := model.WithProgress(t.Context(), func(done, _ int) { steps = append(steps, done) })
	out, err := v.dir.Reseal(ctx, v.ana)
	if err != nil || out.Done != 300 || len(out.Shut) > 0 {
		t.Errorf("%+v, %v", out, err)
	}
	if len(steps) != 2 || steps[0] != 250 || steps[1] != 300 {
		t.Errorf("it went by %v", steps)
	}
	if s := v.sealing(); s != (model.Sealing{Keys: 300}) {
		t.Errorf("after: %+v", s)
	}
	if n := v.open(); n != 300 {
		t.Errorf("%d keys open", n)
	}
	events, err := model.Events(t.Context(), v.store)
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, e := range events {
		if e.Action == "account.reseal" {
			told = append(told, fmt.Sprint(e.Changes))
		}
	}
	if fmt.Sprint(told) != "[[{generation  2} {api_keys  300 to be sealed anew}] [{generation  2} {api_keys  300 sealed anew}]]" {
		t.Errorf("the activity says %v", told)
	}
}

func TestResealingGoesOnWhereItWasCutOff(t *testing.T) {
	v := newVaulted(t, 600)
	v.rotate()
	ctx, cancel := context.WithCancel(t.Context())
	stopping := model.WithProgress(ctx, func(int, int) { cancel() })
	on := model.NewDirectory(cancelled{v.store}, model.Options{Unlock: func() (*keys.Root, error) { return v.root.Clone(), nil }, Now: v.Now})
	if out, err := on.Reseal(stopping, v.ana); !errors.Is(err, context.Canceled) || out.Done != 250 {
		t.Fatalf("%+v, %v", out, err)
	}
	if s := v.sealing(); s.Earlier != 350 {
		t.Errorf("%+v", s)
	}
	v.open()
	if out, err := v.dir.Reseal(t.Context(), v.ana); err != nil || out.Done != 350 {
		t.Errorf("the rest: %+v, %v", out, err)
	}
	v.open()
}

// cancelled is a store that heeds its context.
type cancelled struct{ model.Store }

func (s cancelled) View(ctx context.Context, fn func(model.ReadTx) error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return s.Store.View(ctx, fn)
}

func TestWhoMayReseal(t *testing.T) {
	v := newVaulted(t, 1)
	ben := v.add("ben@acme.test", model.RoleBuilder)
	v.rotate()
	if _, err := v.dir.Reseal(t.Context(), ben); !errors.Is(err, model.ErrNotPermitted) {
		t.Errorf("a Builder: %v", err)
	}
	if s := v.sealing(); s.Earlier != 1 {
		t.Errorf("%+v", s)
	}
	no := errors.New("locked")
	if _, err := v.dir.Refusing(no).Reseal(t.Context(), v.ana); !errors.Is(err, no) {
		t.Errorf("locked: %v", err)
	}
}

// TestWhatDoesntOpenStays seals one key under another root: it isn't lost, and doesn't keep the others from being done.
func TestWhatDoesntOpenStays(t *testing.T) {
	v := newVaulted(t, 2)
	mine := v.root
	_, other, err := keys.NewSealFile(v.store.ID(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	v.root = other
	if _, err := v.dir.CreateServiceAccount(t.Context(), v.ana, model.ServiceAccountDraft{Name: "strange", Role: model.RoleBuilder}); err != nil {
		t.Fatal(err)
	}
	v.root = mine
	v.rotate()
	out, err := v.dir.Reseal(t.Context(), v.ana)
	if err != nil || out.Done != 2 || len(out.Shut) != 1 {
		t.Errorf("%+v, %v", out, err)
	}
	if out, err := v.dir.Reseal(t.Context(), v.ana); err != nil || out.Done != 0 || len(out.Shut) != 1 {
		t.Errorf("again: %+v, %v", out, err)
	}
}

// TestAKeyThatWasSealedAnewMeanwhileOpens renews the data key between the unlocking and the transaction.
func TestAKeyThatWasSealedAnewMeanwhileOpens(t *testing.T) {
	v := newVaulted(t, 1)
	old := v.root
	v.rotate()
	if _, err := v.dir.Reseal(t.Context(), v.ana); err != nil {
		t.Fatal(err)
	}
	unlocked := 0
	dir := model.NewDirectory(v.store, model.Options{Now: v.Now, Unlock: func() (*keys.Root, error) {
		unlocked++
		if unlocked == 1 {
			return old.Clone(), nil
		}
		return v.root.Clone(), nil
	}})
	s, err := model.LoadSnapshot(t.Context(), v.store)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := dir.OpenAPIKey(t.Context(), v.ana, s.ServiceAccounts().ID(0), model.UseCopy); err != nil || unlocked != 2 {
		t.Errorf("after unlocking %d times: %v", unlocked, err)
	}
	stolen := model.NewDirectory(v.store, model.Options{Now: v.Now, Unlock: func() (*keys.Root, error) { return old.Clone(), nil }})
	if _, err := stolen.OpenAPIKey(t.Context(), v.ana, s.ServiceAccounts().ID(0), model.UseCopy); !errors.Is(err, model.ErrLocked) {
		t.Errorf("an old copy of the sealing key opens it: %v", err)
	}
}

// What undo holds of deleted keys is sealed anew too: neither does a key come back that doesn't open, nor does an old copy of
// the sealing key open what lies there.
func TestResealReachesWhatUndoHolds(t *testing.T) {
	v := newVaulted(t, 2)
	first := v.snapshot().ServiceAccounts().ID(0)
	v.done(v.dir.DeleteServiceAccounts(t.Context(), v.ana, seen(first)))
	v.rotate()
	if got := v.sealing(); got.Keys != 2 || got.Earlier != 2 {
		t.Fatalf("%+v", got)
	}
	out, err := v.dir.Reseal(t.Context(), v.ana)
	if err != nil || out.Done != 2 || len(out.Shut) > 0 {
		t.Fatal(out, err)
	}
	if got := v.sealing(); got.Keys != 2 || got.Earlier != 0 {
		t.Errorf("%+v", got)
	}
	if _, err := v.dir.Undo(t.Context(), v.ana, model.UndoChoice{}); err != nil {
		t.Fatal(err)
	}
	if n := v.open(); n != 2 {
		t.Errorf("%d of 2 keys open", n)
	}
}

// TestResealingMissesNoKeyThatMoves brings a deleted service account back when the keys of the others are done: its key goes
// from where it hasn't been looked for yet to where that is over.
func TestResealingMissesNoKeyThatMoves(t *testing.T) {
	v := newVaulted(t, 2)
	v.done(v.dir.DeleteServiceAccounts(t.Context(), v.ana, seen(v.snapshot().ServiceAccounts().ID(0))))
	v.rotate()
	undone := false
	ctx := model.WithProgress(t.Context(), func(int, int) {
		if undone {
			return
		}
		undone = true
		if _, err := v.dir.Undo(t.Context(), v.ana, model.UndoChoice{}); err != nil {
			t.Fatal(err)
		}
	})
	out, err := v.dir.Reseal(ctx, v.ana)
	if err != nil || out.Done != 2 || !undone {
		t.Errorf("%+v, %v", out, err)
	}
	if s := v.sealing(); s != (model.Sealing{Keys: 2}) {
		t.Errorf("it is left with %+v", s)
	}
}

// TestNothingIsSealedUnderADataKeyThatWasRenewed renews the data key when a change has its root key and waits for the store.
func TestNothingIsSealedUnderADataKeyThatWasRenewed(t *testing.T) {
	for _, tt := range []struct {
		name string
		do   func(*vaulted, *model.Directory) error
	}{
		{"create", func(v *vaulted, d *model.Directory) error {
			_, err := d.CreateServiceAccount(v.Context(), v.ana, model.ServiceAccountDraft{Name: "late", Role: model.RoleBuilder})
			return err
		}},
		{"rotate", func(v *vaulted, d *model.Directory) error {
			return outcome(d.RotateAPIKeys(v.Context(), v.ana, seen(v.snapshot().ServiceAccounts().ID(0)), 0))
		}},
		{"together", func(v *vaulted, d *model.Directory) error {
			return d.Together(v.Context(), func(ctx context.Context, d *model.Directory) error {
				_, err := d.CreateServiceAccount(ctx, v.ana, model.ServiceAccountDraft{Name: "late", Role: model.RoleBuilder})
				return err
			})
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v := newVaulted(t, 1)
			unlocked := 0
			renewed := func(root *keys.Root) bool { return root.Generation() < v.root.Generation() }
			late := model.NewDirectory(v.store, model.Options{Now: v.Now, Renewed: renewed, Unlock: func() (*keys.Root, error) {
				unlocked++
				root := v.root.Clone()
				if unlocked == 1 {
					v.rotate()
					if _, err := v.dir.Reseal(t.Context(), v.ana); err != nil {
						t.Fatal(err)
					}
				}
				return root, nil
			}})
			if err := tt.do(v, late); err != nil {
				t.Fatal(err)
			}
			if s := v.sealing(); s.Earlier != 0 {
				t.Errorf("%+v", s)
			}
			v.open()
		})
	}
}

// dying is a store whose process ends at some step: before it, or after it was done and before anybody heard of it.
type dying struct {
	model.Store
	steps *int // that are left
	after bool
}

var errDead = errors.New("killed")

func (s dying) step(do func() error) error {
	*s.steps--
	switch {
	case *s.steps < 0, *s.steps == 0 && !s.after:
		return errDead
	case *s.steps == 0:
		return errors.Join(do(), errDead)
	}
	return do()
}

func (s dying) View(ctx context.Context, fn func(model.ReadTx) error) error {
	return s.step(func() error { return s.Store.View(ctx, fn) })
}

func (s dying) Update(ctx context.Context, fn func(model.WriteTx) error) error {
	return s.step(func() error { return s.Store.Update(ctx, fn) })
}

// TestRenewingIsResumedFromEachStep ends the process at each step of renewing the data key and sealing anew, what undo holds
// included. Every key opens, whoever comes next; what is written meanwhile is sealed under the new one; and the rest is done by
// doing it again.
func TestRenewingIsResumedFromEachStep(t *testing.T) {
	for _, after := range []bool{false, true} {
		steps, whole := 0, false
		for n := 1; !whole; n++ {
			v := newVaulted(t, 3)
			v.done(v.dir.DeleteServiceAccounts(t.Context(), v.ana, seen(v.snapshot().ServiceAccounts().ID(0))))
			left := n
			on := model.NewDirectory(dying{v.store, &left, after}, model.Options{Unlock: func() (*keys.Root, error) { return v.root.Clone(), nil }, Now: v.Now})
			err := on.RenewDataKey(t.Context(), v.ana, v.root.Generation(), func() error {
				if v.root.Generation() == 1 { // the transaction may be tried again
					v.rotate()
				}
				return nil
			})
			if err == nil {
				_, err = on.Reseal(t.Context(), v.ana)
			}
			if whole = err == nil; !whole && !errors.Is(err, errDead) {
				t.Fatal(err)
			}
			steps = n
			if got := v.open(); got != 2 {
				t.Fatalf("step %d: %d keys open", n, got)
			}
			if _, err := v.dir.CreateServiceAccount(t.Context(), v.ana, model.ServiceAccountDraft{Name: "meanwhile", Role: model.RoleBuilder}); err != nil {
				t.Fatal(err)
			}
			v.undo(v.ana)
			v.undo(v.ana)
			if _, err := v.dir.Reseal(t.Context(), v.ana); err != nil {
				t.Fatalf("step %d: the rest: %v", n, err)
			}
			if s := v.sealing(); s.Earlier != 0 {
				t.Errorf("step %d: %+v", n, s)
			}
			if got := v.open(); got != 3 {
				t.Errorf("step %d: %d keys open at the end", n, got)
			}
			if !model.Chained(v.root.ChainKey(), v.events()) {
				t.Errorf("step %d: the activity doesn't hold together", n)
			}
		}
		if steps < 10 {
			t.Errorf("there were only %d steps", steps)
		}
	}
}
