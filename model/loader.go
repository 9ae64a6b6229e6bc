package model

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"golang.org/x/sync/errgroup"
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
}

// maxRestarts bounds how often a load begins again because the store changed faster than it remembers.
const maxRestarts = 5

// manyKinds are those of which an account may have so many that they are read in steps.
var manyKinds = []Kind{KindUser, KindServiceAccount, KindAPIKey}

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

// First reads what a first frame shows: all of an account of up to small records, and enough of them of a larger one. Call
// it once, in place of the first Next.
func (l *Loader) First(ctx context.Context, enough, small int) (*Snapshot, bool, error) {
	return l.step(ctx, func() int {
		records := 0
		for _, kind := range manyKinds {
			records += l.snapshot.Total(kind)
		}
		if records <= small {
			return small
		}
		return enough
	})
}

// Next reads up to rows more records, 1 or more. It returns a snapshot of what is loaded so far, and whether that is all.
func (l *Loader) Next(ctx context.Context, rows int) (*Snapshot, bool, error) {
	return l.step(ctx, func() int { return rows })
}

// step reads up to rows more records, of which it asks when it knows how many there are.
func (l *Loader) step(ctx context.Context, rows func() int) (*Snapshot, bool, error) {
	var news news
	done := false
	err := l.store.View(ctx, func(tx ReadTx) error {
		if l.snapshot == nil {
			l.snapshot = &Snapshot{}
			if err := l.snapshot.readFigures(tx); err != nil {
				return err
			}
		}
		if err := l.read(tx, rows()); err != nil {
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
		return l.step(ctx, rows)
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
	for l.at < len(loadedKinds) && rows > 0 {
		t := l.tables[loadedKinds[l.at]]
		limit, many := rows, slices.Contains(manyKinds, t.kind)
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

// read adds up to limit rows to the table and reports whether it is whole now. Whether they can be decoded is found out beside
// the reading, which takes as long. After an error the table is as it was.
func (t *loading) read(tx ReadTx, limit int) (read int, whole bool, err error) {
	var checks errgroup.Group
	chunks, next := t.chunks, t.next
	c := roomyChunk()
	finish := func() {
		done := c.tight()
		chunks = append(chunks, done)
		checks.Go(func() error { return t.checkAll(done) })
	}
	whole = true
	err = tx.Scan(t.kind, next, func(id ID, record []byte) bool {
		if read == limit {
			whole = false
			return false
		}
		if len(c.ids) > 0 && len(c.data)+len(record) > cap(c.data) {
			finish()
			c = roomyChunk()
		}
		c.add(id, record)
		next = id + 1
		read++
		return true
	})
	finish()
	if err := errors.Join(err, checks.Wait()); err != nil {
		return 0, false, err
	}
	t.chunks, t.next = chunks, next
	return read, whole, nil
}

// checkAll says which record of a chunk can't be decoded.
func (t *loading) checkAll(c *chunk) (err error) {
	defer func() {
		if v := recover(); v != nil { // one in a goroutine of its own would leave the terminal as it is
			err = fmt.Errorf("a %s record can't be read: %v", t.kind, v)
		}
	}()
	for i, id := range c.ids {
		if !t.check(id, c.row(i)) {
			return undecodable(t.kind, id)
		}
	}
	return nil
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
