package db

import "encoding/binary"

// What bbolt's pages look like, as of its version 1.5. A page begins with its number (8 bytes), flags (2), how many
// elements it has (2) and how many pages follow that belong to it (4). Then come the elements, each with where its key
// lies, counted from the element itself.
const (
	pageHeader  = 16
	elementSize = 16

	flagBranch   = 0x01
	flagLeaf     = 0x02
	flagFreelist = 0x10

	bucketElement = 0x01   // a leaf's element whose value is a bucket
	bucketHeader  = 16     // of a bucket: its root page, a sequence; then, when the root is 0, its only page
	manyFree      = 0xffff // the count of a list of free pages whose first entry is the real count
)

// page is a page with those that belong to it.
type page struct {
	id     uint64
	claims uint64 // how many pages its header says that it takes
	data   []byte
}

func (p page) flags() uint16 { return binary.NativeEndian.Uint16(p.data[8:]) }
func (p page) count() int    { return int(binary.NativeEndian.Uint16(p.data[10:])) }

// whole reports whether a page has as many entries, and takes as many pages, as were written. What the entries hold begins
// right behind the last of them, and the first says where that is: a count that lost a bit takes entries away without another
// trace. And it ends on the last page: one that claims to go on would have the pages after it written over, once it is free.
func (p page) whole(pageSize uint64) bool {
	at := 0 // where an entry says where its key lies
	switch p.flags() {
	case flagLeaf:
		at = 4
	case flagBranch:
	default:
		return false
	}
	if p.fills(pageSize)*pageSize != uint64(len(p.data)) {
		return false
	}
	first, ok := p.cut(pageHeader, elementSize)
	return ok && binary.NativeEndian.Uint32(first[at:]) == uint32(p.count()*elementSize)
}

// fills returns how many pages there are up to where the last entry says that it ends, 0 where that can't be told. bbolt puts
// more than a few entries on a page only where they all fit, so that this stands on the first of several.
func (p page) fills(pageSize uint64) uint64 {
	if p.flags() == flagFreelist {
		return p.listFills(pageSize)
	}
	last := uint64(pageHeader + (p.count()-1)*elementSize)
	b, ok := p.cut(last, elementSize)
	if !ok || p.count() == 0 {
		return 0
	}
	order, end := binary.NativeEndian, uint64(0)
	switch p.flags() {
	case flagLeaf:
		end = last + uint64(order.Uint32(b[4:])) + uint64(order.Uint32(b[8:])) + uint64(order.Uint32(b[12:]))
	case flagBranch:
		end = last + uint64(order.Uint32(b)) + uint64(order.Uint32(b[4:]))
	}
	return (end + pageSize - 1) / pageSize
}

// element is an entry of a page.
type element struct {
	flags      uint32
	key, value []byte // of a leaf
	child      uint64 // of a branch
}

// cut returns n bytes of the page, unless they lie beyond its end.
func (p page) cut(at, n uint64) ([]byte, bool) {
	if at > uint64(len(p.data)) || n > uint64(len(p.data))-at {
		return nil, false
	}
	return p.data[at : at+n : at+n], true
}

func (p page) leaf(i int) (e element, ok bool) {
	at := uint64(pageHeader + i*elementSize)
	b, ok := p.cut(at, elementSize)
	if !ok {
		return e, false
	}
	order := binary.NativeEndian
	pos, keyLen, valueLen := uint64(order.Uint32(b[4:])), uint64(order.Uint32(b[8:])), uint64(order.Uint32(b[12:]))
	e.flags = order.Uint32(b)
	both, ok := p.cut(at+pos, keyLen+valueLen)
	if !ok || keyLen == 0 {
		return e, false
	}
	e.key, e.value = both[:keyLen:keyLen], both[keyLen:]
	return e, true
}

func (p page) branch(i int) (e element, ok bool) {
	at := uint64(pageHeader + i*elementSize)
	b, ok := p.cut(at, elementSize)
	if !ok {
		return e, false
	}
	order := binary.NativeEndian
	e.child = order.Uint64(b[8:])
	e.key, ok = p.cut(at+uint64(order.Uint32(b)), uint64(order.Uint32(b[4:])))
	return e, ok
}

// children reads all entries of a branch.
func (p page) children() (list []element, ok bool) {
	list = make([]element, p.count())
	for i := range list {
		if list[i], ok = p.branch(i); !ok {
			return nil, false
		}
	}
	return list, true
}

// listed returns how many pages a list of free pages names, and where the first is named.
func (p page) listed() (count, at uint64) {
	count, at = uint64(p.count()), pageHeader
	if count == manyFree {
		b, ok := p.cut(at, 8)
		if !ok {
			return 0, at
		}
		count, at = binary.NativeEndian.Uint64(b), at+8
	}
	return count, at
}

// listFills returns how many pages a list of free pages takes: as many as it claims, if that may be. bbolt reckons before it
// takes them out of what is free, so that the list may be shorter by that many than it has room for.
func (p page) listFills(pageSize uint64) uint64 {
	count, _ := p.listed()
	room := func(count uint64) uint64 {
		if count >= manyFree {
			count++
		}
		return (pageHeader+count*8)/pageSize + 1
	}
	if p.claims == room(count) || p.claims == room(count+p.claims) {
		return p.claims
	}
	return room(count)
}

// freeList returns the pages that a list of free pages names, as many as lie within it.
func (p page) freeList() []uint64 {
	count, at := p.listed()
	count = min(count, (uint64(len(p.data))-at)/8)
	list := make([]uint64, count)
	for i := range list {
		list[i] = binary.NativeEndian.Uint64(p.data[at+uint64(i)*8:])
	}
	return list
}
