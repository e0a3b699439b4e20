package deferred

import "sync/atomic"

// Turns tells this package when the turns of one loop begin and end, so that
// failures can be reported at the end of the turn that left them behind. A
// reactor has one; a loop of one's own may have one too.
//
// Begin and End are called on the loop's goroutine. While the loop sleeps it is
// not in a turn.
type Turns struct {
	in atomic.Bool // read by the tracker on behalf of other loops
}

// NewTurns makes the tracker expect the turns of one more loop, until Close.
func NewTurns() *Turns {
	t := &Turns{}
	unhandled.mu.Lock()
	defer unhandled.mu.Unlock()
	if unhandled.turns == nil {
		unhandled.turns = make(map[*Turns]struct{})
	}
	unhandled.turns[t] = struct{}{}
	return t
}

// Begin says that callbacks may run from now on.
func (t *Turns) Begin() { t.in.Store(true) }

// End says that the turn is over. It reports the failures that it left
// unhandled, by calling the handler. With none to report it costs two atomic
// operations.
func (t *Turns) End() {
	t.in.Store(false)
	if unhandled.count.Load() > 0 {
		unhandled.ended(t)
	}
}

// Close ends the last turn, and says that there will be no more.
func (t *Turns) Close() {
	t.End()
	unhandled.mu.Lock()
	delete(unhandled.turns, t)
	unhandled.mu.Unlock()
}
