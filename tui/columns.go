package tui

import (
	"encoding/binary"
	"strconv"
	"time"

	"lanyard/model"
	"lanyard/tui/grid"
	"lanyard/tui/theme"
)

// timeColumn is a column of times, shown by a function and sorted by the time itself.
func timeColumn[T any](key, title string, priority int, at func(T) time.Time, show func(time.Time) string) grid.Column[T] {
	return grid.Column[T]{
		Key: key, Title: title, Min: 10, Ideal: 10, Priority: priority,
		Cell: func(row T) grid.Cell { return grid.Cell{Text: show(at(row))} },
		SortKey: func(b []byte, row T) []byte {
			if at(row).IsZero() {
				return binary.BigEndian.AppendUint64(b, 0)
			}
			return binary.BigEndian.AppendUint64(b, uint64(at(row).UnixMilli()))
		},
	}
}

// roleCell colours the one role that can do everything.
func roleCell(role model.ID) grid.Cell {
	tone := theme.Normal
	if role == model.RoleAdmin {
		tone = theme.Accent
	}
	return grid.Cell{Text: model.RoleName(role), Tone: tone}
}

// someCount shows how many there are, and nothing for none.
func someCount(n int) grid.Cell {
	if n == 0 {
		return grid.Cell{}
	}
	return grid.Cell{Text: count(n, "")}
}

// idText is how an id is shown.
func idText(id model.ID) string { return strconv.FormatUint(uint64(id), 10) }

// tableRows shows a table of the snapshot on the grid.
type tableRows[T any] struct{ table *model.Table[T] }

func (r tableRows[T]) Len() int        { return r.table.Len() }
func (r tableRows[T]) At(i int) T      { return r.table.At(i) }
func (r tableRows[T]) ID(i int) uint64 { return uint64(r.table.ID(i)) }

func (r tableRows[T]) Find(id uint64) (int, bool) { return r.table.Find(model.ID(id)) }

// Changed tells the grid which rows differ from those that it has, so that it doesn't sort a million again for one.
func (r tableRows[T]) Changed(before grid.Rows[T]) ([]uint64, bool) {
	b, ok := before.(tableRows[T])
	if !ok {
		return nil, false
	}
	ids, ok := r.table.ChangedSince(b.table)
	return numbers(ids), ok
}

func numbers(ids []model.ID) []uint64 {
	out := make([]uint64, len(ids))
	for i, id := range ids {
		out[i] = uint64(id)
	}
	return out
}
