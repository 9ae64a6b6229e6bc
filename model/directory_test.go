package model_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"lanyard/keys"
	"lanyard/model"
	"lanyard/model/modeltest"
)

// tester is a test, or one run of a law.
type tester interface {
	Context() context.Context
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
	Errorf(format string, args ...any)
}

// account is a new account for a test.
type account struct {
	tester
	*model.Directory
	store *modeltest.Store
	ana   model.Actor // the founder
	now   time.Time
}

func newAccount(t tester) *account {
	t.Helper()
	a := &account{tester: t, store: modeltest.NewStore(), now: time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)}
	_, root, err := keys.NewSealFile(a.store.ID(), zeros{})
	if err != nil {
		t.Fatal(err)
	}
	a.Directory = model.NewDirectory(a.store, model.Options{
		Unlock: func() (*keys.Root, error) { return root.Clone(), nil },
		Now:    func() time.Time { return a.now },
	})
	err = a.store.Update(t.Context(), func(tx model.WriteTx) error {
		u, err := a.Found(tx, model.Founder{Account: "Acme", Name: "Ana Ruiz", Email: "ana@acme.test"}, model.ViaConsole)
		a.ana = model.Actor{User: u.ID, Via: model.ViaConsole}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// add makes an Active user with a role.
func (a *account) add(email string, role model.ID) model.Actor {
	a.Helper()
	invited, refused, err := a.InviteUsers(a.Context(), a.ana, []model.Invite{{Email: email, Role: role}})
	if err != nil || len(refused) > 0 {
		a.Fatal(err, refused)
	}
	u, err := a.AcceptInvitation(a.Context(), invited[0].Token, model.ViaCommandLine)
	if err != nil {
		a.Fatal(err)
	}
	return model.Actor{User: u.ID, Via: model.ViaConsole}
}

func (a *account) snapshot() *model.Snapshot {
	a.Helper()
	s, err := model.LoadSnapshot(a.Context(), a.store)
	if err != nil {
		a.Fatal(err)
	}
	return s
}

func (a *account) user(id model.ID) model.User {
	a.Helper()
	u, ok := a.snapshot().Users().Get(id)
	if !ok {
		a.Fatalf("user %d is gone", id)
	}
	return u
}

func seen(list ...model.ID) []model.Seen {
	out := make([]model.Seen, len(list))
	for i, id := range list {
		out[i] = model.Seen{ID: id}
	}
	return out
}

func TestTheLastAdminStays(t *testing.T) {
	ways := map[string]func(*account, []model.Seen) (model.Outcome, error){
		"role": func(a *account, l []model.Seen) (model.Outcome, error) {
			return a.SetUsersRole(a.Context(), a.ana, l, model.RoleBuilder)
		},
		"deactivate": func(a *account, l []model.Seen) (model.Outcome, error) {
			return a.DeactivateUsers(a.Context(), a.ana, l, false)
		},
		"remove": func(a *account, l []model.Seen) (model.Outcome, error) {
			return a.RemoveUsers(a.Context(), a.ana, l, false)
		},
	}
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			a := newAccount(t)
			out, err := way(a, seen(a.ana.User))
			if err != nil || !errors.Is(out.Err(), model.ErrLastAdmin) || !strings.Contains(out.Err().Error(), "Make somebody else an Admin") {
				t.Fatalf("the only Admin: %v, %v", out, err)
			}
			ben := a.add("ben@acme.test", model.RoleAdmin)
			// Both at once: whoever comes second is the last.
			out, err = way(a, seen(ben.User, a.ana.User))
			if err != nil || out.Done != 1 || len(out.Refused) != 1 {
				t.Fatalf("both Admins at once: %+v, %v", out, err)
			}
			if n := a.snapshot().ActiveAdmins(); n != 1 {
				t.Errorf("%d Active Admins are left", n)
			}
		})
	}
}

