package clipboard

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// desk is a desktop's clipboard.
type desk struct {
	text  string
	err   error // of reading
	hangs hanging

	mu    sync.Mutex
	never chan struct{} // closed when the test is over
}

// hanging is when a clipboard's tool doesn't answer.
type hanging int

const (
	whileWriting hanging = iota + 1
	always
)

func (d *desk) read() (string, error) {
	if d.hangs == always {
		<-d.never
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.text, d.err
}

func (d *desk) write(text string) error {
	if d.hangs != 0 {
		<-d.never
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.text = text
	return nil
}

// holds is what somebody would paste.
func (d *desk) holds() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.text
}

// put copies a text by somebody else's hand.
func (d *desk) put(text string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.text = text
}

func (d *desk) env(vars ...string) Environment {
	env := in("linux", append([]string{"DISPLAY=:0"}, vars...)...)
	env.Read, env.Write = d.read, d.write
	return env
}

// copyOf is an order for a text on a desktop that may stay for 45 s.
func copyOf(text string) order {
	o := describe([]byte(text))
	o.Method, o.After = Native, 45*time.Second
	return o
}

// kept is a keeper that runs.
type kept struct {
	t    *testing.T
	desk *desk
	in   *io.PipeWriter
	said bytes.Buffer
	err  error
	done chan struct{}
	stop context.CancelFunc
	from time.Time
	took time.Duration
}

func keepFor(t *testing.T, d *desk) *kept {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	r, w := io.Pipe()
	k := &kept{t: t, desk: d, in: w, done: make(chan struct{}), stop: stop, from: time.Now()}
	go func() {
		defer close(k.done)
		k.err = Keep(ctx, r, &k.said, d.env())
		k.took = time.Since(k.from)
		_ = r.Close()
	}()
	return k
}

func (k *kept) tell(o order) {
	k.t.Helper()
	line, err := o.line()
	if err == nil {
		_, err = k.in.Write(line)
	}
	if err != nil {
		k.t.Fatal(err)
	}
	synctest.Wait()
}

// expect waits for the end and compares when it came, what was said and what the clipboard holds.
func (k *kept) expect(took time.Duration, said, holds string) {
	k.t.Helper()
	<-k.done
	k.stop()
	_ = k.in.Close()
	if k.took != took || strings.TrimSpace(k.said.String()) != said || k.desk.holds() != holds {
		k.t.Errorf("after %v it said %q and left %q; want %v, %q and %q", k.took, k.said.String(), k.desk.holds(), took, said, holds)
	}
	if k.desk.never != nil {
		close(k.desk.never)
	}
}

const (
	theirs = "what somebody copied since"
	other  = "lys_AB0123456789_0123456789ABCDEFGHIJKLMNOPQRSTUV2qTByf"
)

func TestKeeper(t *testing.T) {
	told := func(k *kept) { k.tell(copyOf(secret)) }
	for name, tt := range map[string]struct {
		desk  *desk
		do    func(*kept)
		took  time.Duration
		said  string
		holds string
	}{
		"clears what is ours when its time is over": {&desk{text: secret}, told, 45 * time.Second, "cleared 1", ""},
		"leaves what isn't ours":                    {&desk{text: theirs}, told, 45 * time.Second, "replaced 1", theirs},
		"leaves what only begins as ours":           {&desk{text: secret + "x"}, told, 45 * time.Second, "replaced 1", secret + "x"},
		"starts the clock anew for a second copy": {&desk{text: secret}, func(k *kept) {
			told(k)
			time.Sleep(30 * time.Second)
			k.desk.put(other)
			k.tell(copyOf(other))
		}, 75 * time.Second, "cleared 2", ""},
		"clears the first when the second never arrived": {&desk{text: secret}, func(k *kept) {
			told(k)
			k.tell(copyOf(other))
		}, 45 * time.Second, "cleared 2", ""},
		"clears at once when its input ends": {&desk{text: secret}, func(k *kept) {
			told(k)
			time.Sleep(time.Second)
			_ = k.in.Close()
		}, time.Second, "cleared 1", ""},
		"outlives a command that left in good order": {&desk{text: secret}, func(k *kept) {
			told(k)
			k.tell(order{Linger: true})
			_ = k.in.Close()
		}, 45 * time.Second, "cleared 1", ""},
		"leaves a text alone that was copied again after it was overwritten": {&desk{text: secret}, func(k *kept) {
			told(k)
			k.tell(order{Forget: true})
			_ = k.in.Close()
		}, 0, "cleared 1", secret},
		"clears at once when it is told to end": {&desk{text: secret}, func(k *kept) {
			told(k)
			k.stop()
		}, 0, "cleared 1", ""},
		"waits for a text that is late": {&desk{text: theirs}, func(k *kept) {
			told(k)
			_ = k.in.Close()
			time.Sleep(50 * time.Millisecond)
			k.desk.put(secret)
		}, 60 * time.Millisecond, "cleared 1", ""},
		"says when reading fails": {&desk{text: secret, err: errors.New("no")}, told, 45 * time.Second, "failed 1", secret},
		"gives up on a tool that hangs while it reads": {
			&desk{text: secret, hangs: always}, told, 47 * time.Second, "failed 1", secret,
		},
		"gives up on a tool that hangs while it writes": {
			&desk{text: secret, hangs: whileWriting}, told, 47 * time.Second, "failed 1", secret,
		},
		"does nothing when it was told of nothing": {&desk{text: secret}, func(k *kept) { _ = k.in.Close() }, 0, "", secret},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tt.desk.never = make(chan struct{})
				k := keepFor(t, tt.desk)
				tt.do(k)
				k.expect(tt.took, tt.said, tt.holds)
			})
		})
	}
}

