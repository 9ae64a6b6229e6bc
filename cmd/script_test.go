package cmd

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"lanyard/db"
	"lanyard/keys"
	"lanyard/model"
)

// docs is where the pages are; scripts run in directories of their own.
var docs, _ = filepath.Abs("../docs")

func TestMain(m *testing.M) {
	run := func() {
		harden()
		e := system()
		e.cost = cheapCost
		os.Exit(e.untilTold(os.Args[1:]))
	}
	if os.Getenv(runAsLanyard) != "" {
		run()
	}
	testscript.Main(m, map[string]func(){"lanyard": run})
}

// TestScripts runs the command line as a person or a program would, each script in a home of its own.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: os.Getenv("LANYARD_UPDATE") != "",
		Setup: func(e *testscript.Env) error {
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("GORACE", os.Getenv("GORACE")) // each of hundreds of processes would sleep for a second at its end
			e.Setenv("SSH_TTY", "/dev/null")        // no test asks somebody's keyring
			e.Setenv("XDG_DATA_HOME", filepath.Join(e.WorkDir, "data"))
			e.Setenv("XDG_CONFIG_HOME", filepath.Join(e.WorkDir, "config"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"code": exitsWith, "newkey": newKey, "delkey": deleteKey, "damage": damage, "fromdoc": fromDoc, "showkey": showKey,
			"hire": hire, "setrole": setRole, "eventof": eventOf,
			"newuser": newUser, "keephead": keepHead, "verifyhead": verifyHead, "dropevents": dropEvents, "bendevent": bendEvent,
		},
	})
}

// exitsWith runs lanyard and holds its exit code against the first argument.
func exitsWith(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: code N ARG...")
	}
	err := ts.Exec("lanyard", args[1:]...)
	have := 0
	if e, ok := err.(interface{ ExitCode() int }); ok {
		have = e.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if args[0] != strconv.Itoa(have) {
		ts.Fatalf("exit code %d, not %s", have, args[0])
	}
}

// directory opens the account of a script as its first Admin.
func directory(ts *testscript.TestScript) (*model.Directory, model.Actor) {
	h := home{store: filepath.Join(ts.Getenv("XDG_DATA_HOME"), "lanyard", "default.db"), seals: filepath.Join(ts.Getenv("XDG_CONFIG_HOME"), "lanyard", "seals")}
	store, err := db.Open(h.store)
	ts.Check(err)
	me, err := model.FirstAdmin(context.Background(), store)
	ts.Check(err)
	return model.NewDirectory(store, model.Options{Unlock: h.vault(store.ID()).Unlock}), model.Actor{User: me.ID, Via: model.ViaCommandLine}
}

// newKey creates a service account that is a Builder, in a new workspace of the same name a Viewer or what is said, and
// writes its key into a file: newkey NAME FILE [contributor].
func newKey(ts *testscript.TestScript, _ bool, args []string) {
	d, me := directory(ts)
	ctx := context.Background()
	s, err := d.CreateServiceAccount(ctx, me, model.ServiceAccountDraft{Name: args[0], Role: model.RoleBuilder})
	ts.Check(err)
	w, err := d.CreateWorkspace(ctx, me, model.Draft{Name: args[0]})
	ts.Check(err)
	role := model.RoleViewer
	if len(args) > 2 {
		role = model.RoleContributor
	}
	_, err = d.SetServiceAccountsWorkspaceRole(ctx, me, []model.Seen{{ID: s.ID}}, w.ID, role)
	ts.Check(err)
	key, err := d.OpenAPIKey(ctx, me, s.ID, model.UseCopy)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), append(key.Text(), '\n'), 0o600))
}

// showKey opens the key of the service account that newkey created first, as it stands without a passphrase: ! showkey FILE
// expects that it is locked.
func showKey(ts *testscript.TestScript, neg bool, args []string) {
	d, me := directory(ts)
	s, err := model.LoadSnapshot(context.Background(), d.Store())
	ts.Check(err)
	key, err := d.OpenAPIKey(context.Background(), me, s.ServiceAccounts().ID(0), model.UseReveal)
	if neg {
		if !errors.Is(err, model.ErrLocked) {
			ts.Fatalf("it opens: %v", err)
		}
		return
	}
	ts.Check(err)
	want, err := os.ReadFile(ts.MkAbs(args[0]))
	ts.Check(err)
	if string(want) != string(key.Text())+"\n" {
		ts.Fatalf("another key opened")
	}
}

// deleteKey deletes the service account that newkey created first.
func deleteKey(ts *testscript.TestScript, _ bool, _ []string) {
	d, me := directory(ts)
	s, err := model.LoadSnapshot(context.Background(), d.Store())
	ts.Check(err)
	_, err = d.DeleteServiceAccounts(context.Background(), me, []model.Seen{{ID: s.ServiceAccounts().ID(0)}})
	ts.Check(err)
}

