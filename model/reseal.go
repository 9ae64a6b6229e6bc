package model

import (
	"context"
	"fmt"
	"strconv"

	"lanyard/keys"
)

// Sealing says how far the API keys of an account are sealed under one generation of the data key.
type Sealing struct {
	Keys    int // that are sealed at all
	Earlier int // of those, under an earlier generation
}

// Sealing looks through all API keys, those of deletions that can be undone included. It needs no sealing key.
func (d *Directory) Sealing(ctx context.Context, generation uint64) (Sealing, error) {
	var s Sealing
	err := d.store.View(ctx, func(tx ReadTx) error {
		var err error
		if _, s, err = partsSealedBefore(tx, generation); err != nil {
			return err
		}
		return scanKeys(tx, 0, func(k APIKey) bool {
			if len(k.Sealed) > 0 {
				s.Keys++
				if keys.Generation(k.Sealed) < generation {
					s.Earlier++
				}
			}
			return true
		})
	})
	return s, err
}

// Resealed says how sealing anew went.
type Resealed struct {
	Done int
	Shut []APIKey // those that don't open; they are left as they were
}

// Reseal seals anew every API key that was sealed under an earlier generation of the data key than the present one. It works
// in small transactions, each of which leaves every key openable. When it was cut off, calling it again does the rest. The
// events tell how many were to be sealed anew and how many were; there are none if there is nothing to do.
func (d *Directory) Reseal(ctx context.Context, actor Actor) (Resealed, error) {
	var out Resealed
	generation, err := d.generation()
	if err != nil {
		return out, err
	}
	before, err := d.Sealing(ctx, generation)
	if err != nil || before.Earlier == 0 {
		return out, err
	}
	begun := fmt.Sprintf("%d to be sealed anew", before.Earlier)
	if err := d.noteReseal(ctx, actor, generation, begun); err != nil {
		return out, err
	}
	for done := -1; out.Done > done; { // a deletion or an undo may have put a key behind the pass
		done = out.Done
		if err := d.resealPass(ctx, actor, generation, before.Earlier, &out); err != nil {
			return out, err
		}
	}
	ended := fmt.Sprintf("%d sealed anew", out.Done)
	if len(out.Shut) > 0 {
		ended += fmt.Sprintf(", %d don't open", len(out.Shut))
	}
	return out, d.noteReseal(ctx, actor, generation, ended)
}

// resealPass goes through all keys once, those that undo holds last. What doesn't open is said anew by each pass.
func (d *Directory) resealPass(ctx context.Context, actor Actor, generation uint64, total int, out *Resealed) error {
	out.Shut = nil
	for next, through := FirstID, out.Done; ; {
		ids, err := d.sealedBefore(ctx, generation, next)
		if err != nil {
			return err
		}
		if len(ids) == 0 {
			break
		}
		done, shut, err := d.resealSome(ctx, actor, generation, ids)
		if err != nil {
			return err
		}
		out.Done += done
		out.Shut = append(out.Shut, shut...)
		next, through = ids[len(ids)-1]+1, through+len(ids)
		ReportProgress(ctx, through, max(through, total))
	}
	undo, err := d.resealUndo(ctx, actor, generation)
	out.Done += undo.Done
	out.Shut = append(out.Shut, undo.Shut...)
	return err
}

// generation returns that of the data key which seals now.
func (d *Directory) generation() (uint64, error) {
	root, err := d.unlock()
	if err != nil {
		return 0, err
	}
	defer root.Wipe()
	return root.Generation(), nil
}

// sealedBefore returns the next few keys, by ascending id, that an earlier generation sealed.
func (d *Directory) sealedBefore(ctx context.Context, generation uint64, from ID) ([]ID, error) {
	var list []ID
	err := d.store.View(ctx, func(tx ReadTx) error {
		list = nil
		return scanKeys(tx, from, func(k APIKey) bool {
			if len(k.Sealed) > 0 && keys.Generation(k.Sealed) < generation {
				list = append(list, k.ID)
			}
			return len(list) < bulkSize
		})
	})
	return list, err
}

