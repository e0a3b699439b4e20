package timeout_test

import (
	"testing"
	"time"

	"github.com/spindle-go/spindle/deferred/deferredtest"
	"github.com/spindle-go/spindle/timeout"
)

// tidyClock is a virtual clock that must have no calls when the test ends, of a
// test that must leave no failure unhandled.
type tidyClock struct {
	*timeout.VirtualClock
	t testing.TB
}

func newTidyClock(t testing.TB) tidyClock {
	t.Helper()
	deferredtest.CheckUnhandled(t)
	c := tidyClock{timeout.NewVirtualClock(start), t}
	t.Cleanup(func() { c.wantCalls(0) })
	return c
}

// wantCalls checks how many calls are pending.
func (c tidyClock) wantCalls(want int) {
	c.t.Helper()
	if got := len(c.Calls()); got != want {
		c.t.Errorf("%d calls on the clock, want %d", got, want)
	}
}

// since is the time that has passed on the clock.
func (c tidyClock) since() time.Duration { return c.Now().Sub(start) }
