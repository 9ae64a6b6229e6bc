package grid

import (
	"iter"
	"math/bits"
)

// bitset is a set of positions: a million take 125 kB, where a map of ids takes forty million bytes.
type bitset []uint64

func newBitset(n int) bitset { return make(bitset, (n+63)/64) }

func (b bitset) has(i uint32) bool { return b[i/64]&(1<<(i%64)) != 0 }
func (b bitset) set(i uint32)      { b[i/64] |= 1 << (i % 64) }
func (b bitset) flip(i uint32)     { b[i/64] ^= 1 << (i % 64) }

func (b bitset) count() int {
	n := 0
	for _, w := range b {
		n += bits.OnesCount64(w)
	}
	return n
}

// all goes through the members, ascending.
func (b bitset) all() iter.Seq[uint32] {
	return func(yield func(uint32) bool) {
		for k, w := range b {
			for ; w != 0; w &= w - 1 {
				if !yield(uint32(k*64 + bits.TrailingZeros64(w))) {
					return
				}
			}
		}
	}
}
