package model_test

import (
	"fmt"
	"testing"
	"time"

	"lanyard/keys"
	"lanyard/model"
)

// What must hold when the clock steps back: a battery that died, a machine that woke up, an administrator's hand.

func TestEventsKeepTheirOrderWhenTheClockStepsBack(t *testing.T) {
	a := newAccount(t)
	for i, step := range []time.Duration{time.Hour, -26 * time.Hour, 0, -10 * 365 * 24 * time.Hour, time.Minute} {
		a.now = a.now.Add(step)
		a.group(fmt.Sprint("group ", i))
	}
	list := a.events()
	if !model.Chained(a.root().ChainKey(), list) {
		t.Error("the chain is broken")
	}
	for i, e := range list {
		if e.Seq != uint64(i)+1 {
			t.Errorf("event %d has the number %d", i+1, e.Seq)
		}
	}
	if last := list[len(list)-1]; !last.Time.Equal(a.now) || !last.Time.Before(list[0].Time) {
		t.Errorf("the last event is of %v, and the clock says %v", last.Time, a.now)
	}
}

func TestInvitationsWhenTheClockStepsBack(t *testing.T) {
	a := newAccount(t)
	start := a.now
	invited := a.invite(model.Invite{Email: "ben@acme.test", Role: model.RoleBuilder, Term: time.Hour})
	a.now = start.Add(-30 * 24 * time.Hour)
	if _, err := a.AcceptInvitation(t.Context(), invited.Token, model.ViaCommandLine); err != nil {
		t.Errorf("accepting before the invitation was made: %v", err)
	}
	late := a.invite(model.Invite{Email: "eve@acme.test", Role: model.RoleBuilder, Term: time.Hour})
	a.now = start
	_, err := a.AcceptInvitation(t.Context(), late.Token, model.ViaCommandLine)
	a.expect("an invitation that the clock, set right, has overtaken", err, model.ErrStatus, "expired")
	again, out, err := a.ResendInvites(t.Context(), a.ana, seen(late.User.ID), time.Hour)
	a.done(out, err)
	if u, err := a.AcceptInvitation(t.Context(), again[0].Token, model.ViaCommandLine); err != nil || u.Status != model.StatusActive {
		t.Errorf("the fresh one: %v, %v", u.Status, err)
	}
}

// A key that was ended is dead by what was done, and not by what the clock says.
func TestAnEndedKeyStaysDeadWhenTheClockStepsBack(t *testing.T) {
	for name, grace := range map[string]time.Duration{"at once": 0, "early": time.Hour} {
		a := newAccount(t)
		bot := a.machine("bot", model.RoleBuilder)
		old := a.open(bot.ID)
		a.now = a.now.Add(24 * time.Hour)
		a.done(a.RotateAPIKeys(t.Context(), a.ana, seen(bot.ID), grace))
		if grace > 0 {
			a.done(a.EndPreviousKeys(t.Context(), a.ana, seen(bot.ID)))
		}
		for _, back := range []time.Duration{0, time.Second, 24 * time.Hour, 40 * 365 * 24 * time.Hour} {
			now := a.now
			a.now = now.Add(-back)
			if v, err := a.VerifyAPIKey(t.Context(), old.Text()); err != nil || v.Good() {
				t.Errorf("ended %s, and good when the clock steps back by %v: %v", name, back, err)
			}
			fresh := a.open(bot.ID)
			if v, err := a.VerifyAPIKey(t.Context(), fresh.Text()); err != nil || !v.Good() {
				t.Errorf("ended %s: the new key isn't good when the clock steps back by %v: %v, %v", name, back, v.Reason, err)
			}
			a.now = now
		}
	}
}

// open returns a service account's key.
func (a *account) open(id model.ID) keys.Key {
	a.Helper()
	key, err := a.OpenAPIKey(a.Context(), a.ana, id, model.UseCopy)
	return made(a, key, err)
}

func TestLastUseDoesntStepBackWithTheClock(t *testing.T) {
	a := newAccount(t)
	bot := a.machine("bot", model.RoleBuilder)
	used := func() time.Time {
		d, err := a.ServiceAccount(t.Context(), a.ana, bot.ID)
		return made(a, d, err).APIKey.LastUsedAt
	}
	late := a.now.Add(time.Hour)
	for _, at := range []time.Time{late, a.now, a.now.Add(-time.Hour)} {
		if err := a.NoteUse(t.Context(), map[model.ID]time.Time{bot.Key: at}); err != nil {
			t.Fatal(err)
		}
		if !used().Equal(late) {
			t.Errorf("a use at %v left %v", at, used())
		}
	}
}

// A clock that was ahead once must not keep somebody in the future until it gets there.
func TestLastSeenFollowsAClockThatIsSetRight(t *testing.T) {
	a := newAccount(t)
	right := a.now
	for _, at := range []time.Duration{365 * 24 * time.Hour, 0, 30 * time.Second, 2 * time.Minute} {
		a.now = right.Add(at)
		if err := a.Touch(t.Context(), a.ana); err != nil {
			t.Fatal(err)
		}
	}
	if last := a.user(a.ana.User).LastSeenAt; !last.Equal(a.now) {
		t.Errorf("last seen at %v, and the clock says %v", last, a.now)
	}
	a.now = right
	if err := a.Touch(t.Context(), a.ana); err != nil {
		t.Fatal(err)
	}
	if last := a.user(a.ana.User).LastSeenAt; !last.Equal(right) {
		t.Errorf("last seen at %v, after the clock stepped back to %v", last, right)
	}
}
