//go:build unix

package main

import (
	"context"
	"fmt"
	"testing"
	"time"

	"lanyard/db"
	"lanyard/model"
)

// bulk is one deed on many users, who are told apart only by id.
type bulk struct {
	name string
	do   func(ctx context.Context, d *model.Directory, me model.Actor, list []model.Seen) (model.Outcome, error)
}

func bulks(s *model.Snapshot) []bulk {
	group, workspace := s.Groups().ID(0), s.Workspaces().ID(0)
	return []bulk{
		{"set role", func(ctx context.Context, d *model.Directory, me model.Actor, list []model.Seen) (model.Outcome, error) {
			return d.SetUsersRole(ctx, me, list, model.RoleTenantGuest)
		}},
		{"join group", func(ctx context.Context, d *model.Directory, me model.Actor, list []model.Seen) (model.Outcome, error) {
			return d.AddUsersToGroup(ctx, me, list, group)
		}},
		{"set workspace", func(ctx context.Context, d *model.Directory, me model.Actor, list []model.Seen) (model.Outcome, error) {
			return d.SetUsersWorkspaceRole(ctx, me, list, workspace, model.RoleViewer)
		}},
		{"deactivate", func(ctx context.Context, d *model.Directory, me model.Actor, list []model.Seen) (model.Outcome, error) {
			return d.DeactivateUsers(ctx, me, list, true)
		}},
		{"remove", func(ctx context.Context, d *model.Directory, me model.Actor, list []model.Seen) (model.Outcome, error) {
			return d.RemoveUsers(ctx, me, list, true)
		}},
	}
}

// BenchmarkBulk does one deed to a fifth of an account's users, takes it back and puts it again. The longest that others had
// to wait for the store is beside it.
func BenchmarkBulk(b *testing.B) {
	for _, users := range sizes() {
		if users > 100_000 {
			continue
		}
		a := account{dir: b.TempDir(), users: users}
		if err := makeAccount(b.Context(), a); err != nil {
			b.Fatal(err)
		}
		store, err := db.Open(a.store())
		if err != nil {
			b.Fatal(err)
		}
		s, err := model.LoadSnapshot(b.Context(), store)
		if err != nil {
			b.Fatal(err)
		}
		d := model.NewDirectory(store, model.Options{Unlock: a.unlock(store.ID())})
		me := model.Actor{User: s.Users().ID(0), Via: model.ViaCommandLine}
		var list []model.Seen
		for i := 1; i < users; i += 5 {
			list = append(list, model.Seen{ID: s.Users().ID(i)})
		}
		for _, deed := range bulks(s) {
			do := func(ctx context.Context) error { _, err := deed.do(ctx, d, me, list); return err }
			undo := func(ctx context.Context) error { _, err := d.Undo(ctx, me, model.UndoChoice{}); return err }
			b.Run(fmt.Sprintf("%s/do/%d", deed.name, len(list)), func(b *testing.B) { between(b, len(list), nil, do, undo) })
			b.Run(fmt.Sprintf("%s/undo/%d", deed.name, len(list)), func(b *testing.B) { between(b, len(list), do, undo, nil) })
		}
	}
}

// between measures what is done between two things that aren't measured. Of a deed that is done already nothing is done.
func between(b *testing.B, records int, before, measured, after func(context.Context) error) {
	b.Helper()
	aside := func(do func(context.Context) error) {
		if do == nil {
			return
		}
		b.StopTimer()
		if err := do(context.Background()); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
	var longest time.Duration
	for range b.N {
		aside(before)
		last := time.Now()
		if err := measured(model.WithProgress(context.Background(), func(int, int) {
			longest, last = max(longest, time.Since(last)), time.Now()
		})); err != nil {
			b.Fatal(err)
		}
		aside(after)
	}
	b.ReportMetric(float64(longest.Microseconds())/1000, "ms/longest")
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*records), "us/record")
}
