package model

import (
	"context"
	"errors"
	"fmt"
	"strconv"
)

// The sealing key lies in a file beside the store. It is changed in the transaction of the event that tells of it, at its end:
// without the event there is no change. That the event is lost after the change takes a disk that fails in that moment, and is
// said.

// ChangeSealing records that a way to open the sealing key was added or removed, such as "a passphrase", and has write change
// it. Without the event there is no change: write is called in the event's transaction, at its end, and may be called
// again when the store tries the transaction again.
func (d *Directory) ChangeSealing(ctx context.Context, actor Actor, added, removed string, write func() error) error {
	action := "seal.add"
	if removed != "" {
		action = "seal.remove"
	}
	return d.changeSealing(ctx, actor, action, Change{"opens_with", removed, added}, write)
}

// RenewDataKey is ChangeSealing for the generation after another one: it records that the data key was renewed. What is under way
// with the data key from before is begun again.
func (d *Directory) RenewDataKey(ctx context.Context, actor Actor, from uint64, write func() error) error {
	number := func(n uint64) string { return strconv.FormatUint(n, 10) }
	return d.changeSealing(ctx, actor, "seal.rotate", Change{"generation", number(from), number(from + 1)}, write)
}

func (d *Directory) changeSealing(ctx context.Context, actor Actor, action string, what Change, write func() error) error {
	wrote := false
	err := d.update(ctx, actor, func(c *change) error {
		rules, err := c.rules()
		if err != nil {
			return err
		}
		if err := rules.Reseal(); err != nil {
			return err
		}
		a, err := load(c, KindAccount, AccountID, decodeAccount)
		if err != nil {
			return err
		}
		if err := c.event(action, a.ref(), a.Name, what); err != nil {
			return err
		}
		err = write()
		wrote = wrote || err == nil
		return err
	})
	if err == nil || !wrote {
		return err
	}
	why, hint := err.Error(), ""
	if e, ok := errors.AsType[*Error](err); ok {
		why, hint = e.What, e.Hint
	}
	return &Error{Kind: err, What: fmt.Sprintf("The sealing key was changed, and the activity may not tell of it; the store says: %s", why), Hint: hint}
}
