package timeout_test

import (
	"testing"
	"time"

	"github.com/spindle-go/spindle/timeout"
	"github.com/spindle-go/spindle/timeout/timeouttest"
)

// TestClock plays the behaviour suite on the virtual clock, and on a real one
// made of nothing but a Queue.
func TestClock(t *testing.T) {
	t.Run("virtual", func(t *testing.T) {
		timeouttest.TestClock(t, func(t *testing.T) timeouttest.Harness {
			return virtual{timeout.NewVirtualClock(start), t}
		})
	})
	t.Run("real", func(t *testing.T) {
		timeouttest.TestClock(t, func(t *testing.T) timeouttest.Harness {
			return newRealClock(t)
		})
	})
}

// virtual drives a virtual clock from deadline to deadline.
type virtual struct {
	*timeout.VirtualClock
	t *testing.T
}

func (v virtual) Run(until func() bool) {
	for !until() {
		calls := v.Calls()
		if len(calls) == 0 {
			v.t.Fatal("no call is pending, and the condition does not hold")
		}
		v.Advance(max(0, calls[0].Time().Sub(v.Now())))
	}
}

// realClock is the smallest loop over a Queue: it waits for the next deadline
// and runs what is due, a batch a turn.
type realClock struct {
	*timeout.Queue
	t     *testing.T
	start time.Time
}

func newRealClock(t *testing.T) *realClock {
	c := &realClock{t: t, start: time.Now()}
	c.Queue = timeout.NewQueue(c.start, c.elapsed)
	return c
}

func (c *realClock) elapsed() time.Duration { return time.Since(c.start) }

func (c *realClock) Now() time.Time { return c.start.Add(c.elapsed()) }

func (c *realClock) CallLater(d time.Duration, f func()) *timeout.DelayedCall { return c.Add(d, f) }

func (c *realClock) AfterFunc(d time.Duration, f func()) (stop func() bool) {
	call := c.Add(d, f)
	return func() bool { return call.Cancel() == nil }
}

func (c *realClock) Run(until func() bool) {
	const longest = 10 * time.Second
	for giveUp := c.elapsed() + longest; !until(); {
		at, ok := c.Next()
		if !ok || at > giveUp {
			c.t.Fatalf("no call within %v, and the condition does not hold", longest)
		}
		<-time.NewTimer(at - c.elapsed()).C
		popAll(c.Queue, c.elapsed(), c.Mark())
	}
}
