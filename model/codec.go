package model

import (
	"encoding/binary"
	"sync"
	"time"
	"unsafe"
)

// Records are written in a compact binary form: one byte of schema number, the version, then the fields in a fixed
// order. Numbers are unsigned varints, texts are length-prefixed, times are milliseconds since 1970 in UTC with zero for
// "never". Decoding JSON to filter a million rows takes seconds; scanning these bytes takes a tenth of one.

// recordSchema is the number of the first schema of every kind of record. A kind that changes gets the next one and keeps a
// reader for those before: see newEncoderOf and newDecoderOf.
const recordSchema = 1

// maxText bounds one text or byte field, in bytes, so that a damaged length can't ask for gigabytes.
const maxText = 1 << 16

// maxItems bounds a list within a record.
const maxItems = 1 << 20

// encoder appends fields to a record.
type encoder struct{ b []byte }

func newEncoder(b []byte, version uint64) *encoder { return newEncoderOf(recordSchema, b, version) }

// newEncoderOf is newEncoder for a kind whose records have a later schema.
func newEncoderOf(schema byte, b []byte, version uint64) *encoder {
	e := &encoder{b: append(b, schema)}
	e.number(version)
	return e
}

func (e *encoder) number(n uint64) { e.b = binary.AppendUvarint(e.b, n) }

func (e *encoder) text(s string) {
	e.number(uint64(len(s)))
	e.b = append(e.b, s...)
}

func (e *encoder) bytes(p []byte) {
	e.number(uint64(len(p)))
	e.b = append(e.b, p...)
}

func (e *encoder) time(t time.Time) {
	if t.IsZero() {
		e.number(0)
		return
	}
	e.number(uint64(max(t.UnixMilli(), 1)))
}

func (e *encoder) ids(list []ID) {
	e.number(uint64(len(list)))
	for _, id := range list {
		e.number(uint64(id))
	}
}

func (e *encoder) grants(list []WorkspaceGrant) {
	e.number(uint64(len(list)))
	for _, g := range list {
		e.number(uint64(g.Workspace))
		e.number(uint64(g.Role))
	}
}

// decoder reads the fields back. After the first fault everything reads as zero and bad stays set.
type decoder struct {
	b      []byte
	schema byte // of the record
	bad    bool
	share  bool // texts point into b instead of being copied; only for bytes that never change
}

// newDecoder reads the schema number and the version.
func newDecoder(b []byte, share bool) (d decoder, version uint64) {
	return newDecoderOf(recordSchema, b, share)
}

// newDecoderOf is newDecoder for a kind that has had several schemas. The fields that came with a later one are read only
// when d.schema has reached it.
func newDecoderOf(latest byte, b []byte, share bool) (d decoder, version uint64) {
	if len(b) == 0 || b[0] == 0 || b[0] > latest {
		return decoder{bad: true}, 0
	}
	d = decoder{b: b[1:], schema: b[0], share: share}
	version = d.number()
	return d, version
}

func (d *decoder) number() uint64 {
	if b := d.b; len(b) > 0 && b[0] < 0x80 { // nearly always one byte
		d.b = b[1:]
		return uint64(b[0])
	}
	return d.longNumber()
}

// longNumber is apart to keep number small, which is called for nearly every field.
func (d *decoder) longNumber() uint64 {
	n, size := binary.Uvarint(d.b)
	if size <= 0 {
		d.fail()
		return 0
	}
	d.b = d.b[size:]
	return n
}

func (d *decoder) fail() {
	d.bad, d.b = true, nil
}

func (d *decoder) take() []byte {
	n := d.number()
	if n > maxText || n > uint64(len(d.b)) {
		d.fail()
		return nil
	}
	p := d.b[:n:n]
	d.b = d.b[n:]
	return p
}

func (d *decoder) text() string {
	p := d.take()
	if len(p) == 0 {
		return ""
	}
	if d.share {
		return unsafe.String(&p[0], len(p))
	}
	return string(p)
}

func (d *decoder) bytes() []byte {
	p := d.take()
	if len(p) == 0 || d.share {
		return p
	}
	return append([]byte(nil), p...)
}

func (d *decoder) time() time.Time {
	n := d.number()
	if n == 0 {
		return time.Time{}
	}
	if n > 1<<52 { // beyond the year 140,000: damage, not a date
		d.fail()
		return time.Time{}
	}
	return time.UnixMilli(int64(n)).UTC()
}

func (d *decoder) length() int {
	n := d.number()
	if n > maxItems || n > uint64(len(d.b)) {
		d.fail()
		return 0
	}
	return int(n)
}

// ids reads a list, into the memory of another if it has room; nil has none.
func (d *decoder) ids(into []ID) []ID {
	n := d.length()
	if n > cap(into) {
		into = roomFor[ID](&idRoom, n, d.share)
	}
	list := into[:n]
	for i := range list {
		list[i] = ID(d.number())
	}
	return list
}

// grants is ids for memberships of workspaces.
func (d *decoder) grants(into []WorkspaceGrant) []WorkspaceGrant {
	n := d.length()
	if n > cap(into) {
		into = roomFor[WorkspaceGrant](&grantRoom, n, d.share)
	}
	list := into[:n]
	for i := range list {
		list[i] = WorkspaceGrant{Workspace: ID(d.number()), Role: ID(d.number())}
	}
	return list
}

// Short lists of rows that are looked at a million at a time share their memory, a few hundred lists to an allocation.
var idRoom, grantRoom sync.Pool

// roomSize is how many items are allocated at once: four or eight kilobytes.
const roomSize = 512

// roomFor returns a list of n items. With share set it is cut from a larger one that others have a part of.
func roomFor[T any](room *sync.Pool, n int, share bool) []T {
	if !share || n > roomSize/8 {
		return make([]T, n)
	}
	free, ok := room.Get().(*[]T)
	if !ok || len(*free) < n {
		fresh := make([]T, roomSize)
		free = &fresh
	}
	list := (*free)[:n:n]
	*free = (*free)[n:]
	room.Put(free)
	return list
}

// done reports whether the record was read whole and nothing is left over.
func (d *decoder) done() bool { return !d.bad && len(d.b) == 0 }
