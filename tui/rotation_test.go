package tui

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"lanyard/model"
)

// wrist has a console's clock and timers in hand.
type wrist struct {
	*driver
	at     time.Time
	alarms []time.Duration // those that were set
	rings  []tea.Msg       // what each sends
}

// wear puts a clock at noon in a console's hand.
func wear(d *driver) *wrist {
	w := &wrist{driver: d, at: noon}
	d.c.now = func() time.Time { return w.at }
	d.c.after = func(wait time.Duration, then func(time.Time) tea.Msg) tea.Cmd {
		if msg, ok := then(w.at).(alarmRings); ok {
			w.alarms, w.rings = append(w.alarms, wait), append(w.rings, msg)
		}
		return nil
	}
	return w
}

// set fails unless the alarms are these, in their order.
func (w *wrist) set(want ...time.Duration) {
	w.Helper()
	if !slices.Equal(w.alarms, want) {
		w.Fatalf("alarms %v, want %v", w.alarms, want)
	}
}

// hourly and daily press what rotates the key of the row under the cursor.
const (
	hourly = "a r up enter"
	daily  = "a r enter"
	weekly = "a r down enter"
)

func TestRotateAKey(t *testing.T) {
	d := start(t, setup{width: 120, height: 24, machines: 4}).press("2")
	m := d.machine()
	d.press("a").sees("Rotate API key…", "End the old key now  no old key").press("r")
	d.sees("Rotate the key of "+m.Name, "No grace", "1 hour", "until 13:00", "▸ 24 hours", "until 2026-11-25 12:00", "7 days").press("enter")
	d.sees("✓ "+m.Name+" rotated · old key good until 2026-11-25 12:00", "2 keys · old until 25 Nov")
	now := d.machine()
	if now.APIKey.ID == m.APIKey.ID || now.OldKey.ID != m.APIKey.ID || now.Name != m.Name || now.Role != m.Role {
		t.Errorf("%+v became %+v", m, now)
	}
	d.press("o").sees("API key       "+now.APIKey.Hint(), "Last used     never", "Old key       "+m.APIKey.Hint()+" · good until 2026-11-25 12:00", "Old key used")
	d.press("c")
	if !strings.HasPrefix(d.copied, "lys_"+now.APIKey.PublicID) {
		t.Errorf("c copied %.8s…, and the current key is %s", d.copied, now.APIKey.Hint())
	}
	d.press("r").sees("lys_" + now.APIKey.PublicID).press("esc esc")
	d.press(hourly + " tab enter").sees("2 keys · old until 13:00")
}

// The room for it is given back when no old key is good any more.
func TestTheRoomForTwoKeysIsGivenBack(t *testing.T) {
	d := start(t, setup{width: 60, height: 16, machines: 4}).press("2").sees("Description")
	d.press(daily).misses("Description").press("a e tab enter").sees("Description")
	w := wear(d)
	d.press(hourly).misses("Description")
	w.at = noon.Add(2 * time.Hour)
	d.run(d.c.refresh())
	d.sees("Description")
}

// At every width that the console is made for, the row says until when the old key is good.
func TestTheRowOfTwoKeysSaysUntilWhen(t *testing.T) {
	for width, says := range map[int]string{60: "2 keys to 25 Nov", 80: "2 keys to 25 Nov", 100: "2 keys · old until 25 Nov", 120: "2 keys · old until 25 Nov"} {
		d := start(t, setup{width: width, height: 16, machines: 4}).press("2 " + daily)
		d.sees(says).checkFrame()
		d.press(hourly + " tab enter").sees(strings.Replace(says, "25 Nov", "13:00", 1))
		if width == 80 {
			d.sees("Description", "Last used")
		}
	}
}

