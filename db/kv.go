package db

import (
	"bytes"
	"errors"
	"fmt"

	bolt "go.etcd.io/bbolt"
)

// reader is one consistent picture of ordered keys. It and kv are all that the records above ask of an engine: another
// one (etcd, behind a team's server) has to offer no more.
type reader interface {
	// get returns a value, nil if there is none. It is valid until the transaction ends.
	get(key []byte) ([]byte, error)
	// missed makes sure of a key that get didn't find: what stands before it and after it is whole, and in order. A damaged
	// page sends a search astray, and what it then misses would seem never to have been there. It returns the keys that stand
	// there, nil at either end.
	missed(key []byte) (before, after []byte, err error)
	// scan visits the keys from `from` up to, not including, `to` in ascending order until visit returns false.
	scan(from, to []byte, visit func(key, value []byte) bool) error
}

// kv is a change of ordered keys in the making.
type kv interface {
	reader
	put(key, value []byte) error
	delete(key []byte) error
}

// bucketName is the only bucket of a store's file.
var bucketName = []byte("lanyard")

// boltKV is a transaction of bbolt.
type boltKV struct {
	bucket *bolt.Bucket
	ours   bool // the file is in the making, and nothing has befallen it
}

func bucketOf(tx *bolt.Tx) (b boltKV, err error) {
	defer guard(&err)
	b.bucket = tx.Bucket(bucketName)
	if b.bucket == nil {
		return b, errForeign
	}
	return b, nil
}

// errForeign means that a bbolt file isn't one of ours.
var errForeign = fmt.Errorf("it holds no account")

// engineError is a panic of the engine, which is how bbolt and the memory map answer to a damaged file.
type engineError struct{ why any }

// Error says what the engine panicked with, for a sentence around it.
func (f engineError) Error() string { return fmt.Sprint(f.why) }

// guard makes an error of a panic within the engine. It is deferred around the engine's calls and nothing else, so that
// a bug of ours isn't taken for damage.
func guard(err *error) { //nolint:gocritic // it sets what the caller returns
	if why := recover(); why != nil { //nolint:revive // guard itself is deferred
		*err = engineError{why}
	}
}

func (b boltKV) get(key []byte) (value []byte, err error) {
	defer guard(&err)
	return b.bucket.Get(key), nil
}

var (
	errAstray = errors.New("its keys are out of order")
	errBeside = errors.New("a record beside one that wasn't found: checksum doesn't fit")
)

// neighbours is how many keys on either side of one that is missed are looked at: more than a page holds, so that a page
// that stands in the place of another shows by what comes before or after it.
const neighbours = 256

func (b boltKV) missed(key []byte) (last, next []byte, err error) {
	defer guard(&err)
	if err := b.led(key, false); err != nil {
		return nil, nil, err
	}
	c := b.bucket.Cursor()
	next, value := c.Seek(key)
	before := c.Prev
	if next == nil {
		before = c.Last
	} else if err := beside(next, value, bytes.Compare(key, next)); err != nil {
		return nil, nil, err
	}
	if last, value = before(); last != nil {
		if err := beside(last, value, bytes.Compare(last, key)); err != nil {
			return nil, nil, err
		}
		if err := inOrder(key, last, -1, func() []byte { k, _ := c.Prev(); return k }); err != nil {
			return nil, nil, err
		}
	}
	next, _ = c.Seek(key)
	return last, next, inOrder(key, next, 1, func() []byte { k, _ := c.Next(); return k })
}

// inOrder walks away from a key and holds that each one is further off than the one before.
func inOrder(from, next []byte, way int, step func() []byte) error {
	for range neighbours {
		if next == nil {
			return nil
		}
		if bytes.Compare(next, from) != way {
			return engineError{errAstray}
		}
		from, next = next, step()
	}
	return nil
}

// beside holds a neighbour against what it must be. order is negative when it stands on the right side.
func beside(key, value []byte, order int) error {
	if order >= 0 {
		return engineError{errAstray}
	}
	if _, err := unwrap(key, value); err != nil {
		return engineError{errBeside}
	}
	return nil
}

func (b boltKV) scan(from, to []byte, visit func(key, value []byte) bool) error {
	c := b.bucket.Cursor()
	key, value, more, err := step(to, func() ([]byte, []byte) { return c.Seek(from) })
	for err == nil && more && visit(key, value) {
		key, value, more, err = step(to, c.Next)
	}
	return err
}

// step moves a cursor and tells whether it came to a key before `to`. A key of a damaged page may reach beyond the file,
// so that it is compared here, under guard.
func step(to []byte, move func() ([]byte, []byte)) (key, value []byte, more bool, err error) {
	defer guard(&err)
	key, value = move()
	return key, value, key != nil && bytes.Compare(key, to) < 0, nil
}

func (b boltKV) put(key, value []byte) (err error) {
	defer guard(&err)
	if !b.ours {
		if err := b.led(key, false); err != nil {
			return err
		}
	}
	return b.bucket.Put(key, value)
}

func (b boltKV) delete(key []byte) (err error) {
	defer guard(&err)
	if !b.ours {
		if err := b.led(key, true); err != nil {
			return err
		}
	}
	return b.bucket.Delete(key)
}
