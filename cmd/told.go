package cmd

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"sync/atomic"
	"syscall"

	"github.com/spf13/cobra"

	"lanyard/model"
)

// What becomes of a command that is told to stop, by ctrl+c or a signal.

// errTold marks what a command ends with that was told to stop.
var errTold = errors.New("told to stop")

// errStopped means that the process was told to stop before anything was changed, such as while it waited for what somebody
// types.
var errStopped error = &model.Error{Kind: errTold, What: "Interrupted: nothing was changed"}

// errInterrupted is what a command ends with that was told to stop in the middle of its changes.
var errInterrupted error = &model.Error{Kind: errTold, What: "Interrupted", Hint: "What was done before is kept."}

// untilTold runs the program until it is done or told to stop. Then it dies of the signal that told it, as a program does that
// knows of no signals: only by that does a shell see that it has to end the script, too, instead of going on with the next
// command.
func (e *env) untilTold(args []string) int {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	came := make(chan syscall.Signal, 1)
	e.deaf = new(atomic.Bool)
	go func() {
		told := <-signals
		for !e.heeds(told) {
			told = <-signals
		}
		signal.Stop(signals) // a second one ends the process at once, whatever it does
		by, _ := told.(syscall.Signal)
		came <- by
		cancel()
	}()
	code := e.run(ctx, args)
	if !e.told {
		return code
	}
	select {
	case by := <-came:
		dieOf(by)
		return exitCode(endedError{by}) // where a process can't
	default:
		return code
	}
}

// heeds reports whether a signal is for this program.
func (e *env) heeds(s os.Signal) bool { return s != os.Interrupt || e.deaf == nil || !e.deaf.Load() }

// deafly does something during which ctrl+c is for others: for somebody's editor, or for Bubble Tea, which hears it itself.
func (e *env) deafly(do func() error) error {
	if e.deaf != nil {
		e.deaf.Store(true)
		defer e.deaf.Store(false)
	}
	return do()
}

// interruption is err, or where a command was told to stop, an error that says so, and whether something was done before.
func (e *env) interruption(c *cobra.Command, err error) error {
	switch {
	case errors.Is(err, errTold):
	case !errors.Is(err, context.Canceled):
		return err
	case e.noted().Load() && !slices.Contains(tellers, c.Name()):
		err = errInterrupted
	default:
		err = errStopped
	}
	e.told = true
	return err
}

// toldToStop reports whether another process ended because it was told to: one that was started here is told what we are, and
// may be sooner.
func toldToStop(err error) bool {
	exit, ok := errors.AsType[*exec.ExitError](err)
	if !ok {
		return false
	}
	status, ok := exit.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && (status.Signal() == syscall.SIGINT || status.Signal() == syscall.SIGTERM)
}
