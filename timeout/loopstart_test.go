package timeout_test

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/deferred/deferredtest"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/timeout"
)

func TestLoopStartTwice(t *testing.T) {
	l := newLoopTest(t)
	var inside done
	l.acts(func() done { inside = l.Start(second, true); return l.sleeps(second)() })
	d := l.Start(2*second, true)
	l.wantFailure(inside, timeout.ErrLoopRunning)
	l.wantFailure(l.Start(second, true), timeout.ErrLoopRunning) // in flight
	l.Advance(2 * second)
	l.wantFailure(l.Start(second, true), timeout.ErrLoopRunning) // between calls
	l.wantCalled(called{0, 1}, called{2 * second, 1})
	l.must(l.Stop())
	deferredtest.SuccessOf(t, d)
}

// TestLoopStartAgain starts a loop once more, after each kind of end.
func TestLoopStartAgain(t *testing.T) {
	ends := []struct {
		name string
		end  func(l *loopTest, d done)
	}{
		{"stopped", func(l *loopTest, _ done) { l.must(l.Stop()) }},
		{"cancelled", func(_ *loopTest, d done) { d.Cancel() }},
		{"failed", func(l *loopTest, _ done) {
			l.act = func(int) done { panic(errTest) }
			l.Advance(second)
			l.calls = l.calls[:1]
			l.acts()
		}},
	}
	for _, test := range ends {
		t.Run(test.name, func(t *testing.T) {
			l := newLoopTest(t)
			first := l.Start(second, true)
			test.end(l, first)
			first.Catch(func(*failure.Failure) {})
			l.Advance(time.Hour + second/2 - l.since())
			d := l.Start(2*second, false)
			l.Advance(4 * second)
			at := time.Hour + second/2
			l.wantCalled(called{0, 1}, called{at + 2*second, 1}, called{at + 4*second, 1})
			l.must(l.Stop())
			deferredtest.SuccessOf(t, d)
		})
	}
}

// TestLoopRestartInFlight stops and starts a loop while a call is in flight that
// takes 3.5 seconds. The new run has its own grid and Deferred, and waits for
// the old one's call.
func TestLoopRestartInFlight(t *testing.T) {
	const half = second / 2
	tests := []struct {
		name string
		now  bool
		then func(l *loopTest, d done) // a second after the restart
		want []called
		end  error // of the second run; nil: it goes on
	}{
		{"now", true, nil, []called{{0, 1}, {3*second + half, 2}, {6 * second, 1}}, nil},
		{"not now", false, nil, []called{{0, 1}, {6 * second, 2}}, nil},
		{
			"now, and reset", true, func(l *loopTest, _ done) { l.must(l.Reset()) },
			[]called{{0, 1}, {4 * second, 1}, {7 * second, 1}},
			nil,
		},
		{"cancelled", true, func(_ *loopTest, d done) { d.Cancel() }, []called{{0, 1}}, deferred.ErrCancelled},
		{"stopped again", true, func(l *loopTest, d done) {
			l.must(l.Stop())
			deferredtest.SuccessOf(t, d)
			l.wantErr(l.Stop(), timeout.ErrLoopNotRunning)
		}, []called{{0, 1}}, timeout.ErrLoopNotRunning},
	}
	for _, test := range tests {
		for _, inside := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, inside: %v", test.name, inside), func(t *testing.T) {
				l := newLoopTest(t)
				var again done
				restart := func() {
					l.must(l.Stop())
					again = l.Start(3*second, test.now)
					l.wantRunning(true)
					l.wantFailure(l.Start(second, true), timeout.ErrLoopRunning)
				}
				l.acts(func() done {
					if inside {
						restart()
					}
					return l.sleeps(3*second + half)()
				})
				d := l.Start(second, true)
				if !inside {
					restart()
				}
				l.Advance(second)
				if test.then != nil {
					test.then(l, again)
				}
				deferredtest.NoResult(t, d)
				l.Advance(7 * second)
				deferredtest.SuccessOf(t, d)
				l.wantCalled(test.want...)
				l.wantRunning(test.end == nil)
				switch {
				case test.end == nil:
					l.must(l.Stop())
					deferredtest.SuccessOf(t, again)
				case errors.Is(test.end, deferred.ErrCancelled):
					l.wantFailure(again, test.end)
				}
			})
		}
	}
}

// TestLoopCancelBothRuns cancels a run in flight and the one that waits for it.
func TestLoopCancelBothRuns(t *testing.T) {
	l := newLoopTest(t)
	l.acts(l.sleeps(time.Hour))
	first := l.Start(second, true)
	l.must(l.Stop())
	again := l.Start(second, true)
	first.Cancel()
	l.wantFailure(first, deferred.ErrCancelled)
	l.wantRunning(true)
	l.wantCalls(1) // the turn that the second run waits for
	again.Cancel()
	l.wantFailure(again, deferred.ErrCancelled)
	l.wantRunning(false)
	l.wantCalled(called{0, 1})
}

// TestLoopRestartAtItsEnd starts a loop in a callback of its own end, many times:
// each run takes a turn, and none takes more stack than the first.
func TestLoopRestartAtItsEnd(t *testing.T) {
	tests := []struct {
		name string
		act  func(l *loopTest) done
	}{
		{"stopped", (*loopTest).stops},
		{"failed", func(*loopTest) done { panic(errTest) }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			const runs = 1000
			l := newLoopTest(t)
			var depths []int
			l.act = func(int) done {
				depths = append(depths, stackDepth())
				return test.act(l)
			}
			var again func()
			again = func() {
				l.Start(second, true).Catch(func(*failure.Failure) {}).Finally(func() {
					if len(l.calls) < runs {
						again()
					}
				})
			}
			l.Start(second, false).Catch(func(*failure.Failure) {}).Finally(again)
			l.Advance(second)
			if len(l.calls) != runs {
				t.Errorf("%d runs, want %d", len(l.calls), runs)
			}
			if slices.Max(depths) > depths[0]+10 {
				t.Errorf("the stack is %d frames deep, after %d in the first run", slices.Max(depths), depths[0])
			}
			l.wantRunning(false)
		})
	}
}

// stackDepth is how many frames lie above the caller, or as many as matter.
func stackDepth() int {
	return runtime.Callers(2, make([]uintptr, 4096))
}

func TestLoopRefuses(t *testing.T) {
	clock := newTidyClock(t)
	nothing := func(int) done { return nil }
	tests := []struct {
		name, text string
		f          func()
	}{
		{"no clock", "clock, got nil", func() { timeout.NewLoop(nil, nothing) }},
		{"no function", "function, got nil", func() { timeout.NewLoop(clock, nil) }},
		{"no handler", "got nil", func() { timeout.GoOnAfterFailure(nil) }},
		{"a negative interval", "-1ns", func() { timeout.NewLoop(clock, nothing).Start(-1, true) }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { wantPanic(t, test.text, test.f) })
	}
	l := timeout.NewLoop(clock, nothing)
	if l.Running() {
		t.Error("a new loop is running")
	}
	for name, err := range map[string]error{"Stop": l.Stop(), "Reset": l.Reset()} {
		if !errors.Is(err, timeout.ErrLoopNotRunning) {
			t.Errorf("%s on a new loop answers %v", name, err)
		}
	}
}
