package db

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"

	"lanyard/model"
)

// The first byte of a key says what it holds. The numbers are part of the format.
const (
	prefixMeta   = 'm' // the format number and the store's id
	prefixHead   = 'h' // the revision, the next id and the counts
	prefixRecord = 'r' // kind, id → record
	prefixIndex  = 'u' // index, key → id
	prefixChange = 'c' // revision → what it touched
)

var (
	metaKey = []byte{prefixMeta}
	headKey = []byte{prefixHead}
)

func recordKey(kind model.Kind, id model.ID) []byte {
	return binary.BigEndian.AppendUint64([]byte{prefixRecord, byte(kind)}, uint64(id))
}

func indexKey(index model.Index, key string) []byte {
	return append([]byte{prefixIndex, byte(index)}, key...)
}

func changeKey(revision uint64) []byte {
	return binary.BigEndian.AppendUint64([]byte{prefixChange}, revision)
}

// describe says in words what a key holds.
func describe(key []byte) string {
	switch {
	case len(key) == 10 && key[0] == prefixRecord:
		return fmt.Sprintf("%s %d", model.Kind(key[1]), binary.BigEndian.Uint64(key[2:]))
	case len(key) > 2 && key[0] == prefixIndex:
		return fmt.Sprintf("the entry of %q in the index of %s", key[2:], model.Index(key[1]))
	case len(key) > 0 && key[0] == prefixChange:
		return "the change log"
	case len(key) == 1 && key[0] == prefixHead:
		return "the head"
	case len(key) == 1 && key[0] == prefixMeta:
		return "the first record"
	}
	return fmt.Sprintf("the entry %q", key)
}

// castagnoli is the polynomial of CRC-32C, which processors compute by themselves.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

const checksumLen = 4

// errChecksum means that a value isn't what was written under its key.
var errChecksum = errors.New("checksum doesn't fit")

// wrap puts a checksum before a value. It covers the key too, so that a value that turns up under another one is noticed:
// bbolt's own pages have no checksums, and 42 % of single flipped bits in them changed data silently.
func wrap(key, value []byte) []byte {
	out := binary.BigEndian.AppendUint32(make([]byte, 0, checksumLen+len(value)), checksum(key, value))
	return append(out, value...)
}

// unwrap returns what wrap was given, or errChecksum. A damaged length reaches beyond the file, so it is guarded.
func unwrap(key, wrapped []byte) (value []byte, err error) {
	defer guard(&err)
	if len(wrapped) < checksumLen || binary.BigEndian.Uint32(wrapped) != checksum(key, wrapped[checksumLen:]) {
		return nil, errChecksum
	}
	return wrapped[checksumLen:], nil
}

func checksum(key, value []byte) uint32 {
	return crc32.Update(crc32.Update(0, castagnoli, key), castagnoli, value)
}

// currentFormat is the number of the format that this version writes. Format 1 is the first; docs/store-format.md says what
// each brought.
const currentFormat = 3

// meta is what a store says about itself.
type meta struct {
	format uint64
	id     string
}

const metaMagic = "lanyard store\n"

func (m meta) encode() []byte {
	b := binary.AppendUvarint([]byte(metaMagic), m.format)
	return append(b, m.id...)
}

// decodeMeta reads only the format of a store that is newer: what follows may have changed.
func decodeMeta(b []byte) (m meta, ok bool) {
	if len(b) < len(metaMagic) || string(b[:len(metaMagic)]) != metaMagic {
		return m, false
	}
	format, n := binary.Uvarint(b[len(metaMagic):])
	if n <= 0 || format == 0 {
		return m, false
	}
	return meta{format, string(b[len(metaMagic)+n:])}, true
}

// maxKinds bounds the kinds of record that are counted.
const maxKinds = 32

// head is what changes with every transaction.
type head struct {
	revision uint64
	nonce    uint64 // random, which tells apart copies of a store that went different ways and came to the same revision
	next     model.ID
	counts   [maxKinds]uint64
}

func (h head) encode() []byte {
	b := binary.AppendUvarint(nil, h.revision)
	b = binary.BigEndian.AppendUint64(b, h.nonce)
	b = binary.AppendUvarint(b, uint64(h.next))
	for _, n := range h.counts {
		b = binary.AppendUvarint(b, n)
	}
	return b
}

func decodeHead(b []byte) (h head, ok bool) {
	var n int
	number := func() (v uint64) {
		if v, n = binary.Uvarint(b); n <= 0 {
			b = nil
			return 0
		}
		b = b[n:]
		return v
	}
	h.revision = number()
	if len(b) < 8 {
		return h, false
	}
	h.nonce, b = binary.BigEndian.Uint64(b), b[8:]
	h.next = model.ID(number())
	for i := range h.counts {
		h.counts[i] = number()
	}
	return h, n > 0 && len(b) == 0
}

// The change log remembers this many revisions. A reader that is further behind reads everything again.
const keptRevisions = 1024

// maxTouched is how many records one entry of the change log names; more become "everything".
const maxTouched = 4096

// encodeChange writes an entry of the change log: whether it is complete, then the records touched.
func encodeChange(refs []model.Ref) []byte {
	if len(refs) > maxTouched {
		return []byte{0}
	}
	b := []byte{1}
	for _, r := range refs {
		b = append(b, byte(r.Kind))
		b = binary.AppendUvarint(b, uint64(r.ID))
	}
	return b
}

// decodeChange adds an entry's records to refs. complete is false for an entry that names none because there were too
// many; ok is false for one that can't be read.
func decodeChange(b []byte, refs []model.Ref) (out []model.Ref, complete, ok bool) {
	if len(b) == 0 || b[0] > 1 || b[0] == 0 && len(b) > 1 {
		return refs, false, false
	}
	complete = b[0] == 1
	for b = b[1:]; len(b) > 0; {
		id, n := binary.Uvarint(b[1:])
		if n <= 0 {
			return refs, false, false
		}
		refs = append(refs, model.Ref{Kind: model.Kind(b[0]), ID: model.ID(id)})
		b = b[1+n:]
	}
	return refs, complete, true
}
