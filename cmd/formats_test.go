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

// oldAccount puts the account that a version with an earlier format of the store left into a home of its own, and opens it.
func oldAccount(t *testing.T, format string) (h home, store *db.Store, handedOut map[string]string) {
	t.Helper()
	from := filepath.Join("testdata", format)
	dir := t.TempDir()
	h = home{store: filepath.Join(dir, "default.db"), seals: filepath.Join(dir, "seals")}
	if err := os.Mkdir(h.seals, 0o700); err != nil {
		t.Fatal(err)
	}
	read := func(name string) []byte {
		b, err := os.ReadFile(filepath.Join(from, name))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	put := func(name, to string) {
		if err := os.WriteFile(to, read(name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put("store.db", h.store)
	store, err := db.Open(h.store)
	if err != nil {
		t.Fatal(err)
	}
	if kept, err := os.ReadFile(h.store + "." + format + ".bak"); err != nil || !bytes.Equal(kept, read("store.db")) {
		t.Errorf("the backup has %d bytes; %v", len(kept), err)
	}
	put("seal.json", h.seal(store.ID()))
	if err := json.Unmarshal(read("keys.json"), &handedOut); err != nil {
		t.Fatal(err)
	}
	return h, store, handedOut
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

// oldAccounts are what the last versions with earlier formats left. The time is one at which nothing in them has ended.
var oldAccounts = []struct {
	format  string
	invited string
	undone  []string // what taking back one step after the other says
	inWords string
}{
	{"format-1", "Dov", nil, `Acme
Ana Ruiz <ana@example.com> Active Admin · Web Shop as Owner
Ben Okafor <ben@example.com> Active Builder · in sre
Chiara Conti <chiara@example.com> Inactive Consumer · Web Shop as Viewer
Dov <dov@example.com> Invited Tenant Guest
deploy-bot (Ships the shop) Builder lys_Ot44… used 2026-11-25 · Web Shop as Contributor
auditor () Admin lys_OGHJ… used 0001-01-01
group sre · Web Shop as Runner
role Runner [workspace:execute]
`},
	{"format-2", "Dov", []string{
		"service account auditor is back, with the same key", "2 users are active again", "group night deleted",
		"roles of 2 users back to what they were",
	}, `Acme
Ana Ruiz <ana@example.com> Active Admin · Web Shop as Owner
Ben <ben@example.com> Inactive Consumer · in sre
Chiara <chiara@example.com> Inactive Consumer · in sre
Dov <dov@example.com> Invited Builder
Eda <eda@example.com> Invited Builder · in night
Finn <finn@example.com> Invited Consumer · in sre
deploy-bot () Builder lys_pHG2… used 0001-01-01
group sre
group night
`},
}

// An account of an earlier format opens, with a backup beside it; everything is there, what was done can be undone, its keys
// verify and open, and it can be worked on.
func TestStoresOfEarlierFormatsOpen(t *testing.T) {
	for _, old := range oldAccounts {
		t.Run(old.format, func(t *testing.T) {
			h, store, handedOut := oldAccount(t, old.format)
			now := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
			d := model.NewDirectory(store, model.Options{Unlock: h.vault(store.ID()).Unlock, Now: func() time.Time { return now }})
			s, err := model.LoadSnapshot(t.Context(), store)
			if err != nil {
				t.Fatal(err)
			}
			if got := inWords(s); got != old.inWords {
				t.Errorf("there is\n%s", got)
			}
			me, err := model.FirstAdmin(t.Context(), store)
			if err != nil {
				t.Fatal(err)
			}
			by := model.Actor{User: me.ID, Via: model.ViaCommandLine}
			for _, want := range old.undone {
				if done, err := d.Undo(t.Context(), by, model.UndoChoice{}); err != nil || done.Says() != "Undone: "+want {
					t.Errorf("it says %q, %v; want Undone: %s", done.Says(), err, want)
				}
			}
			checkVerified(t, d, handedOut)
			if s, err = model.LoadSnapshot(t.Context(), store); err != nil {
				t.Fatal(err)
			}
			for i := range s.ServiceAccounts().Len() {
				m := s.ServiceAccounts().At(i)
				checkKey(t, d, by, m, handedOut[m.Name])
			}
			token, err := keys.Parse([]byte(handedOut["invite"]))
			if err != nil {
				t.Fatal(err)
			}
			if u, err := d.AcceptInvitation(t.Context(), token, model.ViaCommandLine); err != nil || u.Name != old.invited {
				t.Errorf("the invitation: %+v, %v", u, err)
			}
		})
	}
}

// checkVerified asks about all API keys that were handed out, those that were rotated away and are still good included.
func checkVerified(t *testing.T, d *model.Directory, handedOut map[string]string) {
	t.Helper()
	for name, key := range handedOut {
		if name == "invite" {
			continue
		}
		if v, err := d.VerifyAPIKey(t.Context(), []byte(key)); err != nil || !v.Good() {
			t.Errorf("the key %q verifies as %+v, %v", name, v, err)
		}
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
