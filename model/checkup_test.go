package model_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"lanyard/model"
	"lanyard/model/modeltest"
)

// checkedUp checks an account, its chain of events too.
func (a *account) checkedUp(store model.Store, damaged ...model.Ref) (f model.Findings) {
	a.Helper()
	err := store.View(a.Context(), func(tx model.ReadTx) (err error) {
		f, err = model.CheckAccount(a.Context(), tx, model.Checkup{Damaged: damaged, ChainKey: a.root().ChainKey()})
		return err
	})
	if err != nil {
		a.Fatal(err)
	}
	return f
}

// primary are the kinds that others are made from.
var primary = []model.Kind{
	model.KindAccount, model.KindUser, model.KindServiceAccount, model.KindAPIKey, model.KindGroup, model.KindWorkspace,
	model.KindRole, model.KindEvent, model.KindSpentToken,
}

// derived are those that are made from others.
var derived = []model.Kind{model.KindActiveAdmin, model.KindTally}

// records returns all records of some kinds.
func (a *account) records(store model.Store, kinds []model.Kind) map[model.Ref]string {
	a.Helper()
	all := map[model.Ref]string{}
	err := store.View(a.Context(), func(tx model.ReadTx) error {
		var err error
		for _, kind := range kinds {
			err = errors.Join(err, tx.Scan(kind, 0, func(id model.ID, b []byte) bool {
				all[model.Ref{Kind: kind, ID: id}] = string(b)
				return true
			}))
		}
		return err
	})
	if err != nil {
		a.Fatal(err)
	}
	return all
}

// rebuilt makes an account anew from some of its records, and returns what was dropped and why.
func (a *account) rebuilt(records map[model.Ref]string) (*modeltest.Store, map[model.Ref]string) {
	a.Helper()
	store, dropped, err := a.rebuiltWith(records, model.Rebuilding{Now: a.now})
	if err != nil {
		a.Fatal(err)
	}
	return store, dropped
}

func (a *account) rebuiltWith(records map[model.Ref]string, with model.Rebuilding) (*modeltest.Store, map[model.Ref]string, error) {
	a.Helper()
	store, dropped := modeltest.NewStore(), map[model.Ref]string{}
	err := store.Update(a.Context(), func(tx model.WriteTx) error {
		for ref, b := range records {
			if err := tx.Put(ref.Kind, ref.ID, []byte(b)); err != nil {
				return err
			}
		}
		return model.Rebuild(a.Context(), tx, with, func(ref model.Ref, _ []byte, why string) { dropped[ref] = why })
	})
	return store, dropped, err
}

// rebuildsTheSame holds what a rebuild makes of the records against what every change kept in step.
func (a *account) rebuildsTheSame() {
	a.Helper()
	store, dropped := a.rebuilt(a.records(a.store, primary))
	if len(dropped) > 0 {
		a.Errorf("dropped %v", dropped)
	}
	if f := a.checkedUp(store); len(f.Wrong) > 0 || len(f.Notes) > 0 {
		a.Errorf("rebuilt, a check finds %v", f)
	}
	have, want := a.records(store, derived), a.records(a.store, derived)
	for ref, b := range want {
		if have[ref] != b && !a.countsNothing(b) {
			a.Errorf("%s %d was %x and became %x", ref.Kind, ref.ID, b, have[ref])
		}
		delete(have, ref)
	}
	if len(have) > 0 {
		a.Errorf("there are more: %v", have)
	}
}

// countsNothing reports whether a tally is one of a thing that nobody refers to any more.
func (*account) countsNothing(record string) bool { return strings.Trim(record, "\x01\x00") == "" }

