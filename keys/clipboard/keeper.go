package clipboard

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// Outcome is how the clearing of a clipboard went.
type Outcome string

// The outcomes.
const (
	Cleared   Outcome = "cleared"
	Replaced  Outcome = "replaced"  // it held something else by then, and was left alone
	Overtaken Outcome = "overtaken" // another lanyard has copied since, and clears it
	Failed    Outcome = "failed"    // nobody knows: its tool didn't answer, or the keeper was ended
)

// keeper is the life of the process that clears a clipboard after the one that copied.
type keeper struct {
	env     Environment
	wait    time.Duration // the patience with tools
	orders  []order       // all texts that we put there; the last one counts for the rest
	at      time.Time     // when the last order came
	before  string        // whose turn it was then
	lingers bool
	forgets bool
}

// ErrOrder means that a keeper was told something that it doesn't understand.
var ErrOrder = errors.New("this is for lanyard itself: it clears the clipboard after a copy")

// Keep is the whole life of a keeper. It reads what to clear and when from in, clears it when its time is over, when the
// input ends or when ctx does, writes the outcome to out, and returns. Each further line is a further copy and starts the
// clock anew. The error is ErrOrder, or that out didn't take the outcome.
func Keep(ctx context.Context, in io.Reader, out io.Writer, env Environment) error {
	k := keeper{env: env, wait: patience}
	err := k.attend(ctx, in)
	if len(k.orders) == 0 {
		return err
	}
	_, said := fmt.Fprintln(out, k.finish(), len(k.orders))
	return errors.Join(err, said)
}

// attend returns when it is time to clear.
func (k *keeper) attend(ctx context.Context, in io.Reader) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	lines := readOrders(ctx, in)
	clock := time.NewTimer(0)
	<-clock.C
	defer clock.Stop()
	for {
		select {
		case o, more := <-lines:
			switch {
			case !more && k.lingers && len(k.orders) > 0:
				lines = nil
			case !more:
				return nil
			case o.err != nil:
				return o.err
			case o.Forget:
				k.forgets = true
				return nil
			case o.Linger:
				k.lingers = true
			default:
				k.orders, k.at, k.before = append(k.orders, o.order), time.Now(), o.Turn.now()
				clock.Reset(o.After)
			}
		case <-clock.C:
			return nil
		case <-ctx.Done():
			return nil
		}
	}
}

type orderLine struct {
	order
	err error
}

// readOrders reads orders until the input ends or one isn't understood.
func readOrders(ctx context.Context, in io.Reader) <-chan orderLine {
	lines := make(chan orderLine)
	go func() {
		defer close(lines)
		for s := bufio.NewScanner(in); s.Scan(); {
			var o orderLine
			if err := json.Unmarshal(s.Bytes(), &o.order); err != nil || !o.complete() {
				o.err = ErrOrder
			}
			select {
			case lines <- o:
			case <-ctx.Done():
				return
			}
		}
	}()
	return lines
}

// complete reports whether an order says what it has to.
func (o order) complete() bool {
	return o.Linger || o.Forget || len(o.Salt) > 0 && len(o.Sum) > 0 && o.After > 0 && (o.Method == Native || o.Method == Tmux && o.Buffer != "")
}

// finish clears what is still ours.
func (k *keeper) finish() Outcome {
	last := k.orders[len(k.orders)-1]
	if now := last.Turn.now(); now != "" && now != last.Turn.Token && now != k.before {
		return Overtaken
	}
	defer last.Turn.end()
	if k.forgets { // a look would find, and clear, the same text if it is copied again in this moment
		return Cleared
	}
	if last.Method == Tmux {
		return k.clearTmux(last.Buffer)
	}
	return k.clearNative()
}

// A tool may have ended before the desktop heard of the text: after a copy so young, one look isn't enough.
const (
	settlesIn = 300 * time.Millisecond
	lookAgain = 20 * time.Millisecond
)

func (k *keeper) clearNative() Outcome {
	for {
		ours, err := k.nativeIsOurs()
		switch {
		case ours:
			return k.emptyNative()
		case errors.Is(err, errSilent):
			return Failed
		case time.Since(k.at) < settlesIn:
			time.Sleep(lookAgain)
		case err != nil:
			return Failed
		default:
			return Replaced
		}
	}
}

func (k *keeper) nativeIsOurs() (bool, error) {
	ctx, cancel := context.WithTimeout(context.Background(), k.wait)
	defer cancel()
	found := make(chan bool, 1)
	if err := within(ctx, func() error {
		text, err := k.env.Read()
		found <- err == nil && k.ours([]byte(text))
		return err
	}); err != nil {
		return false, err
	}
	return <-found, nil
}

func (k *keeper) emptyNative() Outcome {
	ctx, cancel := context.WithTimeout(context.Background(), k.wait)
	defer cancel()
	if within(ctx, func() error { return k.env.Write("") }) != nil {
		return Failed
	}
	return Cleared
}

// clearTmux deletes the buffer. What tmux handed to the terminal around it is out of reach.
func (k *keeper) clearTmux(buffer string) Outcome {
	ctx, cancel := context.WithTimeout(context.Background(), k.wait)
	defer cancel()
	t := tmux{buffer: buffer}
	text, err := t.show(ctx)
	switch {
	case ctx.Err() != nil:
		return Failed
	case err != nil || !k.ours(text):
		return Replaced // a buffer that is gone, or a tmux that is, holds nothing
	case t.remove(ctx) != nil:
		return Failed
	}
	return Cleared
}

// ours reports whether a text is one that we put there, and wipes it. It may be an earlier one, when the last never arrived.
func (k *keeper) ours(text []byte) bool {
	defer clear(text)
	for _, o := range k.orders {
		if o.fits(text) {
			return true
		}
	}
	return false
}

// within runs what may hang, and gives up on it when the time is over: nothing can end it.
func within(ctx context.Context, work func() error) error {
	done := make(chan error, 1)
	go func() {
		defer func() {
			if v := recover(); v != nil {
				done <- errors.New("its tool failed")
			}
		}()
		done <- work()
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return errSilent
	}
}
