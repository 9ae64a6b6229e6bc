package survive

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"lanyard/db"
	"lanyard/keys"
	"lanyard/model"
)

// systemRoles are those of roles that only some systems have.
var systemRoles = map[string]func(args []string) error{"permissions": permissionsChild, "readonly": readonlyChild}

// nobody is somebody who isn't root, to whom modes mean something.
const nobody = 65534

// running is an account as a process has it that opened it a while ago.
type running struct {
	place
	*model.Directory
	store *db.Store
	root  *keys.Root
	by    model.Actor
	tries int
}

func runIn(ctx context.Context, p place) (*running, error) {
	root, _, err := p.root()
	if err != nil {
		return nil, err
	}
	store, err := db.Open(p.store())
	if err != nil {
		return nil, err
	}
	me, err := model.FirstAdmin(ctx, store)
	d := directory(&steady{Store: store, id: store.ID()}, root)
	return &running{place: p, Directory: d, store: store, root: root, by: model.Actor{User: me.ID, Via: model.ViaConsole}}, err
}

// change makes a change of its own.
func (r *running) change(ctx context.Context) error {
	r.tries++
	_, err := r.CreateGroup(ctx, r.by, model.Draft{Name: fmt.Sprint("try ", r.tries)})
	return err
}

func (r *running) read(ctx context.Context) error {
	_, err := model.LoadSnapshot(ctx, r.store)
	return err
}

// works reads and changes, and looks whether all is as it should be.
func (r *running) works(ctx context.Context) error {
	_, err := r.store.Look()
	return errors.Join(err, r.read(ctx), r.change(ctx), sound(ctx, r.store, r.root))
}