// peopled is an account with one of everything.
func peopled(t *testing.T) (a *account, bot model.ServiceAccount, ben model.User) {
	t.Helper()
	a = newAccount(t)
	bot = a.machine("bot", model.RoleBuilder)
	ben = a.user(a.add("ben@acme.test", model.RoleBuilder).User)
	shop, err := a.CreateWorkspace(t.Context(), a.ana, model.Draft{Name: "shop"})
	if err != nil {
		t.Fatal(err)
	}
	sre, err := a.CreateGroup(t.Context(), a.ana, model.Draft{Name: "sre"})
	if err != nil {
		t.Fatal(err)
	}
	tester, err := a.CreateRole(t.Context(), a.ana, model.RoleDraft{
		Draft: model.Draft{Name: "tester"}, Scope: model.ScopeWorkspace, Permissions: []model.Permission{model.PermWSView},
	})
	if err != nil {
		t.Fatal(err)
	}
	a.done(a.AddUsersToGroup(t.Context(), a.ana, []model.Seen{{ID: ben.ID}}, sre.ID))
	a.done(a.SetServiceAccountsWorkspaceRole(t.Context(), a.ana, []model.Seen{{ID: bot.ID}}, shop.ID, tester.ID))
	return a, bot, a.user(ben.ID)
}

// lost takes a record away with its name, as a repair does that can't read it.
func lost(tx model.WriteTx, kind model.Kind, index model.Index, name string) error {
	id, err := tx.Find(index, model.FoldName(name))
	return errors.Join(err, tx.Delete(kind, id), tx.Release(index, model.FoldName(name)))
}

func TestCheckAccount(t *testing.T) {
	a, bot, ben := peopled(t)
	if f := a.checkedUp(a.store); len(f.Wrong)+len(f.Notes) > 0 {
		t.Fatalf("nothing is wrong, and it finds %v", f)
	}
	whole := a.records(a.store, append(slices.Clone(primary), derived...))
	for name, tt := range map[string]struct {
		harm    func(tx model.WriteTx) error
		damaged []model.Ref
		want    string
	}{
		"a key is damaged": {
			func(tx model.WriteTx) error { return tx.Delete(model.KindAPIKey, bot.Key) },
			[]model.Ref{{Kind: model.KindAPIKey, ID: bot.Key}},
			`service account "bot": key record damaged`,
		},
		"a key is missing": {
			func(tx model.WriteTx) error { return tx.Delete(model.KindAPIKey, bot.Key) }, nil, `service account "bot": key record missing`,
		},
		"a machine is missing": {
			func(tx model.WriteTx) error { return tx.Delete(model.KindServiceAccount, bot.ID) }, nil,
			fmt.Sprintf("API key %d: belongs to no service account", bot.Key),
		},
		"a machine is damaged": {
			func(tx model.WriteTx) error { return tx.Delete(model.KindServiceAccount, bot.ID) },
			[]model.Ref{{Kind: model.KindServiceAccount, ID: bot.ID}},
			`service account "bot": record damaged`,
		},
		"a user can't be read": {
			func(tx model.WriteTx) error { return tx.Put(model.KindUser, ben.ID, []byte{1, 2}) }, nil, `user "ben@acme.test": record damaged`,
		},
		"an email isn't indexed": {
			func(tx model.WriteTx) error { return tx.Release(model.IndexUserEmail, "ben@acme.test") }, nil,
			`user "ben@acme.test": missing from the index of emails`,
		},
		"an email leads elsewhere": {
			func(tx model.WriteTx) error {
				return errors.Join(tx.Release(model.IndexUserEmail, "ben@acme.test"), tx.Reserve(model.IndexUserEmail, "ben@acme.test", 7))
			}, nil, `user "ben@acme.test": the index of emails leads to another one`,
		},
		"a tally is wrong": {
			func(tx model.WriteTx) error {
				return tx.Put(model.KindTally, model.RoleBuilder, []byte{1, 1, 9, 0, 0, 0})
			}, nil,
			`role "Builder": members are counted wrongly`,
		},
		"a tally is missing": {
			func(tx model.WriteTx) error { return tx.Delete(model.KindTally, model.RoleBuilder) }, nil, `role "Builder": members aren't counted`,
		},
		"an Admin isn't counted": {
			func(tx model.WriteTx) error { return tx.Delete(model.KindActiveAdmin, a.ana.User) }, nil,
			fmt.Sprintf("user %d: counted wrongly among the Active Admins", a.ana.User),
		},
		"somebody else is counted": {
			func(tx model.WriteTx) error { return tx.Put(model.KindActiveAdmin, 7, nil) }, nil, "2 Active Admins are counted, and there are 1",
		},
		"the account is lost": {
			func(tx model.WriteTx) error { return tx.Delete(model.KindAccount, model.AccountID) }, nil,
			`account "Acme": record damaged`,
		},
		"the only Admin is lost": {
			func(tx model.WriteTx) error { return tx.Delete(model.KindUser, a.ana.User) }, nil, "nobody is an Active Admin: the account can't be entered",
		},
		"the only owner is lost": {
			func(tx model.WriteTx) error { return tx.Delete(model.KindUser, a.ana.User) }, nil, `workspace "shop": has no owner who is an active user`,
		},
		"a workspace is lost": {
			func(tx model.WriteTx) error { return lost(tx, model.KindWorkspace, model.IndexWorkspaceName, "shop") }, nil,
			`user "ana@acme.test": is in a workspace that isn't there`,
		},
		"a group is lost": {
			func(tx model.WriteTx) error { return lost(tx, model.KindGroup, model.IndexGroupName, "sre") }, nil,
			`user "ben@acme.test": is in a group that isn't there`,
		},
		"a workspace role is lost": {
			func(tx model.WriteTx) error { return lost(tx, model.KindRole, model.IndexRoleName, "tester") }, nil,
			`service account "bot": has a role in workspace "shop" that isn't there`,
		},
		"an event is missing": {
			func(tx model.WriteTx) error { return tx.Delete(model.KindEvent, 2) }, nil, "event 2: missing",
		},
		"an event is another's": {
			func(tx model.WriteTx) error {
				b, err := tx.Get(model.KindEvent, 3)
				return errors.Join(err, tx.Put(model.KindEvent, 2, b))
			}, nil, "event 2: doesn't continue the chain: it was changed, or one before it was",
		},
	} {
		t.Run(name, func(t *testing.T) {
			err := a.store.Update(t.Context(), tt.harm)
			if err != nil {
				t.Fatal(err)
			}
			if f := a.checkedUp(a.store, tt.damaged...); !slices.Contains(f.Wrong, tt.want) {
				t.Errorf("it finds %q", f.Wrong)
			}
			b, bBot, bBen := peopled(t) // a whole one again, with the same ids
			if bBot.ID != bot.ID || bBen.ID != ben.ID || len(b.records(b.store, primary)) == 0 || len(whole) == 0 {
				t.Fatal("it isn't the same account")
			}
			a.store, a.Directory = b.store, b.Directory
		})
	}
}

