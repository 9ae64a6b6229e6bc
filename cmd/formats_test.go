package cmd

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"lanyard/db"
	"lanyard/keys"
	"lanyard/model"
)

// oldAccount puts the account that a version with store format 1 left into a home of its own.
func oldAccount(t *testing.T) (h home, handedOut map[string]string) {
	t.Helper()
	from := filepath.Join("testdata", "format-1")
	dir := t.TempDir()
	h = home{store: filepath.Join(dir, "default.db"), seals: filepath.Join(dir, "seals")}
	if err := os.Mkdir(h.seals, 0o700); err != nil {
		t.Fatal(err)
	}
	put := func(name, to string) {
		b, err := os.ReadFile(filepath.Join(from, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put("store.db", h.store)
	put("seal.json", h.seal("90711d5e2828de4ed6f3ddbda1fd514f"))
	b, err := os.ReadFile(filepath.Join(from, "keys.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &handedOut); err != nil {
		t.Fatal(err)
	}
	return h, handedOut
}

// inWords says what is in the account, in words.
func inWords(s *model.Snapshot) string {
	var out string
	say := func(format string, args ...any) { out += fmt.Sprintf(format+"\n", args...) }
	grants := func(list []model.WorkspaceGrant) (text string) {
		for _, g := range list {
			w, _ := s.Workspace(g.Workspace)
			text += " · " + w.Name + " as " + s.RoleName(g.Role)
		}
		return text
	}
	say("%s", s.Account().Name)
	for i := range s.Users().Len() {
		u := s.Users().At(i)
		groups := ""
		for _, id := range u.Groups {
			g, _ := s.Group(id)
			groups += " · in " + g.Name
		}
		say("%s <%s> %s %s%s%s", u.Name, u.Email, u.Status, s.RoleName(u.Role), groups, grants(u.Workspaces))
	}
	for i := range s.ServiceAccounts().Len() {
		m := s.ServiceAccounts().At(i)
		k, _ := s.APIKey(m)
		say("%s (%s) %s %s used %s%s", m.Name, m.Description, s.RoleName(m.Role), k.Hint(), k.LastUsedAt.Format(time.DateOnly), grants(m.Workspaces))
	}
	for i := range s.Groups().Len() {
		g := s.Groups().At(i)
		say("group %s%s", g.Name, grants(g.Workspaces))
	}
	for _, r := range s.Roles() {
		if !r.BuiltIn() {
			say("role %s %v", r.Name, r.Permissions)
		}
	}
	return out
}

const oldInWords = `Acme
Ana Ruiz <ana@example.com> Active Admin · Web Shop as Owner
Ben Okafor <ben@example.com> Active Builder · in sre
Chiara Conti <chiara@example.com> Inactive Consumer · Web Shop as Viewer
Dov <dov@example.com> Invited Tenant Guest
deploy-bot (Ships the shop) Builder lys_Ot44… used 2026-11-25 · Web Shop as Contributor
auditor () Admin lys_OGHJ… used 0001-01-01
group sre · Web Shop as Runner
role Runner [workspace:execute]
`

// An account of the format before opens, with a backup beside it; everything is there, its keys verify and open, and it can
// be worked on.
func TestStoresOfFormat1Open(t *testing.T) {
	h, handedOut := oldAccount(t)
	before, err := os.ReadFile(h.store)
	if err != nil {
		t.Fatal(err)
	}
	store, err := db.Open(h.store)
	if err != nil {
		t.Fatal(err)
	}
	if kept, err := os.ReadFile(h.store + ".format-1.bak"); err != nil || !bytes.Equal(kept, before) {
		t.Errorf("the backup has %d bytes, the store had %d; %v", len(kept), len(before), err)
	}
	now := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC) // the invitation's term isn't over
	d := model.NewDirectory(store, model.Options{Unlock: h.vault(store.ID()).Unlock, Now: func() time.Time { return now }})
	s, err := model.LoadSnapshot(t.Context(), store)
	if err != nil {
		t.Fatal(err)
	}
	if got := inWords(s); got != oldInWords {
		t.Errorf("there is\n%s", got)
	}
	me, err := model.FirstAdmin(t.Context(), store)
	if err != nil {
		t.Fatal(err)
	}
	by := model.Actor{User: me.ID, Via: model.ViaCommandLine}
	for i := range s.ServiceAccounts().Len() {
		m := s.ServiceAccounts().At(i)
		checkKey(t, d, by, m, handedOut[m.Name])
	}
	token, err := keys.Parse([]byte(handedOut["invite"]))
	if err != nil {
		t.Fatal(err)
	}
	if u, err := d.AcceptInvitation(t.Context(), token, model.ViaCommandLine); err != nil || u.Name != "Dov" {
		t.Errorf("the invitation: %+v, %v", u, err)
	}
}

// checkKey holds a service account's key against the one that was handed out, and rotates it.
func checkKey(t *testing.T, d *model.Directory, by model.Actor, m model.ServiceAccount, want string) {
	t.Helper()
	opened := func() []byte {
		key, err := d.OpenAPIKey(t.Context(), by, m.ID, model.UseReveal)
		if err != nil {
			t.Fatal(err)
		}
		return key.Text()
	}
	if got := opened(); string(got) != want {
		t.Errorf("the key of %s opens as another one", m.Name)
	}
	if out, err := d.RotateAPIKeys(t.Context(), by, []model.Seen{{ID: m.ID, Version: m.Version}}, model.DefaultGrace); err != nil || out.Done != 1 {
		t.Fatal(out, err)
	}
	for _, key := range [][]byte{[]byte(want), opened()} {
		if v, err := d.VerifyAPIKey(t.Context(), key); err != nil || !v.Good() || v.ServiceAccount.Name != m.Name {
			t.Errorf("a key of %s verifies as %+v, %v", m.Name, v, err)
		}
	}
}
