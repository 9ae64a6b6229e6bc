package tui

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"pgregory.net/rapid"

	"lanyard/model"
)

// elsewhere changes the account as another process would, and has the console notice.
func (d *driver) elsewhere(work func(context.Context, *model.Directory) error) *driver {
	d.Helper()
	d.must(work(d.Context(), d.c.session.Directory))
	s, err := d.c.snapshot.Refresh(d.Context(), d.store)
	d.must(err)
	d.run(d.c.show(s))
	return d
}

// rename renames the founder, which is one event.
func rename(to string) func(context.Context, *model.Directory) error {
	return func(ctx context.Context, dir *model.Directory) error {
		me, err := model.FirstAdmin(ctx, dir.Store())
		if err != nil {
			return err
		}
		return dir.RenameUser(ctx, model.Actor{User: me.ID, Via: model.ViaCommandLine}, model.Seen{ID: me.ID}, to)
	}
}

// barred returns what the line with the bar says.
func (d *driver) barred() string {
	d.Helper()
	for l := range strings.Lines(d.screen()) {
		if row, ok := strings.CutPrefix(l, "▌"); ok {
			return strings.TrimSpace(row)
		}
	}
	d.Fatalf("no row has the bar:\n%s", d.screen())
	return ""
}

func TestWhatHappensComesInAtTheTop(t *testing.T) {
	d := start(t, setup{width: 120, height: 30, users: 20, machines: 5}).press("6 down down")
	was := d.barred()
	d.elsewhere(rename("Ana One")).sees("name: Ana Ruiz → Ana One")
	if got := d.barred(); got != was {
		t.Errorf("the cursor went from %q to %q", was, got)
	}
	d.press("ctrl+d ctrl+d")
	was = d.screen()
	before := strings.Split(was, "\n")
	d.elsewhere(rename("Ana Two")).misses("Ana Two").sees("newer above")
	after := strings.Split(d.screen(), "\n")
	if !slices.Equal(before[3:len(before)-3], after[3:len(after)-3]) {
		t.Errorf("what was looked at moved:\n%s\n%s", was, d.screen())
	}
	d.press("g").sees("Ana One → Ana Two")
}

func TestWhatHappensComesThroughTheFilter(t *testing.T) {
	d := start(t, setup{width: 120, height: 30, users: 20, machines: 5})
	d.press("6 /").enter("action:rename").press("enter").sees("No event matches the filter", "0 of")
	d.elsewhere(rename("Ana One")).elsewhere(rename("Ana Two")).sees("2 of", "Ana Ruiz → Ana One", "Ana One → Ana Two")
	if strings.Index(d.screen(), "Ana One → Ana Two") > strings.Index(d.screen(), "Ana Ruiz → Ana One") {
		t.Errorf("the newest isn't first:\n%s", d.screen())
	}
	d.press("esc").misses("2 of").sees("events")
}

func TestTheFilterOfTheActivity(t *testing.T) {
	d := start(t, setup{width: 120, height: 40, users: 30, machines: 9}).press("6")
	events := d.events()
	for _, tt := range []struct {
		typed string
		keep  func(e model.Event) bool
	}{
		{"category:keys", func(e model.Event) bool { return e.Category() == model.CategoryKeys }},
		{`category:"service accounts" action:create`, func(e model.Event) bool { return e.Action == "service_account.create" }},
		{"action:copy action:reveal", func(e model.Event) bool { return e.Category() == model.CategoryKeys }},
		{"by:sakura", func(e model.Event) bool { return strings.HasPrefix(e.ActorName, "sakura") }},
		{"target:BEN.", func(e model.Event) bool { return strings.HasPrefix(e.TargetName, "ben.") }},
		{"details:builder details:CONSUMER", func(e model.Event) bool {
			return strings.Contains(e.Details(), "Builder") || strings.Contains(e.Details(), "Consumer")
		}},
		{"builder", func(e model.Event) bool { return strings.Contains(e.Details(), "Builder") }},
		{"since:2w until:1d", func(e model.Event) bool {
			return !e.Time.Before(noon.AddDate(0, 0, -14)) && e.Time.Before(noon.AddDate(0, 0, -1))
		}},
		{"until:2024-11-24", func(e model.Event) bool { return e.Time.Before(noon.AddDate(-2, 0, 1).Truncate(24 * 3600e9)) }},
		{"2024-11-24", func(e model.Event) bool { return strings.HasPrefix(moment(e.Time), "2024-11-24") }},
	} {
		t.Run(tt.typed, func(t *testing.T) {
			want := 0
			for _, e := range events {
				if tt.keep(e) {
					want++
				}
			}
			if want == 0 || want == len(events) {
				t.Fatalf("%d of %d: this tells nothing", want, len(events))
			}
			d.press("esc /").enter(tt.typed).press("enter").sees(fmt.Sprintf("%d of %d events", want, len(events)))
		})
	}
	d.press("esc /").enter("since:someday").sees(fmt.Sprintf("%d of %d", len(events), len(events))).press("enter").sees(`"someday" isn't a time`)
	d.press("esc").misses("isn't a time")
}

