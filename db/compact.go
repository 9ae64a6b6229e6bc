package db

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	bolt "go.etcd.io/bbolt"

	"lanyard/model"
)

// When compacting is worth it: a quarter of the file is free, and not just a few pages. A file that is larger than
// quickSize takes longer than others should wait for it unasked; 32 MiB take about half a second.
const (
	worthPart  = 4
	worthBytes = 64 << 10
	quickSize  = 32 << 20
)

// Room is how much of a store's file is in use, in bytes.
type Room struct {
	Size int64 // what the file takes, without what bbolt keeps at its end for later
	Free int64 // of that, what deleted and overwritten records left behind: it is readable until it is written over
}

// Room returns how much of the file is free. It reads the list of free pages, and no record.
func (s *Store) Room(ctx context.Context) (r Room, err error) {
	err = s.with(ctx, false, func(h handle, _ *bolt.Tx) error {
		r, err = s.room(ctx, h.file)
		return err
	})
	return r, err
}

func (s *Store) room(ctx context.Context, f *os.File) (r Room, err error) {
	im, err := s.image(ctx, f)
	if err != nil {
		return r, err
	}
	r.Size = int64(im.meta.highWater * im.meta.pageSize)
	if err := im.readFree(); err != nil {
		return r, err
	}
	for _, free := range im.free {
		if free {
			r.Free += int64(im.meta.pageSize)
		}
	}
	return r, nil
}

// image makes the file ready to be read page by page. What is wrong with it ends the reading.
func (s *Store) image(ctx context.Context, f *os.File) (*image, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, unreadable(f.Name(), err)
	}
	im, err := openImage(ctx, f, info.Size())
	if err != nil {
		return nil, s.explain(err)
	}
	im.bad = func(what string) error { return damaged(s.path, what) }
	return im, nil
}

// Compact writes what is live into a new file, looks whether it came out the same, and puts it in the place of the old
// one, under the lock: others wait, and then go on with the new file. What was deleted isn't in it. A store that is
// damaged isn't compacted, since that would take away what could still be saved. A large one is written out of a copy, so
// that others hardly wait; if they change something meanwhile it begins again, and the third time it makes them wait. Whoever
// asked for it by model.WithProgress is told how many pages are done.
func (s *Store) Compact(ctx context.Context) (err error) {
	defer func() { err = roomless(err, "a compacted copy", filepath.Dir(s.path)) }()
	r, err := s.Room(ctx)
	if err != nil {
		return err
	}
	for range 2 {
		if r.Size <= s.quick() {
			break
		}
		if err = s.compactCopy(ctx); !errors.Is(err, errOvertaken) {
			return err
		}
	}
	return s.with(ctx, true, func(h handle, btx *bolt.Tx) error {
		if _, err := s.begin(btx, true); err != nil {
			return err
		}
		return s.compact(ctx, h.file, func(temporary string) error {
			_, err := s.rewrite(ctx, h.file, temporary)
			return err
		})
	})
}

// quick is up to which size a store is written under its lock.
func (s *Store) quick() int64 {
	if s.slow {
		return 0
	}
	return quickSize
}

// errOvertaken means that the store was changed while it was compacted.
var errOvertaken = errors.New("it was changed meanwhile")

// compactCopy compacts a copy of the store, and puts it in the store's place unless that was changed meanwhile.
func (s *Store) compactCopy(ctx context.Context) error {
	c, err := newScratch(filepath.Dir(s.path))
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }()
	live, err := s.copyLive(ctx, c)
	if err != nil {
		return err
	}
	was, err := newestMeta(c.Copy, 0)
	if err != nil {
		return damaged(s.path, err)
	}
	if err := syncPath(live); err != nil { // the long wait for the disk comes before the lock
		return err
	}
	return s.with(ctx, true, func(h handle, btx *bolt.Tx) error {
		if _, err := s.begin(btx, true); err != nil {
			return err
		}
		if now, err := newestMeta(h.file, 0); err != nil || now != was {
			return errOvertaken
		}
		return s.compact(ctx, h.file, func(temporary string) error { return os.Rename(live, temporary) })
	})
}

// CompactIfWorth compacts the store if at least a quarter of it, and 64 KiB, are free, and if it has no more than 32 MiB, so that
// nobody waits long. It reports whether it did.
func (s *Store) CompactIfWorth(ctx context.Context) (bool, error) {
	return s.compactIf(ctx, func(r Room) bool {
		return r.Free >= worthBytes && r.Free >= r.Size/worthPart && r.Size <= quickSize
	})
}

func (s *Store) compactIf(ctx context.Context, worth func(Room) bool) (bool, error) {
	r, err := s.Room(ctx)
	if err != nil || !worth(r) {
		return false, err
	}
	if err := s.Compact(ctx); err != nil {
		return false, err
	}
	return true, nil
}

// compact replaces the file, whose lock the caller holds, by what write makes.
func (s *Store) compact(ctx context.Context, f *os.File, write func(temporary string) error) error {
	info, err := f.Stat()
	if err != nil {
		return unreadable(s.path, err)
	}
	if hardLinks(info) > 1 {
		return fault(model.ErrConflict, "Remove the other name, or make a copy of it.",
			"The store %s has another name too (a hard link), and would become two", s.path)
	}
	path, err := filepath.EvalSymlinks(s.path) // a link stays one
	if err != nil {
		return unreadable(s.path, err)
	}
	s.sweep(path)
	err = s.replace(ctx, path, info, write, putOver)
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("the store can't be compacted: %w", err)
	}
	return err
}

