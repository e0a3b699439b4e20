package main

import (
	"testing"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/deferred/deferredtest"
	"github.com/spindle-go/spindle/timeout"
)

func TestBrewInTime(t *testing.T) {
	deferredtest.CheckUnhandled(t) // a failure that nobody handles fails the test
	clock := timeout.NewVirtualClock(time.Unix(0, 0))
	drink := brew(clock, 3*time.Minute)

	clock.Advance(3*time.Minute - 1)
	deferredtest.NoResult(t, drink)

	clock.Advance(1)
	if got := deferredtest.SuccessOf(t, drink); got != "tea" {
		t.Errorf("got %q, want tea", got)
	}
	if left := clock.Calls(); len(left) > 0 {
		t.Errorf("%d calls are left on the clock", len(left))
	}
}

func TestBrewTooLate(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	clock := timeout.NewVirtualClock(time.Unix(0, 0))
	drink := brew(clock, time.Hour)

	clock.Advance(patience) // ten minutes go by at once
	if f := deferredtest.FailureOf(t, drink); f.Check(deferred.ErrTimeout) == nil {
		t.Errorf("got %v, want a timeout", f)
	}
	if left := clock.Calls(); len(left) > 0 {
		t.Errorf("%d calls are left on the clock", len(left))
	}
}
