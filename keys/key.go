// Package keys makes, parses, verifies and seals the secrets that lanyard hands out: API keys and invitation tokens.
//
// It knows no account, no file and no screen. The format is described in docs/key-format.md.
package keys

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"log/slog"
)

// Kind is what a secret is for; it shows in the prefix.
type Kind uint8

// The kinds of secret.
const (
	APIKey     Kind = 1 // lys_…: of a service account
	Invitation Kind = 2 // lyi_…: of an invited user
)

// prefix returns what keys of a kind begin with, nothing for no kind.
func (k Kind) prefix() string {
	switch k {
	case APIKey:
		return "lys_"
	case Invitation:
		return "lyi_"
	}
	return ""
}

// The parts of a key, in characters: prefix, public id, separator, secret, checksum.
const (
	prefixLen = 4
	idLen     = 12 // 71 bits
	secretLen = 32 // 190 bits
	checkLen  = 6  // 62⁶ is more than 2³²
	secretAt  = prefixLen + idLen + 1
	checkAt   = secretAt + secretLen

	// Length is how many characters a key has.
	Length = checkAt + checkLen
)

var (
	// ErrMalformed means that a text doesn't have the shape of a key.
	ErrMalformed = errors.New("not a key: it has 55 characters and begins with lys_ or lyi_")
	// ErrChecksum means that a text has the shape of a key but was mistyped or cut and mended.
	ErrChecksum = errors.New("mistyped key: its checksum doesn't fit")
)

// Key is one secret in clear. Printing it gives the masked form; only Text gives the secret. Copies of a Key
// share the secret: wiping one wipes all.
//
// The text is behind a function because fmt doesn't ask the methods of what is in an unexported field, nor after a wrong
// verb, and then follows even pointers. Of a function it prints the address.
type Key struct{ text func() []byte }

// keep returns the key of a text, which it doesn't copy.
func keep(text []byte) Key { return Key{func() []byte { return text }} }

// New makes a key of random characters, of which 190 bits are secret. random is crypto/rand.Reader but in tests. It fails when
// random does.
func New(kind Kind, random io.Reader) (Key, error) {
	prefix := kind.prefix()
	if prefix == "" {
		return Key{}, fmt.Errorf("no keys of kind %d", uint8(kind))
	}
	text, err := appendRandom(append(make([]byte, 0, Length), prefix...), idLen, random)
	if err != nil {
		return Key{}, err
	}
	if text, err = appendRandom(append(text, '_'), secretLen, random); err != nil {
		return Key{}, err
	}
	return keep(appendNumber(text, crc32.ChecksumIEEE(text))), nil
}

// Parse reads a key, with white space around it taken away. It copies what it keeps. The errors are ErrMalformed and
// ErrChecksum, without the text.
func Parse(text []byte) (Key, error) {
	text = trim(text)
	if len(text) != Length || text[secretAt-1] != '_' || kindOf(text) == 0 {
		return Key{}, ErrMalformed
	}
	for i, b := range text {
		if i >= prefixLen && i != secretAt-1 && digits[b] == invalidDigit {
			return Key{}, ErrMalformed
		}
	}
	var sum [checkLen]byte
	if !bytes.Equal(appendNumber(sum[:0], crc32.ChecksumIEEE(text[:checkAt])), text[checkAt:]) {
		return Key{}, ErrChecksum
	}
	return keep(bytes.Clone(text)), nil
}

func trim(b []byte) []byte {
	space := func(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }
	for len(b) > 0 && space(b[0]) {
		b = b[1:]
	}
	for len(b) > 0 && space(b[len(b)-1]) {
		b = b[:len(b)-1]
	}
	return b
}

// kindOf returns the kind that a text's prefix names, 0 for none.
func kindOf(text []byte) Kind {
	for _, kind := range [...]Kind{APIKey, Invitation} {
		if len(text) >= prefixLen && string(text[:prefixLen]) == kind.prefix() {
			return kind
		}
	}
	return 0
}

// IsZero reports whether there is no key, or no longer one.
func (k Key) IsZero() bool { return k.text == nil || k.text()[0] == 0 }

// Kind returns what the key is for, 0 for no key.
func (k Key) Kind() Kind { return kindOf(k.Text()) }

// PublicID returns the part that isn't secret, 12 characters, by which the key is looked up.
func (k Key) PublicID() string {
	if k.IsZero() {
		return ""
	}
	return string(k.text()[prefixLen : secretAt-1])
}

// Text returns the secret itself, not a copy: it is gone after Wipe.
func (k Key) Text() []byte {
	if k.text == nil {
		return nil
	}
	return k.text()
}

// Wipe overwrites the secret, in every copy of the Key.
func (k Key) Wipe() { clear(k.Text()) }

// Mask returns how a key is shown where it must not be known: its prefix and the first four characters of its public id, as in
// "lys_7Qk2…".
func Mask(kind Kind, publicID string) string {
	return kind.prefix() + publicID[:min(4, len(publicID))] + "…"
}

// String returns the masked form.
func (k Key) String() string { return Mask(k.Kind(), k.PublicID()) }

// GoString returns the masked form.
func (k Key) GoString() string { return k.String() }

// Format prints the masked form, whatever the verb.
func (k Key) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, k.String()) }

// LogValue returns the masked form.
func (k Key) LogValue() slog.Value { return slog.StringValue(k.String()) }

// MarshalText returns the masked form, also for JSON.
func (k Key) MarshalText() ([]byte, error) { return []byte(k.String()), nil }
