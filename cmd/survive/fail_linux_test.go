//go:build amd64 || arm64

package survive

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"lanyard/db"
	"lanyard/model"
)

// failures are the ways in which a disk fails.
var failures = map[string]struct {
	errno   syscall.Errno
	of      []what
	forGood bool // until something was said, and not only once
}{
	"an error":               {syscall.EIO, []what{doesWrite, doesTruncate, doesSync, doesCreate, doesMkdir, doesRename, doesLink, doesRemove}, false},
	"errors from there on":   {syscall.EIO, []what{doesWrite, doesTruncate, doesSync, doesCreate, doesMkdir, doesRename, doesLink, doesRemove}, true},
	"a full disk":            {syscall.ENOSPC, []what{doesWrite, doesTruncate, doesCreate, doesMkdir}, true},
	"syncs that fail":        {syscall.EIO, []what{doesSync}, true},
	"a disk with no room":    {syscall.EDQUOT, []what{doesWrite, doesTruncate, doesCreate, doesMkdir}, false},
	"a read-only filesystem": {syscall.EROFS, []what{doesWrite, doesTruncate, doesCreate, doesMkdir, doesRename, doesLink, doesRemove}, true},
}

// failing runs a process in which the nth call fails, and reports whether one did.
func failing(t *testing.T, dir, role string, args []string, home, way string, n int) (s scenario, code int, failed bool) {
	t.Helper()
	if !canFail {
		t.Skip("calls can't be made to fail on this kind of processor")
	}
	start, err := newDisk(dir)
	if err != nil {
		t.Fatal(err)
	}
	s = scenario{dir: dir, start: start}
	how, calls, said := failures[way], 0, false
	tr := &tracer{
		dir: dir,
		did: func(c call) { s.calls, said = append(s.calls, c), said || c.what == doesSay },
		fails: func(c call) syscall.Errno {
			if said || !slices.Contains(how.of, c.what) {
				return 0
			}
			calls++
			if calls == n || how.forGood && calls > n {
				failed = true
				return how.errno
			}
			return 0
		},
	}
	c := again(role, home, args...)
	c.Stderr = nil
	return s, tr.run(t, c), failed
}

