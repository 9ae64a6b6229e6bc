package keys

import (
	"bytes"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"

	"golang.org/x/crypto/chacha20poly1305"
)

var (
	// ErrSealed means that a sealed text can't be opened: with another root key, in another place, or damaged.
	ErrSealed = errors.New("the seal doesn't open: it was made with another sealing key, moved, or damaged")
	// ErrMismatch means that a sealed text opened to something else than its digest says.
	ErrMismatch = errors.New("the sealed text isn't the one that its digest was made of")
)

// errWiped is a mistake of the program's: it would seal under a key of zeros.
var errWiped = errors.New("the sealing key was wiped before it was used")

// rootLen is the length of a root key, in bytes.
const rootLen = 32

// Root is an unlocked root key, with the data keys that it opens. What seals and what chains events come with it. As in
// Key, the secrets are behind a function, so that printing a Root shows none.
type Root struct{ in func() *rootSecrets }

type rootSecrets struct {
	secret     []byte
	generation uint64            // of the data key that seals; 0 once it is wiped
	data       map[uint64][]byte // the data keys, each by its generation
	chain      []byte
}

// newRoot derives what a root key gives by itself: the data key of the first generation, and what chains events. It copies
// the secret.
func newRoot(secret []byte) (*Root, error) {
	first, err := hkdf.Key(sha256.New, secret, nil, "lanyard data key 1", chacha20poly1305.KeySize)
	if err != nil {
		return nil, err
	}
	chain, err := hkdf.Key(sha256.New, secret, nil, "lanyard event chain", sha256.Size)
	if err != nil {
		return nil, err
	}
	return keepRoot(&rootSecrets{
		secret: bytes.Clone(secret), generation: firstGeneration, data: map[uint64][]byte{firstGeneration: first}, chain: chain,
	}), nil
}

// firstGeneration is that of the data key which is derived from the root key. Later ones are random.
const firstGeneration = 1

func keepRoot(in *rootSecrets) *Root { return &Root{func() *rootSecrets { return in }} }

// ChainKey returns the key under which the account's events are chained, 32 bytes. It must not be changed, and is gone after
// Wipe.
func (r *Root) ChainKey() []byte { return r.in().chain }

// Generation returns the generation of the data key that seals, from 1; 0 after Wipe.
func (r *Root) Generation() uint64 { return r.in().generation }

// Clone returns a copy that is wiped by itself: wiping either leaves the other as it is.
func (r *Root) Clone() *Root {
	in := r.in()
	data := make(map[uint64][]byte, len(in.data))
	for generation, key := range in.data {
		data[generation] = bytes.Clone(key)
	}
	return keepRoot(&rootSecrets{secret: bytes.Clone(in.secret), generation: in.generation, data: data, chain: bytes.Clone(in.chain)})
}

// Wipe overwrites the keys. The root is of no use afterwards: it neither seals nor opens.
func (r *Root) Wipe() {
	in := r.in()
	in.generation = 0
	clear(in.secret)
	clear(in.chain)
	for _, key := range in.data {
		clear(key)
	}
}

// Binding ties a sealed text to the place that it belongs in, so that it opens nowhere else.
type Binding struct {
	Store  string // the store's id
	Record uint64 // the record's id
	Field  string // the field's name
}

// sealAlgorithm is XChaCha20-Poly1305, with its 24-byte random nonce.
const sealAlgorithm = 1

// headOf is what a sealed text begins with: the algorithm and the generation of the data key.
func headOf(generation uint64) []byte {
	return binary.AppendUvarint([]byte{sealAlgorithm}, generation)
}

// Generation returns the generation of the data key that a text was sealed under, 0 for a text with no head that this
// version knows.
func Generation(sealed []byte) uint64 {
	if len(sealed) == 0 || sealed[0] != sealAlgorithm {
		return 0
	}
	generation, n := binary.Uvarint(sealed[1:])
	if n <= 0 {
		return 0
	}
	return generation
}

// associated is the data that the seal covers without holding it. Every part says its length, so that no two places
// give the same bytes.
func (b Binding) associated(head []byte) []byte {
	out := append([]byte("lanyard seal\x00"), head...)
	out = binary.AppendUvarint(out, uint64(len(b.Store)))
	out = append(out, b.Store...)
	out = binary.BigEndian.AppendUint64(out, b.Record)
	out = binary.AppendUvarint(out, uint64(len(b.Field)))
	return append(out, b.Field...)
}

// Seal returns a text that only the same root key opens, and only in the same place. It is longer by 42 bytes or a few more: the
// algorithm, the generation, a nonce and a tag. Sealing the same twice gives two texts. It fails after Wipe.
func (r *Root) Seal(b Binding, text []byte) ([]byte, error) {
	if r.in().generation == 0 {
		return nil, errWiped
	}
	aead, err := chacha20poly1305.NewX(r.in().data[r.in().generation])
	if err != nil {
		return nil, err
	}
	head := headOf(r.in().generation)
	out := append(make([]byte, 0, len(head)+aead.NonceSize()+len(text)+aead.Overhead()), head...)
	nonce := make([]byte, aead.NonceSize())
	if _, err := rand.Read(nonce); err != nil {
		return nil, fmt.Errorf("the system gave no random bytes: %w", err)
	}
	out = append(out, nonce...)
	return aead.Seal(out, nonce, text, b.associated(head)), nil
}

// Open returns what was sealed, under this generation of the data key or an earlier one, or ErrSealed.
func (r *Root) Open(b Binding, sealed []byte) ([]byte, error) {
	in, generation := r.in(), Generation(sealed)
	data, known := in.data[generation]
	if !known || in.generation == 0 {
		return nil, ErrSealed
	}
	aead, err := chacha20poly1305.NewX(data)
	if err != nil {
		return nil, err
	}
	// The head is written anew: one that says the same in more bytes doesn't open.
	head := headOf(generation)
	rest := sealed[min(len(head), len(sealed)):]
	if len(rest) < aead.NonceSize() || !bytes.HasPrefix(sealed, head) {
		return nil, ErrSealed
	}
	text, err := aead.Open(nil, rest[:aead.NonceSize()], rest[aead.NonceSize():], b.associated(head))
	if err != nil {
		return nil, ErrSealed // the library's own words say less
	}
	return text, nil
}

// OpenKey returns a sealed key, after holding it against its digest. The errors are ErrSealed, ErrMismatch and those of
// Parse.
func (r *Root) OpenKey(b Binding, sealed []byte, want Digest) (Key, error) {
	text, err := r.Open(b, sealed)
	if err != nil {
		return Key{}, err
	}
	defer clear(text)
	if !want.Matches(text) {
		return Key{}, ErrMismatch
	}
	return Parse(text)
}
