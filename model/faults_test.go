package model_test

import (
	"context"
	"errors"
	"testing"

	"lanyard/model"
)

// flawed is a store that fails in one place. Whatever the rules would have said, nobody is told it, and nothing is kept.
type flawed struct {
	model.Store
	get     func(kind model.Kind, id model.ID) error
	release func(index model.Index) error
}

type flawedTx struct {
	model.WriteTx
	s *flawed
}

func (s *flawed) Update(ctx context.Context, fn func(model.WriteTx) error) error {
	return s.Store.Update(ctx, func(tx model.WriteTx) error { return fn(flawedTx{tx, s}) })
}

func (t flawedTx) Get(kind model.Kind, id model.ID) ([]byte, error) {
	if t.s.get != nil {
		if err := t.s.get(kind, id); err != nil {
			return nil, err
		}
	}
	return t.WriteTx.Get(kind, id)
}

func (t flawedTx) Release(index model.Index, key string) error {
	if t.s.release != nil {
		if err := t.s.release(index); err != nil {
			return err
		}
	}
	return t.WriteTx.Release(index, key)
}

func TestAFailingStoreIsNotTakenForARule(t *testing.T) {
	a := newAccount(t)
	custom := a.custom(model.ScopeTenant, model.PermAccountView)
	ben, bot, web := a.add("ben@acme.test", custom), a.machine("bot", model.RoleBuilder), a.workspace("web")
	team := a.group("team")
	asked := 0
	actorTwice := func(kind model.Kind, id model.ID) error {
		if kind == model.KindUser && id == a.ana.User {
			asked++
			if asked > 1 {
				return model.ErrDamaged
			}
		}
		return nil
	}
	broken := func(bad model.Kind) func(model.Kind, model.ID) error {
		return func(kind model.Kind, _ model.ID) error {
			if kind == bad {
				return model.ErrDamaged
			}
			return nil
		}
	}
	for what, tt := range map[string]struct {
		store flawed
		do    func(d *model.Directory) error
		want  error
	}{
		"the actor": {flawed{get: actorTwice}, func(d *model.Directory) error {
			return d.RenameUser(t.Context(), a.ana, model.Seen{ID: ben.User}, "Ben B.")
		}, model.ErrDamaged},
		"a role": {flawed{get: broken(model.KindRole)}, func(d *model.Directory) error {
			return outcome(d.SetUsersRole(t.Context(), a.ana, seen(ben.User), custom))
		}, model.ErrDamaged},
		"a group": {flawed{get: broken(model.KindGroup)}, func(d *model.Directory) error {
			return outcome(d.AddUsersToGroup(t.Context(), a.ana, seen(ben.User), team))
		}, model.ErrDamaged},
		"a workspace": {flawed{get: broken(model.KindWorkspace)}, func(d *model.Directory) error {
			return outcome(d.SetUsersWorkspaceRole(t.Context(), a.ana, seen(ben.User), web, model.RoleViewer))
		}, model.ErrDamaged},
		"a tally": {flawed{get: broken(model.KindTally)}, func(d *model.Directory) error {
			return outcome(d.DeleteRoles(t.Context(), a.ana, seen(custom)))
		}, model.ErrDamaged},
		"a key that isn't in its index": {flawed{release: func(index model.Index) error {
			if index == model.IndexAPIKey {
				return model.ErrNotFound
			}
			return nil
		}}, func(d *model.Directory) error {
			out, err := d.DeleteServiceAccounts(t.Context(), a.ana, seen(bot.ID))
			if len(out.Refused) > 0 {
				return errors.New("refused, with half of it done")
			}
			return err
		}, model.ErrNotFound},
	} {
		before := a.snapshot().Revision()
		tt.store.Store = a.store
		asked = 0
		a.expect(what, tt.do(a.on(&tt.store)), tt.want)
		if a.snapshot().Revision() != before {
			t.Errorf("%s: something was kept", what)
		}
	}
}
