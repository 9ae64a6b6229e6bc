package model_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"lanyard/model"
)

// Laws of undoing an import: what it created and changed, in one transaction or in several, goes as one step without a
// conflict, since nobody else was there, and comes back.
func TestLawsOfUndoingAnImport(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t)
		for range rapid.IntRange(0, 6).Draw(t, "before") {
			w.step(allDeeds)
		}
		w.before = w.snapshot()
		rows, before := w.rows(), pictureOf(w.before)
		ctx := model.OneStep(t.Context())
		for len(rows) > 0 {
			n := rapid.IntRange(1, len(rows)).Draw(t, "in one transaction")
			plan, err := w.Apply(ctx, w.ana, rows[:n], model.Importing{Role: model.RoleBuilder, CreateGroups: w.percent("create groups", 70)})
			if err != nil {
				return // she may not act any more
			}
			for _, e := range plan.Entries {
				t.Log(e.Line, e.Kind, e.Name, e.Fate, e.Tells())
			}
			rows = rows[n:]
		}
		after := w.snapshot()
		w.before = after
		if ana := w.account.user(w.ana.User); pictureOf(after) == before || ana.Status != model.StatusActive || ana.Role != model.RoleAdmin {
			return // there is nothing to undo, or she has taken it from herself to
		}
		if !w.back("the import", w.ana, w.Undo, before) {
			t.Fatal("it wasn't undone whole")
		}
		if !w.back("undoing the import", w.ana, w.Redo, pictureOf(after)) {
			t.Fatal("it wasn't redone whole")
		}
		if !w.back("redoing the import", w.ana, w.Undo, before) {
			t.Fatal("it wasn't undone again")
		}
	})
}

// rows are a file, in the order of an export: mostly of what is new, and of members that are in it.
func (w *world) rows() (rows []model.Row) {
	draw := func(label string, list ...string) *string {
		s := rapid.SampledFrom(list).Draw(w.t, label)
		return &s
	}
	add := func(kind model.Kind, r model.Row) {
		r.Kind, r.Line = kind, len(rows)+1
		if !slices.ContainsFunc(rows, func(o model.Row) bool { return o.Kind == kind && o.Key == r.Key }) { // whatever reads a file refuses it
			rows = append(rows, r)
		}
	}
	workspaces := func() *[]model.Membership {
		list := several(w, func() model.Membership {
			return model.Membership{Workspace: *draw("workspace", "north", "south", "web"), Role: *draw("role there", "Owner", "Viewer", "Pilot")}
		})
		return &list
	}
	for range rapid.IntRange(0, 2).Draw(w.t, "roles") {
		name := *draw("role", "Pilot", "Planner")
		scope := map[string]model.Scope{"Pilot": model.ScopeWorkspace, "Planner": model.ScopeTenant}[name]
		add(model.KindRole, model.Row{Key: name, Scope: scope, Permissions: []model.Permission{model.PermWSView}})
	}
	for range rapid.IntRange(0, 3).Draw(w.t, "workspaces") {
		add(model.KindWorkspace, model.Row{Key: *draw("new workspace", "north", "south")})
	}
	for range rapid.IntRange(0, 3).Draw(w.t, "groups") {
		add(model.KindGroup, model.Row{Key: *draw("new group", "red", "blue", "sre"), Workspaces: workspaces()})
	}
	for i := range rapid.IntRange(0, 5).Draw(w.t, "users") {
		groups := several(w, func() string { return *draw("group", "red", "blue", "green", "sre") })
		email := draw("email", fmt.Sprintf("new%d@acme.test", i), "ana@acme.test", "max@acme.test", "guest@acme.test")
		add(model.KindUser, model.Row{
			Key: *email, Role: draw("role", "Builder", "Planner", "Admin"), Groups: &groups, Workspaces: workspaces(),
			Status: rapid.SampledFrom([]model.Status{0, model.StatusActive, model.StatusInactive}).Draw(w.t, "status"),
		})
	}
	for range rapid.IntRange(0, 2).Draw(w.t, "machines") {
		add(model.KindServiceAccount, model.Row{Key: *draw("machine", "bot", "cat"), Role: draw("role", "Builder", "Planner"), Workspaces: workspaces()})
	}
	return rows
}
