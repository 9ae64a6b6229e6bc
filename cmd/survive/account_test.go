package survive

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"lanyard/db"
	"lanyard/keys"
	"lanyard/model"
)

// place is a directory with an account's two files.
type place string

func (p place) store() string { return filepath.Join(string(p), "a.db") }
func (p place) seal() string  { return filepath.Join(string(p), "seal.json") }

// found creates an account with a founder, ana, in a directory that is there.
func found(ctx context.Context, p place) error {
	_, err := db.Create(ctx, p.store(), func(id string, tx model.WriteTx) error {
		seal, root, err := keys.NewSealFile(id, rand.NewChaCha8([32]byte{}))
		if err != nil {
			return err
		}
		text, err := seal.Encode()
		if err := errors.Join(err, db.CreateFile(p.seal(), text)); err != nil {
			return err
		}
		return foundIn(tx, root, id)
	})
	return err
}

func foundIn(tx model.WriteTx, root *keys.Root, id string) error {
	_, err := directory(&steady{id: id}, root).Found(tx, model.Founder{Account: "Acme", Name: "Ana Ruiz", Email: "ana@acme.test"}, model.ViaConsole)
	return err
}

// directory returns the writer of a store that always does the same: its clock and its secrets go by the store's count.
func directory(s *steady, root *keys.Root) *model.Directory {
	return model.NewDirectory(s, model.Options{
		Unlock: func() (*keys.Root, error) { return root.Clone(), nil },
		Now:    func() time.Time { return noon.Add(time.Duration(s.done) * time.Minute) },
		Rand:   s,
	})
}

func (p place) root() (*keys.Root, string, error) {
	text, err := os.ReadFile(p.seal())
	if err != nil {
		return nil, "", err
	}
	seal, err := keys.DecodeSealFile(text)
	if err != nil {
		return nil, "", err
	}
	root, err := seal.Unlock(seal.Store)
	return root, seal.Store, err
}

// steady is a store in which each change finds the same random numbers, however often the store tries it, so that two
// stores that are changed alike are alike. It counts the changes, and can stop after one.
type steady struct {
	model.Store
	id     string
	done   int // how many changes were tried, those that were refused among them
	random *rand.ChaCha8
	before func() error
	after  func(error) error
}

// ID returns the name of the store, or of the one that it is the twin of.
func (s *steady) ID() string { return s.id }

// Read returns random bytes.
func (s *steady) Read(b []byte) (int, error) {
	if s.random == nil {
		s.rewind()
	}
	return s.random.Read(b)
}

func (s *steady) rewind() {
	var seed [32]byte
	binary.BigEndian.PutUint64(seed[:], uint64(s.done))
	s.random = rand.NewChaCha8(seed)
}

// Update changes the store.
func (s *steady) Update(ctx context.Context, fn func(model.WriteTx) error) error {
	if s.before != nil {
		if err := s.before(); err != nil {
			return err
		}
	}
	err := s.Store.Update(ctx, func(tx model.WriteTx) error {
		s.rewind()
		return fn(tx)
	})
	s.done++
	if s.after != nil {
		return s.after(err)
	}
	return err
}

// picture is all that can be read of a store, in a few bytes. What is sealed has a random part of its own, and is left
// out: whether it opens is looked at elsewhere.
type picture [sha256.Size]byte

const maxKinds = 32

func pictureOf(ctx context.Context, s model.Store, names []string) (p picture, revision uint64, err error) {
	h := sha256.New()
	err = s.View(ctx, func(tx model.ReadTx) error {
		h.Reset()
		revision = tx.Revision()
		for kind := range model.Kind(maxKinds) {
			if kind == model.KindOverdue {
				continue // a restore notes that it was one
			}
			n, err := tx.Count(kind)
			if err != nil {
				return err
			}
			add(h, fmt.Sprint(kind, n))
			err = tx.Scan(kind, 0, func(id model.ID, record []byte) bool {
				add(h, fmt.Sprint(id, len(record)))
				if kind == model.KindAPIKey {
					record = record[:min(len(record), 16)]
				}
				if kind == model.KindUndoPart { // holds sealed keys too
					record = record[:min(len(record), 8)]
				}
				add(h, string(record))
				return true
			})
			if err != nil {
				return err
			}
		}
		for _, name := range names {
			for index := model.Index(1); index <= model.IndexSpentToken; index++ {
				id, err := tx.Find(index, name)
				if err != nil && !errors.Is(err, model.ErrNotFound) {
					return err
				}
				add(h, fmt.Sprint(id))
			}
		}
		return nil
	})
	return picture(h.Sum(nil)), revision, err
}

func add(h hash.Hash, s string) {
	_, _ = h.Write(binary.AppendUvarint(nil, uint64(len(s))))
	_, _ = h.Write([]byte(s))
}

