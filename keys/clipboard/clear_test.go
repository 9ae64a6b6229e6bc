package clipboard

import (
	"bufio"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// beside starts keepers within this process, and counts them.
func beside(t *testing.T, d *desk, count *int) Starter {
	t.Helper()
	return func() (io.WriteCloser, io.ReadCloser, error) {
		*count++
		in, told := io.Pipe()
		heard, says := io.Pipe()
		go func() {
			_ = Keep(t.Context(), in, says, d.env())
			_ = in.Close() // as the system does when a process ends
			_ = says.Close()
		}()
		return told, heard, nil
	}
}

// keeping is a clipboard on a desktop, whose secrets are cleared after 45 s.
func keeping(t *testing.T, d *desk, dir string) (c *Clipboard, keepers *int) {
	t.Helper()
	keepers = new(int)
	return New(Auto, d.env()).Keep(Clearing{After: 45 * time.Second, Start: beside(t, d, keepers), Dir: dir}), keepers
}

func mustCopy(t *testing.T, c *Clipboard, text string) Result {
	t.Helper()
	r, err := c.CopySecret(t.Context(), []byte(text))
	if err != nil || !r.Copied || r.Stays || r.Outcome == nil || time.Until(r.Clears) != 45*time.Second {
		t.Fatalf("%+v, %v", r, err)
	}
	return r
}

func TestASecretIsCleared(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		d := &desk{}
		c, keepers := keeping(t, d, dir)
		first := mustCopy(t, c, secret)
		time.Sleep(30 * time.Second)
		second := mustCopy(t, c, other)
		if outcome, said := <-first.Outcome; said {
			t.Errorf("the first copy ended as %s", outcome)
		}
		begun := time.Now()
		if outcome := <-second.Outcome; outcome != Cleared || time.Since(begun) != 45*time.Second || d.holds() != "" || *keepers != 1 {
			t.Errorf("%s after %v, with %q left and %d keepers", outcome, time.Since(begun), d.holds(), *keepers)
		}
		third := mustCopy(t, c, secret) // by a new keeper
		if _, err := c.Copy(t.Context(), []byte("ana@example.com")); err != nil {
			t.Error(err)
		}
		if outcome := <-third.Outcome; outcome != Replaced || d.holds() != "ana@example.com" || *keepers != 2 {
			t.Errorf("%s, with %q left and %d keepers", outcome, d.holds(), *keepers)
		}
	})
}

func TestTheEndOfAConsoleClears(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &desk{}
		c, _ := keeping(t, d, "")
		c.Close() // nothing yet
		mustCopy(t, c, secret)
		begun := time.Now()
		c.Close()
		if d.holds() != "" || time.Since(begun) != 0 {
			t.Errorf("%q left after %v", d.holds(), time.Since(begun))
		}
		c.Close()
	})
}

func TestACommandLeavesItsKeeper(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		d := &desk{}
		one, _ := keeping(t, d, dir)
		first := mustCopy(t, one, secret)
		one.Leave()
		time.Sleep(40 * time.Second)
		two, _ := keeping(t, d, dir)
		second := mustCopy(t, two, secret)
		two.Leave()
		if outcome := <-first.Outcome; outcome != Overtaken || d.holds() != secret {
			t.Errorf("%s, with %q left", outcome, d.holds())
		}
		if outcome := <-second.Outcome; outcome != Cleared || d.holds() != "" {
			t.Errorf("%s, with %q left", outcome, d.holds())
		}
	})
}

// A keeper may begin to clear in the moment in which it is told of another copy.
func TestACopyThatCameTooLateForItsKeeper(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, count := &desk{}, 0
		next := beside(t, d, &count)
		starts := func() (io.WriteCloser, io.ReadCloser, error) {
			if count > 0 {
				return next()
			}
			count++
			in, told := io.Pipe()
			heard, says := io.Pipe()
			go func() {
				lines := bufio.NewScanner(in)
				lines.Scan()
				lines.Scan() // this one is in the pipe, and never looked at
				_, _ = io.WriteString(says, "cleared 1\n")
				_ = says.Close()
			}()
			return told, heard, nil
		}
		c := New(Auto, d.env()).Keep(Clearing{After: 45 * time.Second, Start: starts})
		mustCopy(t, c, secret)
		second := mustCopy(t, c, other)
		if outcome := <-second.Outcome; outcome != Cleared || d.holds() != "" || count != 2 {
			t.Errorf("%s, with %q left and %d keepers", outcome, d.holds(), count)
		}
	})
}

func TestAKeeperThatIsKilledIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &desk{}
		c := New(Auto, d.env()).Keep(Clearing{After: time.Minute, Start: func() (io.WriteCloser, io.ReadCloser, error) {
			in, told := io.Pipe()
			go func() { _, _ = io.Copy(io.Discard, in) }()
			return told, io.NopCloser(strings.NewReader("")), nil
		}})
		r, err := c.CopySecret(t.Context(), []byte(secret))
		if err != nil || <-r.Outcome != Failed {
			t.Errorf("%+v, %v", r, err)
		}
	})
}

// A keeper may be killed in the moment in which it is told of another copy.
func TestAKeeperThatIsKilledWhileItIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, count := &desk{}, 0
		c := New(Auto, d.env()).Keep(Clearing{After: time.Minute, Start: func() (io.WriteCloser, io.ReadCloser, error) {
			count++
			in, told := io.Pipe()
			heard, says := io.Pipe()
			go func() {
				lines := bufio.NewScanner(in)
				lines.Scan()
				lines.Scan()
				_ = says.Close()
			}()
			return told, heard, nil
		}})
		for _, text := range []string{secret, other} {
			r, err := c.CopySecret(t.Context(), []byte(text))
			if err != nil {
				t.Fatal(err)
			}
			if text == other && <-r.Outcome != Failed {
				t.Error("nobody knows, and it says otherwise")
			}
		}
		if count != 1 {
			t.Errorf("%d keepers were started", count)
		}
	})
}

