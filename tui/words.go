package tui

import (
	"fmt"
	"strconv"
	"time"
)

// count returns a number with its noun: "1 user", "1,204 users". An empty noun gives the number alone.
func count(n int, noun string) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	switch {
	case noun == "":
		return s
	case n != 1:
		noun += "s"
	}
	return s + " " + noun
}

// date shows a day, or "–" for never.
func date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Local().Format("2006-01-02")
}

// ago shows how long since a time in one unit: "3 min ago".
func ago(t, now time.Time) string {
	if t.IsZero() {
		return "never"
	}
	switch d := now.Sub(t); {
	case d < time.Minute:
		return "just now"
	case d < time.Hour:
		return fmt.Sprintf("%d min ago", int(d/time.Minute))
	case d < 24*time.Hour:
		return fmt.Sprintf("%d h ago", int(d/time.Hour))
	case d < 60*24*time.Hour:
		return fmt.Sprintf("%d d ago", int(d/(24*time.Hour)))
	default:
		return date(t)
	}
}

// sameDay reports whether two times are on one day of the person's own.
func sameDay(a, b time.Time) bool {
	a, b = a.Local(), b.Local()
	return a.YearDay() == b.YearDay() && a.Year() == b.Year()
}

// clock shows a time to the minute, without the day if that is today.
func clock(t, now time.Time) string {
	if sameDay(t, now) {
		return t.Local().Format("15:04")
	}
	return moment(t)
}

// moment shows a time to the minute, in the person's own zone.
func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Local().Format("2006-01-02 15:04")
}
