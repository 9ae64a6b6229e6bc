package model_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lanyard/model"
)

// busy makes an account with some 40 events of several kinds, a minute apart.
func busy(t tester) *account {
	t.Helper()
	a := newAccount(t)
	tick := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		a.now = a.now.Add(time.Minute)
	}
	for i := range 6 {
		a.add(fmt.Sprintf("person%d@example.com", i), model.RoleBuilder)
		s, err := a.CreateServiceAccount(a.Context(), a.ana, model.ServiceAccountDraft{Name: fmt.Sprintf("bot-%d", i), Role: model.RoleConsumer})
		tick(err)
		key, err := a.OpenAPIKey(a.Context(), a.ana, s.ID, model.UseCopy)
		key.Wipe()
		tick(err)
		g, err := a.CreateGroup(a.Context(), a.ana, model.Draft{Name: fmt.Sprintf("Équipe %d", i)})
		tick(err)
		tick(a.RenameGroup(a.Context(), a.ana, model.Seen{ID: g.ID}, fmt.Sprintf("Team %d", i)))
	}
	return a
}

// found lists the events that a filter wants, by both ways.
func (a *account) found(f *model.EventFilter) []uint64 {
	a.Helper()
	in, count, err := a.Activity(a.Context(), a.ana)
	if err != nil {
		a.Fatal(err)
	}
	var listed, searched []uint64
	for e, err := range in.List(a.Context(), f, count) {
		if err != nil {
			a.Fatal(err)
		}
		listed = append(listed, e.Seq)
	}
	for from := count; from > 0; {
		part, next, err := in.Search(a.Context(), f, from)
		if err != nil {
			a.Fatal(err)
		}
		searched, from = append(searched, part...), next
	}
	if !slices.Equal(listed, searched) {
		a.Fatalf("List gives %v, Search %v", listed, searched)
	}
	return listed
}

func TestTheFilteredActivityIsWhatFilteringAllOfItGives(t *testing.T) {
	a := busy(t)
	all := a.events()
	rapid.Check(t, func(r *rapid.T) {
		pick := func(name string, of ...string) []string {
			return rapid.SliceOfN(rapid.SampledFrom(of), 0, 2).Draw(r, name)
		}
		f := model.EventFilter{
			Category: pick("category", "keys", "USERS", "gr", "Service accounts", "nothing"),
			Action:   pick("action", "user.", "create", "Copy key", "rename"),
			Target:   pick("target", "bot", "person1", "equipe", "ÉQUIPE 2", "1003"),
			By:       pick("by", "ana", "person", "1000"),
		}
		if i := rapid.IntRange(-1, len(all)-1).Draw(r, "since"); i >= 0 {
			f.Since = all[i].Time
		}
		if i := rapid.IntRange(-1, len(all)-1).Draw(r, "until"); i >= 0 {
			f.Until = all[i].Time
		}
		var want []uint64
		for _, e := range slices.Backward(all) {
			if f.Matches(&e) {
				want = append(want, e.Seq)
			}
		}
		if got := a.found(&f); !slices.Equal(got, want) {
			r.Errorf("%+v finds %v, not %v", f, got, want)
		}
	})
}

func TestWhatAFilterWants(t *testing.T) {
	a := busy(t)
	bot := a.snapshot().ServiceAccounts().At(0).ID
	tests := []struct {
		name string
		f    model.EventFilter
		want int
	}{
		{"everything", model.EventFilter{}, len(a.events())},
		{"a category", model.EventFilter{Category: []string{"keys"}}, 6},
		{"two categories", model.EventFilter{Category: []string{"keys", "groups"}}, 18},
		{"an action", model.EventFilter{Action: []string{"user.invite"}}, 6},
		{"an action as it is shown", model.EventFilter{Action: []string{"copy"}}, 6},
		{"a target without its accent", model.EventFilter{Target: []string{"equipe 3"}}, 1},
		{"a target by id", model.EventFilter{Target: []string{fmt.Sprint(bot)}}, 2},
		{"one record", model.EventFilter{Of: model.Ref{Kind: model.KindServiceAccount, ID: bot}}, 2},
		{"another kind with that id", model.EventFilter{Of: model.Ref{Kind: model.KindUser, ID: bot}}, 0},
		{"who did it", model.EventFilter{By: []string{"PERSON3"}}, 1},
		{"more", model.EventFilter{Also: func(e *model.Event) bool { return e.Seq == 3 }}, 1},
		{"nothing", model.EventFilter{Category: []string{"keys"}, Action: []string{"rename"}}, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := a.found(&tt.f); len(got) != tt.want {
				t.Errorf("%d events, not %d", len(got), tt.want)
			}
		})
	}
}

