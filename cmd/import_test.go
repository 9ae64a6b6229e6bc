package cmd

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lanyard/keys"
	"lanyard/model"
	"lanyard/model/modeltest"
)

func importFixture(t *testing.T, name string) imported {
	t.Helper()
	in, err := (&env{}).readImport(filepath.Join("testdata", "import", name), nil)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// told is what a row says, in a word.
func told(r model.Row) string {
	name := "-"
	if r.Name != nil {
		name = *r.Name
	}
	s := fmt.Sprintf("%d %s %s", r.Line, r.Key, name)
	if r.Skip != "" {
		s += " (" + r.Skip + ")"
	}
	if r.Err != nil {
		s += " ! " + r.Err.Error()
	}
	return s
}

func TestKnownForms(t *testing.T) {
	two := []string{"2 ben@example.com Ben Okafor", "3 chiara@example.com Chiara Conti"}
	tests := map[string]struct {
		form string
		more []string
	}{
		"google.csv": {"an export of Google Workspace", []string{"4 dora@example.com Dora Díaz (suspended in Google Workspace)"}},
		"entra.csv": {"an export of Microsoft Entra", []string{
			"4 dora@example.com Dora Díaz (blocked in Microsoft Entra)", "5  Gil Guest ! Gil Guest has no mail address there",
		}},
		"okta.csv":   {"an export of Okta", []string{"4 dora@example.com Dora Díaz (deactivated in Okta)"}},
		"github.csv": {"an export of a GitHub organisation", []string{"4  - ! GitHub gives no email of octo-gil. Add a column email to the file"}},
	}
	for name, test := range tests {
		in := importFixture(t, name)
		var got []string
		for _, r := range in.rows {
			got = append(got, told(r))
		}
		if want := append(slices.Clone(two), test.more...); in.form != test.form || !slices.Equal(got, want) {
			t.Errorf("%s is %s with\n%s\nwant\n%s", name, in.form, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

func TestUsersAsPeopleWriteThem(t *testing.T) {
	utf16 := func(s string, low, high int) string {
		b := []byte{0xff, 0xfe}
		if low == 1 {
			b = []byte{0xfe, 0xff}
		}
		for _, r := range s {
			two := []byte{0, 0}
			two[low], two[high] = byte(r), byte(r>>8)
			b = append(b, two...)
		}
		return string(b)
	}
	tests := map[string]struct {
		text    string
		columns map[string]string
		want    string
		err     string
	}{
		"plain":              {text: "email,name\nben@example.com,Ben\n", want: "2 ben@example.com Ben"},
		"with a mark":        {text: "\ufeffemail\nben@example.com\n", want: "2 ben@example.com -"},
		"UTF-16":             {text: utf16("E-Mail;Name\r\nben@example.com;Bén\r\n", 0, 1), want: "2 ben@example.com Bén"},
		"UTF-16, big end":    {text: utf16("email\tname\nben@example.com\tBen\n", 1, 0), want: "2 ben@example.com Ben"},
		"semicolons, quotes": {text: "\"name, full\";email;name\nx;ben@example.com;\"Okafor; \"\"Ben\"\"\"\n", want: `2 ben@example.com Okafor; "Ben"`},
		"a spreadsheet's":    {text: "sep=;\nemail;name\nben@example.com;Ben\n", want: "3 ben@example.com Ben"},
		"an old Mac's":       {text: "email,name\rben@example.com,Ben\rchiara@example.com,C\r", want: "2 ben@example.com Ben\n3 chiara@example.com C"},
		"mixed lines":        {text: "email,name\r\nben@example.com,Ben\rchiara@example.com,C\n", want: "2 ben@example.com Ben\n3 chiara@example.com C"},
		"Latin-1":            {text: "email,name\nben@example.com,B\xe9n\n", err: "line 2 isn't in UTF-8. Save it as CSV UTF-8"},
		"binary":             {text: "PK\x03\x04\x14\x00\x06\x00,\n", err: "it is no text"},
		"a list in JSON":     {text: "[{\"email\":\"ben@example.com\"}]\n", err: "it is no export of lanyard's"},
		"no list in JSON":    {text: "[\n]\n", err: "it is no export of lanyard's"},
		"a header of ours":   {text: "[x],email\n1,ben@example.com\n", want: "2 ben@example.com -"},
		"a long header":      {text: strings.Repeat("x", 9000) + strings.Repeat(",y", 90) + "\n", err: "There are: " + strings.Repeat("x", 40) + "…, " + strings.Repeat("y, ", 18) + "y and 71 more"},
		"GitHub's, with a verified domain": {
			text: "login,name,saml_name_id,GitHub com verified domain emails\nben,Ben,,\"ben@example.com, b@example.org\"\ncc,C,0815,c@example.com\n",
			want: "2 ben@example.com Ben\n3 c@example.com C",
		},
		"blocked elsewhere": {
			text: "email,status\na@example.com,Disabled\nb@example.com,archived\nc@example.com,Active\n",
			want: "2 a@example.com - (disabled there)\n3 b@example.com - (archived there)\n4 c@example.com -",
		},
		"mapped": {
			text: "Person,Mail\nBen,ben@example.com\n", columns: map[string]string{"email": "mail", "name": "Person"}, want: "2 ben@example.com Ben",
		},
		"a formula":        {text: "email,name\n'=ben@example.com,'Ben\n", want: "2 =ben@example.com 'Ben"},
		"twice":            {text: "email\nben@example.com\nBEN@example.com\n", want: "2 ben@example.com -\n3 BEN@example.com - ! It stands in line 2 already. Leave one of the two out."},
		"too many cells":   {text: "email\nben@example.com,x\n", want: "2 ben@example.com - ! the line has 2 cells, and the header has 1"},
		"too few cells":    {text: "email,name\nben@example.com\n", want: "2 ben@example.com - ! the line has 1 cell, and the header has 2"},
		"a quote on top":   {text: "email,na\"me\nben@example.com,Ben\n", err: "line 1: a cell with a \" in it"},
		"nobody":           {text: "email,name\n,Ben\n", want: "2  Ben ! the line has no email"},
		"a quote amiss":    {text: "email,name\nben@example.com,B\"en\nchiara@example.com,C\n", want: "2  - ! a cell with a \" in it has to stand in quotes, and that \" twice\n3 chiara@example.com C"},
		"a quote for ever": {text: "email,name\nben@example.com,\"Ben\nchiara@example.com,C\n", want: "2  - ! the quotes of a cell don't end where it ends: a \" in it has to be written twice"},
		"unknown":          {text: "a,b\n1,2\n", err: "--map email=COLUMN"},
		"no column":        {text: "a,b\n1,2\n", columns: map[string]string{"email": "c"}, err: `no column "c"`},
		"no email mapped":  {text: "a,b\n1,2\n", columns: map[string]string{"name": "a"}, err: "doesn't say which column is the email"},
		"no such field":    {text: "a,b\n1,2\n", columns: map[string]string{"mail": "a"}, err: `--map knows no "mail"`},
		"empty":            {text: "", err: "it is empty"},
		"other JSON":       {text: "{}", err: "isn't an export"},
		"half an export":   {text: "{\"format\": \"lanyard account\",\n\"users\": [\n{\"email\"", err: "line 3: it ends too early"},
		"a newer export":   {text: `{"format": "lanyard account", "version": 2}`, err: "version 2"},
		"a field of ours misspelt": {
			text: "{\"format\": \"lanyard account\", \"version\": 1,\n\"users\": [\n{\"email\": \"ben@example.com\", \"rol\": \"Admin\"}]}",
			want: "3 ben@example.com - ! it has \"rol\", which no export has",
		},
		"no format":    {text: `{"format": 1}`, err: "line 1: format can't be a number"},
		"no record":    {text: `{"format": "lanyard account", "version": 1, "users": [5]}`, want: "1  - ! a record can't be a number"},
		"no JSON":      {text: "{\n]", err: "line 2: it stops being JSON: "},
		"another list": {text: `{"format": "lanyard account", "version": 1, "keys": []}`, err: `"keys"`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			in, err := (&env{in: strings.NewReader(test.text)}).readImport("-", test.columns)
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) || exitCode(err) != exitUsage {
					t.Errorf("%v, want %q", err, test.err)
				}
				return
			}
			var got []string
			for _, r := range in.rows {
				got = append(got, told(r))
			}
			if err != nil || strings.Join(got, "\n") != test.want {
				t.Errorf("%q, %v; want %q", got, err, test.want)
			}
		})
	}
}

// Whatever a file holds, reading it ends, and rows come from lines that it has.
func FuzzImport(f *testing.F) {
	for _, name := range []string{"google.csv", "entra.csv", "okta.csv", "github.csv"} {
		b, err := os.ReadFile(filepath.Join("testdata", "import", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte("{\"format\":\"lanyard account\",\"version\":1,\n\"users\":[{\"email\":\"a@b.test\",\"groups\":[\"x\"],\"status\":\"active\"}]}"))
	f.Add([]byte("\xff\xfea\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		in, err := (&env{in: bytes.NewReader(data)}).readImport("-", nil)
		if err != nil {
			return
		}
		for _, r := range in.rows {
			if r.Line < 1 || r.Line > len(data)+1 {
				t.Errorf("a row of line %d", r.Line)
			}
		}
	})
}

// memoryAccount founds an account in memory. Everything in it is done by its founder.
func memoryAccount(t *testing.T, f model.Founder) *acting {
	t.Helper()
	store := modeltest.NewStore()
	_, root, err := keys.NewSealFile(store.ID(), zeroes{})
	if err != nil {
		t.Fatal(err)
	}
	d := model.NewDirectory(store, model.Options{Unlock: func() (*keys.Root, error) { return root.Clone(), nil }})
	var me model.User
	if err := store.Update(context.Background(), func(tx model.WriteTx) (err error) {
		me, err = d.Found(tx, f, model.ViaCommandLine)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return &acting{d, model.Actor{User: me.ID, Via: model.ViaCommandLine}}
}

type zeroes struct{}

func (zeroes) Read(b []byte) (int, error) { clear(b); return len(b), nil }

func exported(t *testing.T, a *acting) string {
	t.Helper()
	var out bytes.Buffer
	account, err := a.Export(t.Context(), a.me, "everything")
	if err == nil {
		err = (&env{}).exportAccount(t.Context(), &out, a, account)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// An export that is imported into an account that was just made gives the same export, byte for byte.
func TestExportImportExport(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		founder := model.Founder{Account: "Acme", Name: "Ana Ruiz", Email: "Ana@example.com"}
		from := memoryAccount(t, founder)
		populate(t.Context(), r, from)
		want := exported(t, from)
		in, err := (&env{in: strings.NewReader(want)}).readImport("-", nil)
		if err != nil {
			r.Fatal(err)
		}
		to := memoryAccount(t, founder)
		rehearsing, err := to.Rehearse()
		if err != nil {
			r.Fatal(err)
		}
		foreseen, err := rehearsing.Apply(t.Context(), to.me, in.rows, model.Importing{})
		if err != nil {
			r.Fatal(err)
		}
		done, err := to.Apply(t.Context(), to.me, in.rows, model.Importing{})
		if err != nil || done.Count(model.RowRefused) > 0 {
			r.Fatal(err, inShort(done))
		}
		if inShort(foreseen) != inShort(done) {
			r.Fatalf("foreseen was\n%s\nand done\n%s", inShort(foreseen), inShort(done))
		}
		if got := exported(t, to); got != want {
			r.Fatalf("there is\n%s\nwant\n%s", got, want)
		}
		again, err := to.Apply(t.Context(), to.me, in.rows, model.Importing{})
		if err != nil || again.Count(model.RowSame) != len(in.rows) {
			r.Fatal("the second time changes something: ", err, inShort(again))
		}
	})
}

func inShort(p model.Plan) string {
	var b strings.Builder
	for _, e := range p.Entries {
		fmt.Fprintln(&b, e.Line, e.Kind, e.Name, e.Fate, e.Err)
	}
	return b.String()
}

// populate draws an account.
func populate(ctx context.Context, r *rapid.T, a *acting) {
	name := rapid.SampledFrom([]string{"web", "Ops", "ö ps", "R & D", "base-1", "o'neil"})
	pick := func(list []model.ID, what string) model.ID { return rapid.SampledFrom(list).Draw(r, what) }
	tenant := []model.ID{model.RoleAdmin, model.RoleBuilder, model.RoleConsumer, model.RoleTenantGuest}
	inside := []model.ID{model.RoleOwner, model.RoleContributor, model.RoleViewer}
	var groups, spaces, users []model.ID
	for range rapid.IntRange(0, 25).Draw(r, "steps") {
		switch rapid.IntRange(0, 9).Draw(r, "deed") {
		case 0:
			if w, err := a.CreateWorkspace(ctx, a.me, model.Draft{Name: name.Draw(r, "name"), Description: "=d & <x>"}); err == nil {
				spaces = append(spaces, w.ID)
			}
		case 1:
			if g, err := a.CreateGroup(ctx, a.me, model.Draft{Name: name.Draw(r, "name")}); err == nil {
				groups = append(groups, g.ID)
			}
		case 2:
			scope, permission := model.ScopeTenant, model.PermAccountView
			if rapid.Bool().Draw(r, "inside") {
				scope, permission = model.ScopeWorkspace, model.PermWSRead
			}
			draft := model.RoleDraft{Draft: model.Draft{Name: "role " + name.Draw(r, "name")}, Scope: scope, Permissions: []model.Permission{permission}}
			if role, err := a.CreateRole(ctx, a.me, draft); err == nil && scope == model.ScopeTenant {
				tenant = append(tenant, role.ID)
			} else if err == nil {
				inside = append(inside, role.ID)
			}
		case 3, 4, 5:
			email := fmt.Sprintf("%s%d@example.com", rapid.SampledFrom([]string{"a", "B", "z", "é"}).Draw(r, "email"), rapid.IntRange(0, 9).Draw(r, "n"))
			invited, _, err := a.InviteUsers(ctx, a.me, []model.Invite{{Email: email, Role: pick(tenant, "role")}})
			if err != nil {
				r.Fatal(err)
			}
			if len(invited) > 0 {
				users = append(users, invited[0].User.ID)
				if rapid.IntRange(0, 2).Draw(r, "joins") > 0 {
					_, _ = a.AcceptInvitation(ctx, invited[0].Token, model.ViaCommandLine)
				}
			}
		case 6:
			_, _ = a.CreateServiceAccount(ctx, a.me, model.ServiceAccountDraft{Name: name.Draw(r, "name"), Role: pick(tenant, "role")})
		case 7:
			if len(users) > 0 && len(groups) > 0 {
				_, _ = a.AddUsersToGroup(ctx, a.me, []model.Seen{{ID: pick(users, "user")}}, pick(groups, "group"))
			}
		case 8:
			if len(spaces) > 0 {
				members := append([]model.ID{a.me.User}, users...)
				_, _ = a.SetUsersWorkspaceRole(ctx, a.me, []model.Seen{{ID: pick(members, "member")}}, pick(spaces, "space"), pick(append(inside, 0), "role"))
				if len(groups) > 0 {
					_, _ = a.SetGroupsWorkspaceRole(ctx, a.me, []model.Seen{{ID: pick(groups, "group")}}, pick(spaces, "space"), pick(inside, "role"))
				}
			}
		case 9:
			if len(users) > 0 {
				_, _ = a.DeactivateUsers(ctx, a.me, []model.Seen{{ID: pick(users, "user")}}, true)
			}
		}
	}
}

// Ten thousand people in each form that is known: a dry run says exactly what is done then.
func TestImportOfTenThousand(t *testing.T) {
	const people = 10_000
	columns := map[string]func(i int) []string{
		"google.csv": func(i int) []string {
			return []string{"Ben", fmt.Sprint("Okafor ", i), nth(i), "****", "", "/", "", []string{"Active", "Suspended"}[min(i%10, 1)^1], ""}
		},
		"entra.csv": func(i int) []string {
			return []string{nth(i), fmt.Sprint("Ben ", i), "", nth(i), "", "", "Member", "", "", []string{"False", "True"}[min(i%10, 1)], ""}
		},
		"okta.csv": func(i int) []string {
			return []string{"", []string{"SUSPENDED", "ACTIVE"}[min(i%10, 1)], "", "", nth(i), "Ben", fmt.Sprint("Okafor ", i), nth(i), ""}
		},
		"github.csv": func(i int) []string {
			return []string{fmt.Sprint("ben", i), fmt.Sprint("Ben ", i), "true", "", "", "", "member", []string{"", nth(i)}[min(i%10, 1)]}
		},
	}
	first := newHouse(t)
	for name, record := range columns {
		t.Run(name, func(t *testing.T) {
			h := first.copy(t)
			head, err := os.ReadFile(filepath.Join("testdata", "import", name))
			if err != nil {
				t.Fatal(err)
			}
			header, _, _ := strings.Cut(string(head), "\n")
			var file strings.Builder
			file.WriteString(header + "\n")
			for i := range people {
				cells := record(i)
				if i%1000 == 7 {
					for c := range cells { // nobody may be called so
						cells[c] = strings.Replace(cells[c], "Ben", "Ben\u202e", 1)
					}
				}
				file.WriteString(strings.Join(cells, ",") + "\n")
			}
			h.write(t, "people.csv", file.String())
			path := filepath.Join(h.dir, "people.csv")
			foreseen, before := runPlan(t, path, "--dry-run"), h.run(t, "users", "list", "-o", "csv")
			if now := h.run(t, "users", "list", "-o", "csv"); now != before || strings.Count(now, "\n") != 5 {
				t.Error("the dry run has done something")
			}
			done := runPlan(t, path)
			if fmt.Sprint(foreseen) != fmt.Sprint(done) || done["created"] != people-people/10-people/1000 {
				t.Errorf("foreseen were %v, done %v", foreseen, done)
			}
			if users := strings.Count(h.run(t, "users", "list", "-o", "csv"), "\n") - 1; users != 4+done["created"] {
				t.Errorf("there are %d users", users)
			}
			if again := runPlan(t, path); again["created"] != 0 || again["same"] != done["created"] {
				t.Errorf("again: %v", again)
			}
		})
	}
}

func nth(i int) string { return fmt.Sprintf("ben%d@example.net", i) }

// runPlan imports and counts what became of the rows.
func runPlan(t *testing.T, path string, more ...string) map[string]int {
	t.Helper()
	var out, errs bytes.Buffer
	e := &env{in: strings.NewReader(""), out: &out, err: &errs, getenv: os.Getenv, now: time.Now}
	e.run(t.Context(), append([]string{"import", path, "--role", "Builder", "-o", "json"}, more...))
	var rows []struct{ Result string }
	if err := json.Unmarshal(out.Bytes(), &rows); err != nil {
		t.Fatal(err, errs.String())
	}
	counts := map[string]int{}
	for _, r := range rows {
		counts[r.Result]++
	}
	return counts
}

// What was done before an interruption stays done, is said, and the same file goes on from there.
func TestImportInterrupted(t *testing.T) {
	a := memoryAccount(t, model.Founder{Account: "Acme", Name: "Ana", Email: "ana@example.com"})
	var rows []model.Row
	for i := range 600 {
		rows = append(rows, model.Row{Line: i + 2, Kind: model.KindUser, Key: nth(i)})
	}
	ctx, stop := context.WithCancel(t.Context())
	how := model.Importing{Role: model.RoleBuilder, Invited: func(list []model.Invited) { stop(); wipe(list) }}
	interrupting := model.NewDirectory(cancelling{a.Store()}, model.Options{Unlock: func() (*keys.Root, error) {
		_, root, err := keys.NewSealFile(a.Store().ID(), zeroes{})
		return root, err
	}})
	plan, err := interrupting.Apply(ctx, a.me, rows, how)
	if !errors.Is(err, context.Canceled) || plan.Count(model.RowCreated) != 250 {
		t.Fatal(err, plan.Summary())
	}
	how.Invited = nil
	plan, err = a.Apply(t.Context(), a.me, rows, how)
	if err != nil || plan.Count(model.RowCreated) != 350 || plan.Count(model.RowSame) != 250 {
		t.Error(err, plan.Summary())
	}
}

// All or nothing: an interruption leaves nothing of it and says so.
func TestImportInterruptedTogether(t *testing.T) {
	a := memoryAccount(t, model.Founder{Account: "Acme", Name: "Ana", Email: "ana@example.com"})
	want := exported(t, a)
	var rows []model.Row
	for i := range 600 {
		rows = append(rows, model.Row{Line: i + 2, Kind: model.KindUser, Key: nth(i)})
	}
	ctx, stop := context.WithCancel(t.Context())
	ctx = model.WithProgress(ctx, func(done, _ int) {
		if done >= 500 {
			stop()
		}
	})
	var out, errs bytes.Buffer
	p := planned{env: &env{out: &out, err: &errs, getenv: os.Getenv}, together: true, done: "imported"}
	invited, err := p.apply(ctx, a, rows, model.Importing{Role: model.RoleBuilder})
	if !errors.Is(err, errStopped) || !strings.Contains(err.Error(), "nothing was changed") || len(invited) > 0 || out.Len() > 0 {
		t.Errorf("%v; %d invited; %s", err, len(invited), &out)
	}
	if got := exported(t, a); got != want {
		t.Errorf("it is\n%s", got)
	}
}

// What is too much to be done at once isn't begun.
func TestImportOfTooManyTogether(t *testing.T) {
	h := newHouse(t)
	h.write(t, "people.csv", "email\n"+strings.Repeat("ben@example.net\n", mostTogether+1))
	var out, errs bytes.Buffer
	e := &env{in: strings.NewReader(""), out: &out, err: &errs, getenv: os.Getenv, now: time.Now}
	code := e.run(t.Context(), []string{"import", filepath.Join(h.dir, "people.csv"), "--role", "Builder", "--all-or-nothing"})
	if code != exitUsage || !strings.Contains(errs.String(), "has 100,001 rows, and at most 100,000 are done all or nothing") {
		t.Errorf("%d\n%s", code, &errs)
	}
}

// cancelling is a store that heeds its context.
type cancelling struct{ model.Store }

func (s cancelling) Update(ctx context.Context, fn func(model.WriteTx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return s.Store.Update(ctx, fn)
}

// Whoever imports is the only Owner of what the import creates: their own row, which may come first, waits for who takes over.
func TestTheImportersOwnRowComesLast(t *testing.T) {
	founder := model.Founder{Account: "Acme", Name: "Ana Ruiz", Email: "Ana@example.com"}
	ctx, from, to := t.Context(), memoryAccount(t, founder), memoryAccount(t, founder)
	web, err := from.CreateWorkspace(ctx, from.me, model.Draft{Name: "web"})
	if err != nil {
		t.Fatal(err)
	}
	invited, _, err := from.InviteUsers(ctx, from.me, []model.Invite{{
		Email: "zoe@example.com", Role: model.RoleBuilder, Workspaces: []model.WorkspaceGrant{{Workspace: web.ID, Role: model.RoleOwner}},
	}})
	if err != nil || len(invited) != 1 {
		t.Fatal(err)
	}
	if _, err := from.AcceptInvitation(ctx, invited[0].Token, model.ViaCommandLine); err != nil {
		t.Fatal(err)
	}
	out, err := from.SetUsersWorkspaceRole(ctx, from.me, []model.Seen{{ID: from.me.User}}, web.ID, 0)
	if err != nil || out.Err() != nil {
		t.Fatal(err, out.Err())
	}
	want := exported(t, from)
	in, err := (&env{in: strings.NewReader(want)}).readImport("-", nil)
	if err != nil {
		t.Fatal(err)
	}
	if done, err := to.Apply(ctx, to.me, in.rows, model.Importing{}); err != nil || exported(t, to) != want {
		t.Errorf("%v\n%s", err, inShort(done))
	}
}