// sound holds an account against what must be true of every one: it can be read, it has an Admin, each record is found by
// its name and no name leads to another, what is counted is what there is, and the activity is one chain.
func sound(ctx context.Context, store model.Store, root *keys.Root) error {
	s, err := model.LoadSnapshot(ctx, store)
	if err != nil {
		return err
	}
	if s.ActiveAdmins() == 0 {
		return errors.New("there is no Active Admin")
	}
	return errors.Join(foundByName(ctx, store, s), counted(s), chained(ctx, store, root.ChainKey()))
}

func all[T any](t *model.Table[T]) func(yield func(T) bool) {
	return func(yield func(T) bool) {
		for i := range t.Len() {
			if !yield(t.At(i)) {
				return
			}
		}
	}
}

type entry struct {
	index model.Index
	key   string
}

func foundByName(ctx context.Context, store model.Store, s *model.Snapshot) error {
	want := map[entry]model.ID{}
	for u := range all(s.Users()) {
		want[entry{model.IndexUserEmail, model.FoldEmail(u.Email)}] = u.ID
		if u.Status == model.StatusInvited {
			want[entry{model.IndexInvitation, u.Invitation.PublicID}] = u.ID
		}
	}
	for m := range all(s.ServiceAccounts()) {
		want[entry{model.IndexServiceAccountName, model.FoldName(m.Name)}] = m.ID
	}
	for g := range all(s.Groups()) {
		want[entry{model.IndexGroupName, model.FoldName(g.Name)}] = g.ID
	}
	for w := range all(s.Workspaces()) {
		want[entry{model.IndexWorkspaceName, model.FoldName(w.Name)}] = w.ID
	}
	for _, r := range s.Roles() {
		if !r.BuiltIn() {
			want[entry{model.IndexRoleName, model.FoldName(r.Name)}] = r.ID
		}
	}
	for name := range namesDrawn {
		for _, index := range []model.Index{
			model.IndexUserEmail, model.IndexServiceAccountName, model.IndexGroupName, model.IndexWorkspaceName, model.IndexRoleName,
		} {
			if key := (entry{index, name}); want[key] == 0 {
				want[key] = 0
			}
		}
	}
	return store.View(ctx, func(tx model.ReadTx) error {
		for e, id := range want {
			have, err := tx.Find(e.index, e.key)
			if err != nil && !errors.Is(err, model.ErrNotFound) {
				return err
			}
			if have != id {
				return fmt.Errorf("index %d leads from %q to %d, and the record is %d", e.index, e.key, have, id)
			}
		}
		return nil
	})
}

func counted(s *model.Snapshot) error {
	type count struct{ users, groups, machines int }
	want := map[model.ID]count{}
	tell := func(id model.ID, c count) {
		have := want[id]
		want[id] = count{have.users + c.users, have.groups + c.groups, have.machines + c.machines}
	}
	grants := func(list []model.WorkspaceGrant, c count) {
		for _, g := range list {
			if _, there := s.Workspace(g.Workspace); there { // one that is gone is swept later
				tell(g.Workspace, c)
			}
			tell(g.Role, c)
		}
	}
	admins := 0
	for u := range all(s.Users()) {
		if u.Status == model.StatusActive && u.Role == model.RoleAdmin {
			admins++
		}
		tell(u.Role, count{users: 1})
		for _, g := range u.Groups {
			if _, there := s.Group(g); there {
				tell(g, count{users: 1})
			}
		}
		grants(u.Workspaces, count{users: 1})
	}
	for m := range all(s.ServiceAccounts()) {
		tell(m.Role, count{machines: 1})
		grants(m.Workspaces, count{machines: 1})
	}
	for g := range all(s.Groups()) {
		grants(g.Workspaces, count{groups: 1})
	}
	if admins != s.ActiveAdmins() {
		return fmt.Errorf("there are %d Active Admins, counted %d", admins, s.ActiveAdmins())
	}
	for id, c := range want {
		t := s.Tally(id)
		if have := (count{t.Users, t.Groups, t.ServiceAccounts}); have != c {
			return fmt.Errorf("%d is referred to by %+v, counted %+v", id, c, have)
		}
	}
	return nil
}

// chained computes the chain anew: each event ends in the HMAC over the hash before, its number and the rest of it.
func chained(ctx context.Context, store model.Store, key []byte) error {
	before := make([]byte, sha256.Size)
	next := model.ID(1)
	var broken error
	err := store.View(ctx, func(tx model.ReadTx) error {
		return tx.Scan(model.KindEvent, 0, func(id model.ID, record []byte) bool {
			if id != next || len(record) < sha256.Size {
				broken = fmt.Errorf("event %d comes where %d should", id, next)
				return false
			}
			body, have := record[:len(record)-sha256.Size], record[len(record)-sha256.Size:]
			mac := hmac.New(sha256.New, key)
			_, _ = mac.Write(before)
			_, _ = mac.Write(binary.AppendUvarint(nil, uint64(id)))
			_, _ = mac.Write(body)
			if before = bytes.Clone(have); !hmac.Equal(have, mac.Sum(nil)) {
				broken = fmt.Errorf("the activity is broken at event %d", id)
				return false
			}
			next++
			return true
		})
	})
	return errors.Join(err, broken)
}
