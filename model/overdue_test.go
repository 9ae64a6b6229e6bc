package model_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"lanyard/model"
)

// changed are an event's fields by name, after it.
func changed(e model.Event) map[string]string {
	fields := map[string]string{}
	for _, c := range e.Changes {
		fields[c.Field] = c.To
	}
	return fields
}

func TestFailedUnlocksAreToldBeforeAnythingElse(t *testing.T) {
	a := newAccount(t)
	bot := a.machine("bot", model.RoleBuilder)
	from := len(a.events())
	at := a.now
	for i := range 3 {
		if err := model.NoteFailedUnlock(t.Context(), a.store, at.Add(time.Duration(i)*time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.store.Update(t.Context(), func(tx model.WriteTx) error { return model.NoteRestore(tx, at.Add(time.Hour)) }); err != nil {
		t.Fatal(err)
	}
	if n := len(a.events()); n != from {
		t.Fatalf("%d events were written without the sealing key", n-from)
	}
	if f := a.checkedUp(a.store); len(f.Wrong) > 0 {
		t.Error(f)
	}
	if _, err := a.OpenAPIKey(t.Context(), a.ana, 9999, model.UseReveal); !errors.Is(err, model.ErrNotFound) || len(a.events()) != from {
		t.Fatalf("%v, %d events", err, len(a.events()))
	}
	key, err := a.OpenAPIKey(t.Context(), a.ana, bot.ID, model.UseReveal)
	if err != nil {
		t.Fatal(err)
	}
	key.Wipe()
	var did []string
	for _, e := range a.events()[from:] {
		did = append(did, e.Action)
	}
	if !slices.Equal(did, []string{"account.restore", "seal.unlock_failed", "service_account.reveal_key"}) {
		t.Fatal(did)
	}
	told := a.events()[from+1]
	if f := changed(told); f["attempts"] != "3" || f["first"] == f["last"] || f["first"] == "" || told.Category() != model.CategoryKeys || told.Deed() != "Unlock failed" {
		t.Errorf("%v, %s, %s", f, told.Category(), told.Deed())
	}
	if !model.Chained(a.root().ChainKey(), a.events()) {
		t.Error("the activity doesn't hold together")
	}
	a.group("once")
	if n := len(a.events()); n != from+4 {
		t.Errorf("it was told again: %d events", n-from)
	}
}

func TestWhatIsOverdueIsNoPartOfAStep(t *testing.T) {
	e := newEstate(t)
	before := e.picture()
	if err := model.NoteFailedUnlock(t.Context(), e.store, e.now); err != nil {
		t.Fatal(err)
	}
	e.done(e.SetUsersRole(t.Context(), e.ana, seen(e.ben.User), model.RoleBuilder))
	if r := e.undo(e.ana); r.Says() != "Undone: role of Ben back to Consumer" || e.picture() != before {
		t.Error(r.Says())
	}
	_, err := e.Undo(t.Context(), e.ana, model.UndoChoice{Event: e.event("seal.unlock_failed").Seq})
	e.expect("a failed unlock", err, model.ErrStatus, "nothing is kept")
}

func TestAWayToOpenIsChangedWithItsEventOrNotAtAll(t *testing.T) {
	e := newEstate(t)
	wrote, failing := 0, errors.New("no room")
	from := len(e.events())
	err := e.ChangeSealing(t.Context(), e.ben, "a passphrase", "", func() error { wrote++; return nil })
	e.expect("who may not", err, model.ErrNotPermitted)
	if wrote > 0 {
		t.Error("it was written all the same")
	}
	if err := e.ChangeSealing(t.Context(), e.ana, "a passphrase", "", func() error { return failing }); !errors.Is(err, failing) || len(e.events()) != from {
		t.Errorf("%v, %d events", err, len(e.events())-from)
	}
	if err := e.ChangeSealing(t.Context(), e.ana, "a passphrase", "", func() error { wrote++; return nil }); err != nil || wrote == 0 {
		t.Errorf("%v %d", err, wrote)
	}
	if err := e.ChangeSealing(t.Context(), e.ana, "", "the file itself", func() error { wrote = 0; return nil }); err != nil || wrote > 0 {
		t.Errorf("%v %d", err, wrote)
	}
	if add, remove := e.events()[from], e.events()[from+1]; add.Action != "seal.add" || remove.Action != "seal.remove" || remove.Details() != "opens with: was the file itself" {
		t.Errorf("%+v %+v", add, remove)
	}
}

func TestTheDataKeyIsRenewedWithItsEventOrNotAtAll(t *testing.T) {
	e := newEstate(t)
	wrote, failing := 0, errors.New("no room")
	from := len(e.events())
	e.expect("who may not", e.RenewDataKey(t.Context(), e.ben, 1, func() error { wrote++; return nil }), model.ErrNotPermitted)
	if err := e.RenewDataKey(t.Context(), e.ana, 1, func() error { return failing }); !errors.Is(err, failing) || wrote > 0 || len(e.events()) != from {
		t.Errorf("%v, %d events", err, len(e.events())-from)
	}
	if err := e.RenewDataKey(t.Context(), e.ana, 1, func() error { wrote++; return nil }); err != nil || wrote == 0 {
		t.Errorf("%v %d", err, wrote)
	}
	if told := e.last(); told.Action != "seal.rotate" || told.Details() != "generation: 1 → 2" || told.Category() != model.CategoryKeys {
		t.Errorf("%+v", told)
	}
}

// uncommitted is a store whose disk fails when all is done.
type uncommitted struct {
	model.Store
	why error
}

func (s uncommitted) Update(ctx context.Context, fn func(model.WriteTx) error) error {
	return s.Store.Update(ctx, func(tx model.WriteTx) error { return errors.Join(fn(tx), s.why) })
}

// The file is changed by then, and it would be a lie that nothing was.
func TestASealingKeyThatWasChangedWithoutItsEventIsNamed(t *testing.T) {
	a := newAccount(t)
	full := &model.Error{Kind: errors.New("full"), What: "The disk is full: nothing was changed", Hint: "Make room."}
	d := a.on(uncommitted{a.store, full})
	err := d.ChangeSealing(t.Context(), a.ana, "a passphrase", "", func() error { return nil })
	a.expect("adding", err, full, "The sealing key was changed", "may not tell of it", "full")
	err = d.ChangeSealing(t.Context(), a.ana, "a passphrase", "", func() error { return errors.New("no room for the file") })
	if err == nil || strings.Contains(err.Error(), "was changed, and") {
		t.Error(err)
	}
}
