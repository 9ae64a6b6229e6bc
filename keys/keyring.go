package keys

import (
	"bytes"
	"errors"
	"io"
	"strconv"

	"golang.org/x/crypto/chacha20poly1305"
)

// Keyring is a place of the system's that keeps secrets for whoever is logged in. Its methods may fail, and must come back
// within seconds. A secret that it gives is the caller's to wipe.
type Keyring interface {
	// Get returns the secret of a name. One that isn't there is an error, of whatever kind.
	Get(name string) ([]byte, error)
	// Set keeps a copy of a secret under a name, in the place of what is there.
	Set(name string, secret []byte) error
	// Delete forgets what is kept under a name.
	Delete(name string) error
}

// ErrKeyringMissed means that the keyring didn't give the key of any slot.
var ErrKeyringMissed = errors.New("the keyring doesn't open the sealing key")

// AddKeyring adds a slot whose key lies in a keyring. The errors are those of the keyring, and ErrKeyringMissed for one that
// doesn't give back what it was given; nothing is added then.
func (f *SealFile) AddKeyring(root *Root, keyring Keyring, random io.Reader) (Slot, error) {
	key, err := randomBytes(random, chacha20poly1305.KeySize)
	if err != nil {
		return Slot{}, err
	}
	defer clear(key)
	s := Slot{ID: f.nextSlot(), Type: SlotKeyring}
	if err := keyring.Set(f.KeyringName(s), key); err != nil {
		return Slot{}, err
	}
	stored, err := keyring.Get(f.KeyringName(s)) // one that forgets at once would be found out too late
	defer clear(stored)
	if err != nil || !bytes.Equal(stored, key) {
		return Slot{}, errors.Join(ErrKeyringMissed, err)
	}
	return f.add(s, root, key)
}

// UnlockKeyring returns the root key by the slots whose key lies in a keyring. The errors are ErrKeyringMissed, ErrNoSlot
// when there is no such slot, ErrSealFileOther and ErrSealFileDamaged.
func (f *SealFile) UnlockKeyring(storeID string, keyring Keyring) (*Root, error) {
	root, err := f.unlockBy(storeID, SlotKeyring, ErrNoSlot, func(s Slot) ([]byte, error) {
		key, err := keyring.Get(f.KeyringName(s))
		if err != nil {
			return nil, errors.Join(ErrKeyringMissed, err)
		}
		return key, nil
	})
	if errors.Is(err, errSlotShut) {
		return nil, ErrKeyringMissed
	}
	return root, err
}

// KeyringName returns what a slot's key is called in the keyring.
func (f *SealFile) KeyringName(s Slot) string { return f.Store + "/" + strconv.Itoa(s.ID) }
