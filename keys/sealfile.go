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

// SealFile is the sealing key as it is kept: the root key, wrapped once for each way to unlock it, and the data keys of
// later generations, each wrapped under the root key. So ways can be added and taken away without touching a record, and
// the data key can be renewed without knowing what opens the ways.
//
// This is only its content; where the file lives and who may read it is for others to see to. Its JSON form is the file
// itself, and so a secret. docs/key-format.md describes it.
type SealFile struct {
	Format     int       `json:"lanyard_seal"` // 1, or 2 once there are data keys
	Store      string    `json:"store"`        // the id of the store that it belongs to
	Generation uint64    `json:"generation"`   // of the data key that seals, from 1
	Slots      []Slot    `json:"slots"`
	Data       []DataKey `json:"data,omitempty"` // in ascending order, up to Generation; the first generation has none
}

// The formats of the file. Each file is written in the lowest that says what it holds, so that an older lanyard goes on
// reading it for as long as it can.
const (
	formatSlots = 1 // slots alone: the data key is that of the first generation
	formatData  = 2 // with a list of data keys

	newestFormat = formatData
)

// maxSealFile bounds what is decoded, in bytes; a file is under a kilobyte, and two hundred more with each data key.
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

// LogValue names the file without its secrets.
func (f *SealFile) LogValue() slog.Value {
	return slog.StringValue(fmt.Sprintf("the sealing key of %s", f.Store))
}

// NewSealFile makes a random root key for a store, and the file that keeps it. random is crypto/rand.Reader but in tests.
func NewSealFile(storeID string, random io.Reader) (*SealFile, *Root, error) {
	secret, err := randomBytes(random, rootLen)
	if err != nil {
		return nil, nil, err
	}
	defer clear(secret)
	root, err := newRoot(secret)
	if err != nil {
		return nil, nil, err
	}
	f := &SealFile{Format: formatSlots, Store: storeID, Generation: firstGeneration}
	if _, err := f.AddFile(root, random); err != nil {
		return nil, nil, err
	}
	return f, root, nil
}

func randomBytes(random io.Reader, n int) ([]byte, error) {
	b := make([]byte, n)
	if _, err := io.ReadFull(random, b); err != nil {
		return nil, fmt.Errorf("the system gave no random bytes: %w", err)
	}
	return b, nil
}

// Encode returns the file's content. It is a secret. One that DecodeSealFile would refuse for its length, of 64 KiB and more, is an
// error.
func (f *SealFile) Encode() ([]byte, error) {
	b, err := json.MarshalIndent(f, "", "  ")
	if err == nil && len(b) >= maxSealFile {
		return nil, fmt.Errorf("a sealing key file of %d bytes couldn't be read again: it has too many ways to open", len(b))
	}
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
	case f.Format > newestFormat:
		return nil, ErrSealFileNewer
	case f.Format < formatSlots || f.Store == "" || len(f.Slots) == 0 || !f.generationsFit():
		return nil, ErrSealFileDamaged
	}
	return &f, nil
}

// Unlock returns the root key by the slots that need nobody. The errors are ErrSealFileOther for another store,
// ErrSealFileLocked when somebody has to be asked, and ErrSealFileDamaged.
func (f *SealFile) Unlock(storeID string) (*Root, error) {
	return f.unlockBy(storeID, SlotFile, ErrSealFileLocked, func(s Slot) ([]byte, error) { return bytes.Clone(s.Key), nil })
}

// unlockBy tries the slots of one type, each under the key that open gives for it. When none opens, the fault is that of a
// slot that is whole if there is one; it is none where there is no such slot.
func (f *SealFile) unlockBy(storeID, slotType string, none error, open func(Slot) ([]byte, error)) (*Root, error) {
	if f.Store != storeID {
		return nil, ErrSealFileOther
	}
	var fault error
	for _, s := range f.Slots {
		if s.Type != slotType {
			continue
		}
		root, err := f.unwrap(s, open)
		if err == nil {
			return root, nil
		}
		if fault == nil || errors.Is(err, errSlotShut) {
			fault = err
		}
	}
	if fault == nil {
		return nil, none
	}
	return nil, fault
}

// unwrap opens one slot.
func (f *SealFile) unwrap(s Slot, open func(Slot) ([]byte, error)) (*Root, error) {
	key, err := open(s)
	defer clear(key)
	if err != nil {
		return nil, err
	}
	if len(key) != chacha20poly1305.KeySize {
		return nil, ErrSealFileDamaged
	}
	wrapper, err := newRoot(key)
	if err != nil {
		return nil, err
	}
	defer wrapper.Wipe()
	secret, err := wrapper.Open(f.binding(s), s.Wrapped)
	defer clear(secret)
	if err != nil || len(secret) != rootLen {
		return nil, errSlotShut
	}
	root, err := newRoot(secret)
	if err != nil {
		return nil, err
	}
	defer root.Wipe()
	return f.WithData(root)
}

// errSlotShut means that a slot's key doesn't open it; what that says depends on where the key came from.
var errSlotShut = fmt.Errorf("%w: a slot doesn't open", ErrSealFileDamaged)