func scanKeys(tx ReadTx, from ID, visit func(APIKey) bool) error {
	var damaged error
	err := tx.Scan(KindAPIKey, from, func(id ID, b []byte) bool {
		k, ok := decodeAPIKey(id, b, true)
		if !ok {
			damaged = fmt.Errorf("%w: API key %d can't be read", ErrDamaged, id)
			return false
		}
		return visit(k)
	})
	if damaged != nil {
		return damaged
	}
	return err
}

func (d *Directory) resealSome(ctx context.Context, actor Actor, generation uint64, ids []ID) (done int, shut []APIKey, err error) {
	err = d.update(ctx, actor, func(c *change) error {
		done, shut = 0, nil
		if err := c.mayReseal(generation); err != nil {
			return err
		}
		for _, id := range ids {
			k, found := lookUp(c, KindAPIKey, id, decodeAPIKey)
			if c.fault != nil {
				return c.fault
			}
			if !found || len(k.Sealed) == 0 || keys.Generation(k.Sealed) >= generation {
				continue // deleted, cleared or sealed anew meanwhile
			}
			secret, err := c.root.OpenKey(c.d.binding(k), k.Sealed, k.Digest)
			if err != nil {
				shut = append(shut, k)
				continue
			}
			anew := k // of the same version: nobody's change is overtaken by this
			anew.Sealed, err = c.root.Seal(c.d.binding(k), secret.Text())
			secret.Wipe()
			if err != nil {
				return err
			}
			if err := save(c, k, anew); err != nil {
				return err
			}
			done++
		}
		return nil
	})
	return done, shut, err
}

// errRenewed means that the data key was renewed after the root key at hand was opened: what is sealed under it would open with
// old copies of the sealing key, and what was sealed since doesn't open with it.
var errRenewed = fmt.Errorf("%w: the data key was renewed meanwhile", ErrLocked)

// openKey opens an API key; wipe it after use.
func (c *change) openKey(k APIKey) (keys.Key, error) {
	secret, err := c.root.OpenKey(c.d.binding(k), k.Sealed, k.Digest)
	if err == nil {
		return secret, nil
	}
	kind := ErrLocked
	if keys.Generation(k.Sealed) > c.root.Generation() {
		kind = errRenewed
	}
	return secret, &Error{
		Kind: kind, What: fmt.Sprintf("The key %s can't be opened: %v", k.Hint(), err),
		Hint: "Check that the sealing key belongs to this store, and isn't an old copy.",
	}
}

// mayReseal asks the rules, and makes sure that the data key is still the one that the work began with.
func (c *change) mayReseal(generation uint64) error {
	rules, err := c.rules()
	if err != nil {
		return err
	}
	if err := rules.Reseal(); err != nil {
		return err
	}
	if c.root.Generation() != generation {
		return &Error{
			Kind: ErrConflict, What: "The data key was renewed by somebody else meanwhile",
			Hint: "Run it again to seal the rest under the newest.",
		}
	}
	return nil
}

// noteReseal writes the event of the beginning or the end.
func (d *Directory) noteReseal(ctx context.Context, actor Actor, generation uint64, how string) error {
	return d.update(ctx, actor, func(c *change) error {
		if err := c.mayReseal(generation); err != nil {
			return err
		}
		a, err := load(c, KindAccount, AccountID, decodeAccount)
		if err != nil {
			return err
		}
		return c.event("account.reseal", a.ref(), a.Name,
			Change{"generation", "", strconv.FormatUint(generation, 10)}, Change{"api_keys", "", how})
	})
}

// Reseal answers whether the actor may renew the data key and seal the API keys anew.
func (r Rules) Reseal() error { return r.May(PermAccountEdit) }
