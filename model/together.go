package model

import "context"

// Together runs several use cases as one: fn gets a Directory whose methods all work in the same transaction. When fn
// returns an error, nothing of it was done. The store may call fn again from the start, and while it runs, fn reads and
// writes through the Directory that it gets and through no other.
func (d *Directory) Together(ctx context.Context, fn func(*Directory) error) error {
	return d.store.Update(ctx, func(tx WriteTx) error {
		joined := *d
		joined.store = joinedStore{d.store, tx}
		return fn(&joined)
	})
}

// joinedStore is a store in the middle of a change: whatever is asked of it becomes a part of that.
type joinedStore struct {
	Store
	tx WriteTx
}

// View calls fn with the store as the change has left it so far.
func (s joinedStore) View(_ context.Context, fn func(ReadTx) error) error { return fn(s.tx) }

// Update calls fn as a part of the change. When fn returns an error, what it wrote is undone with all the rest, so that
// whoever runs the change has to give it up.
func (s joinedStore) Update(_ context.Context, fn func(WriteTx) error) error { return fn(s.tx) }

// IsRefusal reports whether an error is the answer of the rules about one record, after which others can go on, and not a
// failure of the store.
func IsRefusal(err error) bool { return refused(err) }