// TestAFailingDisk has each call of a change fail in turn. What is said of the outcome is true, after a power cut too; the
// next try works.
func TestAFailingDisk(t *testing.T) {
	seed, told := chance(t), map[string]int{}
	everyFailure(t, func(t *testing.T, way string, n int) bool {
		t.Helper()
		p := place(evidence(t))
		if err := found(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		s, code, failed := failing(t, string(p), "try", []string{string(p)}, string(p), way, n)
		if !failed {
			return false
		}
		if err := errors.Join(s.truth(p, code, told), s.lasts(&bench{from: s.dir, to: quick(t)}, seed)); err != nil {
			t.Errorf("%v\n%s", err, s)
		}
		return true
	})
	t.Logf("what was said: %v", told)
}

// everyFailure calls fn for each way to fail, with each call in turn, until it reports that there was none to fail.
func everyFailure(t *testing.T, fn func(t *testing.T, way string, n int) bool) {
	t.Helper()
	for _, way := range slices.Sorted(maps.Keys(failures)) {
		more := true
		for n := 1; more; n++ {
			t.Run(fmt.Sprintf("%s at call %d", way, n), func(t *testing.T) { more = fn(t, way, n) && !t.Failed() })
		}
	}
}

// String lists the calls, for a failure.
func (s scenario) String() string {
	var b strings.Builder
	for i, c := range s.calls {
		fmt.Fprintf(&b, "  %d %s %s\n", i, c, c.said())
	}
	return b.String()
}

func (c call) said() string {
	if c.what == doesSay {
		return string(c.data)
	}
	return ""
}

func (s scenario) tries() (list []tried, err error) {
	for _, c := range s.calls {
		if c.what != doesSay {
			continue
		}
		var one tried
		if err := json.Unmarshal(c.data, &one); err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	return list, nil
}

// outcomes are what may be said of a change whose disk failed, and whether it is there then.
var outcomes = map[string][]bool{
	"nothing was changed":                   {false},
	"the change was made, but":              {true},
	"it isn't known whether the change was": {false, true},
}

// truth holds what was said against what is there.
func (s scenario) truth(p place, code int, told map[string]int) error {
	list, err := s.tries()
	if err != nil || len(list) != 2 || code != 0 {
		return fmt.Errorf("it ended with %d after %v: %w", code, list, err)
	}
	first, second := list[0], list[1]
	may := []bool{true}
	if first.Said != "" {
		may = nil
		for words, then := range outcomes {
			if strings.Contains(first.Said, words) {
				may = then
				told[words]++
			}
		}
	} else {
		told["done"]++
	}
	if !slices.Contains(may, first.There) {
		return fmt.Errorf("%q was said, and that it is there is %v", first.Said, first.There)
	}
	if !second.There || (second.Said == "") == first.There {
		return fmt.Errorf("the first try: %+v; the next: %+v", first, second)
	}
	root, _, err := p.root()
	if err != nil {
		return err
	}
	store, err := db.Open(p.store())
	if err != nil {
		return err
	}
	return sound(context.Background(), store, root)
}

// lasts cuts the power right after something was said: what was said to be done is there.
func (s scenario) lasts(b *bench, seed uint64) error {
	last, done, untrue := 0, false, errors.New("it was said to be done, and a power cut takes it away")
	for i, c := range s.calls {
		if c.what != doesSay {
			continue
		}
		last = i + 1
		var one tried
		if err := json.Unmarshal(c.data, &one); err != nil {
			return err
		}
		done = one.Said == ""
		break
	}
	return s.each(func(i int, d *disk) error {
		if i != last {
			return nil
		}
		for way := range 40 {
			if err := b.lay(d.after(min(cut(way), cutSome), stream(seed, "fail", way))); err != nil {
				return err
			}
			store, err := db.Open(place(b.to).store())
			if err != nil {
				return err
			}
			there := false
			err = store.View(context.Background(), func(tx model.ReadTx) error {
				_, err := tx.Find(model.IndexGroupName, triedName)
				there = err == nil
				return nil
			})
			if err != nil {
				return err
			}
			if done && !there {
				return untrue
			}
			root, _, err := place(b.to).root()
			if err != nil {
				return err
			}
			if err := sound(context.Background(), store, root); err != nil {
				return fmt.Errorf("after a power cut: %w", err)
			}
		}
		return nil
	})
}

// TestAFailingDiskInTheFirstRun has each call of lanyard init fail in turn: it says so, leaves no half account, and the next
// try works.
func TestAFailingDiskInTheFirstRun(t *testing.T) {
	tries := 0
	everyFailure(t, func(t *testing.T, way string, n int) bool {
		t.Helper()
		home := evidence(t)
		s, code, failed := failing(t, home, "lanyard", firstRun, home, way, n)
		if !failed {
			return false
		}
		tries++
		said := slices.ContainsFunc(s.calls, func(c call) bool { return c.what == doesSay })
		there, err := wholeHome(t.Context(), home)
		if err != nil {
			t.Errorf("%v\n%s", err, s)
		}
		stuck := slices.ContainsFunc(s.calls, func(c call) bool { return c.failed && c.what == doesRemove && strings.HasSuffix(c.path, "default.db") })
		if said != (code == 0) || there != said && !stuck {
			t.Errorf("it ended with %d, and that there is an account is %v\n%s", code, there, s)
		}
		if err := s.hasItsKey(&bench{from: home, to: quick(t)}); err != nil {
			t.Errorf("%v\n%s", err, s)
		}
		left, err := filepath.Glob(filepath.Join(home, "data", "lanyard", ".*"))
		if err != nil || len(left) > 0 && !failures[way].forGood {
			t.Errorf("%v is left, %v\n%s", left, err, s)
		}
		return true
	})
	t.Logf("%d ways to fail", tries)
}

// hasItsKey cuts the power after a first run that failed: where the store is there all the same, its sealing key is too.
func (s scenario) hasItsKey(b *bench) error {
	return s.each(func(i int, d *disk) error {
		if i < len(s.calls) {
			return nil
		}
		for way := range 20 {
			if err := b.lay(d.after(min(cut(way), cutSome), stream(1, "key", way))); err != nil {
				return err
			}
			store, err := db.Open(filepath.Join(b.to, "data", "lanyard", "default.db"))
			if errors.Is(err, db.ErrMissing) {
				continue
			}
			if err != nil {
				return err
			}
			if _, err := sealOf(b.to, store.ID()); err != nil {
				return fmt.Errorf("the store is there after a power cut, and not its sealing key: %w", err)
			}
		}
		return nil
	})
}
