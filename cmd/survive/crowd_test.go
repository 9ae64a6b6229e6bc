package survive

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"lanyard/db"
	"lanyard/model"
)

// writers and readers are how many processes work on one account at once.
const (
	writers = 3
	readers = 8
)

// The longest that one may wait for the others is a second. On a machine that is busy with other things a process may
// stand still for longer than that without anybody holding anything, so a single wait fails the test only when it is far
// longer; that a thousandth of all waits is longer fails it too. How much a process does is the machine's, but that it gets
// its turns is ours: one that does less than a tenth of what its like do on average was starved.
const (
	longWait   = time.Second
	hopeless   = 4 * time.Second
	oneInAll   = 1000
	leastShare = 10
)

// shift is what a process did while it was part of a crowd.
type shift struct {
	Deeds     int
	Conflicts int
	Longest   time.Duration
	Long      int // waits of more than longWait
}

func (s *shift) time(began time.Time) {
	waited := time.Since(began)
	s.Longest = max(s.Longest, waited)
	if waited > longWait {
		s.Long++
	}
}

// TestACrowd has several processes change and read an account at once. Each writer counts one up with all others, as two
// people do who edit the same cell, and one alone.
func TestACrowd(t *testing.T) {
	seconds := times("LANYARD_SECONDS", 2)
	ctx, p := t.Context(), place(evidence(t))
	if err := found(ctx, p); err != nil {
		t.Fatal(err)
	}
	root, _, err := p.root()
	if err != nil {
		t.Fatal(err)
	}
	store, err := db.Open(p.store())
	if err != nil {
		t.Fatal(err)
	}
	d := directory(&steady{Store: store, id: store.ID()}, root)
	me, err := model.FirstAdmin(ctx, store)
	if err != nil {
		t.Fatal(err)
	}
	for i := range writers + 1 {
		if _, err := d.CreateGroup(ctx, model.Actor{User: me.ID, Via: model.ViaConsole}, model.Draft{Name: name(i), Description: "0"}); err != nil {
			t.Fatal(err)
		}
	}
	done := crowd(t, p, seconds)
	s, err := model.LoadSnapshot(ctx, store)
	if err != nil {
		t.Fatal(err)
	}
	sum := 0
	for i, w := range done[:writers] {
		sum += w.Deeds
		if n := number(s, name(i+1)); n != w.Deeds {
			t.Errorf("writer %d counted to %d alone, and %d is there", i, w.Deeds, n)
		}
	}
	if n := number(s, name(0)); n != sum {
		t.Errorf("the writers counted to %d together, and %d is there", sum, n)
	}
	if err := sound(ctx, store, root); err != nil {
		t.Error(err)
	}
}

// crowd runs the processes and returns what each did, the writers first.
func crowd(t *testing.T, p place, seconds int) []shift {
	t.Helper()
	var list []*exec.Cmd
	said := make([]bytes.Buffer, writers+readers)
	for i := range said {
		role := "write"
		if i >= writers {
			role = "read"
		}
		c := again(role, string(p), string(p), strconv.Itoa(i), strconv.Itoa(seconds))
		c.Stdout = &said[i]
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		list = append(list, c)
	}
	done := make([]shift, len(list))
	deeds, long, longest := [2]int{}, 0, time.Duration(0)
	for i, c := range list {
		if err := c.Wait(); err != nil {
			t.Errorf("process %d: %v", i, err)
			continue
		}
		s := &done[i]
		if err := json.Unmarshal(said[i].Bytes(), s); err != nil {
			t.Errorf("process %d said %q: %v", i, said[i].String(), err)
		}
		deeds[sortOf(i)] += s.Deeds
		long, longest = long+s.Long, max(longest, s.Longest)
		t.Logf("process %d: %+v", i, *s)
	}
	for i, s := range done {
		sort := sortOf(i)
		if s.Longest > hopeless || s.Deeds == 0 || s.Deeds*leastShare*[2]int{writers, readers}[sort] < deeds[sort] {
			t.Errorf("process %d did %d of %d things and waited for up to %v", i, s.Deeds, deeds[sort], s.Longest)
		}
	}
	if long > 1+(deeds[0]+deeds[1])/oneInAll {
		t.Errorf("%d of %v waits were longer than %v", long, deeds, longWait)
	}
	t.Logf("%d counts and %d looks in %d s; the longest wait was %v, %d were longer than %v", deeds[0], deeds[1], seconds, longest, long, longWait)
	return done
}

// sortOf is 0 for a writer and 1 for a reader.
func sortOf(process int) int { return min(process/writers, 1) }

func group(s *model.Snapshot, name string) model.Group {
	for g := range all(s.Groups()) {
		if g.Name == name {
			return g
		}
	}
	return model.Group{}
}

func number(s *model.Snapshot, name string) int {
	n, err := strconv.Atoi(group(s, name).Description)
	if err != nil {
		return -1
	}
	return n
}

// crowdArguments are PLACE NUMBER SECONDS.
func crowdArguments(args []string) (store *db.Store, number int, end time.Time, err error) {
	if store, err = db.Open(place(args[0]).store()); err != nil {
		return nil, 0, end, err
	}
	number, err = strconv.Atoi(args[1])
	seconds, also := strconv.Atoi(args[2])
	return store, number, time.Now().Add(time.Duration(seconds) * time.Second), errors.Join(err, also)
}

// writerChild counts up: in a group that all writers count up, and in one of its own.
func writerChild(args []string) error {
	store, i, end, err := crowdArguments(args)
	if err != nil {
		return err
	}
	root, _, err := place(args[0]).root()
	if err != nil {
		return err
	}
	ctx := context.Background()
	d := directory(&steady{Store: store, id: store.ID()}, root)
	me, err := model.FirstAdmin(ctx, store)
	if err != nil {
		return err
	}
	s, err := model.LoadSnapshot(ctx, store)
	if err != nil {
		return err
	}
	var did shift
	count := func(name string) error {
		for {
			began := time.Now()
			if s, err = s.Refresh(ctx, store); err != nil {
				return err
			}
			did.time(began)
			g := group(s, name)
			began = time.Now()
			err := d.DescribeGroup(ctx, model.Actor{User: me.ID, Via: model.ViaConsole}, model.Seen{ID: g.ID, Version: g.Version}, strconv.Itoa(number(s, name)+1))
			did.time(began)
			if !errors.Is(err, model.ErrConflict) {
				return err
			}
			did.Conflicts++
		}
	}
	for time.Now().Before(end) {
		if err := errors.Join(count(name(0)), count(name(i+1))); err != nil {
			return err
		}
		did.Deeds++
	}
	return json.NewEncoder(os.Stdout).Encode(did)
}

// readerChild looks at the account as a console does. What it sees never goes back.
func readerChild(args []string) error {
	store, i, end, err := crowdArguments(args)
	if err != nil {
		return err
	}
	ctx := context.Background()
	s, err := model.LoadSnapshot(ctx, store)
	if err != nil {
		return err
	}
	var did shift
	for time.Now().Before(end) {
		began := time.Now()
		next, err := s.Refresh(ctx, store)
		if err == nil && did.Deeds%50 == i { // now and then as one that has just been started
			next, err = model.LoadSnapshot(ctx, store)
		}
		did.time(began)
		if err != nil {
			return err
		}
		if next.Revision() < s.Revision() || number(next, name(0)) < number(s, name(0)) {
			return fmt.Errorf("it went back from revision %d to %d", s.Revision(), next.Revision())
		}
		s = next
		did.Deeds++
	}
	return json.NewEncoder(os.Stdout).Encode(did)
}