// What can't be read is dropped; nothing is made up, and what is left works.
func TestRebuild(t *testing.T) {
	a, bot, ben := peopled(t)
	a.done(a.RotateAPIKeys(t.Context(), a.ana, []model.Seen{{ID: bot.ID}}, model.DefaultGrace))
	s, err := model.LoadSnapshot(t.Context(), a.store)
	if err != nil {
		t.Fatal(err)
	}
	bot, _ = s.ServiceAccounts().Get(bot.ID)
	records := a.records(a.store, primary)
	delete(records, model.Ref{Kind: model.KindAPIKey, ID: bot.Key})
	delete(records, model.Ref{Kind: model.KindAPIKey, ID: bot.PreviousKey})
	delete(records, model.Ref{Kind: model.KindEvent, ID: 2})
	records[model.Ref{Kind: model.KindUser, ID: ben.ID}] = "nonsense"
	records[model.Ref{Kind: model.KindUser, ID: 99_999}] = records[model.Ref{Kind: model.KindUser, ID: a.ana.User}]
	store, dropped := a.rebuilt(records)
	want := map[model.Ref]string{
		{Kind: model.KindUser, ID: ben.ID}: "user: it can't be read",
		{Kind: model.KindUser, ID: 99_999}: "user: another one has the same place in the index of emails",
	}
	if fmt.Sprint(dropped) != fmt.Sprint(want) {
		t.Errorf("dropped %v", dropped)
	}
	f := a.checkedUp(store)
	if len(f.Wrong) > 0 || len(f.Notes) != 1 || !strings.HasPrefix(f.Notes[0], "event 2: lost") {
		t.Errorf("a check finds %+v", f)
	}
	a.store = store
	a.Directory = a.on(store)
	if _, _, err := a.VerifyActivity(t.Context(), model.Head{}, nil); !isBreak(err, 2, model.BreakLost) {
		t.Errorf("before there is an event of the repair: %v", err)
	}
	a.done(a.RotateAPIKeys(t.Context(), a.ana, []model.Seen{{ID: bot.ID}}, 0))
	if v := a.asked(a.keyOf(bot.ID)); !v.Good() {
		t.Errorf("a machine whose key was lost, with a new one: %+v", v)
	}
	if f := a.checkedUp(store); len(f.Wrong) > 0 {
		t.Errorf("after that a check finds %+v", f)
	}
	if _, lost, err := a.VerifyActivity(t.Context(), model.Head{}, nil); err != nil || !slices.Equal(lost, []uint64{2}) {
		t.Errorf("after the event of the repair, of the lost %v: %v", lost, err)
	}
	a.tamper(func(tx model.WriteTx) error { return put(tx, 4, record(tx, 2)) })
	a.breaks(model.Head{}, 4, model.BreakLost)
	pretended := "event 4: marked as lost in a repair, and nothing tells of that repair"
	if f := a.checkedUp(store); !slices.Contains(f.Wrong, pretended) || len(f.Notes) != 1 {
		t.Errorf("of an event that somebody took away a check says %+v", f)
	}
	delete(records, model.Ref{Kind: model.KindAccount, ID: model.AccountID})
	err = modeltest.NewStore().Update(t.Context(), func(tx model.WriteTx) error {
		return model.Rebuild(t.Context(), tx, model.Rebuilding{}, func(model.Ref, []byte, string) {})
	})
	if !errors.Is(err, model.ErrDamaged) {
		t.Errorf("without an account: %v", err)
	}
}