// refused makes sure that an error says what can't be used, why, and what to do.
func (r *running) refused(what string, err error, why string) error {
	if err == nil || !strings.Contains(err.Error(), r.place.store()) || !strings.Contains(err.Error(), why) || model.Hint(err) == "" {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

func asNobody(t *testing.T, p place, role string) {
	t.Helper()
	c := again(role, string(p), string(p))
	if os.Getuid() == 0 {
		for _, path := range []string{string(p), p.store(), p.seal()} {
			if err := os.Chown(path, nobody, nobody); err != nil {
				t.Fatal(err)
			}
		}
		c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		// The test's own program may lie where nobody else may look.
		program := filepath.Join(string(p), "program")
		text, err := os.ReadFile(os.Args[0])
		if err := errors.Join(err, os.WriteFile(program, text, 0o700), os.Chown(program, nobody, nobody)); err != nil {
			t.Fatal(err)
		}
		c.Path = program
	}
	if err := c.Run(); err != nil {
		t.Error(err)
	}
}

// TestPermissionsThatChange takes a running process its permissions, one after the other, and gives them back.
func TestPermissionsThatChange(t *testing.T) {
	p := place(evidence(t))
	if err := found(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	asNobody(t, p, "permissions")
}

func permissionsChild(args []string) error {
	ctx, p := context.Background(), place(args[0])
	r, err := runIn(ctx, p)
	if err != nil {
		return err
	}
	defer func() { _ = os.Chmod(string(p), 0o700) }() // so that it can be removed
	for _, mode := range []os.FileMode{0, 0o600, 0o400} {
		if err := os.Chmod(string(p), mode); err != nil {
			return err
		}
		_, look := r.store.Look()
		err := errors.Join(
			r.refused("reading", r.read(ctx), "permission denied"), r.refused("changing", r.change(ctx), "permission denied"),
			r.refused("looking", look, "permission denied"),
		)
		if err := errors.Join(err, os.Chmod(string(p), 0o700), r.works(ctx)); err != nil {
			return fmt.Errorf("a directory of mode %04o: %w", mode, err)
		}
	}
	if err := os.Chmod(string(p), 0o500); err != nil { // the file is changed in its place, which needs no more
		return err
	}
	if err := errors.Join(r.works(ctx), os.Chmod(string(p), 0o700)); err != nil {
		return fmt.Errorf("a directory that can't be written to: %w", err)
	}
	if err := os.Chmod(p.store(), 0o400); err != nil {
		return err
	}
	err = errors.Join(r.read(ctx), r.refused("changing a file that may be read only", r.change(ctx), "permission denied"), readsOnly(ctx, p, "permission denied"))
	if err := errors.Join(err, os.Chmod(p.store(), 0), r.refused("reading", r.read(ctx), "permission denied")); err != nil {
		return err
	}
	return errors.Join(os.Chmod(p.store(), 0o600), r.works(ctx))
}

// TestAReadOnlyFileSystem makes a file system read-only under a running process, and writable again.
func TestAReadOnlyFileSystem(t *testing.T) {
	p := place(evidence(t))
	c := again("readonly", string(p), string(p))
	c.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWNS}
	if os.Getuid() != 0 {
		c.SysProcAttr.Cloneflags |= unix.CLONE_NEWUSER
		c.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		c.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
	if err := c.Start(); err != nil {
		t.Skipf("nothing may be mounted here: %v", err)
	}
	switch err := c.Wait(); {
	case err == nil:
	case c.ProcessState.ExitCode() == 1:
		t.Error(err)
	default:
		t.Skip("nothing may be mounted here")
	}
}

// exitNoMount is how a child ends that may not mount.
const exitNoMount = 3

func readonlyChild(args []string) error {
	ctx, p := context.Background(), place(args[0])
	private := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, "")
	if err := errors.Join(private, unix.Mount("tmpfs", string(p), "tmpfs", 0, "size=4m,mode=700")); err != nil {
		os.Exit(exitNoMount) //nolint:revive // nothing was begun
	}
	if err := found(ctx, p); err != nil {
		return err
	}
	r, err := runIn(ctx, p)
	if err != nil {
		return err
	}
	remount := func(flags uintptr) error {
		return unix.Mount("tmpfs", string(p), "tmpfs", unix.MS_REMOUNT|flags, "size=4m,mode=700")
	}
	if err := errors.Join(r.works(ctx), remount(unix.MS_RDONLY)); err != nil {
		return err
	}
	_, look := r.store.Look()
	err = errors.Join(look, r.read(ctx), r.refused("changing", r.change(ctx), "read-only file system"), readsOnly(ctx, p, "read-only file system"))
	if err := errors.Join(err, remount(0), r.works(ctx)); err != nil {
		return err
	}
	return full(ctx, r)
}

// readsOnly opens an account that can't be written to, reads it, and takes a backup and a copy to be checked from it.
func readsOnly(ctx context.Context, p place, why string) error {
	elsewhere, err := os.MkdirTemp("", "lanyard-survive-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(elsewhere) }()
	r, err := runIn(ctx, p)
	if err != nil {
		return fmt.Errorf("opening: %w", err)
	}
	backup := filepath.Join(elsewhere, "backup.db")
	if err := errors.Join(r.read(ctx), sound(ctx, r.store, r.root), r.store.Backup(ctx, backup, false)); err != nil {
		return err
	}
	about, err := db.Examine(ctx, backup)
	if err != nil || about.ID != r.store.ID() {
		return fmt.Errorf("the backup is of %q: %w", about.ID, err)
	}
	copied, err := db.CopyAside(ctx, p.store())
	if err != nil {
		return err
	}
	return errors.Join(copied.Close(), r.refused("changing what was opened so", r.change(ctx), why), r.store.Close())
}

// full fills the file system to the last byte, for real, and makes room again.
func full(ctx context.Context, r *running) error {
	ballast := filepath.Join(string(r.place), "ballast")
	f, err := os.Create(ballast)
	if err != nil {
		return err
	}
	for err == nil {
		_, err = f.Write(make([]byte, 4096))
	}
	if err := f.Close(); err != nil {
		return err
	}
	failed := error(nil)
	for range 200 { // there are free pages in the file yet
		if failed = r.change(ctx); failed != nil {
			break
		}
	}
	if failed == nil || !errors.Is(failed, unix.ENOSPC) || !strings.Contains(failed.Error(), "nothing was changed") {
		return fmt.Errorf("changing on a full disk: %w", failed)
	}
	return errors.Join(r.read(ctx), sound(ctx, r.store, r.root), os.Remove(ballast), r.works(ctx))
}

// TestAStoreThatIsReplaced puts other files in the place of the store while a process has it: an older copy of the same
// account, which it goes on with, and another account, which it doesn't touch.
func TestAStoreThatIsReplaced(t *testing.T) {
	ctx, p, other := t.Context(), place(evidence(t)), place(evidence(t))
	if err := errors.Join(found(ctx, p), found(ctx, other)); err != nil {
		t.Fatal(err)
	}
	r, err := runIn(ctx, p)
	if err != nil {
		t.Fatal(err)
	}
	older, err := os.ReadFile(p.store())
	if err != nil {
		t.Fatal(err)
	}
	s, err := model.LoadSnapshot(ctx, r.store)
	if err := errors.Join(err, r.change(ctx), r.change(ctx), r.change(ctx)); err != nil {
		t.Fatal(err)
	}
	if s, err = s.Refresh(ctx, r.store); err != nil || s.Groups().Len() != 3 {
		t.Fatal(s.Groups().Len(), err)
	}
	replace := func(data []byte) {
		t.Helper()
		next := p.store() + ".next"
		if err := errors.Join(os.WriteFile(next, data, 0o600), os.Rename(next, p.store())); err != nil {
			t.Fatal(err)
		}
	}
	mark, err := r.store.Look()
	if err != nil {
		t.Fatal(err)
	}
	replace(older)
	if now, err := r.store.Look(); err != nil || now == mark {
		t.Errorf("looking sees no difference: %v", err)
	}
	if s, err = s.Refresh(ctx, r.store); err != nil || s.Groups().Len() != 0 {
		t.Errorf("refreshed to %d groups of the older copy, %v", s.Groups().Len(), err)
	}
	if err := r.works(ctx); err != nil {
		t.Error(err)
	}
	theirs, err := os.ReadFile(other.store())
	if err != nil {
		t.Fatal(err)
	}
	replace(theirs)
	for what, err := range map[string]error{"reading": r.read(ctx), "changing": r.change(ctx)} {
		if !errors.Is(err, model.ErrConflict) || model.Hint(err) == "" {
			t.Errorf("%s another account's store: %v", what, err)
		}
	}
	if now, err := os.ReadFile(p.store()); err != nil || !bytes.Equal(now, theirs) {
		t.Errorf("another account's store was changed: %v", err)
	}
	replace(older)
	if err := r.works(ctx); err != nil {
		t.Error(err)
	}
}
