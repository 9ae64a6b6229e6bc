package cmd

import (
	"errors"

	"github.com/spf13/cobra"

	"lanyard/model"
)

const serviceAccountsLong = `Service accounts are the identities of programs. Each has one API key, which
services check with lanyard verify.

A service account is named by its name or its id.`

func (e *env) serviceAccountsCommand() *cobra.Command {
	c := nounCommand("service-accounts", "Give programs an identity and an API key", serviceAccountsLong,
		"  lanyard sa create deploy-bot --role Builder --copy\n  lanyard sa copy-key ci-runner",
		e.listMachinesCommand(), e.showMachineCommand(), e.createMachineCommand(), e.setMachinesCommand(), e.copyKeyCommand(), e.showKeyCommand(),
		e.rotateKeyCommand(), e.deleteMachinesCommand())
	c.Aliases, c.SuggestFor = []string{"sa"}, []string{"keys"}
	return c
}

// keyDelivery is what becomes of a key that was just made.
type keyDelivery struct{ copy, show bool }

func (k *keyDelivery) flags(c *cobra.Command) {
	c.Flags().BoolVar(&k.copy, "copy", false, "copy the key")
	c.Flags().BoolVar(&k.show, "show-key", false, "print the key, alone on standard output")
}

// check looks, before anything is done, whether what is wanted can be done.
func (k *keyDelivery) check(e *env) error {
	if k.copy && k.show {
		return usage("Choose one of them.", "--copy and --show-key don't go together")
	}
	return e.mayCopy(k.copy)
}

func (e *env) createMachineCommand() *cobra.Command {
	var role, description, output string
	var key keyDelivery
	c := &cobra.Command{
		Use: "create NAME --role ROLE", Short: "Create a service account and its API key", Args: oneName,
		Long: `Creates a service account with its API key. The key is neither printed nor copied
unless you ask for it; it can be copied at any time.`,
		Example: `  lanyard sa create deploy-bot --role Builder --copy
  lanyard sa create nightly --role Consumer --description "Backups" --show-key >key.txt`,
		RunE: func(c *cobra.Command, args []string) error {
			if role == "" {
				return usage("Add --role ROLE; see what there is: lanyard roles list", "What it may do has to be said")
			}
			return e.createMachine(c, model.ServiceAccountDraft{Name: args[0], Description: description}, role, key, output)
		},
	}
	c.Flags().StringVar(&role, "role", "", "the `ROLE`: Admin, Builder, Consumer or a custom one")
	c.Flags().StringVar(&description, "description", "", "what it is for, in one line of `TEXT`")
	outputFlag(c, &output)
	key.flags(c)
	return c
}

func (e *env) createMachine(c *cobra.Command, draft model.ServiceAccountDraft, role string, key keyDelivery, output string) error {
	ctx := c.Context()
	if err := key.check(e); err != nil {
		return err
	}
	a, err := e.acting(ctx)
	if err != nil {
		return err
	}
	r, err := a.FindRole(ctx, model.ScopeTenant, role)
	if err != nil {
		return err
	}
	draft.Role = r.ID
	made, err := a.CreateServiceAccount(ctx, a.me, draft)
	if err != nil {
		return err
	}
	s, err := a.ServiceAccount(ctx, a.me, made.ID)
	if err != nil {
		return err
	}
	err = e.tellKey(ctx, a, s, "Created "+made.Name+" with the role "+r.Name, key, output)
	if output == outputJSON && !key.show {
		err = errors.Join(err, e.writeJSON(machineJSON(s, nil)))
	}
	return err
}

func (e *env) copyKeyCommand() *cobra.Command {
	return &cobra.Command{
		Use: "copy-key NAME", Short: "Copy an API key to the clipboard", Args: oneName,
		Long: `Copies the API key of a service account: to the desktop's clipboard, into tmux, or
over SSH to the clipboard of your own terminal. It says whether the key was copied
or only sent, and when it is cleared again. --clipboard chooses the way.`,
		Example: "  lanyard sa copy-key ci-runner",
		RunE: func(c *cobra.Command, args []string) error {
			if err := e.mayCopy(true); err != nil {
				return err
			}
			a, s, err := e.machine(c, args[0])
			if err != nil {
				return err
			}
			return e.copyKey(c.Context(), a, s, e.out)
		},
	}
}

func (e *env) showKeyCommand() *cobra.Command {
	var output string
	c := &cobra.Command{
		Use: "show-key NAME", Short: "Print an API key", Args: oneName,
		Long: `Prints the API key of a service account, alone on standard output. Prefer copy-key
where somebody may look over your shoulder or the terminal keeps a history.`,
		Example: "  lanyard sa show-key ci-runner >key.txt",
		RunE: func(c *cobra.Command, args []string) error {
			a, s, err := e.machine(c, args[0])
			if err != nil {
				return err
			}
			return e.showKey(c.Context(), a, s.ID, output)
		},
	}
	outputFlag(c, &output)
	return c
}

// machine opens the account and finds a service account in it.
func (e *env) machine(c *cobra.Command, name string) (*acting, model.ServiceAccount, error) {
	a, err := e.acting(c.Context())
	if err != nil {
		return nil, model.ServiceAccount{}, err
	}
	s, err := a.FindServiceAccount(c.Context(), a.me, name)
	return a, s, err
}
