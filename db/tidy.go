package db

import (
	"context"
	"sync"
	"time"
)

// tidyAfter is how long a store waits with tidying up, so that a change of many, in many transactions, is followed by one.
const tidyAfter = 500 * time.Millisecond

// tidy is what a store does behind its changes.
type tidy struct {
	mu      sync.Mutex
	waiting chan struct{} // closed by who doesn't want to wait; nil when there is nothing to do
	wg      sync.WaitGroup
}

// tidySoon compacts the store in a while, after a change that deleted an API key or rotated it away: its sealed copy is in
// no record any more, and would stay readable in the file. A store that is too large to be compacted unasked waits for the
// next `lanyard compact`. What goes wrong is nobody's concern: the change was made, and the next one tries again.
func (s *Store) tidySoon() {
	s.tidy.mu.Lock()
	defer s.tidy.mu.Unlock()
	if s.tidy.waiting != nil {
		return // what hasn't begun takes this away too
	}
	waiting := make(chan struct{})
	s.tidy.waiting = waiting
	s.tidy.wg.Go(func() {
		timer := time.NewTimer(tidyAfter)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-waiting:
		}
		s.tidy.mu.Lock()
		if s.tidy.waiting == waiting {
			s.tidy.waiting = nil
		}
		s.tidy.mu.Unlock()
		_, _ = s.compactIf(context.Background(), func(r Room) bool { return r.Free > 0 && r.Size <= quickSize })
	})
}

// tidyNow compacts if there is reason to, and waits for it. What takes longer is left to another process.
func (s *Store) tidyNow() {
	s.tidy.mu.Lock()
	if s.tidy.waiting != nil {
		close(s.tidy.waiting)
		s.tidy.waiting = nil
	}
	s.tidy.mu.Unlock()
	s.hurryDaily()
	s.tidy.wg.Wait()
	s.leaveDaily()
}