// Whose turn it is shows in a file that several processes share.
func TestKeepersTakeTurns(t *testing.T) {
	dir := t.TempDir()
	withTurn := func(o order) order {
		o.Turn = newTurn(dir, "native", ":0")
		return o
	}
	synctest.Test(t, func(t *testing.T) {
		first, second := withTurn(copyOf(secret)), withTurn(copyOf(secret))
		d := &desk{text: secret}
		k := keepFor(t, d)
		k.tell(first)
		first.Turn.take()
		time.Sleep(20 * time.Second)
		second.Turn.take() // the same key, by another lanyard
		later := keepFor(t, d)
		later.tell(second)
		k.expect(45*time.Second, "overtaken 1", secret)
		later.expect(45*time.Second, "cleared 1", "") // 65 s after the first
	})
	if list, err := os.ReadDir(dir); err != nil || len(list) != 0 {
		t.Errorf("left %v, %v", list, err)
	}
	synctest.Test(t, func(t *testing.T) { // the file of a keeper that was killed says nothing
		withTurn(copyOf(other)).Turn.take()
		o := withTurn(copyOf(secret))
		k := keepFor(t, &desk{text: secret})
		k.tell(o)
		k.expect(45*time.Second, "cleared 1", "")
	})
}

func TestATurnTellsNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "lanyard")
	first, second := newTurn(dir, "native", ":0"), newTurn(dir, "native", ":0")
	elsewhere := newTurn(dir, "native", ":1")
	if first.File != second.File || first.Token == second.Token || first.File == elsewhere.File {
		t.Errorf("%+v, %+v, %+v", first, second, elsewhere)
	}
	first.take()
	if info, err := os.Stat(first.File); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%v, %v", info, err)
	}
	second.take()
	first.end()
	if second.now() != second.Token {
		t.Error("whose turn it isn't ended another's")
	}
	second.end()
	if second.now() != "" {
		t.Error("an ended turn goes on")
	}
	none := newTurn("", "native")
	none.take()
	none.end()
	if none.now() != "" {
		t.Errorf("without a directory it is the turn of %q", none.now())
	}
}

func TestAnOrderHoldsNoSecret(t *testing.T) {
	o := copyOf(secret)
	line, err := o.line()
	if err != nil || bytes.Contains(line, []byte(secret[4:16])) || bytes.Count(line, []byte("\n")) != 1 {
		t.Errorf("%s, %v", line, err)
	}
	if again := copyOf(secret); bytes.Equal(again.Salt, o.Salt) || bytes.Equal(again.Sum, o.Sum) {
		t.Error("two orders for one text are alike")
	}
	if !o.fits([]byte(secret)) || o.fits([]byte(other)) || o.fits(nil) {
		t.Error("it doesn't know its text again")
	}
}

func TestWhatIsNoOrderIsRefused(t *testing.T) {
	good, err := copyOf(secret).line()
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"hello\n": "", "{}\n": "", `{"method":"osc52"}` + "\n": "", `{"linger":true}` + "\n": "",
		string(good) + "hello\n": "cleared 1\n", // at once
	} {
		d := &desk{text: secret}
		var out bytes.Buffer
		err := Keep(t.Context(), strings.NewReader(text), &out, d.env())
		if out.String() != want || (err != nil) != !strings.Contains(text, "linger") || err != nil && !errors.Is(err, ErrOrder) {
			t.Errorf("%q: said %q, %v", text, out.String(), err)
		}
	}
}
