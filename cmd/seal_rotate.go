package cmd

import (
	"context"
	"crypto/rand"
	"fmt"

	"github.com/spf13/cobra"

	"lanyard/db"
	"lanyard/model"
)

func (e *env) sealRotateCommand() *cobra.Command {
	return &cobra.Command{
		Use: "rotate", Short: "Renew the data key, and seal every API key anew", Args: noArgs,
		Long: `Makes a new data key and seals every API key under it, a few at a time, while
everybody goes on working. The API keys themselves stay as they are. Copies of the
sealing key from before open nothing that is sealed from now on.

When it is cut off, everything still opens; run it again and it does the rest.

The root key stays the same. Whoever had a copy of the sealing key that opened, and
gets the file as it is from now on, opens that one too, without its passphrase. So
where a copy got away: renew the data key here, keep the new file and the store from
whoever has it, and where the store may have got away too, rotate every API key with
lanyard sa rotate-key. Only a new account has a new root key: export this one, and
import it there.`,
		Example: "  lanyard seal rotate",
		RunE:    func(c *cobra.Command, _ []string) error { return e.sealRotate(c.Context()) },
	}
}

func (e *env) sealRotate(ctx context.Context) error {
	s, err := e.sealer()
	if err != nil {
		return err
	}
	d := model.NewDirectory(s.store, model.Options{Unlock: e.unlocker(s.vault), Now: e.now})
	me, err := e.mayReseal(ctx, s.store)
	if err != nil {
		return err
	}
	root, err := s.open() // before anything is drawn: it may have to ask
	if err != nil {
		return err
	}
	root.Wipe()
	actor := model.Actor{User: me.ID, Via: model.ViaCommandLine}
	reseal := func() (model.Resealed, error) {
		ctx, done := e.progress(ctx, "Sealing API keys anew")
		defer done()
		return d.Reseal(ctx, actor)
	}
	out, err := reseal() // what an earlier run was cut off from
	if err != nil || out.Done > 0 {
		return e.resealed(ctx, s.store, out, "The data key had been renewed before.", out.Done > 0, err)
	}
	generation, err := s.renew(ctx, d, actor)
	if err != nil {
		return err
	}
	out, err = reseal()
	return e.resealed(ctx, s.store, out, fmt.Sprintf("The data key was renewed: it is number %d.", generation), true, err)
}

// mayReseal asks the rules before anything is changed, for the sealing key's file knows none.
func (e *env) mayReseal(ctx context.Context, store *db.Store) (model.User, error) {
	me, err := e.actor(ctx, store)
	if err != nil {
		return me, err
	}
	d := model.NewDirectory(store, model.Options{Now: e.now})
	return me, d.May(ctx, model.Actor{User: me.ID, Via: model.ViaCommandLine}, model.Rules.Reseal)
}

// renew begins another generation with its event, and returns its number.
func (s *sealer) renew(ctx context.Context, d *model.Directory, actor model.Actor) (uint64, error) {
	c, err := s.read()
	if err != nil {
		return 0, err
	}
	defer clear(c.data)
	root, err := s.open()
	if err != nil {
		return 0, err
	}
	defer root.Wipe()
	renewed, err := c.file.Rotate(root, rand.Reader)
	if err != nil {
		return 0, err
	}
	defer renewed.Wipe()
	return renewed.Generation(), d.RenewDataKey(ctx, actor, root.Generation(), func() error { return s.write(ctx, c) })
}

// resealed compacts the store, which still holds what the keys were sealed as before, and says how it went, first what was
// done before. begun is whether there is a rest to be done after an error.
func (e *env) resealed(ctx context.Context, store *db.Store, out model.Resealed, first string, begun bool, err error) error {
	if err != nil {
		if begun {
			e.noted().Store(true)
			_, _ = fmt.Fprintln(e.err, first+" Every key still opens; run lanyard seal rotate again to seal the rest anew.")
		}
		return err
	}
	if _, err := fmt.Fprintf(e.out, "%s %s sealed anew.\n", first, apiKeys(out.Done)); err != nil {
		return err
	}
	with, done := e.progress(ctx, "Compacting")
	err = store.Compact(with)
	done()
	if err != nil { // what was asked for is done
		_, _ = fmt.Fprintf(e.err, "  What they were sealed as before is still in the file's free pages: %v\n", err)
	}
	if len(out.Shut) == 0 {
		return nil
	}
	for _, k := range out.Shut {
		_, _ = fmt.Fprintf(e.err, "  %s doesn't open\n", k.Hint())
	}
	return &model.Error{
		Kind: model.ErrDamaged, What: apiKeys(len(out.Shut)) + " don't open and were left as they are",
		Hint: "They still verify. Rotate them, or restore a backup of the store.",
	}
}

func apiKeys(n int) string { return plural(n, "API key", "API keys") }
