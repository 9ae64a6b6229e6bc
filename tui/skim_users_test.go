package tui

import (
	"testing"
	"time"

	"lanyard/model"
	"lanyard/tui/grid"
)

// TestSkimIsWhatTheColumnsShow holds what is skimmed of users to what the searched columns show of them.
func TestSkimIsWhatTheColumnsShow(t *testing.T) {
	d := start(t, setup{width: 120, height: 40, users: 600})
	d.c.now = func() time.Time { return noon.Add(3 * 24 * time.Hour) } // some invitations have expired
	s, ok := d.c.screens[0].(*usersScreen)
	if !ok {
		t.Fatalf("the first tab is a %T", d.c.screens[0])
	}
	unmailed(t, d, s)
	rows := s.visible(d.snapshot())
	skimmer, ok := rows.(grid.Skimmer)
	if !ok {
		t.Fatal("users can't be skimmed")
	}
	var searched []grid.Column[person]
	var keys []string
	for _, c := range s.columns {
		if c.Search {
			searched, keys = append(searched, c.Column), append(keys, c.Key)
		}
	}
	to, texts := skimmer.Skim(keys)
	if len(texts) != len(keys) {
		t.Fatalf("%d columns are searched, %d skimmed", len(keys), len(texts))
	}
	same, seen := make([]map[uint64]string, len(keys)), map[string]bool{}
	for i := range rows.Len() {
		pos := i * 7 % rows.Len()
		row := rows.At(pos)
		to(pos)
		for k, c := range searched {
			want := c.Cell(row).Text
			if c.SearchText != nil {
				want = string(c.SearchText(nil, row))
			}
			if got := string(texts[k].Append(nil)); got != want {
				t.Fatalf("%s of %s is %q, skimmed %q", c.Title, row.Email, want, got)
			}
			seen[want] = true
			if texts[k].Same == nil || texts[k].Same() == 0 {
				continue
			}
			if same[k] == nil {
				same[k] = map[uint64]string{}
			}
			if was, there := same[k][texts[k].Same()]; there && was != want {
				t.Fatalf("%s: %q and %q are said to be the same", c.Title, was, want)
			}
			same[k][texts[k].Same()] = want
		}
	}
	for _, status := range []string{"Active", "Inactive", "Invited", "Invited · expired", "Invited · no mail"} {
		if !seen[status] {
			t.Errorf("nobody is %s", status)
		}
	}
	if len(same[2]) < 4 || len(same[3]) < 6 || len(same[5]) < 3 {
		t.Errorf("little is the same: %v", same)
	}
}

// unmailed has one invitation's mail fail.
func unmailed(t *testing.T, d *driver, s *usersScreen) {
	t.Helper()
	all := d.snapshot().Users()
	for i := range all.Len() {
		if u := all.At(i); u.Status == model.StatusInvited && !u.Expired(s.c.now()) {
			d.must(s.c.session.Directory.RecordDelivery(t.Context(), u.ID, u.Invitation.PublicID, model.Delivery{State: model.Failed, Why: "refused", At: noon}))
			return
		}
	}
}
