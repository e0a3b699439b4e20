package timeout_test

import (
	"fmt"
	"math"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/deferred/deferredtest"
	"github.com/spindle-go/spindle/timeout"
	"github.com/spindle-go/spindle/timeout/timeouttest"
)

func TestLoopGrid(t *testing.T) {
	tests := []struct {
		name  string
		every time.Duration
		now   bool
		acts  func(l *loopTest) []func() done
		by    time.Duration
		want  []called
	}{
		{"now", 2 * second, true, nil, 4 * second, []called{{0, 1}, {2 * second, 1}, {4 * second, 1}}},
		{"not now", 2 * second, false, nil, 4 * second, []called{{2 * second, 1}, {4 * second, 1}}},
		{"slow", 2 * second, true, func(l *loopTest) []func() done {
			return []func() done{l.sleeps(second), l.sleeps(3 * second), l.sleeps(9 * second)}
		}, 18 * second, []called{{0, 1}, {2 * second, 1}, {6 * second, 2}, {16 * second, 5}, {18 * second, 1}}},
		// The work ends on the grid: that instant is over, the next is a slot on.
		{"exactly a slot", 2 * second, true, func(l *loopTest) []func() done {
			return []func() done{l.sleeps(2 * second), l.sleeps(4 * second)}
		}, 10 * second, []called{{0, 1}, {4 * second, 2}, {10 * second, 3}}},
		{"a nanosecond less", 2 * second, true, func(l *loopTest) []func() done {
			return []func() done{l.sleeps(2*second - 1)}
		}, 4 * second, []called{{0, 1}, {2 * second, 1}, {4 * second, 1}}},
		{
			"a third of a second", second / 3, false, nil, second,
			[]called{{333333333, 1}, {666666666, 1}, {999999999, 1}},
		},
		{"a nanosecond", 1, true, nil, 2, []called{{0, 1}, {1, 1}, {2, 1}}},
		{"no time at all for each", 2 * second, false, func(l *loopTest) []func() done {
			return []func() done{l.sleeps(0), func() done { return deferred.Succeed(struct{}{}) }}
		}, 4 * second, []called{{2 * second, 1}, {4 * second, 1}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			l := newLoopTest(t)
			if test.acts != nil {
				l.acts(test.acts(l)...)
			}
			d := l.Start(test.every, test.now)
			l.Advance(test.by)
			l.wantCalled(test.want...)
			l.wantRunning(true)
			deferredtest.NoResult(t, d)
			l.must(l.Stop())
			deferredtest.SuccessOf(t, d)
			l.wantCalls(0)
		})
	}
}

// TestLoopFarthest goes to the end of what can be counted.
func TestLoopFarthest(t *testing.T) {
	const every = math.MaxInt64 / 2
	l := newLoopTest(t)
	d := l.Start(every, true)
	l.Advance(2 * every)
	l.wantCalled(called{0, 1}, called{every, 1}, called{2 * every, 1})
	l.must(l.Stop())
	deferredtest.SuccessOf(t, d)
}

// TestLoopCountsManySlots passes over more slots than an int of 32 bits holds.
func TestLoopCountsManySlots(t *testing.T) {
	const slots = 5 * second
	l := newLoopTest(t)
	l.acts(l.sleeps(slots), l.stops)
	d := l.Start(1, true)
	l.Advance(slots + 1)
	l.wantCalled(called{0, 1}, called{slots + 1, int(min(int64(slots)+1, math.MaxInt))})
	deferredtest.SuccessOf(t, d)
}

// TestLoopAsFastAsPossible has an interval of 0: a call a turn, in which others
// have their turn too.
func TestLoopAsFastAsPossible(t *testing.T) {
	for _, now := range []bool{true, false} {
		t.Run(fmt.Sprint(now), func(t *testing.T) {
			const calls = 100
			l := newLoopTest(t)
			others := 0
			var other func()
			other = func() {
				if others++; others < calls {
					l.CallLater(0, other)
				}
			}
			l.act = func(call int) done {
				if call == calls {
					l.must(l.Stop())
				}
				return nil
			}
			l.CallLater(0, other)
			d := l.Start(0, now)
			for range 50 {
				l.RunNext()
			}
			if diff := len(l.calls) - others; diff < -1 || diff > 1 {
				t.Errorf("%d calls beside %d others", len(l.calls), others)
			}
			l.must(l.Reset())
			l.Advance(0)
			deferredtest.SuccessOf(t, d)
			if len(l.calls) != calls {
				t.Errorf("%d calls, want %d", len(l.calls), calls)
			}
			for _, c := range l.calls {
				if c.count != 1 {
					t.Errorf("a call was told %d slots, want 1", c.count)
				}
			}
		})
	}
}

func TestLoopReset(t *testing.T) {
	l := newLoopTest(t)
	d := l.Start(4*second, false)
	l.Advance(3 * second)
	l.must(l.Reset())
	l.Advance(3 * second)
	l.must(l.Reset()) // before the first call: the counting begins here
	l.Advance(5 * second)
	l.wantCalled(called{10 * second, 1})
	l.must(l.Reset())
	l.Advance(8 * second)
	l.wantCalled(called{10 * second, 1}, called{15 * second, 1}, called{19 * second, 1})
	l.must(l.Stop())
	deferredtest.SuccessOf(t, d)
}

