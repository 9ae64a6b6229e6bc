package model_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"lanyard/model"
)

// asked says what there is to say of a key, now.
func (a *account) asked(key []byte) model.Verdict {
	a.Helper()
	v, err := a.VerifyAPIKey(a.Context(), key)
	if err != nil {
		a.Fatal(err)
	}
	return v
}

func TestRotation(t *testing.T) {
	for name, tt := range map[string]struct {
		grace     time.Duration
		goodFor   time.Duration // the longest that the old key is asked about and good
		expiredIn time.Duration
	}{
		"no grace": {0, -1, 0},
		"one hour": {time.Hour, time.Hour - time.Millisecond, time.Hour},
		"default":  {model.DefaultGrace, 24*time.Hour - time.Millisecond, 24 * time.Hour},
		"a week":   {model.MaxGrace, 7*24*time.Hour - time.Millisecond, 7 * 24 * time.Hour},
		"any":      {90 * time.Second, 89 * time.Second, 90 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAccount(t)
			bot := a.machine("bot", model.RoleBuilder)
			old, start := a.keyOf(bot.ID), a.now
			a.done(a.RotateAPIKeys(t.Context(), a.ana, []model.Seen{{ID: bot.ID, Version: bot.Version}}, tt.grace))
			fresh := a.keyOf(bot.ID)
			if v := a.asked(fresh); !v.Good() || !v.Key.ExpiresAt.IsZero() {
				t.Errorf("the new key: %+v", v)
			}
			if tt.goodFor >= 0 {
				a.now = start.Add(tt.goodFor)
				if v := a.asked(old); !v.Good() || !v.Key.ExpiresAt.Equal(start.Add(tt.grace)) || v.Key.PublicID == a.asked(fresh).Key.PublicID {
					t.Errorf("in its grace: %+v", v)
				}
			}
			a.now = start.Add(tt.expiredIn)
			if v := a.asked(old); v.Reason != model.ReasonExpired {
				t.Errorf("after its grace: %+v", v)
			}
			if v := a.asked(fresh); !v.Good() {
				t.Errorf("the new key, later: %+v", v)
			}
		})
	}
}

func TestGracesThatAreNone(t *testing.T) {
	a := newAccount(t)
	bot := a.machine("bot", model.RoleBuilder)
	for _, grace := range []time.Duration{-1, model.MaxGrace + 1} {
		if out, err := a.RotateAPIKeys(t.Context(), a.ana, seen(bot.ID), grace); !errors.Is(err, model.ErrInvalid) || out.Done != 0 {
			t.Errorf("%v: %v, %v", grace, out, err)
		}
	}
	for _, grace := range model.Graces() {
		a.done(a.RotateAPIKeys(t.Context(), a.ana, seen(bot.ID), grace))
	}
}

func TestRotationChangesNothingElse(t *testing.T) {
	a := newAccount(t)
	bot, err := a.CreateServiceAccount(t.Context(), a.ana, model.ServiceAccountDraft{Name: "bot", Description: "deploys", Role: model.RoleBuilder})
	if err != nil {
		t.Fatal(err)
	}
	web := a.workspace("web")
	a.done(a.SetServiceAccountsWorkspaceRole(t.Context(), a.ana, seen(bot.ID), web, model.RoleViewer))
	was, _ := a.snapshot().ServiceAccounts().Get(bot.ID)
	a.done(a.RotateAPIKeys(t.Context(), a.ana, seen(bot.ID), time.Hour))
	is, _ := a.snapshot().ServiceAccounts().Get(bot.ID)
	if is.PreviousKey != was.Key || is.Key == was.Key || is.Version != was.Version+1 {
		t.Errorf("rotated to %+v", is)
	}
	is.Key, is.PreviousKey, is.Version = was.Key, 0, was.Version
	if is.Name != was.Name || is.Description != was.Description || is.Role != was.Role || !slices.Equal(is.Workspaces, was.Workspaces) ||
		is.CreatedBy != was.CreatedBy || !is.CreatedAt.Equal(was.CreatedAt) {
		t.Errorf("%+v became %+v", was, is)
	}
	stale := []model.Seen{{ID: bot.ID, Version: was.Version}}
	if out, err := a.RotateAPIKeys(t.Context(), a.ana, stale, 0); err != nil || !errors.Is(out.Err(), model.ErrConflict) {
		t.Errorf("rotated by who saw what it was before: %v, %v", out, err)
	}
}