func TestRotatingAgainSaysWhatEnds(t *testing.T) {
	d := start(t, setup{width: 80, height: 24, machines: 4}).press("2 " + daily)
	m := d.machine()
	d.press("a r").sees("Rotate again, and end the older key of ").press("enter")
	d.sees("Rotate again, and end the older key of "+m.Name+"?", m.OldKey.Hint(), "good until 2026-11-25 12:00", "▸[ Cancel ]").press("enter")
	if now := d.machine(); now.APIKey.ID != m.APIKey.ID || now.OldKey.ID != m.OldKey.ID {
		t.Error("Cancel rotated it")
	}
	d.press("a r up up enter").sees("Rotate the key of "+m.Name+" without a grace?", m.OldKey.Hint()).press("esc")
	d.press("down a r").misses("again").press("esc up")
	d.press(hourly + " tab enter").sees("✓ " + m.Name + " rotated · old key good until 13:00")
	if now := d.machine(); now.OldKey.ID != m.APIKey.ID {
		t.Errorf("%+v became %+v", m, now)
	}
}

func TestNoGraceAsks(t *testing.T) {
	d := start(t, setup{width: 80, height: 24, machines: 4}).press("2")
	m := d.machine()
	d.press("a r up up enter").sees("Rotate the key of "+m.Name+" without a grace?", "refused at once", "▸[ Cancel ]").press("enter")
	if now := d.machine(); now.APIKey.ID != m.APIKey.ID {
		t.Error("Cancel rotated it")
	}
	d.press("a r up up enter tab enter").sees(m.Name + " rotated · old key refused from now on").misses("2 keys")
	if now := d.machine(); now.APIKey.ID == m.APIKey.ID || !now.OldKey.Expired(noon) {
		t.Errorf("rotated to %+v", now)
	}
	d.press("o").sees(" · ended")
}

func TestEndTheOldKey(t *testing.T) {
	d := start(t, setup{width: 80, height: 24, machines: 4}).press("2 " + daily)
	m := d.machine()
	d.sees("2 keys").press("a e").sees("End the old key of "+m.Name+"?", m.OldKey.Hint(), "It was last used: ", "▸[ Cancel ]").press("enter").sees("2 keys")
	d.press("a e tab enter").misses("2 keys").sees(m.Name+" without the old key from now on", m.APIKey.Hint())
	d.press("a e").sees("has no old key that is still good").press("esc")
}

func TestRotateManyAtOnce(t *testing.T) {
	d := start(t, setup{width: 120, height: 24, machines: 6}).press("2 " + hourly + " ctrl+a")
	d.press("a").sees("6 service accounts marked").press("r").sees("Rotate again, and end the older key of 6 service accounts").press("enter")
	d.sees("still good end at once", "▸[ Cancel ]").press("tab").enter("6").press("enter")
	d.sees("6 service accounts rotated · old keys good until 2026-11-25 12:00")
	if n := strings.Count(d.screen(), "2 keys · old until 25 Nov"); n != 6 {
		t.Errorf("%d rows say that there are two keys:\n%s", n, d.screen())
	}
	d.press("space a e tab enter").sees("without the old key from now on") // of the first
	d.press("ctrl+a a e tab").enter("6").press("enter").misses("2 keys").sees("1 refused, still marked", "no old key · 1").press("esc esc")
	d.press("ctrl+a a r up up enter tab enter").sees("Type 6 first").enter("6").press("enter").sees("old keys refused from now on")
}

func TestLastUsedIsOfEitherKey(t *testing.T) {
	d := start(t, setup{width: 120, height: 24, machines: 1}).press("2 " + daily)
	use := func(key model.ID, at time.Time) {
		d.must(d.c.session.Directory.NoteUse(t.Context(), map[model.ID]time.Time{key: at}))
		s, err := d.c.snapshot.Refresh(t.Context(), d.store)
		d.must(err)
		d.run(d.c.show(s))
	}
	m := d.machine()
	w := wear(d)
	w.at = noon.Add(10 * time.Minute)
	use(m.OldKey.ID, noon.Add(-3*time.Minute))
	d.press("o").sees("Old key used  13 min ago · not since the rotation").press("esc")
	use(m.OldKey.ID, noon.Add(7*time.Minute))
	d.sees("3 min ago").press("o").sees("Last used     never", "Old key used  3 min ago ").misses("not since").press("esc")
	use(m.APIKey.ID, noon.Add(9*time.Minute))
	d.sees("1 min ago").press("o").sees("Last used     1 min ago", "Old key used  3 min ago")
}

