package survive

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"lanyard/db"
	"lanyard/keys"
	"lanyard/model"
	"lanyard/model/modeltest"
)

// cyclesPerStore is how often writers of one store are killed before the next one begins: its activity grows, and the
// twin in memory copies all of it at each change.
const cyclesPerStore = 25

// TestKilled kills a process that does random things to a real account, at random moments. A twin in memory is changed in
// the same way: what was acknowledged is there, at most one change more is, and nothing else.
func TestKilled(t *testing.T) {
	t.Parallel()
	cycles, seed, n := times("LANYARD_CYCLES", 50), chance(t), newTally(t)
	for i := range (cycles + cyclesPerStore - 1) / cyclesPerStore {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			killing(t, n, seed, i, min(cyclesPerStore, cycles-i*cyclesPerStore))
		})
	}
}

// twin is the account in memory that goes the way of one on the disk.
type twin struct {
	*steady
	directory *model.Directory
	root      *keys.Root
}

var errFarEnough = errors.New("as far as the other came")

func newTwin(p place) (*twin, error) {
	root, id, err := p.root()
	if err != nil {
		return nil, err
	}
	w := &twin{steady: &steady{Store: modeltest.NewStore(), id: id}, root: root}
	w.directory = directory(w.steady, root)
	return w, w.Store.Update(context.Background(), func(tx model.WriteTx) error { return foundIn(tx, root, id) })
}

func killing(t *testing.T, n *tally, seed uint64, number, cycles int) {
	t.Helper()
	ctx := t.Context()
	p := place(evidence(t))
	if err := found(ctx, p); err != nil {
		t.Fatal(err)
	}
	w, err := newTwin(p)
	if err != nil {
		t.Fatal(err)
	}
	store, err := db.Open(p.store())
	if err != nil {
		t.Fatal(err)
	}
	deed := 0
	for cycle := range cycles {
		r := stream(seed, "kill", number*cyclesPerStore+cycle)
		said := kill(t, p, seed, deed, w.done, r.IntN(12), time.Duration(r.IntN(2500))*time.Microsecond)
		have, _, err := pictureOf(ctx, store, nil)
		if err != nil {
			t.Fatalf("cycle %d: %v", cycle, err)
		}
		if deed, err = w.follow(ctx, seed, deed, said, have); err != nil {
			t.Fatalf("cycle %d: %v", cycle, err)
		}
		n.add("killed", 1)
		n.add("there without having been acknowledged", w.done-said)
		if err := sound(ctx, store, w.root); err != nil {
			t.Fatalf("cycle %d: %v", cycle, err)
		}
	}
	s := &steady{Store: store, id: store.ID(), done: w.done}
	if err := openAll(ctx, directory(s, w.root)); err != nil {
		t.Error(err)
	}
	n.add("changes", w.done)
}

// follow has the twin make the changes that were acknowledged, and one more if it isn't like the other then. It returns the
// deed to begin with next. One that is cut within isn't taken up again, as the killed process doesn't either.
func (w *twin) follow(ctx context.Context, seed uint64, deed, acknowledged int, have picture) (int, error) {
	w.before = func() error {
		if w.done < acknowledged {
			return nil
		}
		is, _, err := pictureOf(ctx, w.Store, nil)
		switch {
		case err != nil:
			return err
		case is == have:
			return errFarEnough
		case w.done > acknowledged:
			return fmt.Errorf("%d changes were acknowledged, and the store is neither there nor one further", acknowledged)
		}
		return nil
	}
	for {
		err := act(ctx, w.directory, stream(seed, "deed", deed))
		deed++
		if errors.Is(err, errFarEnough) {
			return deed, nil
		}
		if err != nil {
			return deed, err
		}
	}
}

