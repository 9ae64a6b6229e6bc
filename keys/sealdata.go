package keys

import (
	"bytes"
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"
	"io"

	"golang.org/x/crypto/chacha20poly1305"
)

// DataKey is the data key of one generation after the first: random, and wrapped under the root key. That it isn't derived
// is the point: the root key in an old copy of the file opens nothing that was sealed since the data key was renewed.
type DataKey struct {
	Generation uint64 `json:"generation"` // from 2
	Wrapped    []byte `json:"wrapped"`    // sealed as docs/key-format.md says
}

// maxDataKeys is how many data keys a file keeps. Those before are needed by nothing but copies of the store that are as
// many renewals old.
const maxDataKeys = 100

// generationsFit reports whether the generation is that of the last data key, and the format one that has them.
func (f *SealFile) generationsFit() bool {
	if len(f.Data) == 0 {
		return f.Generation == firstGeneration
	}
	last := f.Data[0].Generation - 1
	for _, d := range f.Data {
		if d.Generation != last+1 {
			return false
		}
		last = d.Generation
	}
	return f.Format >= formatData && f.Data[0].Generation > firstGeneration && f.Generation == last
}

// WithData returns the root key with the data keys that this file holds; wipe it after use. The root key may have been
// opened from the file as it was before somebody renewed the data key. ErrSealFileDamaged means that a data key doesn't
// open, or that the root key belongs to another file.
func (f *SealFile) WithData(root *Root) (*Root, error) {
	wrapper, err := dataWrapper(root)
	if err != nil {
		return nil, err
	}
	defer wrapper.Wipe()
	in := root.in()
	full := &rootSecrets{
		secret: bytes.Clone(in.secret), chain: bytes.Clone(in.chain), generation: f.Generation,
		data: map[uint64][]byte{firstGeneration: bytes.Clone(in.data[firstGeneration])},
	}
	for _, d := range f.Data {
		key, err := wrapper.Open(f.dataBinding(d.Generation), d.Wrapped)
		full.data[d.Generation] = key
		if err != nil || len(key) != chacha20poly1305.KeySize {
			keepRoot(full).Wipe()
			return nil, fmt.Errorf("%w: the data key of generation %d doesn't open", ErrSealFileDamaged, d.Generation)
		}
	}
	return keepRoot(full), nil
}

// Rotate begins another generation: what is sealed from now on is sealed under a new random data key. It returns the root
// key that does so, to be wiped by itself. No slot is touched, and what chains the events stays as it is. A root key that isn't of
// this file's present generation is an error, and changes nothing.
func (f *SealFile) Rotate(root *Root, random io.Reader) (*Root, error) {
	if root.Generation() != f.Generation {
		return nil, errForeignRoot
	}
	key, err := randomBytes(random, chacha20poly1305.KeySize)
	if err != nil {
		return nil, err
	}
	wrapper, err := dataWrapper(root)
	if err != nil {
		return nil, err
	}
	defer wrapper.Wipe()
	next := DataKey{Generation: f.Generation + 1}
	if next.Wrapped, err = wrapper.Seal(f.dataBinding(next.Generation), key); err != nil {
		return nil, err
	}
	f.Format, f.Generation, f.Data = max(f.Format, formatData), next.Generation, append(f.Data, next)
	f.Data = f.Data[max(0, len(f.Data)-maxDataKeys):]
	renewed := root.Clone()
	renewed.in().generation = f.Generation
	renewed.in().data[f.Generation] = key
	return renewed, nil
}

// dataWrapper is what data keys are sealed under: a key of its own, so that nothing else is ever sealed with it.
func dataWrapper(root *Root) (*Root, error) {
	if root.Generation() == 0 {
		return nil, errWiped
	}
	key, err := hkdf.Key(sha256.New, root.in().secret, nil, "lanyard data key wrapping", chacha20poly1305.KeySize)
	if err != nil {
		return nil, err
	}
	defer clear(key)
	return newRoot(key)
}

func (f *SealFile) dataBinding(generation uint64) Binding {
	return Binding{Store: f.Store, Record: generation, Field: "seal.data"}
}
