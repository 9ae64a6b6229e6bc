package model

import (
	"crypto/hmac"
	"crypto/sha256"
	"hash"
	"strings"
)

// eventChain is what the next event of a transaction is chained to: of many, only the first has to be looked up.
type eventChain struct {
	mac  hash.Hash // keyed; nil before the first event
	last uint64    // the number of the last event that was written
	hash [sha256.Size]byte
}

// event appends an entry to the activity.
func (c *change) event(action string, target Ref, name string, changes ...Change) error {
	count, err := c.Count(KindEvent)
	if err != nil {
		return err
	}
	for i := range changes {
		changes[i].From, changes[i].To = shortened(changes[i].From), shortened(changes[i].To)
	}
	e := Event{
		Seq: uint64(count) + 1, Time: c.now, Actor: c.actor.ID, ActorName: c.actor.Email, Via: c.via,
		Action: action, Target: target, TargetName: name, Changes: changes,
	}
	before, err := c.hashOf(uint64(count))
	if err != nil {
		return err
	}
	if c.chain.mac == nil {
		c.chain.mac = hmac.New(sha256.New, c.root.ChainKey())
	}
	body := e.appendBody(nil)
	e.Hash = chainSum(c.chain.mac, before, e.Seq, body)
	c.chain.last, c.chain.hash = e.Seq, e.Hash
	c.told = append(c.told, changes...)
	c.events++
	if c.recording != nil {
		c.recording.name(e)
	}
	return c.Put(KindEvent, ID(e.Seq), append(body, e.Hash[:]...))
}

// hashOf returns an event's hash, zeros for the one before the first.
func (c *change) hashOf(seq uint64) ([sha256.Size]byte, error) {
	if seq == 0 || seq == c.chain.last {
		return c.chain.hash, nil
	}
	e, err := load(c, KindEvent, ID(seq), decodeEvent)
	return e.Hash, err
}

// maxEventText bounds what an event tells of one field, in bytes: a list of names can be of any length.
const maxEventText = 4096

func shortened(s string) string {
	if len(s) <= maxEventText {
		return s
	}
	return strings.ToValidUTF8(s[:maxEventText], "") + "…"
}
