package model_test

import (
	"slices"
	"testing"

	"lanyard/model"
)

// The history of a group, a workspace or a role has who came into it and left, by whatever name it had then.
func TestHistoryHasWhatNamesTheRecord(t *testing.T) {
	e := newEstate(t)
	old := e.group("gone")
	e.addTo(old, e.eli) // another one of a name that comes again
	e.done(e.DeleteGroups(t.Context(), e.ana, seen(old)))
	g := e.group("gone")
	first := e.last().Seq
	e.addTo(g, e.ben)
	made(e, 0, e.RenameGroup(t.Context(), e.ana, model.Seen{ID: g}, "crew"))
	made(e, 0, e.SetUserGroups(t.Context(), e.ana, model.Seen{ID: e.eli.User}, []model.ID{g, e.team}))
	e.addTo(e.team, e.boss) // another group
	made(e, 0, e.SetUserGroups(t.Context(), e.ana, model.Seen{ID: e.eli.User}, []model.ID{g}))
	e.undo(e.ana) // of team alone
	e.done(e.RemoveUsersFromGroup(t.Context(), e.ana, seen(e.ben.User), g))
	e.undo(e.ana)
	actions := func(of model.Ref, called string, from uint64) (list []string) {
		found := e.found(&model.EventFilter{Of: of, Called: called})
		for _, seq := range slices.Backward(found) {
			if seq >= from {
				list = append(list, e.events()[seq-1].Action)
			} else if from > 0 {
				t.Errorf("event %d is of another one", seq)
			}
		}
		return list
	}
	want := []string{"group.create", "user.join_group", "group.rename", "user.set_groups", "user.leave_group", "user.undo"}
	if got := actions(model.Ref{Kind: model.KindGroup, ID: g}, "crew", first); !slices.Equal(got, want) {
		t.Errorf("a group: %v", got)
	}
	web := actions(model.Ref{Kind: model.KindWorkspace, ID: e.web}, "web", 0)
	want = []string{
		"workspace.create", "user.set_workspace_role", "user.set_workspace_role", "user.set_workspace_role", "group.set_workspace_role",
		"service_account.set_workspace_role",
	}
	if !slices.Equal(web, want) {
		t.Errorf("a workspace: %v", web)
	}
	e.done(e.SetUsersRole(t.Context(), e.ana, seen(e.ben.User), e.role))
	e.done(e.SetUsersWorkspaceRole(t.Context(), e.ana, seen(e.ben.User), e.ops, model.RoleViewer))
	if got := actions(model.Ref{Kind: model.KindRole, ID: e.role}, e.snapshot().RoleName(e.role), 0); !slices.Equal(got, []string{"role.create", "user.set_role"}) {
		t.Errorf("a role: %v", got)
	}
	viewer := actions(model.Ref{Kind: model.KindRole, ID: model.RoleViewer}, "Viewer", 0)
	if len(viewer) < 3 || viewer[len(viewer)-1] != "user.set_workspace_role" {
		t.Errorf("a workspace role: %v", viewer)
	}
}

// A name goes from one group to another, and each one's history has what was said of it while it had the name.
func TestHistoriesOfGroupsThatShareANameInTurn(t *testing.T) {
	e := newEstate(t)
	g, other := e.group("a"), e.group("b")
	e.addTo(g, e.ben)
	e.addTo(other, e.eli)
	made(e, 0, e.RenameGroup(t.Context(), e.ana, model.Seen{ID: g}, "c"))
	made(e, 0, e.RenameGroup(t.Context(), e.ana, model.Seen{ID: other}, "a"))
	e.addTo(other, e.boss)
	made(e, 0, e.RenameGroup(t.Context(), e.ana, model.Seen{ID: g}, "b"))
	e.addTo(g, e.eli)
	e.undo(e.ana) // who joined
	e.undo(e.ana) // the name: c again
	e.done(e.DeleteGroups(t.Context(), e.ana, seen(g)))
	late := e.group("c")
	e.addTo(late, e.ben)
	e.done(e.DeleteGroups(t.Context(), e.ana, seen(late)))
	e.undo(e.ana)

	said := func(of model.ID, called string) (list []string) {
		found := e.found(&model.EventFilter{Of: model.Ref{Kind: model.KindGroup, ID: of}, Called: called})
		for _, seq := range slices.Backward(found) {
			event := e.events()[seq-1]
			list = append(list, event.Action+" "+event.TargetName)
		}
		return list
	}
	want := []string{
		"group.create a", "user.join_group ben@acme.test", "group.rename c", "group.rename b", "user.join_group eli@acme.test",
		"user.undo eli@acme.test", "group.undo c", "group.delete c",
	}
	if got := said(g, ""); !slices.Equal(got, want) {
		t.Errorf("the first: %q", got)
	}
	want = []string{"group.create b", "user.join_group eli@acme.test", "group.rename a", "user.join_group boss@acme.test"}
	if got := said(other, "a"); !slices.Equal(got, want) {
		t.Errorf("the second: %q", got)
	}
	want = []string{"group.create c", "user.join_group ben@acme.test", "group.delete c", "group.undo c"}
	if got := said(late, "c"); !slices.Equal(got, want) {
		t.Errorf("the third: %q", got)
	}
}

// What happens while a history is looked at is found by the name that the record has by then.
func TestAHistoryGoesOnAfterARename(t *testing.T) {
	e := newEstate(t)
	g := e.group("a")
	filter := &model.EventFilter{Of: model.Ref{Kind: model.KindGroup, ID: g}, Called: "a"}
	e.found(filter)
	made(e, 0, e.RenameGroup(t.Context(), e.ana, model.Seen{ID: g}, "b"))
	e.found(filter)
	e.addTo(g, e.ben)
	if found := e.found(filter); len(found) != 3 {
		t.Errorf("found %v", found)
	}
}
