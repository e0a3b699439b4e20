package reactor

import (
	"fmt"
	"time"
)

// turn is one turn of the loop: wait, then run the descriptors that are ready,
// the thread calls that were there, and the delayed calls that were due when the
// turn began. What these add runs in the next turn, so none of them can starve the
// others.
func (r *Reactor) turn() error {
	turns, p := r.turns.Load(), r.poll.Load()
	turns.End()
	n, err := p.Wait(r.events, r.patience(), r.lookForWork)
	turns.Begin()
	if err != nil {
		return fmt.Errorf("reactor: waiting: %w", err)
	}
	r.own()
	r.counters.turns++
	r.calls.take()
	now, mark := time.Duration(0), r.delayed.Mark()
	if _, pending := r.delayed.Next(); pending { // otherwise nobody asks what time it is
		now = r.elapsed()
	}
	r.descriptors.dispatch(p, r.events[:n])
	r.runThreadCalls()
	r.runDelayed(now, mark)
	if r.beginShutdown() {
		r.passage = &passage{event: Shutdown}
	}
	r.proceed()
	return nil
}

// patience returns how long the loop may wait; negative is for ever.
func (r *Reactor) patience() time.Duration {
	if r.passage.open() {
		return 0 // what held it fired between two turns
	}
	at, ok := r.delayed.Next()
	if !ok {
		return -1
	}
	return max(at-r.elapsed(), 0)
}

// hasWork reports whether the loop has something to do that no descriptor will
// tell it of. The poller asks it after it has said that it is about to sleep.
func (r *Reactor) hasWork() bool {
	return r.lifeNow() == stopping || r.calls.length() > 0
}
