package tui

import (
	"context"
	"fmt"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"lanyard/model"
)

// oldUntil is when the key that was rotated away ends, zero if it has ended or there is none.
func (m machine) oldUntil(now time.Time) time.Time { return goodUntil(m.OldKey, now) }

// lastUsed is when either key was last used.
func (m machine) lastUsed() time.Time { return LastUsed(m.APIKey, m.OldKey) }

// What an API key cell takes to say until when an old key is good: in so many words, and in few, for which Created and the
// description make way.
const (
	rotatedWidth = len("2 keys - old until 30 Nov")
	rotatedLeast = len("2 keys to 30 Nov")
)

// lookedAt is how many service accounts are looked at for an old key that is still good. Of more, some have one.
const lookedAt = 1000

// anyOldKey reports whether there is a service account with an old key that is good.
func (s *serviceAccountsScreen) anyOldKey() bool {
	in, now := s.c.snapshot, s.c.now()
	list := in.ServiceAccounts()
	if !in.AnyRotated() || list.Len() > lookedAt {
		return in.AnyRotated()
	}
	for i := range list.Len() {
		if !machineOf(in, list.At(i)).oldUntil(now).IsZero() {
			return true
		}
	}
	return false
}

// refresh also gives the API keys room to say until when old ones are good, where there are such.
func (s *serviceAccountsScreen) refresh() tea.Cmd {
	least, width := 0, 0
	if s.anyOldKey() {
		least, width = rotatedLeast, rotatedWidth
	}
	s.grid.SetKeen("key", least, width)
	return s.sheet.refresh()
}

// turns spares an account that rotates no keys the look at its rows, which comes with every key press.
func (s *serviceAccountsScreen) turns() time.Time {
	if !s.c.snapshot.AnyRotated() {
		return time.Time{}
	}
	return s.sheet.turns()
}

// keyFacts say of each key what it is and whether it is still in use.
func keyFacts(m machine, now time.Time) [][2]string {
	pairs := [][2]string{
		{"API key", m.APIKey.Hint()},
		{"Key made", moment(m.APIKey.CreatedAt)},
		{"Last used", ago(m.APIKey.LastUsedAt, now)},
	}
	old := m.OldKey
	if old.ID == 0 {
		return pairs
	}
	end := "good until " + clock(old.ExpiresAt, now)
	if old.Expired(now) {
		end = "ended"
		if old.ExpiresAt.Unix() > 0 { // by itself; one that was ended is good at no time, and the activity says when
			end += " " + moment(old.ExpiresAt)
		}
	}
	used := ago(old.LastUsedAt, now)
	if IdleSinceRotation(m.APIKey, old) {
		used += " · not since the rotation"
	}
	return append(pairs, [2]string{"Old key", old.Hint() + " · " + end}, [2]string{"Old key used", used})
}

func mayRotate(r model.Rules, m machine) error { return r.RotateAPIKey(m.ServiceAccount) }

func mayEndOld(r model.Rules, m machine) error { return r.EndPreviousKey(m.ServiceAccount) }

// graceNames are what the graces are called in a picker.
var graceNames = map[time.Duration]string{0: "No grace", time.Hour: "1 hour", model.DefaultGrace: "24 hours", model.MaxGrace: "7 days"}

// pickGrace asks for how long the old keys stay good, and makes new ones.
func (s *serviceAccountsScreen) pickGrace() tea.Cmd {
	targets, called, now := s.targets(), s.called(), s.c.now()
	graces := model.Graces()
	at := max(0, slices.Index(graces, model.DefaultGrace))
	options := make([]option, len(graces))
	for i, grace := range graces {
		options[i] = option{id: model.ID(i), name: graceNames[grace], help: "the old key works until " + clock(now.Add(grace), now)}
		if grace == 0 {
			options[i].help = "the old key is refused at once"
		}
	}
	title, older := "Rotate the key of "+called, s.olderKey(now)
	if older != "" {
		title = "Rotate again, and end the older key of " + called
	}
	s.c.push(&picker{title: title, options: options, at: at, choose: func(_ *console, o option) tea.Cmd {
		switch grace := graces[o.id]; {
		case grace == 0:
			s.askNoGrace(targets, called, older)
		case older != "":
			s.c.push(newConfirm(title+"?", older, "Rotate", len(targets.ids), func() tea.Cmd { return s.rotate(targets, called, grace) }))
		default:
			return s.rotate(targets, called, grace)
		}
		return nil
	}})
	return nil
}

// olderKey says which key that is good still is ended by a rotation, because it is the second one within a grace; "" for none.
func (s *serviceAccountsScreen) olderKey(now time.Time) string {
	if one, ok := s.single(); ok {
		until := one.oldUntil(now)
		if until.IsZero() || one.APIKey.Lost() {
			return ""
		}
		return fmt.Sprintf("%s, good until %s, stops working at once, and whatever still uses it with it. It was last used: %s.",
			one.OldKey.Hint(), clock(until, now), ago(one.OldKey.LastUsedAt, now))
	}
	if !s.c.snapshot.AnyRotated() {
		return ""
	}
	for m := range s.aimed() {
		if !m.oldUntil(now).IsZero() && !m.APIKey.Lost() {
			return "Older keys that are still good end at once, and whatever still uses them stops working."
		}
	}
	return ""
}

// askNoGrace asks before keys are replaced that are refused from then on.
func (s *serviceAccountsScreen) askNoGrace(targets targets[machine], called, older string) {
	text := "The key that " + called + " has now is refused at once; whatever uses it has to be given the new one."
	if len(targets.ids) > 1 {
		text = "The keys that they have now are refused at once, and whatever uses them has to be given the new ones."
	}
	if one, ok := s.single(); ok && older != "" {
		text += " So is the older one, " + one.OldKey.Hint() + "."
	}
	s.c.push(newConfirm("Rotate the key of "+called+" without a grace?", text, "Rotate", len(targets.ids), func() tea.Cmd {
		return s.rotate(targets, called, 0)
	}))
}

func (s *serviceAccountsScreen) rotate(targets targets[machine], called string, grace time.Duration) tea.Cmd {
	now, old := s.c.now(), "old key"
	if len(targets.ids) > 1 {
		old = "old keys"
	}
	done := "rotated · " + old + " good until " + clock(now.Add(grace), now)
	if grace == 0 {
		done = "rotated · " + old + " refused from now on"
	}
	return s.change(targets, called, done, func(d *model.Directory, ctx context.Context, a model.Actor, list []model.Seen) (model.Outcome, error) {
		return d.RotateAPIKeys(ctx, a, list, grace)
	})
}

// askEndOld asks before keys that were rotated away are ended, and tells whether they are still used.
func (s *serviceAccountsScreen) askEndOld() tea.Cmd {
	targets, called := s.targets(), s.called()
	one, ok := s.single()
	text := fmt.Sprintf("%s stops working at once, and whatever still uses it with it. It was last used: %s.",
		one.OldKey.Hint(), ago(one.OldKey.LastUsedAt, s.c.now()))
	if !ok {
		text = "The keys that were rotated away stop working at once, and whatever still uses them with them."
	}
	s.c.push(newConfirm("End the old key of "+called+"?", text, "End it", len(targets.ids), func() tea.Cmd {
		return s.change(targets, called, "without the old key from now on", (*model.Directory).EndPreviousKeys)
	}))
	return nil
}
