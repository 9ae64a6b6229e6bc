//go:build unix

package main

import (
	"bufio"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"time"

	"lanyard/db"
	"lanyard/keys"
	"lanyard/model"
	"lanyard/model/sample"
)

// account is a store with sample data, and the same users as text for programs that read text.
type account struct {
	dir   string
	users int
	last  string // how the email of one of the last users begins, before the @
	took  time.Duration

	machines int // how many service accounts, defaultMachines if zero
	events   int // how many events beside those of the sample data
}

// defaultMachines is how many service accounts an account has.
const defaultMachines = 100

func (a account) store() string { return filepath.Join(a.dir, "data", "lanyard", "default.db") }
func (a account) seal(id string) string {
	return filepath.Join(a.dir, "config", "lanyard", "seals", id+".json")
}
func (a account) lines() string { return filepath.Join(a.dir, "lines.txt") }
func (a account) made() string  { return filepath.Join(a.dir, "made.json") }

// made is what the process that made an account says of it.
type made struct {
	Last string        `json:"last"`
	Took time.Duration `json:"took"`
}

// makeAccount makes the store and the text.
func makeAccount(ctx context.Context, a account) error {
	began := time.Now()
	store, err := db.Create(ctx, a.store(), func(id string, tx model.WriteTx) error {
		seal, root, err := keys.NewSealFile(id, rand.Reader)
		if err != nil {
			return err
		}
		data, err := seal.Encode()
		if err != nil {
			return err
		}
		if err := db.CreateFile(a.seal(id), data); err != nil {
			return err
		}
		d := model.NewDirectory(unplaced{id: id}, model.Options{Unlock: func() (*keys.Root, error) { return root.Clone(), nil }})
		me, err := d.Found(tx, model.Founder{Account: "Acme", Name: "Ana Ruiz", Email: "ana@acme.test"}, model.ViaCommandLine)
		if err != nil {
			return err
		}
		filling := sample.New(1, time.Now()).Filling(a.users-1, cmp.Or(a.machines, defaultMachines))
		if a.events > 0 {
			filling.History = a.history
		}
		return d.Fill(tx, me, filling)
	})
	if err != nil {
		return err
	}
	m := made{Took: time.Since(began)}
	if m.Last, err = a.write(ctx, store); err != nil {
		return err
	}
	data, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return os.WriteFile(a.made(), data, 0o600)
}

// history is one change after another, a second apart: every hundredth is of a key, and each is told of one of the first users.
func (a account) history(f model.Filled) iter.Seq[model.Event] {
	from := time.Now().Add(-time.Duration(a.events) * time.Second)
	return func(yield func(model.Event) bool) {
		for i := range a.events {
			u := f.Users[i%len(f.Users)]
			e := model.Event{
				Time: from.Add(time.Duration(i) * time.Second), Actor: f.By.ID, ActorName: f.By.Email, Via: model.ViaConsole,
				Action: "user.rename", Target: model.Ref{Kind: model.KindUser, ID: u.ID}, TargetName: u.Email,
				Changes: []model.Change{{Field: "name", From: fmt.Sprintf("%s %d", u.Name, i), To: u.Name}},
			}
			if i%100 == 0 {
				e.Action = "service_account.copy_key"
			}
			if !yield(e) {
				return
			}
		}
	}
}

// unplaced is a store that isn't in place yet: only its id is known.
type unplaced struct {
	model.Store
	id string
}

// ID is the id that the store will have, which keys are bound to from the first on.
func (u unplaced) ID() string { return u.id }

// write puts the users into a text file, a line each, and returns how the shortest email among the last begins: a
// column of any width shows it whole.
func (a account) write(ctx context.Context, store model.Store) (last string, err error) {
	s, err := model.LoadSnapshot(ctx, store)
	if err != nil {
		return "", err
	}
	f, err := os.Create(a.lines())
	if err != nil {
		return "", err
	}
	w := bufio.NewWriter(f)
	for i := range s.Users().Len() {
		u := s.Users().At(i)
		_, _ = fmt.Fprintf(w, "%-26s %-40s %-14s %s\n", u.Name, u.Email, s.RoleName(u.Role), u.Status) // Flush tells
		local, _, _ := strings.Cut(u.Email, "@")
		if i >= s.Users().Len()-20 && (last == "" || len(local) < len(last)) {
			last = local
		}
	}
	return last, errors.Join(w.Flush(), f.Close())
}