func TestWhoMaySeeTheActivity(t *testing.T) {
	a := newAccount(t)
	ben := a.add("ben@example.com", model.RoleBuilder)
	if _, _, err := a.Activity(a.Context(), ben); !errors.Is(err, model.ErrNotPermitted) {
		t.Errorf("a Builder gets %v", err)
	}
	if _, count, err := a.Activity(a.Context(), a.ana); err != nil || count != 3 {
		t.Errorf("an Admin gets %d events, %v", count, err)
	}
	if got := a.snapshot().Total(model.KindEvent); got != 3 {
		t.Errorf("a snapshot counts %d", got)
	}
	a.done(a.RemoveUsers(t.Context(), a.ana, seen(ben.User), true))
	_, _, err := a.Activity(t.Context(), ben)
	a.expect("somebody who was removed", err, model.ErrNotPermitted, "isn't in this account any more")
}

func TestEventsAreReadOnceAndKeptUpToABound(t *testing.T) {
	a := busy(t)
	in := model.NewActivity(a.store)
	if _, ok := in.Event(3); ok {
		t.Error("an event is there before it was read")
	}
	if err := in.Read(a.Context(), []uint64{1, 3}); err != nil {
		t.Fatal(err)
	}
	if e, ok := in.Event(3); !ok || e.Seq != 3 || e.Action != "user.accept" {
		t.Errorf("event 3 is %+v, %v", e, ok)
	}
	if err := in.Read(a.Context(), []uint64{2, 9999}); err != nil {
		t.Fatal(err)
	}
	if e, ok := in.Event(9999); !ok || e.Readable() {
		t.Errorf("one that isn't there is %+v, %v", e, ok)
	}
	for i := range uint64(5000) {
		if err := in.Read(a.Context(), []uint64{10_000 + i}); err != nil {
			t.Fatal(err)
		}
	}
	if n := in.Kept(); n > 2048 {
		t.Errorf("%d events are kept", n)
	}
}

func TestAnotherStoreInTheSamePlaceShowsItsOwnEvents(t *testing.T) {
	a, b := busy(t), newAccount(t)
	b.add("zoe@example.com", model.RoleAdmin)
	swap := &swapped{Store: a.store}
	in := model.NewActivity(swap)
	if err := in.Read(a.Context(), []uint64{1, 2, 3}); err != nil {
		t.Fatal(err)
	}
	swap.Store = b.store
	if err := in.Read(a.Context(), []uint64{3}); err != nil {
		t.Fatal(err)
	}
	if e, ok := in.Event(2); ok {
		t.Errorf("event 2 of the store before is still there: %+v", e)
	}
}

type swapped struct{ model.Store }

func TestWordsForEvents(t *testing.T) {
	tests := []struct {
		e                    model.Event
		category, deed, told string
	}{
		{model.Event{Action: "user.set_role", Changes: []model.Change{{"role", "Builder", "Admin"}}}, "Users", "Set role", "role: Builder → Admin"},
		{model.Event{Action: "service_account.copy_key", Changes: []model.Change{{"api_key", "", "lys_…cafe"}}}, "Keys", "Copy key", "API key: lys_…cafe"},
		{model.Event{Action: "service_account.delete", Changes: []model.Change{{"role", "Admin", ""}}}, "Service accounts", "Delete", "role: was Admin"},
		{
			model.Event{Action: "group.create", Changes: []model.Change{{"description", "", "x"}, {"members", "2", "3"}}},
			"Groups", "Create", "description: x, members: 2 → 3",
		},
		{model.Event{Action: "account.create"}, "Account", "Create", ""},
		{model.Event{Action: "something"}, "Account", "Something", ""},
	}
	for _, tt := range tests {
		if tt.e.Category() != tt.category || tt.e.Deed() != tt.deed || tt.e.Details() != tt.told {
			t.Errorf("%s: %q, %q, %q", tt.e.Action, tt.e.Category(), tt.e.Deed(), tt.e.Details())
		}
	}
	for _, e := range busy(t).events() {
		if !slices.Contains(model.Categories(), e.Category()) || e.Deed() == "" {
			t.Errorf("%s: %q, %q", e.Action, e.Category(), e.Deed())
		}
	}
}

