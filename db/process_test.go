package db

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"lanyard/model"
)

// child is the test's program run again as another process.
func child(role string) int {
	path := os.Getenv("LANYARD_TEST_STORE")
	var err error
	switch role {
	case "count":
		var longest time.Duration
		longest, err = countUp(path, 150)
		fmt.Println(longest)
	case "write":
		err = writeForEver(path)
	case "compact":
		err = compactForEver(path)
	case "backup":
		err = backupForEver(path)
	case "restore":
		err = restoreForEver(path)
	case "limited":
		err = limited(path)
	case "nobody":
		err = openAsNobody(path)
	case "create":
		_, err = Create(context.Background(), path, fillUsers(3000))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func startChild(t *testing.T, role, path string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "LANYARD_TEST_CHILD="+role, "LANYARD_TEST_STORE="+path)
	cmd.Stderr = os.Stderr
	return cmd
}

// increment adds one to a number that the store holds: what a lost update would show in.
func increment(tx model.WriteTx) error {
	b, err := tx.Get(model.KindAccount, model.AccountID)
	n := uint64(0)
	if err == nil {
		n = binary.BigEndian.Uint64(b)
	} else if !errors.Is(err, model.ErrNotFound) {
		return err
	}
	return tx.Put(model.KindAccount, model.AccountID, binary.BigEndian.AppendUint64(nil, n+1))
}

func number(s *Store) (n uint64, err error) {
	err = s.View(context.Background(), func(tx model.ReadTx) error {
		b, err := tx.Get(model.KindAccount, model.AccountID)
		if errors.Is(err, model.ErrNotFound) {
			return nil
		}
		if err == nil {
			n = binary.BigEndian.Uint64(b)
		}
		return err
	})
	return n, err
}

// slowest is how long one of several writers may wait.
const slowest = time.Second

func countUp(path string, times int) (longest time.Duration, err error) {
	s, err := Open(path)
	if err != nil {
		return 0, err
	}
	for range times {
		began := time.Now()
		if err := s.Update(context.Background(), increment); err != nil {
			return longest, err
		}
		if longest = max(longest, time.Since(began)); longest > slowest {
			return longest, fmt.Errorf("a write waited %v", longest)
		}
	}
	return longest, nil
}

func TestProcessesLoseNothingToEachOther(t *testing.T) {
	s := newStore(t)
	var children []*exec.Cmd
	var said [3]strings.Builder
	for i := range said {
		c := startChild(t, "count", s.path)
		c.Stdout = &said[i]
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		children = append(children, c)
	}
	longest, err := countUp(s.path, 150)
	if err != nil {
		t.Error(err)
	}
	t.Logf("the longest wait here was %v", longest)
	for i, c := range children {
		if err := c.Wait(); err != nil {
			t.Error(err)
		}
		t.Logf("the longest wait of child %d was %s", i+1, strings.TrimSpace(said[i].String()))
	}
	if n, err := number(s); err != nil || n != 4*150 {
		t.Errorf("%d, %v: want %d", n, err, 4*150)
	}
}

// Readers share the lock. There are always some of them here, and a writer gets its turn all the same.
func TestReadersDontKeepAWriterOut(t *testing.T) {
	s := newStore(t)
	ctx, stop := context.WithCancel(t.Context())
	var reading sync.WaitGroup
	for range 8 {
		reading.Go(func() {
			for ctx.Err() == nil {
				err := s.View(ctx, func(model.ReadTx) error { time.Sleep(2 * time.Millisecond); return nil })
				if err != nil && !errors.Is(err, context.Canceled) {
					t.Error(err)
				}
			}
		})
	}
	for range 20 {
		if err := s.Update(t.Context(), increment); err != nil {
			t.Error(err)
			break
		}
	}
	stop()
	reading.Wait()
	if n, err := number(s); err != nil || n != 20 {
		t.Errorf("%d, %v", n, err)
	}
}

// writeForEver says each number once it is durable.
func writeForEver(path string) error {
	s, err := Open(path)
	if err != nil {
		return err
	}
	for {
		if err := s.Update(context.Background(), increment); err != nil {
			return err
		}
		n, err := number(s)
		if err != nil {
			return err
		}
		fmt.Println(n)
	}
}

// times is how often something is killed: LANYARD_KILLS, or a few times.
func times(few int) int {
	if n, err := strconv.Atoi(os.Getenv("LANYARD_KILLS")); err == nil {
		return n
	}
	return few
}

// seeded is random as LANYARD_SEED says, or else anew each time.
func seeded(t *testing.T) *rand.Rand {
	t.Helper()
	seed := rand.Uint64()
	if n, err := strconv.ParseUint(os.Getenv("LANYARD_SEED"), 10, 64); err == nil {
		seed = n
	}
	t.Logf("LANYARD_SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

// TestKilled kills a writer at random moments. LANYARD_KILLS=n does it n times, LANYARD_SEED repeats a run.
func TestKilled(t *testing.T) {
	random := seeded(t)
	s := newStore(t)
	for range times(25) {
		before, err := number(s)
		if err != nil {
			t.Fatal(err)
		}
		c := startChild(t, "write", s.path)
		out, err := c.StdoutPipe()
		if err := errors.Join(err, c.Start()); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		acknowledged := before
		stop := uint64(random.IntN(20))
		delay := time.Duration(random.IntN(3000)) * time.Microsecond
		for acknowledged < before+stop && lines.Scan() {
			if acknowledged, err = strconv.ParseUint(lines.Text(), 10, 64); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(delay)
		if err := c.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		for lines.Scan() { // what it said until it died
			if n, err := strconv.ParseUint(lines.Text(), 10, 64); err == nil {
				acknowledged = n
			}
		}
		_ = c.Wait() // was killed
		after, err := number(s)
		if err != nil {
			t.Fatal(err)
		}
		if after < acknowledged || after > acknowledged+1 {
			t.Fatalf("%d was acknowledged, and %d is there", acknowledged, after)
		}
		checkFile(t, s.path)
	}
}

func TestKilledWhileCreating(t *testing.T) {
	dir := t.TempDir()
	for i := range 15 {
		path := filepath.Join(dir, strconv.Itoa(i), "a.db")
		c := startChild(t, "create", path)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(rand.IntN(40)) * time.Millisecond)
		_ = c.Process.Kill() // may be done already
		_ = c.Wait()
		s, err := Open(path)
		if errors.Is(err, ErrMissing) { // then what it left beside the place is in nobody's way
			s, err = Create(t.Context(), path, fillUsers(3000))
		}
		if err != nil {
			t.Fatal(err)
		}
		checkFile(t, path)
		if n := countUsers(t, s); n != 3000 {
			t.Errorf("half a store, with %d users, is at its place", n)
		}
		if err := s.Compact(t.Context()); err != nil { // as a store does by itself now and then
			t.Fatal(err)
		}
		if names := left(t, s); len(names) != 1 {
			t.Errorf("it is left with %v", names)
		}
	}
}

// Every bit that is flipped either does no harm or is noticed: no crash, and no data that is silently different. The two
// first pages are left out: when the newer of them is broken, bbolt takes the older one, which is the store as it was one
// change ago. It can't be told from a change that a power cut interrupted.
func TestFlippedBits(t *testing.T) {
	s := newStore(t)
	want := map[model.ID]string{}
	for i := range 12 {
		text := strings.Repeat(string(rune('a'+i)), 30)
		want[model.FirstID+model.ID(i)] = text
		if err := s.Update(t.Context(), put(text)); err != nil {
			t.Fatal(err)
		}
	}
	whole, err := os.ReadFile(s.path)
	if err != nil {
		t.Fatal(err)
	}
	bad := filepath.Join(t.TempDir(), "bad.db")
	noticed, tried := 0, 0
	for bit := 2 * os.Getpagesize() * 8; bit < len(whole)*8; bit += 83 {
		data := append([]byte(nil), whole...)
		data[bit/8] ^= 1 << (bit % 8)
		if err := os.WriteFile(bad, data, 0o600); err != nil {
			t.Fatal(err)
		}
		tried++
		got, err := readAll(bad)
		if err != nil {
			noticed++
			continue
		}
		if len(got) != len(want) {
			t.Fatalf("bit %d: %d records instead of %d, and nobody noticed", bit, len(got), len(want))
		}
		for id, text := range want {
			if got[id] != text {
				t.Fatalf("bit %d: record %d is %q, and nobody noticed", bit, id, got[id])
			}
		}
	}
	t.Logf("%d bits flipped, %d noticed, the others harmless", tried, noticed)
}

func readAll(path string) (map[model.ID]string, error) {
	s, err := Open(path)
	if err != nil {
		return nil, err
	}
	got := map[model.ID]string{}
	err = s.View(context.Background(), func(tx model.ReadTx) error {
		n, err := tx.Count(model.KindUser)
		if err != nil {
			return err
		}
		if err := tx.Scan(model.KindUser, 0, func(id model.ID, b []byte) bool { got[id] = string(b); return true }); err != nil {
			return err
		}
		if n != len(got) {
			return fmt.Errorf("%w: %d records, the count says %d", model.ErrDamaged, len(got), n)
		}
		return nil
	})
	return got, err
}