// kill starts a process at a deed, waits for some acknowledgements and a moment more, kills it, and returns how many changes
// were acknowledged in all.
func kill(t *testing.T, p place, seed uint64, deed, done, wait int, moment time.Duration) int {
	t.Helper()
	c := again("deeds", string(p), string(p), strconv.FormatUint(seed, 10), strconv.Itoa(deed), strconv.Itoa(done))
	pipe, err := c.StdoutPipe()
	if err := errors.Join(err, c.Start()); err != nil {
		t.Fatal(err)
	}
	in := bufio.NewReader(pipe)
	for range wait {
		if _, err := in.ReadByte(); err != nil {
			t.Fatalf("the process ended by itself: %v, %v", err, c.Wait())
		}
		done++
	}
	time.Sleep(moment)
	if err := c.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	rest, err := io.ReadAll(in)
	if err != nil {
		t.Fatal(err)
	}
	_ = c.Wait() // was killed
	return done + len(rest)
}

// deedsChild does one random deed after the other, and says a byte after each change: deeds PLACE SEED DEED DONE
// [HOW MANY].
func deedsChild(args []string) error {
	p := place(args[0])
	seed, err := strconv.ParseUint(args[1], 10, 64)
	if err != nil {
		return err
	}
	deed, err := strconv.Atoi(args[2])
	if err != nil {
		return err
	}
	root, _, err := p.root()
	if err != nil {
		return err
	}
	store, err := db.Open(p.store())
	if err != nil {
		return err
	}
	s := &steady{Store: store, id: store.ID()}
	if s.done, err = strconv.Atoi(args[3]); err != nil {
		return err
	}
	s.after = func(err error) error {
		_, failed := os.Stdout.Write([]byte{'.'})
		return errors.Join(err, failed)
	}
	last := math.MaxInt
	if len(args) > 4 {
		if last, err = strconv.Atoi(args[4]); err != nil {
			return err
		}
		last += deed
	}
	for d := directory(s, root); deed < last; deed++ {
		if err := act(context.Background(), d, stream(seed, "deed", deed)); err != nil {
			return err
		}
	}
	return store.Close()
}

// TestKilledInTheFirstRun kills lanyard init. Afterwards there is either a whole account with its sealing key, or nothing
// that keeps the next try from making one.
func TestKilledInTheFirstRun(t *testing.T) {
	t.Parallel()
	cycles, seed := times("LANYARD_CYCLES", 50)/10, chance(t)
	whole := 0
	for i := range cycles {
		home := evidence(t)
		c := again("lanyard", home, firstRun...)
		r := stream(seed, "init", i)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(r.IntN(20_000)) * time.Microsecond)
		_ = c.Process.Kill() // may be done already
		_ = c.Wait()
		there, err := wholeHome(t.Context(), home)
		if err != nil {
			t.Fatalf("run %d: %v", i, err)
		}
		if there {
			whole++
		}
	}
	t.Logf("%d first runs were killed, %d of them with the account made", cycles, whole)
}

var firstRun = []string{"init", "--account", "Acme", "--name", "Ana Ruiz", "--email", "ana@acme.test"}

// wholeHome reports whether a home holds an account. It fails when that isn't whole, or none is there and can't be made.
func wholeHome(ctx context.Context, home string) (there bool, err error) {
	path := filepath.Join(home, "data", "lanyard", "default.db")
	_, err = os.Lstat(path)
	there = err == nil
	if !there {
		c := again("lanyard", home, firstRun...)
		c.Stdout = io.Discard
		if err := c.Run(); err != nil {
			return false, fmt.Errorf("the next try fails: %w", err)
		}
	}
	store, err := db.Open(path)
	if err != nil {
		return there, err
	}
	root, err := sealOf(home, store.ID())
	if err != nil {
		return there, err
	}
	return there, sound(ctx, store, root)
}

func sealOf(home, id string) (*keys.Root, error) {
	text, err := os.ReadFile(filepath.Join(home, "config", "lanyard", "seals", id+".json"))
	if err != nil {
		return nil, err
	}
	seal, err := keys.DecodeSealFile(text)
	if err != nil {
		return nil, err
	}
	return seal.Unlock(id)
}
