package cmd

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"lanyard/keys"
	"lanyard/model"
)

func (e *env) sealRemoveCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "remove WHICH", Short: "Take a way to open the sealing key away", Args: oneWay,
		Long: `WHICH is passphrase, keyring or file, or the number that lanyard seal status
gives, where there are several. What stays has to open: when only a passphrase is
left, it is asked for first.

Copies of the sealing key that were made before still open as they did. Where one got
away, see: lanyard seal rotate --help`,
		Example: "  lanyard seal remove file\n  lanyard seal remove 2 --yes",
		RunE: func(c *cobra.Command, args []string) error {
			return e.sealRemove(c, args[0])
		},
	}
	return c
}

// oneWay asks for one way to open the sealing key.
func oneWay(_ *cobra.Command, args []string) error {
	if len(args) != 1 {
		return usage("Name passphrase, keyring, file or its number; see: lanyard seal status", "What is to be removed has to be named")
	}
	return nil
}

func (e *env) sealRemove(cmd *cobra.Command, which string) error {
	s, err := e.resealer(cmd.Context())
	if err != nil {
		return err
	}
	c, err := s.read()
	if err != nil {
		return err
	}
	slot, err := whichSlot(c.file.Slots, which)
	if err != nil {
		return err
	}
	if err := c.file.Remove(slot.ID); errors.Is(err, keys.ErrLastSlot) {
		return &model.Error{
			Kind: model.ErrStatus, What: "This is the last way to open the sealing key, and it stays",
			Hint: "Add another first: lanyard seal add passphrase. A keyring alone isn't enough.",
		}
	} else if err != nil {
		return err
	}
	if err := e.sure("Remove " + describe(slot) + "?"); err != nil {
		return err
	}
	root, err := e.stillOpens(c.file)
	if err != nil {
		return err
	}
	defer root.Wipe()
	if err := s.change(cmd.Context(), c, root, "", describe(slot)); err != nil {
		return err
	}
	if slot.Type == keys.SlotKeyring && s.vault.keyring != nil {
		_ = s.vault.keyring.Delete(c.file.KeyringName(slot)) // what it keeps opens nothing any more
	}
	_, err = fmt.Fprintf(e.out, "Removed %s.\n", describe(slot))
	return err
}

// whichSlot finds a slot by its number, or by its type where only one has it.
func whichSlot(slots []keys.Slot, which string) (keys.Slot, error) {
	var found []keys.Slot
	for _, s := range slots {
		if strconv.Itoa(s.ID) == which || s.Type == which {
			found = append(found, s)
		}
	}
	switch len(found) {
	case 0:
		return keys.Slot{}, &model.Error{
			Kind: model.ErrNotFound, What: fmt.Sprintf("Nothing that opens the sealing key is called %q", which),
			Hint: "See what there is: lanyard seal status",
		}
	case 1:
		return found[0], nil
	}
	return keys.Slot{}, usage("Say which by its number; see: lanyard seal status", "%d ways to open it are of the kind %s", len(found), which)
}

// stillOpens makes sure that what stays opens, and returns what it opens: a passphrase that nobody knows any more would lose
// everything.
func (e *env) stillOpens(file *keys.SealFile) (*keys.Root, error) {
	root, err := file.Unlock(file.Store)
	if err == nil {
		return root, nil
	}
	passphrase, err := e.passphrase("Passphrase that stays: ")
	defer clear(passphrase)
	if err != nil {
		return nil, err
	}
	root, err = file.UnlockPassphrase(file.Store, passphrase)
	if err != nil {
		return nil, &model.Error{
			Kind: model.ErrLocked, What: fmt.Sprintf("What stays wouldn't open: %v", err),
			Hint: "Nothing was changed. Give the passphrase that is to open it from now on.",
		}
	}
	return root, nil
}
