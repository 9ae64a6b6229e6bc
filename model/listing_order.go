package model

import (
	"context"
	"iter"
)

// InOrder goes through all records that the store keeps, in the order of their emails or names: whatever ids they have, the
// same account gives the same list. It reads a page at a time, as All does.
func (l List[T, D]) InOrder(ctx context.Context) iter.Seq2[D, error] {
	return func(yield func(D, error) bool) {
		var seen recollection
		p := orderedPage[T, D]{page: page[T, D]{List: l}}
		for !p.done {
			if err := p.read(ctx, &seen); !deliver(yield, p.rows, err) {
				return
			}
		}
	}
}

// orderedPage reads a list in the order of an index, a page at a time.
type orderedPage[T, D any] struct {
	page[T, D]
	from     string // the key that comes next
	began    bool
	revision uint64 // as the first page found the store
	found    int
}

func (p *orderedPage[T, D]) read(ctx context.Context, seen *recollection) error {
	return p.look(ctx, seen, func(b *browser, own bool) error {
		p.rows = p.rows[:0]
		if own {
			return p.readOwn(b)
		}
		if !p.began {
			p.began, p.revision = true, b.Revision()
		}
		ids, from, err := p.ids(b)
		if err != nil {
			return err
		}
		for _, id := range ids {
			r, err := load(b, p.of.kind, id, p.of.decode)
			if err != nil {
				return err
			}
			p.take(b, r)
		}
		p.from, p.found, p.done = from, p.found+len(ids), len(ids) < pageRows
		return p.complete(b)
	})
}

// ids reads what the next page is of, and the key that comes after it.
func (p *orderedPage[T, D]) ids(b *browser) (ids []ID, from string, err error) {
	from = p.from
	err = b.ScanIndex(p.of.index, p.from, func(key string, id ID) bool {
		ids = append(ids, id)
		from = key + "\x00"
		return len(ids) < pageRows
	})
	return ids, from, err
}

// complete holds the whole list against the count of records, if nobody changed anything meanwhile: a damaged page could
// take some of it away without a wrong checksum anywhere.
func (p *orderedPage[T, D]) complete(b *browser) error {
	if !p.done || b.Revision() != p.revision {
		return b.fault
	}
	count, err := b.Count(p.of.kind)
	if err == nil && count != p.found {
		err = &Error{Kind: ErrDamaged, What: "The store lists fewer of its " + p.of.kind.String() + "s than it holds", Hint: "Look at it with: lanyard check"}
	}
	return err
}