func TestActionsByStatus(t *testing.T) {
	a := newAccount(t)
	active := a.add("ben@acme.test", model.RoleBuilder).User
	inactive := a.add("cai@acme.test", model.RoleBuilder).User
	if out, err := a.DeactivateUsers(t.Context(), a.ana, seen(inactive), false); err != nil || out.Done != 1 {
		t.Fatal(out, err)
	}
	made, _, err := a.InviteUsers(t.Context(), a.ana, []model.Invite{{Email: "dee@acme.test", Role: model.RoleBuilder}})
	if err != nil {
		t.Fatal(err)
	}
	invited := made[0].User.ID
	rules := a.snapshot().Rules(a.ana.User, a.now)
	actions := map[string]func(model.User) error{
		"deactivate": rules.DeactivateUser, "reactivate": rules.ReactivateUser, "remove": rules.RemoveUser,
		"resend": rules.ResendInvite, "cancel": rules.CancelInvite,
	}
	want := map[model.ID]string{active: "deactivate remove", inactive: "reactivate remove", invited: "resend cancel"}
	for id, open := range want {
		for name, may := range actions {
			err := may(a.user(id))
			if ok := strings.Contains(open, name); ok != (err == nil) {
				t.Errorf("%s a user who is %s: %v", name, a.user(id).Status, err)
			}
			if err != nil && (!errors.Is(err, model.ErrStatus) || model.Short(err) == "") {
				t.Errorf("%s a user who is %s: %v gives no reason", name, a.user(id).Status, err)
			}
		}
	}
}

func TestPermissionsAreByRole(t *testing.T) {
	a := newAccount(t)
	builder := a.add("ben@acme.test", model.RoleBuilder)
	made, err := a.CreateServiceAccount(t.Context(), a.ana, model.ServiceAccountDraft{Name: "bot", Role: model.RoleBuilder})
	if err != nil {
		t.Fatal(err)
	}
	id := seen(a.ana.User)
	tries := map[string]func() error{
		"invite": func() error {
			_, refused, err := a.InviteUsers(t.Context(), builder, []model.Invite{{Email: "x@acme.test", Role: model.RoleTenantGuest}})
			return first(err, len(refused) > 0, func() error { return refused[0].Err })
		},
		"rename": func() error { return a.RenameUser(t.Context(), builder, id[0], "X") },
		"role": func() error {
			return outcome(a.SetUsersRole(t.Context(), builder, seen(builder.User), model.RoleAdmin))
		},
		"deactivate": func() error { return outcome(a.DeactivateUsers(t.Context(), builder, id, false)) },
		"remove":     func() error { return outcome(a.RemoveUsers(t.Context(), builder, id, false)) },
		"create": func() error {
			_, err := a.CreateServiceAccount(t.Context(), builder, model.ServiceAccountDraft{Name: "b", Role: model.RoleBuilder})
			return err
		},
		"delete": func() error { return outcome(a.DeleteServiceAccounts(t.Context(), builder, seen(made.ID))) },
		"reveal": func() error { _, err := a.OpenAPIKey(t.Context(), builder, made.ID, model.UseCopy); return err },
	}
	before := a.snapshot().Revision()
	for name, try := range tries {
		if err := try(); !errors.Is(err, model.ErrNotPermitted) {
			t.Errorf("%s as a Builder: %v", name, err)
		}
	}
	if _, err := a.DeactivateUsers(t.Context(), a.ana, seen(builder.User), false); err != nil {
		t.Fatal(err)
	}
	if err := a.RenameUser(t.Context(), builder, seen(builder.User)[0], "X"); !errors.Is(err, model.ErrNotPermitted) {
		t.Errorf("an Inactive user acted: %v", err)
	}
	if got := a.snapshot().Revision(); got != before+1 {
		t.Errorf("what was refused changed the store: revision %d after %d", got, before)
	}
}

func outcome(o model.Outcome, err error) error {
	if err != nil {
		return err
	}
	return o.Err()
}

func first(err error, more bool, next func() error) error {
	if err != nil || !more {
		return err
	}
	return next()
}

