package cmd

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/adrg/xdg"

	"lanyard/db"
	"lanyard/keys"
	"lanyard/model"
	"lanyard/tui"
)

// home is where an account's two files live, apart from each other so that one backup never holds both.
type home struct {
	store string // the store's file
	seals string // the directory of sealing keys, each named by its store

	keyring keys.Keyring // nil where there is none
}

func (e *env) home() home {
	h := home{store: e.db, seals: filepath.Join(xdg.ConfigHome, "lanyard", "seals"), keyring: e.keyring()}
	if h.store == "" {
		h.store = filepath.Join(xdg.DataHome, "lanyard", "default.db")
	}
	return h
}

func (h home) seal(storeID string) string { return filepath.Join(h.seals, storeID+".json") }

// openStore opens the store for one who may change it: it is backed up once a day, and what goes on behind the changes is
// ended when the program is.
func (e *env) openStore(h home) (*db.Store, error) {
	store, err := db.Open(h.store)
	if err != nil {
		return nil, err
	}
	if c, err := e.config(); err == nil { // settings that can't be read don't keep anybody from the work
		store.KeepBackups(c.Backup.kept(), e.now, func() error { return backUpLater(h.store) })
	}
	e.stores = append(e.stores, store)
	return store, nil
}

// close ends what goes on in the stores. The work is done: nothing that goes wrong now is an error of it.
func (e *env) close() {
	for _, s := range e.stores {
		_ = s.Close()
	}
}

// settled is how long a console is open before it makes the day's backup: it has other things to do when it begins.
const settled = 3 * time.Second

// open opens the account and finds out who acts.
func (e *env) open(ctx context.Context) (*tui.Session, error) {
	h := e.home()
	store, err := e.openStore(h)
	if err != nil {
		return nil, err
	}
	store.BackupToday(settled)
	v := h.vaultOf(store, e.now)
	if e.passphraseFile != "" && v.State() == tui.VaultLocked { // before anything is drawn: a wrong one is said on standard error
		if err := e.openVault(v); err != nil {
			return nil, err
		}
	}
	return e.session(ctx, model.NewDirectory(store, model.Options{Unlock: v.Unlock, Renewed: v.Renewed}), v)
}

// How many records are read before the first frame: an account of a thousand users is there at once, and of a million enough
// to fill some screens.
const (
	firstRecords = 500
	smallAccount = 3000
)

func (e *env) session(ctx context.Context, d *model.Directory, v *vault) (*tui.Session, error) {
	me, err := e.actor(ctx, d.Store())
	if err != nil {
		return nil, err
	}
	lockAfter, err := e.lockAfter()
	if err != nil {
		return nil, err
	}
	s := &tui.Session{
		Directory: d, Me: me, Actor: model.Actor{User: me.ID, Via: model.ViaConsole}, Loader: model.NewLoader(d.Store()), Vault: v, LockAfter: lockAfter,
	}
	snapshot, done, err := s.Loader.First(ctx, firstRecords, smallAccount)
	if err != nil {
		return nil, err
	}
	s.Snapshot = snapshot
	if done {
		s.Loader = nil
	}
	return s, nil
}

// actor is who was named by --as, or else the first of the Active Admins: whoever can open both files holds the account.
func (e *env) actor(ctx context.Context, store model.Store) (model.User, error) {
	if e.as == "" {
		return model.FirstAdmin(ctx, store)
	}
	me, err := model.FindUser(ctx, store, e.as)
	if err != nil {
		return me, err
	}
	if me.Status != model.StatusActive {
		return me, &model.Error{
			Kind: model.ErrNotPermitted, What: fmt.Sprintf("%s is %s and can't act in this account", me.Email, me.Status),
			Hint: "Name somebody who is Active: --as EMAIL.",
		}
	}
	return me, nil
}

// fillFunc writes more into a new account.
type fillFunc func(*model.Directory, model.WriteTx, model.User) error

// found creates the store and its sealing key. The sealing key comes first: a store is never there without one. It stays
// when the store may turn up after all.
func (h home) found(ctx context.Context, f model.Founder, o model.Options, via model.Via, fill fillFunc) (*model.Directory, *vault, error) {
	if _, err := f.Check(); err != nil {
		return nil, nil, err
	}
	var sealed string
	store, err := db.Create(ctx, h.store, func(storeID string, tx model.WriteTx) error {
		root, err := h.createSeal(storeID, o.Rand)
		if err != nil {
			return err
		}
		defer root.Wipe()
		sealed = h.seal(storeID)
		o.Unlock = func() (*keys.Root, error) { return root.Clone(), nil }
		d := model.NewDirectory(namedStore{id: storeID}, o)
		me, err := d.Found(tx, f, via)
		if err != nil || fill == nil {
			return err
		}
		return fill(d, tx, me)
	})
	if err != nil {
		if sealed != "" && !errors.Is(err, db.ErrUncertain) {
			_ = os.Remove(sealed) // belongs to a store that didn't come to be
		}
		return nil, nil, err
	}
	v := h.vaultOf(store, time.Now)
	o.Unlock = v.Unlock
	return model.NewDirectory(store, o), v, nil
}

func (h home) createSeal(storeID string, random io.Reader) (*keys.Root, error) {
	if random == nil {
		random = rand.Reader
	}
	seal, root, err := keys.NewSealFile(storeID, random)
	if err != nil {
		return nil, err
	}
	data, err := seal.Encode()
	if err != nil {
		return nil, err
	}
	return root, db.CreateFile(h.seal(storeID), data)
}

// namedStore is a store that isn't in place yet: only its id is known.
type namedStore struct {
	model.Store
	id string
}

// ID returns the id.
func (s namedStore) ID() string { return s.id }

// there reports whether the store's file exists, whatever it is.
func (h home) there() bool {
	_, err := os.Lstat(h.store)
	return !errors.Is(err, fs.ErrNotExist)
}