// What can't narrow says so at once, and where it is kept, also on a small screen.
func TestAFilterThatCantNarrowSaysSo(t *testing.T) {
	for _, width := range []int{60, 80} {
		d := start(t, setup{width: width, height: 16, users: 5, machines: 2}).press("6")
		for typed, said := range map[string]string{
			"since:zzz":       `"zzz" isn't a time such as 24h, 7d or 2026-11-01`,
			"until:x":         `"x" isn't a time such as 24h, 7d or 2026-11-01`,
			"nosuch:x":        "nosuch: narrows nothing; category: action: target: by:",
			"category:bogus":  `No category begins with "bogus"`,
			"action:bogus":    `No action begins with "bogus"`,
			"action:rename x": "", "12:30": "", "details:builder": "", "category:us action:set": "",
		} {
			d.press("/").enter(typed)
			d.checkFrame()
			if said == "" {
				d.misses("narrows nothing", "isn't a time", "begins with").press("esc")
				continue
			}
			d.sees(said).press("enter").sees(said).press("esc").misses(said)
		}
		d.press("1 /").enter("nosuch:x").sees("nosuch: narrows nothing; ").press("esc")
	}
}

func (d *driver) events() []model.Event {
	d.Helper()
	in := model.NewActivity(d.store)
	n, err := in.Count(d.Context())
	d.must(err)
	list, _, err := in.After(d.Context(), &model.EventFilter{}, 0)
	d.must(err)
	if len(list) != int(n) {
		d.Fatalf("%d of %d events", len(list), n)
	}
	return list
}

func TestAnEventShowsWhatChangedFromWhatToWhat(t *testing.T) {
	d := start(t, setup{width: 80, height: 30}).press("enter").enter("!").press("backspace backspace").enter("S").press("enter")
	d.press("6 enter").sees("Rename · ana@acme.test", "name", "from  Ana Ruiz", "to    Ana RuiS", "user.rename", "console", "2026-11-24 12:00:00", "Hash")
	d.press("c").sees("Number and hash of event")
	if head, err := model.ParseHead(d.copied); err != nil || head != d.events()[2].Head() {
		t.Errorf("copied %q: %v", d.copied, err)
	}
	d.press("esc").misses("from  Ana Ruiz").sees("Activity")
	d.press("enter o").sees("▏1 Users").misses("from  Ana Ruiz")
}

func TestGoToTheTarget(t *testing.T) {
	d := start(t, setup{width: 100, height: 30, users: 5, machines: 3})
	d.press("1 /").enter("ben").press("enter") // hides the others
	d.elsewhere(rename("Ana One")).press("6 o").sees("▏1 Users")
	if got := d.barred(); !strings.HasPrefix(got, "Ana One") {
		t.Errorf("the cursor is on %q", got)
	}
	d.press("6 G o").sees("the account itself")
	d.elsewhere(func(ctx context.Context, dir *model.Directory) error {
		id := d.snapshot().ServiceAccounts().At(0).ID
		_, err := dir.DeleteServiceAccounts(ctx, d.me, []model.Seen{{ID: id}})
		return err
	}).press("g o").sees("isn't there any more", "▏6 Activity")
}

func TestHistoryOfEveryRecord(t *testing.T) {
	for tab, name := range map[string]string{"1": "ben", "2": "bot", "3": "sre", "4": "data", "5": "runner"} {
		t.Run(name, func(t *testing.T) {
			d := start(t, setup{width: 100, height: 30, users: 5, machines: 9}).press(tab + " /").enter(name).press("enter")
			row := d.barred()
			d.press("a h").sees("▏6 Activity", "history of ")
			_, shown, _ := d.c.activity.grid.Counts()
			want, story := 0, d.c.activity.story
			for _, e := range d.events() {
				refers := story.of.Kind == model.KindWorkspace && strings.Contains(e.Details(), "workspace: "+story.name+" (")
				if e.Target == story.of || refers {
					want++
				}
			}
			if shown != want || want == 0 {
				t.Errorf("%d events are shown, not %d", shown, want)
			}
			d.press("/").enter("nothing like it").press("esc").sees("history of ").press("esc").sees("▏" + tab).misses("history of")
			if got := d.barred(); got != row {
				t.Errorf("back on %q, not on %q", got, row)
			}
			d.press("6").sees(fmt.Sprintf("%d events", len(d.events())))
		})
	}
}

