package model_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"lanyard/keys"
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

// reads is a store that counts what is read in it.
type reads struct {
	model.Store
	count map[string]int
}

func (r reads) View(ctx context.Context, fn func(model.ReadTx) error) error {
	return r.Store.View(ctx, func(tx model.ReadTx) error { return fn(readsTx{tx, r.count}) })
}

type readsTx struct {
	model.ReadTx
	count map[string]int
}

func (t readsTx) did(what string, err error) {
	if errors.Is(err, model.ErrNotFound) {
		what += " missed"
	}
	t.count[what]++
}

func (t readsTx) Get(kind model.Kind, id model.ID) ([]byte, error) {
	b, err := t.ReadTx.Get(kind, id)
	t.did(kind.String(), err)
	return b, err
}

func (t readsTx) Find(index model.Index, key string) (model.ID, error) {
	id, err := t.ReadTx.Find(index, key)
	t.did("index", err)
	return id, err
}

func (t readsTx) ScanIndex(index model.Index, from string, visit func(string, model.ID) bool) error {
	return t.ReadTx.ScanIndex(index, from, func(key string, id model.ID) bool {
		t.did("index", nil)
		return visit(key, id)
	})
}

func (t readsTx) Scan(kind model.Kind, _ model.ID, _ func(model.ID, []byte) bool) error {
	return fmt.Errorf("%s is read whole", kind)
}

// digitsOf gives the random bytes of which a public id is made, and zeros after them.
func digitsOf(publicID string) io.Reader {
	const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	var b []byte
	for _, c := range []byte(publicID) {
		b = append(b, byte(strings.IndexByte(alphabet, c)))
	}
	return io.MultiReader(bytes.NewReader(b), zeros{})
}

// Whoever measures how long an answer takes must not learn from it whether a public id is one of the account's.
func TestAnUnknownIDCostsWhatAWrongSecretDoes(t *testing.T) {
	a := newAccount(t)
	var known []string
	for i := range 20 {
		bot, err := a.CreateServiceAccount(t.Context(), a.ana, model.ServiceAccountDraft{Name: fmt.Sprint("bot ", i), Role: model.RoleBuilder})
		if err != nil {
			t.Fatal(err)
		}
		key, err := keys.Parse(a.keyOf(bot.ID))
		if err != nil {
			t.Fatal(err)
		}
		known = append(known, key.PublicID())
	}
	slices.Sort(known)
	cost := func(publicID string) map[string]int {
		t.Helper()
		key, err := keys.New(keys.APIKey, digitsOf(publicID))
		if err != nil || key.PublicID() != publicID {
			t.Fatal(key, err)
		}
		r := reads{a.store, map[string]int{}}
		v, err := model.NewDirectory(r, model.Options{Now: func() time.Time { return a.now }}).VerifyAPIKey(t.Context(), key.Text())
		if err != nil || v.Reason != model.ReasonUnknown {
			t.Fatalf("%q, %v", v.Reason, err)
		}
		return r.count
	}
	want := map[string]int{"index": 1, "index missed": 1, "API key": 1}
	for _, id := range known {
		if got := cost(id); !maps.Equal(got, want) {
			t.Errorf("a wrong secret reads %v, want %v", got, want)
		}
		unknown := id[:11] + "z"
		if slices.Contains(known, unknown) {
			continue
		}
		if got := cost(unknown); !maps.Equal(got, want) {
			t.Errorf("an unknown id reads %v, want %v", got, want)
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
