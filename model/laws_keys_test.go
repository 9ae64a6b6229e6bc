package model_test

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lanyard/model"
)

// Laws of keys: as those of an account, with what is done to keys done more often.
func TestLawsOfKeys(t *testing.T) {
	names := []string{"rotate keys", "end old keys", "open key", "touch", "create service account", "delete service accounts"}
	var deeds []worldDeed
	for _, d := range allDeeds {
		if slices.Contains(names, d.name) {
			deeds = append(deeds, d)
		}
	}
	if len(deeds) != len(names) {
		t.Fatalf("%d of %d deeds are known", len(deeds), len(names))
	}
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t)
		for range rapid.IntRange(10, 25).Draw(t, "steps") {
			w.step(deeds)
		}
		w.checkCurrentKeys()
	})
}

// checkKeys: each service account has one current key that is sealed, at most one old one that isn't, and no other key is
// kept. A key that somebody copied is good as long as it is current or in its grace, whoever asks.
func (w *world) checkKeys(s *model.Snapshot) {
	kept := map[model.ID]model.APIKey{}
	err := w.store.View(w.Context(), func(tx model.ReadTx) error {
		return tx.Scan(model.KindAPIKey, 0, func(id model.ID, b []byte) bool {
			k, ok := model.DecodeAPIKey(id, b)
			if !ok {
				w.t.Fatalf("key %d can't be read", id)
			}
			kept[id] = k
			return true
		})
	})
	if err != nil {
		w.t.Fatal(err)
	}
	want := map[string]model.Reason{}
	for m := range all(s.ServiceAccounts()) {
		current, ok := kept[m.Key]
		if !ok || current.ServiceAccount != m.ID || len(current.Sealed) == 0 || current.Expired(w.now) {
			w.t.Fatalf("%s has the key %+v, %v", m.Name, current, ok)
		}
		want[current.PublicID] = ""
		delete(kept, m.Key)
		w.checkOldKey(s, m, kept, want)
	}
	for _, k := range kept {
		w.t.Fatalf("the key %+v is nobody's", k)
	}
	w.checkCopiedKeys(want)
}

// checkOldKey takes the key that was rotated away out of kept, and notes in want what there is to say of it.
func (w *world) checkOldKey(s *model.Snapshot, m model.ServiceAccount, kept map[model.ID]model.APIKey, want map[string]model.Reason) {
	shown, good := s.PreviousKey(m, w.now)
	if m.PreviousKey == 0 {
		if good {
			w.t.Fatalf("%s has no old key, and shows %+v", m.Name, shown)
		}
		return
	}
	old, ok := kept[m.PreviousKey]
	if !ok || old.ServiceAccount != m.ID || len(old.Sealed) > 0 || old.ExpiresAt.IsZero() || old.ExpiresAt.After(w.now.Add(model.MaxGrace)) {
		w.t.Fatalf("%s has the old key %+v, %v", m.Name, old, ok)
	}
	if good == old.Expired(w.now) || good && shown.ID != old.ID {
		w.t.Fatalf("%s shows the old key %+v (%v), and has %+v", m.Name, shown, good, old)
	}
	want[old.PublicID] = ""
	if !good {
		want[old.PublicID] = model.ReasonExpired
	}
	delete(kept, m.PreviousKey)
}

func (w *world) checkCopiedKeys(want map[string]model.Reason) {
	if w.verifier == nil {
		w.verifier = w.newVerifier()
	}
	for id, text := range w.keys {
		reason, known := want[id]
		if !known {
			reason = model.ReasonUnknown
		}
		kept, err := w.verifier.Verify(w.Context(), text)
		if err != nil {
			w.t.Fatal(err)
		}
		once, err := w.VerifyAPIKey(w.Context(), text)
		if err != nil || once.Reason != reason || kept.Reason != reason || once.Key.ID != kept.Key.ID {
			w.t.Fatalf("the key %s is %q, and verifies as %q and %q, %v", id, reason, once.Reason, kept.Reason, err)
		}
	}
}

func (w *world) newVerifier() *model.Verifier {
	v, err := model.NewVerifier(w.Context(), w.store, func() time.Time { return w.now })
	if err != nil {
		w.t.Fatal(err)
	}
	return v
}

// checkCurrentKeys: what is current opens and verifies, as that of its service account.
func (w *world) checkCurrentKeys() {
	by := w.anAdmin()
	for m := range all(w.before.ServiceAccounts()) {
		key, err := w.OpenAPIKey(w.Context(), by, m.ID, model.UseReveal)
		if err != nil {
			w.t.Fatalf("the key of %s: %v", m.Name, err)
		}
		v, err := w.VerifyAPIKey(w.Context(), bytes.Clone(key.Text()))
		if err != nil || !v.Good() || v.ServiceAccount.ID != m.ID || v.Key.ID != m.Key {
			w.t.Fatalf("the key of %s verifies as %+v, %v", m.Name, v, err)
		}
	}
}

func (w *world) anAdmin() model.Actor {
	for u := range all(w.before.Users()) {
		if u.Status == model.StatusActive && u.Role == model.RoleAdmin {
			return model.Actor{User: u.ID, Via: model.ViaConsole}
		}
	}
	w.t.Fatal("there is no Active Admin")
	return model.Actor{}
}

// hints are the keys that are good, masked as events have them.
func (w *world) hints(s *model.Snapshot) (list []string) {
	for m := range all(s.ServiceAccounts()) {
		if k, ok := s.APIKey(m); ok {
			list = append(list, k.Hint())
		}
		if k, ok := s.PreviousKey(m, w.now); ok {
			list = append(list, k.Hint())
		}
	}
	return list
}

// checkToldKeys: of each key that came, went or ended the events tell which it is. Whoever reads of a leaked one looks there.
func (w *world) checkToldKeys(name string, after *model.Snapshot) {
	was, is := w.hints(w.before), w.hints(after)
	if slices.Equal(was, is) {
		return
	}
	var told []string
	for _, e := range w.events()[w.eventsBefore:] {
		for _, c := range e.Changes {
			told = append(told, c.From, c.To)
		}
	}
	for _, hint := range append(was, is...) {
		if slices.Contains(was, hint) != slices.Contains(is, hint) && !slices.Contains(told, hint) {
			w.t.Fatalf("%s: no event tells of the key %s, only of %q", name, hint, told)
		}
	}
}
