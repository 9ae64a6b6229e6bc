package model

import (
	"context"
	"errors"
	"maps"

	"lanyard/keys"
)

// Together runs several use cases as one: fn gets a Directory whose methods all work in the same transaction, and a context
// in which they are one step to undo. When fn returns an error, nothing of it was done. fn may be called again from the
// start, and while it runs, it reads and writes through the Directory that it gets and through no other.
func (d *Directory) Together(ctx context.Context, fn func(context.Context, *Directory) error) error {
	ctx = OneStep(ctx)
	err := d.togetherOnce(ctx, fn)
	if errors.Is(err, errRenewed) { // as in update
		err = d.togetherOnce(ctx, fn)
	}
	return err
}

// togetherOnce unlocks before the transaction, which waits for nobody who types a passphrase.
func (d *Directory) togetherOnce(ctx context.Context, fn func(context.Context, *Directory) error) error {
	root, err := d.unlock()
	if err != nil {
		return err
	}
	defer root.Wipe()
	step := stepOf(ctx)
	was := *step
	err = d.store.Update(ctx, func(tx WriteTx) error {
		step.again(was)
		joined := *d
		joined.store = joinedStore{d.store, tx}
		joined.unlock = func() (*keys.Root, error) { return root.Clone(), nil }
		return fn(ctx, &joined)
	})
	if err != nil {
		step.again(was)
	}
	return err
}

// again takes a step back to what it was: what was added to it since is undone.
func (s *openStep) again(was openStep) {
	*s = was
	s.known = maps.Clone(was.known)
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

// IsMistake reports whether an error is about how something was written, so that it can be written otherwise.
func IsMistake(err error) bool {
	return refused(err) && (errors.Is(err, ErrInvalid) || errors.Is(err, ErrNotFound) || errors.Is(err, ErrTaken))
}
