package cmd

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"
	"sync/atomic"

	"github.com/spf13/cobra"

	"lanyard/model"
)

// noticing is a store that notices whether something is done in the account through it: whatever is done is an event.
type noticing struct {
	model.Store
	done *atomic.Bool // letters that are on their way note it from goroutines of their own
}

// Update makes a change.
func (n noticing) Update(ctx context.Context, fn func(model.WriteTx) error) error {
	done := false
	err := n.Store.Update(ctx, func(tx model.WriteTx) error {
		done = false // of an earlier try
		return fn(noticingTx{tx, &done})
	})
	if err == nil && done {
		n.done.Store(true)
	}
	return err
}

type noticingTx struct {
	model.WriteTx
	done *bool
}

// Put writes a record.
func (n noticingTx) Put(kind model.Kind, id model.ID, record []byte) error {
	*n.done = *n.done || kind == model.KindEvent
	return n.WriteTx.Put(kind, id, record)
}

// noted tells whether something was done.
func (e *env) noted() *atomic.Bool {
	if e.changed == nil {
		e.changed = new(atomic.Bool)
	}
	return e.changed
}

// tellers are the commands that leave an event and change nothing: without what they write, nothing is done.
var tellers = []string{"export", "show-key", "copy-key"}

// lostOutput is err, or where standard output couldn't be written, an error that says so. Where what was asked for is done and
// only the telling failed, it says that: whoever takes it for a failure does it twice.
func (e *env) lostOutput(c *cobra.Command, err error) error {
	out, file := e.out.(*os.File)
	lost, wrote := errors.AsType[*fs.PathError](err)
	switch {
	case !file || !wrote || lost.Op != "write" || lost.Path != out.Name():
		return err
	case !e.noted().Load() || slices.Contains(tellers, c.Name()):
		return failed(lost.Err, "Look at where standard output goes.", "The answer can't be written out")
	}
	return &model.Error{
		Kind: err, What: "The change is made, but it couldn't be written out: " + lost.Err.Error(), Hint: "Don't do it again: look first at what is there.",
	}
}
