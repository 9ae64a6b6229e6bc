package model

import (
	"context"
	"errors"

	"lanyard/keys"
)

// The sealed copy of a deleted API key lies in the step that deleted it, for as long as that can be undone. What is done to the
// copies of all keys has to reach these too.

// HoldsKeys reports whether a record of KindUndoPart holds sealed copies of API keys, which are gone when it is deleted.
func HoldsKeys(record []byte) bool {
	p, ok := decodeUndoPart(0, record, true)
	if !ok {
		return false
	}
	found := false
	p.keys(func(_ int, k APIKey) { found = found || len(k.Sealed) > 0 })
	return found
}

// keys visits the API keys of which a part holds all.
func (p undoPart) keys(visit func(at int, k APIKey)) {
	for i, t := range p.touches {
		if t.ref.Kind != KindAPIKey || len(t.image) == 0 {
			continue
		}
		if k, ok := decodeAPIKey(t.ref.ID, t.image, false); ok {
			visit(i, k)
		}
	}
}

// partsSealedBefore returns the parts that hold keys which an earlier generation sealed, and counts the keys.
func partsSealedBefore(tx ReadTx, generation uint64) (parts []ID, s Sealing, err error) {
	err = scanAll(tx, KindUndoPart, decodeUndoPart, func(p undoPart) bool {
		earlier := s.Earlier
		p.keys(func(_ int, k APIKey) {
			if len(k.Sealed) == 0 {
				return
			}
			s.Keys++
			if keys.Generation(k.Sealed) < generation {
				s.Earlier++
			}
		})
		if s.Earlier > earlier {
			parts = append(parts, p.id)
		}
		return true
	})
	return parts, s, err
}

// resealUndo seals the keys anew that undo holds, a part in a transaction.
func (d *Directory) resealUndo(ctx context.Context, actor Actor, generation uint64) (out Resealed, err error) {
	var parts []ID
	err = d.store.View(ctx, func(tx ReadTx) (err error) {
		parts, _, err = partsSealedBefore(tx, generation)
		return err
	})
	if err != nil {
		return out, err
	}
	for _, id := range parts {
		var done Resealed
		err := d.update(ctx, actor, func(c *change) (err error) {
			done, err = c.resealPart(id, generation)
			return err
		})
		if err != nil {
			return out, err
		}
		out.Done += done.Done
		out.Shut = append(out.Shut, done.Shut...)
	}
	return out, nil
}

func (c *change) resealPart(id ID, generation uint64) (out Resealed, err error) {
	if err := c.mayReseal(generation); err != nil {
		return out, err
	}
	p, err := load(c, KindUndoPart, id, decodeUndoPart)
	if errors.Is(err, ErrNotFound) {
		return out, nil // undone, or past its term
	}
	if err != nil {
		return out, err
	}
	p.keys(func(at int, k APIKey) {
		if err != nil || len(k.Sealed) == 0 || keys.Generation(k.Sealed) >= generation {
			return
		}
		secret, shut := c.root.OpenKey(c.d.binding(k), k.Sealed, k.Digest)
		if shut != nil {
			out.Shut = append(out.Shut, k)
			return
		}
		k.Sealed, err = c.root.Seal(c.d.binding(k), secret.Text())
		secret.Wipe()
		p.touches[at].image = k.appendRecord(nil)
		out.Done++
	})
	if err != nil {
		return out, err
	}
	return out, save(c, nil, p)
}
