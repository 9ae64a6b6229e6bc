package model_test

import (
	"errors"
	"slices"
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
