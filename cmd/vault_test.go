package cmd

import (
	"bytes"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"lanyard/db"
	"lanyard/keys"
	"lanyard/model"
	"lanyard/tui"
)

const horse = "correct horse battery"

// ring is a keyring in memory that counts how often it is asked.
type ring struct {
	kept  map[string][]byte
	asked int
	fault error
}

func (r *ring) Get(name string) ([]byte, error) {
	r.asked++
	return bytes.Clone(r.kept[name]), r.fault
}

func (r *ring) Set(name string, secret []byte) error {
	r.kept[name] = bytes.Clone(secret)
	return r.fault
}

func (r *ring) Delete(name string) error {
	delete(r.kept, name)
	return r.fault
}

// kept is a sealing key on disk.
type kept struct {
	*testing.T
	home home
	v    *vault
}

func keep(t *testing.T, change func(*keys.SealFile, *keys.Root)) *kept {
	t.Helper()
	k := &kept{T: t, home: home{seals: filepath.Join(t.TempDir(), "seals")}}
	k.v = k.home.vault("store")
	root, err := k.home.createSeal("store", rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	root.Wipe()
	k.change(change)
	return k
}

// change writes the file anew, as another process does.
func (k *kept) change(change func(*keys.SealFile, *keys.Root)) {
	k.Helper()
	err := db.ChangePrivate(k.Context(), k.v.path, maxSealFile, func(data []byte) ([]byte, error) {
		f, err := keys.DecodeSealFile(data)
		if err != nil {
			return nil, err
		}
		root, err := f.Unlock("store")
		if err != nil {
			if root, err = f.UnlockPassphrase("store", []byte(horse)); err != nil {
				return nil, err
			}
		}
		change(f, root)
		return f.Encode()
	})
	if err != nil {
		k.Fatal(err)
	}
}

func (k *kept) passphraseOnly(f *keys.SealFile, root *keys.Root) {
	k.Helper()
	if _, err := f.AddPassphrase(root, []byte(horse), cheapCost(), rand.Reader); err != nil {
		k.Fatal(err)
	}
	if err := f.Remove(1); err != nil {
		k.Fatal(err)
	}
}

func nothing(*keys.SealFile, *keys.Root) {}

// generation returns that of the key which the vault gives, 0 where it gives none.
func (k *kept) generation() uint64 {
	k.Helper()
	root, err := k.v.Unlock()
	if err != nil {
		if !errors.Is(err, model.ErrLocked) {
			k.Errorf("it says %v", err)
		}
		return 0
	}
	defer root.Wipe()
	return root.Generation()
}

func TestAVaultIsOpenedAndLocked(t *testing.T) {
	k := keep(t, nothing)
	if k.generation() != 1 || k.v.State() != tui.VaultPlain {
		t.Fatal("a file that can be read doesn't open")
	}
	k.change(k.passphraseOnly)
	if k.generation() != 0 || k.v.State() != tui.VaultLocked {
		t.Fatal("it opens without the passphrase")
	}
	if err := k.v.Open([]byte("something else")); !errors.Is(err, model.ErrLocked) || strings.Contains(err.Error(), "something") || k.generation() != 0 {
		t.Errorf("a wrong passphrase: %v", err)
	}
	if err := k.v.Open([]byte(horse)); err != nil || k.generation() != 1 || k.v.State() != tui.VaultOpen {
		t.Errorf("the right one: %v", err)
	}
	k.v.Lock()
	if k.generation() != 0 || k.v.State() != tui.VaultLocked {
		t.Error("it isn't locked")
	}
}

// TestAVaultFollowsItsFile changes the file as another process does while the vault is open.
func TestAVaultFollowsItsFile(t *testing.T) {
	rotate := func(f *keys.SealFile, root *keys.Root) {
		if _, err := f.Rotate(root, rand.Reader); err != nil {
			t.Error(err)
		}
	}
	k := keep(t, nothing)
	before, err := k.v.Unlock()
	if err != nil || k.v.Renewed(before) {
		t.Fatal("it was renewed by nobody: ", err)
	}
	k.change(rotate)
	if n := k.generation(); n != 2 || !k.v.Renewed(before) {
		t.Errorf("opened by itself, it stays with generation %d", n)
	}
	k.change(k.passphraseOnly)
	if err := k.v.Open([]byte(horse)); err != nil {
		t.Fatal(err)
	}
	k.change(rotate)
	if n := k.generation(); n != 3 || k.v.State() != tui.VaultOpen {
		t.Errorf("opened by the passphrase, it stays with generation %d", n)
	}
	moved := k.v.path + ".away"
	if err := os.Rename(k.v.path, moved); err != nil {
		t.Fatal(err)
	}
	if _, err := k.v.Unlock(); err == nil || !strings.Contains(err.Error(), "is missing") || errors.Is(err, errPassphrase) || k.v.Renewed(before) {
		t.Errorf("without its file: %v", err)
	}
	if err := os.Rename(moved, k.v.path); err != nil {
		t.Fatal(err)
	}
	if k.v.State() != tui.VaultLocked || !k.v.Renewed(before) || k.v.Open([]byte(horse)) != nil || k.generation() != 3 {
		t.Error("its file came back, and it doesn't open")
	}
	k.change(func(f *keys.SealFile, root *keys.Root) {
		if _, err := f.AddFile(root, rand.Reader); err != nil {
			t.Error(err)
		}
	})
	if k.v.State() != tui.VaultPlain {
		t.Error("it opens by itself, and still counts as opened by a passphrase")
	}
}

func TestTheKeyringIsTriedWithoutAsking(t *testing.T) {
	r := &ring{kept: map[string][]byte{}}
	k := keep(t, func(f *keys.SealFile, root *keys.Root) {
		if _, err := f.AddKeyring(root, r, rand.Reader); err != nil {
			t.Error(err)
		}
	})
	k.change(k.passphraseOnly)
	if k.generation() != 0 {
		t.Error("without a keyring it opens")
	}
	k.home.keyring, r.asked = r, 0
	k.v = k.home.vault("store")
	if first, second := k.generation(), k.generation(); first != 1 || second != 1 || r.asked != 1 || k.v.State() != tui.VaultPlain {
		t.Errorf("the keyring was asked %d times", r.asked)
	}
	r.fault, r.asked = errors.New("hung"), 0
	k.v = k.home.vault("store")
	if k.generation() != 0 || k.v.State() != tui.VaultLocked || r.asked != 1 {
		t.Errorf("a keyring that doesn't answer was asked %d times", r.asked)
	}
	if err := k.v.Open([]byte(horse)); err != nil || k.generation() != 1 {
		t.Errorf("the passphrase beside it: %v", err)
	}
}

func TestAnExposedSealingKeyIsRefused(t *testing.T) {
	k := keep(t, nothing)
	if err := os.Chmod(k.v.path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := k.v.Unlock(); !errors.Is(err, db.ErrExposed) {
		t.Errorf("it opens: %v", err)
	}
}

// TestAVaultIsLockedWhileItIsUsed is for the race detector, and for a copy that must outlive the lock.
func TestAVaultIsLockedWhileItIsUsed(t *testing.T) {
	k := keep(t, (&kept{T: t}).passphraseOnly)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 50 {
				root, err := k.v.Unlock()
				if err != nil {
					continue
				}
				k.v.Lock()
				if bytes.Equal(root.ChainKey(), make([]byte, 32)) || root.Generation() != 1 {
					t.Error("locking wiped a copy that is in use")
				}
				root.Wipe()
			}
		})
		wg.Go(func() {
			for range 20 {
				_ = k.v.Open([]byte(horse))
				k.v.State()
			}
		})
	}
	wg.Wait()
}