func TestWithoutPermissionThereIsNoActivity(t *testing.T) {
	d := start(t, setup{width: 100, height: 30, users: 41, machines: 3, role: model.RoleBuilder})
	d.press("6").sees("lacks account:view", "0 events").misses("Copy key")
	d.press("1 H").sees("lacks account:view", "▏1 Users")
}

func TestEventsAreNeitherSortedNorMarked(t *testing.T) {
	d := start(t, setup{width: 100, height: 30, users: 5}).press("6 s").sees("in the order in which they happened")
	d.press("space").sees("several events at once").press("ctrl+a").misses("marked")
	d.send(tea.MouseClickMsg{X: 1, Y: 5, Button: tea.MouseLeft})
	d.misses("marked")
}

func TestADamagedEventIsARowAmongOthers(t *testing.T) {
	d := start(t, setup{width: 100, height: 30, users: 41})
	d.must(d.store.Update(d.Context(), func(tx model.WriteTx) error { return tx.Put(model.KindEvent, 3, []byte("nonsense")) }))
	d.press("6 G up up").sees("Damaged").press("enter").sees("lanyard activity verify")
}

func TestFoundRowsAreAList(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		numbers := rapid.SliceOfNDistinct(rapid.Uint64Range(1, 500), 0, 60, rapid.ID[uint64]).Draw(r, "numbers")
		slices.Sort(numbers)
		cut := rapid.IntRange(0, len(numbers)).Draw(r, "cut")
		older := slices.Clone(numbers[:cut])
		slices.Reverse(older)
		rows := eventRows{in: model.NewActivity(nil), count: 500, found: &finds{newer: slices.Clone(numbers[cut:]), older: older}}
		slices.Reverse(numbers)
		if rows.Len() != len(numbers) {
			r.Fatalf("%d rows of %d", rows.Len(), len(numbers))
		}
		for pos, id := range numbers {
			at, ok := rows.Find(id)
			if rows.ID(pos) != id || !ok || at != pos || rows.At(pos).Seq != id {
				r.Fatalf("row %d is %d and found at %d, %v", pos, rows.ID(pos), at, ok)
			}
		}
		for id := range uint64(502) {
			if _, ok := rows.Find(id); ok != slices.Contains(numbers, id) {
				r.Fatalf("%d is found: %v", id, ok)
			}
		}
	})
}

func TestAnEventCanBeUndone(t *testing.T) {
	o := newOffice(t, 110, 30)
	o.press("enter ctrl+u").enter("Benjamin").press("enter").sees("renamed to Benjamin")
	o.press("right right enter").enter("b").press("enter").sees("Role of Benjamin set to Builder")
	o.press("6 down a").sees("Undo this: Ben Okafor renamed to Benjamin").press("z").sees("Undone: name of Benjamin back to Ben Okafor · U redo")
	if u := o.user(); u.Name != "Ben Okafor" || u.Role != model.RoleBuilder {
		t.Errorf("%+v", u)
	}
	o.press("z").sees("undone already").press("U").sees("Redone: Ben Okafor renamed to Benjamin")
	o.press("enter").sees("user.rename").press("z").sees("Undone: name of Benjamin").press("g z").sees("an undo or a redo itself")
	o.press("/").enter("accept").press("enter g z").sees("only your own changes can be undone")
}

// A history goes by what the record is called now, however it was asked for, and goes on when it is renamed.
func TestAHistoryOfWhatIsRenamed(t *testing.T) {
	o := newOffice(t, 110, 30)
	o.create("3 n", "sre").press("enter down space enter").sees("Members of sre changed")
	o.press("left left enter ctrl+u").enter("platform").press("enter").sees("sre renamed to platform")
	o.create("3 n", "sre").press("enter space enter").sees("Members of sre changed") // another one has the name now
	o.press("6 /").enter("target:sre action:create").press("enter down H").sees("history of platform", "3 of ", "Rename", "Join", "ben@acme.test")
	dir, ctx := o.c.session.Directory, t.Context()
	_, err := dir.AddUsersToGroup(ctx, o.other, []model.Seen{{ID: o.eli}}, o.snapshot().Groups().At(0).ID)
	o.must(err)
	o.arrive()
	o.sees("4 of ", "eli@acme.test")
}
