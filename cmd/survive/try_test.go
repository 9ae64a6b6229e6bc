package survive

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"strings"

	"lanyard/db"
	"lanyard/model"
)

// tried is what came of a change: what was said, and what is there.
type tried struct {
	Said  string
	There bool
}

const triedName = "name 1"

// tryChild makes a change, says what came of it, and makes it again: try PLACE.
func tryChild(args []string) error {
	p, ctx := place(args[0]), context.Background()
	root, _, err := p.root()
	if err != nil {
		return err
	}
	store, err := db.Open(p.store())
	if err != nil {
		return err
	}
	d := directory(&steady{Store: store, id: store.ID()}, root)
	me, err := model.FirstAdmin(ctx, store)
	if err != nil {
		return err
	}
	for range 2 {
		var out tried
		draft := model.Draft{Name: triedName, Description: strings.Repeat("x", 200)}
		if _, err := d.CreateGroup(ctx, model.Actor{User: me.ID, Via: model.ViaConsole}, draft); err != nil {
			out.Said = err.Error()
		}
		err := store.View(ctx, func(tx model.ReadTx) error {
			_, err := tx.Find(model.IndexGroupName, triedName)
			out.There = err == nil
			if errors.Is(err, model.ErrNotFound) {
				return nil
			}
			return err
		})
		if err != nil {
			return err
		}
		text, err := json.Marshal(out)
		if _, failed := os.Stdout.Write(append(text, '\n')); err != nil || failed != nil {
			return errors.Join(err, failed)
		}
	}
	return nil
}
