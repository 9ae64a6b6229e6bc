package cmd

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"lanyard/model"
	"lanyard/tui/text"
	"lanyard/tui/theme"
)

// newUser adds an Active user who is a Builder: newuser EMAIL.
func newUser(ts *testscript.TestScript, _ bool, args []string) {
	d, me := directory(ts)
	invited, _, err := d.InviteUsers(context.Background(), me, []model.Invite{{Email: args[0], Role: model.RoleBuilder}})
	ts.Check(err)
	_, err = d.AcceptInvitation(context.Background(), invited[0].Token, model.ViaCommandLine)
	ts.Check(err)
}

// keepHead writes the activity's head into a file: keephead FILE.
func keepHead(ts *testscript.TestScript, _ bool, args []string) {
	d, _ := directory(ts)
	head, _, err := d.VerifyActivity(context.Background(), model.Head{}, nil)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(head.String()), 0o600))
}

// verifyHead compares with a head that was kept: verifyhead CODE FILE.
func verifyHead(ts *testscript.TestScript, neg bool, args []string) {
	exitsWith(ts, neg, []string{args[0], "activity", "verify", "--head", ts.ReadFile(args[1])})
}

// dropEvents takes events away at the end, past the rules: dropevents N.
func dropEvents(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	d, _ := directory(ts)
	ts.Check(d.Store().Update(context.Background(), func(tx model.WriteTx) error {
		for range n {
			count, err := tx.Count(model.KindEvent)
			if err != nil {
				return err
			}
			if err := tx.Delete(model.KindEvent, model.ID(count)); err != nil {
				return err
			}
		}
		return nil
	}))
}

// bendEvent changes a letter in an event, past the rules: bendevent SEQ.
func bendEvent(ts *testscript.TestScript, _ bool, args []string) {
	seq, err := strconv.ParseUint(args[0], 10, 64)
	ts.Check(err)
	d, _ := directory(ts)
	ts.Check(d.Store().Update(context.Background(), func(tx model.WriteTx) error {
		b, err := tx.Get(model.KindEvent, model.ID(seq))
		if err != nil {
			return err
		}
		return tx.Put(model.KindEvent, model.ID(seq), bytes.Replace(b, []byte("ana@"), []byte("eve@"), 1))
	}))
}

// hostileName is what an older program or an import may have written: none of it may reach a terminal.
const hostileName = "x\x1b]0;owned\a\u202etxt\nsecond line"

func TestATableOfEventsIsCleanAndFits(t *testing.T) {
	for _, width := range []int{20, 40, 60, 70, 80, 120, 200} {
		for _, array := range []bool{true, false} {
			out := eventTable(t, width, array, model.Event{
				Seq: 1, Time: time.Now(), Action: "user.rename", TargetName: hostileName, ActorName: "小林さくら@example.com",
				Changes: []model.Change{{Field: "name", From: strings.Repeat("long ", 50), To: hostileName}},
			})
			lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
			if len(lines) != 2 || strings.ContainsAny(out, "\x1b\a\u202e") {
				t.Errorf("at %d: %q", width, out)
			}
			for _, l := range lines {
				if w := text.Width(l); width >= 40 && w > width {
					t.Errorf("at %d: %d wide: %q", width, w, l)
				}
			}
		}
	}
}

// Category gives way first, then what changed; who did what to what stays readable on a narrow terminal.
func TestColumnsOfEventsGiveWay(t *testing.T) {
	e := model.Event{
		Seq: 1, Time: time.Date(2026, 11, 25, 9, 0, 0, 0, time.Local), Action: "user.set_role", TargetName: "dora@example.com", ActorName: "ana@example.com",
		Changes: []model.Change{{Field: "role", From: "Builder", To: "Tenant Guest"}, {Field: "groups", To: "platform, sre"}},
	}
	for width, want := range map[int]string{
		40:  "2026-11-25 09:00  Set role  dora@exampl…\n",
		60:  "2026-11-25 09:00  Set role  dora@example.c…  ana@example.com\n",
		80:  "2026-11-25 09:00  Set role  dora@example.com  ana@example.com  role: Builder → …\n",
		120: "2026-11-25 09:00  Set role  dora@example.com  ana@example.com  role: Builder → Tenant Guest, groups: platform, sre\n",
		140: "2026-11-25 09:00  Users     Set role  dora@example.com  ana@example.com  role: Builder → Tenant Guest, groups: platform, sre\n",
	} {
		if _, got, _ := strings.Cut(eventTable(t, width, true, e), "\n"); got != want {
			t.Errorf("at %d: %q, want %q", width, got, want)
		}
	}
}

