package deferred_test

import (
	"math"
	"testing"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// TestMisusePanics has each programming error with the text that it panics with.
func TestMisusePanics(t *testing.T) {
	d := newNumber()
	clock := newClock()
	both := func(v int, err error) (int, error) { return v, err }
	_, request := newNumber().Chain()
	rows := []struct {
		want string
		do   func()
	}{
		{"deferred: New with more than one canceller", func() { deferred.New[int](nil, nil) }},
		{"deferred: Fail with a nil error", func() { deferred.Fail[int](nil) }},
		{
			"deferred: Fail with the answer of Chain, which may only be returned from a callback: deferred: request to wait for a Deferred[int]",
			func() { deferred.Fail[int](request) },
		},
		{"deferred: Errback with a nil error", func() { _ = d.Errback(nil) }},
		{
			"deferred: Errback with the answer of Chain, which may only be returned from a callback: deferred: request to wait for a Deferred[int]",
			func() { _ = d.Errback(request) },
		},
		{"failure: New of a nil *Failure", func() { _ = d.Errback((*failure.Failure)(nil)) }},
		{"deferred: Maybe of a nil function", func() { deferred.Maybe[int](nil) }},
		{"deferred: Then with a nil function", func() { deferred.Then[int, int](d, nil) }},
		{"deferred: ThenBoth with a nil function", func() { deferred.ThenBoth[int, int](d, nil) }},
		{"deferred: AddCallbacks with neither a callback nor an errback", func() { d.AddCallbacks(nil, nil) }},
		{"deferred: AddCallback with a nil function", func() { d.AddCallback(nil) }},
		{"deferred: AddErrback with a nil function", func() { d.AddErrback(nil) }},
		{"deferred: AddBoth with a nil function", func() { d.AddBoth(nil) }},
		{"deferred: Tap with a nil function", func() { d.Tap(nil) }},
		{"deferred: Catch with a nil function", func() { d.Catch(nil) }},
		{"deferred: Finally with a nil function", func() { d.Finally(nil) }},
		{"deferred: ChainDeferred to nil", func() { d.ChainDeferred(nil) }},
		{"deferred: PassCancelTo nil", func() { d.PassCancelTo(nil) }},
		{"deferred: Unpause without Pause", d.Unpause},
		{"deferred: Pause more than 65535 times", func() {
			paused := newNumber()
			for range math.MaxUint16 + 1 {
				paused.Pause()
			}
		}},
		{"deferred: AddTimeout with a nil clock", func() { d.AddTimeout(second, nil) }},
		{"deferred: AddTimeout with a negative duration: -1s", func() { d.AddTimeout(-second, clock) }},
		{"deferred: AddTimeout with more than one onTimeout", func() { d.AddTimeout(second, clock, both, both) }},
		{"deferred: Adopt of a nil Deferred", func() { collect([]*number{d, nil}, ignore{}, deferred.PassAll) }},
		{"deferred: a second Adopt of a Collection", func() { collect(nil, ignore{}, deferred.PassAll).Adopt(nil) }},
		{"deferred: a second Adopt of a Collection", func() {
			var c deferred.Collection[int]
			c.Adopt([]*number{newNumber()})
			c.Adopt([]*number{newNumber()})
		}},
		{"deferred: a second Adopt of a Collection", func() {
			c := collect([]*number{newNumber()}, ignore{}, deferred.PassAll)
			c.Release()
			c.Adopt([]*number{newNumber()})
		}},
		{"deferred: Tell of a copy of a Collection", func() {
			var c deferred.Collection[int]
			c.Adopt([]*number{newNumber()})
			copied := c
			copied.Tell(ignore{}, deferred.PassAll)
		}},
		{"deferred: Tell with an unknown Passing", func() { collect(nil, ignore{}, deferred.PassNone+1) }},
		{"deferred: Tell of a Collection without Adopt", func() { new(deferred.Collection[int]).Tell(ignore{}, deferred.PassAll) }},
		{"deferred: Tell of a Collection after Release", func() {
			var c deferred.Collection[int]
			c.Adopt([]*number{newNumber()})
			c.Release()
			c.Tell(ignore{}, deferred.PassAll)
		}},
		{"deferred: a second Tell of a Collection", func() { collect(nil, ignore{}, deferred.PassAll).Tell(ignore{}, deferred.PassAll) }},
		{"deferred: Tell with a nil Collector", func() { collect(nil, nil, deferred.PassAll) }},
		{"deferred: Tell of a nil Deferred", func() { new(deferred.Single[int]).Tell(nil, 0, ignore{}, deferred.PassAll) }},
		{"deferred: Tell with a nil Collector", func() { new(deferred.Single[int]).Tell(newNumber(), 0, nil, deferred.PassAll) }},
		{"deferred: a second Tell of a Single", func() {
			var s deferred.Single[int]
			s.Tell(newNumber(), 0, ignore{}, deferred.PassAll)
			s.Tell(newNumber(), 0, ignore{}, deferred.PassAll)
		}},
	}
	for _, row := range rows {
		t.Run(row.want, func(t *testing.T) {
			defer func() {
				if got := recover(); got != row.want {
					t.Errorf("panic %v, want %q", got, row.want)
				}
			}()
			row.do()
		})
	}
	// None of them has left a step, a result or a delayed call behind.
	if d.Called() || len(clock.Calls()) > 0 {
		t.Errorf("what panicked has changed something: %v", d)
	}
	_ = d.Callback(1)
	if got := valueOf(t, d); got != 1 {
		t.Errorf("the value went through %d", got)
	}
}

// ignore is a collector that does nothing.
type ignore struct{}

func (ignore) Collect(int, int, error) {}
