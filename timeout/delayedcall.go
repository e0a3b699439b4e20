package timeout

import (
	"math"
	"time"
)

// DelayedCall is the handle of one function that is to run at a deadline.
// CallLater of a reactor or of a VirtualClock makes it; the zero value is of no
// use.
//
// All its methods belong to the goroutine of the clock that made it, and none
// of them blocks. The race detector reports a use from another goroutine. A
// DelayedCall takes 32 bytes, and 24 more in its queue while it is pending.
type DelayedCall struct {
	// Fixed by Queue.Add.
	queue *Queue

	// Loop goroutine only.
	f     func()        // nil once the call has run or was cancelled
	when  time.Duration // the deadline, since the start of the queue
	place place
}

// place says where a call is, and with that which state it is in, so that the
// two cannot contradict.
//
//	from           event     to
//	pending (>=0)  Pop       ran
//	pending (>=0)  Cancel    cancelled
//	pending (>=0)  Reset, Delay, or another call that comes or goes: pending, perhaps at another index
//	ran            every change answers ErrAlreadyRun
//	cancelled      every change answers ErrAlreadyCancelled
//
// A pending call's place is its index in the heap. The heap moves it from index
// to index; leave moves it to an end.
type place int

const (
	ran       place = -1
	cancelled place = -2
)

// err is what a change of a call in this state answers: nil while the call is
// pending.
func (p place) err() error {
	switch p {
	case ran:
		return ErrAlreadyRun
	case cancelled:
		return ErrAlreadyCancelled
	default:
		return nil
	}
}

// Cancel takes the call back: it will not run, and the reference to its
// function is dropped at once. It answers ErrAlreadyRun when the call has run
// or is running, ErrAlreadyCancelled when it was cancelled before. It costs
// O(log n) among n pending calls, does not allocate, and leaves nothing behind
// in the queue. Loop goroutine only. The rules are those of Twisted's
// IDelayedCall.cancel.
func (c *DelayedCall) Cancel() error {
	c.queue.own()
	if err := c.place.err(); err != nil {
		return err
	}
	c.leave(cancelled)
	return nil
}

// Reset moves the deadline to d from now, earlier or later than it was. Among
// equal deadlines the call keeps its rank: what counts is when it was made, not
// when it was moved. A deadline too far away to be counted is the farthest
// there is. It answers ErrAlreadyRun or ErrAlreadyCancelled as Cancel does,
// then ErrNegativeDelay when d is negative; after an error nothing has changed.
// It costs O(log n) among n pending calls and does not allocate. Loop goroutine
// only. The rules are those of Twisted's IDelayedCall.reset.
func (c *DelayedCall) Reset(d time.Duration) error {
	c.queue.own()
	if err := c.place.err(); err != nil {
		return err
	}
	if d < 0 {
		return ErrNegativeDelay
	}
	c.move(saturatingAdd(c.queue.elapsed(), d))
	return nil
}

// Delay moves the deadline by d from where it is: later, or earlier when d is
// negative. Delays add up. A deadline that gets into the past stays there for
// Time, and the call is due at once. It answers ErrAlreadyRun or
// ErrAlreadyCancelled as Cancel does, and then nothing has changed. It costs
// O(log n) among n pending calls and does not allocate. Loop goroutine only.
// The rules are those of Twisted's IDelayedCall.delay.
func (c *DelayedCall) Delay(d time.Duration) error {
	c.queue.own()
	if err := c.place.err(); err != nil {
		return err
	}
	c.move(saturatingAdd(c.when, d))
	return nil
}

// Active reports whether the call is still to run. It is false inside the
// call's own function, as in Twisted. Loop goroutine only.
func (c *DelayedCall) Active() bool {
	c.queue.own()
	return c.place >= 0
}

// Time is the deadline, with all resets and delays so far; of a call that has
// run or was cancelled, the last one it had. Loop goroutine only.
func (c *DelayedCall) Time() time.Time {
	c.queue.own()
	return c.queue.start.Add(c.when)
}

// move gives a pending call a new deadline.
func (c *DelayedCall) move(when time.Duration) {
	c.when = when
	c.queue.heap.rekey(int(c.place), when)
}

// leave takes a pending call out of the heap, to one of the two ends, and gives
// the function that it held.
func (c *DelayedCall) leave(end place) (f func()) {
	c.queue.heap.remove(int(c.place))
	f, c.f = c.f, nil
	c.place = end
	return f
}

// saturatingAdd is a + b, or the end of the range that a + b runs past.
func saturatingAdd(a, b time.Duration) time.Duration {
	switch sum := a + b; {
	case b > 0 && sum < a:
		return math.MaxInt64
	case b < 0 && sum > a:
		return math.MinInt64
	default:
		return sum
	}
}
