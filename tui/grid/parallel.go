package grid

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// piece is how many rows a worker takes at a time: enough to make the taking cheap, few enough that a stop is noticed within a millisecond.
const piece = 8192

// parallel covers [0, n) in pieces, on all cores if that pays, and returns when all is done or stop is set. Each worker has a work function of its own
// from begin, and with it its own scratch space.
//
// A panic in a worker comes back in the caller, where Bubble Tea catches it and gives the terminal back. A goroutine's own would not be caught.
func parallel(n int, stop *atomic.Bool, begin func() func(lo, hi int)) {
	workers := min(runtime.GOMAXPROCS(0), 8, n/piece)
	var next atomic.Int64
	run := func() {
		work := begin()
		for !stop.Load() {
			lo := int(next.Add(piece)) - piece
			if lo >= n {
				return
			}
			work(lo, min(lo+piece, n))
		}
	}
	if workers < 2 {
		run()
		return
	}
	together(workers, run)
}

// together runs f n times at once.
func together(n int, f func()) {
	var wg sync.WaitGroup
	var failed atomic.Pointer[failure]
	for range n {
		wg.Go(func() {
			defer func() {
				if v := recover(); v != nil {
					failed.CompareAndSwap(nil, &failure{v, debug.Stack()})
				}
			}()
			f()
		})
	}
	wg.Wait()
	if f := failed.Load(); f != nil {
		panic(fmt.Errorf("%v\n\n%s", f.value, f.stack))
	}
}

// failure is a panic on its way from a worker to whom it worked for.
type failure struct {
	value any
	stack []byte
}
