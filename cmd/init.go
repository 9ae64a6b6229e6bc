package cmd

import (
	"fmt"

	"github.com/spf13/cobra"

	"lanyard/model"
)

const created = `Created the account %s with %s as its Admin.
Store:       %s
Sealing key: %s (keep a copy of it, apart from the store)
`

func (e *env) initCommand() *cobra.Command {
	var f model.Founder
	c := &cobra.Command{
		Use: "init --account NAME --name NAME --email EMAIL", Short: "Create an account in a new store",
		Long: `Creates the store, a single file, and the sealing key apart from it. You become
the account's first Admin. Nothing is ever created over something that exists.`,
		Example: `  lanyard init --account Acme --name "Ana Ruiz" --email ana@example.com`, Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if f.Account == "" || f.Name == "" || f.Email == "" {
				return usage("Write it so: "+c.UseLine(), "The account's name, your name and your email are needed")
			}
			h := e.home()
			d, _, err := h.found(c.Context(), f, model.Options{}, model.ViaCommandLine, nil)
			if err != nil {
				return err
			}
			e.noted().Store(true)
			_, err = fmt.Fprintf(e.out, created, f.Account, f.Email, h.store, h.seal(d.Store().ID()))
			return err
		},
	}
	c.Flags().StringVar(&f.Account, "account", "", "the company's `NAME`")
	c.Flags().StringVar(&f.Name, "name", "", "your `NAME`")
	c.Flags().StringVar(&f.Email, "email", "", "your `EMAIL`")
	return c
}
