package keys

import (
	"crypto/sha256"
	"crypto/subtle"
)

// Digest is what is kept of a key for verifying it: one byte that names the algorithm, then the hash of the whole text.
//
// A plain SHA-256 is right here: 190 random bits can't be guessed however fast the hash is, and a slow one would only
// invite overload. The byte lets another algorithm follow without a change of the records.
type Digest [1 + sha256.Size]byte

const digestSHA256 = 1

// Digest returns what to keep of the key.
func (k Key) Digest() Digest { return digestOf(k.Text()) }

func digestOf(text []byte) (d Digest) {
	sum := sha256.Sum256(text)
	d[0] = digestSHA256
	copy(d[1:], sum[:])
	return d
}

// Matches reports whether a text is the key that the digest was made of. The time it takes depends on the text's length
// and on nothing else: the zero Digest matches nothing and costs the same, for when there is no key to compare with.
func (d Digest) Matches(text []byte) bool {
	have := digestOf(text)
	return subtle.ConstantTimeCompare(d[:], have[:]) == 1
}
