package survive

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"

	"lanyard/keys"
	"lanyard/model"
)

// office is an account that random things are done to. What is done follows from the numbers drawn and from what is there.
type office struct {
	*model.Directory
	*rand.Rand
	seen *model.Snapshot
	by   model.Actor
}

// act does one random deed. What the rules refuse is part of the game; any other error is returned.
func act(ctx context.Context, d *model.Directory, r *rand.Rand) error {
	s, err := model.LoadSnapshot(ctx, d.Store())
	if err != nil {
		return err
	}
	o := &office{d, r, s, model.Actor{Via: model.ViaConsole}}
	for u := range all(s.Users()) {
		if u.Role == model.RoleAdmin && u.Status == model.StatusActive {
			o.by.User = u.ID
			break
		}
	}
	err = deeds[r.IntN(len(deeds))](ctx, o)
	if _, ok := errors.AsType[*model.Error](err); ok && !errors.Is(err, model.ErrDamaged) && !errors.Is(err, model.ErrBusy) && !errors.Is(err, model.ErrLocked) {
		return nil
	}
	return err
}

const people = 8

// namesDrawn are all names and emails that deeds draw, as the indexes have them.
var namesDrawn = func() map[string]bool {
	names := map[string]bool{}
	for i := range people {
		names[email(i)], names[name(i)] = true, true
	}
	return names
}()

func email(i int) string { return fmt.Sprintf("u%d@acme.test", i) }
func name(i int) string  { return fmt.Sprintf("name %d", i) }

func (o *office) name() string { return name(o.IntN(people)) }

func anyOf[T any](o *office, t *model.Table[T]) model.Seen {
	if t.Len() == 0 {
		return model.Seen{ID: 1}
	}
	return model.Seen{ID: t.ID(o.IntN(t.Len()))}
}

func (o *office) users() (list []model.Seen) {
	for range 1 + o.IntN(3) {
		list = append(list, anyOf(o, o.seen.Users()))
	}
	return list
}

func (o *office) tenantRole() model.ID {
	list := o.seen.RolesOf(model.ScopeTenant)
	return list[o.IntN(len(list))].ID
}

func (o *office) workspaceRole() model.ID {
	list := o.seen.RolesOf(model.ScopeWorkspace)
	return append([]model.ID{0}, list[o.IntN(len(list))].ID)[o.IntN(2)]
}

func (o *office) custom() model.Seen {
	for _, r := range o.seen.Roles() {
		if !r.BuiltIn() {
			return model.Seen{ID: r.ID}
		}
	}
	return model.Seen{ID: 1}
}

func (o *office) text() string { return fmt.Sprintf("%0*d", 1+o.IntN(200), o.Uint32()) }

// refusals makes an error of what a change of many left alone.
func refusals(_ model.Outcome, err error) error { return err }

// back takes the last step back or puts it again, also where that is in conflict; what can't be taken back is left behind.
func (o *office) back(ctx context.Context, do func(context.Context, model.Actor, model.UndoChoice) (model.UndoReport, error)) error {
	r, err := do(ctx, o.by, model.UndoChoice{})
	if err == nil || r.Step.ID == 0 {
		return err
	}
	choice := model.UndoChoice{Step: r.Step.ID, Keep: o.IntN(2) == 0}
	for _, c := range r.Conflicts {
		choice.Force = append(choice.Force, c.Seen())
	}
	if len(r.Conflicts) == 0 {
		choice.Keep = true
	}
	_, err = do(ctx, o.by, choice)
	return err
}