// What was lost with a group, a workspace or a role isn't referred to any more, and the events that were lost at the end have
// their places.
func TestRebuildRefersToNothingLost(t *testing.T) {
	a, bot, ben := peopled(t)
	records := a.records(a.store, primary)
	events := uint64(len(a.events()))
	for ref := range records {
		if ref.Kind == model.KindGroup || ref.Kind == model.KindWorkspace || ref.Kind == model.KindEvent && uint64(ref.ID) > events-2 {
			delete(records, ref)
		}
	}
	store, dropped, err := a.rebuiltWith(records, model.Rebuilding{Now: a.now, Events: events})
	if err != nil || len(dropped) > 0 {
		t.Fatal(dropped, err)
	}
	if f := a.checkedUp(store); len(f.Wrong) > 0 || len(f.Notes) != 2 {
		t.Errorf("a check finds %+v", f)
	}
	a.store, a.Directory = store, a.on(store)
	if u := a.user(ben.ID); len(u.Groups) > 0 {
		t.Errorf("%+v", u)
	}
	if m, _ := a.snapshot().ServiceAccounts().Get(bot.ID); len(m.Workspaces) > 0 {
		t.Errorf("%+v", m)
	}
	if err := a.TellOverdue(t.Context(), a.ana); err != nil {
		t.Fatal(err)
	}
	if _, lost, err := a.VerifyActivity(t.Context(), model.Head{}, nil); err != nil || !slices.Equal(lost, []uint64{events - 1, events}) {
		t.Errorf("of the lost %v: %v", lost, err)
	}
	if last := a.events()[events]; last.Action != "account.repair" || !strings.HasSuffix(last.Details(), fmt.Sprintf("lost events: %d-%d", events-1, events)) {
		t.Errorf("the event of the repair is %q, %q", last.Action, last.Details())
	}
}

