package model_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"lanyard/model"
)

// office is an account with somebody of every sort, and one of everything to try on.
type office struct {
	*account
	who map[string]model.Actor

	guest, inactive, invited     model.ID // users
	team, web, reader            model.ID // a group without anything, a workspace, a custom role that nobody has
	bot                          model.ID
	member                       model.ID // a user who is in team, and a Viewer of web
	viewsAccount, viewsWorkspace model.ID
}

func newOffice(t tester) *office {
	a := newAccount(t)
	o := &office{account: a, who: map[string]model.Actor{}}
	o.web, o.team = a.workspace("web"), a.group("team")
	o.viewsAccount = a.custom(model.ScopeTenant, model.PermAccountView)
	o.reader = a.custom(model.ScopeTenant, model.PermAccountView, model.PermWSView)
	o.viewsWorkspace = a.custom(model.ScopeWorkspace, model.PermWSView)
	roles := map[string]model.ID{
		"admin": model.RoleAdmin, "builder": model.RoleBuilder, "consumer": model.RoleConsumer, "guest": model.RoleTenantGuest,
		"owner": model.RoleBuilder, "contributor": model.RoleBuilder, "inactive": model.RoleAdmin, "viewer": o.viewsAccount,
		"inviter":  a.custom(model.ScopeTenant, model.PermAccountInvite, model.PermWSView),
		"operator": a.custom(model.ScopeTenant, model.PermRevealKey),
		"editor":   a.custom(model.ScopeTenant, model.PermAccountEdit, model.PermWSView),
	}
	for _, name := range slices.Sorted(maps.Keys(roles)) {
		o.who[name] = a.add(name+"@acme.test", roles[name])
	}
	a.join(o.web, model.RoleOwner, o.who["owner"])
	a.join(o.web, model.RoleContributor, o.who["contributor"])
	a.done(a.DeactivateUsers(t.Context(), a.ana, seen(o.who["inactive"].User), false))
	o.who["invited"] = model.Actor{User: a.invite(model.Invite{Email: "invited@acme.test", Role: model.RoleAdmin}).User.ID}
	o.who["nobody"] = model.Actor{User: 999999}

	o.invited = a.invite(model.Invite{Email: "inez@acme.test", Role: model.RoleTenantGuest}).User.ID
	member, blocked := a.add("mo@acme.test", model.RoleTenantGuest), a.add("ivo@acme.test", model.RoleTenantGuest)
	a.join(o.web, model.RoleViewer, member)
	a.addTo(o.team, member)
	a.done(a.DeactivateUsers(t.Context(), a.ana, seen(blocked.User), false))
	o.member, o.inactive, o.guest = member.User, blocked.User, o.who["guest"].User
	o.bot = a.machine("bot", model.RoleConsumer).ID
	a.done(a.RotateAPIKeys(t.Context(), a.ana, seen(o.bot), time.Hour))
	return o
}

// deed is something to try, and who may: by name, in o.who.
type deed struct {
	name, who string
	try       func(ctx context.Context, o *office, by model.Actor) error
}

const (
	editors  = "admin editor"
	managers = "admin owner" // of web: the editor holds nothing there that they could give
)

