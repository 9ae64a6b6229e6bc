//go:build amd64 || arm64

package survive

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"lanyard/db"
	"lanyard/keys"
)

// scenario is a run whose calls are recorded, and what must be true of every disk that a power cut may leave behind.
type scenario struct {
	dir   string // what the run changes is below it
	calls []call
	start *disk
	// check looks at an image that was laid out. said is what the run had written to its standard output by then; thorough
	// asks for more than can be done fifty thousand times.
	check func(b *bench, said string, thorough bool) error
}

// record runs a command and returns its calls.
func record(t *testing.T, dir string, c *exec.Cmd) scenario {
	t.Helper()
	start, err := newDisk(dir)
	if err != nil {
		t.Fatal(err)
	}
	s := scenario{dir: dir, start: start}
	tr := &tracer{dir: dir, did: func(c call) { s.calls = append(s.calls, c) }}
	if code := tr.run(t, c); code != 0 {
		t.Fatalf("the run that was to be recorded ended with %d", code)
	}
	return s
}

// replay cuts the power after every call of a run, in as many ways as it takes to come to about the number of states that is
// wished for, and returns how many it was. Where nothing is pending there is only one way.
func (s scenario) replay(b *bench, seed uint64, wished int) (states int, err error) {
	ways, err := s.ways(wished)
	if err != nil {
		return 0, err
	}
	said := ""
	err = s.each(func(i int, d *disk) error {
		if i > 0 && s.calls[i-1].what == doesSay {
			said += string(s.calls[i-1].data)
		}
		n := 1
		if d.pending() {
			n = ways
		}
		for way := range n {
			if err := b.lay(d.after(min(cut(way), cutSome), stream(seed, "cut", i*ways+way))); err != nil {
				return err
			}
			if err := s.check(b, said, states%61 == 0); err != nil {
				return fmt.Errorf("the power fails after call %d of %d (%s), way %d: %w", i, len(s.calls), s.before(i), way, err)
			}
			states++
		}
		return nil
	})
	return states, err
}

// each calls fn with the disk as it is at first, and after each call.
func (s scenario) each(fn func(i int, d *disk) error) error {
	d := s.start.clone()
	for i := range len(s.calls) + 1 {
		if i > 0 {
			if err := d.do(s.calls[i-1]); err != nil {
				return err
			}
		}
		if err := fn(i, d); err != nil {
			return err
		}
	}
	return nil
}

func (s scenario) before(i int) string {
	if i == 0 {
		return "the beginning"
	}
	return s.calls[i-1].String()
}

// ways returns how many ways of each cut come to about a number of states.
func (s scenario) ways(wished int) (int, error) {
	pending := 0
	err := s.each(func(_ int, d *disk) error {
		if d.pending() {
			pending++
		}
		return nil
	})
	return max(3, (wished+pending-1)/max(pending, 1)), err
}

// replayed replays a run, and keeps the image at which something is wrong.
func (s scenario) replayed(t *testing.T, n *tally, seed uint64, wished int) {
	t.Helper()
	b := &bench{from: s.dir, to: quick(t)}
	states, err := s.replay(b, seed, wished)
	if err != nil {
		t.Fatalf("%v (laid out in %s)", err, b.to)
	}
	n.add("calls recorded", len(s.calls))
	n.add("states", states)
}

// deedsPerRun is how many random deeds are recorded at once.
const deedsPerRun = 25

// TestPowerCuts records what a process writes that does random things to a real account, and cuts its power everywhere.
// Each time the store opens, and holds what was acknowledged or that and the next change, whole.
func TestPowerCuts(t *testing.T) {
	t.Parallel()
	wished, seed, n := times("LANYARD_STATES", 2000)*3/4, chance(t), newTally(t)
	const most = 5000 // of one run: more runs find more than more ways of the same
	runs := (wished + most - 1) / most
	for i := range runs {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			recordDeeds(t, seed, i*deedsPerRun).replayed(t, n, seed+uint64(i), (wished+runs-1)/runs)
		})
	}
}

