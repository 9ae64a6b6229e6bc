package model_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"lanyard/keys"
	"lanyard/model"
	"lanyard/model/modeltest"
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

// While something is prepared others use the account. What they changed is seen: it is begun again, and the last time they
// are kept out. That a key is used meanwhile makes no difference.
func TestTogetherKeepsNobodyOut(t *testing.T) {
	for _, overtaken := range []int{0, 1, 3} {
		a := newAccount(t)
		ben := a.add("ben@acme.test", model.RoleBuilder)
		key := a.machine("robot", model.RoleBuilder).Key
		times := 0
		err := a.Together(t.Context(), func(ctx context.Context, d *model.Directory) error {
			if err := d.RenameUser(ctx, a.ana, model.Seen{ID: ben.User}, "Benjamin"); err != nil {
				return err
			}
			times++
			if times <= overtaken {
				a.invite(model.Invite{Email: fmt.Sprintf("guest%d@acme.test", times), Role: model.RoleBuilder})
			} else if times <= 3 {
				if err := a.NoteUse(ctx, map[model.ID]time.Time{key: a.now.Add(time.Hour)}); err != nil {
					t.Error(err)
				}
			}
			_, refused, err := d.InviteUsers(ctx, a.ana, []model.Invite{{Email: "dee@acme.test", Role: model.RoleBuilder}})
			return errors.Join(err, errors.Join(refusals(refused)...))
		})
		if err != nil {
			t.Fatal(err)
		}
		want := overtaken + 1
		if overtaken == 3 {
			want++ // the store in memory does all twice
		}
		if times != want {
			t.Errorf("overtaken %d times, it was done %d times", overtaken, times)
		}
		if n := a.snapshot().Users().Len(); n != 3+overtaken || a.user(ben.User).Name != "Benjamin" {
			t.Errorf("overtaken %d times, there are %d users, and %v", overtaken, n, a.user(ben.User))
		}
		if f := a.checkedUp(a.store); len(f.Wrong) > 0 || !model.Chained(a.root().ChainKey(), a.events()) {
			t.Error(f)
		}
	}
}

func refusals(list []model.InviteRefusal) (errs []error) {
	for _, r := range list {
		errs = append(errs, r.Err)
	}
	return errs
}

// Whoever gives up in the middle has done nothing.
func TestTogetherCanBeStopped(t *testing.T) {
	a := newAccount(t)
	ctx, cancel := context.WithCancel(t.Context())
	revision := a.snapshot().Revision()
	err := a.Together(ctx, func(ctx context.Context, d *model.Directory) error {
		_, _, err := d.InviteUsers(ctx, a.ana, []model.Invite{{Email: "dee@acme.test", Role: model.RoleBuilder}})
		cancel()
		return err
	})
	if !errors.Is(err, context.Canceled) || a.snapshot().Revision() != revision {
		t.Errorf("%v, at revision %d and not %d", err, a.snapshot().Revision(), revision)
	}
}

// What was prepared is written in the order of the keys: in any other, many records take time that grows with their square.
func TestTogetherWritesInOrder(t *testing.T) {
	a := newAccount(t)
	noting := &notingStore{Store: a.store}
	d := a.on(noting)
	var list []model.Invite
	for i := range 600 {
		list = append(list, model.Invite{Email: fmt.Sprintf("%x@acme.test", i*7919%600), Role: model.RoleBuilder})
	}
	err := d.Together(t.Context(), func(ctx context.Context, d *model.Directory) error {
		_, refused, err := d.InviteUsers(ctx, a.ana, list)
		return errors.Join(err, errors.Join(refusals(refused)...))
	})
	inOrder := slices.IsSortedFunc(noting.put, func(x, y model.Ref) int { return cmp.Or(cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.ID, y.ID)) })
	if err != nil || len(noting.put) < 1200 || !inOrder || !slices.IsSorted(noting.reserved) {
		t.Errorf("%v; %d records are in order: %v", err, len(noting.put), inOrder)
	}
}

// notingStore notes what is put by a transaction, and in which order.
type notingStore struct {
	*modeltest.Store
	put      []model.Ref
	reserved []string
}

func (s *notingStore) Update(ctx context.Context, fn func(model.WriteTx) error) error {
	return s.Store.Update(ctx, func(tx model.WriteTx) error {
		s.put, s.reserved = nil, nil
		return fn(notingTx{tx, s})
	})
}

type notingTx struct {
	model.WriteTx
	in *notingStore
}

func (t notingTx) Put(kind model.Kind, id model.ID, b []byte) error {
	t.in.put = append(t.in.put, model.Ref{Kind: kind, ID: id})
	return t.WriteTx.Put(kind, id, b)
}

func (t notingTx) Reserve(index model.Index, key string, id model.ID) error {
	t.in.reserved = append(t.in.reserved, fmt.Sprintf("%02d %s", index, key))
	return t.WriteTx.Reserve(index, key, id)
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
