//go:build unix

package reactor_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/spindle-go/spindle/reactor"
	"github.com/spindle-go/spindle/threads"
)

var errEnough = errors.New("enough")

func TestRunReturns(t *testing.T) {
	tests := []struct {
		name string
		end  func(w *world, cancel context.CancelCauseFunc)
		want error
	}{
		{"nil after Stop", func(w *world, _ context.CancelCauseFunc) { w.check(w.r.Stop()) }, nil},
		{"the cause after the context", func(_ *world, cancel context.CancelCauseFunc) { cancel(errEnough) }, errEnough},
		{"context.Canceled without a cause", func(_ *world, cancel context.CancelCauseFunc) { cancel(nil) }, context.Canceled},
		{"nil when Stop came before the context", func(w *world, cancel context.CancelCauseFunc) {
			w.check(w.r.Stop())
			cancel(errEnough)
		}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			forEachPoller(t, func(w *world) {
				ctx, cancel := context.WithCancelCause(within(t))
				w.r.CallWhenRunning(func() { test.end(w, cancel) })
				if err := w.r.Run(ctx); err != test.want { //nolint:errorlint // the error itself is promised
					w.Errorf("Run answers %v, want %v", err, test.want)
				}
			})
		})
	}
}

func TestRunWithAnEndedContext(t *testing.T) {
	w := newWorld(t, reactor.Epoll)
	ctx, cancel := context.WithCancelCause(background)
	cancel(errEnough)
	ran := false
	w.r.CallWhenRunning(func() { ran = true; _ = w.r.Stop() })
	w.check(w.r.CallFromThread(nothing))
	w.checkIs(w.r.Run(ctx), errEnough)
	if s := w.r.Stats(); ran || s.Turns != 0 || s.ThreadCalls != 1 {
		w.Errorf("ran %v, %+v: such a Run must do nothing", ran, s)
	}
	w.run()
}

// TestContextEndsAnIdleLoop has nothing in it but the end of the context.
func TestContextEndsAnIdleLoop(t *testing.T) {
	forEachPoller(t, func(w *world) {
		ctx, cancel := context.WithCancelCause(within(w.T))
		end := make(chan error, 1)
		up := make(chan struct{})
		w.r.CallWhenRunning(func() { close(up) })
		go func() { end <- w.r.Run(ctx) }()
		await(w.T, up, "the reactor to run")
		cancel(errEnough)
		w.checkIs(await(w.T, end, "Run to return"), errEnough)
	})
}

func TestStopFromAnotherGoroutine(t *testing.T) {
	forEachPoller(t, func(w *world) {
		end := w.start()
		if w.r.OnLoop() {
			w.Error("OnLoop is true on the test's goroutine")
		}
		w.on(func() {
			if !w.r.OnLoop() {
				w.Error("OnLoop is false on the loop's goroutine")
			}
		})
		w.stop(end)
		if w.r.OnLoop() {
			w.Error("OnLoop is true although nothing runs")
		}
	})
}

// TestRunAgain runs one reactor many times, with work of every sort in each.
func TestRunAgain(t *testing.T) {
	forEachPoller(t, func(w *world) {
		for range 20 {
			a, b := w.pair()
			w.check(w.r.AddReader(a))
			var order []string
			note := func(name string) func() { return func() { order = append(order, name) } }
			w.r.CallWhenRunning(func() {
				note("running")()
				w.check(w.r.CallFromThread(note("thread call")))
			})
			w.r.CallLater(0, func() { note("timer")(); b.send() })
			a.onRead = func() error { a.drain(); note("reader")(); return w.r.Stop() }
			stopped := w.r.Stopped()
			w.run()
			wantOrder(w.T, order, "running", "thread call", "timer", "reader")
			a.wantLost(reactor.ErrStopped)
			await(w.T, stopped, "Stopped's channel")
		}
	})
}

// TestRunOnAnotherGoroutine hands a reactor on from goroutine to goroutine.
func TestRunOnAnotherGoroutine(t *testing.T) {
	forEachPoller(t, func(w *world) {
		for range 3 {
			end := w.start()
			w.on(func() {
				w.r.CallLater(0, nothing)
				if !w.r.OnLoop() {
					w.Error("OnLoop is false on the loop's goroutine")
				}
			})
			w.stop(end)
		}
	})
}

// TestDelayedCallsStay leaves a call pending at the end of one run, which the next
// one runs.
func TestDelayedCallsStay(t *testing.T) {
	forEachPoller(t, func(w *world) {
		w.r.CallWhenRunning(func() { _ = w.r.Stop() })
		w.run()
		w.r.CallLater(0, func() { _ = w.r.Stop() })
		w.run()
		w.r.CallWhenRunning(func() {
			_ = w.r.Stop()
			w.r.CallLater(patience, func() { w.Error("it ran after the end") })
		})
		w.run()
		left := w.r.DelayedCalls()
		if len(left) != 1 {
			w.Fatalf("%d calls are left, want 1", len(left))
		}
		w.check(left[0].Cancel())
	})
}

// TestStopEndsTheTurnFirst is what Twisted promises of stop: what was due in its
// turn still runs, and statements behind it too.
func TestStopEndsTheTurnFirst(t *testing.T) {
	forEachPoller(t, func(w *world) {
		var order []string
		w.r.AddSystemEventTrigger(reactor.Before, reactor.Shutdown, noted(func() { order = append(order, "shutdown") }))
		w.check(w.r.CallFromThread(func() {
			w.check(w.r.Stop())
			w.checkIs(w.r.Stop(), reactor.ErrNotRunning)
			order = append(order, "behind Stop")
		}))
		w.check(w.r.CallFromThread(func() { order = append(order, "thread call") }))
		w.r.CallLater(0, func() { order = append(order, "timer") })
		w.run()
		wantOrder(w.T, order, "behind Stop", "thread call", "timer", "shutdown")
	})
}

