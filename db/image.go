package db

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"

	"lanyard/model"
)

// deepest is how many levels a tree may have; one of a million records has four.
const deepest = 64

// image is a store's file read page by page, without bbolt and without a memory map: whatever is in the file, reading it
// ends, and nothing panics. It is for what has to look at all of a file that may be damaged.
type image struct {
	ctx  context.Context
	file io.ReaderAt
	meta boltMeta
	used []bool // by page: something leads there
	free []bool // by page: the list of free pages names it
	seen int    // pages that were read, for showing how far it is

	listed bool // the list of free pages could be read

	// bad is told what is wrong. Reading goes on beside it, unless it returns an error.
	bad func(what string) error
	// visit gets each key with its value, in ascending order.
	visit func(key, wrapped []byte) error
	// stray gets what stands on pages that nothing leads to any more, in no order; nil looks at none of these.
	stray func(key, wrapped []byte) error
}

// openImage looks at the first pages of a file of so many bytes.
func openImage(ctx context.Context, file io.ReaderAt, size int64) (*image, error) {
	m, err := newestMeta(file, 0)
	if err != nil {
		return nil, engineError{err}
	}
	if m.highWater > uint64(size)/m.pageSize {
		return nil, engineError{fmt.Sprintf("it is cut short: it has %d of %d bytes", size, m.highWater*m.pageSize)}
	}
	return &image{ctx: ctx, file: file, meta: m, used: make([]bool, m.highWater), free: make([]bool, m.highWater)}, nil
}

// read goes through the whole file. The keys of the store's own bucket are visited; then every page has to be in use or
// free, and none of them both.
func (im *image) read() error {
	if err := im.readFree(); err != nil {
		return err
	}
	err := im.tree(im.meta.root, span{}, deepest, func(e element) error {
		if e.flags&bucketElement == 0 || !bytes.Equal(e.key, bucketName) {
			return im.wrong("its first page holds something else than an account")
		}
		return im.bucket(e.value)
	})
	if err != nil {
		return err
	}
	return im.account()
}

// account holds the pages that were read against the list of those that are free.
func (im *image) account() (err error) {
	for id := uint64(2); err == nil && id < im.meta.highWater; id++ {
		switch {
		case !im.used[id] && !im.free[id]:
			if err = im.wrong("page %d is in no use and not free", id); err == nil && im.stray != nil && im.listed {
				err = im.readStray(id)
			}
		case im.used[id] && im.free[id]: // it may be written over at any time
			err = im.wrong("page %d is in use and free", id)
		}
	}
	return err
}

func (im *image) wrong(what string, args ...any) error { return im.bad(fmt.Sprintf(what, args...)) }

// bucket visits the entries of the store's bucket. A small one has no pages of its own.
func (im *image) bucket(value []byte) error {
	if len(value) < bucketHeader {
		return im.wrong("its bucket can't be read")
	}
	entry := func(e element) error {
		if e.flags != 0 {
			return im.wrong("a value of an unknown kind")
		}
		return im.visit(e.key, e.value)
	}
	if root := binary.NativeEndian.Uint64(value); root != 0 {
		return im.tree(root, span{}, deepest, entry)
	}
	return im.leaf(page{data: value[bucketHeader:]}, span{}, entry)
}

// load reads a page that something leads to, with those that belong to it. One that claims more pages than it fills doesn't
// get them: what is on them can be read by whom they belong to.
func (im *image) load(id uint64) (p page, what string) {
	if id < 2 || id >= im.meta.highWater {
		return p, fmt.Sprintf("something leads to page %d, of %d", id, im.meta.highWater)
	}
	size := im.meta.pageSize
	p = page{id: id, data: make([]byte, size)}
	if _, err := im.file.ReadAt(p.data, int64(id*size)); err != nil {
		return p, fmt.Sprintf("page %d can't be read: %v", id, err)
	}
	p.claims = uint64(binary.NativeEndian.Uint32(p.data[12:])) + 1
	takes := p.claims
	if fills := p.fills(size); fills > 0 {
		takes = min(takes, fills)
	}
	if binary.NativeEndian.Uint64(p.data) != id || takes > im.meta.highWater-id {
		return p, fmt.Sprintf("page %d is damaged", id)
	}
	for i := id; i < id+takes; i++ {
		if im.used[i] { // reading it again might never end
			return p, fmt.Sprintf("page %d is used twice", i)
		}
		im.used[i] = true
	}
	im.seen += int(takes)
	if im.seen%32 == 0 {
		model.ReportProgress(im.ctx, im.seen, len(im.used))
	}
	if takes > 1 {
		p.data = make([]byte, takes*size)
		if _, err := im.file.ReadAt(p.data, int64(id*size)); err != nil {
			return p, fmt.Sprintf("page %d can't be read: %v", id, err)
		}
	}
	return p, ""
}

