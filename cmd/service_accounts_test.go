package cmd

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"lanyard/model"
	"lanyard/tui/theme"
)

// While an older key is good, the list says so and until when, as the console does, where there is room; and its account counts as
// used by either.
func TestListTellsOfOlderKeys(t *testing.T) {
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.Local)
	e := &env{getenv: os.Getenv, now: func() time.Time { return now }}
	key := model.APIKey{ID: 2, PublicID: "Q5xV1234abcd", CreatedAt: now.Add(-time.Hour)}
	old := model.APIKey{ID: 1, PublicID: "bTL21234abcd", ExpiresAt: now.Add(3 * 24 * time.Hour), LastUsedAt: now.Add(-2 * time.Hour)}
	soon := old
	soon.ExpiresAt = now.Add(time.Hour)
	rows := []model.ServiceAccountDetails{
		{ServiceAccount: model.ServiceAccount{ID: 1, Name: "ci-runner"}, RoleName: "Builder", APIKey: key, OldKey: &old},
		{ServiceAccount: model.ServiceAccount{ID: 2, Name: "backup"}, RoleName: "Builder", APIKey: key, OldKey: &soon},
		{ServiceAccount: model.ServiceAccount{ID: 3, Name: "quiet"}, RoleName: "Builder", APIKey: key},
	}
	for _, tt := range []struct {
		width int
		want  []string
	}{
		{100, []string{
			"ci-runner               Builder  2 keys · old until 29 Nov                       2026-11-26 10:00",
			"backup                  Builder  2 keys · old until 13:00                        2026-11-26 10:00",
			"quiet                   Builder  lys_Q5xV…",
		}},
		{40, []string{"ci-runner  Builder  2 keys to 29 Nov", "backup     Builder  2 keys to 13:00", "quiet      Builder  lys_Q5xV…"}},
		{0, []string{
			"ci-runner\t\tBuilder\tlys_Q5xV…\t\t\t" + timeText(old.LastUsedAt),
			"backup\t\tBuilder\tlys_Q5xV…\t\t\t" + timeText(old.LastUsedAt),
			"quiet\t\tBuilder\tlys_Q5xV…\t\t\t",
		}},
	} {
		var out bytes.Buffer
		list := newTable(&out, screen{width: tt.width, theme: theme.New(theme.Options{NoColor: true})}, e.machineColumns())
		for _, row := range rows {
			if err := list.add(row); err != nil {
				t.Fatal(err)
			}
		}
		if err := list.end(); err != nil {
			t.Fatal(err)
		}
		got := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
		if !slices.Equal(got[len(got)-len(rows):], tt.want) {
			t.Errorf("%d wide\n%s", tt.width, out.String())
		}
	}
}

// Whoever asks about one learns whether the old key is still in use before they end it.
func TestShowTellsWhetherTheOldKeyIsUsed(t *testing.T) {
	at := time.Date(2026, 11, 26, 12, 0, 0, 0, time.Local)
	s := model.ServiceAccountDetails{APIKey: model.APIKey{ID: 2, CreatedAt: at}, OldKey: &model.APIKey{ID: 1, ExpiresAt: at.Add(time.Hour)}}
	for used, want := range map[time.Time]string{
		{}: "never", at.Add(-time.Hour): "2026-11-26 11:00, not since the rotation", at.Add(time.Minute): "2026-11-26 12:01",
	} {
		s.OldKey.LastUsedAt = used
		i := slices.IndexFunc(machineFacts(s), func(f fact) bool { return f.label == "Old key used" })
		if got := machineFacts(s)[i].cell.Text; got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
}
