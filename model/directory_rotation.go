package model

import (
	"context"
	"time"
)

// How long a key stays good after it was rotated away, at most and unless said otherwise.
const (
	MaxGrace     = 7 * 24 * time.Hour
	DefaultGrace = 24 * time.Hour
)

// Graces returns the graces that are offered, from none to MaxGrace. Any other one in between is taken too.
func Graces() []time.Duration { return []time.Duration{0, time.Hour, DefaultGrace, MaxGrace} }

// previousKey returns the key that a service account had before the last rotation, if that is still good at a time.
func previousKey(in facts, s ServiceAccount, at time.Time) (APIKey, bool) {
	if s.PreviousKey == 0 {
		return APIKey{}, false
	}
	k, ok := in.apiKey(s.PreviousKey)
	return k, ok && !k.Expired(at)
}

// RotateAPIKeys gives service accounts new keys. The old ones stay good for a grace of 0 to MaxGrace, but not beyond an end
// of their own; what they were sealed as is overwritten at once, so that nobody copies them any more. What is left of an
// earlier rotation ends. A grace out of range is ErrInvalid.
func (d *Directory) RotateAPIKeys(ctx context.Context, actor Actor, list []Seen, grace time.Duration) (Outcome, error) {
	if grace < 0 || grace > MaxGrace {
		return Outcome{}, invalid("An old key can stay good for 7 days at most", "Choose a grace from 0 to 7 days.")
	}
	return d.each(ctx, actor, list, func(c *change, seen Seen) (string, error) {
		return serviceAccounts.change(c, seen, "rotate_key", Rules.RotateAPIKey, func(s *ServiceAccount) ([]Change, error) {
			return c.rotateKey(s, grace)
		})
	})
}

func (c *change) rotateKey(s *ServiceAccount, grace time.Duration) ([]Change, error) {
	old, err := load(c, KindAPIKey, s.Key, decodeAPIKey)
	if err != nil {
		return nil, err
	}
	if old.Lost() {
		return c.replaceLost(s, old)
	}
	oldest, err := c.erasePrevious(*s)
	if err != nil {
		return nil, err
	}
	retired, until := old.endingBy(c.now.Add(grace)), c.now
	if grace > 0 {
		until = retired.ExpiresAt
	} else {
		retired = old.ended()
	}
	retired.Sealed = nil
	if err := save(c, old, retired); err != nil {
		return nil, err
	}
	fresh, err := c.newAPIKey(s.ID, time.Time{})
	s.PreviousKey, s.Key = old.ID, fresh.ID
	return []Change{
		{"api_key", old.Hint(), fresh.Hint()},
		{"old_key", oldest, old.Hint()},
		{"old_key_until", "", stamp(until)},
	}, err
}

// replaceLost makes a new key in the place of one that a repair couldn't read. The one before it stays as it is: it may be the
// only one that still works.
func (c *change) replaceLost(s *ServiceAccount, lost APIKey) ([]Change, error) {
	if err := erase(c, lost); err != nil {
		return nil, err
	}
	fresh, err := c.newAPIKey(s.ID, time.Time{})
	s.Key = fresh.ID
	return []Change{{"api_key", lost.Hint(), fresh.Hint()}}, err
}

// erasePrevious takes away what is left of an earlier rotation. It returns the hint of a key that was still good.
func (c *change) erasePrevious(s ServiceAccount) (hint string, err error) {
	if s.PreviousKey == 0 {
		return "", nil
	}
	k, err := load(c, KindAPIKey, s.PreviousKey, decodeAPIKey)
	if err != nil {
		return "", err
	}
	if !k.Expired(c.now) {
		hint = k.Hint()
	}
	return hint, erase(c, k)
}

// endingBy returns the key in its next version, good until a time and not for longer than it was.
func (k APIKey) endingBy(end time.Time) APIKey {
	k.Version++
	if k.ExpiresAt.IsZero() || end.Before(k.ExpiresAt) {
		k.ExpiresAt = end
	}
	return k
}

// ended returns the key in its next version, and good at no time: not now, and not at one that the clock steps back to.
func (k APIKey) ended() APIKey { return k.endingBy(time.UnixMilli(1)) }

// EndPreviousKeys ends keys that were rotated away, before their time. It is refused where none is still good.
func (d *Directory) EndPreviousKeys(ctx context.Context, actor Actor, list []Seen) (Outcome, error) {
	return d.each(ctx, actor, list, func(c *change, seen Seen) (string, error) {
		return serviceAccounts.change(c, seen, "end_old_key", Rules.EndPreviousKey, func(s *ServiceAccount) ([]Change, error) {
			k, err := load(c, KindAPIKey, s.PreviousKey, decodeAPIKey)
			if err != nil {
				return nil, err
			}
			return []Change{{"old_key", k.Hint(), ""}, {"old_key_until", stamp(k.ExpiresAt), stamp(c.now)}}, save(c, k, k.ended())
		})
	})
}

// keysOf returns all that is kept of a service account's keys, and how an event tells that they are lost. A key that isn't
// there fails the transaction.
func (c *change) keysOf(s ServiceAccount) (list []APIKey, lost []Change) {
	key, _ := c.apiKey(s.Key)
	list, lost = []APIKey{key}, []Change{{"api_key", key.Hint(), ""}}
	if s.PreviousKey == 0 {
		return list, lost
	}
	old, _ := c.apiKey(s.PreviousKey)
	if list = append(list, old); !old.Expired(c.now) {
		lost = append(lost, Change{"old_key", old.Hint(), ""})
	}
	return list, lost
}
