package cmd

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"lanyard/db"
	"lanyard/model"
)

const compactLong = `Writes what is live in the store into a new file and puts that in its place. What
was deleted or overwritten stays readable in a store's file until then; a small
store is compacted by itself after a key was deleted or rotated. Others can go on
working: of a large store a copy is compacted, so that they hardly wait.`

func (e *env) compactCommand() *cobra.Command {
	return &cobra.Command{
		Use: "compact", Short: "Make the store's file small, and free of what was deleted", Long: compactLong, Args: noArgs,
		Example: "  lanyard compact",
		RunE:    func(c *cobra.Command, _ []string) error { return e.compact(c.Context()) },
	}
}

func (e *env) compact(ctx context.Context) error {
	if err := e.mayKeep(ctx, model.Rules.Keep); err != nil {
		return err
	}
	store, err := db.Open(e.home().store)
	if err != nil {
		return err
	}
	before, err := store.Room(ctx)
	if err != nil {
		return err
	}
	with, done := e.progress(ctx, "Compacting")
	err = store.Compact(with)
	done()
	if err != nil {
		return interrupted(ctx, err)
	}
	after, err := store.Room(ctx)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.out, "Compacted %s: %s became %s.\n", store.Path(), bytesOf(before.Size), bytesOf(after.Size))
	return err
}

// bytesOf writes a size for people.
func bytesOf(n int64) string {
	switch {
	case n < 1<<20:
		return fmt.Sprintf("%d KiB", (n+1023)>>10)
	case n < 1<<30:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
}
