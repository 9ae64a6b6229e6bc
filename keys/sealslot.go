package keys

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"golang.org/x/crypto/chacha20poly1305"
)

// Slot is one way to unlock the root key. A slot is never changed: it is added, taken away, or written again as it was
// read, with all that this version may not know of it.
type Slot struct {
	ID      int             `json:"id"`               // from 1; a new one gets one more than the greatest that is there
	Type    string          `json:"type"`             // one of those below, or of a later version
	Key     []byte          `json:"key,omitempty"`    // SlotFile: what the root key is wrapped under, in clear
	Params  json.RawMessage `json:"params,omitempty"` // of other types, such as a passphrase's salt and cost
	Wrapped []byte          `json:"wrapped"`          // the root key, sealed under what opens the slot: see docs/key-format.md

	asRead json.RawMessage
}

// The types of slots that this version opens. Others are kept as they are.
const (
	SlotFile       = "file"       // opens by being readable: the file's mode is its lock
	SlotPassphrase = "passphrase" // opens with a passphrase
	SlotKeyring    = "keyring"    // opens with a key in the desktop's keyring
)

// plainSlot is a Slot without its ways of reading and writing itself.
type plainSlot Slot

// UnmarshalJSON reads a slot, and keeps it as it was read.
func (s *Slot) UnmarshalJSON(data []byte) error {
	var p plainSlot
	if err := json.Unmarshal(data, &p); err != nil {
		return err
	}
	p.asRead = bytes.Clone(data)
	*s = Slot(p)
	return nil
}

// MarshalJSON writes a slot that was read as it was, with what only a later version knows of it.
func (s Slot) MarshalJSON() ([]byte, error) {
	if s.asRead != nil {
		return s.asRead, nil
	}
	return json.Marshal(plainSlot(s))
}

// String names the slot without its secrets.
func (s Slot) String() string { return fmt.Sprintf("slot %d (%s)", s.ID, s.Type) }

// Format prints what String does, whatever the verb.
func (s Slot) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// LogValue returns what String does: a log is no place for the file's JSON.
func (s Slot) LogValue() slog.Value { return slog.StringValue(s.String()) }

var (
	// ErrLastSlot means that a way to unlock can't be taken away, because what stays wouldn't open by itself.
	ErrLastSlot = errors.New("the last way to open the sealing key can't be removed; a keyring alone isn't enough")
	// ErrNoSlot means that there is no such way to unlock.
	ErrNoSlot = errors.New("there is no such way to open the sealing key")
)

// Has reports whether there is a slot of a type.
func (f *SealFile) Has(slotType string) bool {
	for _, s := range f.Slots {
		if s.Type == slotType {
			return true
		}
	}
	return false
}

// AddFile adds a slot that opens by being readable. The root key is this file's own, of its present generation, as for all that
// add a slot; with another one, or a wiped one, nothing is added.
func (f *SealFile) AddFile(root *Root, random io.Reader) (Slot, error) {
	key, err := randomBytes(random, chacha20poly1305.KeySize)
	if err != nil {
		return Slot{}, err
	}
	return f.add(Slot{ID: f.nextSlot(), Type: SlotFile, Key: key}, root, key)
}

// Remove takes a slot away. A file or a passphrase has to stay, for whatever else there is may be out of reach. The errors
// are ErrNoSlot and ErrLastSlot.
func (f *SealFile) Remove(id int) error {
	var rest []Slot
	enough := false
	for _, s := range f.Slots {
		if s.ID != id {
			rest = append(rest, s)
			enough = enough || s.Type == SlotFile || s.Type == SlotPassphrase
		}
	}
	switch {
	case len(rest) == len(f.Slots):
		return ErrNoSlot
	case !enough:
		return ErrLastSlot
	}
	f.Slots = rest
	return nil
}

// nextSlot returns an id that no slot has.
func (f *SealFile) nextSlot() int {
	next := 1
	for _, s := range f.Slots {
		next = max(next, s.ID+1)
	}
	return next
}

// add wraps the root key under a slot's key, and keeps the slot.
func (f *SealFile) add(s Slot, root *Root, key []byte) (Slot, error) {
	if root.Generation() != f.Generation {
		return Slot{}, errForeignRoot
	}
	wrapper, err := newRoot(key)
	if err != nil {
		return Slot{}, err
	}
	defer wrapper.Wipe()
	if s.Wrapped, err = wrapper.Seal(f.binding(s), root.in().secret); err != nil {
		return Slot{}, err
	}
	if err := f.checked(&s); err != nil {
		return Slot{}, err
	}
	f.Slots = append(f.Slots, s)
	return s, nil
}

// errForeignRoot is a mistake of the program's: a root key that wasn't opened from this file, or is wiped.
var errForeignRoot = errors.New("the root key isn't the one of this sealing key file")

// binding ties a wrapped root key to its store and slot. Slots are wrapped in the first generation for good, so that
// renewing the data key touches none.
func (f *SealFile) binding(s Slot) Binding {
	return Binding{Store: f.Store, Record: uint64(s.ID), Field: "seal." + s.Type}
}