// When a grace is over the row says so by itself, and nothing wakes the console before.
func TestTheRowChangesWhenTheGraceIsOver(t *testing.T) {
	d := start(t, setup{width: 120, height: 24, machines: 3})
	w := wear(d)
	w.press("2 down up 1 2")
	w.set()
	w.press(hourly)
	w.set(time.Hour)
	hint := w.machine().APIKey.Hint()
	w.press("down " + weekly + " up o esc ? esc")
	w.set(time.Hour)
	w.press("1")
	w.at = noon.Add(time.Hour)
	w.send(w.rings[0])
	w.set(time.Hour) // nothing on the first tab changes by itself
	w.press("2")
	w.set(time.Hour, 7*24*time.Hour-time.Hour)
	w.misses("13:00").sees(hint, "2 keys · old until 1 Dec")
	w.at = noon.Add(7*24*time.Hour - time.Minute)
	w.send(w.rings[1]) // a clock that was set back
	w.set(time.Hour, 7*24*time.Hour-time.Hour, time.Minute)
	w.sees("2 keys · old until 12:00")
	w.at = noon.Add(7 * 24 * time.Hour)
	w.send(w.rings[2])
	w.misses("2 keys")
	w.press("a").sees("End the old key now  no old key").press("esc down up")
	w.set(time.Hour, 7*24*time.Hour-time.Hour, time.Minute)
}

// An earlier end that comes into sight doesn't wait for the later one that was there first.
func TestTheAlarmIsForTheNextEnd(t *testing.T) {
	w := wear(start(t, setup{width: 80, height: 24, machines: 3}).press("2"))
	w.press(weekly + " down " + hourly)
	w.set(7*24*time.Hour, time.Hour)
	w.at = noon.Add(2 * time.Hour) // the machine slept through it
	w.press("up")
	w.set(7*24*time.Hour, time.Hour, 7*24*time.Hour-2*time.Hour)
}

// A rotation elsewhere is on the screen without a key being pressed, and so is its end.
func TestARotationByAnotherProcessIsShown(t *testing.T) {
	d := start(t, setup{width: 80, height: 24, machines: 3}).press("2")
	w := wear(d)
	m := d.machine()
	out, err := d.c.session.Directory.RotateAPIKeys(t.Context(), d.me, []model.Seen{{ID: m.ID}}, 90*time.Second)
	d.must(errors.Join(err, out.Err()))
	s, err := d.c.snapshot.Refresh(t.Context(), d.store)
	d.must(err)
	d.c.Update(watched{snapshot: s}) // what comes of it is the next look, which waits for the next change
	d.sees("2 keys")
	w.set(90 * time.Second)
}

func TestWhoMayNotRotateIsTold(t *testing.T) {
	d := start(t, setup{width: 80, height: 24, users: 60, machines: 3})
	role, err := d.c.session.Directory.CreateRole(t.Context(), d.me, model.RoleDraft{
		Draft: model.Draft{Name: "Operator"}, Scope: model.ScopeTenant, Permissions: []model.Permission{model.PermRevealKey},
	})
	d.must(err)
	guest := d.someone(d.snapshot(), model.RoleBuilder)
	out, err := d.c.session.Directory.SetUsersRole(t.Context(), d.me, []model.Seen{{ID: guest.ID}}, role.ID)
	d.must(errors.Join(err, out.Err()))
	session := &Session{Directory: d.c.session.Directory, Actor: model.Actor{User: guest.ID}, Me: guest, Snapshot: d.snapshot()}
	d.c = d.console(setup{width: 80, height: 24}, session)
	d.run(d.c.refresh())
	d.press("2 a").sees("Rotate API key…      needs account:edit", "End the old key now  needs account:edit").press("r").sees("lacks account:edit")
}

func TestEveryGraceHasAName(t *testing.T) {
	for _, grace := range model.Graces() {
		if graceNames[grace] == "" {
			t.Errorf("%v has no name", grace)
		}
	}
}
