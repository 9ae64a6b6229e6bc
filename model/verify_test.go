package model_test

import (
	"bytes"
	"testing"
	"time"

	"lanyard/model"
)

// keyOf returns a service account's key in clear.
func (a *account) keyOf(id model.ID) []byte {
	a.Helper()
	key, err := a.OpenAPIKey(a.Context(), a.ana, id, model.UseCopy)
	if err != nil {
		a.Fatal(err)
	}
	return bytes.Clone(key.Text())
}

func TestVerify(t *testing.T) {
	a := newAccount(t)
	bot, err := a.CreateServiceAccount(t.Context(), a.ana, model.ServiceAccountDraft{Name: "bot", Role: model.RoleBuilder})
	if err != nil {
		t.Fatal(err)
	}
	good := a.keyOf(bot.ID)
	mistyped := bytes.Clone(good)
	if mistyped[20] = 'x'; good[20] == 'x' {
		mistyped[20] = 'y'
	}
	invited, _, err := a.InviteUsers(t.Context(), a.ana, []model.Invite{{Email: "ben@acme.test", Role: model.RoleBuilder}})
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := model.NewVerifier(t.Context(), a.store, func() time.Time { return a.now })
	if err != nil {
		t.Fatal(err)
	}
	unknown := []byte("lys_0123456789AB_0123456789ABCDEFGHIJKLMNOPQRSTUV2qTByf")
	for name, tt := range map[string]struct {
		text []byte
		want model.Reason
	}{
		"good": {good, ""}, "with white space": {append(append([]byte("  "), good...), '\n'), ""},
		"empty": {nil, model.ReasonMalformed}, "cut": {good[:54], model.ReasonMalformed},
		"an invitation's token": {invited[0].Token.Text(), model.ReasonMalformed},
		"mistyped":              {mistyped, model.ReasonChecksum}, "unknown": {unknown, model.ReasonUnknown},
	} {
		once, err := a.VerifyAPIKey(t.Context(), tt.text)
		if err != nil || once.Reason != tt.want {
			t.Errorf("%s: %q, %v", name, once.Reason, err)
		}
		kept, err := verifier.Verify(t.Context(), tt.text)
		if err != nil || kept.Reason != tt.want || kept.ServiceAccount.Name != once.ServiceAccount.Name {
			t.Errorf("%s: a Verifier says %q, %v", name, kept.Reason, err)
		}
	}
}

func TestVerifierSeesChangesAtOnce(t *testing.T) {
	a := newAccount(t)
	bot, err := a.CreateServiceAccount(t.Context(), a.ana, model.ServiceAccountDraft{Name: "bot", Role: model.RoleBuilder})
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := model.NewVerifier(t.Context(), a.store, func() time.Time { return a.now })
	if err != nil {
		t.Fatal(err)
	}
	says := func(key []byte) model.Verdict {
		t.Helper()
		v, err := verifier.Verify(t.Context(), key)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	key := a.keyOf(bot.ID)
	if v := says(key); !v.Good() || v.Role.ID != model.RoleBuilder || v.May(model.PermAccountView, "") || !v.May(model.PermWSExecute, "") {
		t.Fatalf("a Builder's key: %+v", v)
	}
	if out, err := a.SetServiceAccountsRole(t.Context(), a.ana, seen(bot.ID), model.RoleAdmin); err != nil || out.Done != 1 {
		t.Fatal(out, err)
	}
	if v := says(key); !v.May(model.PermAccountView, "") || !v.May(model.PermWSManage, "any") {
		t.Errorf("an Admin's key: %+v", v)
	}
	second, err := a.CreateServiceAccount(t.Context(), a.ana, model.ServiceAccountDraft{Name: "second", Role: model.RoleConsumer})
	if err != nil {
		t.Fatal(err)
	}
	if v := says(a.keyOf(second.ID)); !v.Good() || v.ServiceAccount.Name != "second" {
		t.Errorf("a key that is new: %+v", v)
	}
	if out, err := a.DeleteServiceAccounts(t.Context(), a.ana, seen(bot.ID)); err != nil || out.Done != 1 {
		t.Fatal(out, err)
	}
	if v := says(key); v.Reason != model.ReasonUnknown {
		t.Errorf("a deleted key: %+v", v)
	}
}

func TestVerifyInWorkspaces(t *testing.T) {
	a := newAccount(t)
	bot, err := a.CreateServiceAccount(t.Context(), a.ana, model.ServiceAccountDraft{Name: "bot", Role: model.RoleBuilder})
	if err != nil {
		t.Fatal(err)
	}
	w, err := a.CreateWorkspace(t.Context(), a.ana, model.Draft{Name: "Web Shop"})
	if err != nil {
		t.Fatal(err)
	}
	if out, err := a.SetServiceAccountsWorkspaceRole(t.Context(), a.ana, seen(bot.ID), w.ID, model.RoleContributor); err != nil || out.Done != 1 {
		t.Fatal(out, err)
	}
	v, err := a.VerifyAPIKey(t.Context(), a.keyOf(bot.ID))
	if err != nil || !v.May(model.PermWSWrite, "web shop") || v.May(model.PermWSManage, "web shop") || v.May(model.PermWSView, "another") {
		t.Errorf("in workspaces %+v, %v", v.Workspaces, err)
	}
}

func TestUseIsNotedByTheMinute(t *testing.T) {
	a := newAccount(t)
	bot, err := a.CreateServiceAccount(t.Context(), a.ana, model.ServiceAccountDraft{Name: "bot", Role: model.RoleBuilder})
	if err != nil {
		t.Fatal(err)
	}
	used := func() time.Time {
		k, _ := a.snapshot().APIKey(bot)
		return k.LastUsedAt
	}
	for _, at := range []time.Time{a.now.Add(90 * time.Second), a.now.Add(100 * time.Second), a.now} {
		if err := a.NoteUse(t.Context(), map[model.ID]time.Time{bot.Key: at, 9999: at}); err != nil {
			t.Fatal(err)
		}
		if want := a.now.Add(time.Minute); !used().Equal(want) {
			t.Errorf("used at %v, want %v", used(), want)
		}
	}
	revision := a.snapshot().Revision()
	if err := a.NoteUse(t.Context(), map[model.ID]time.Time{bot.Key: a.now.Add(110 * time.Second)}); err != nil || a.snapshot().Revision() != revision {
		t.Errorf("the same minute was written again: %v", err)
	}
}
