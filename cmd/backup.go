package cmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"lanyard/db"
	"lanyard/keys/clipboard"
	"lanyard/model"
)

const backupLong = `Writes a copy of the store into a file, while others go on working. The copy is
read back and compared before it gets its name, and holds nothing that was deleted.
Nothing is written over the store itself, and over another file only with --force.

The sealing key isn't in it: keep a copy of that in another place. Without it a
restored store can be read, but not changed, and no key can be shown.`

func (e *env) backupCommand() *cobra.Command {
	force := false
	c := &cobra.Command{
		Use: "backup FILE", Short: "Write a copy of the store into a file", Long: backupLong, Args: oneFile,
		Example: "  lanyard backup acme-2026-11-25.db\n  lanyard backup --force latest.db",
		RunE:    func(c *cobra.Command, args []string) error { return e.backup(c.Context(), args[0], force) },
	}
	c.Flags().BoolVar(&force, "force", false, "replace a file that is there, unless it is another account's")
	return c
}

func (e *env) backup(ctx context.Context, path string, force bool) error {
	if err := cmp.Or(notStandard(path), e.mayKeep(ctx, model.Rules.Keep)); err != nil {
		return err
	}
	h := e.home()
	store, err := db.Open(h.store)
	if err != nil {
		return err
	}
	with, done := e.progress(ctx, "Backing up")
	err = store.Backup(with, path, force)
	done()
	if err != nil {
		return interrupted(ctx, err)
	}
	about, err := db.Examine(ctx, path)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.out, "Backed up %s to %s: %s.\nThe sealing key isn't in it. Keep a copy of it in another place: %s\n",
		h.store, path, contents(about.Counts), h.seal(store.ID()))
	return err
}

// interrupted says that work was interrupted, rather than with what.
func interrupted(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return errStopped
	}
	return err
}

const restoreLong = `Puts a backup in the place of the store. The backup is read whole first; what was
there is kept beside it, under a name with the time. Consoles that are open go on
with the restored store. lanyard makes a backup a day by itself, into the directory
default.db.backups beside the store.

Changes since the backup are in what was kept, and nowhere else.`

func (e *env) restoreCommand() *cobra.Command {
	force := false
	c := &cobra.Command{
		Use: "restore FILE", Short: "Put a backup in the place of the store", Long: restoreLong, Args: oneFile,
		Example: "  lanyard restore acme-2026-11-25.db\n  lanyard restore --yes latest.db\n  lanyard restore --force --yes latest.db",
		RunE:    func(c *cobra.Command, args []string) error { return e.restore(c.Context(), args[0], force) },
	}
	c.Flags().BoolVar(&force, "force", false, "put it in the place of another account's store, too")
	return c
}

func (e *env) restore(ctx context.Context, backup string, force bool) error {
	h := e.home()
	if err := cmp.Or(notStandard(backup), notTheStore(backup, h.store), e.mayKeep(ctx, model.Rules.Keep)); err != nil {
		return err
	}
	with, done := e.progress(ctx, "Reading the backup")
	about, err := db.Examine(with, backup)
	done()
	if err != nil {
		return interrupted(ctx, h.unfit(backup, err))
	}
	if err := h.sameAccount(ctx, backup, about, force); err != nil {
		return err
	}
	report, err := e.checkFile(ctx, backup)
	if err != nil {
		return interrupted(ctx, err)
	}
	for _, what := range report.Findings {
		if e.yes { // else the question says it
			_, _ = fmt.Fprintln(e.err, what) // standard error: nowhere left to report to
		}
	}
	if err := e.sure(h.foreseen(ctx, backup, about, report)); err != nil {
		return err
	}
	with, done = e.progress(ctx, "Restoring")
	kept, err := db.Restore(with, h.store, backup, e.now())
	done()
	if err != nil {
		return interrupted(ctx, err)
	}
	return e.restored(h, backup, about, kept)
}

// unfit says of a backup that can't be restored where others are: what to do about a store would be no help.
func (h home) unfit(backup string, err error) error {
	fault, ok := errors.AsType[*model.Error](err)
	missing := errors.Is(err, db.ErrMissing)
	if !ok || !missing && exitCode(err) != exitDamaged {
		return err
	}
	what := strings.Replace(fault.What, "The store "+backup, "The backup "+backup, 1)
	if missing {
		what = "There is no backup " + backup
	}
	dir := db.BackupDir(h.store)
	hint := fmt.Sprintf("The daily ones are kept in %s, and there are none yet.", dir)
	if newest := db.NewestBackup(h.store); newest != "" {
		hint = fmt.Sprintf("The daily ones are in %s; the newest is %s.", dir, newest)
	}
	return &model.Error{Kind: fault.Kind, What: what, Hint: hint}
}

func notTheStore(backup, store string) error {
	a, errA := os.Stat(backup)
	b, errB := os.Stat(store)
	if errA == nil && errB == nil && os.SameFile(a, b) {
		return &model.Error{Kind: db.ErrItself, What: backup + " is the store itself", Hint: "Name a backup of it."}
	}
	return nil
}

// foreseen says what a restore would do, and asks.
func (h home) foreseen(ctx context.Context, backup string, about db.About, report checkReport) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s holds %s.\n", backup, contents(about.Counts))
	for _, what := range report.Findings {
		fmt.Fprintf(&b, "  %s\n", what)
	}
	switch now, err := db.Examine(ctx, h.store); {
	case errors.Is(err, db.ErrMissing):
		fmt.Fprintf(&b, "There is no store at %s yet.\n", h.store)
	case err != nil:
		fmt.Fprintf(&b, "The store there can't be read whole. It is kept.\n")
	case now.ID != about.ID:
		fmt.Fprintf(&b, "It is ANOTHER ACCOUNT than the store at %s, which holds %s and is kept.\n", h.store, contents(now.Counts))
	default:
		fmt.Fprintf(&b, "The store holds %s, and is kept.\n", contents(now.Counts))
	}
	b.WriteString("Put the backup in its place?")
	return b.String()
}

func (e *env) restored(h home, backup string, about db.About, kept string) error {
	_, err := fmt.Fprintf(e.out, "Restored %s from %s: %s.\n", h.store, backup, contents(about.Counts))
	if err == nil && kept != "" {
		_, err = fmt.Fprintf(e.out, "What was there is kept: %s\n", kept)
	}
	if seal := h.seal(about.ID); err == nil {
		if _, missing := os.Stat(seal); missing != nil {
			_, err = fmt.Fprintf(e.out, "Its sealing key isn't here: put it back at %s\n", filepath.Clean(seal))
		}
	}
	return err
}

// backupTodayName is the hidden command that makes the day's backup of a store that is too large to wait for.
const backupTodayName = "backup-today"

func (e *env) backupTodayCommand() *cobra.Command {
	return &cobra.Command{
		Use: backupTodayName, Hidden: true, Short: "Make the day's backup: lanyard starts it by itself", Args: noArgs,
		Example: "  lanyard backup-today",
		RunE: func(c *cobra.Command, _ []string) error {
			store, err := e.openStore(e.home())
			if err != nil {
				return err
			}
			return store.BackupOfToday(c.Context())
		},
	}
}

// backUpLater starts a process that makes the day's backup of a store, and doesn't wait for it.
func backUpLater(store string) error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	path, err := filepath.Abs(store)
	if err != nil {
		return err
	}
	child := exec.Command(program, backupTodayName, "--db", path)
	clipboard.Detach(child)
	return child.Start()
}
