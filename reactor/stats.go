package reactor

import "time"

// Stats is what a reactor has done, in all runs, and has to do. The zero value is
// that of a reactor that was just made.
type Stats struct {
	Turns     uint64 // turns of the loop
	Callbacks uint64 // calls into code that is not the reactor's
	Wakeups   uint64 // bytes written to the waker's pipe, at most one for each turn

	Timers    uint64        // delayed calls that ran
	LateTotal time.Duration // by how much they ran after their deadlines, in all
	LateMax   time.Duration // and the one that was latest

	ThreadCalls  int // functions of CallFromThread that wait for the next turn
	DelayedCalls int // delayed calls that wait
	Descriptors  int // numbers that are watched
}

// counters is the part of Stats that only grows. Loop goroutine only.
type counters struct {
	turns, callbacks, timers uint64
	lateTotal, lateMax       time.Duration
	wakeups                  uint64 // of the pollers of earlier runs
}

// late counts a delayed call that ran at now. A deadline before the start of all
// counting, to which a call can be moved, counts as that.
func (c *counters) late(now, deadline time.Duration) {
	by := now - max(deadline, 0)
	c.timers++
	c.lateTotal += by
	c.lateMax = max(c.lateMax, by)
}

// Stats returns the present figures. It takes a lock for some nanoseconds. Loop
// goroutine only, or when the reactor does not run; from elsewhere ask through
// CallFromThread.
func (r *Reactor) Stats() Stats {
	r.own()
	c := r.counters
	s := Stats{
		Turns:        c.turns,
		Callbacks:    c.callbacks,
		Wakeups:      c.wakeups,
		Timers:       c.timers,
		LateTotal:    c.lateTotal,
		LateMax:      c.lateMax,
		ThreadCalls:  r.calls.length(),
		DelayedCalls: r.delayed.Len(),
		Descriptors:  r.descriptors.count,
	}
	if p := r.poll.Load(); p != nil {
		s.Wakeups += p.Wakeups()
	}
	return s
}
