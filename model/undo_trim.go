package model

import (
	"errors"
	"time"
)

// undoList reads what a user can take back.
func (c *change) undoList(user ID) (undoList, error) { return readUndoList(c.WriteTx, user) }

func readUndoList(tx ReadTx, user ID) (undoList, error) {
	l, err := load(tx, KindUndo, user, decodeUndoList)
	if errors.Is(err, ErrNotFound) {
		return undoList{user: user}, nil
	}
	return l, err
}

// begin adds a step to a list. What had been taken back before can't be put again after another change.
func (c *change) begin(list *undoList, s Step) error {
	if s.kind == stepDone {
		if err := c.drop(list, func(old Step) bool { return old.kind == stepUndone }); err != nil {
			return err
		}
	}
	list.steps = append(list.steps, s)
	return nil
}

// drop takes steps out of a list, with their parts.
func (c *change) drop(list *undoList, which func(Step) bool) error {
	var kept []Step
	for _, s := range list.steps {
		if !which(s) {
			kept = append(kept, s)
			continue
		}
		for _, id := range s.parts {
			if err := c.dropPart(id); err != nil {
				return err
			}
		}
	}
	list.steps = kept
	return nil
}

func (c *change) dropPart(id ID) error {
	if err := c.WriteTx.Delete(KindUndoPart, id); err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	return nil
}

// trim keeps a list within its bounds, the oldest step first, and sweeps a few of the oldest parts of anybody's that are
// past their term. The step that is being made stays, without its parts if they are too many.
func (c *change) trim(list *undoList, current ID) error {
	parts := 0
	for _, s := range list.steps {
		parts += len(s.parts)
	}
	surplus := len(list.steps) - maxSteps
	err := c.drop(list, func(s Step) bool {
		if s.ID == current || surplus <= 0 && parts <= maxUndoParts && !c.past(s.At) {
			return false
		}
		surplus--
		parts -= len(s.parts)
		return true
	})
	if err != nil {
		return err
	}
	if i := list.find(current); list.steps[i].tooLarge() {
		for _, id := range list.steps[i].parts {
			if err := c.dropPart(id); err != nil {
				return err
			}
		}
		list.steps[i].parts = nil
	}
	return c.sweepUndo()
}

// past reports whether what was kept then is past its term.
func (c *change) past(at time.Time) bool { return c.now.Sub(at) > UndoTerm }

// sweptAtOnce is how many parts that are past their term one change sweeps along.
const sweptAtOnce = 8

// sweepUndo deletes the oldest parts of anybody's that are past their term. Lists that name them pass over them.
func (c *change) sweepUndo() error {
	var old []ID
	var bad error
	err := c.Scan(KindUndoPart, 0, func(id ID, b []byte) bool {
		p, ok := decodeUndoPartHead(b)
		if !ok {
			bad = undecodable(KindUndoPart, id)
			return false
		}
		if !c.past(p) {
			return false
		}
		old = append(old, id)
		return len(old) < sweptAtOnce
	})
	if err := errors.Join(err, bad); err != nil {
		return err
	}
	for _, id := range old {
		if err := c.dropPart(id); err != nil {
			return err
		}
	}
	return nil
}

// decodeUndoPartHead reads when a part was written, and no more of it.
func decodeUndoPartHead(b []byte) (at time.Time, ok bool) {
	d, _ := newDecoder(b, true)
	d.number()
	at = d.time()
	return at, !d.bad
}
