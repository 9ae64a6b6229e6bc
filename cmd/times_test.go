package cmd

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"lanyard/model"
)

// A time is in one's own zone at a terminal, and for a program the same everywhere.
func TestTimesForWhoeverReadsThem(t *testing.T) {
	here := time.Local
	time.Local = time.FixedZone("there", 9*60*60)
	t.Cleanup(func() { time.Local = here })
	at := time.Date(2026, 11, 25, 20, 30, 5, 0, time.UTC)
	if s := (screen{}).moment(at); s != "2026-11-25T20:30:05Z" {
		t.Errorf("piped it is %q", s)
	}
	if s := (screen{width: 80}).moment(at); s != "2026-11-26 05:30" {
		t.Errorf("on a terminal it is %q", s)
	}
	for _, s := range []screen{{}, {width: 80}} {
		if never := s.moment(time.Time{}); never != "" {
			t.Errorf("never is %q", never)
		}
	}
}

// local is a time without a zone.
var local = regexp.MustCompile(`\d{4}-\d{2}-\d{2}([^T\d]|$)`)

// Whatever any noun says, piped its times are whole, and in UTC.
func TestPipedTimesAreStable(t *testing.T) {
	h := newHouse(t)
	h.run(t, "sa", "rotate-key", "ci-runner")
	for _, args := range []string{
		"users list", "users show ben@example.com", "users show chiara@example.com", "sa list", "sa show ci-runner", "groups list",
		"groups show platform", "workspaces list", "workspaces show web-shop", "roles show Auditor", "activity list",
	} {
		out := h.run(t, strings.Fields(args)...)
		if !strings.Contains(out, "Z") || !strings.Contains(out, "T") {
			t.Errorf("%s has no time: %q", args, out)
		}
		if found := local.FindString(out); found != "" {
			t.Errorf("%s has a time of no zone: %q", args, found)
		}
	}
}

// What a hint says of how a time is written is allowed.
func TestHintsOfTimesAreAllowed(t *testing.T) {
	for _, tt := range []struct {
		list        []string
		least, most time.Duration
	}{{graces, 0, model.MaxGrace}, {terms, model.MinInviteTerm, model.MaxInviteTerm}} {
		for _, s := range tt.list {
			if d, err := parseTime(s); err != nil || d < tt.least || d > tt.most {
				t.Errorf("%s: %v, %v", s, d, err)
			}
		}
	}
}
