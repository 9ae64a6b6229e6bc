package cmd

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"lanyard/model"
)

// verify is what verify was asked.
type verify struct {
	require   string
	workspace string
	output    string
	stream    bool
}

const verifyLong = `Reads an API key from standard input, or asks for it, and says whose it is. The
exit code is 0 for a good key, 7 for one that isn't, 4 for a good one that may not do
what --require asks for, and 2 where no key came.

--stream reads a key a line and answers each with a line of JSON, for as long as
there are any: for a service that asks often. No line is no answer, and no error. A
key that is deleted or ended meanwhile is refused at once, and one that a rotation
made is good at once.`

func (e *env) verifyCommand() *cobra.Command {
	var v verify
	c := &cobra.Command{
		Use: "verify", Short: "Say whether an API key is good, and whose it is", Long: verifyLong, Args: noArgs,
		Example: `  lanyard verify <key.txt
  lanyard verify --require workspace:write --workspace web-shop <key.txt
  lanyard verify --stream <keys.txt`,
		RunE: func(c *cobra.Command, _ []string) error { return e.verify(c, v) },
	}
	c.Flags().StringVar(&v.require, "require", "", "the `PERMISSION` that the key must have")
	c.Flags().StringVar(&v.workspace, "workspace", "", "the `NAME` of the workspace in which it must have it")
	outputFlag(c, &v.output)
	c.Flags().BoolVar(&v.stream, "stream", false, "answer a key a line, in JSON")
	return c
}

// errKey means that a key isn't good.
var errKey = errors.New("the key is not good")

func (e *env) verify(c *cobra.Command, v verify) error {
	ctx := c.Context()
	if err := v.check(); err != nil {
		return err
	}
	d, err := e.directory(ctx)
	if err != nil {
		return err
	}
	if v.workspace != "" {
		w, err := d.WorkspaceToVerify(ctx, v.workspace)
		if err != nil {
			return err
		}
		v.workspace = w.Name
	}
	if v.stream {
		return e.verifyStream(ctx, v, d)
	}
	text, err := e.readSecret("key", "API key: ", c)
	if err != nil {
		return err
	}
	defer clear(text)
	verdict, err := d.VerifyAPIKey(ctx, text)
	if err != nil {
		return err
	}
	verdict = v.judge(verdict)
	if err := e.answer(v, verdict); err != nil {
		return err
	}
	if verdict.Good() {
		noteUse(ctx, d, map[model.ID]time.Time{verdict.Key.ID: e.now()})
	}
	return v.failure(verdict)
}

func (v verify) check() error {
	switch {
	case v.workspace != "" && v.require == "":
		return usage("Add --require PERMISSION: what the key must be allowed there.", "--workspace alone asks for nothing")
	case v.require != "" && !knownPermission(v.require):
		return noPermission(v.require)
	}
	return nil
}

func knownPermission(name string) bool {
	for _, p := range model.ScopeTenant.Permissions() {
		if string(p) == name {
			return true
		}
	}
	return false
}

// judge holds a good key against what is required.
func (v verify) judge(verdict model.Verdict) model.Verdict {
	if verdict.Good() && v.require != "" && !verdict.May(model.Permission(v.require), v.workspace) {
		verdict.Reason = model.ReasonLacks
	}
	return verdict
}

// failure is what the exit code is made of. In JSON everything is said already.
func (v verify) failure(verdict model.Verdict) error {
	kind, what := errKey, "The key is not good: "+string(verdict.Reason)
	switch verdict.Reason {
	case "":
		return nil
	case model.ReasonLacks:
		kind, what = model.ErrNotPermitted, "The key is good, but "+verdict.ServiceAccount.Name+" may not "+v.require
		if v.workspace != "" {
			what += " in " + v.workspace
		}
	case model.ReasonMalformed, model.ReasonChecksum, model.ReasonUnknown, model.ReasonExpired:
	}
	if v.output == "json" {
		return silent{kind}
	}
	return &model.Error{Kind: kind, What: what, Hint: hints[verdict.Reason]}
}

