package model

import (
	"context"
	"errors"
	"math"
)

// Loader reads a snapshot in steps, so that a large account can be shown while the rest is still being read. Each step is
// a transaction of its own; what other processes change between two of them is read again at the end, so that the
// finished snapshot is of one revision. A Loader is used by one goroutine at a time.
type Loader struct {
	store    Store
	snapshot *Snapshot         // the figures at the first step
	tables   map[Kind]*loading // one for each of loadedKinds
	at       int               // the one of loadedKinds being read
	restarts int
}

// loading is a table in the making.
type loading struct {
	kind   Kind
	check  func(id ID, b []byte) bool
	chunks []*chunk
	next   ID
	rows   int
}

// maxRestarts bounds how often a load begins again because the store changed faster than it remembers.
const maxRestarts = 5

var errMovedOn = errors.New("the store changed faster than it could be read")

// NewLoader returns a loader that has read nothing yet.
func NewLoader(store Store) *Loader {
	l := &Loader{store: store}
	l.reset()
	return l
}

func (l *Loader) reset() {
	l.snapshot, l.at = nil, 0
	l.tables = map[Kind]*loading{
		KindRole: {check: checks(decodeRole)}, KindGroup: {check: checks(decodeGroup)}, KindWorkspace: {check: checks(decodeWorkspace)},
		KindTally: {check: checks(decodeTally)}, KindUser: {check: checks(decodeUser)},
		KindServiceAccount: {check: checks(decodeServiceAccount)}, KindAPIKey: {check: checks(decodeAPIKey)},
	}
	for kind, t := range l.tables {
		t.kind = kind
	}
}

func checks[T any](decode decodeFunc[T]) func(ID, []byte) bool {
	return func(id ID, b []byte) bool {
		_, ok := decode(id, b, true)
		return ok
	}
}

// LoadSnapshot reads the whole account.
func LoadSnapshot(ctx context.Context, store Store) (*Snapshot, error) {
	l := NewLoader(store)
	for {
		s, done, err := l.Next(ctx, 1<<16)
		if err != nil || done {
			return s, err
		}
	}
}

// Next reads up to rows more records, 1 or more. It returns a snapshot of what is loaded so far, and whether that is all.
func (l *Loader) Next(ctx context.Context, rows int) (*Snapshot, bool, error) {
	var news news
	done := false
	err := l.store.View(ctx, func(tx ReadTx) error {
		if err := l.read(tx, rows); err != nil {
			return err
		}
		if done = l.at == len(loadedKinds); !done {
			return nil
		}
		var err error
		if news, err = l.snapshot.readNews(tx); err == nil && !news.complete {
			err = errMovedOn
		}
		return err
	})
	if errors.Is(err, errMovedOn) && l.restarts < maxRestarts {
		l.restarts++
		l.reset()
		return l.Next(ctx, rows)
	}
	if err != nil {
		return nil, false, err
	}
	s := l.assemble()
	if !done {
		return s, false, nil
	}
	if s, err = s.with(news); err != nil {
		return nil, false, err
	}
	return s, true, nil
}

func (l *Loader) read(tx ReadTx, rows int) error {
	if l.snapshot == nil {
		l.snapshot = &Snapshot{}
		if err := l.snapshot.readFigures(tx); err != nil {
			return err
		}
	}
	for l.at < len(loadedKinds) && rows > 0 {
		t := l.tables[loadedKinds[l.at]]
		limit, many := rows, t.kind == KindUser || t.kind == KindServiceAccount || t.kind == KindAPIKey
		if !many {
			limit = math.MaxInt // the first frame shows names from all of these
		}
		read, whole, err := t.read(tx, limit)
		if err != nil {
			return err
		}
		if many {
			rows -= read
		}
		if whole {
			l.at++
		}
	}
	return nil
}

// read adds up to limit rows to the table and reports whether it is whole now.
func (t *loading) read(tx ReadTx, limit int) (read int, whole bool, err error) {
	var bad error
	whole = true
	c := roomyChunk()
	err = tx.Scan(t.kind, t.next, func(id ID, record []byte) bool {
		if read == limit {
			whole = false
			return false
		}
		if !t.check(id, record) {
			bad = undecodable(t.kind, id)
			return false
		}
		if len(c.ids) > 0 && len(c.data)+len(record) > cap(c.data) {
			t.chunks = append(t.chunks, c.tight())
			c = roomyChunk()
		}
		c.add(id, record)
		t.next = id + 1
		read++
		return true
	})
	t.chunks = append(t.chunks, c.tight())
	t.rows += read
	return read, whole, errors.Join(err, bad)
}

// assemble returns a snapshot of what is loaded so far.
func (l *Loader) assemble() *Snapshot {
	s := *l.snapshot
	s.roles = newTable(decodeRole, l.tables[KindRole].chunks)
	s.groups = newTable(decodeGroup, l.tables[KindGroup].chunks)
	s.workspaces = newTable(decodeWorkspace, l.tables[KindWorkspace].chunks)
	s.tallies = newTable(decodeTally, l.tables[KindTally].chunks)
	s.users = newTable(decodeUser, l.tables[KindUser].chunks)
	s.serviceAccounts = newTable(decodeServiceAccount, l.tables[KindServiceAccount].chunks)
	s.apiKeys = newTable(decodeAPIKey, l.tables[KindAPIKey].chunks)
	s.readNames()
	return &s
}

// Loaded returns how many rows have been read.
func (l *Loader) Loaded() int {
	n := 0
	for _, t := range l.tables {
		n += t.rows
	}
	return n
}
