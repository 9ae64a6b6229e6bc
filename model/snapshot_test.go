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
	for _, kind := range []model.Kind{model.KindUser, model.KindServiceAccount, model.KindGroup, model.KindWorkspace, model.KindRole, model.KindTally, model.KindAPIKey} {
		if got.Total(kind) != want.Total(kind) {
			a.Fatalf("%d of kind %s, want %d", got.Total(kind), kind, want.Total(kind))
		}
	}
	sameRows(a, got.Users(), want.Users())
	sameRows(a, got.ServiceAccounts(), want.ServiceAccounts())
	sameRows(a, got.Groups(), want.Groups())
	sameRows(a, got.Workspaces(), want.Workspaces())
	if fmt.Sprint(got.Roles()) != fmt.Sprint(want.Roles()) {
		a.Fatalf("roles %+v, want %+v", got.Roles(), want.Roles())
	}
	admins, counted := 0, []model.ID{}
	for i := range want.Users().Len() {
		if u := want.Users().At(i); u.Role == model.RoleAdmin && u.Status == model.StatusActive {
			admins++
		}
	}
	if admins != want.ActiveAdmins() {
		a.Fatalf("the count says %d Active Admins, there are %d", want.ActiveAdmins(), admins)
	}
	for _, r := range want.Roles() {
		counted = append(counted, r.ID)
	}
	for i := range want.Groups().Len() {
		counted = append(counted, want.Groups().ID(i))
	}
	for i := range want.Workspaces().Len() {
		counted = append(counted, want.Workspaces().ID(i))
	}
	for _, id := range counted {
		if fmt.Sprint(got.Tally(id)) != fmt.Sprint(want.Tally(id)) {
			a.Fatalf("tally %+v, want %+v", got.Tally(id), want.Tally(id))
		}
	}
	for i := range want.ServiceAccounts().Len() {
		w := want.ServiceAccounts().At(i)
		wk, _ := want.APIKey(w)
		if gk, ok := got.APIKey(w); !ok || wk.PublicID != gk.PublicID || wk.ServiceAccount != w.ID {
			a.Fatalf("the key of %s is %+v, want %+v", w.Name, gk, wk)
		}
	}
}

func sameRows[T any](t tester, got, want *model.Table[T]) {
	t.Helper()
	if got.Len() != want.Len() {
		t.Fatalf("%d rows, want %d", got.Len(), want.Len())
	}
	for i := range want.Len() {
		if w, g := want.At(i), got.At(i); fmt.Sprint(w) != fmt.Sprint(g) {
			t.Fatalf("%+v, want %+v", g, w)
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

func TestTheLoaderReadsASmallAccountAtOnce(t *testing.T) {
	a := newAccount(t)
	a.fill(90, 30)
	records := 91 + 30 + 30 // users, service accounts and their keys
	for _, test := range []struct{ small, users int }{{records, 91}, {records - 1, 20}} {
		s, done, err := model.NewLoader(a.store).First(t.Context(), 20, test.small)
		if err != nil || s.Users().Len() != test.users || done != (test.small == records) {
			t.Errorf("where %d records are a small account: %d users, done %v, %v", test.small, s.Users().Len(), done, err)
		}
	}
}