// swapPattern is how a file is called that is to take the place of another.
func swapPattern(path string) string { return "." + filepath.Base(path) + ".swap-*" }

// replace has write make a file, and puts it in the place of the one at path as swapIn does.
func (s *Store) replace(
	ctx context.Context, path string, old os.FileInfo, write func(temporary string) error, swap func(temporary, path string) error,
) (err error) {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, swapPattern(path))
	if err != nil {
		return unreadable(dir, err)
	}
	temporary := f.Name()
	defer func() { _ = os.Remove(temporary) }()                      // gone already when all went well
	if err := errors.Join(f.Close(), write(temporary)); err != nil { // the file that was written may be another one
		return err
	}
	return s.swapIn(ctx, temporary, path, old, swap)
}

// swapIn has swap put a finished file in the place of the one at path once it is on the disk. Nobody opens the new one before its
// name is on the disk too: what they change in it would be lost with the name. The new file belongs to whom the old one did, if
// that is given.
func (s *Store) swapIn(ctx context.Context, finished, path string, old os.FileInfo, swap func(finished, path string) error) error {
	f, err := os.OpenFile(finished, os.O_RDWR, 0)
	if err != nil {
		return unreadable(finished, err)
	}
	defer func() { _ = f.Close() }()
	if old != nil {
		if err := sameOwner(f, old); err != nil {
			return unreadable(finished, err)
		}
	}
	if err := lock(ctx, f, true, s.wait); err != nil {
		return err
	}
	letGo(f)
	err = s.steps(
		diskStep{"sync", func() error { return syncPath(finished) }},
		diskStep{"rename", func() error { return swap(finished, path) }},
	)
	if err != nil {
		return fmt.Errorf("%s is as it was: %w", path, err)
	}
	if err := s.steps(diskStep{"sync directory", func() error { return syncPath(filepath.Dir(path)) }}); err != nil {
		return fmt.Errorf("%s was replaced, but the disk reported an error and may bring the old one back: %w", path, err)
	}
	return nil
}

// sweep removes what a replacement or a creation that was killed left behind. Whoever holds the store's lock is the only one to
// replace it, and nobody creates it where it is.
func (*Store) sweep(path string) {
	dir := filepath.Dir(path)
	sweepScratch(dir)
	removeAll(dir, swapPattern(path))
	removeAll(dir, newPattern(path))
}

// removeAll removes the files of a directory that are called so.
func removeAll(dir, pattern string) {
	left, _ := filepath.Glob(filepath.Join(dir, pattern)) // a name with wildcards in it finds nothing, at worst
	for _, path := range left {
		_ = os.Remove(path)
	}
}

// diskStep is something that is done to the disk.
type diskStep struct {
	name string
	do   func() error
}

// steps does one after the other. A test may have one of them fail.
func (s *Store) steps(list ...diskStep) error {
	for _, st := range list {
		if s.before != nil {
			if err := s.before(st.name); err != nil {
				return err
			}
		}
		if err := st.do(); err != nil {
			return err
		}
	}
	return nil
}

// rewrite writes all that is live in a store's file into a new one, reads that back, and compares. It doesn't wait for
// the disk.
func (s *Store) rewrite(ctx context.Context, f *os.File, to string) (survey, error) {
	im, err := s.image(ctx, f)
	if err != nil {
		return survey{}, err
	}
	wrote, err := s.copyKeys(ctx, im, to)
	if err != nil {
		return wrote, err
	}
	copied, err := os.Open(to)
	if err != nil {
		return wrote, err
	}
	defer func() { _ = copied.Close() }()
	quiet := model.WithProgress(ctx, func(int, int) {}) // the second half is the quick one
	if im, err = s.image(quiet, copied); err != nil {
		return wrote, err
	}
	again, err := s.survey(im, nil)
	if err == nil && again != wrote {
		err = fault(model.ErrDamaged, "Try again. If it happens again, look after the disk.", "The copy of %s didn't come out the same", s.path)
	}
	return wrote, err
}

// copyKeys writes what an image holds into a new bbolt file. The keys come in order, so that they fill page after page.
func (s *Store) copyKeys(ctx context.Context, im *image, to string) (v survey, err error) {
	db, err := bolt.Open(to, fileMode, &bolt.Options{
		Timeout: s.wait, NoSync: true, NoGrowSync: true, FreelistType: bolt.FreelistArrayType,
	})
	if err != nil {
		return v, fmt.Errorf("can't write %s: %w", to, err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	b := &bulk{ctx: ctx, db: db}
	if err := b.begin(); err != nil {
		return v, err
	}
	defer func() { _ = b.tx.Rollback() }() // says so when it was committed
	v, err = s.survey(im, func(key, wrapped []byte) error {
		if err := b.boltKV.put(key, wrapped); err != nil {
			return err
		}
		return b.step()
	})
	if err := errors.Join(err, ctx.Err()); err != nil {
		return v, err
	}
	return v, b.tx.Commit()
}

// survey goes through all of an image, and hands each key on. What is wrong ends it.
func (s *Store) survey(im *image, each func(key, wrapped []byte) error) (v survey, err error) {
	im.visit = func(key, wrapped []byte) error {
		if what := v.add(key, wrapped); what != "" {
			return im.bad(what)
		}
		if each == nil {
			return nil
		}
		return each(key, wrapped)
	}
	if err := im.read(); err != nil {
		return v, err
	}
	for _, what := range v.complete() {
		if err := im.bad(what); err != nil {
			return v, err
		}
	}
	return v, nil
}