// TestStopRaces has Stop, the end of contexts and thread calls come from all sides
// while runs end and begin. Every accepted call runs, once, and every run ends.
func TestStopRaces(t *testing.T) {
	forEachPoller(t, func(w *world) {
		const runs = 300
		var accepted, ran, stops, ends int64
		quit := make(chan struct{})
		var others sync.WaitGroup
		others.Go(func() {
			for !over(quit) {
				if w.r.CallFromThread(func() { ran++ }) == nil {
					accepted++
				}
			}
		})
		others.Go(func() {
			for !over(quit) {
				if w.r.Stop() == nil {
					stops++
				}
			}
		})
		var endLatest atomic.Pointer[func()]
		others.Go(func() {
			for !over(quit) {
				if end := endLatest.Swap(nil); end != nil {
					(*end)()
				}
			}
		})
		for run := range runs {
			ctx, cancel := context.WithCancelCause(within(w.T))
			cause := fmt.Errorf("the end of run %d", run)
			end := func() { cancel(cause) }
			endLatest.Store(&end)
			switch err := w.r.Run(ctx); {
			case errors.Is(err, cause):
				ends++
			case err != nil:
				w.Errorf("run %d: %v", run, err)
			}
			cancel(nil)
		}
		close(quit)
		others.Wait()
		end := w.start() // for calls that were accepted before the first Run
		w.stop(end)
		if accepted != ran {
			w.Errorf("%d calls were accepted, and %d ran", accepted, ran)
		}
		if stops+ends != runs {
			w.Errorf("%d runs ended by Stop and %d by a context, of %d", stops, ends, runs)
		}
	})
}

// TestAbandonedReactorHoldsNothing is checked by TestMain, too.
func TestAbandonedReactorHoldsNothing(t *testing.T) {
	before := len(openDescriptors())
	forEachPoller(t, func(w *world) {
		a, _ := w.pair()
		w.check(w.r.AddReader(a))
		a.onLost = func() { w.checkIs(w.r.AddReader(a), reactor.ErrStopped) }
		w.check(w.r.Close())
		a.wantLost(reactor.ErrStopped)
		w.check(w.r.Close())
		w.check(w.r.AddReader(a)) // a closed reactor can still be used
		w.check(w.r.Close())
	})
	if after := len(openDescriptors()); after != before {
		t.Errorf("%d descriptors are open, %d before", after, before)
	}
}

// TestRunThatCannotBegin finds no descriptors left for it, and changes nothing.
func TestRunThatCannotBegin(t *testing.T) {
	forEachPoller(t, func(w *world) {
		w.check(w.r.CallFromThread(func() { _ = w.r.Stop() }))
		stopped := w.r.Stopped()
		restore := exhaustDescriptors(w)
		err := w.r.Run(within(w.T))
		restore()
		if err == nil || errors.Is(err, errTooLong) {
			w.Fatalf("Run answers %v, want what the kernel says", err)
		}
		if closed(stopped) || w.r.Stats().ThreadCalls != 1 {
			w.Error("it counts as a run")
		}
		w.run()
	})
}

// over lets others go on, and reports whether quit is closed.
func over(quit <-chan struct{}) bool {
	runtime.Gosched()
	return closed(quit)
}

// closed reports whether c is closed.
func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// TestBrokenPoller ends Run with an error. There is no shutdown then, but all else
// is given back.
func TestBrokenPoller(t *testing.T) {
	forEachPoller(t, func(w *world) {
		ctx, cancel := context.WithCancelCause(within(w.T))
		w.r.CallWhenRunning(func() { cancel(errEnough) })
		w.checkIs(w.r.Run(ctx), errEnough) // which the next Run must not tell again

		ran := false
		w.r.AddSystemEventTrigger(reactor.Before, reactor.Shutdown, noted(func() { w.Error("shutdown") }))
		w.r.CallWhenRunning(func() {
			w.check(w.r.CallFromThread(func() { ran = true }))
			w.r.BreakPoller()
		})
		err := w.r.Run(within(w.T))
		if err == nil || !strings.HasPrefix(err.Error(), "reactor: waiting: ") || errors.Is(err, errEnough) {
			w.Errorf("Run answers %v", err)
		}
		if !ran {
			w.Error("an accepted call did not run")
		}
		w.checkIs(w.r.CallInThread(nothing), threads.ErrPoolStopped)
		w.checkIs(w.r.CallFromThread(nothing), reactor.ErrStopped)
	})
}

// TestCoroutine uses the reactor from a coroutine that the loop resumes: that is
// another goroutine, and yet the loop's time, as the race detector knows.
func TestCoroutine(t *testing.T) {
	forEachPoller(t, func(w *world) {
		next, stop := iter.Pull(func(yield func(struct{}) bool) {
			a, b := w.pair()
			a.onRead = func() error { a.drain(); return w.r.Stop() }
			w.check(w.r.AddReader(a))
			if yield(struct{}{}) {
				b.send()
				w.r.CallLater(0, nothing)
			}
		})
		defer stop()
		resume := func() { next() }
		inTurns(w.r, 1, resume)
		inTurns(w.r, 2, resume)
		w.run()
	})
}
