package model

import (
	"cmp"
	"crypto/sha256"
	"fmt"
)

// events reads the activity, verifies its chain where the key is known, and remembers what damaged records were called.
func (c *checkup) events() error {
	expected := ID(1)
	var before [sha256.Size]byte
	err := c.tx.Scan(KindEvent, 0, func(id ID, b []byte) bool {
		if expected != 0 {
			c.gap(expected, id)
		}
		_ = c.step() // below
		whole := expected == id
		expected = id + 1
		e, ok := decodeEvent(id, b, false)
		if !ok {
			c.damaged[Ref{KindEvent, id}] = true
			return c.ctx.Err() == nil
		}
		follows := c.ChainKey == nil || e.chain(c.ChainKey, before) == e.Hash
		switch {
		case e.Action == lostEvent:
			c.marked = append(c.marked, id)
			expected = 0 // what it continued isn't known
		case whole && !follows:
			c.find("event %d: doesn't continue the chain: it was changed, or one before it was", id)
		case follows && e.Action == repairEvent:
			c.noteRepair(e)
		}
		before = e.Hash
		if c.damaged[e.Target] {
			c.names[e.Target] = e.TargetName
		}
		if e.deletes() {
			delete(c.astray, e.Target.ID)
		}
		return c.ctx.Err() == nil
	})
	c.lostEvents()
	return cmp.Or(c.ctx.Err(), err)
}

func (c *checkup) noteRepair(e Event) {
	for _, seq := range e.repairLost() {
		c.repaired[seq] = true
	}
}

// lostEvents tells those that a repair lost from those that somebody took away, and put such a mark in the place of.
func (c *checkup) lostEvents() {
	for _, id := range c.marked {
		if c.repaired[uint64(id)] {
			c.Notes = append(c.Notes, fmt.Sprintf("event %d: lost in an earlier repair; the chain begins anew after it", id))
		} else {
			c.find("event %d: marked as lost in a repair, and nothing tells of that repair", id)
		}
	}
}

func (c *checkup) gap(expected, id ID) {
	for ; expected < id && !c.damaged[Ref{KindEvent, expected}]; expected++ {
		if id-expected > 3 {
			c.find("events %d to %d: missing", expected, id-1)
			return
		}
		c.find("event %d: missing", expected)
	}
}