// eventTable is what becomes of events on a terminal: of a list, or as they happen.
func eventTable(t *testing.T, width int, list bool, events ...model.Event) string {
	t.Helper()
	var out bytes.Buffer
	p := (&env{out: &out}).eventPrinterFor(screen{width: width, theme: theme.New(theme.Options{Bare: true})}, outputTable, list)
	p.begin()
	for _, e := range events {
		p.print(e)
	}
	if err := p.end(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestFollowPrintsEachEventOnceWhenItHappens(t *testing.T) {
	dir := t.TempDir()
	h := home{store: filepath.Join(dir, "a.db"), seals: filepath.Join(dir, "seals")}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	d, _, err := h.found(ctx, model.Founder{Account: "Acme", Name: "Ana", Email: "ana@example.com"}, model.Options{}, model.ViaCommandLine, nil)
	if err != nil {
		t.Fatal(err)
	}
	me, err := model.FirstAdmin(ctx, d.Store())
	if err != nil {
		t.Fatal(err)
	}
	create := func(name string) {
		if _, err := d.CreateGroup(ctx, model.Actor{User: me.ID, Via: model.ViaConsole}, model.Draft{Name: name}); err != nil {
			t.Fatal(err)
		}
	}
	create("before")
	out := lines(make(chan string, 100))
	e := &env{out: out, err: io.Discard, getenv: func(string) string { return "" }, db: h.store, now: time.Now}
	ended := make(chan error, 1)
	go func() { ended <- e.activityFollow(ctx, activity{output: "json", target: []string{"team"}}) }()
	var first string
	made := 0
	for first == "" { // it says nothing when it has begun, so there is one until it is seen
		made++
		create(fmt.Sprintf("team %d", made))
		create(fmt.Sprintf("other %d", made))
		select {
		case first = <-out:
		case err := <-ended:
			t.Fatal(err)
		case <-time.After(50 * time.Millisecond):
		}
	}
	create("team last")
	last := uint64(0)
	for l := first; ; l = <-out {
		var a eventAnswer
		if err := json.Unmarshal([]byte(l), &a); err != nil || a.Seq <= last || !strings.HasPrefix(a.Target.Name, "team") {
			t.Fatalf("after %d: %q: %v", last, l, err)
		}
		last = a.Seq
		if a.Target.Name == "team last" {
			break
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("interrupted: %v", err)
	}
}

// Who follows and may no longer see the activity is told so, and what happens from then on isn't for them.
func TestFollowEndsForWhoMayNoLongerSee(t *testing.T) {
	dir, ctx := t.TempDir(), t.Context()
	h := home{store: filepath.Join(dir, "a.db"), seals: filepath.Join(dir, "seals")}
	d, _, err := h.found(ctx, model.Founder{Account: "Acme", Name: "Ana", Email: "ana@example.com"}, model.Options{}, model.ViaCommandLine, nil)
	if err != nil {
		t.Fatal(err)
	}
	me, err := model.FirstAdmin(ctx, d.Store())
	if err != nil {
		t.Fatal(err)
	}
	ana := model.Actor{User: me.ID, Via: model.ViaConsole}
	invited, _, err := d.InviteUsers(ctx, ana, []model.Invite{{Email: "ben@example.com", Role: model.RoleAdmin}})
	if err != nil {
		t.Fatal(err)
	}
	ben, err := d.AcceptInvitation(ctx, invited[0].Token, model.ViaConsole)
	if err != nil {
		t.Fatal(err)
	}
	out := lines(make(chan string, 100))
	e := &env{out: out, err: io.Discard, getenv: func(string) string { return "" }, db: h.store, as: "ben@example.com", now: time.Now}
	ended := make(chan error, 1)
	go func() { ended <- e.activityFollow(ctx, activity{output: "json"}) }()
	for began := false; !began; {
		if _, err := d.CreateGroup(ctx, ana, model.Draft{Name: fmt.Sprint("team ", time.Now().UnixNano())}); err != nil {
			t.Fatal(err)
		}
		select {
		case <-out:
			began = true
		case err := <-ended:
			t.Fatal(err)
		case <-time.After(50 * time.Millisecond):
		}
	}
	if _, err := d.SetUsersRole(ctx, ana, []model.Seen{{ID: ben.ID}}, model.RoleConsumer); err != nil {
		t.Fatal(err)
	}
	if _, err := d.CreateGroup(ctx, ana, model.Draft{Name: "secret"}); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; !errors.Is(err, model.ErrNotPermitted) {
		t.Error(err)
	}
	close(out)
	for l := range out {
		if strings.Contains(l, "secret") {
			t.Errorf("it goes on with %s", l)
		}
	}
}

// lines sends on each line that is written.
type lines chan string

func (l lines) Write(p []byte) (int, error) {
	for line := range strings.Lines(string(p)) {
		l <- line
	}
	return len(p), nil
}
