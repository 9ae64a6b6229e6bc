package cmd

import (
	"context"

	"lanyard/model"
)

// acting is an account that a command works on, and who acts in it.
type acting struct {
	*model.Directory
	me model.Actor
}

// acting opens the account for one command.
func (e *env) acting(ctx context.Context) (*acting, error) {
	d, err := e.directory(ctx)
	if err != nil {
		return nil, err
	}
	me, err := e.actor(ctx, d.Store())
	if err != nil {
		return nil, err
	}
	return &acting{d, model.Actor{User: me.ID, Via: model.ViaCommandLine}}, nil
}

// with is the same person at work through another Directory: one that does several things together.
func (a *acting) with(d *model.Directory) *acting { return &acting{d, a.me} }