var deeds = []deed{
	{"invite", "admin editor inviter", func(_ context.Context, o *office, by model.Actor) error {
		return o.inviteAs(by, model.Invite{Email: "new@acme.test", Role: model.RoleTenantGuest})
	}},
	{"invite as Builder", "admin", func(_ context.Context, o *office, by model.Actor) error {
		return o.inviteAs(by, model.Invite{Email: "new@acme.test", Role: model.RoleBuilder})
	}},
	{"resend", "admin editor inviter", func(ctx context.Context, o *office, by model.Actor) error {
		_, out, err := o.ResendInvites(ctx, by, seen(o.invited), 0)
		return outcome(out, err)
	}},
	{"cancel", "admin editor inviter", func(ctx context.Context, o *office, by model.Actor) error {
		return outcome(o.RemoveUsers(ctx, by, seen(o.invited), false))
	}},
	{"rename a user", editors, func(ctx context.Context, o *office, by model.Actor) error {
		return o.RenameUser(ctx, by, model.Seen{ID: o.guest}, "Gus")
	}},
	{"set a role", editors, func(ctx context.Context, o *office, by model.Actor) error {
		return outcome(o.SetUsersRole(ctx, by, seen(o.guest), o.viewsAccount))
	}},
	{"set a role that holds more", "admin", func(ctx context.Context, o *office, by model.Actor) error {
		return outcome(o.SetUsersRole(ctx, by, seen(o.guest), model.RoleBuilder))
	}},
	{"deactivate", editors, func(ctx context.Context, o *office, by model.Actor) error {
		return outcome(o.DeactivateUsers(ctx, by, seen(o.guest), false))
	}},
	{"reactivate", editors, func(ctx context.Context, o *office, by model.Actor) error {
		return outcome(o.ReactivateUsers(ctx, by, seen(o.inactive)))
	}},
	{"remove", editors, func(ctx context.Context, o *office, by model.Actor) error {
		return outcome(o.RemoveUsers(ctx, by, seen(o.guest), false))
	}},
	{"create a service account", editors, func(ctx context.Context, o *office, by model.Actor) error {
		_, err := o.CreateServiceAccount(ctx, by, model.ServiceAccountDraft{Name: "b", Role: o.viewsAccount})
		return err
	}},
	{"create a service account that holds more", "admin", func(ctx context.Context, o *office, by model.Actor) error {
		_, err := o.CreateServiceAccount(ctx, by, model.ServiceAccountDraft{Name: "b", Role: model.RoleBuilder})
		return err
	}},
	{"rename a service account", editors, func(ctx context.Context, o *office, by model.Actor) error {
		return o.RenameServiceAccount(ctx, by, model.Seen{ID: o.bot}, "b")
	}},
	{"describe a service account", editors, func(ctx context.Context, o *office, by model.Actor) error {
		return o.DescribeServiceAccount(ctx, by, model.Seen{ID: o.bot}, "b")
	}},
	{"set a service account's role", editors, func(ctx context.Context, o *office, by model.Actor) error {
		return outcome(o.SetServiceAccountsRole(ctx, by, seen(o.bot), o.viewsAccount))
	}},
	{"make a service account an Admin", "admin", func(ctx context.Context, o *office, by model.Actor) error {
		return outcome(o.SetServiceAccountsRole(ctx, by, seen(o.bot), model.RoleAdmin))
	}},
	{"delete a service account", editors, func(ctx context.Context, o *office, by model.Actor) error {
		return outcome(o.DeleteServiceAccounts(ctx, by, seen(o.bot)))
	}},
	{"copy a key", "admin editor operator", func(ctx context.Context, o *office, by model.Actor) error {
		_, err := o.OpenAPIKey(ctx, by, o.bot, model.UseCopy)
		return err
	}},
	{"rotate a key", editors, func(ctx context.Context, o *office, by model.Actor) error {
		return outcome(o.RotateAPIKeys(ctx, by, seen(o.bot), time.Hour))
	}},
	{"end an old key", editors, func(ctx context.Context, o *office, by model.Actor) error {
		return outcome(o.EndPreviousKeys(ctx, by, seen(o.bot)))
	}},
	{"create a group", editors, func(ctx context.Context, o *office, by model.Actor) error {
		_, err := o.CreateGroup(ctx, by, model.Draft{Name: "g"})
		return err
	}},
	{"rename a group", editors, func(ctx context.Context, o *office, by model.Actor) error {
		return o.RenameGroup(ctx, by, model.Seen{ID: o.team}, "g")
	}},
	{"describe a group", editors, func(ctx context.Context, o *office, by model.Actor) error {
		return o.DescribeGroup(ctx, by, model.Seen{ID: o.team}, "g")
	}},
	{"delete a group", editors, func(ctx context.Context, o *office, by model.Actor) error {
		return outcome(o.DeleteGroups(ctx, by, seen(o.team)))
	}},
	{"add to a group", editors, func(ctx context.Context, o *office, by model.Actor) error {
		return outcome(o.AddUsersToGroup(ctx, by, seen(o.guest), o.team))
	}},
	{"take out of a group", editors, func(ctx context.Context, o *office, by model.Actor) error {
		return outcome(o.RemoveUsersFromGroup(ctx, by, seen(o.member), o.team))
	}},
	{"set groups", editors, func(ctx context.Context, o *office, by model.Actor) error {
		return o.SetUserGroups(ctx, by, model.Seen{ID: o.guest}, []model.ID{o.team})
	}},
	{"create a workspace", editors, func(ctx context.Context, o *office, by model.Actor) error {
		_, err := o.CreateWorkspace(ctx, by, model.Draft{Name: "w"})
		return err
	}},
	{"rename a workspace", editors, func(ctx context.Context, o *office, by model.Actor) error {
		return o.RenameWorkspace(ctx, by, model.Seen{ID: o.web}, "w")
	}},
	{"describe a workspace", editors, func(ctx context.Context, o *office, by model.Actor) error {
		return o.DescribeWorkspace(ctx, by, model.Seen{ID: o.web}, "w")
	}},
	{"delete a workspace", editors, func(ctx context.Context, o *office, by model.Actor) error {
		return outcome(o.DeleteWorkspaces(ctx, by, seen(o.web)))
	}},
	{"add to a workspace", managers, func(ctx context.Context, o *office, by model.Actor) error {
		return outcome(o.SetUsersWorkspaceRole(ctx, by, seen(o.guest), o.web, model.RoleViewer))
	}},
	{"add a group to a workspace", managers, func(ctx context.Context, o *office, by model.Actor) error {
		return outcome(o.SetGroupsWorkspaceRole(ctx, by, seen(o.team), o.web, model.RoleOwner))
	}},
	{"add a service account to a workspace", managers, func(ctx context.Context, o *office, by model.Actor) error {
		return outcome(o.SetServiceAccountsWorkspaceRole(ctx, by, seen(o.bot), o.web, model.RoleContributor))
	}},
	{"take out of a workspace", "admin editor owner", func(ctx context.Context, o *office, by model.Actor) error {
		return outcome(o.SetUsersWorkspaceRole(ctx, by, seen(o.member), o.web, 0))
	}},
	{"create a role", editors, func(ctx context.Context, o *office, by model.Actor) error {
		_, err := o.CreateRole(ctx, by, model.RoleDraft{Draft: model.Draft{Name: "r"}, Scope: model.ScopeTenant, Permissions: []model.Permission{model.PermRevealKey}})
		return err
	}},
	{"create a role that holds more", "admin", func(ctx context.Context, o *office, by model.Actor) error {
		_, err := o.CreateRole(ctx, by, model.RoleDraft{Draft: model.Draft{Name: "r"}, Scope: model.ScopeWorkspace, Permissions: []model.Permission{model.PermWSManage}})
		return err
	}},
	{"rename a role", editors, func(ctx context.Context, o *office, by model.Actor) error {
		return o.RenameRole(ctx, by, model.Seen{ID: o.reader}, "r")
	}},
	{"describe a role", editors, func(ctx context.Context, o *office, by model.Actor) error {
		return o.DescribeRole(ctx, by, model.Seen{ID: o.reader}, "r")
	}},
	{"add to a role", editors, func(ctx context.Context, o *office, by model.Actor) error {
		return o.SetRolePermissions(ctx, by, model.Seen{ID: o.reader}, []model.Permission{model.PermAccountInvite})
	}},
	{"add more to a role than one holds", "admin", func(ctx context.Context, o *office, by model.Actor) error {
		return o.SetRolePermissions(ctx, by, model.Seen{ID: o.reader}, []model.Permission{model.PermAppView})
	}},
	{"delete a role", editors, func(ctx context.Context, o *office, by model.Actor) error {
		return outcome(o.DeleteRoles(ctx, by, seen(o.reader)))
	}},
}

