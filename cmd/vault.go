package cmd

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"lanyard/db"
	"lanyard/keys"
	"lanyard/model"
	"lanyard/tui"
)

// maxSealFile bounds a sealing key file, in bytes; one is under a kilobyte, and more with each renewal of the data key.
const maxSealFile = 64 << 10

// vault keeps the sealing key of one store as it is in memory. What opens without asking is opened when it is needed; where
// only a passphrase is left, somebody has to call Open. It follows the file: what another process changes counts from the
// next use on. It is safe for concurrent use.
type vault struct {
	path, store string
	keyring     keys.Keyring // nil where none may be asked
	failed      func() error // notes that a passphrase was wrong; nil where there is no account to note it in

	mu    sync.Mutex
	root  *keys.Root  // nil while it is locked
	asked bool        // opened by a passphrase, and so kept until Lock
	seen  os.FileInfo // of the file that root and fault are from
	fault error       // why root is nil
}

func (h home) vault(storeID string) *vault {
	return &vault{path: h.seal(storeID), store: storeID, keyring: h.keyring}
}

// vaultOf is the vault of an account, in which wrong passphrases are counted.
func (h home) vaultOf(store model.Store, now func() time.Time) *vault {
	v := h.vault(store.ID())
	v.failed = func() error { return model.NoteFailedUnlock(context.Background(), store, now()) }
	return v
}

// errPassphrase is what only a passphrase helps against. Nothing else is ErrLocked with it.
var errPassphrase = fmt.Errorf("%w: it asks for its passphrase", model.ErrLocked)

// errWrongPassphrase means that a passphrase doesn't open the sealing key.
var errWrongPassphrase = fmt.Errorf("%w: wrong passphrase", model.ErrLocked)

// Unlock returns a copy of the root key, for the caller to wipe. The errors are model.ErrLocked, and errPassphrase where
// Open helps.
func (v *vault) Unlock() (*keys.Root, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.look()
	if v.root == nil {
		return nil, v.fault
	}
	return v.root.Clone(), nil
}

// Renewed reports whether the data key was renewed since a root key was opened, as the file says that is there now. It opens
// nothing and asks nobody; a file that can't be read says nothing.
func (v *vault) Renewed(root *keys.Root) bool {
	_, file, err := v.read()
	return err == nil && file.Generation > root.Generation()
}

// State says whether a passphrase is in use, and whether it is asked for. It looks at the file.
func (v *vault) State() tui.VaultState {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.look()
	switch {
	case errors.Is(v.fault, errPassphrase):
		return tui.VaultLocked
	case v.root != nil && v.asked:
		return tui.VaultOpen
	}
	return tui.VaultPlain
}

// Open opens the sealing key with its passphrase, which takes about a second on purpose.
func (v *vault) Open(passphrase []byte) error {
	info, file, err := v.read()
	if err != nil {
		return err
	}
	root, err := file.UnlockPassphrase(v.store, passphrase)
	debug.FreeOSMemory() // hundreds of megabytes that are needed for a moment only
	if errors.Is(err, keys.ErrPassphraseWrong) {
		return v.wrong()
	}
	if err != nil {
		return unusable(v.path, err)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.take(root, true)
	v.seen, v.fault = info, nil
	return nil
}

// wrong is the error of a wrong passphrase, which is counted first.
func (v *vault) wrong() error {
	hint := "Nothing was changed. Try again."
	if v.failed != nil {
		if err := v.failed(); err != nil {
			hint = fmt.Sprintf("Nothing was changed, and the attempt couldn't be noted: %v", err)
		}
	}
	return &model.Error{Kind: errWrongPassphrase, What: "This isn't the passphrase of the sealing key", Short: "wrong passphrase", Hint: hint}
}

// Lock forgets the root key. What opens without asking is opened again when it is needed.
func (v *vault) Lock() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.take(nil, false)
	v.seen = nil
}

func (v *vault) take(root *keys.Root, asked bool) {
	if v.root != nil {
		v.root.Wipe()
	}
	v.root, v.asked = root, asked
}

// look brings root and fault up to date with the file.
func (v *vault) look() {
	info, err := os.Stat(v.path)
	if err == nil && v.seen != nil && sameFile(info, v.seen) {
		return
	}
	info, file, err := v.read()
	if err != nil { // it may come back
		v.take(nil, false)
		v.seen, v.fault = nil, err
		return
	}
	root, asked, err := v.open(file)
	v.take(root, asked)
	v.seen, v.fault = info, err
}

func sameFile(a, b os.FileInfo) bool {
	return os.SameFile(a, b) && a.Size() == b.Size() && a.ModTime().Equal(b.ModTime())
}

// open opens a file by what asks nobody: itself, the keyring, or the root key that a passphrase gave before the file was
// changed.
func (v *vault) open(file *keys.SealFile) (root *keys.Root, asked bool, err error) {
	root, err = file.Unlock(v.store)
	if err == nil {
		return root, false, nil
	}
	if v.keyring != nil && file.Has(keys.SlotKeyring) {
		if root, err := file.UnlockKeyring(v.store, v.keyring); err == nil {
			return root, false, nil
		}
	}
	if v.root != nil && v.asked {
		if root, err := file.WithData(v.root); err == nil {
			return root, true, nil
		}
	}
	if !errors.Is(err, keys.ErrSealFileOther) && file.Has(keys.SlotPassphrase) {
		return nil, false, &model.Error{
			Kind: errPassphrase, What: "The sealing key is locked", Short: "locked",
			Hint: "Give its passphrase: at the prompt, or with --passphrase-file.",
		}
	}
	return nil, false, unusable(v.path, err)
}

// read reads the file, and tells which one it was.
func (v *vault) read() (os.FileInfo, *keys.SealFile, error) {
	info, err := os.Stat(v.path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, failed(err, "The store itself is unharmed.", "The sealing key %s can't be looked at", v.path)
	}
	data, err := readSeal(v.path)
	if err != nil {
		return nil, nil, err
	}
	defer clear(data)
	file, err := keys.DecodeSealFile(data)
	if err != nil {
		return nil, nil, unusable(v.path, err)
	}
	return info, file, nil
}

func readSeal(path string) ([]byte, error) {
	data, err := db.ReadPrivate(path, maxSealFile)
	if errors.Is(err, db.ErrMissing) {
		return nil, &model.Error{
			Kind: model.ErrLocked, What: fmt.Sprintf("The sealing key of this store is missing: %s", path), Short: "no sealing key",
			Hint: "Put the file back from where you keep it. Without it nothing can be changed and no key can be shown.",
		}
	}
	return data, err
}

func unusable(path string, err error) error {
	return &model.Error{
		Kind: model.ErrLocked, What: fmt.Sprintf("The sealing key %s can't be used: %v", path, err), Short: "sealing key not usable",
		Hint: "Put the right file back from where you keep it. The store itself is unharmed.",
	}
}
