package cmd

import (
	"context"
	"errors"
	"fmt"

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

// outputs are the forms that a command can answer in.
const (
	outputTable = "table"
	outputJSON  = "json"
)

// checkOutput refuses a form that isn't one.
func checkOutput(form string) error {
	if form != outputTable && form != outputJSON {
		return usage(fmt.Errorf("%q is no way to answer: choose table or json", form))
	}
	return nil
}

// several does something to each of what was named. What is refused is said at once, and the rest is done all the same; the
// error that comes of it is said already.
func (e *env) several(names []string, do func(name string) error) error {
	var failed []error
	for _, name := range names {
		err := do(name)
		switch {
		case err == nil:
		case len(names) == 1:
			return err
		default:
			printError(e.err, err)
			failed = append(failed, err)
		}
	}
	if len(failed) == 0 {
		return nil
	}
	return silent{errors.Join(failed...)}
}
