//go:build amd64 || arm64

package survive

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// disk is what a disk is known to hold after some calls, and what it may hold beyond. A write is certain once its file was
// synced, a name once its directory was. Of the rest each may be there or not, in any order, and writes may be there in
// part. That is less than most file systems promise.
type disk struct {
	root  string
	names map[string]*file // as the program sees them
	sure  map[string]*file // as they are certain to be
	maybe []naming
}

// file is a file's content, or a directory.
type file struct {
	dir   bool
	sure  []byte
	maybe []call
}

// naming gives names, or takes them away.
type naming struct {
	dir  string // whose sync makes it certain
	take string
	give string
	file *file
}

func (n naming) apply(names map[string]*file) {
	if n.take != "" {
		delete(names, n.take)
	}
	if n.give != "" {
		names[n.give] = n.file
	}
}

// newDisk is a disk with what is below a directory, all of it certain.
func newDisk(dir string) (*disk, error) {
	d := &disk{root: dir, names: map[string]*file{}}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() {
			d.names[path] = &file{dir: true}
			return nil
		}
		content, err := os.ReadFile(path)
		d.names[path] = &file{sure: content}
		return err
	})
	d.sure = maps.Clone(d.names)
	return d, err
}

// clone returns a copy of a disk of which all is certain.
func (d *disk) clone() *disk {
	like := &disk{root: d.root, names: map[string]*file{}}
	for path, f := range d.sure {
		like.names[path] = &file{dir: f.dir, sure: slices.Clone(f.sure)}
	}
	like.sure = maps.Clone(like.names)
	return like
}

// do takes a call into account.
func (d *disk) do(c call) error {
	f := d.names[c.path]
	if c.failed && c.what != doesSync {
		return nil
	}
	switch c.what {
	case doesSay:
	case doesWrite, doesTruncate:
		if f == nil {
			if strings.HasSuffix(c.path, " (deleted)") {
				return nil
			}
			return fmt.Errorf("%s: it isn't there", c)
		}
		f.maybe = append(slices.DeleteFunc(f.maybe, c.covers), c)
	case doesSync:
		if f == nil {
			return fmt.Errorf("%s: it isn't there", c)
		}
		if c.failed {
			f.lose()
		} else {
			d.sync(c.path, f)
		}
	case doesCreate:
		d.name(naming{dir: filepath.Dir(c.path), give: c.path, file: &file{}})
	case doesMkdir:
		d.name(naming{dir: filepath.Dir(c.path), give: c.path, file: &file{dir: true}})
	case doesRename:
		d.name(naming{dir: filepath.Dir(c.to), take: c.path, give: c.to, file: f})
	case doesLink:
		d.name(naming{dir: filepath.Dir(c.to), give: c.to, file: f})
	case doesRemove:
		d.name(naming{dir: filepath.Dir(c.path), take: c.path})
	}
	return nil
}

func (d *disk) name(n naming) {
	n.apply(d.names)
	d.maybe = append(d.maybe, n)
}

func (d *disk) sync(path string, f *file) {
	if !f.dir {
		f.maybe = slices.DeleteFunc(f.maybe, func(c call) bool {
			if !c.failed {
				f.sure = c.onto(f.sure)
			}
			return !c.failed
		})
		return
	}
	d.maybe = slices.DeleteFunc(d.maybe, func(n naming) bool {
		if n.dir == path {
			n.apply(d.sure)
		}
		return n.dir == path
	})
}

// lose is what a sync does that fails: the system forgets that there is something to be written. Another sync says that all is
// well, and what was lost is on the disk or isn't, until it is written again.
func (f *file) lose() {
	for i := range f.maybe {
		f.maybe[i].failed = true
	}
}

// covers reports whether a write puts all of an earlier one anew.
func (c call) covers(earlier call) bool {
	return c.what == doesWrite && earlier.what == doesWrite && c.at <= earlier.at &&
		earlier.at+int64(len(earlier.data)) <= c.at+int64(len(c.data))
}

// onto makes a write or a truncation.
func (c call) onto(content []byte) []byte {
	size := c.size
	if c.what == doesWrite {
		size = max(int64(len(content)), c.at+int64(len(c.data)))
	}
	if size < int64(len(content)) {
		return content[:size:size]
	}
	content = append(content, make([]byte, size-int64(len(content)))...)
	copy(content[c.at:], c.data)
	return content
}

// pending reports whether anything is uncertain.
func (d *disk) pending() bool {
	if len(d.maybe) > 0 {
		return true
	}
	for _, f := range d.names {
		if len(f.maybe) > 0 {
			return true
		}
	}
	return false
}

// cut is a way in which the power fails.
type cut int

const (
	cutNothing cut = iota // everything was written in time
	cutAll                // nothing but what is certain was
	cutSome               // by chance
)

// after returns what the disk holds after a cut, by path; nil for a directory.
func (d *disk) after(how cut, r *rand.Rand) map[string][]byte {
	names := maps.Clone(d.sure)
	for _, n := range d.maybe {
		if how == cutNothing || how == cutSome && r.IntN(2) == 0 {
			n.apply(names)
		}
	}
	image := map[string][]byte{}
	for _, path := range slices.Sorted(maps.Keys(names)) {
		f := names[path]
		if _, above := image[filepath.Dir(path)]; !above && path != d.root {
			continue // its directory isn't there
		}
		if f.dir {
			image[path] = nil
			continue
		}
		image[path] = f.after(how, r)
	}
	return image
}

func (f *file) after(how cut, r *rand.Rand) []byte {
	content := append([]byte{}, f.sure...)
	for _, c := range f.maybe {
		switch {
		case how == cutNothing:
			content = c.onto(content)
		case how == cutAll:
		case c.what == doesTruncate:
			if r.IntN(2) == 0 {
				content = c.onto(content)
			}
		default:
			for _, part := range c.torn(r) {
				content = part.onto(content)
			}
		}
	}
	return content
}

// torn is what there is of a write after a cut: all of it, nothing, its beginning to any byte, or some of its sectors.
func (c call) torn(r *rand.Rand) (parts []call) {
	switch r.IntN(4) {
	case 0:
		return nil
	case 1:
		return []call{c}
	case 2:
		c.data = c.data[:r.IntN(len(c.data)+1)]
		return []call{c}
	}
	at := c.at
	for part := range slices.Chunk(c.data, sector) {
		if r.IntN(2) == 0 {
			parts = append(parts, call{what: doesWrite, path: c.path, at: at, data: part})
		}
		at += int64(len(part))
	}
	return parts
}

// bench is a directory where images of a disk are laid out, one after the other.
type bench struct {
	from, to string // images are of what is below from, and are laid out below to
	last     map[string][]byte
}

// lay makes the files those of an image, and leaves alone what is as it should be.
func (b *bench) lay(image map[string][]byte) error {
	at := func(path string) string { return b.to + strings.TrimPrefix(path, b.from) }
	for path := range b.last {
		if _, stays := image[path]; !stays {
			if err := os.RemoveAll(at(path)); err != nil {
				return err
			}
		}
	}
	for _, path := range slices.Sorted(maps.Keys(image)) {
		content := image[path]
		was, there := b.last[path]
		var err error
		switch {
		case content == nil && !there:
			err = os.MkdirAll(at(path), 0o700)
		case content != nil && (!there || !bytes.Equal(was, content)):
			err = os.WriteFile(at(path), content, 0o600)
		}
		if err != nil {
			return err
		}
	}
	b.last = image
	return nil
}

// touched notes that a file was changed where it was laid out.
func (b *bench) touched(path string) { b.last[path] = []byte("something else") }
