package model

import (
	"context"
	"errors"
	"maps"

	"lanyard/keys"
)

// togetherTries is how often several use cases are prepared beside the store before they hold it.
const togetherTries = 3

// Together runs several use cases as one: fn gets a Directory whose methods all work on the same change, and a context in
// which they are one step to undo. When fn returns an error, or ctx ends, nothing of it was done. fn may be called again from
// the start, and while it runs, it reads and writes through the Directory that it gets and through no other.
//
// What fn does is remembered, as a rehearsal does, and then written in one transaction, so that others use the store
// meanwhile. If one of them has changed the account by then, it begins again, and the last time it keeps them out.
func (d *Directory) Together(ctx context.Context, fn func(context.Context, *Directory) error) error {
	ctx = OneStep(ctx)
	for try := 1; ; try++ {
		err := d.togetherOnce(ctx, try > togetherTries, fn)
		again := errors.Is(err, errOvertaken) || errors.Is(err, errRenewed) // the latter as in update
		if !again || try > togetherTries {
			return err
		}
	}
}

// errOvertaken means that somebody changed the account while something was being prepared.
var errOvertaken = errors.New("the account was changed meanwhile")

// togetherOnce unlocks before the transaction, which waits for nobody who types a passphrase.
func (d *Directory) togetherOnce(ctx context.Context, hold bool, fn func(context.Context, *Directory) error) error {
	root, err := d.unlock()
	if err != nil {
		return err
	}
	defer root.Wipe()
	step := stepOf(ctx)
	was := *step
	run := func(s Store, kept *sketch) error {
		step.again(was)
		joined := *d
		joined.store = &rehearsal{Store: s, kept: kept}
		joined.unlock = func() (*keys.Root, error) { return root.Clone(), nil }
		joined.renewed = nil // is asked when all is written
		return fn(ctx, &joined)
	}
	if hold {
		err = d.store.Update(ctx, func(tx WriteTx) error {
			base, err := baseOf(tx)
			if err != nil {
				return err
			}
			if err := run(joinedStore{d.store, tx}, base.kept); err != nil {
				return err
			}
			return d.writePrepared(ctx, tx, base, root)
		})
	} else {
		err = d.prepare(ctx, root, run)
	}
	if err != nil {
		step.again(was)
	}
	return err
}

// prepare runs something on a picture of the store, and writes what came of it if the picture is still true.
func (d *Directory) prepare(ctx context.Context, root *keys.Root, run func(Store, *sketch) error) error {
	var base *base
	looked := errors.New("only looked")
	err := d.store.Update(ctx, func(tx WriteTx) (err error) {
		if base, err = baseOf(tx); err != nil {
			return err
		}
		return looked
	})
	if !errors.Is(err, looked) {
		return err
	}
	if err := run(stillStore{d.store, base}, base.kept); err != nil {
		return err
	}
	return d.store.Update(ctx, func(tx WriteTx) error {
		if err := base.holds(tx); err != nil {
			return err
		}
		return d.writePrepared(ctx, tx, base, root)
	})
}

// base is what something is prepared on, and what was prepared.
type base struct {
	kept     *sketch
	revision uint64
	events   int
	first    ID // the id that comes next
}

// baseOf looks at a store. The id that it asks for is the first that is used in preparing.
func baseOf(tx WriteTx) (*base, error) {
	b := &base{kept: newSketch(nil), revision: tx.Revision()}
	var err error
	if b.events, err = tx.Count(KindEvent); err != nil {
		return nil, err
	}
	b.first, err = tx.NextID()
	b.kept.next = b.first - 1
	return b, err
}

// holds reports that the account isn't what it was. Where only keys were used since, it is, unless what was prepared is about
// keys: a busy account notes the use of some key all the time.
func (b *base) holds(tx ReadTx) error {
	if tx.Revision() == b.revision {
		return nil
	}
	changed, complete, err := tx.Changes(b.revision)
	if err != nil {
		return err
	}
	events, err := tx.Count(KindEvent)
	if err != nil {
		return err
	}
	for _, ref := range changed {
		complete = complete && ref.Kind == KindAPIKey
	}
	if !complete || events != b.events || b.kept.asked[KindAPIKey] {
		return errOvertaken
	}
	return nil
}

// writePrepared does what was prepared, with keys that were sealed under a root key.
func (d *Directory) writePrepared(ctx context.Context, tx WriteTx, b *base, root *keys.Root) error {
	if len(b.kept.records[KindAPIKey]) > 0 && d.renewed != nil && d.renewed(root) {
		return errRenewed
	}
	return b.write(ctx, tx)
}

// write does what was prepared, with the ids that were used for it.
func (b *base) write(ctx context.Context, tx WriteTx) (err error) {
	for id := b.first - 1; id < b.kept.next; {
		if id, err = tx.NextID(); err != nil {
			return err
		}
	}
	return b.kept.write(ctx, tx)
}

// again takes a step back to what it was: what was added to it since is undone.
func (s *openStep) again(was openStep) {
	*s = was
	s.known = maps.Clone(was.known)
}

// stillStore is a store that is only good as long as what was prepared on it holds.
type stillStore struct {
	Store
	base *base
}

// View calls fn with the store unless it has changed.
func (s stillStore) View(ctx context.Context, fn func(ReadTx) error) error {
	return s.Store.View(ctx, func(tx ReadTx) error {
		if err := s.base.holds(tx); err != nil {
			return err
		}
		return fn(tx)
	})
}

// joinedStore is a store in the middle of a change.
type joinedStore struct {
	Store
	tx WriteTx
}

// View calls fn with the store as it was before the change, unless nobody waits for it any more.
func (s joinedStore) View(ctx context.Context, fn func(ReadTx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return fn(s.tx)
}

// IsRefusal reports whether an error is the answer of the rules about one record, after which others can go on, and not a
// failure of the store.
func IsRefusal(err error) bool { return refused(err) }

// IsMistake reports whether an error is about how something was written, so that it can be written otherwise.
func IsMistake(err error) bool {
	return refused(err) && (errors.Is(err, ErrInvalid) || errors.Is(err, ErrNotFound) || errors.Is(err, ErrTaken))
}