// TestLoopResetCounts keeps the slots that passed before the reset.
func TestLoopResetCounts(t *testing.T) {
	l := newLoopTest(t)
	l.acts(l.sleeps(9 * second))
	d := l.Start(2*second, true)
	l.Advance(9*second + second/2)
	l.must(l.Reset()) // four slots and a half after the call
	l.Advance(2 * second)
	l.wantCalled(called{0, 1}, called{11*second + second/2, 5})
	l.must(l.Stop())
	deferredtest.SuccessOf(t, d)
}

func TestLoopResetInFlight(t *testing.T) {
	l := newLoopTest(t)
	l.acts(func() done {
		l.wantErr(l.Reset(), timeout.ErrLoopInFlight)
		return l.sleeps(3 * second)()
	})
	d := l.Start(2*second, true)
	l.Advance(second)
	l.wantErr(l.Reset(), timeout.ErrLoopInFlight)
	l.Advance(3 * second)
	l.wantCalled(called{0, 1}, called{4 * second, 2})
	l.must(l.Stop())
	deferredtest.SuccessOf(t, d)
}

// TestLoopEarlyClock has a clock that calls before it is time: no slot has two
// calls, and none is lost.
func TestLoopEarlyClock(t *testing.T) {
	clock := earlyClock{newTidyClock(t)}
	var calls []called
	l := timeout.NewLoop(clock, func(count int) done {
		calls = append(calls, called{clock.since(), count})
		return nil
	})
	d := l.Start(10, true)
	clock.Advance(35)
	if want := []called{{0, 1}, {10, 1}, {20, 1}, {30, 1}}; !slices.Equal(calls, want) {
		t.Errorf("called %v, want %v", calls, want)
	}
	if err := l.Stop(); err != nil {
		t.Error(err)
	}
	deferredtest.SuccessOf(t, d)
}

// earlyClock calls when a third of the time is missing.
type earlyClock struct{ tidyClock }

func (c earlyClock) AfterFunc(d time.Duration, f func()) (stop func() bool) {
	return c.tidyClock.AfterFunc(d-d/3, f)
}

// TestLoopOnClocks runs a loop on the virtual clock and on a real one.
func TestLoopOnClocks(t *testing.T) {
	clocks := map[string]func(t *testing.T) timeouttest.Harness{
		"virtual": func(t *testing.T) timeouttest.Harness { return virtual{timeout.NewVirtualClock(start), t} },
		"real":    func(t *testing.T) timeouttest.Harness { return newRealClock(t) },
	}
	for name, newClock := range clocks {
		t.Run(name, func(t *testing.T) {
			const every, calls = time.Millisecond, 5
			deferredtest.CheckUnhandled(t)
			clock := newClock(t)
			made, slots := 0, 0
			origin := clock.Now()
			var l *timeout.Loop
			l = timeout.NewLoop(clock, func(count int) done {
				made++
				slots += count
				if passed := clock.Now().Sub(origin); passed < time.Duration(slots)*every {
					t.Errorf("call %d for slot %d comes early, after %v", made, slots, passed)
				}
				if made < calls {
					return timeout.Sleep(clock, every/2)
				}
				if err := l.Stop(); err != nil {
					t.Error(err)
				}
				return nil
			})
			over := false
			d := l.Start(every, false).Finally(func() { over = true })
			clock.Run(func() bool { return over })
			deferredtest.SuccessOf(t, d)
			if made != calls || l.Running() {
				t.Errorf("%d calls, running: %v", made, l.Running())
			}
		})
	}
}

// TestLoopAllocations holds a loop to its figures: beside what the function
// takes, a call costs what the clock takes, which is two on a virtual clock.
func TestLoopAllocations(t *testing.T) {
	if os.Getenv("SPINDLE_DEBUG") == "1" {
		t.Skip("SPINDLE_DEBUG=1: debug mode allocates")
	}
	fired := deferred.Succeed(struct{}{})
	tests := []struct {
		name string
		act  func(clock timeout.LoopClock) done
	}{
		{"done", func(timeout.LoopClock) done { return nil }},
		{"fired", func(timeout.LoopClock) done { return fired }},
		{"in flight", func(clock timeout.LoopClock) done { return timeout.Sleep(clock, 0) }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			const runs = 1000
			clock := newTidyClock(t).VirtualClock
			own := testing.AllocsPerRun(runs, func() {
				test.act(clock)
				clock.Advance(second)
			})
			l := timeout.NewLoop(clock, func(int) done { return test.act(clock) })
			d := l.Start(second, true)
			if got := testing.AllocsPerRun(runs, func() { clock.Advance(second) }); got != own+2 {
				t.Errorf("%v allocations a call, want %v and 2", got, own)
			}
			if err := l.Stop(); err != nil {
				t.Error(err)
			}
			clock.Advance(0)
			deferredtest.SuccessOf(t, d)
		})
	}
}

// TestLoopStartAllocations holds Start to its figure, beside the clock's two.
func TestLoopStartAllocations(t *testing.T) {
	if os.Getenv("SPINDLE_DEBUG") == "1" {
		t.Skip("SPINDLE_DEBUG=1: debug mode allocates")
	}
	clock := newTidyClock(t).VirtualClock
	l := timeout.NewLoop(clock, func(int) done { return nil })
	if got := testing.AllocsPerRun(1000, func() {
		l.Start(second, false)
		if err := l.Stop(); err != nil {
			t.Fatal(err)
		}
	}); got != 2+2 {
		t.Errorf("%v allocations, want 2 and 2 of the clock", got)
	}
}