func TestNoKeyringOverSSH(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "bus"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		env  map[string]string
		want bool
	}{
		{map[string]string{"DBUS_SESSION_BUS_ADDRESS": "unix:path=/x"}, true},
		{map[string]string{"XDG_RUNTIME_DIR": dir}, true},
		{map[string]string{"XDG_RUNTIME_DIR": t.TempDir()}, runtime.GOOS == "darwin"},
		{map[string]string{}, runtime.GOOS == "darwin"},
		{map[string]string{"XDG_RUNTIME_DIR": dir, "SSH_CONNECTION": "192.0.2.1 5 192.0.2.2 22"}, false},
		{map[string]string{"XDG_RUNTIME_DIR": dir, "SSH_TTY": "/dev/pts/1"}, false},
	} {
		e := &env{getenv: func(name string) string { return tt.env[name] }}
		if (e.keyring() != nil) != tt.want {
			t.Errorf("with %v, the keyring is asked: %t", tt.env, !tt.want)
		}
	}
}

func TestAKeyringThatHangsIsGivenUp(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	err := patientFor(time.Millisecond, func() error {
		<-release
		return nil
	})
	if !errors.Is(err, errKeyringSlow) {
		t.Errorf("it waits: %v", err)
	}
	no := errors.New("no")
	if err := patient(func() error { return no }); !errors.Is(err, no) {
		t.Errorf("its answer is %v", err)
	}
}

func TestLockAfter(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"": 10 * time.Minute, "[seal]\n": 10 * time.Minute, "[seal]\nlock_after = 0\n": 0, "[seal]\nlock_after = 3\n": 3 * time.Minute,
	} {
		writeConfig(t, text)
		if got, err := new(env).lockAfter(); err != nil || got != want {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"[seal]\nlock_after = -1\n", "[seal]\nlock_after = \"5\"\n", "[seal]\nlock = 3\n", "[seal]\nlock_after = 99999\n"} {
		writeConfig(t, text)
		if _, err := new(env).lockAfter(); !errors.Is(err, model.ErrInvalid) || !strings.Contains(err.Error(), "lock") {
			t.Errorf("%q: %v", text, err)
		}
	}
}