// span is which keys may stand under a page: from one up to, not including, another. An end that is nil is open.
type span struct{ from, to []byte }

func (s span) holds(key []byte) bool {
	return (s.from == nil || bytes.Compare(key, s.from) >= 0) && (s.to == nil || bytes.Compare(key, s.to) < 0)
}

// tree visits the elements of all leaves below a page.
func (im *image) tree(id uint64, within span, levels int, visit func(element) error) error {
	if err := im.ctx.Err(); err != nil {
		return err
	}
	p, what := im.load(id)
	switch {
	case what != "":
		return im.bad(what)
	case levels == 0:
		return im.wrong("page %d lies too deep", id)
	case p.flags() == flagLeaf:
		return im.leaf(p, within, visit)
	case p.flags() != flagBranch:
		return im.wrong("page %d is of an unknown kind", id)
	}
	if err := im.entire(p); err != nil {
		return err
	}
	children, ok := p.children()
	if !ok {
		return im.wrong("page %d is damaged", id)
	}
	for i, c := range children {
		below := span{c.key, within.to}
		if i+1 < len(children) {
			below.to = children[i+1].key
		}
		if !within.holds(c.key) || below.to != nil && bytes.Compare(c.key, below.to) >= 0 {
			if err := im.wrong("page %d is out of order", id); err != nil {
				return err
			}
		}
		if err := im.tree(c.child, below, levels-1, visit); err != nil {
			return err
		}
	}
	return nil
}

// entire says when a page isn't whole. A small bucket's has no number.
func (im *image) entire(p page) error {
	if size := im.meta.pageSize; p.id == 0 || p.whole(size) && p.claims*size == uint64(len(p.data)) {
		return nil
	}
	return im.wrong("page %d has lost entries, or claims other pages than it fills", p.id)
}

func (im *image) leaf(p page, within span, visit func(element) error) error {
	if len(p.data) < pageHeader || p.flags() != flagLeaf {
		return im.wrong("its bucket can't be read")
	}
	if err := im.entire(p); err != nil {
		return err
	}
	var last []byte
	for i := range p.count() {
		e, ok := p.leaf(i)
		switch {
		case !ok:
			if err := im.wrong("entry %d of page %d can't be read", i, p.id); err != nil {
				return err
			}
			continue
		case !within.holds(e.key) || last != nil && bytes.Compare(last, e.key) >= 0:
			if err := im.wrong("entry %d of page %d, %s, is out of order", i, p.id, describe(e.key)); err != nil {
				return err
			}
		}
		last = e.key
		if err := visit(e); err != nil {
			return err
		}
	}
	return nil
}

// readFree reads which pages are free.
func (im *image) readFree() error {
	p, what := im.load(im.meta.freelist)
	if what != "" {
		return im.bad(what)
	}
	switch {
	case p.flags() != flagFreelist:
		return im.wrong("page %d isn't the list of free pages", p.id)
	case p.claims != p.listFills(im.meta.pageSize):
		if err := im.wrong("page %d, the list of free pages, claims other pages than it fills", p.id); err != nil {
			return err
		}
	}
	for _, id := range p.freeList() {
		if id < 2 || id >= im.meta.highWater || im.used[id] || im.free[id] {
			if err := im.wrong("the list of free pages names page %d", id); err != nil {
				return err
			}
			continue
		}
		im.free[id] = true
	}
	im.listed = true
	return nil
}

// readStray reads a page that nothing leads to, though it isn't free: one above it is damaged. Its entries were there when
// the store was last written, unless the list of free pages is wrong.
func (im *image) readStray(id uint64) error {
	p, what := im.load(id)
	if what != "" || p.flags() != flagLeaf {
		return nil // said already
	}
	for i := range p.count() {
		if e, ok := p.leaf(i); ok && e.flags == 0 {
			if err := im.stray(e.key, e.value); err != nil {
				return err
			}
		}
	}
	return nil
}
