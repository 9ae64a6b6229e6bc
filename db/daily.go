package db

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// BackupDir returns the directory of a store's automatic backups: beside it, so that they stay on the medium that the
// owner chose for the account, encrypted or not, and go where it goes.
func BackupDir(path string) string { return path + ".backups" }

// NewestBackup returns the name of the newest of a store's automatic backups, without their directory; "" if there is none.
func NewestBackup(path string) string {
	for _, backup := range DailyBackups(path) {
		return filepath.Base(backup)
	}
	return ""
}

// daily is a store's backup of the day.
type daily struct {
	keep   int
	now    func() time.Time
	once   sync.Once
	asked  atomic.Bool
	hurry  chan struct{} // closed when the store is closed
	closed sync.Once
	ctx    context.Context
	cancel context.CancelFunc
	later  func() error
}

// quickBackup is how large a file may be, in bytes, that is backed up while somebody waits: it takes some 10 ms.
const quickBackup = 1 << 20

// KeepBackups has the store back itself up once a day, behind the first change or when BackupToday asks for it, and keep
// so many of these backups; 0 keeps none, and makes none. When the store is closed before the backup is made, and isn't a
// small one, later is called, which is to have another process make it by BackupOfToday: a command that copies a key doesn't
// wait until a million users are copied. KeepBackups is called before the store is used.
func (s *Store) KeepBackups(keep int, now func() time.Time, later func() error) {
	if keep <= 0 {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.daily = &daily{keep: keep, now: now, ctx: ctx, cancel: cancel, later: later, hurry: make(chan struct{})}
}

// lull is how long after the first change the day's backup is made: the others of the same doing come first.
const lull = time.Second

// BackupToday makes the day's backup after a while, in a goroutine, unless it has been made or nobody asked for backups. What
// goes wrong is nobody's concern: the work goes on, and the next one to open the store tries again.
func (s *Store) BackupToday(after time.Duration) {
	if s.daily == nil {
		return
	}
	s.daily.once.Do(func() {
		s.daily.asked.Store(true)
		s.tidy.wg.Go(func() {
			timer := time.NewTimer(after)
			defer timer.Stop()
			select {
			case <-timer.C:
			case <-s.daily.hurry:
			}
			_ = s.BackupOfToday(s.daily.ctx)
		})
	})
}

// BackupOfToday makes the backup of the day, unless it has been made or another process is making it, and prunes older ones.
// KeepBackups comes before it.
func (s *Store) BackupOfToday(ctx context.Context) error {
	if s.daily == nil {
		return nil
	}
	dir := BackupDir(s.path)
	if err := makeDir(dir); err != nil {
		return err
	}
	turn, err := os.Open(dir)
	if err != nil {
		return unreadable(dir, err)
	}
	defer func() { _ = turn.Close() }()
	if !onlyOne(turn) || s.hasToday() {
		return nil
	}
	if err := s.Backup(ctx, s.today(), false); err != nil {
		return err
	}
	if err := s.prune(dir); err != nil {
		return err
	}
	_, err = s.CompactIfWorth(ctx)
	return err
}

// today returns where the backup of the day is, or is to be.
func (s *Store) today() string {
	return filepath.Join(BackupDir(s.path), s.daily.now().UTC().Format(time.DateOnly)+s.daySuffix())
}

func (s *Store) hasToday() bool {
	_, err := os.Lstat(s.today())
	return err == nil
}

// hurryDaily has a backup that is under way, or waits for its time, come to its end: by being made if that is quick.
func (s *Store) hurryDaily() {
	if s.daily == nil {
		return
	}
	if info, err := os.Stat(s.path); err != nil || info.Size() > quickBackup {
		s.daily.cancel()
	}
	s.daily.closed.Do(func() { close(s.daily.hurry) })
}

// leaveDaily leaves a backup that wasn't made to another process.
func (s *Store) leaveDaily() {
	if d := s.daily; d != nil && d.asked.Load() && d.later != nil && !s.hasToday() {
		_ = d.later() // what goes wrong here is as little worth a word
	}
}

// daySuffix tells the backups of one account from those of another that had its place.
func (s *Store) daySuffix() string { return fmt.Sprintf("-%.8s.db", s.id) }

// DailyBackups returns the backups of the days that are there for a store, the newest first.
func DailyBackups(path string) []string {
	dir := BackupDir(path)
	entries, _ := os.ReadDir(dir) // in the order of their names; none where there is no such directory
	var list []string
	for _, e := range slices.Backward(entries) {
		if ok, _ := filepath.Match("????-??-??-*.db", e.Name()); ok {
			list = append(list, filepath.Join(dir, e.Name()))
		}
	}
	return list
}

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