func TestInvitations(t *testing.T) {
	a := newAccount(t)
	list := []model.Invite{
		{Email: "ben@acme.test", Role: model.RoleBuilder},
		{Email: "nonsense", Role: model.RoleBuilder},
		{Email: "BEN@acme.test", Role: model.RoleBuilder},
		{Email: "Ana@acme.test", Role: model.RoleBuilder},
		{Email: "dee@acme.test", Name: "Dee Day", Role: model.RoleAdmin, Term: time.Hour},
	}
	invited, refused, err := a.InviteUsers(t.Context(), a.ana, list)
	if err != nil || len(invited) != 2 || len(refused) != 3 {
		t.Fatalf("invited %v, refused %v, %v", invited, refused, err)
	}
	if u := invited[1].User; u.Name != "Dee Day" || !u.Expired(a.now.Add(time.Hour)) || u.Expired(a.now) {
		t.Errorf("invited as %+v", u)
	}
	if !strings.Contains(refused[1].Err.Error(), "invited already") || !strings.Contains(refused[2].Err.Error(), "user of this account already") {
		t.Errorf("refused with %v", refused)
	}
	ben := invited[0].User.ID
	old := invited[0].Token
	again, out, err := a.ResendInvites(t.Context(), a.ana, seen(ben), 0)
	if err != nil || out.Done != 1 || len(again) != 1 {
		t.Fatal(again, out, err)
	}
	if _, err := a.AcceptInvitation(t.Context(), old, model.ViaCommandLine); !errors.Is(err, model.ErrStatus) || !strings.Contains(err.Error(), "replaced by a newer one") {
		t.Errorf("the old token after a resend: %v", err)
	}
	text := a.snapshot().Letter(again[0], a.user(a.ana.User)).Text
	if !strings.Contains(text, string(again[0].Token.Text())) || !strings.Contains(text, "Ana Ruiz invites you to Acme as Builder") {
		t.Errorf("the invitation reads:\n%s", text)
	}
	if u, err := a.AcceptInvitation(t.Context(), again[0].Token, model.ViaCommandLine); err != nil || u.Status != model.StatusActive || u.JoinedAt.IsZero() {
		t.Errorf("accepting: %+v, %v", u, err)
	}
	if _, err := a.AcceptInvitation(t.Context(), again[0].Token, model.ViaCommandLine); !errors.Is(err, model.ErrStatus) || !strings.Contains(err.Error(), "accepted already") {
		t.Errorf("accepting twice: %v", err)
	}
	a.now = a.now.Add(2 * time.Hour)
	if _, err := a.AcceptInvitation(t.Context(), invited[1].Token, model.ViaCommandLine); !errors.Is(err, model.ErrStatus) || !strings.Contains(err.Error(), "expired") {
		t.Errorf("accepting too late: %v", err)
	}
	if out, err := a.RemoveUsers(t.Context(), a.ana, seen(invited[1].User.ID), false); err != nil || out.Done != 1 {
		t.Fatal(out, err)
	}
	if _, refused, err := a.InviteUsers(t.Context(), a.ana, []model.Invite{{Email: "dee@acme.test", Role: model.RoleAdmin}}); err != nil || len(refused) > 0 {
		t.Errorf("a cancelled address can't be invited again: %v, %v", refused, err)
	}
}

