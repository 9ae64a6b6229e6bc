package tui

import (
	"time"

	tea "charm.land/bubbletea/v2"
)

// alarmRings says that something on the screen looks different from now on. That it comes is enough to have it drawn.
type alarmRings struct{ at time.Time }

// setAlarm has the console draw again when something in the window changes by itself, as when the grace of a key is over.
// There is one timer, for the next such moment: until then nothing wakes an idle console. One that was set for a row that has
// gone out of sight rings once, for nothing.
func (c *console) setAlarm() tea.Cmd {
	if len(c.screens) == 0 {
		return nil
	}
	now, at := c.now(), c.screen().turns()
	if at.IsZero() || c.alarm.After(now) && !at.Before(c.alarm) {
		return nil
	}
	c.alarm = at
	return c.after(at.Sub(now), func(time.Time) tea.Msg { return alarmRings{at} })
}

func (c *console) onAlarm(msg alarmRings) {
	if msg.at.Equal(c.alarm) {
		c.alarm = time.Time{} // by the wall's clock it may be a moment early; then it is set once more
	}
}
