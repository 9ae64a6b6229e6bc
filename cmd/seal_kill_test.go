package cmd

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"lanyard/keys"
	"lanyard/model"
	"lanyard/model/sample"
)

// runAsLanyard has the test's program be lanyard itself, with its arguments.
const runAsLanyard = "LANYARD_TEST_RUN"

// cheapCost is a passphrase's cost in tests: none.
func cheapCost() keys.Cost { return keys.Cost{Memory: 64, Time: 1, Threads: 1} }

// lanyard is a run of the program in a home of its own.
func lanyard(t *testing.T, dir string, args ...string) *exec.Cmd {
	t.Helper()
	c := exec.Command(os.Args[0], args...)
	c.Env = append(os.Environ(), runAsLanyard+"=1", "HOME="+dir, "XDG_DATA_HOME="+filepath.Join(dir, "data"),
		"XDG_CONFIG_HOME="+filepath.Join(dir, "config"), "SSH_TTY=/dev/null")
	return c
}

// TestKilledWhileRenewing kills processes that renew the data key at random moments. Whatever they had done by then, every
// key opens, and at the end one that isn't killed does the rest.
func TestKilledWhileRenewing(t *testing.T) {
	const machines, kills = 300, 8
	dir := t.TempDir()
	h := home{store: filepath.Join(dir, "data", "lanyard", "default.db"), seals: filepath.Join(dir, "config", "lanyard", "seals")}
	data := sample.New(1, time.Now())
	founder := model.Founder{Account: "Acme", Name: "Ana Ruiz", Email: "ana@acme.test"}
	d, v, err := h.found(t.Context(), founder, model.Options{}, model.ViaCommandLine, func(d *model.Directory, tx model.WriteTx, me model.User) error {
		return d.Fill(tx, me, data.Filling(3, machines))
	})
	if err != nil {
		t.Fatal(err)
	}
	before := sealedCopies(t, d)
	began := time.Now()
	if out, err := lanyard(t, dir, "seal", "rotate").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	whole := time.Since(began)
	for range kills {
		c := lanyard(t, dir, "seal", "rotate")
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(rand.Int64N(int64(whole))))
		_ = c.Process.Kill() // it may have ended
		_ = c.Wait()
		openAll(t, d, machines)
	}
	if out, err := lanyard(t, dir, "seal", "rotate").CombinedOutput(); err != nil || !bytes.Contains(out, []byte("sealed anew")) {
		t.Fatalf("%v: %s", err, out)
	}
	root, err := v.Unlock()
	if err != nil {
		t.Fatal(err)
	}
	s, err := d.Sealing(t.Context(), root.Generation())
	if err != nil || s != (model.Sealing{Keys: machines}) {
		t.Errorf("at the end: %+v, %v", s, err)
	}
	if list, err := filepath.Glob(filepath.Join(h.seals, "*.json")); err != nil || len(list) != 1 {
		t.Errorf("there are %v, %v", list, err)
	}
	openAll(t, d, machines)
	file, err := os.ReadFile(h.store)
	if err != nil {
		t.Fatal(err)
	}
	for _, sealed := range before {
		if bytes.Contains(file, sealed) {
			t.Fatal("the file still holds what a key was sealed as before")
		}
	}
}

// sealedCopies returns what the keys of an account are sealed as.
func sealedCopies(t *testing.T, d *model.Directory) (list [][]byte) {
	t.Helper()
	s, err := model.LoadSnapshot(t.Context(), d.Store())
	if err != nil {
		t.Fatal(err)
	}
	for i := range s.ServiceAccounts().Len() {
		key, _ := s.APIKey(s.ServiceAccounts().At(i))
		list = append(list, bytes.Clone(key.Sealed))
	}
	return list
}

func openAll(t *testing.T, d *model.Directory, want int) {
	t.Helper()
	ctx := context.Background()
	me, err := model.FirstAdmin(ctx, d.Store())
	if err != nil {
		t.Fatal(err)
	}
	s, err := model.LoadSnapshot(ctx, d.Store())
	if err != nil || s.ServiceAccounts().Len() != want {
		t.Fatal(fmt.Errorf("%d service accounts: %w", s.ServiceAccounts().Len(), err))
	}
	for i := range want {
		key, err := d.OpenAPIKey(ctx, model.Actor{User: me.ID, Via: model.ViaCommandLine}, s.ServiceAccounts().ID(i), model.UseReveal)
		if err != nil {
			t.Fatalf("key %d: %v", i, err)
		}
		key.Wipe()
	}
}
