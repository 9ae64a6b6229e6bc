package model_test

import (
	"bytes"
	"time"

	"pgregory.net/rapid"

	"lanyard/model"
)

// worldDeed is something that is done to an account.
type worldDeed struct {
	name string
	do   func(*world) attempt
}

// allDeeds is every method of the Directory, for laws_test.go. It has first what is drawn most: who may do what, and where.
var allDeeds = []worldDeed{
	{"set users in workspace", func(w *world) attempt {
		by, list, work, role := w.actor(), w.users(), w.aWorkspace(), w.roleOrNone()
		return each(w, by, list, w.before.Users(), nil, func() (model.Outcome, error) {
			return w.SetUsersWorkspaceRole(w.Context(), by, list, work, role)
		})
	}},
	{"deactivate", func(w *world) attempt {
		by, list, over := w.actor(), w.users(), w.percent("hand over", 60)
		may := model.Rules.DeactivateUser
		if !over {
			may = nil
		}
		return each(w, by, list, w.before.Users(), may, func() (model.Outcome, error) { return w.DeactivateUsers(w.Context(), by, list, over) })
	}},
	{"remove", func(w *world) attempt {
		by, list, over := w.actor(), w.users(), w.percent("hand over", 60)
		may := func(r model.Rules, u model.User) error {
			if u.Status == model.StatusInvited {
				return r.CancelInvite(u)
			}
			return r.RemoveUser(u)
		}
		if !over {
			may = nil
		}
		return each(w, by, list, w.before.Users(), may, func() (model.Outcome, error) { return w.RemoveUsers(w.Context(), by, list, over) })
	}},
	{"set users' role", func(w *world) attempt {
		by, list, role := w.actor(), w.users(), w.role(model.ScopeTenant)
		may := func(r model.Rules, u model.User) error { return r.SetUserRole(u, role) }
		return each(w, by, list, w.before.Users(), may, func() (model.Outcome, error) { return w.SetUsersRole(w.Context(), by, list, role) })
	}},
	{"set groups in workspace", func(w *world) attempt {
		by, list, work, role := w.actor(), some(w, w.before.Groups(), groupVersion), w.aWorkspace(), w.roleOrNone()
		may := func(r model.Rules, _ model.Group) error { return r.SetWorkspaceRole(work, role) }
		return each(w, by, list, w.before.Groups(), may, func() (model.Outcome, error) {
			return w.SetGroupsWorkspaceRole(w.Context(), by, list, work, role)
		})
	}},
	{"set permissions", func(w *world) attempt {
		by, s := w.actor(), w.aRole()
		role, _ := w.before.Role(s.ID)
		list := w.permissions(role.Scope)
		if w.percent("more", 50) {
			list = append(list, role.Permissions...)
		}
		got := attempt{by: by, targets: []model.ID{s.ID}, asked: len(list) > 0, refusal: w.before.Rules(by.User, w.now).SetRolePermissions(role, list)}
		got.err = w.SetRolePermissions(w.Context(), by, s, list)
		return got
	}},
	{"add to group", func(w *world) attempt {
		by, list, group := w.actor(), w.users(), w.aGroup()
		may := func(r model.Rules, _ model.User) error { return r.AddToGroup(group) }
		return each(w, by, list, w.before.Users(), may, func() (model.Outcome, error) { return w.AddUsersToGroup(w.Context(), by, list, group) })
	}},
	{"set groups", func(w *world) attempt {
		by, s, list := w.actor(), w.user(), several(w, w.aGroup)
		return lone(w, by, s, w.before.Users(), nil, func() error { return w.SetUserGroups(w.Context(), by, s, list) })
	}},
	{"invite", func(w *world) attempt {
		by := w.actor()
		var list []model.Invite
		for range rapid.IntRange(1, 2).Draw(w.t, "invites") {
			list = append(list, model.Invite{
				Email: rapid.SampledFrom([]string{"x", "y", "z", "Y", "GUEST"}).Draw(w.t, "email") + "@acme.test",
				Role:  w.role(model.ScopeTenant), Groups: several(w, w.aGroup), Workspaces: several(w, w.grant),
				Term: rapid.SampledFrom([]time.Duration{0, time.Hour, time.Second}).Draw(w.t, "term"),
			})
		}
		invited, refused, err := w.InviteUsers(w.Context(), by, list)
		got := attempt{by: by, err: err}
		for _, r := range refused {
			got.refused = append(got.refused, model.Refusal{Err: r.Err})
		}
		if len(refused) == len(list) {
			got.err = refused[0].Err
		}
		for _, i := range invited {
			got.targets, w.tokens = append(got.targets, i.User.ID), append(w.tokens, invitation{i.User.ID, i.Token})
		}
		return got
	}},
	{"undo", func(w *world) attempt { return w.takeBack(w.Undo) }},
	{"redo", func(w *world) attempt { return w.takeBack(w.Redo) }},
	{"accept", func(w *world) attempt {
		if len(w.tokens) == 0 {
			return attempt{silent: true}
		}
		i := rapid.SampledFrom(w.tokens).Draw(w.t, "token")
		_, err := w.AcceptInvitation(w.Context(), i.token, model.ViaConsole)
		return attempt{targets: []model.ID{i.user}, err: err}
	}},
	{"resend", func(w *world) attempt {
		by, list := w.actor(), w.invited()
		var invited []model.Invited
		got := each(w, by, list, w.before.Users(), model.Rules.ResendInvite, func() (out model.Outcome, err error) {
			invited, out, err = w.ResendInvites(w.Context(), by, list, 0)
			return out, err
		})
		for _, i := range invited {
			got.opened, w.tokens = append(got.opened, i.User.ID), append(w.tokens, invitation{i.User.ID, i.Token})
		}
		return got
	}},
	{"reactivate", func(w *world) attempt {
		by, list := w.actor(), w.users()
		return each(w, by, list, w.before.Users(), model.Rules.ReactivateUser, func() (model.Outcome, error) { return w.ReactivateUsers(w.Context(), by, list) })
	}},
	{"delete workspaces", func(w *world) attempt {
		by, list := w.actor(), some(w, w.before.Workspaces(), workspaceVersion)
		return each(w, by, list, w.before.Workspaces(), model.Rules.DeleteWorkspace, func() (model.Outcome, error) {
			return w.DeleteWorkspaces(w.Context(), by, list)
		})
	}},
	{"delete groups", func(w *world) attempt {
		by, list := w.actor(), some(w, w.before.Groups(), groupVersion)
		return each(w, by, list, w.before.Groups(), model.Rules.DeleteGroup, func() (model.Outcome, error) { return w.DeleteGroups(w.Context(), by, list) })
	}},
	{"create workspace", func(w *world) attempt {
		by := w.actor()
		_, err := w.CreateWorkspace(w.Context(), by, model.Draft{Name: w.name()})
		return attempt{by: by, err: err}
	}},
	{"set service accounts in workspace", func(w *world) attempt {
		by, list, work, role := w.actor(), some(w, w.before.ServiceAccounts(), machineVersion), w.aWorkspace(), w.roleOrNone()
		may := func(r model.Rules, _ model.ServiceAccount) error { return r.SetWorkspaceRole(work, role) }
		return each(w, by, list, w.before.ServiceAccounts(), may, func() (model.Outcome, error) {
			return w.SetServiceAccountsWorkspaceRole(w.Context(), by, list, work, role)
		})
	}},
	{"set service accounts' role", func(w *world) attempt {
		by, list, role := w.actor(), some(w, w.before.ServiceAccounts(), machineVersion), w.role(model.ScopeTenant)
		may := func(r model.Rules, _ model.ServiceAccount) error { return r.SetServiceAccountRole(role) }
		return each(w, by, list, w.before.ServiceAccounts(), may, func() (model.Outcome, error) {
			return w.SetServiceAccountsRole(w.Context(), by, list, role)
		})
	}},
	{"create role", func(w *world) attempt {
		by, scope := w.actor(), rapid.SampledFrom([]model.Scope{model.ScopeTenant, model.ScopeWorkspace}).Draw(w.t, "scope")
		_, err := w.CreateRole(w.Context(), by, model.RoleDraft{Draft: model.Draft{Name: w.name()}, Scope: scope, Permissions: w.permissions(scope)})
		return attempt{by: by, err: err}
	}},
	{"create service account", func(w *world) attempt {
		by := w.actor()
		_, err := w.CreateServiceAccount(w.Context(), by, model.ServiceAccountDraft{Name: w.name(), Role: w.role(model.ScopeTenant)})
		return attempt{by: by, err: err}
	}},
	{"delete roles", func(w *world) attempt {
		by, s := w.actor(), w.aRole()
		role, _ := w.before.Role(s.ID)
		got := attempt{by: by, targets: []model.ID{s.ID}, asked: true, refusal: w.before.Rules(by.User, w.now).DeleteRole(role)}
		got.err = outcome(w.DeleteRoles(w.Context(), by, []model.Seen{s}))
		return got
	}},
	{"create group", func(w *world) attempt {
		by := w.actor()
		_, err := w.CreateGroup(w.Context(), by, model.Draft{Name: w.name()})
		return attempt{by: by, err: err}
	}},
	{"take out of group", func(w *world) attempt {
		by, list, group := w.actor(), w.users(), w.aGroup()
		may := func(r model.Rules, _ model.User) error { return r.EditMembers() }
		return each(w, by, list, w.before.Users(), may, func() (model.Outcome, error) { return w.RemoveUsersFromGroup(w.Context(), by, list, group) })
	}},
	{"deliver", func(w *world) attempt {
		if len(w.tokens) == 0 {
			return attempt{silent: true}
		}
		i := rapid.SampledFrom(w.tokens).Draw(w.t, "token")
		return attempt{silent: true, err: w.RecordDelivery(w.Context(), i.user, i.token.PublicID(), model.Delivery{State: model.Sent})}
	}},
	{"touch", func(w *world) attempt {
		w.now = w.now.Add(20 * time.Minute)
		by := w.actor()
		return attempt{by: by, silent: true, err: w.Touch(w.Context(), by)}
	}},
	{"rename user", func(w *world) attempt {
		by, s, name := w.actor(), w.user(), w.name()
		return lone(w, by, s, w.before.Users(), model.Rules.EditUser, func() error { return w.RenameUser(w.Context(), by, s, name) }).orInvalid(name)
	}},
	{"rename group", func(w *world) attempt {
		by, s, name := w.actor(), one(w, w.before.Groups(), groupVersion), w.name()
		return lone(w, by, s, w.before.Groups(), model.Rules.EditGroup, func() error { return w.RenameGroup(w.Context(), by, s, name) }).orInvalid(name)
	}},
	{"describe group", func(w *world) attempt {
		by, s, text := w.actor(), one(w, w.before.Groups(), groupVersion), w.name()
		return lone(w, by, s, w.before.Groups(), model.Rules.EditGroup, func() error { return w.DescribeGroup(w.Context(), by, s, text) })
	}},
	{"rename workspace", func(w *world) attempt {
		by, s, name := w.actor(), one(w, w.before.Workspaces(), workspaceVersion), w.name()
		return lone(w, by, s, w.before.Workspaces(), model.Rules.EditWorkspace, func() error { return w.RenameWorkspace(w.Context(), by, s, name) }).orInvalid(name)
	}},
	{"describe workspace", func(w *world) attempt {
		by, s, text := w.actor(), one(w, w.before.Workspaces(), workspaceVersion), w.name()
		return lone(w, by, s, w.before.Workspaces(), model.Rules.EditWorkspace, func() error { return w.DescribeWorkspace(w.Context(), by, s, text) })
	}},
	{"rename role", func(w *world) attempt {
		by, s := w.actor(), w.aRole()
		return attempt{by: by, targets: []model.ID{s.ID}, err: w.RenameRole(w.Context(), by, s, w.name())}
	}},
	{"describe role", func(w *world) attempt {
		by, s := w.actor(), w.aRole()
		return attempt{by: by, targets: []model.ID{s.ID}, err: w.DescribeRole(w.Context(), by, s, w.name())}
	}},
	{"rename service account", func(w *world) attempt {
		by, s, name := w.actor(), one(w, w.before.ServiceAccounts(), machineVersion), w.name()
		return lone(w, by, s, w.before.ServiceAccounts(), model.Rules.EditServiceAccount, func() error {
			return w.RenameServiceAccount(w.Context(), by, s, name)
		}).orInvalid(name)
	}},
	{"describe service account", func(w *world) attempt {
		by, s, text := w.actor(), one(w, w.before.ServiceAccounts(), machineVersion), w.name()
		return lone(w, by, s, w.before.ServiceAccounts(), model.Rules.EditServiceAccount, func() error {
			return w.DescribeServiceAccount(w.Context(), by, s, text)
		})
	}},
	{"delete service accounts", func(w *world) attempt {
		by, list := w.actor(), some(w, w.before.ServiceAccounts(), machineVersion)
		return each(w, by, list, w.before.ServiceAccounts(), model.Rules.DeleteServiceAccount, func() (model.Outcome, error) {
			return w.DeleteServiceAccounts(w.Context(), by, list)
		})
	}},
	{"rotate keys", func(w *world) attempt {
		by, list := w.actor(), some(w, w.before.ServiceAccounts(), machineVersion)
		grace := rapid.SampledFrom([]time.Duration{0, 30 * time.Minute, time.Hour, model.MaxGrace, -1, model.MaxGrace + 1}).Draw(w.t, "grace")
		may := model.Rules.RotateAPIKey
		if grace < 0 || grace > model.MaxGrace {
			may = nil
		}
		return each(w, by, list, w.before.ServiceAccounts(), may, func() (model.Outcome, error) {
			return w.RotateAPIKeys(w.Context(), by, list, grace)
		})
	}},
	{"end old keys", func(w *world) attempt {
		by, list := w.actor(), some(w, w.before.ServiceAccounts(), machineVersion)
		return each(w, by, list, w.before.ServiceAccounts(), model.Rules.EndPreviousKey, func() (model.Outcome, error) {
			return w.EndPreviousKeys(w.Context(), by, list)
		})
	}},
	{"open key", func(w *world) attempt {
		by, s := w.actor(), model.Seen{ID: id(w, w.before.ServiceAccounts())}
		return lone(w, by, s, w.before.ServiceAccounts(), model.Rules.RevealAPIKey, func() error {
			key, err := w.OpenAPIKey(w.Context(), by, s.ID, model.UseCopy)
			if err == nil {
				w.keys[key.PublicID()] = bytes.Clone(key.Text())
			}
			key.Wipe()
			return err
		})
	}},
}

// orInvalid leaves what a screen said aside when the name is none: that comes before any rule.
func (a attempt) orInvalid(name string) attempt {
	a.asked = a.asked && name != ""
	return a
}