// Everything that can be done, tried by everybody: who isn't named is refused, and nothing has changed then.
func TestWhoMayDoWhat(t *testing.T) {
	names := []string{
		"admin", "builder", "consumer", "guest", "owner", "contributor", "viewer", "inviter", "operator", "editor",
		"inactive", "invited", "nobody",
	}
	refusals := newOffice(t) // serves for all of them: they change nothing
	for _, d := range deeds {
		for _, name := range names {
			if strings.Contains(" "+d.who+" ", " "+name+" ") {
				o := newOffice(t)
				before := o.snapshot().Revision()
				if err := d.try(t.Context(), o, o.who[name]); err != nil {
					t.Errorf("%s can't %s: %v", name, d.name, err)
				}
				if o.snapshot().Revision() == before {
					t.Errorf("%s: %s left everything as it was", d.name, name)
				}
				continue
			}
			before := refusals.snapshot().Revision()
			if err := d.try(t.Context(), refusals, refusals.who[name]); !errors.Is(err, model.ErrNotPermitted) || model.Hint(err) == "" {
				t.Errorf("%s may %s: %v", name, d.name, err)
			}
			if refusals.snapshot().Revision() != before {
				t.Fatalf("%s was refused to %s, and it changed the store", name, d.name)
			}
		}
	}
}

func TestWhoSeesAll(t *testing.T) {
	o := newOffice(t)
	for name, actor := range o.who {
		want := slices.Contains([]string{"admin", "editor", "viewer"}, name)
		if err := o.rules(actor).SeeAll(); (err == nil) != want {
			t.Errorf("%s: %v", name, err)
		}
	}
}
