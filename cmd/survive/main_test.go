package survive

import (
	"fmt"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"lanyard/cmd"
)

// roles are what the test's own program does when it is run again as another process.
var roles = map[string]func(args []string) error{
	"deeds":  deedsChild,
	"try":    tryChild,
	"write":  writerChild,
	"read":   readerChild,
	"damage": damageChild,
}

const roleVariable = "LANYARD_SURVIVE_ROLE"

func TestMain(m *testing.M) {
	switch role := os.Getenv(roleVariable); role {
	case "":
		os.Exit(m.Run())
	case "lanyard":
		os.Exit(cmd.Main(os.Args[1:]))
	default:
		maps.Copy(roles, systemRoles)
		if err := roles[role](os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

// again returns the test's own program, ready to be run in a role, or as lanyard itself. Its home is a place of its own.
func again(role, home string, args ...string) *exec.Cmd {
	c := exec.Command(os.Args[0], args...)
	c.Env = append(os.Environ(), roleVariable+"="+role, "HOME="+home, "XDG_DATA_HOME="+filepath.Join(home, "data"),
		"XDG_CONFIG_HOME="+filepath.Join(home, "config"), "GOCOVERDIR=", "LANYARD_DB=", "LANYARD_AS=")
	c.Stderr = os.Stderr
	return c
}

// times returns how often a test tries: what the environment says, or little.
func times(variable string, little int) int {
	if n, err := strconv.Atoi(os.Getenv(variable)); err == nil && n > 0 {
		return n
	}
	return little
}

// chance returns a test's source of chance. LANYARD_SEED repeats a run; what is printed says with which.
func chance(t *testing.T) (seed uint64) {
	t.Helper()
	seed = rand.Uint64() >> 1
	if n, err := strconv.ParseUint(os.Getenv("LANYARD_SEED"), 10, 64); err == nil {
		seed = n
	}
	t.Logf("LANYARD_SEED=%d", seed)
	return seed
}

// stream is the numbers of one of a test's many tries.
func stream(seed uint64, of string, n int) *rand.Rand {
	h := fnv.New64a()
	_, _ = h.Write([]byte(of))
	return rand.New(rand.NewPCG(seed, h.Sum64()+uint64(n)))
}

// evidence is a directory that is removed when the test has passed, and kept and named when it has failed.
func evidence(t *testing.T) string {
	t.Helper()
	return evidenceIn(t, "")
}

// quick is evidence in memory, where the system has a directory for that: what is laid out there needn't wait for a disk.
func quick(t *testing.T) string {
	t.Helper()
	const memory = "/dev/shm"
	if info, err := os.Stat(memory); err != nil || !info.IsDir() {
		return evidenceIn(t, "")
	}
	return evidenceIn(t, memory)
}

func evidenceIn(t *testing.T, above string) string {
	t.Helper()
	dir, err := os.MkdirTemp(above, "lanyard-survive-") //nolint:usetesting // it stays when the test fails
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("what was there when it failed is kept in %s", dir)
			return
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// noon is the time by every clock here, until a test moves it.
var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// sector is how much a disk writes whole, in bytes.
const sector = 512

// tally counts what the parts of a test did that run beside each other.
type tally struct {
	mu    sync.Mutex
	count map[string]int
}

// newTally says what was counted when the test is over.
func newTally(t *testing.T) *tally {
	t.Helper()
	n := &tally{count: map[string]int{}}
	t.Cleanup(func() { t.Logf("counted %v", n.count) })
	return n
}

func (n *tally) add(what string, by int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.count[what] += by
}
