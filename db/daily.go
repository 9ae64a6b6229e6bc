package db

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// patience is how long Close waits for the day's backup, which takes two seconds for a million users. One that takes longer
// is called off, and made another time.
const patience = 3 * time.Second

// BackupDir returns the directory of a store's automatic backups: beside it, so that they stay on the medium that the
// owner chose for the account, encrypted or not, and go where it goes.
func BackupDir(path string) string { return path + ".backups" }

// daily is a store's backup of the day.
type daily struct {
	keep   int
	now    func() time.Time
	once   sync.Once
	hurry  chan struct{} // closed when nobody wants to wait any more
	closed sync.Once
	ctx    context.Context
	cancel context.CancelFunc
}

// KeepBackups has the store back itself up once a day, behind the first change or when BackupToday asks for it, and keep
// so many of these backups; 0 keeps none, and makes none. It is called before the store is used.
func (s *Store) KeepBackups(keep int, now func() time.Time) {
	if keep <= 0 {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.daily = &daily{keep: keep, now: now, ctx: ctx, cancel: cancel, hurry: make(chan struct{})}
}

// lull is how long after the first change the day's backup is made: the others of the same doing come first.
const lull = time.Second

// BackupToday makes the day's backup after a while, in a goroutine, unless it has been made or nobody asked for backups.
// Close doesn't wait for the while to pass. What goes wrong is nobody's concern: the work goes on, and the next one to open
// the store tries again.
func (s *Store) BackupToday(after time.Duration) {
	if s.daily == nil {
		return
	}
	s.daily.once.Do(func() {
		s.tidy.wg.Go(func() {
			timer := time.NewTimer(after)
			defer timer.Stop()
			select {
			case <-timer.C:
			case <-s.daily.hurry:
			}
			_ = s.backUpDay(s.daily.ctx)
		})
	})
}

// backUpDay makes the backup of the day and prunes older ones. Of several processes that try at once, one makes it.
func (s *Store) backUpDay(ctx context.Context) error {
	dir := BackupDir(s.path)
	path := filepath.Join(dir, s.daily.now().UTC().Format(time.DateOnly)+s.daySuffix())
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := makeDir(dir); err != nil {
		return err
	}
	if err := s.Backup(ctx, path, false); err != nil {
		return err
	}
	if err := s.prune(dir); err != nil {
		return err
	}
	_, err := s.CompactIfWorth(ctx)
	return err
}

// daySuffix tells the backups of one account from those of another that had its place.
func (s *Store) daySuffix() string { return fmt.Sprintf("-%.8s.db", s.id) }

// prune removes all but the newest backups of this account, and what backups that were killed left behind.
func (s *Store) prune(dir string) error {
	entries, err := os.ReadDir(dir) // in the order of their names, and so of their days
	if err != nil {
		return err
	}
	var days, old []string
	for _, e := range entries {
		if ok, _ := filepath.Match("????-??-??"+s.daySuffix(), e.Name()); ok {
			days = append(days, e.Name())
		}
		if ok, _ := filepath.Match(".????-??-??-*.db.*", e.Name()); ok && s.abandoned(e) {
			old = append(old, e.Name())
		}
	}
	for _, name := range append(old, days[:max(0, len(days)-s.daily.keep)]...) {
		err = errors.Join(err, os.Remove(filepath.Join(dir, name)))
	}
	return err
}

// abandoned reports whether nobody can be writing a file any more.
func (s *Store) abandoned(e os.DirEntry) bool {
	info, err := e.Info()
	return err == nil && s.daily.now().Sub(info.ModTime()) > 24*time.Hour
}
