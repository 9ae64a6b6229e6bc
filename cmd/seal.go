package cmd

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"lanyard/db"
	"lanyard/keys"
	"lanyard/model"
)

const sealLong = `The sealing key lies apart from the store and opens it: without it no API key can
be shown and nothing can be changed. What opens the sealing key itself is one or
several of these:

  file        being able to read it, as after lanyard init
  passphrase  a passphrase, which is asked for
  keyring     the keyring of your desktop, on this machine only

Any one is enough. The last that opens by itself or by a passphrase stays. What to do
where a copy of the sealing key got away: lanyard seal rotate --help`

func (e *env) sealCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "seal", Short: "Say what opens the sealing key, change it, renew the data key", Long: sealLong, Args: noArgs,
		Example: `  lanyard seal status
  lanyard seal add passphrase
  lanyard seal remove file
  lanyard seal rotate`,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(e.sealStatusCommand(), e.sealAddCommand(), e.sealRemoveCommand(), e.sealRotateCommand())
	return c
}

// sealer is what the seal commands work on.
type sealer struct {
	e     *env
	store *db.Store
	vault *vault
}

func (e *env) sealer() (*sealer, error) {
	h := e.home()
	store, err := e.openStore(h)
	if err != nil {
		return nil, err
	}
	return &sealer{e: e, store: store, vault: h.vaultOf(store, e.now)}, nil
}

// resealer is a sealer for one who may change the sealing key. The rules are asked before anybody is: for a passphrase, or
// whether they mean it.
func (e *env) resealer(ctx context.Context) (*sealer, error) {
	s, err := e.sealer()
	if err == nil {
		_, err = e.mayReseal(ctx, s.store)
	}
	return s, err
}

// sealing is a sealing key about to be changed: what was read, and the bytes that it was read from.
type sealing struct {
	file *keys.SealFile
	data []byte
}

func (s *sealer) read() (*sealing, error) {
	data, err := readSeal(s.vault.path)
	if err != nil {
		return nil, err
	}
	file, err := keys.DecodeSealFile(data)
	if err == nil && file.Store != s.store.ID() {
		err = keys.ErrSealFileOther
	}
	if err != nil {
		clear(data)
		return nil, unusable(s.vault.path, err)
	}
	return &sealing{file, data}, nil
}

// write puts a changed sealing key in the place of the one that was read. Asking somebody and stretching a passphrase take
// their time, so it is done before and without a lock; what another process changed meanwhile isn't written over.
func (s *sealer) write(ctx context.Context, c *sealing) error {
	changed, err := c.file.Encode()
	if err != nil {
		return err
	}
	err = db.ChangePrivate(ctx, s.vault.path, maxSealFile, func(now []byte) ([]byte, error) {
		if bytes.Equal(now, changed) {
			return changed, nil // by the try before, whose event couldn't be written
		}
		if !bytes.Equal(now, c.data) {
			return nil, &model.Error{
				Kind: model.ErrConflict, What: "The sealing key was changed by another process meanwhile", Hint: "Look at lanyard seal status, and try again.",
			}
		}
		return changed, nil
	})
	if err == nil {
		s.e.noted().Store(true)
	}
	return err
}

// change is write with an event of what was added or removed.
func (s *sealer) change(ctx context.Context, c *sealing, root *keys.Root, added, removed string) error {
	defer clear(c.data)
	me, err := s.e.actor(ctx, s.store)
	if err != nil {
		return err
	}
	d := model.NewDirectory(s.store, model.Options{Unlock: func() (*keys.Root, error) { return root.Clone(), nil }, Now: s.e.now})
	return d.ChangeSealing(ctx, model.Actor{User: me.ID, Via: model.ViaCommandLine}, added, removed, func() error { return s.write(ctx, c) })
}

// open returns the root key, after asking for the passphrase if it must.
func (s *sealer) open() (*keys.Root, error) { return s.e.unlocker(s.vault)() }

// addSeal is what seal add was told.
type addSeal struct{ newPassphraseFile string }

func (e *env) sealAddCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "add passphrase|keyring|file", Short: "Add a way to open the sealing key", Args: noArgs,
		Example: `  lanyard seal add passphrase
  lanyard seal add passphrase --passphrase-file new.txt
  lanyard seal add keyring`,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	var a addSeal
	passphrase := &cobra.Command{
		Use: "passphrase", Short: "Let a passphrase open it", Args: noArgs,
		Long: `Asks for a new passphrase twice, or reads the first line of --passphrase-file.
When the sealing key is locked itself, --passphrase-file is the passphrase that
opens it, and --new-passphrase-file the new one.

The file still opens by itself until you take that away: lanyard seal remove file

A passphrase is changed by adding the new one and removing the old one by its
number, which lanyard seal status gives. A script does it with two files.`,
		Example: `  lanyard seal add passphrase
  lanyard seal add passphrase --passphrase-file new.txt
  lanyard seal add passphrase --passphrase-file new.txt --new-passphrase-file next.txt
  lanyard seal remove 2 --yes --passphrase-file next.txt`,
		RunE: func(c *cobra.Command, _ []string) error { return e.addPassphrase(c.Context(), a) },
	}
	passphrase.Flags().StringVar(&a.newPassphraseFile, "new-passphrase-file", "", "the `FILE` that holds the new passphrase; - for standard input")
	c.AddCommand(passphrase, &cobra.Command{
		Use: "keyring", Short: "Let the desktop's keyring open it, on this machine", Args: noArgs, Example: "  lanyard seal add keyring",
		RunE: func(c *cobra.Command, _ []string) error { return e.addKeyring(c.Context()) },
	}, &cobra.Command{
		Use: "file", Short: "Let it open by itself to whoever can read it", Args: noArgs, Example: "  lanyard seal add file --passphrase-file new.txt",
		RunE: func(c *cobra.Command, _ []string) error {
			return e.addFile(c.Context())
		},
	})
	return c
}

