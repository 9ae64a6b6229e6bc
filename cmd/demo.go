package cmd

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"lanyard/model"
	"lanyard/model/sample"
)

// demo is a throwaway account to show.
type demo struct {
	users, machines int
	seed            uint64
}

// maxDemo bounds how many records a demo makes.
const maxDemo = 10_000_000

// quickDemo is how many records are there before anybody wonders.
const quickDemo = 50_000

func (e *env) demoCommand() *cobra.Command {
	var d demo
	c := &cobra.Command{
		Use: "demo", Short: "Open the console on a throwaway account full of sample data",
		Long: `Makes up an account in a temporary directory, opens the console on it, and
removes it afterwards. All people in it are invented.`,
		Example: "  lanyard demo\n  lanyard demo --users 100000 --service-accounts 500 --seed 7\n  lanyard demo --plain", Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if e.db != "" && c.Flags().Changed("db") {
				return usage("Leave --db out.", "A demo makes a store of its own")
			}
			if d.users < 1 || d.users > maxDemo || d.machines < 0 || d.machines > maxDemo {
				return usage("Ask for fewer, or for more than none.", "A demo has 1 to %d users and 0 to %d service accounts", maxDemo, maxDemo)
			}
			return e.demo(c.Context(), d)
		},
	}
	e.plainFlag(c)
	c.Flags().IntVar(&d.users, "users", 42, "`N` users, you included")
	c.Flags().IntVar(&d.machines, "service-accounts", 9, "`N` service accounts")
	c.Flags().Uint64Var(&d.seed, "seed", 1, "a number: the same `N` makes the same people")
	return c
}

func (e *env) demo(ctx context.Context, d demo) error {
	clip, err := e.clipboard()
	if err != nil {
		return err
	}
	if !terminal() && !e.plain {
		return usage("Without one: lanyard demo --plain.", "The demo needs a terminal, and this isn't one")
	}
	dir, err := os.MkdirTemp("", "lanyard-demo-")
	if err != nil {
		return failed(err, "Name a place for it in TMPDIR.", "The demo needs a temporary directory")
	}
	defer func() { _ = os.RemoveAll(dir) }()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	hangup, stop := signal.NotifyContext(ctx, syscall.SIGHUP) // while it is being made; the console has its own
	h := home{store: filepath.Join(dir, "demo.db"), seals: filepath.Join(dir, "seals")}
	e.now = stopped(e.getenv("SOURCE_DATE_EPOCH"), e.now)
	if d.users+d.machines > quickDemo {
		_, _ = fmt.Fprintf(e.err, "Making up %d users and %d service accounts…\n", d.users, d.machines) // only a courtesy
	}
	directory, vault, err := d.create(hangup, h, e.now)
	stop()
	if err != nil {
		return err
	}
	session, err := e.session(ctx, directory, vault)
	if err != nil {
		return err
	}
	return e.show(ctx, session, clip, nil) // made-up people get no mail
}

// stopped returns a clock that stands still at a number of seconds since 1970, or the clock that runs if there is none:
// the project's pictures are drawn with it, so that they don't change from day to day.
func stopped(epoch string, running func() time.Time) func() time.Time {
	seconds, err := strconv.ParseInt(epoch, 10, 64)
	if err != nil {
		return running
	}
	return func() time.Time { return time.Unix(seconds, 0).UTC() }
}

// create makes up the account.
func (d demo) create(ctx context.Context, h home, now func() time.Time) (*model.Directory, *vault, error) {
	data := sample.New(d.seed, now())
	founder := model.Founder{Account: "Acme", Name: "Ana Ruiz", Email: "ana@acme.test", At: data.Began()}
	options := model.Options{Rand: d.secrets(), Now: now}
	return h.found(ctx, founder, options, model.ViaCommandLine, func(dir *model.Directory, tx model.WriteTx, me model.User) error {
		return dir.Fill(tx, me, data.Filling(d.users-1, d.machines))
	})
}

// secrets are as random as the seed: a demo's keys open nothing, and its pictures should stay the same.
func (d demo) secrets() *rand.ChaCha8 {
	var seed [32]byte
	binary.LittleEndian.PutUint64(seed[:], d.seed)
	return rand.NewChaCha8(seed)
}
