//go:build unix

package reactor_test

import (
	"sync"
	"testing"

	"github.com/spindle-go/spindle/reactor"
)

// TestThreadCallsFromMany has 8 goroutines give 200 000 calls. Each runs once, in
// the order of its goroutine, and the waker's pipe is written to at most once for
// each turn.
func TestThreadCallsFromMany(t *testing.T) {
	const goroutines, each = 8, 25_000
	forEachPoller(t, func(w *world) {
		var ran [goroutines]int // how many of each; loop goroutine only
		left := goroutines
		end := w.start()
		var all sync.WaitGroup
		for g := range goroutines {
			all.Go(func() {
				for i := range each {
					if err := w.r.CallFromThread(func() {
						if ran[g] != i {
							w.Errorf("call %d of goroutine %d came as its %dth", i, g, ran[g])
						}
						if ran[g]++; ran[g] == each {
							left--
						}
					}); err != nil {
						w.Error(err)
					}
				}
			})
		}
		all.Wait()
		w.on(func() {
			if left > 0 {
				w.Errorf("%d goroutines' calls are not through, although a later one is: %v", left, ran)
			}
			if s := w.r.Stats(); s.Wakeups >= s.Turns+1 {
				w.Errorf("%d bytes were written to the waker's pipe in %d turns", s.Wakeups, s.Turns)
			}
		})
		w.stop(end)
	})
}

// TestThreadCallsBeforeRun are run in the first turn, in order.
func TestThreadCallsBeforeRun(t *testing.T) {
	forEachPoller(t, func(w *world) {
		var order []string
		for _, name := range []string{"first", "second"} {
			w.check(w.r.CallFromThread(func() { order = append(order, name) }))
		}
		if n := w.r.Stats().ThreadCalls; n != 2 {
			w.Errorf("%d calls wait, want 2", n)
		}
		w.r.CallWhenRunning(func() { order = append(order, "running") })
		w.check(w.r.CallFromThread(func() {
			if turns := w.r.Stats().Turns; turns != 1 {
				w.Errorf("they ran in turn %d", turns)
			}
			w.check(w.r.Stop())
		}))
		w.run()
		wantOrder(w.T, order, "running", "first", "second")
	})
}

// TestThreadCallByThreadCall runs in the next turn, when descriptors and timers
// have had theirs.
func TestThreadCallByThreadCall(t *testing.T) {
	forEachPoller(t, func(w *world) {
		a, b := w.pair()
		w.check(w.r.AddReader(a))
		var order []string
		a.onRead = func() error { a.drain(); order = append(order, "reader"); return nil }
		w.check(w.r.CallFromThread(func() {
			turn := w.r.Stats().Turns
			w.check(w.r.CallFromThread(func() {
				order = append(order, "made by it")
				if now := w.r.Stats().Turns; now != turn+1 {
					w.Errorf("it was made in turn %d and ran in %d", turn, now)
				}
				w.check(w.r.Stop())
			}))
			b.send()
			w.r.CallLater(0, func() { order = append(order, "timer") })
			order = append(order, "thread call")
		}))
		w.run()
		// The timer was not there when the first turn began, and comes after the
		// thread calls of the second.
		wantOrder(w.T, order, "thread call", "reader", "made by it", "timer")
	})
}

// TestThreadCallsAfterTheEnd are accepted until the loop has ended, and refused
// from then on.
func TestThreadCallsAfterTheEnd(t *testing.T) {
	forEachPoller(t, func(w *world) {
		ran := false
		w.r.AddSystemEventTrigger(reactor.After, reactor.Shutdown, noted(func() {
			w.check(w.r.CallFromThread(func() {
				ran = true
				w.checkIs(w.r.CallFromThread(nothing), reactor.ErrStopped)
				if !w.r.OnLoop() {
					w.Error("OnLoop is false in a last call")
				}
			}))
		}))
		w.r.CallWhenRunning(func() { w.check(w.r.Stop()) })
		w.run()
		if !ran {
			w.Error("a call was accepted and did not run")
		}
	})
}

// TestBurstIsNotKept gives many calls at once, twice, and looks when the turn of the
// second is over: if the loop went to sleep then, their memory must not stay.
func TestBurstIsNotKept(t *testing.T) {
	r := newReactor(t)
	burst := func() {
		for range 10 * reactor.KeepCalls {
			if err := r.CallFromThread(nothing); err != nil {
				t.Error(err)
			}
		}
	}
	burst()
	inTurns(r, 1, func() {
		burst()
		r.CallLater(0, func() { // comes behind the thread calls of the next turn
			if n := r.CallsCap(); n > reactor.KeepCalls {
				t.Errorf("there is room for %d calls", n)
			}
			if err := r.Stop(); err != nil {
				t.Error(err)
			}
		})
	})
	run(t, r)
}