// addWay opens the sealing key, adds a way to it and says so.
func (e *env) addWay(ctx context.Context, add func(*keys.SealFile, *keys.Root) (keys.Slot, error)) error {
	s, err := e.resealer(ctx)
	if err != nil {
		return err
	}
	c, err := s.read()
	if err != nil {
		return err
	}
	root, err := s.open()
	if err != nil {
		return err
	}
	defer root.Wipe()
	slot, err := add(c.file, root)
	if err != nil {
		return err
	}
	if err := s.change(ctx, c, root, describe(slot), ""); err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.out, "Added %s.\n", describe(slot))
	return err
}

// calibrateTo is how long trying a passphrase takes on the machine where it was set.
const calibrateTo = 700 * time.Millisecond

func passphraseCost() keys.Cost { return keys.Calibrate(calibrateTo, time.Now) }

func (e *env) addPassphrase(ctx context.Context, a addSeal) error {
	return e.addWay(ctx, func(f *keys.SealFile, root *keys.Root) (keys.Slot, error) {
		passphrase, err := e.newPassphrase(f, a)
		defer clear(passphrase)
		if err != nil {
			return keys.Slot{}, err
		}
		slot, err := f.AddPassphrase(root, passphrase, e.cost(), rand.Reader)
		if errors.Is(err, keys.ErrPassphraseLength) {
			err = &model.Error{Kind: model.ErrInvalid, What: err.Error(), Hint: "Choose a longer one: several words that don't belong together."}
		}
		return slot, err
	})
}

// newPassphrase reads the new passphrase, or asks for it twice.
func (e *env) newPassphrase(f *keys.SealFile, a addSeal) ([]byte, error) {
	byItself := f.Has(keys.SlotFile)
	switch {
	case a.newPassphraseFile == "-" && e.passphraseFile == "-":
		return nil, usage("Name a file with one of the flags.", "Standard input can't give two secrets")
	case a.newPassphraseFile != "":
		return e.readPassphrase(a.newPassphraseFile)
	case byItself && e.passphraseFile != "":
		return e.readPassphrase(e.passphraseFile)
	case !e.asks():
		return nil, usage("Name a file that holds it: --new-passphrase-file FILE.", "There is no terminal to ask for the new passphrase")
	}
	passphrase, err := e.prompt("New passphrase: ")
	if err != nil {
		return nil, err
	}
	again, err := e.prompt("Once more: ")
	defer clear(again)
	if err == nil && !bytes.Equal(again, passphrase) {
		err = &model.Error{Kind: model.ErrInvalid, What: "The two passphrases differ", Hint: "Nothing was changed. Try again."}
	}
	if err != nil {
		clear(passphrase)
		return nil, err
	}
	return passphrase, nil
}

func (e *env) addKeyring(ctx context.Context) error {
	ring := e.home().keyring
	if ring == nil {
		return &model.Error{Kind: model.ErrStatus, What: errNoKeyring.Error(), Hint: "Add it while you sit at the desktop, or add a passphrase."}
	}
	return e.addWay(ctx, func(f *keys.SealFile, root *keys.Root) (keys.Slot, error) {
		slot, err := f.AddKeyring(root, ring, rand.Reader)
		if err != nil {
			err = fmt.Errorf("the keyring can't be used: %w", err)
		}
		return slot, err
	})
}

func (e *env) addFile(ctx context.Context) error {
	return e.addWay(ctx, func(f *keys.SealFile, root *keys.Root) (keys.Slot, error) {
		if f.Has(keys.SlotFile) {
			return keys.Slot{}, &model.Error{
				Kind: model.ErrStatus, What: "The sealing key opens by itself already", Hint: "See what opens it: lanyard seal status",
			}
		}
		return f.AddFile(root, rand.Reader)
	})
}

// describe names a way to open the sealing key.
func describe(s keys.Slot) string {
	number := " (number " + strconv.Itoa(s.ID) + ")"
	switch s.Type {
	case keys.SlotFile:
		return "the file itself" + number
	case keys.SlotPassphrase:
		return "a passphrase" + number
	case keys.SlotKeyring:
		return "the desktop's keyring" + number
	}
	return s.Type + number
}
