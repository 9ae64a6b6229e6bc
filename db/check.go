package db

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"lanyard/model"
)

// Report is what a check found.
type Report struct {
	ID       string             // "" if it is lost
	Format   uint64             // 0 if it is lost
	Findings []string           // what is wrong, in words, up to 1,000 of the file itself; none means that all is well
	Counts   map[model.Kind]int // of the records that can be read
}

// Judge looks at what the records say, once those that can be read are in a transaction: which of them are damaged, and
// how many entries the indexes have. It returns what is wrong.
type Judge func(storeID string, tx model.ReadTx, damaged []model.Ref, indexed int) ([]string, error)

// Check reads every page and every entry of a file that nobody else uses, and has judge look at what can be read: in a copy of
// that, beside the file and as large, which is removed again. name is what the store is called in errors. Those are
// model.ErrDamaged when hardly anything can be read, ErrNewer, and those of the disk.
func Check(ctx context.Context, path, name string, judge Judge) (r Report, err error) {
	s := &Store{path: name, wait: waitAtMost, format: currentFormat}
	f, err := openPlain(path)
	if err != nil {
		return r, err
	}
	defer func() { _ = f.Close() }()
	readable := path + ".readable"
	defer func() { _ = os.Remove(readable) }()
	v, err := s.refill(ctx, f, readable, func([]byte) bool { return true }, func(v *salvaged, t *tx) error { return s.forward(v, t) })
	if err != nil {
		return r, roomless(err, "a copy to be checked", filepath.Dir(readable))
	}
	r = Report{ID: v.meta.id, Format: v.meta.format, Findings: v.findings, Counts: map[model.Kind]int{}}
	for kind, n := range v.counts {
		if n > 0 {
			r.Counts[model.Kind(kind)] = int(n)
		}
	}
	if !v.hasMeta {
		return r, nil // there is no telling how to read the rest
	}
	copied := &Store{path: readable, id: v.meta.id, format: currentFormat, wait: waitAtMost}
	err = copied.View(ctx, func(tx model.ReadTx) error {
		more, err := judge(v.meta.id, tx, v.damaged, v.indexed)
		r.Findings = append(r.Findings, more...)
		return err
	})
	return r, err
}

// forward brings what was read to the present format, so that there is one way to read it.
func (s *Store) forward(v *salvaged, t *tx) error {
	switch {
	case !v.hasMeta || v.meta.format == currentFormat:
		return nil
	case v.meta.format > currentFormat:
		return newer(s.path, v.meta.format, currentFormat)
	}
	if err := bring(t.w, v.meta, migrations); err != nil {
		return fmt.Errorf("what can be read of %s can't be brought to format %d: %w", s.path, currentFormat, err)
	}
	return nil
}

var errLostMeta = errors.New("its first record is lost, and with it which account this is and how to read it")