var deeds = []func(context.Context, *office) error{
	func(ctx context.Context, o *office) error { return o.back(ctx, o.Undo) },
	func(ctx context.Context, o *office) error { return o.back(ctx, o.Redo) },
	func(ctx context.Context, o *office) error {
		invites := []model.Invite{{Email: email(o.IntN(people)), Role: o.tenantRole()}, {Email: email(o.IntN(people)), Role: o.tenantRole()}}
		invited, _, err := o.InviteUsers(ctx, o.by, invites)
		if err != nil || len(invited) == 0 || o.IntN(3) == 0 {
			return err
		}
		_, err = o.AcceptInvitation(ctx, invited[0].Token, model.ViaCommandLine)
		return err
	},
	func(ctx context.Context, o *office) error {
		_, out, err := o.ResendInvites(ctx, o.by, o.users(), 0)
		return refusals(out, err)
	},
	func(ctx context.Context, o *office) error { return refusals(o.RemoveUsers(ctx, o.by, o.users(), true)) },
	func(ctx context.Context, o *office) error {
		return refusals(o.DeactivateUsers(ctx, o.by, o.users(), true))
	},
	func(ctx context.Context, o *office) error { return refusals(o.ReactivateUsers(ctx, o.by, o.users())) },
	func(ctx context.Context, o *office) error {
		return refusals(o.SetUsersRole(ctx, o.by, o.users(), o.tenantRole()))
	},
	func(ctx context.Context, o *office) error {
		return o.RenameUser(ctx, o.by, anyOf(o, o.seen.Users()), o.text())
	},
	func(ctx context.Context, o *office) error {
		_, err := o.CreateGroup(ctx, o.by, model.Draft{Name: o.name(), Description: o.text()})
		return err
	},
	func(ctx context.Context, o *office) error {
		return o.RenameGroup(ctx, o.by, anyOf(o, o.seen.Groups()), o.name())
	},
	func(ctx context.Context, o *office) error {
		return refusals(o.AddUsersToGroup(ctx, o.by, o.users(), anyOf(o, o.seen.Groups()).ID))
	},
	func(ctx context.Context, o *office) error {
		return refusals(o.DeleteGroups(ctx, o.by, []model.Seen{anyOf(o, o.seen.Groups())}))
	},
	func(ctx context.Context, o *office) error {
		_, err := o.CreateWorkspace(ctx, o.by, model.Draft{Name: o.name(), Description: o.text()})
		return err
	},
	func(ctx context.Context, o *office) error {
		return refusals(o.DeleteWorkspaces(ctx, o.by, []model.Seen{anyOf(o, o.seen.Workspaces())}))
	},
	func(ctx context.Context, o *office) error {
		return refusals(o.SetUsersWorkspaceRole(ctx, o.by, o.users(), anyOf(o, o.seen.Workspaces()).ID, o.workspaceRole()))
	},
	func(ctx context.Context, o *office) error {
		return refusals(o.SetGroupsWorkspaceRole(ctx, o.by, []model.Seen{anyOf(o, o.seen.Groups())}, anyOf(o, o.seen.Workspaces()).ID, o.workspaceRole()))
	},
	func(ctx context.Context, o *office) error {
		_, err := o.CreateServiceAccount(ctx, o.by, model.ServiceAccountDraft{Name: o.name(), Description: o.text(), Role: o.tenantRole()})
		return err
	},
	func(ctx context.Context, o *office) error {
		return o.DescribeServiceAccount(ctx, o.by, anyOf(o, o.seen.ServiceAccounts()), o.text())
	},
	func(ctx context.Context, o *office) error {
		key, err := o.OpenAPIKey(ctx, o.by, anyOf(o, o.seen.ServiceAccounts()).ID, model.UseCopy)
		if err == nil {
			key.Wipe()
		}
		return err
	},
	func(ctx context.Context, o *office) error {
		return refusals(o.RotateAPIKeys(ctx, o.by, []model.Seen{anyOf(o, o.seen.ServiceAccounts())}, model.Graces()[o.IntN(3)]))
	},
	func(ctx context.Context, o *office) error {
		return refusals(o.EndPreviousKeys(ctx, o.by, []model.Seen{anyOf(o, o.seen.ServiceAccounts())}))
	},
	func(ctx context.Context, o *office) error {
		return refusals(o.DeleteServiceAccounts(ctx, o.by, []model.Seen{anyOf(o, o.seen.ServiceAccounts())}))
	},
	func(ctx context.Context, o *office) error {
		scope := []model.Scope{model.ScopeTenant, model.ScopeWorkspace}[o.IntN(2)]
		_, err := o.CreateRole(ctx, o.by, model.RoleDraft{Draft: model.Draft{Name: o.name()}, Scope: scope, Permissions: scope.Permissions()[:1]})
		return err
	},
	func(ctx context.Context, o *office) error {
		return refusals(o.DeleteRoles(ctx, o.by, []model.Seen{o.custom()}))
	},
	func(ctx context.Context, o *office) error { return o.Touch(ctx, o.by) },
}

// openAll opens every API key, which is held against its digest.
func openAll(ctx context.Context, d *model.Directory) error {
	s, err := model.LoadSnapshot(ctx, d.Store())
	if err != nil {
		return err
	}
	admin, err := model.FirstAdmin(ctx, d.Store())
	if err != nil {
		return err
	}
	for m := range all(s.ServiceAccounts()) {
		var key keys.Key
		if key, err = d.OpenAPIKey(ctx, model.Actor{User: admin.ID, Via: model.ViaConsole}, m.ID, model.UseCopy); err != nil {
			return fmt.Errorf("the key of %s: %w", m.Name, err)
		}
		verdict, err := d.VerifyAPIKey(ctx, key.Text())
		key.Wipe()
		if err != nil || !verdict.Good() || verdict.ServiceAccount.ID != m.ID {
			return fmt.Errorf("the key of %s is said to be of %s (%s): %w", m.Name, verdict.ServiceAccount.Name, verdict.Reason, err)
		}
	}
	return nil
}
