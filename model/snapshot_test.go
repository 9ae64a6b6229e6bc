package model_test

import (
	"fmt"
	"testing"
	"time"

	"lanyard/model"
	"lanyard/model/sample"
)

func (a *account) fill(users, machines int) {
	a.Helper()
	err := a.store.Update(a.Context(), func(tx model.WriteTx) error {
		data := sample.New(1, a.now)
		return a.Fill(tx, model.User{ID: a.ana.User, Email: "ana@acme.test"}, data.Filling(users, machines))
	})
	if err != nil {
		a.Fatal(err)
	}
}

// sameAccount holds a snapshot that was refreshed against one that was read anew.
func (a *account) sameAccount(got *model.Snapshot) {
	a.Helper()
	want := a.snapshot()
	if got.Revision() != want.Revision() || got.Account() != want.Account() || got.ActiveAdmins() != want.ActiveAdmins() {
		a.Fatalf("revision %d, account %v, %d admins; want %d, %v, %d", got.Revision(), got.Account(), got.ActiveAdmins(), want.Revision(), want.Account(), want.ActiveAdmins())
	}
	if got.Users().Len() != want.Users().Len() || got.ServiceAccounts().Len() != want.ServiceAccounts().Len() {
		a.Fatalf("%d users and %d service accounts, want %d and %d", got.Users().Len(), got.ServiceAccounts().Len(), want.Users().Len(), want.ServiceAccounts().Len())
	}
	admins := 0
	for i := range want.Users().Len() {
		w, g := want.Users().At(i), got.Users().At(i)
		if fmt.Sprint(w) != fmt.Sprint(g) {
			a.Fatalf("user %+v, want %+v", g, w)
		}
		if w.Role == model.RoleAdmin && w.Status == model.StatusActive {
			admins++
		}
	}
	if admins != want.ActiveAdmins() {
		a.Fatalf("the count says %d Active Admins, there are %d", want.ActiveAdmins(), admins)
	}
	for i := range want.ServiceAccounts().Len() {
		w, g := want.ServiceAccounts().At(i), got.ServiceAccounts().At(i)
		wk, _ := want.APIKey(w)
		gk, ok := got.APIKey(g)
		if fmt.Sprint(w) != fmt.Sprint(g) || !ok || wk.PublicID != gk.PublicID {
			a.Fatalf("service account %+v, want %+v", g, w)
		}
	}
}

func TestRefreshReadsOnlyWhatChanged(t *testing.T) {
	a := newAccount(t)
	a.fill(3000, 50)
	s := a.snapshot()
	if same, err := s.Refresh(t.Context(), a.store); err != nil || same != s {
		t.Errorf("nothing changed, and yet another snapshot came: %v", err)
	}
	target := s.Users().At(1500)
	steps := []func() error{
		func() error { return a.RenameUser(t.Context(), a.ana, model.Seen{ID: target.ID}, "Another Name") },
		func() error { return outcome(a.RemoveUsers(t.Context(), a.ana, seen(s.Users().At(7).ID), false)) },
		func() error {
			_, _, err := a.InviteUsers(t.Context(), a.ana, []model.Invite{{Email: "new@acme.test", Role: model.RoleAdmin}})
			return err
		},
		func() error {
			_, err := a.CreateServiceAccount(t.Context(), a.ana, model.ServiceAccountDraft{Name: "newest", Role: model.RoleAdmin})
			return err
		},
		func() error {
			return outcome(a.DeleteServiceAccounts(t.Context(), a.ana, seen(s.ServiceAccounts().At(3).ID)))
		},
		func() error { a.now = a.now.Add(time.Hour); return a.Touch(t.Context(), a.ana) },
	}
	for i, step := range steps {
		if err := step(); err != nil {
			t.Fatal(i, err)
		}
		next, err := s.Refresh(t.Context(), a.store)
		if err != nil {
			t.Fatal(i, err)
		}
		if ids, ok := next.Users().ChangedSince(s.Users()); !ok || len(ids) > 1 {
			t.Errorf("step %d: %d users are said to have changed (%v)", i, len(ids), ok)
		}
		a.sameAccount(next)
		s = next
	}
}

func TestTheLoaderSeesChangesMadeMeanwhile(t *testing.T) {
	a := newAccount(t)
	a.fill(900, 30)
	l := model.NewLoader(a.store)
	s, done, err := l.Next(t.Context(), 100)
	if err != nil || done || s.Users().Len() != 100 || s.Total(model.KindUser) != 901 {
		t.Fatalf("the first step: %v, %v", done, err)
	}
	for i := 0; !done; i++ {
		if i < 3 { // a change before and one behind where the loader stands
			if err := a.RenameUser(t.Context(), a.ana, seen(s.Users().At(i).ID)[0], "Changed Early"); err != nil {
				t.Fatal(err)
			}
			all := a.snapshot().Users()
			if err := outcome(a.RemoveUsers(t.Context(), a.ana, seen(all.At(all.Len()-1-i).ID, all.At(40+i).ID), false)); err != nil {
				t.Fatal(err)
			}
		}
		if s, done, err = l.Next(t.Context(), 100); err != nil {
			t.Fatal(err)
		}
	}
	a.sameAccount(s)
}
