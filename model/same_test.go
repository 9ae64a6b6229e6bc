package model_test

import (
	"context"
	"slices"
	"testing"

	"lanyard/model"
)

// What was so already is no event, no step to undo, and is said to have been so.
func TestAChangeThatChangesNothing(t *testing.T) {
	e := newEstate(t)
	ctx := func() context.Context { return model.OneStep(t.Context()) }
	ben, bot, team := model.Seen{ID: e.ben.User}, model.Seen{ID: e.bot.ID}, model.Seen{ID: e.team}
	one := func(err error) (model.Outcome, error) { return model.Outcome{}, err }
	for name, do := range map[string]func(ctx context.Context) (model.Outcome, error){
		"role": func(ctx context.Context) (model.Outcome, error) {
			return e.SetUsersRole(ctx, e.ana, seen(e.ben.User), model.RoleConsumer)
		},
		"service account's role": func(ctx context.Context) (model.Outcome, error) {
			return e.SetServiceAccountsRole(ctx, e.ana, seen(e.bot.ID), model.RoleBuilder)
		},
		"group": func(ctx context.Context) (model.Outcome, error) {
			return e.AddUsersToGroup(ctx, e.ana, seen(e.ben.User), e.team)
		},
		"no group": func(ctx context.Context) (model.Outcome, error) {
			return e.RemoveUsersFromGroup(ctx, e.ana, seen(e.eli.User), e.team)
		},
		"workspace": func(ctx context.Context) (model.Outcome, error) {
			return e.SetUsersWorkspaceRole(ctx, e.ana, seen(e.ben.User), e.web, model.RoleViewer)
		},
		"group's workspace": func(ctx context.Context) (model.Outcome, error) {
			return e.SetGroupsWorkspaceRole(ctx, e.ana, seen(e.team), e.web, model.RoleContributor)
		},
		"service account's workspace": func(ctx context.Context) (model.Outcome, error) {
			return e.SetServiceAccountsWorkspaceRole(ctx, e.ana, seen(e.bot.ID), e.ops, 0)
		},
		"groups": func(ctx context.Context) (model.Outcome, error) {
			return one(e.SetUserGroups(ctx, e.ana, ben, []model.ID{e.team}))
		},
		"name": func(ctx context.Context) (model.Outcome, error) {
			return one(e.RenameServiceAccount(ctx, e.ana, bot, " bot "))
		},
		"description": func(ctx context.Context) (model.Outcome, error) { return one(e.DescribeGroup(ctx, e.ana, team, " ")) },
		"permissions": func(ctx context.Context) (model.Outcome, error) {
			return one(e.SetRolePermissions(ctx, e.ana, model.Seen{ID: e.role}, []model.Permission{model.PermAccountView}))
		},
	} {
		events, ctx := len(e.events()), ctx()
		out, err := do(ctx)
		e.done(out, err)
		if out.Done != len(out.Same) || out.Changed() != 0 || model.Wrote(ctx) != 0 || len(e.events()) != events {
			t.Errorf("%s: %+v, %d written, %d events", name, out, model.Wrote(ctx), len(e.events())-events)
		}
	}
	both := ctx()
	out, err := e.SetUsersRole(both, e.ana, seen(e.ben.User, e.eli.User), model.RoleBuilder)
	if err != nil || out.Done != 2 || out.Changed() != 1 || !slices.Equal(out.Same, []model.ID{e.eli.User}) || model.Wrote(both) != 1 {
		t.Errorf("%+v %v, %d written", out, err, model.Wrote(both))
	}
}
