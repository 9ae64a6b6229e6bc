package model_test

import (
	"strings"
	"testing"

	"lanyard/model"
)

// An event has to say which key came or went: whoever reads of a leaked one asks when it ended.
func TestAnUndoTellsOfTheKeysThatComeAndGo(t *testing.T) {
	e := newEstate(t)
	made := e.machine("made", model.RoleBuilder)
	first := e.hint(made.Key)
	e.tells("service_account.create", "api_key", "", first)
	e.undo(e.ana)
	e.tells("service_account.undo", "API key", first, "")
	e.redo(e.ana)
	e.tells("service_account.redo", "API key", "", first)

	e.done(e.RotateAPIKeys(t.Context(), e.ana, seen(e.bot.ID), model.DefaultGrace))
	bot, _ := e.snapshot().ServiceAccounts().Get(e.bot.ID)
	now, old := e.hint(bot.Key), e.hint(bot.PreviousKey)
	e.done(e.DeleteServiceAccounts(t.Context(), e.ana, seen(e.bot.ID)))
	e.tells("service_account.delete", "api_key", now, "")
	e.undo(e.ana)
	e.tells("service_account.undo", "API key", "", now)
	e.tells("service_account.undo", "old key", "", old)
	e.redo(e.ana)
	e.tells("service_account.redo", "API key", now, "")
	e.tells("service_account.redo", "old key", old, "")
}

// A rehearsal makes a key that nobody ever gets, so that a plan doesn't name it.
func TestAPlanNamesNoKey(t *testing.T) {
	e := newEstate(t)
	d, err := e.Rehearse()
	if err != nil {
		t.Fatal(err)
	}
	role := "Builder"
	p, err := d.Apply(t.Context(), e.ana, []model.Row{{Line: 1, Kind: model.KindServiceAccount, Key: "planned", Role: &role}}, model.Importing{})
	if err != nil || len(p.Entries) != 1 || p.Entries[0].Tells() != "role: Builder" {
		t.Errorf("%+v, %v", p, err)
	}
}

// Whoever is removed loses what they were in. That is told of a group that goes, and so it is of somebody who does.
func TestWhatGoesWithSomebodyIsTold(t *testing.T) {
	e := newEstate(t)
	e.done(e.RemoveUsers(t.Context(), e.ana, seen(e.ben.User), true))
	e.tells("user.remove", "groups", "team", "")
	e.tells("user.remove", "workspaces", "web (Viewer), ops (Owner)", "")
	e.done(e.DeleteServiceAccounts(t.Context(), e.ana, seen(e.bot.ID)))
	e.tells("service_account.delete", "workspaces", "web (Contributor)", "")
}

func (e *estate) hint(key model.ID) string {
	e.Helper()
	var hint string
	err := e.store.View(e.Context(), func(tx model.ReadTx) error {
		b, err := tx.Get(model.KindAPIKey, key)
		if k, ok := model.DecodeAPIKey(key, b); ok {
			hint = k.Hint()
		}
		return err
	})
	if err != nil || !strings.HasPrefix(hint, "lys_") {
		e.Fatalf("key %d: %q, %v", key, hint, err)
	}
	return hint
}

// tells holds that the newest event of an action tells of a field what it was and became.
func (e *estate) tells(action, field, from, to string) {
	e.Helper()
	event := e.event(action)
	for _, c := range event.Changes {
		if c.Field == field {
			if c.From != from || c.To != to {
				e.Errorf("%s tells of %s: %q to %q, not %q to %q", action, field, c.From, c.To, from, to)
			}
			return
		}
	}
	e.Errorf("%s doesn't tell of %s: %+v", action, field, event.Changes)
}
