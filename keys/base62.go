package keys

import (
	"fmt"
	"io"
)

// alphabet is the 62 digits in ascending order of value.
const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

const base = uint32(len(alphabet))

const invalidDigit = 0xff

// digits maps a byte to its value, or to invalidDigit.
var digits = func() (table [256]byte) {
	for i := range table {
		table[i] = invalidDigit
	}
	for i := range len(alphabet) {
		table[alphabet[i]] = byte(i)
	}
	return table
}()

// unbiased is the largest multiple of 62 that a byte can hold: bytes from there on are thrown away, so that every digit
// is as likely as every other.
const unbiased = 256 - 256%len(alphabet)

// appendRandom appends n random digits.
func appendRandom(b []byte, n int, random io.Reader) ([]byte, error) {
	var buffer [64]byte
	defer clear(buffer[:])
	for n > 0 {
		part := buffer[:min(n+8, len(buffer))] // a few more, since one in 32 is thrown away
		if _, err := io.ReadFull(random, part); err != nil {
			return nil, fmt.Errorf("the system gave no random bytes: %w", err)
		}
		for _, r := range part {
			if int(r) < unbiased && n > 0 {
				b = append(b, alphabet[r%byte(base)])
				n--
			}
		}
	}
	return b, nil
}

// appendNumber appends a checksum as six digits, the most significant first.
func appendNumber(b []byte, n uint32) []byte {
	var out [checkLen]byte
	for i := checkLen - 1; i >= 0; i-- {
		out[i] = alphabet[n%base]
		n /= base
	}
	return append(b, out[:]...)
}
