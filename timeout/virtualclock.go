package timeout

import (
	"fmt"
	"math"
	"time"
)

// VirtualClock is a clock that stands still until it is told to move. Tests and
// simulations use it in the place of a reactor: it has the same CallLater and
// AfterFunc, over the same Queue. NewVirtualClock makes one; the zero value is
// of no use.
//
// It has no goroutine of its own: calls run inside Advance and RunNext, on the
// goroutine that called these. All methods belong to one goroutine at a time,
// and the race detector reports a use from another.
type VirtualClock struct {
	// Fixed after NewVirtualClock.
	queue *Queue

	// Loop goroutine only.
	now    time.Duration // since the start
	moving bool          // inside Advance or RunNext
}

// NewVirtualClock makes a clock that stands at start. Any goroutine; the clock
// belongs to the one that uses it.
func NewVirtualClock(start time.Time) *VirtualClock {
	c := &VirtualClock{}
	c.queue = NewQueue(start, func() time.Duration { return c.now })
	return c
}

// Now is the time that the clock shows; inside a call, the deadline of that
// call, or later when its deadline was moved into the past. Loop goroutine
// only.
func (c *VirtualClock) Now() time.Time {
	c.queue.own()
	return c.queue.start.Add(c.now)
}

// CallLater makes a delayed call: f runs when the clock has moved by d. A
// negative d and a nil f panic. It costs O(log n) among n pending calls and one
// allocation. Loop goroutine only.
func (c *VirtualClock) CallLater(d time.Duration, f func()) *DelayedCall {
	return c.queue.Add(d, f)
}

// AfterFunc is CallLater in builtin types, which makes a VirtualClock a
// deferred.Clock. stop takes the call back: it answers true when the call will
// not run because of that, false when it has run, is running, or was stopped
// before. A negative d and a nil f panic. Loop goroutine only, and stop too.
func (c *VirtualClock) AfterFunc(d time.Duration, f func()) (stop func() bool) {
	call := c.queue.Add(d, f)
	return func() bool { return call.Cancel() == nil }
}

// Calls gives the pending calls in the order they will run, in a slice that
// belongs to the caller. It costs O(n log n). Loop goroutine only.
func (c *VirtualClock) Calls() []*DelayedCall {
	return c.queue.Calls()
}

// Advance moves the clock by d and runs what becomes due, from one deadline to
// the next: every call sees its own deadline as Now. A call made on the way
// runs in the same Advance if it is due by the end of it. Afterwards the clock
// stands exactly d further than before, or at the farthest time it can count.
// At each instant it runs as a turn of the reactor does: first what was there,
// in order, then what that made.
//
// A panic in a call goes to the caller of Advance. That call has run; the clock
// stands at its deadline, and the remaining calls stay pending, so another
// Advance goes on from there. A reactor logs the panic and goes on by itself.
//
// A negative d panics, and so does Advance inside a call that the clock runs:
// time cannot move while it stands still for that call. Calls that for ever
// make further calls with no delay keep Advance from ending. Loop goroutine
// only. Twisted's Clock.advance jumps to the end first, so that all calls see
// the final time.
func (c *VirtualClock) Advance(d time.Duration) {
	if d < 0 {
		panic(fmt.Sprintf("timeout: a clock cannot go back, Advance got %v", d))
	}
	c.enter("Advance")
	defer c.leave()
	end := saturatingAdd(c.now, d)
	for at, ok := c.queue.Next(); ok && at <= end; at, ok = c.queue.Next() {
		c.turn(max(at, c.now))
	}
	c.now = end
}

// RunNext moves the clock to the next deadline and runs the first call of
// Calls, that one alone. It answers false when there is none. A call that is
// overdue runs without moving the clock. Panics are those of Advance. Loop
// goroutine only.
func (c *VirtualClock) RunNext() bool {
	c.enter("RunNext")
	defer c.leave()
	f, at, ok := c.queue.Pop(math.MaxInt64, math.MaxUint64)
	if ok {
		c.now = max(at, c.now)
		f()
	}
	return ok
}

// turn moves the clock to now and runs the calls that are due and were there
// before. A panic passes through to whoever moved the clock: in a test nobody
// is nearer to the fault.
func (c *VirtualClock) turn(now time.Duration) {
	c.now = now
	mark := c.queue.Mark()
	for f, _, ok := c.queue.Pop(now, mark); ok; f, _, ok = c.queue.Pop(now, mark) {
		f()
	}
}

// enter begins a move of the clock. Only one can be under way.
func (c *VirtualClock) enter(method string) {
	c.queue.own()
	if c.moving {
		panic("timeout: " + method + " inside a call that the clock runs; time stands still for that call")
	}
	c.moving = true
}

// leave ends a move of the clock, also one that a panic ends.
func (c *VirtualClock) leave() {
	c.moving = false
}
