package db

import (
	"encoding/binary"
	"errors"
	"hash/fnv"
	"io"
	"os"

	"lanyard/model"
)

// What bbolt keeps at the beginning of each of its two meta pages, as of its version 1.5: a page header of 16 bytes, then
// magic, version, page size, flags, root bucket (16 bytes), freelist, high-water mark, transaction id, and an FNV-64a
// checksum over all of these. Numbers are in the machine's own order.
const (
	metaOffset    = 16
	metaLen       = 64
	metaRead      = metaOffset + metaLen
	boltMagic     = 0xED0CDAED
	boltVersion   = 2
	smallestPage  = 1024
	largestPage   = 64 << 10
	offPageSize   = 8
	offRoot       = 16
	offFreelist   = 32
	offHighWater  = 40
	offTxid       = 48
	offChecksum   = 56
	offBoltFormat = 4
)

// boltMeta is a meta page that is whole.
type boltMeta struct {
	pageSize  uint64
	root      uint64 // the page that leads to all others
	freelist  uint64 // the page that lists the free ones
	highWater uint64 // pages that the file must have
	txid      uint64
	checksum  uint64
}

func parseBoltMeta(page []byte) (m boltMeta, ok bool) {
	if len(page) < metaRead {
		return m, false
	}
	b, order := page[metaOffset:metaRead], binary.NativeEndian
	sum := fnv.New64a()
	_, _ = sum.Write(b[:offChecksum])
	m = boltMeta{
		pageSize: uint64(order.Uint32(b[offPageSize:])), highWater: order.Uint64(b[offHighWater:]),
		root: order.Uint64(b[offRoot:]), freelist: order.Uint64(b[offFreelist:]),
		txid: order.Uint64(b[offTxid:]), checksum: order.Uint64(b[offChecksum:]),
	}
	ok = order.Uint32(b) == boltMagic && order.Uint32(b[offBoltFormat:]) == boltVersion && m.checksum == sum.Sum64() &&
		m.pageSize >= smallestPage && m.pageSize <= largestPage && m.pageSize&(m.pageSize-1) == 0
	return m, ok
}

var errNoMeta = errors.New("neither of its two first pages is whole")

// newestMeta reads both meta pages and returns the one that counts. pageSize is 0 if it isn't known yet. A reader beside
// a writer may see one page half written; then the other one is whole.
func newestMeta(f io.ReaderAt, pageSize uint64) (boltMeta, error) {
	var best boltMeta
	var buffer [metaRead]byte
	found := false
	look := func(at uint64) {
		if _, err := f.ReadAt(buffer[:], int64(at)); err != nil {
			return
		}
		if m, ok := parseBoltMeta(buffer[:]); ok && (!found || m.txid > best.txid) {
			best, found = m, true
		}
	}
	look(0)
	switch {
	case pageSize != 0:
		look(pageSize)
	case found:
		look(best.pageSize)
	default: // the first is broken: try where the second may be
		for size := uint64(smallestPage); size <= largestPage; size *= 2 {
			look(size)
		}
	}
	if !found {
		return best, errNoMeta
	}
	return best, nil
}

// inspect looks at a store's file before bbolt does: bbolt takes an empty file for a new database, may panic on a damaged
// one and dies on one that is cut short.
func inspect(path string) error {
	info, err := private(path)
	if errors.Is(err, ErrExposed) && !begun(path) {
		return fault(model.ErrDamaged, "Name another with --db, or put a backup in its place: lanyard restore FILE.",
			"%s isn't a store, or its beginning is destroyed", path)
	}
	if err != nil {
		return err
	}
	if info.Size() == 0 {
		return fault(ErrEmpty, restoreHint, "The store %s is empty: something cut it off", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return unreadable(path, err)
	}
	defer func() { _ = f.Close() }()
	m, err := newestMeta(f, 0)
	switch {
	case err != nil && info.Size() < 4*smallestPage:
		return fault(ErrTruncated, restoreHint, "The store %s is cut short: it has only %d bytes", path, info.Size())
	case err != nil:
		return damaged(path, err)
	case m.highWater > uint64(info.Size())/m.pageSize:
		return fault(ErrTruncated, restoreHint, "The store %s is cut short: it has %d of %d bytes", path, info.Size(), m.highWater*m.pageSize)
	}
	return nil
}

// begun reports whether a file begins as a store does, or can't be looked at. To close one that doesn't would be no help.
func begun(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return true
	}
	defer func() { _ = f.Close() }()
	_, err = newestMeta(f, 0)
	return err == nil
}
