package survive

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"lanyard/db"
	"lanyard/keys"
	"lanyard/keys/clipboard"
	"lanyard/model"
	"lanyard/tui"
)

// harm is what a child found out about damaged files.
type harm struct {
	Tried    int
	Refused  int // not opened
	Noticed  int // opened, and something in it can't be read
	Older    int // taken for what it was before the last change, as after a power cut
	Harmless int
	Consoles int // that were shown on damaged files
	Commands int
	Restores int // of damaged backups that were tried, refused or not
	Wrong    []string
}

// TestDamage flips bits in an account's files, cuts them short and overwrites parts. A child process reads and changes what
// is left, through the model and by the console: it doesn't crash, and never takes something else for what was written.
func TestDamage(t *testing.T) {
	t.Parallel()
	damages, seed := times("LANYARD_DAMAGES", 150), chance(t)
	var sum harm
	var mu sync.Mutex
	t.Cleanup(func() { t.Logf("%+v", sum) })
	const part = 250
	for from := 0; from < damages; from += part {
		t.Run(fmt.Sprint(from), func(t *testing.T) {
			t.Parallel()
			got := damaging(t, seed, from, min(from+part, damages))
			if len(got.Wrong) > 0 {
				t.Errorf("%s", strings.Join(got.Wrong, "\n"))
			}
			mu.Lock()
			defer mu.Unlock()
			sum.add(got)
		})
	}
}

func (h *harm) add(got harm) {
	h.Tried, h.Refused, h.Noticed = h.Tried+got.Tried, h.Refused+got.Refused, h.Noticed+got.Noticed
	h.Older, h.Harmless = h.Older+got.Older, h.Harmless+got.Harmless
	h.Consoles, h.Commands, h.Restores = h.Consoles+got.Consoles, h.Commands+got.Commands, h.Restores+got.Restores
}

// damaging has a child go through some damages. When it dies, what it died of is said, and kept.
func damaging(t *testing.T, seed uint64, from, to int) (got harm) {
	t.Helper()
	p := place(evidence(t))
	if err := found(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	c := again("damage", string(p), string(p), strconv.FormatUint(seed, 10), strconv.Itoa(from), strconv.Itoa(to))
	var said bytes.Buffer
	c.Stderr = &said
	out, err := c.StdoutPipe()
	if err := errors.Join(err, c.Start()); err != nil {
		t.Fatal(err)
	}
	last := "nothing"
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "{") {
			if err := json.Unmarshal(lines.Bytes(), &got); err != nil {
				t.Error(err)
			}
			continue
		}
		last = lines.Text()
	}
	if err := c.Wait(); err != nil {
		t.Errorf("%s is the end of it: %v\n%s", last, err, said.String())
	}
	return got
}

// victim is an account that is damaged again and again.
type victim struct {
	place
	harm
	files map[string][]byte // as they were
	truth answers
	older []answers
	chain []byte
	key   keys.Key

	restored answers // of a store that was made of the whole backup
}

func (v *victim) backup() string { return filepath.Join(string(v.place), "backup.db") }

// damageChild goes through damages: damage PLACE SEED FROM TO. It says each before it begins.
func damageChild(args []string) error {
	v := &victim{place: place(args[0])}
	if err := v.prepare(); err != nil {
		return err
	}
	seed, err := strconv.ParseUint(args[1], 10, 64)
	from, also := strconv.Atoi(args[2])
	to, third := strconv.Atoi(args[3])
	if err := errors.Join(err, also, third); err != nil {
		return err
	}
	for i := from; i < to; i++ {
		r := stream(seed, "damage", i)
		name, data, how := v.damage(r)
		if _, err := fmt.Printf("damage %d: %s\n", i, how); err != nil {
			return err
		}
		if err := errors.Join(v.restore(), os.WriteFile(name, data, 0o600)); err != nil {
			return err
		}
		v.Tried++
		if name == v.backup() {
			if wrong := v.restoreDamaged(); wrong != nil {
				v.Wrong = append(v.Wrong, fmt.Sprintf("damage %d: %s: %v", i, how, wrong))
			}
			continue
		}
		wrong := v.look(i%10 == 0)
		if i%20 == 1 {
			wrong = errors.Join(wrong, v.commands())
		}
		if wrong != nil {
			v.Wrong = append(v.Wrong, fmt.Sprintf("damage %d: %s: %v", i, how, wrong))
		}
	}
	return errors.Join(json.NewEncoder(os.Stdout).Encode(v.harm), v.restore())
}