// closing tells when it is closed.
type closing struct {
	io.Writer
	closed chan struct{}
	once   sync.Once
}

func (c *closing) Close() error {
	c.once.Do(func() { close(c.closed) })
	return nil
}

// What a keeper was told through is given back also when it didn't hear any more, and another one had to be started.
func TestNothingIsLeftOfAKeeperThatWasReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, count := &desk{}, 0
		next := beside(t, d, &count)
		first, dies := &closing{closed: make(chan struct{})}, make(chan struct{})
		c := New(Auto, d.env()).Keep(Clearing{After: time.Minute, Start: func() (io.WriteCloser, io.ReadCloser, error) {
			if count > 0 {
				return next()
			}
			count++
			in, told := io.Pipe()
			heard, says := io.Pipe()
			first.Writer = told
			go func() {
				bufio.NewScanner(in).Scan()
				_ = in.Close()
				<-dies
				_ = says.Close()
			}()
			return first, heard, nil
		}})
		for _, text := range []string{secret, other} {
			if _, err := c.CopySecret(t.Context(), []byte(text)); err != nil {
				t.Fatal(err)
			}
		}
		close(dies)
		synctest.Wait()
		select {
		case <-first.closed:
		default:
			t.Error("its input is still open")
		}
		c.Close()
	})
}

func TestWhatIsNotCleared(t *testing.T) {
	noKeeper := func() (io.WriteCloser, io.ReadCloser, error) { return nil, nil, errors.New("not today") }
	never := func() (io.WriteCloser, io.ReadCloser, error) {
		t.Error("a keeper was started")
		return noKeeper()
	}
	d := &desk{}
	for name, tt := range map[string]struct {
		env   Environment
		how   Clearing
		stays bool
	}{
		"never, by the settings": {d.env(), Clearing{Start: never}, false},
		"over SSH":               {in("linux"), Clearing{After: time.Minute, Start: never}, true},
		"in screen":              {in("linux", "STY=1.x"), Clearing{After: time.Minute, Start: never}, true},
		"nobody to clear it":     {d.env(), Clearing{After: time.Minute, Start: noKeeper}, true},
	} {
		r, err := New(Auto, tt.env).Keep(tt.how).CopySecret(t.Context(), []byte(secret))
		if err != nil || r.Stays != tt.stays || !r.Clears.IsZero() || r.Outcome != nil {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
	}
}

// A copy that fails leaves no process behind, and what was copied before is still cleared.
func TestAFailedCopy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &desk{}
		c, keepers := keeping(t, d, "")
		c.setting = OnlyNative
		c.env.Write = func(string) error { return errors.New("full") }
		if _, err := c.CopySecret(t.Context(), []byte(secret)); err == nil || c.helper != nil {
			t.Errorf("%v, and a keeper: %v", err, c.helper != nil)
		}
		c.env.Write = d.write
		mustCopy(t, c, secret)
		c.env.Write = func(string) error { return errors.New("full") }
		if _, err := c.CopySecret(t.Context(), []byte(other)); err == nil {
			t.Error("no error")
		}
		time.Sleep(46 * time.Second)
		if d.holds() != "" || *keepers != 2 {
			t.Errorf("%q left, %d keepers", d.holds(), *keepers)
		}
	})
}

// A tool that was given up on may have taken the text all the same, a moment later.
func TestACopyThatWasGivenUpOnIsCleared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &desk{}
		c, _ := keeping(t, d, "")
		c.setting = OnlyNative
		c.env.Write = func(text string) error {
			time.Sleep(10 * time.Second)
			return d.write(text)
		}
		if _, err := c.CopySecret(t.Context(), []byte(secret)); err == nil || c.Sent() != Native {
			t.Errorf("%v, sent by %q", err, c.Sent())
		}
		time.Sleep(12 * time.Second)
		if d.holds() != secret {
			t.Fatalf("it holds %q", d.holds())
		}
		time.Sleep(35 * time.Second)
		if d.holds() != "" {
			t.Errorf("%q left", d.holds())
		}
	})
}

func TestOverwrite(t *testing.T) {
	d := &desk{}
	c := New(Auto, d.env())
	if _, err := c.Overwrite(t.Context()); !errors.Is(err, ErrNothing) || c.Sent() != "" {
		t.Errorf("%v", err)
	}
	if _, err := c.CopySecret(t.Context(), []byte(secret)); err != nil {
		t.Fatal(err)
	}
	if r, err := c.Overwrite(t.Context()); err != nil || d.holds() != "" || !r.Copied {
		t.Errorf("%+v, %v, with %q left", r, err, d.holds())
	}
	for method, env := range map[Method]Environment{OSC52: in("linux"), Screen: in("linux", "STY=1.x")} {
		c := New(Auto, env)
		if _, err := c.CopySecret(t.Context(), []byte(secret)); err != nil {
			t.Fatal(err)
		}
		r, err := c.Overwrite(t.Context())
		if err != nil || r.Method != method || r.Copied || !strings.Contains(string(r.Sequence), "\x1b]52;c;IA==\a") {
			t.Errorf("%s: %+v, %v", method, r, err)
		}
	}
}
