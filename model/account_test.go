package model_test

import (
	"context"
	"errors"
	"strings"

	"lanyard/keys"
	"lanyard/model"
)

// What tests make and ask of an account. The founder, ana, does all of it.

// made returns what was made, and ends the test if it wasn't.
func made[T any](t tester, got T, err error) T {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// done ends the test if a change wasn't made to all that it was asked for.
func (a *account) done(o model.Outcome, err error) {
	a.Helper()
	if err != nil || len(o.Refused) > 0 {
		a.Fatal(o, err)
	}
}

func (a *account) group(name string) model.ID {
	a.Helper()
	g, err := a.CreateGroup(a.Context(), a.ana, model.Draft{Name: name})
	return made(a, g, err).ID
}

// workspace makes a workspace that ana owns.
func (a *account) workspace(name string) model.ID {
	a.Helper()
	w, err := a.CreateWorkspace(a.Context(), a.ana, model.Draft{Name: name})
	return made(a, w, err).ID
}

// custom makes a role whose name is its permissions.
func (a *account) custom(scope model.Scope, list ...model.Permission) model.ID {
	a.Helper()
	name := scope.String()
	for _, p := range list {
		name += "-" + strings.ReplaceAll(string(p), ":", ".")
	}
	r, err := a.CreateRole(a.Context(), a.ana, model.RoleDraft{Draft: model.Draft{Name: name}, Scope: scope, Permissions: list})
	return made(a, r, err).ID
}

func (a *account) machine(name string, role model.ID) model.ServiceAccount {
	a.Helper()
	s, err := a.CreateServiceAccount(a.Context(), a.ana, model.ServiceAccountDraft{Name: name, Role: role})
	return made(a, s, err)
}

// invite invites one person, who hasn't joined then.
func (a *account) invite(i model.Invite) model.Invited {
	a.Helper()
	invited, refused, err := a.InviteUsers(a.Context(), a.ana, []model.Invite{i})
	if err != nil || len(refused) > 0 {
		a.Fatal(err, refused)
	}
	return invited[0]
}

// inviteAs tries to invite one person, and returns why that was refused.
func (a *account) inviteAs(by model.Actor, i model.Invite) error {
	a.Helper()
	_, refused, err := a.InviteUsers(a.Context(), by, []model.Invite{i})
	return first(err, len(refused) > 0, func() error { return refused[0].Err })
}

// join gives users a role in a workspace.
func (a *account) join(workspace, role model.ID, who ...model.Actor) {
	a.Helper()
	for _, w := range who {
		a.done(a.SetUsersWorkspaceRole(a.Context(), a.ana, seen(w.User), workspace, role))
	}
}

func (a *account) addTo(group model.ID, who ...model.Actor) {
	a.Helper()
	for _, w := range who {
		a.done(a.AddUsersToGroup(a.Context(), a.ana, seen(w.User), group))
	}
}

func (a *account) rules(who model.Actor) model.Rules {
	a.Helper()
	return a.snapshot().Rules(who.User, a.now)
}

func (a *account) events() []model.Event {
	a.Helper()
	list, err := model.Events(a.Context(), a.store)
	return made(a, list, err)
}

// owners are the Active users who own a workspace in their own right.
func owners(s *model.Snapshot, workspace model.ID) []model.ID {
	var list []model.ID
	for i := range s.Users().Len() {
		u := s.Users().At(i)
		for _, g := range u.Workspaces {
			if u.Status == model.StatusActive && g.Workspace == workspace && g.Role == model.RoleOwner {
				list = append(list, u.ID)
			}
		}
	}
	return list
}

// expect holds an error against its kind, nil for none, and against words that it has to say.
func (a *account) expect(what string, err, kind error, words ...string) {
	a.Helper()
	if !errors.Is(err, kind) {
		a.Errorf("%s: %v, want %v", what, err, kind)
		return
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			a.Errorf("%s: %q doesn't say %q", what, err, w)
		}
	}
}

// on is a second directory of the account, on a store that does something else with it.
func (a *account) on(store model.Store) *model.Directory {
	a.Helper()
	root := a.root()
	return model.NewDirectory(store, model.Options{
		Unlock: func() (*keys.Root, error) { return root.Clone(), nil },
		Now:    a.Now,
	})
}

// root is the key that all accounts of tests have.
func (a *account) root() *keys.Root {
	a.Helper()
	_, root, err := keys.NewSealFile(a.store.ID(), zeros{})
	return made(a, root, err)
}

// again is a store that runs each change once in vain, lets others change something, and runs it again.
type again struct {
	model.Store
	between func()
}

var errAgain = errors.New("to be run again")

func (s *again) Update(ctx context.Context, fn func(model.WriteTx) error) error {
	err := s.Store.Update(ctx, func(tx model.WriteTx) error {
		if err := fn(tx); err != nil {
			return err
		}
		return errAgain
	})
	if !errors.Is(err, errAgain) {
		return err
	}
	if between := s.between; between != nil {
		s.between = nil
		between()
	}
	return s.Store.Update(ctx, fn)
}

// blind is a store that can be changed and not read.
type blind struct{ model.Store }

var errBlind = errors.New("can't be read")

func (blind) View(context.Context, func(model.ReadTx) error) error { return errBlind }

func (a *account) role(id model.ID) model.Role {
	a.Helper()
	r, ok := a.snapshot().Role(id)
	if !ok {
		a.Fatalf("role %d is gone", id)
	}
	return r
}
