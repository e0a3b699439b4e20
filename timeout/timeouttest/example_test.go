package timeouttest_test

import (
	"testing"
	"time"

	"github.com/spindle-go/spindle/timeout"
	"github.com/spindle-go/spindle/timeout/timeouttest"
)

// virtual drives a VirtualClock.
type virtual struct {
	*timeout.VirtualClock
	t *testing.T
}

// Run lets one deadline pass after the other.
func (v virtual) Run(until func() bool) {
	for !until() {
		if !v.RunNext() {
			v.t.Fatal("no call is pending")
		}
	}
}

// A test of a clock is one call. It needs a *testing.T, so that nothing is printed
// here.
func ExampleTestClock() {
	testVirtualClock := func(t *testing.T) {
		timeouttest.TestClock(t, func(t *testing.T) timeouttest.Harness {
			return virtual{timeout.NewVirtualClock(time.Unix(0, 0)), t}
		})
	}
	_ = testVirtualClock
}
