package model

import "context"

// Store keeps the records of one account. Package db has the one on disk; tests have one in memory.
//
// Implementations are safe for concurrent use by several goroutines and, for stores on disk, by several processes.
type Store interface {
	// ID returns a random name given to the store when it was created. Sealed secrets are bound to it.
	ID() string

	// View calls fn with one consistent picture of the store. What fn gets is valid until it returns.
	View(ctx context.Context, fn func(ReadTx) error) error

	// Update calls fn and makes all of its changes durable, or none when it returns an error. An implementation may
	// call fn again from the start, so fn must do nothing outside of the transaction that it can't repeat.
	Update(ctx context.Context, fn func(WriteTx) error) error

	// Look returns a mark that differs from an earlier one if the store may have changed since. It takes no lock and
	// costs a few microseconds.
	Look() (Mark, error)
}

// Mark is what Store.Look saw. Marks are only compared for equality.
type Mark [4]uint64

// ReadTx is one consistent picture of a store.
type ReadTx interface {
	// Revision returns the number of the last change, which grows by one with each Update that changed something.
	Revision() uint64

	// Get returns a record's bytes, ErrNotFound when there is none, or ErrDamaged when they don't match their checksum.
	// The bytes are valid until the transaction ends and must not be changed.
	Get(kind Kind, id ID) ([]byte, error)

	// Find returns the record that holds a key in a unique index, or ErrNotFound.
	Find(index Index, key string) (ID, error)

	// ScanIndex visits the keys of a unique index from `from` on, in the order of their bytes, until visit returns false.
	// An entry that doesn't match its checksum ends the scan with ErrDamaged.
	ScanIndex(index Index, from string, visit func(key string, id ID) bool) error

	// Scan visits the records of a kind with ids from `from` on, in ascending order, until visit returns false.
	// A record that doesn't match its checksum ends the scan with ErrDamaged.
	Scan(kind Kind, from ID, visit func(id ID, record []byte) bool) error

	// Count returns how many records of a kind there are, without visiting them.
	Count(kind Kind) (int, error)

	// Changes returns the records, events left out, that were put or deleted after revision since, each once.
	// The answer is false when the store no longer remembers that far back: then everything may have changed.
	Changes(since uint64) ([]Ref, bool, error)
}

// WriteTx is a change in the making. It reads its own writes.
type WriteTx interface {
	ReadTx

	// NextID returns an id that was never given out before, FirstID or greater.
	NextID() (ID, error)

	// Put writes a record, new or changed.
	Put(kind Kind, id ID, record []byte) error

	// Delete removes a record. Deleting what isn't there is ErrNotFound.
	Delete(kind Kind, id ID) error

	// Reserve takes a key in a unique index for a record. It returns ErrTaken when another record holds it.
	Reserve(index Index, key string, id ID) error

	// Release gives a key in a unique index back. Releasing what isn't held is ErrNotFound.
	Release(index Index, key string) error
}
