package model

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// lostEvent is the action of an event that stands in the place of one that can't be read any more, and repairEvent that of the
// event which tells of the repair that put it there.
const (
	lostEvent   = "activity.lost"
	repairEvent = "account.repair"
)

// lostField is what a repair's event says under which events it lost.
const lostField = "lost_events"

// repairNote is what a repair did that its event tells of.
type repairNote struct {
	at    time.Time // zero if there was none
	lost  string    // the numbers of the events that it couldn't read: "2, 5-7"
	admin string    // the email of who became an Admin by it
}

func (n *repairNote) changes() []Change {
	list := []Change{{"repaired", "", stamp(n.at)}}
	if n.admin != "" {
		list = append(list, Change{"admin", "", n.admin})
	}
	for rest := n.lost; rest != ""; { // in as many parts as an event may tell of one field
		part := rest
		if len(part) > maxEventText {
			part = part[:maxEventText]
			if at := strings.LastIndex(part, ", "); at > 0 { // a repair wrote it so, and somebody else may have written anything
				part = part[:at]
			}
		}
		list = append(list, Change{lostField, "", part})
		rest = strings.TrimPrefix(rest[len(part):], ", ")
	}
	return list
}

// maxLostText bounds how many events a repair's event names as lost, in bytes. Where they are that scattered, not much is left.
const maxLostText = 60_000

// addLost notes the events from one to another, both counted.
func (n *repairNote) addLost(from, to ID) {
	text := strconv.FormatUint(uint64(from), 10)
	if to > from {
		text = fmt.Sprintf("%d-%d", from, to)
	}
	if n.lost != "" {
		text = n.lost + ", " + text
	}
	if len(text) <= maxLostText {
		n.lost = text
	}
}

// mostLost bounds how many numbers are made of what an event says.
const mostLost = 1 << 20

// repairLost returns the numbers of the events that a repair's event says to be lost.
func (e Event) repairLost() (list []uint64) {
	for _, c := range e.Changes {
		if c.Field != lostField {
			continue
		}
		for part := range strings.SplitSeq(c.To, ", ") {
			first, last, isRange := strings.Cut(part, "-")
			if !isRange {
				last = first
			}
			from, err := strconv.ParseUint(first, 10, 64)
			to, bad := strconv.ParseUint(last, 10, 64)
			if err != nil || bad != nil || to >= e.Seq {
				continue
			}
			for seq := from; seq <= to && len(list) < mostLost; seq++ {
				list = append(list, seq)
			}
		}
	}
	return list
}