func recordDeeds(t *testing.T, seed uint64, deed int) scenario {
	t.Helper()
	p := place(evidence(t))
	if err := found(t.Context(), p); err != nil {
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
	if deed > 0 { // an account with something in it: its pages split and merge
		before := &steady{Store: store, id: store.ID()}
		for i := range 4 * deedsPerRun {
			if err := errors.Join(act(t.Context(), directory(before, w.root), stream(seed, "before", deed+i)), act(t.Context(), w.directory, stream(seed, "before", deed+i))); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := store.Close(); err != nil { // which waits for a compaction
		t.Fatal(err)
	}
	done := w.done
	c := again("deeds", string(p), string(p), strconv.FormatUint(seed, 10), strconv.Itoa(deed), strconv.Itoa(done), strconv.Itoa(deedsPerRun))
	s := record(t, string(p), c)
	names := slices.Sorted(maps.Keys(namesDrawn))
	states := []picture{}
	keep := func(err error) error {
		is, _, failed := pictureOf(t.Context(), w.Store, names)
		states = append(states, is)
		return errors.Join(err, failed)
	}
	if err := keep(nil); err != nil {
		t.Fatal(err)
	}
	w.after = keep
	for i := range deedsPerRun {
		if err := act(t.Context(), w.directory, stream(seed, "deed", deed+i)); err != nil {
			t.Fatal(err)
		}
	}
	s.check = func(b *bench, said string, thorough bool) error {
		return checkDeeds(b, states, len(said), names, w.root, thorough)
	}
	return s
}

// checkDeeds holds a store against the pictures of what it was after each change.
func checkDeeds(b *bench, states []picture, acknowledged int, names []string, root *keys.Root, thorough bool) error {
	ctx := context.Background()
	at := place(b.to)
	store, err := db.Open(at.store())
	if err != nil {
		return err
	}
	is, _, err := pictureOf(ctx, store, names)
	if err != nil {
		return err
	}
	if acknowledged >= len(states) {
		return fmt.Errorf("%d changes were acknowledged, of %d", acknowledged, len(states)-1)
	}
	if is != states[acknowledged] && is != states[min(acknowledged+1, len(states)-1)] {
		return fmt.Errorf("%d changes were acknowledged, and the store is neither there nor one further", acknowledged)
	}
	if !thorough {
		return nil
	}
	defer b.touched(place(b.from).store())
	s := &steady{Store: store, id: store.ID(), done: 1 << 20}
	d := directory(s, root)
	err = errors.Join(sound(ctx, store, root), openAll(ctx, d))
	for i := range 3 {
		err = errors.Join(err, act(ctx, d, stream(1, "afterwards", i)))
	}
	return errors.Join(err, store.Close(), sound(ctx, store, root)) // closed, it has compacted itself
}

// TestPowerCutsInTheFirstRun records lanyard init. After a cut there is either a whole account with its sealing key, or no
// account and nothing in the way of the next try. Once it was said that the account is there, it is.
func TestPowerCutsInTheFirstRun(t *testing.T) {
	t.Parallel()
	wished, seed := times("LANYARD_STATES", 2000)/4, chance(t)
	home := evidence(t)
	c := again("lanyard", home, firstRun...)
	s := record(t, home, c)
	s.check = func(b *bench, said string, thorough bool) error {
		path := filepath.Join(b.to, "data", "lanyard", "default.db")
		_, err := os.Lstat(path)
		if err != nil && said != "" {
			return errors.New("it was said that there is an account, and there is none")
		}
		if err != nil && !thorough {
			return nil
		}
		there, err := wholeHome(t.Context(), b.to)
		if !there { // what it made goes, for the next image
			if err := os.RemoveAll(b.to); err != nil {
				return err
			}
			b.last = nil
		}
		return err
	}
	made := 0
	for _, c := range s.calls {
		if c.what == doesRename && strings.HasSuffix(c.to, "default.db") {
			made++
		}
	}
	if made != 1 {
		t.Fatalf("the store was put in its place %d times in %v", made, s.calls)
	}
	s.replayed(t, newTally(t), seed, wished)
}

// TestPowerCutsAreFelt leaves out what keeps an account from harm, and expects harm: else the tests above would find nothing.
func TestPowerCutsAreFelt(t *testing.T) {
	t.Parallel()
	s := recordDeeds(t, chance(t), 0)
	if states, err := s.replay(&bench{from: s.dir, to: t.TempDir()}, 1, 1000); err != nil {
		t.Fatalf("as it is: %v after %d states", err, states)
	}
	s.calls = slices.DeleteFunc(s.calls, func(c call) bool { return c.what == doesSync })
	states, err := s.replay(&bench{from: s.dir, to: t.TempDir()}, 1, 1000)
	if err == nil {
		t.Error("without a single sync, no cut does any harm")
	}
	t.Logf("without syncs, cut %d: %v", states, err)
}