func TestServiceAccountsAndTheirKeys(t *testing.T) {
	a := newAccount(t)
	made, err := a.CreateServiceAccount(t.Context(), a.ana, model.ServiceAccountDraft{Name: " deploy-bot ", Description: "Rolls out", Role: model.RoleBuilder})
	if err != nil || made.Name != "deploy-bot" {
		t.Fatal(made, err)
	}
	for draft, want := range map[model.ServiceAccountDraft]error{
		{Name: "Deploy-Bot", Role: model.RoleBuilder}:         model.ErrTaken,
		{Name: "guest", Role: model.RoleTenantGuest}:          model.ErrInvalid,
		{Name: "", Role: model.RoleBuilder}:                   model.ErrInvalid,
		{Name: "x", Role: 99}:                                 model.ErrNotFound,
		{Name: "x", Description: "\n", Role: model.RoleAdmin}: nil,
	} {
		if _, err := a.CreateServiceAccount(t.Context(), a.ana, draft); !errors.Is(err, want) {
			t.Errorf("%+v: %v, want %v", draft, err, want)
		}
	}
	secret, err := a.OpenAPIKey(t.Context(), a.ana, made.ID, model.UseCopy)
	if err != nil {
		t.Fatal(err)
	}
	key, _ := a.snapshot().APIKey(made)
	if !key.Digest.Matches(secret.Text()) || key.PublicID != secret.PublicID() || len(secret.Text()) != 55 {
		t.Errorf("the key %q doesn't belong to its record", secret.Text())
	}
	one := model.Seen{ID: made.ID, Version: 1}
	if err := a.RenameServiceAccount(t.Context(), a.ana, one, "deployer"); err != nil {
		t.Fatal(err)
	}
	if err := a.DescribeServiceAccount(t.Context(), a.ana, one, "late"); !errors.Is(err, model.ErrConflict) {
		t.Errorf("a change over a newer one: %v", err)
	}
	if err := outcome(a.SetServiceAccountsRole(t.Context(), a.ana, seen(made.ID), model.RoleTenantGuest)); !errors.Is(err, model.ErrInvalid) {
		t.Errorf("made a Tenant Guest: %v", err)
	}
	again, err := a.OpenAPIKey(t.Context(), a.ana, made.ID, model.UseReveal)
	if err != nil || !bytes.Equal(again.Text(), secret.Text()) {
		t.Errorf("editing cost the key: %v", err)
	}
	if out, err := a.DeleteServiceAccounts(t.Context(), a.ana, seen(made.ID)); err != nil || out.Done != 1 {
		t.Fatal(out, err)
	}
	if _, err := a.OpenAPIKey(t.Context(), a.ana, made.ID, model.UseCopy); !errors.Is(err, model.ErrNotFound) {
		t.Errorf("the key of a deleted service account: %v", err)
	}
	if _, err := a.CreateServiceAccount(t.Context(), a.ana, model.ServiceAccountDraft{Name: "Deployer", Role: model.RoleBuilder}); err != nil {
		t.Errorf("a deleted name can't be used again: %v", err)
	}
}

func TestNothingIsShownWithoutItsEvent(t *testing.T) {
	a := newAccount(t)
	made, err := a.CreateServiceAccount(t.Context(), a.ana, model.ServiceAccountDraft{Name: "bot", Role: model.RoleBuilder})
	if err != nil {
		t.Fatal(err)
	}
	full := errors.New("disk full")
	a.store.Fail(full)
	if secret, err := a.OpenAPIKey(t.Context(), a.ana, made.ID, model.UseReveal); !errors.Is(err, full) || !secret.IsZero() {
		t.Errorf("a key came out without an event: %v", err)
	}
}

func TestBulkOverManyTransactions(t *testing.T) {
	a := newAccount(t)
	var list []model.Invite
	for i := range 600 {
		list = append(list, model.Invite{Email: fmt.Sprintf("u%d@acme.test", i), Role: model.RoleBuilder})
	}
	invited, refused, err := a.InviteUsers(t.Context(), a.ana, list)
	if err != nil || len(invited) != 600 || len(refused) != 0 {
		t.Fatal(len(invited), len(refused), err)
	}
	ids := []model.ID{a.ana.User}
	for _, i := range invited {
		ids = append(ids, i.User.ID)
	}
	out, err := a.DeactivateUsers(t.Context(), a.ana, seen(ids...), false)
	if err != nil || out.Done != 0 || len(out.Refused) != 601 {
		t.Fatal(out.Done, len(out.Refused), err)
	}
	out, err = a.RemoveUsers(t.Context(), a.ana, seen(ids...), false)
	if err != nil || out.Done != 600 || len(out.Refused) != 1 {
		t.Fatal(out.Done, len(out.Refused), err)
	}
}

func TestOnesOwnRecordComesLast(t *testing.T) {
	a := newAccount(t)
	ben := a.add("ben@acme.test", model.RoleAdmin)
	cai := a.add("cai@acme.test", model.RoleBuilder)
	out, err := a.RemoveUsers(t.Context(), ben, seen(ben.User, cai.User), false)
	if err != nil || out.Done != 2 {
		t.Errorf("removing oneself first kept the others: %+v, %v", out, err)
	}
}

func TestFirstAdminActs(t *testing.T) {
	a := newAccount(t)
	a.add("ben@acme.test", model.RoleAdmin)
	if u, err := model.FirstAdmin(context.Background(), a.store); err != nil || u.ID != a.ana.User {
		t.Errorf("got %+v, %v", u, err)
	}
	if u, err := model.FindUser(context.Background(), a.store, " BEN@acme.test"); err != nil || u.Email != "ben@acme.test" {
		t.Errorf("got %+v, %v", u, err)
	}
}
