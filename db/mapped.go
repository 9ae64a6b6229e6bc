package db

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"sort"
	"unsafe"

	bolt "go.etcd.io/bbolt"
)

// Before bbolt changes a page it sets it free, with as many pages after it as the page's header claims: a header with one bit
// flipped gives away pages that are in use, or half a billion that aren't there, until no memory is left. So each page that
// a change may set free is held against what is in it first.

// mapped is the file of a transaction as it lies in memory. Reading what isn't there panics, so that it is used under guard.
type mapped struct {
	from     unsafe.Pointer
	pageSize uint64
	pages    uint64
}

func mappedOf(btx *bolt.Tx) mapped {
	info := btx.DB().Info()
	m := mapped{from: *(*unsafe.Pointer)(unsafe.Pointer(&info.Data)), pageSize: uint64(info.PageSize)}
	m.pages = uint64(btx.Size()) / m.pageSize
	return m
}

// page returns a page with those that belong to it, as far as they are in the file.
func (m mapped) page(id uint64) (p page, err error) {
	if id < 2 || id >= m.pages {
		return p, engineError{fmt.Sprintf("something leads to page %d, of %d", id, m.pages)}
	}
	at := unsafe.Add(m.from, id*m.pageSize)
	header := unsafe.Slice((*byte)(at), pageHeader)
	more := uint64(binary.NativeEndian.Uint32(header[12:]))
	if binary.NativeEndian.Uint64(header) != id || id+more >= m.pages {
		return p, brokenPage(id)
	}
	return page{id, more + 1, unsafe.Slice((*byte)(at), (more+1)*m.pageSize)}, nil
}

// whole returns a page of a tree, unless something is wrong with it.
func (m mapped) whole(id uint64) (page, error) {
	p, err := m.page(id)
	if err == nil && !p.whole(m.pageSize) {
		err = brokenPage(id)
	}
	return p, err
}

func brokenPage(id uint64) error { return engineError{fmt.Sprintf("page %d is damaged", id)} }

// led follows the pages that lead to a key, and holds that each is whole. With those beside them when the key is to be
// deleted: a page that gets too small is joined to the one beside it.
func (b boltKV) led(key []byte, beside bool) error {
	id, m := uint64(b.bucket.Root()), mappedOf(b.bucket.Tx())
	if id == 0 { // a small bucket has no pages of its own
		return nil
	}
	for range deepest {
		p, err := m.whole(id)
		if err != nil || p.flags() == flagLeaf {
			return err
		}
		at := max(0, sort.Search(p.count(), func(i int) bool {
			e, ok := p.branch(i)
			return !ok || bytes.Compare(e.key, key) > 0
		})-1)
		e, ok := p.branch(at)
		if !ok {
			return brokenPage(id)
		}
		id = e.child
		for _, next := range []int{at - 1, at + 1} {
			if !beside || next < 0 || next >= p.count() {
				continue
			}
			if e, ok = p.branch(next); !ok {
				return brokenPage(p.id)
			}
			if _, err := m.whole(e.child); err != nil {
				return err
			}
		}
	}
	return engineError{errAstray}
}

// freeable looks at the pages that every change sets free: the one that holds the bucket, and the list of free pages.
func freeable(btx *bolt.Tx) (err error) {
	defer guard(&err)
	m := mappedOf(btx)
	meta, err := newestMeta(bytes.NewReader(unsafe.Slice((*byte)(m.from), 2*m.pageSize)), m.pageSize)
	if err != nil {
		return engineError{err}
	}
	if _, err := m.whole(meta.root); err != nil {
		return err
	}
	p, err := m.page(meta.freelist)
	if err == nil && !p.wholeList(m) {
		err = engineError{"the list of free pages is damaged"}
	}
	return err
}

// wholeList reports whether a list of free pages is as one is written: in ascending order, and as long as it needs to be.
func (p page) wholeList(m mapped) bool {
	last := uint64(1)
	for _, id := range p.freeList() {
		if id <= last || id >= m.pages {
			return false
		}
		last = id
	}
	return p.flags() == flagFreelist && p.claims == p.listFills(m.pageSize)
}