// hire has somebody join with a role: hire EMAIL ROLE.
func hire(ts *testscript.TestScript, _ bool, args []string) {
	d, me := directory(ts)
	ctx := context.Background()
	invited, _, err := d.InviteUsers(ctx, me, []model.Invite{{Email: args[0], Role: roleNamed(ts, d, args[1])}})
	ts.Check(err)
	_, err = d.AcceptInvitation(ctx, invited[0].Token, model.ViaCommandLine)
	ts.Check(err)
}

// setRole gives somebody another role: setrole ACTOR EMAIL ROLE.
func setRole(ts *testscript.TestScript, _ bool, args []string) {
	d, _ := directory(ts)
	ctx := context.Background()
	by, err := model.FindUser(ctx, d.Store(), args[0])
	ts.Check(err)
	u, err := model.FindUser(ctx, d.Store(), args[1])
	ts.Check(err)
	out, err := d.SetUsersRole(ctx, model.Actor{User: by.ID, Via: model.ViaCommandLine}, []model.Seen{{ID: u.ID}}, roleNamed(ts, d, args[2]))
	ts.Check(errors.Join(err, out.Err()))
}

// eventOf puts the number of the last event of an action into a variable: eventof ACTION VARIABLE.
func eventOf(ts *testscript.TestScript, _ bool, args []string) {
	d, _ := directory(ts)
	list, _, err := model.NewActivity(d.Store()).After(context.Background(), &model.EventFilter{}, 0)
	ts.Check(err)
	for _, e := range list {
		if e.Action == args[0] {
			ts.Setenv(args[1], strconv.FormatUint(e.Seq, 10))
		}
	}
}

func roleNamed(ts *testscript.TestScript, d *model.Directory, name string) model.ID {
	s, err := model.LoadSnapshot(context.Background(), d.Store())
	ts.Check(err)
	for _, r := range s.Roles() {
		if r.Name == name {
			return r.ID
		}
	}
	ts.Fatalf("no role is called %s", name)
	return 0
}

// fromDoc writes a shell script that a page of docs shows, so that what people copy is what is tested: fromdoc PAGE N FILE,
// the first being 1.
func fromDoc(ts *testscript.TestScript, _ bool, args []string) {
	page, err := os.ReadFile(filepath.Join(docs, args[0]))
	ts.Check(err)
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	rest := string(page)
	for range n {
		var found bool
		if _, rest, found = strings.Cut(rest, "```sh\n"); !found {
			ts.Fatalf("%s shows fewer than %d shell scripts", args[0], n)
		}
	}
	script, _, _ := strings.Cut(rest, "```")
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(script), 0o700)) //nolint:gosec // a program has to run
}

// damage spoils a script's store: the record of the key that newkey wrote first, its beginning, or a record by its kind's number
// and its id.
func damage(ts *testscript.TestScript, _ bool, args []string) {
	path := filepath.Join(ts.Getenv("XDG_DATA_HOME"), "lanyard", "default.db")
	switch args[0] {
	case "beginning":
		ts.Check(damageBeginning(path))
	case "key":
		ts.Check(damageKey(path, ts.ReadFile("key")))
	case "record": // damage record KIND ID-OR-NUMBER
		ts.Check(damageRecord(path, args[1], args[2]))
	}
}

// damageRecord spoils the checksum of a record wherever its key stands in a store's pages, also in free ones.
func damageRecord(path, kind, id string) error {
	k, err := strconv.ParseUint(kind, 10, 8)
	n, bad := strconv.ParseUint(id, 10, 64)
	data, unread := os.ReadFile(path)
	if err := errors.Join(err, bad, unread); err != nil {
		return err
	}
	key := binary.BigEndian.AppendUint64([]byte{'r', byte(k)}, n)
	for at := 0; ; at += len(key) {
		next := bytes.Index(data[at:], key)
		if next < 0 {
			return os.WriteFile(path, data, 0o600)
		}
		at += next
		data[at+len(key)] ^= 1 // the value follows its key
	}
}

// damageBeginning spoils the two first pages of a store.
func damageBeginning(path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	clear(data[:2*os.Getpagesize()])
	return os.WriteFile(path, data, 0o600)
}

// damageKey spoils the record of an API key.
func damageKey(path, key string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	public := strings.Split(key, "_")[1]
	record := append([]byte{byte(len(public))}, public...) // with its length before it, as only in records
	for at := 0; ; at++ {
		next := bytes.Index(data[at:], record)
		if next < 0 {
			return os.WriteFile(path, data, 0o600)
		}
		at += next
		digest := at + len(record) + 1
		if sealed := data[digest+len(keys.Digest{})]; sealed > 0 { // what undo keeps has no sealed copy
			data[digest+5] ^= 1
		}
	}
}
