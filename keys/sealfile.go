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

// SealFile is the sealing key as it is kept: the root key, wrapped once for each way to unlock it. Records are sealed
// under keys derived from the root key, so that ways can be added and taken away without touching a record.
//
// This is only its content; where the file lives and who may read it is for others to see to. Its JSON form is the file
// itself, and so a secret.
type SealFile struct {
	Format     int    `json:"lanyard_seal"`
	Store      string `json:"store"`      // the id of the store that it belongs to
	Generation uint64 `json:"generation"` // of the data key, from 1
	Slots      []Slot `json:"slots"`
}

// Slot is one way to unlock the root key. A slot of a type that this version doesn't know is written again as it was read.
type Slot struct {
	ID      int             `json:"id"`
	Type    string          `json:"type"`
	Key     []byte          `json:"key,omitempty"`    // SlotFile: what the root key is wrapped under, in clear
	Params  json.RawMessage `json:"params,omitempty"` // of other types, such as a passphrase's salt and cost
	Wrapped []byte          `json:"wrapped"`

	asRead json.RawMessage // of a type that this version doesn't know
}

// plainSlot is a Slot without its ways of reading and writing itself.
type plainSlot Slot

// UnmarshalJSON reads a slot.
func (s *Slot) UnmarshalJSON(data []byte) error {
	var p plainSlot
	if err := json.Unmarshal(data, &p); err != nil {
		return err
	}
	if p.Type != SlotFile {
		p.asRead = bytes.Clone(data)
	}
	*s = Slot(p)
	return nil
}

// MarshalJSON writes a slot.
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

// LogValue names the file without its secrets.
func (f *SealFile) LogValue() slog.Value {
	return slog.StringValue(fmt.Sprintf("the sealing key of %s", f.Store))
}

// SlotFile is the slot that opens by being readable: the file's mode is its lock.
const SlotFile = "file"

// sealFileFormat is the number of the format that this version writes.
const sealFileFormat = 1

// maxSealFile bounds what is decoded, in bytes; a file is under a kilobyte.
const maxSealFile = 64 << 10

var (
	// ErrSealFileDamaged means that a sealing key file can't be read.
	ErrSealFileDamaged = errors.New("the sealing key file is damaged")
	// ErrSealFileNewer means that a newer lanyard wrote the sealing key file.
	ErrSealFileNewer = errors.New("the sealing key file was written by a newer lanyard")
	// ErrSealFileOther means that the sealing key belongs to another store.
	ErrSealFileOther = errors.New("the sealing key belongs to another store")
	// ErrSealFileLocked means that no slot opens without asking somebody.
	ErrSealFileLocked = errors.New("the sealing key is locked")
)

// NewSealFile makes a random root key for a store, and the file that keeps it. random is crypto/rand.Reader but in tests.
func NewSealFile(storeID string, random io.Reader) (*SealFile, *Root, error) {
	secret := make([]byte, rootLen)
	defer clear(secret)
	wrapping := make([]byte, chacha20poly1305.KeySize)
	for _, b := range [][]byte{secret, wrapping} {
		if _, err := io.ReadFull(random, b); err != nil {
			return nil, nil, fmt.Errorf("the system gave no random bytes: %w", err)
		}
	}
	f := &SealFile{Format: sealFileFormat, Store: storeID, Generation: 1}
	root, err := newRoot(secret, f.Generation)
	if err != nil {
		return nil, nil, err
	}
	slot := Slot{ID: 1, Type: SlotFile, Key: wrapping}
	wrapper, err := f.wrapper(slot)
	if err != nil {
		return nil, nil, err
	}
	defer wrapper.Wipe()
	if slot.Wrapped, err = wrapper.Seal(f.binding(slot), secret); err != nil {
		return nil, nil, err
	}
	f.Slots = []Slot{slot}
	return f, root, nil
}

// wrapper is what the root key is sealed under in a slot. It has the file's generation, so that a file whose generation
// was changed doesn't unlock: it would seal under a data key that the right file doesn't have.
func (f *SealFile) wrapper(s Slot) (*Root, error) { return newRoot(s.Key, f.Generation) }

// binding ties a wrapped root key to its store and slot.
func (f *SealFile) binding(s Slot) Binding {
	return Binding{Store: f.Store, Record: uint64(s.ID), Field: "seal." + s.Type}
}

// Encode returns the file's content. It is a secret.
func (f *SealFile) Encode() ([]byte, error) {
	b, err := json.MarshalIndent(f, "", "  ")
	return append(b, '\n'), err
}

// DecodeSealFile reads a file's content. The errors are ErrSealFileDamaged and ErrSealFileNewer.
func DecodeSealFile(data []byte) (*SealFile, error) {
	if len(data) > maxSealFile {
		return nil, ErrSealFileDamaged
	}
	var f SealFile
	if err := json.Unmarshal(data, &f); err != nil { // its words could hold a part of the file
		return nil, ErrSealFileDamaged
	}
	switch {
	case f.Format > sealFileFormat:
		return nil, ErrSealFileNewer
	case f.Format < 1 || f.Store == "" || f.Generation == 0 || len(f.Slots) == 0:
		return nil, ErrSealFileDamaged
	}
	return &f, nil
}

// Unlock returns the root key by the slots that need nobody. The errors are ErrSealFileOther for another store,
// ErrSealFileLocked when somebody has to be asked, and ErrSealFileDamaged.
func (f *SealFile) Unlock(storeID string) (*Root, error) {
	if f.Store != storeID {
		return nil, ErrSealFileOther
	}
	fault := ErrSealFileLocked
	for _, s := range f.Slots {
		if s.Type != SlotFile {
			continue
		}
		root, err := f.unwrap(s)
		if err == nil {
			return root, nil
		}
		fault = ErrSealFileDamaged
	}
	return nil, fault
}

func (f *SealFile) unwrap(s Slot) (*Root, error) {
	if len(s.Key) != chacha20poly1305.KeySize || generationOf(s.Wrapped) != f.Generation {
		return nil, ErrSealFileDamaged
	}
	wrapper, err := f.wrapper(s)
	if err != nil {
		return nil, err
	}
	defer wrapper.Wipe()
	secret, err := wrapper.Open(f.binding(s), s.Wrapped)
	defer clear(secret)
	if err != nil || len(secret) != rootLen {
		return nil, ErrSealFileDamaged
	}
	return newRoot(secret, f.Generation)
}
