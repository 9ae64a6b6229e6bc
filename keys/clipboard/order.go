package clipboard

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"time"
)

// order is what a keeper is told about one copy, a line of JSON. It holds all that is needed to know the text again, and
// not the text.
type order struct {
	Salt   []byte        `json:"salt"`
	Sum    []byte        `json:"sum"`    // SHA-256 of the salt and the text
	Length int           `json:"length"` // of the text, in bytes
	After  time.Duration `json:"after"`  // how long the text may stay, in nanoseconds
	Method Method        `json:"method"`
	Buffer string        `json:"buffer,omitempty"` // tmux's
	Turn   turn          `json:"turn"`
	// Linger means that the end of the input says nothing: whoever copied has ended in good order. It comes alone.
	Linger bool `json:"linger,omitempty"`
	// Forget means that nothing of ours is there any more: whoever copied has put something else in its place. It comes alone.
	Forget bool `json:"forget,omitempty"`
}

// describe returns an order for a text, with a salt of its own.
func describe(text []byte) order {
	o := order{Salt: make([]byte, 16), Length: len(text)}
	_, _ = rand.Read(o.Salt) // never fails
	o.Sum = salted(o.Salt, text)
	return o
}

// fits reports whether a text is the one described, in a time that doesn't depend on how much of it is right.
func (o order) fits(text []byte) bool {
	return len(text) == o.Length && subtle.ConstantTimeCompare(salted(o.Salt, text), o.Sum) == 1
}

func salted(salt, text []byte) []byte {
	h := sha256.New()
	_, _ = h.Write(salt) // a hash takes everything
	_, _ = h.Write(text)
	return h.Sum(nil)
}

func (o order) line() ([]byte, error) {
	line, err := json.Marshal(o)
	return append(line, '\n'), err
}