func TestTheOldSealedCopyGoesAtOnce(t *testing.T) {
	a := newAccount(t)
	bot := a.machine("bot", model.RoleBuilder)
	sealed := func(id model.ID) (n int) {
		err := a.store.View(t.Context(), func(tx model.ReadTx) error {
			b, err := tx.Get(model.KindAPIKey, id)
			k, _ := model.DecodeAPIKey(id, b)
			n = len(k.Sealed)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if sealed(bot.Key) == 0 {
		t.Fatal("nothing was sealed")
	}
	a.done(a.RotateAPIKeys(t.Context(), a.ana, seen(bot.ID), time.Hour))
	now, _ := a.snapshot().ServiceAccounts().Get(bot.ID)
	if sealed(bot.Key) != 0 || sealed(now.Key) == 0 {
		t.Errorf("the old key is sealed in %d bytes, the new one in %d", sealed(bot.Key), sealed(now.Key))
	}
}

func TestRotatingAgainEndsTheOldest(t *testing.T) {
	a := newAccount(t)
	bot := a.machine("bot", model.RoleBuilder)
	first := a.keyOf(bot.ID)
	a.done(a.RotateAPIKeys(t.Context(), a.ana, seen(bot.ID), time.Hour))
	second := a.keyOf(bot.ID)
	a.done(a.RotateAPIKeys(t.Context(), a.ana, seen(bot.ID), time.Hour))
	third := a.keyOf(bot.ID)
	if v := a.asked(first); v.Reason != model.ReasonUnknown {
		t.Errorf("the oldest: %+v", v)
	}
	for name, key := range map[string][]byte{"old": second, "current": third} {
		if v := a.asked(key); !v.Good() {
			t.Errorf("the %s one: %+v", name, v)
		}
	}
	a.done(a.DeleteServiceAccounts(t.Context(), a.ana, seen(bot.ID)))
	for _, key := range [][]byte{first, second, third} {
		if v := a.asked(key); v.Reason != model.ReasonUnknown {
			t.Errorf("after its service account was deleted: %+v", v)
		}
	}
}

func TestTheGraceDoesNotOutliveTheKey(t *testing.T) {
	a := newAccount(t)
	bot := a.machine("bot", model.RoleBuilder)
	old, end := a.keyOf(bot.ID), a.now.Add(30*time.Minute)
	if err := model.SetKeyEnd(t.Context(), a.store, bot.Key, end); err != nil {
		t.Fatal(err)
	}
	a.done(a.RotateAPIKeys(t.Context(), a.ana, seen(bot.ID), time.Hour))
	if v := a.asked(old); !v.Good() || !v.Key.ExpiresAt.Equal(end) {
		t.Errorf("before its own end: %+v", v)
	}
	a.now = end
	if v := a.asked(old); v.Reason != model.ReasonExpired {
		t.Errorf("at its own end: %+v", v)
	}
}

func TestEndingTheOldKey(t *testing.T) {
	a := newAccount(t)
	bot := a.machine("bot", model.RoleBuilder)
	refused := func(when string) {
		t.Helper()
		out, err := a.EndPreviousKeys(t.Context(), a.ana, seen(bot.ID))
		if err != nil || !errors.Is(out.Err(), model.ErrStatus) || model.Hint(out.Err()) == "" || model.Short(out.Err()) != "no old key" {
			t.Errorf("%s: %v, %v", when, out, err)
		}
	}
	refused("never rotated")
	old := a.keyOf(bot.ID)
	a.done(a.RotateAPIKeys(t.Context(), a.ana, seen(bot.ID), time.Hour))
	now, _ := a.snapshot().ServiceAccounts().Get(bot.ID)
	if k, ok := a.snapshot().PreviousKey(now, a.now); !ok || k.ID != bot.Key {
		t.Errorf("the old key is %+v, %v", k, ok)
	}
	a.done(a.EndPreviousKeys(t.Context(), a.ana, seen(bot.ID)))
	if v := a.asked(old); v.Reason != model.ReasonExpired {
		t.Errorf("an old key that was ended: %+v", v)
	}
	if k, ok := a.snapshot().PreviousKey(now, a.now); ok {
		t.Errorf("an old key that was ended is shown: %+v", k)
	}
	refused("ended")
	a.done(a.RotateAPIKeys(t.Context(), a.ana, seen(bot.ID), time.Hour))
	a.now = a.now.Add(time.Hour)
	refused("after the grace")
}

func TestRotationInTheActivity(t *testing.T) {
	a := newAccount(t)
	bot := a.machine("bot", model.RoleBuilder)
	hint := func() string {
		s, _ := a.snapshot().ServiceAccounts().Get(bot.ID)
		k, _ := a.snapshot().APIKey(s)
		return k.Hint()
	}
	first := hint()
	a.done(a.RotateAPIKeys(t.Context(), a.ana, seen(bot.ID), time.Hour))
	second := hint()
	a.done(a.RotateAPIKeys(t.Context(), a.ana, seen(bot.ID), 2*time.Hour))
	third := hint()
	a.done(a.EndPreviousKeys(t.Context(), a.ana, seen(bot.ID)))
	list := a.events()
	for i, want := range []struct {
		action  string
		changes []model.Change
	}{
		{"service_account.rotate_key", []model.Change{
			{Field: "api_key", From: first, To: second}, {Field: "old_key", To: first}, {Field: "old_key_until", To: "2026-11-24T10:00:00Z"},
		}},
		{"service_account.rotate_key", []model.Change{
			{Field: "api_key", From: second, To: third}, {Field: "old_key", From: first, To: second}, {Field: "old_key_until", To: "2026-11-24T11:00:00Z"},
		}},
		{"service_account.end_old_key", []model.Change{
			{Field: "old_key", From: second}, {Field: "old_key_until", From: "2026-11-24T11:00:00Z", To: "2026-11-24T09:00:00Z"},
		}},
	} {
		e := list[len(list)-3+i]
		if e.Action != want.action || !slices.Equal(e.Changes, want.changes) || e.TargetName != "bot" {
			t.Errorf("%+v, want %+v", e, want)
		}
	}
}

// A rotation by another process shows on the very next answer, and a grace that is over without anybody doing anything.
func TestVerifierSeesRotationsAtOnce(t *testing.T) {
	a := newAccount(t)
	bot := a.machine("bot", model.RoleBuilder)
	verifier, err := model.NewVerifier(t.Context(), a.store, func() time.Time { return a.now })
	if err != nil {
		t.Fatal(err)
	}
	says := func(what string, key []byte, want model.Reason) model.Verdict {
		t.Helper()
		v, err := verifier.Verify(t.Context(), key)
		if err != nil || v.Reason != want {
			t.Errorf("%s: %q, %v", what, v.Reason, err)
		}
		return v
	}
	first := a.keyOf(bot.ID)
	says("before", first, "")
	a.done(a.RotateAPIKeys(t.Context(), a.ana, seen(bot.ID), time.Hour))
	if v := says("the old one", first, ""); !v.Key.ExpiresAt.Equal(a.now.Add(time.Hour)) || v.Key.ID != bot.Key {
		t.Errorf("the old one is %+v", v.Key)
	}
	second := a.keyOf(bot.ID)
	if v := says("the new one", second, ""); !v.Key.ExpiresAt.IsZero() || v.Key.ID == bot.Key {
		t.Errorf("the new one is %+v", v.Key)
	}
	a.done(a.EndPreviousKeys(t.Context(), a.ana, seen(bot.ID)))
	says("ended", first, model.ReasonExpired)
	a.done(a.RotateAPIKeys(t.Context(), a.ana, seen(bot.ID), 0))
	says("the oldest", first, model.ReasonUnknown)
	says("without a grace", second, model.ReasonExpired)
	a.done(a.RotateAPIKeys(t.Context(), a.ana, seen(bot.ID), time.Hour))
	third := a.keyOf(bot.ID)
	says("the newest", third, "")
	a.now = a.now.Add(time.Hour)
	says("later", third, "")
	a.done(a.DeleteServiceAccounts(t.Context(), a.ana, seen(bot.ID)))
	says("deleted", third, model.ReasonUnknown)
}

// What a rotation changed is known by service account, also where the record of the oldest key went.
func TestARotationIsAChangeOfTheServiceAccount(t *testing.T) {
	a := newAccount(t)
	bot, other := a.machine("bot", model.RoleBuilder), a.machine("other", model.RoleBuilder)
	before := a.snapshot()
	step := func(what string, want ...model.ID) {
		t.Helper()
		after, err := before.Refresh(t.Context(), a.store)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := after.ServiceAccountsChangedSince(before); !ok || !slices.Equal(got, want) {
			t.Errorf("%s: %v, %v", what, got, ok)
		}
		before = after
	}
	a.done(a.RotateAPIKeys(t.Context(), a.ana, seen(bot.ID), time.Hour))
	step("rotated", bot.ID)
	a.done(a.RotateAPIKeys(t.Context(), a.ana, seen(bot.ID, other.ID), time.Hour))
	step("rotated again", bot.ID, other.ID)
	old, _ := before.ServiceAccounts().Get(bot.ID)
	if err := a.NoteUse(t.Context(), map[model.ID]time.Time{old.PreviousKey: a.now.Add(time.Minute)}); err != nil {
		t.Fatal(err)
	}
	step("the old key was used", bot.ID)
	a.done(a.EndPreviousKeys(t.Context(), a.ana, seen(other.ID)))
	step("ended", other.ID)
}
