package reactor

import (
	"fmt"
	"time"

	"github.com/spindle-go/spindle/timeout"
)

// CallLater has f called on the loop's goroutine after d, in the first turn that
// begins at or after the deadline, never earlier; calls with one deadline run in
// the order in which they were made. Made inside a turn, a call with d of 0 runs
// in the next one. A negative d and a nil f panic.
//
// Before Run the call waits, and counts from now on. When the reactor stops,
// pending calls stay; if it runs again, they run late. Loop goroutine only, or
// before Run. It costs O(log n) among n pending calls and one allocation. It is
// Twisted's callLater.
func (r *Reactor) CallLater(d time.Duration, f func()) *timeout.DelayedCall {
	r.own()
	if d < 0 {
		panic(fmt.Sprintf("reactor: CallLater with a negative delay: %v", d))
	}
	if f == nil {
		panic("reactor: CallLater with a nil function")
	}
	return r.delayed.Add(d, f)
}

// AfterFunc is CallLater in the shape that deferred.Clock wants: stop takes the
// call back and reports whether it was in time. Loop goroutine only, stop too. It
// costs two allocations.
func (r *Reactor) AfterFunc(d time.Duration, f func()) (stop func() bool) {
	c := r.CallLater(d, f)
	return func() bool { return c.Cancel() == nil }
}

// DelayedCalls returns the pending delayed calls, in the order in which they will
// run, in a slice that is the caller's. Loop goroutine only. It sorts, so it is
// for tests and for a look inside. It is Twisted's getDelayedCalls.
func (r *Reactor) DelayedCalls() []*timeout.DelayedCall {
	r.own()
	return r.delayed.Calls()
}

// runDelayed runs the calls that were due when the turn began: made before the
// mark, with a deadline up to now. What they are late is told by a look at the
// clock just before the first: descriptors and thread calls have run meanwhile.
func (r *Reactor) runDelayed(now time.Duration, mark uint64) {
	f, at, ok := r.delayed.Pop(now, mark)
	if !ok {
		return
	}
	for actual := r.elapsed(); ok; f, at, ok = r.delayed.Pop(now, mark) {
		r.counters.late(actual, at)
		_ = r.invoke(job{what: delayedCall, f: f})
	}
}