// A repair makes no store that nobody can enter. Who is named becomes an Admin, and that is an event.
func TestRebuildNeedsAnAdmin(t *testing.T) {
	a, _, ben := peopled(t)
	whole := a.records(a.store, primary)
	with := model.Rebuilding{Now: a.now, Admin: "ben@acme.test"}
	if _, _, err := a.rebuiltWith(whole, with); !errors.Is(err, model.ErrStatus) {
		t.Errorf("an Admin beside one that there is: %v", err)
	}
	ana := model.Ref{Kind: model.KindUser, ID: a.ana.User}
	delete(whole, ana)
	if _, _, err := a.rebuiltWith(whole, model.Rebuilding{Now: a.now}); !errors.Is(err, model.ErrNoAdmin) || !errors.Is(err, model.ErrDamaged) || model.Hint(err) == "" {
		t.Errorf("without an Admin: %v", err)
	}
	if _, _, err := a.rebuiltWith(whole, model.Rebuilding{Now: a.now, Admin: "ben"}); !errors.Is(err, model.ErrInvalid) {
		t.Errorf("with somebody who can't be: %v", err)
	}
	for email, want := range map[string]bool{"Ben@Acme.test": true, "zoe@acme.test": false} {
		with.Admin = email
		store, _, err := a.rebuiltWith(whole, with)
		if err != nil {
			t.Fatal(err)
		}
		me, err := model.FirstAdmin(t.Context(), store)
		if err != nil || model.FoldEmail(me.Email) != model.FoldEmail(email) || (me.ID == ben.ID) != want || me.Name == "" {
			t.Errorf("%s: %+v, %v", email, me, err)
		}
		want := []string{`workspace "shop": has no owner who is an active user`}
		if f := a.checkedUp(store); !slices.Equal(f.Wrong, want) {
			t.Errorf("%s: a check finds %+v", email, f)
		}
		again := a.on(store)
		shop, err := again.FindWorkspace(t.Context(), model.Actor{User: me.ID}, "shop")
		if err != nil {
			t.Fatal(err)
		}
		a.done(again.SetUsersWorkspaceRole(t.Context(), model.Actor{User: me.ID}, []model.Seen{{ID: me.ID}}, shop.ID, model.RoleOwner))
		if f := a.checkedUp(store); len(f.Wrong) > 0 {
			t.Errorf("%s: with an owner a check finds %+v", email, f)
		}
		list, _, err := model.NewActivity(store).After(t.Context(), &model.EventFilter{}, 0)
		if err != nil || !slices.ContainsFunc(list, func(e model.Event) bool {
			return e.Action == "account.repair" && strings.Contains(e.Details(), "admin: "+me.Email)
		}) {
			t.Errorf("%s: no event tells of it: %v", email, err)
		}
	}
}

// A key that a repair couldn't read is said to be lost. Rotating it leaves the one before it alone.
func TestAKeyThatWasLost(t *testing.T) {
	a, bot, _ := peopled(t)
	old := a.keyOf(bot.ID)
	a.done(a.RotateAPIKeys(t.Context(), a.ana, []model.Seen{{ID: bot.ID}}, model.DefaultGrace))
	bot, _ = a.snapshot().ServiceAccounts().Get(bot.ID)
	records := a.records(a.store, primary)
	delete(records, model.Ref{Kind: model.KindAPIKey, ID: bot.Key})
	a.store, _ = a.rebuilt(records)
	a.Directory = a.on(a.store)
	details, err := a.ServiceAccount(t.Context(), a.ana, bot.ID)
	if err != nil || !details.APIKey.Lost() || details.APIKey.Hint() != "lost in a repair" || details.OldKey == nil {
		t.Errorf("%+v, %v", details, err)
	}
	if _, err := a.OpenAPIKey(t.Context(), a.ana, bot.ID, model.UseCopy); !errors.Is(err, model.ErrStatus) || !strings.Contains(err.Error(), "Rotate it") {
		t.Errorf("copying it: %v", err)
	}
	a.done(a.RotateAPIKeys(t.Context(), a.ana, []model.Seen{{ID: bot.ID}}, 0))
	for what, key := range map[string][]byte{"the new one": a.keyOf(bot.ID), "the one before it": old} {
		if v := a.asked(key); !v.Good() {
			t.Errorf("%s: %+v", what, v)
		}
	}
	if f := a.checkedUp(a.store); len(f.Wrong) > 0 {
		t.Errorf("a check finds %+v", f)
	}
}
