package model_test

import (
	"testing"

	"lanyard/model"
	"lanyard/model/sample"
)

// The history of sample data is what led to it: chained, in order of time, by people and about records that are there, and what
// was last said of a role or a status is so.
func TestSampleDataHasAHistoryThatFitsIt(t *testing.T) {
	a := newAccount(t)
	me := a.user(a.ana.User)
	a.tamper(func(tx model.WriteTx) error {
		data := sample.New(3, a.now) // the store runs this twice
		me.JoinedAt = data.Began()
		return a.Fill(tx, me, data.Filling(300, 100))
	})
	a.head()
	s, events := a.snapshot(), a.events()
	if n := len(events); n < 100 || n > 600 {
		t.Errorf("%d events", n)
	}
	role, status := map[model.ID]string{}, map[model.ID]string{}
	for i, e := range events {
		if i > 2 && e.Time.Before(events[i-1].Time) || e.Time.After(a.now) {
			t.Errorf("event %d is at %v, after %v", e.Seq, e.Time, events[i-1].Time)
		}
		for _, c := range e.Changes {
			switch c.Field {
			case "role":
				if was, said := role[e.Target.ID]; said && was != c.From {
					t.Errorf("event %d: the role was %s, not %s", e.Seq, was, c.From)
				}
				role[e.Target.ID] = c.To
			case "status":
				status[e.Target.ID] = c.To
			}
		}
	}
	for i := range s.Users().Len() {
		u := s.Users().At(i)
		if said, ok := role[u.ID]; ok && said != s.RoleName(u.Role) {
			t.Errorf("%s is a %s, and was last made a %s", u.Email, s.RoleName(u.Role), said)
		}
		if said, ok := status[u.ID]; ok && said != u.Status.String() {
			t.Errorf("%s is %s, and was last made %s", u.Email, u.Status, said)
		}
	}
	for i := range s.ServiceAccounts().Len() {
		m := s.ServiceAccounts().At(i)
		if said, ok := role[m.ID]; ok && said != s.RoleName(m.Role) {
			t.Errorf("%s is a %s, and was last made a %s", m.Name, s.RoleName(m.Role), said)
		}
	}
}