func (v *victim) restore() error {
	var err error
	for path, data := range v.files {
		err = errors.Join(err, os.WriteFile(path, data, 0o600))
	}
	return err
}

// prepare fills the account, and notes what can be asked of it.
func (v *victim) prepare() error {
	ctx := context.Background()
	root, _, err := v.root()
	if err != nil {
		return err
	}
	store, err := db.Open(v.store())
	if err != nil {
		return err
	}
	d := directory(&steady{Store: store, id: store.ID()}, root)
	for i := range 120 {
		if err := act(ctx, d, stream(7, "victim", i)); err != nil {
			return err
		}
	}
	me, err := model.FirstAdmin(ctx, store)
	if err != nil {
		return err
	}
	by := model.Actor{User: me.ID, Via: model.ViaConsole}
	s, err := d.CreateServiceAccount(ctx, by, model.ServiceAccountDraft{Name: "victim", Role: model.RoleBuilder})
	if err != nil {
		return err
	}
	if v.key, err = d.OpenAPIKey(ctx, by, s.ID, model.UseCopy); err != nil {
		return err
	}
	for i := range 4 { // what the store may be taken for when the newer of its two first pages is broken
		is, err := ask(ctx, store)
		if err != nil {
			return err
		}
		v.older = append(v.older, is)
		if err := d.RenameServiceAccount(ctx, by, model.Seen{ID: s.ID}, fmt.Sprint("victim ", i)); err != nil {
			return err
		}
	}
	if err := store.Close(); err != nil { // which waits for a compaction
		return err
	}
	if v.truth, err = ask(ctx, store); err != nil {
		return err
	}
	v.chain = root.ChainKey()
	if err := store.Backup(ctx, v.backup(), false); err != nil {
		return err
	}
	if v.restored, err = v.restoreInto(filepath.Join(string(v.place), "whole.db")); err != nil {
		return err
	}
	v.files = map[string][]byte{}
	for _, path := range []string{v.store(), v.seal(), v.backup()} {
		if v.files[path], err = os.ReadFile(path); err != nil {
			return err
		}
	}
	return nil
}

// damage returns a damaged file.
func (v *victim) damage(r *rand.Rand) (path string, data []byte, how string) {
	path = v.store()
	switch r.IntN(8) {
	case 0:
		path = v.seal()
	case 1, 2:
		path = v.backup()
	}
	data = slices.Clone(v.files[path])
	switch r.IntN(10) {
	case 0, 1:
		n := r.IntN(len(data))
		return path, data[:n], fmt.Sprintf("%s cut to %d bytes", path, n)
	case 2:
		at := r.IntN(len(data)/sector+1) * sector
		for i := at; i < min(at+sector, len(data)); i++ {
			data[i] = byte(r.Uint32())
		}
		return path, data, fmt.Sprintf("%s with noise in the sector at %d", path, at)
	case 3:
		at := r.IntN(len(data)/sector+1) * sector
		clear(data[at:min(at+sector, len(data))])
		return path, data, fmt.Sprintf("%s with zeros in the sector at %d", path, at)
	case 4: // where a page says what and how much is on it
		bit := (r.IntN(len(data)/os.Getpagesize()+1)*os.Getpagesize()+r.IntN(16))*8 + r.IntN(8)
		if bit/8 >= len(data) {
			bit %= 16 * 8
		}
		data[bit/8] ^= 1 << (bit % 8)
		return path, data, fmt.Sprintf("%s with bit %d, of a page's header, flipped", path, bit)
	default:
		bit := r.IntN(len(data) * 8)
		data[bit/8] ^= 1 << (bit % 8)
		return path, data, fmt.Sprintf("%s with bit %d flipped", path, bit)
	}
}