func TestTimesThatNarrow(t *testing.T) {
	zone := time.FixedZone("east", 2*3600)
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, zone)
	tests := []struct {
		text         string
		since, until time.Time
	}{
		{"30m", now.Add(-30 * time.Minute), now.Add(-30 * time.Minute)},
		{"24h", now.Add(-24 * time.Hour), now.Add(-24 * time.Hour)},
		{"7d", now.Add(-7 * 24 * time.Hour), now.Add(-7 * 24 * time.Hour)},
		{"2w", now.Add(-14 * 24 * time.Hour), now.Add(-14 * 24 * time.Hour)},
		{"2026-11-01", time.Date(2026, 11, 1, 0, 0, 0, 0, zone), time.Date(2026, 11, 2, 0, 0, 0, 0, zone)},
		{"2026-11-01T10:00:00Z", time.Date(2026, 11, 1, 10, 0, 0, 0, time.UTC), time.Date(2026, 11, 1, 10, 0, 0, 0, time.UTC)},
	}
	for _, tt := range tests {
		since, err := model.ParseSince(tt.text, now)
		until, err2 := model.ParseUntil(tt.text, now)
		if err != nil || err2 != nil || !since.Equal(tt.since) || !until.Equal(tt.until) {
			t.Errorf("%s: %v, %v; %v, %v", tt.text, since, until, err, err2)
		}
	}
	for _, bad := range []string{"", "7", "d", "-3d", "99999d", "2026-13-01", "yesterday", "7d "} {
		if _, err := model.ParseSince(bad, now); !errors.Is(err, model.ErrInvalid) {
			t.Errorf("%q gives %v", bad, err)
		}
	}
}

func TestSearchingMillionsGoesInParts(t *testing.T) {
	a := newAccount(t)
	err := a.store.Update(a.Context(), func(tx model.WriteTx) error {
		return model.FillEvents(tx, 20_000)
	})
	if err != nil {
		t.Fatal(err)
	}
	in := model.NewActivity(a.store)
	count, err := in.Count(a.Context())
	if err != nil {
		t.Fatal(err)
	}
	steps := 0
	for from := count; from > 0; steps++ {
		found, next, err := in.Search(a.Context(), &model.EventFilter{}, from)
		if err != nil || len(found) == 0 || found[0] != from || found[len(found)-1] != next+1 {
			t.Fatalf("from %d: %d found, next %d, %v", from, len(found), next, err)
		}
		from = next
	}
	if steps != 3 {
		t.Errorf("%d steps for %d events", steps, count)
	}
	list, last, err := in.After(a.Context(), &model.EventFilter{}, count-2)
	if err != nil || len(list) != 2 || list[1].Seq != count || last != count {
		t.Errorf("the last two are %v, %d, %v", list, last, err)
	}
}

func TestAnEventThatIsGoneEndsAListAndNotASearch(t *testing.T) {
	a := busy(t)
	gone := uint64(7)
	a.tamper(func(tx model.WriteTx) error { return tx.Delete(model.KindEvent, model.ID(gone)) })
	in := model.NewActivity(a.store)
	count := uint64(len(a.events())) + 1
	found, _, err := in.Search(a.Context(), &model.EventFilter{}, count)
	if err != nil || len(found) != int(count)-1 || slices.Contains(found, gone) {
		t.Errorf("search finds %v, %v", found, err)
	}
	var last error
	for _, err := range in.List(a.Context(), &model.EventFilter{}, count) {
		last = err
	}
	if !errors.Is(last, model.ErrDamaged) || !strings.Contains(last.Error(), "event 7") {
		t.Errorf("the list ends with %v", last)
	}
}

// tamper changes the store past the rules.
func (a *account) tamper(fn func(model.WriteTx) error) {
	a.Helper()
	if err := a.store.Update(context.Background(), fn); err != nil {
		a.Fatal(err)
	}
}
