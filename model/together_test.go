package model_test

import (
	"context"
	"errors"
	"testing"

	"lanyard/keys"
	"lanyard/model"
)

func TestTogetherIsAllOrNothing(t *testing.T) {
	a := newAccount(t)
	ben := a.add("ben@acme.test", model.RoleBuilder)
	group := a.group("platform")
	events := len(a.events())
	change := func(ctx context.Context, d *model.Directory) error {
		if err := d.RenameUser(ctx, a.ana, model.Seen{ID: ben.User}, "Benjamin"); err != nil {
			return err
		}
		if u, err := d.FindUser(ctx, a.ana, "ben@acme.test"); err != nil || u.Name != "Benjamin" {
			t.Errorf("within it he is %q, %v", u.Name, err)
		}
		_, err := d.AddUsersToGroup(ctx, a.ana, seen(ben.User), group)
		return err
	}
	stop := errors.New("stop")
	if err := a.Together(t.Context(), func(ctx context.Context, d *model.Directory) error { return errors.Join(change(ctx, d), stop) }); !errors.Is(err, stop) {
		t.Fatal(err)
	}
	if u := a.user(ben.User); u.Name == "Benjamin" || len(u.Groups) > 0 || len(a.events()) != events || a.snapshot().Tally(group).Users != 0 {
		t.Errorf("something was kept: %+v, %d events", u, len(a.events())-events)
	}
	revision := a.snapshot().Revision()
	if err := a.Together(t.Context(), change); err != nil {
		t.Fatal(err)
	}
	if u := a.user(ben.User); u.Name != "Benjamin" || len(u.Groups) != 1 || len(a.events()) != events+2 || a.snapshot().Tally(group).Users != 1 {
		t.Errorf("not all was done: %+v, %d events", u, len(a.events())-events)
	}
	if now := a.snapshot().Revision(); now != revision+1 {
		t.Errorf("it took %d transactions", now-revision)
	}
}

// What is done together is undone together, and what wasn't done leaves nothing to undo.
func TestTogetherIsOneStepToUndo(t *testing.T) {
	a := newAccount(t)
	ben := a.add("ben@acme.test", model.RoleBuilder)
	group := a.group("platform")
	stop := errors.New("stop")
	var give error
	ctx := model.OneStep(t.Context())
	for _, give = range []error{stop, nil} {
		err := a.Together(ctx, func(ctx context.Context, d *model.Directory) error {
			if err := d.RenameUser(ctx, a.ana, model.Seen{ID: ben.User}, "Benjamin"); err != nil {
				return err
			}
			_, err := d.AddUsersToGroup(ctx, a.ana, seen(ben.User), group)
			return errors.Join(err, give)
		})
		if !errors.Is(err, give) {
			t.Fatal(err)
		}
	}
	if _, err := a.Undo(t.Context(), a.ana, model.UndoChoice{}); err != nil {
		t.Fatal(err)
	}
	if u := a.user(ben.User); u.Name == "Benjamin" || len(u.Groups) > 0 {
		t.Errorf("not all was undone: %+v", u)
	}
}

// A passphrase is asked for once, and before the transaction begins.
func TestTogetherUnlocksBeforeTheTransaction(t *testing.T) {
	a := newAccount(t)
	ben := a.add("ben@acme.test", model.RoleBuilder)
	asked, busy := 0, false
	d := model.NewDirectory(a.store, model.Options{Unlock: func() (*keys.Root, error) {
		asked++
		if busy {
			t.Error("asked within the transaction")
		}
		return a.root(), nil
	}})
	err := d.Together(t.Context(), func(ctx context.Context, d *model.Directory) error {
		busy = true
		defer func() { busy = false }()
		for _, name := range []string{"Benjamin", "Ben"} {
			if err := d.RenameUser(ctx, a.ana, model.Seen{ID: ben.User}, name); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || asked != 1 {
		t.Errorf("asked %d times, %v", asked, err)
	}
}

func TestTogetherTheRulesSeeWhatWasDoneBefore(t *testing.T) {
	a := newAccount(t)
	ben := a.add("ben@acme.test", model.RoleAdmin)
	var out model.Outcome
	err := a.Together(t.Context(), func(ctx context.Context, d *model.Directory) (err error) {
		if out, err = d.DeactivateUsers(ctx, a.ana, seen(ben.User), false); err != nil {
			return err
		}
		out, err = d.SetUsersRole(ctx, a.ana, seen(a.ana.User), model.RoleBuilder)
		return err
	})
	a.expect("demoting the last Admin", errors.Join(err, out.Err()), model.ErrLastAdmin)
}

func TestCancellingLeavesThoseWhoHaveJoined(t *testing.T) {
	a := newAccount(t)
	ben := a.add("ben@acme.test", model.RoleBuilder)
	eva := a.invite(model.Invite{Email: "eva@acme.test", Role: model.RoleBuilder}).User
	out, err := a.CancelInvites(t.Context(), a.ana, seen(ben.User, eva.ID))
	if err != nil || out.Done != 1 || len(out.Refused) != 1 || out.Refused[0].ID != ben.User {
		t.Fatalf("%+v, %v", out, err)
	}
	a.expect("cancelling who has joined", out.Refused[0].Err, model.ErrStatus, "has joined")
	if _, there := a.snapshot().Users().Get(eva.ID); there {
		t.Error("the invitation is still there")
	}
	out, err = a.CancelInvites(t.Context(), ben, seen(a.invite(model.Invite{Email: "eva@acme.test", Role: model.RoleBuilder}).User.ID))
	a.expect("cancelling as a Builder", outcome(out, err), model.ErrNotPermitted)
}
