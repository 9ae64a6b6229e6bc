package tui

import (
	"context"
	"encoding/binary"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"lanyard/model"
	"lanyard/tui/grid"
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

// numberColumn is a column of counts, aligned to the right. None is left empty.
func numberColumn[T any](key, title string, width, priority int, n func(T) int) grid.Column[T] {
	return grid.Column[T]{
		Key: key, Title: title, Min: width, Ideal: width, Priority: priority, Right: true,
		Cell: func(row T) grid.Cell {
			if n(row) == 0 {
				return grid.Cell{}
			}
			return grid.Cell{Text: count(n(row), "")}
		},
		SortKey: func(b []byte, row T) []byte { return grid.NumberKey(b, int64(n(row))) },
	}
}

// textColumn is a column of texts that are sorted without regard to case and looked for by the filter.
func textColumn[T any](key, title string, least, ideal, priority int, text func(T) string) grid.Column[T] {
	return grid.Column[T]{
		Key: key, Title: title, Min: least, Ideal: ideal, Priority: priority, Search: true,
		Cell:    func(row T) grid.Cell { return grid.Cell{Text: text(row)} },
		SortKey: func(b []byte, row T) []byte { return grid.TextKey(b, text(row)) },
	}
}

// textSetter is one of the Directory's methods that change a record's text.
type textSetter func(*model.Directory, context.Context, model.Actor, model.Seen, string) error

// editText makes a column be edited in the cell, as text.
func (s *sheet[T]) editText(c grid.Column[T], text func(T) string, may func(model.Rules, T) error, set textSetter) column[T] {
	return column[T]{Column: c, edit: &edit[T]{
		may: may, text: text,
		apply: func(ctx context.Context, d *model.Directory, a model.Actor, row T, to string) error {
			return set(d, ctx, a, s.seen(row), to)
		},
	}}
}

// groupsOf and workspacesOf go through the names of some groups or workspaces. Those that are gone are left out.
func groupsOf(in *model.Snapshot, list []model.ID) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, id := range list {
			if name, ok := in.NameOf(id); ok && !yield(name) {
				return
			}
		}
	}
}

func workspacesOf(in *model.Snapshot, list []model.WorkspaceGrant) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, g := range list {
			if name, ok := in.NameOf(g.Workspace); ok && !yield(name) {
				return
			}
		}
	}
}

// namesColumn is a column of several names in one cell, by any of which the filter narrows. search appends them in any order:
// it is called for each of a million rows and letter, which an iterator's allocation would make twice as slow.
func namesColumn[T any](
	key, title string, least, ideal, priority int, names func(T) iter.Seq[string], search func(b []byte, row T) []byte,
) grid.Column[T] {
	c := textColumn(key, title, least, ideal, priority, func(row T) string {
		return strings.Join(slices.Sorted(names(row)), ", ")
	})
	c.Narrow = func(row T) []string { return slices.Collect(names(row)) }
	c.SearchText = search
	return c
}

// appendGroups and appendWorkspaces append the names of some groups or workspaces, to be searched.
func appendGroups(b []byte, in *model.Snapshot, list []model.ID) []byte {
	for _, id := range list {
		name, _ := in.NameOf(id)
		b = append(append(b, name...), ' ')
	}
	return b
}

func appendWorkspaces(b []byte, in *model.Snapshot, list []model.WorkspaceGrant) []byte {
	for _, g := range list {
		name, _ := in.NameOf(g.Workspace)
		b = append(append(b, name...), ' ')
	}
	return b
}

// idText is how an id is shown.
func idText(id model.ID) string { return strconv.FormatUint(uint64(id), 10) }

// tableRows shows a table of the snapshot on the grid. A row carries the snapshot along, for the names of what it refers to:
// rows are drawn, sorted and filtered away from the Update goroutine.
type tableRows[R, T any] struct {
	table    *model.Table[R]
	snapshot *model.Snapshot
	row      func(*model.Snapshot, R) T
}

// Len is how many of them the snapshot holds, which are fewer than the account has while it is being loaded.
func (r tableRows[R, T]) Len() int { return r.table.Len() }

// At decodes the row at a position: what is drawn is decoded, and nothing else.
func (r tableRows[R, T]) At(i int) T { return r.row(r.snapshot, r.table.At(i)) }

// ID is the record's, so that a row stays the same one when others come and go.
func (r tableRows[R, T]) ID(i int) uint64 { return uint64(r.table.ID(i)) }

// Find returns the position of a record, by halving.
func (r tableRows[R, T]) Find(id uint64) (int, bool) { return r.table.Find(model.ID(id)) }

// largeRows are rows that may be a million, and therefore know which of them changed.
type largeRows[R, T any] struct {
	tableRows[R, T]
	changed func(now, before *model.Snapshot) ([]model.ID, bool)
	skim    func(in *model.Snapshot) skim // nil if they are filtered as other rows are
}

// skim goes to a row without making it, and tells what the filter looks at in columns by their keys.
type skim struct {
	to    func(pos int)
	texts map[string]grid.Text
}

// Skim has the grid read the texts of columns without making rows, if all of them are known.
func (r largeRows[R, T]) Skim(columns []string) (to func(pos int), texts []grid.Text) {
	if r.skim == nil {
		return nil, nil
	}
	s := r.skim(r.snapshot)
	for _, key := range columns {
		text, ok := s.texts[key]
		if !ok {
			return nil, nil
		}
		texts = append(texts, text)
	}
	return s.to, texts
}

// Changed tells the grid which rows differ from those that it has, so that it doesn't sort a million again for one.
func (r largeRows[R, T]) Changed(before grid.Rows[T]) ([]uint64, bool) {
	b, ok := before.(largeRows[R, T])
	if !ok || !r.snapshot.SameNames(b.snapshot) {
		return nil, false
	}
	ids, ok := r.changed(r.snapshot, b.snapshot)
	return numbers(ids), ok
}

func numbers(ids []model.ID) []uint64 {
	out := make([]uint64, len(ids))
	for i, id := range ids {
		out[i] = uint64(id)
	}
	return out
}