// restoreInto makes a store of the backup, and asks it for everything.
func (v *victim) restoreInto(path string) (answers, error) {
	ctx := context.Background()
	if _, err := db.Restore(ctx, path, v.backup(), noon); err != nil {
		return nil, err
	}
	store, err := db.Open(path)
	if err != nil {
		return nil, err
	}
	got, err := ask(ctx, store)
	return got, errors.Join(err, store.Close())
}

// restoreDamaged restores a backup that is damaged, where nothing is and over the store. It is refused, with the store as it
// was, or what comes of it is what comes of the whole one.
func (v *victim) restoreDamaged() error {
	fresh := filepath.Join(string(v.place), "fresh.db")
	for _, path := range []string{fresh, v.store()} {
		v.Restores++
		got, err := v.restoreInto(path)
		now, read := os.ReadFile(path)
		switch {
		case err == nil:
			v.Harmless++
			if wrong := got.differs(v.restored); len(wrong) > 0 || len(got) != len(v.restored) {
				return fmt.Errorf("restored to %s: %s", path, strings.Join(wrong, "; "))
			}
		case model.Hint(err) == "":
			return fmt.Errorf("it says nothing of what to do: %w", err)
		case path == fresh && !errors.Is(read, os.ErrNotExist), path != fresh && !bytes.Equal(now, v.files[path]):
			return fmt.Errorf("it was refused (%w), and there is another store", err)
		default:
			v.Refused++
		}
		kept, err := filepath.Glob(filepath.Join(string(v.place), "*.before-restore-*"))
		for _, name := range append(kept, fresh) {
			if removed := os.Remove(name); removed != nil && !errors.Is(removed, os.ErrNotExist) {
				err = errors.Join(err, removed)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// answers are what a store says to each question on its own; a question that was refused has none.
type answers map[string]string

// ask asks a store for everything. One question's answer is not held against another's, as commands don't either. The error is
// of the last that failed.
func ask(ctx context.Context, store model.Store) (answers, error) {
	got := answers{}
	var failed error
	err := store.View(ctx, func(tx model.ReadTx) error {
		put := func(name, answer string, err error) {
			switch {
			case errors.Is(err, model.ErrNotFound):
				got[name] = notThere
			case err != nil:
				failed = err
			default:
				got[name] = answer
			}
		}
		for kind := range model.Kind(maxKinds) {
			n, err := tx.Count(kind)
			put(fmt.Sprint("count ", kind), fmt.Sprint(n), err)
			var b strings.Builder
			err = tx.Scan(kind, 0, func(id model.ID, record []byte) bool {
				_, _ = fmt.Fprintf(&b, "%d:%x ", id, record)
				return true
			})
			put(fmt.Sprint("scan ", kind), b.String(), err)
			for id := model.FirstID; id < model.FirstID+150; id++ {
				record, err := tx.Get(kind, id)
				put(fmt.Sprint("get ", kind, id), string(record), err)
			}
		}
		for name := range namesDrawn {
			for index := model.Index(1); index <= model.IndexSpentToken; index++ {
				id, err := tx.Find(index, name)
				put(fmt.Sprint("find ", index, name), fmt.Sprint(id), err)
			}
		}
		return nil
	})
	return got, errors.Join(err, failed)
}

const notThere = "not there"

// differs says what is answered otherwise than it should be.
func (a answers) differs(from answers) (wrong []string) {
	for name, answer := range a {
		if answer != from[name] {
			wrong = append(wrong, fmt.Sprintf("%s is %.60q, not %.60q", name, answer, from[name]))
		}
	}
	return wrong
}

// look reads and changes the damaged account, and returns what is silently wrong with it.
func (v *victim) look(console bool) error {
	ctx := context.Background()
	root, _, err := v.root()
	if err == nil && !bytes.Equal(root.ChainKey(), v.chain) {
		return errors.New("the sealing key is another one")
	}
	locked := err != nil
	store, err := db.Open(v.store())
	if err != nil {
		v.Refused++
		if model.Hint(err) == "" {
			return fmt.Errorf("it says nothing of what to do: %w", err)
		}
		return nil
	}
	got, failed := ask(ctx, store)
	wrong := got.differs(v.truth)
	old := slices.ContainsFunc(v.older, func(a answers) bool { return len(got.differs(a)) == 0 })
	switch {
	case failed != nil || locked:
		v.Noticed++
	case len(wrong) == 0:
		v.Harmless++
	case old:
		v.Older++
	}
	d := model.NewDirectory(store, model.Options{Unlock: func() (*keys.Root, error) {
		if locked {
			return nil, model.ErrLocked
		}
		return root.Clone(), nil
	}})
	verdict, err := d.VerifyAPIKey(ctx, v.key.Text())
	if err == nil && !verdict.Good() {
		wrong, old = append(wrong, "a good key is said to be "+string(verdict.Reason)), false
	}
	if console {
		if err := v.console(ctx, d); err != nil {
			return err
		}
	}
	v.change(ctx, d)
	_ = store.Close() // what it does at the end may fail, too
	if len(wrong) > 0 && !old {
		return errors.New(strings.Join(wrong, "; "))
	}
	return nil
}

// change does some deeds. What they say doesn't matter, only that they come to an end.
func (v *victim) change(ctx context.Context, d *model.Directory) {
	for i := range 4 {
		_ = act(ctx, d, stream(9, "change", i)) // may fail: the file is damaged
	}
}

// commands runs lanyard itself on what is left. Each says what it was asked, or why not.
func (v *victim) commands() error {
	_, id, err := v.root()
	if err != nil {
		return nil //nolint:nilerr // the file that would be asked for is named by what is in it
	}
	seals := filepath.Join(string(v.place), "config", "lanyard", "seals")
	seal, err := os.ReadFile(v.seal())
	if err := errors.Join(err, os.MkdirAll(seals, 0o700), os.WriteFile(filepath.Join(seals, id+".json"), seal, 0o600)); err != nil {
		return err
	}
	for _, args := range [][]string{{"verify"}, {"sa", "show-key", "victim 3"}, {"sa", "create", "another", "--role", "Builder"}} {
		var said bytes.Buffer
		c := again("lanyard", string(v.place), append([]string{"--db", v.store()}, args...)...)
		c.Stdin, c.Stdout, c.Stderr = bytes.NewReader(append(v.key.Text(), '\n')), &said, &said
		err := c.Run()
		if code := c.ProcessState.ExitCode(); code < 0 || bytes.Contains(said.Bytes(), []byte("goroutine ")) {
			return fmt.Errorf("lanyard %s ended with %d: %w\n%s", strings.Join(args, " "), code, err, said.String())
		}
		if err != nil && !bytes.Contains(said.Bytes(), []byte("lanyard: ")) {
			return fmt.Errorf("lanyard %s failed with no more than %q", strings.Join(args, " "), said.String())
		}
		v.Commands++
	}
	return nil
}

// console shows the account for a moment, and presses some keys.
func (v *victim) console(ctx context.Context, d *model.Directory) error {
	me, err := model.FirstAdmin(ctx, d.Store())
	if err != nil {
		return nil // said before anything is drawn
	}
	session := &tui.Session{Directory: d, Me: me, Actor: model.Actor{User: me.ID, Via: model.ViaConsole}, Loader: model.NewLoader(d.Store())}
	done := false
	if session.Snapshot, done, err = session.Loader.Next(ctx, 20); err != nil {
		return nil // said before anything is drawn
	}
	if done {
		session.Loader = nil
	}
	v.Consoles++
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	clip := clipboard.New(clipboard.Off, clipboard.Environment{Getenv: func(string) string { return "" }, GOOS: "linux"})
	guard := tui.Guard(tui.New(ctx, tui.Options{Session: session, Clipboard: clip, Now: time.Now}))
	program := tea.NewProgram(guard, tea.WithInput(nil), tea.WithOutput(io.Discard), tea.WithoutSignals(), tea.WithWindowSize(100, 30))
	guard.Pace(program)
	go func() {
		for _, key := range "2345jj1jjj" {
			program.Send(tea.KeyPressMsg{Code: key, Text: string(key)})
			time.Sleep(2 * time.Millisecond)
		}
		program.Quit()
	}()
	_, err = program.Run()
	return errors.Join(err, guard.Crash())
}