// hints say what to do about a key that isn't good.
var hints = map[model.Reason]string{
	model.ReasonMalformed: "An API key begins with lys_ and has 55 characters: copy all of it.",
	model.ReasonChecksum:  "It was mistyped or cut: copy all of it.",
	model.ReasonUnknown:   "It was deleted, or belongs to another account.",
	model.ReasonExpired:   "Ask for the new one.",
	model.ReasonLacks:     "Ask an Admin for the role, or use another key.",
}

// silent is an error that has been said already.
type silent struct{ error }

// Unwrap returns what the exit code goes by.
func (s silent) Unwrap() error { return s.error }

// answer says what is known of a key. Of one that isn't good there is only JSON to say: the rest is an error.
func (e *env) answer(v verify, verdict model.Verdict) error {
	if v.output == "json" {
		return json.NewEncoder(e.out).Encode(verdictJSON(verdict))
	}
	if !verdict.Good() {
		return nil
	}
	where := "no workspace"
	if verdict.ReachesAll {
		where = "every workspace"
	} else if len(verdict.Workspaces) > 0 {
		var names []string
		for _, w := range verdict.Workspaces {
			names = append(names, w.Workspace.Name+" as "+w.Role.Name)
		}
		where = strings.Join(names, ", ")
	}
	_, err := fmt.Fprintf(e.out, "%s · %s · %s\n", verdict.ServiceAccount.Name, verdict.Role.Name, where)
	return err
}

// noteUseFor is how long recording a key's use may hold up the process that asked about it.
const noteUseFor = 100 * time.Millisecond

// noteUse records that keys were used, if that can be done at once: verifying never fails for it.
func noteUse(ctx context.Context, d *model.Directory, used map[model.ID]time.Time) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), noteUseFor)
	defer cancel()
	_ = d.NoteUse(ctx, used)
}

// useEvery is how often a stream records which keys were used.
const useEvery = time.Minute

// verifyStream answers a key a line until there are no more.
func (e *env) verifyStream(ctx context.Context, v verify, d *model.Directory) error {
	verifier, err := model.NewVerifier(ctx, d.Store(), e.now)
	if err != nil {
		return err
	}
	u := &uses{directory: d}
	stop := u.every(ctx, useEvery)
	defer stop()
	out := json.NewEncoder(e.out)
	lines := bufio.NewReaderSize(e.input(), maxSecretLine)
	for ctx.Err() == nil {
		line, err := lines.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) { // too long for a key: answered once, when its end comes
			line = nil
			err = skipLine(lines)
		}
		if errors.Is(err, errStopped) || err != nil && len(line) == 0 {
			return ended(err)
		}
		verdict, failed := verifier.Verify(ctx, line)
		clear(line)
		verdict = v.judge(verdict)
		answer := verdictJSON(verdict)
		if failed != nil {
			answer = keyAnswer{Reason: "unavailable", Error: failed.Error()}
		} else if verdict.Good() {
			u.note(verdict.Key.ID, e.now())
		}
		if err := out.Encode(answer); err != nil {
			return err
		}
		if err != nil {
			return ended(err)
		}
	}
	return nil // told to stop
}

func skipLine(r *bufio.Reader) error {
	for {
		if _, err := r.ReadSlice('\n'); !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
	}
}

// ended is what a stream ends with: to be told to stop is how it ends well, as is the end of its input.
func ended(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, errStopped) {
		return nil
	}
	return unreadInput(err)
}

// uses collects which keys were used until it is time to record it.
type uses struct {
	directory *model.Directory
	mu        sync.Mutex
	used      map[model.ID]time.Time
}

func (u *uses) note(id model.ID, at time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.used == nil {
		u.used = map[model.ID]time.Time{}
	}
	u.used[id] = at
}

func (u *uses) flush(ctx context.Context) {
	u.mu.Lock()
	used := u.used
	u.used = nil
	u.mu.Unlock()
	if len(used) > 0 {
		noteUse(ctx, u.directory, used)
	}
}

// every records at intervals until the returned function is called, which records the rest.
func (u *uses) every(ctx context.Context, interval time.Duration) (stop func()) {
	ticker := time.NewTicker(interval)
	done := make(chan struct{})
	go func() {
		for {
			select {
			case <-ticker.C:
				u.flush(ctx)
			case <-done:
				return
			}
		}
	}()
	return func() {
		ticker.Stop()
		close(done)
		u.flush(ctx)
	}
}
