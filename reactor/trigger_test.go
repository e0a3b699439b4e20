//go:build unix

package reactor_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/reactor"
)

// held is a trigger's answer that keeps the next phase waiting.
type held = *deferred.Deferred[struct{}]

// noted is a trigger that holds up nothing.
func noted(f func()) func() held { return func() held { f(); return nil } }

// later is a Deferred that fires three turns on, when f has run.
func later(r *reactor.Reactor, f func()) held {
	wait := deferred.New[struct{}]()
	inTurns(r, 3, func() {
		f()
		_ = wait.Callback(struct{}{})
	})
	return wait
}

// inTurns calls f that many turns on.
func inTurns(r *reactor.Reactor, n int, f func()) {
	_ = r.CallFromThread(func() {
		if n == 1 {
			f()
			return
		}
		inTurns(r, n-1, f)
	})
}

func wantOrder(t testing.TB, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got  %q,\nwant %q", got, want)
	}
}

// TestPhases is the order of everything in one run, with a Deferred in each phase
// that holds the next.
func TestPhases(t *testing.T) {
	forEachPoller(t, func(w *world) {
		var order []string
		note := func(name string) { order = append(order, name) }
		for _, event := range []reactor.Event{reactor.Startup, reactor.Shutdown} {
			for _, phase := range []reactor.Phase{reactor.After, reactor.During, reactor.Before} {
				name := fmt.Sprint(event, phase)
				w.r.AddSystemEventTrigger(phase, event, func() held {
					note(name + " first")
					return later(w.r, func() { note(name + " held") })
				})
				w.r.AddSystemEventTrigger(phase, event, noted(func() { note(name + " second") }))
			}
		}
		a, _ := w.pair()
		w.check(w.r.AddReader(a))
		a.onLost = func() { note("lost") }
		w.r.CallWhenRunning(func() {
			note("running")
			w.check(w.r.CallFromThread(func() { note("stop"); w.check(w.r.Stop()) }))
		})
		w.run()
		wantOrder(w.T, order,
			"0 0 first", "0 0 second", "0 0 held",
			"0 1 first", "0 1 second", "0 1 held",
			"0 2 first", "0 2 second", "running", "stop",
			"1 0 first", "1 0 second", "0 2 held", "1 0 held",
			"lost", "1 1 first", "1 1 second", "1 1 held",
			"1 2 first", "1 2 second", "1 2 held")
		if n := len(w.r.DelayedCalls()); n > 0 {
			w.Errorf("%d delayed calls are left", n)
		}
	})
}

// TestHeldStartupDoesNotSpin counts the turns while a Deferred holds the startup.
func TestHeldStartupDoesNotSpin(t *testing.T) {
	forEachPoller(t, func(w *world) {
		running := false
		w.r.AddSystemEventTrigger(reactor.Before, reactor.Startup, func() held {
			w.r.CallWhenRunning(func() { running = true; _ = w.r.Stop() })
			wait := deferred.New[struct{}]()
			w.r.CallLater(20*time.Millisecond, func() {
				if running {
					w.Error("it runs although startup is held")
				}
				w.check(wait.Callback(struct{}{}))
			})
			return wait
		})
		w.run()
		if s := w.r.Stats(); !running || s.Turns > 3 {
			w.Errorf("running %v, after %d turns", running, s.Turns)
		}
	})
}

// TestLoopGoesOnWhileShutdownIsHeld has timers, thread calls and descriptors work
// over several turns in the Before phase of shutdown, when the reactor still
// counts as running.
func TestLoopGoesOnWhileShutdownIsHeld(t *testing.T) {
	forEachPoller(t, func(w *world) {
		a, b := w.pair()
		w.check(w.r.AddReader(a))
		var order []string
		wait := deferred.New[struct{}]()
		a.onRead = func() error {
			a.drain()
			order = append(order, "reader")
			a.wantLost()
			w.check(w.r.AddReader(b)) // nothing is refused yet
			return wait.Callback(struct{}{})
		}
		w.r.AddSystemEventTrigger(reactor.Before, reactor.Shutdown, func() held {
			w.r.CallWhenRunning(func() { order = append(order, "running") })
			w.r.CallLater(0, func() {
				order = append(order, "timer")
				w.check(w.r.CallFromThread(func() {
					order = append(order, "thread call")
					w.checkIs(w.r.Stop(), reactor.ErrNotRunning)
					b.send()
				}))
			})
			return wait
		})
		w.r.CallWhenRunning(func() { w.check(w.r.Stop()) })
		w.run()
		wantOrder(w.T, order, "running", "timer", "thread call", "reader")
		a.wantLost(reactor.ErrStopped)
		b.wantLost(reactor.ErrStopped)
	})
}

// TestNextPhaseBeginsAtTheEndOfTheTurn fires the Deferred in a DoRead, which must
// not lose its own descriptor under its hands.
func TestNextPhaseBeginsAtTheEndOfTheTurn(t *testing.T) {
	forEachPoller(t, func(w *world) {
		a, b := w.pair()
		w.check(w.r.AddReader(a))
		wait := deferred.New[struct{}]()
		w.r.AddSystemEventTrigger(reactor.Before, reactor.Shutdown, func() held { b.send(); return wait })
		a.onRead = func() error {
			a.drain()
			w.check(wait.Callback(struct{}{}))
			a.wantLost()
			return nil
		}
		w.r.CallWhenRunning(func() { w.check(w.r.Stop()) })
		w.run()
		a.wantLost(reactor.ErrStopped)
	})
}

// TestDescriptorsAreRefusedAtTheEnd tries to add one in each phase.
func TestDescriptorsAreRefusedAtTheEnd(t *testing.T) {
	forEachPoller(t, func(w *world) {
		tests := []struct {
			phase reactor.Phase
			want  error
		}{{reactor.Before, nil}, {reactor.During, reactor.ErrStopped}, {reactor.After, reactor.ErrStopped}}
		for _, test := range tests {
			w.r.AddSystemEventTrigger(test.phase, reactor.Shutdown, noted(func() {
				a, _ := w.pair()
				if err := w.r.AddWriter(a); !errors.Is(err, test.want) {
					w.Errorf("phase %d: %v, want %v", test.phase, err, test.want)
				}
			}))
		}
		w.r.CallWhenRunning(func() { w.check(w.r.Stop()) })
		w.run()
	})
}

// TestTriggersAreSpent has each of them run once, and be there again for the next
// run only if it was added again.
func TestTriggersAreSpent(t *testing.T) {
	w := newWorld(t, reactor.Epoll)
	runs := 0
	w.r.AddSystemEventTrigger(reactor.During, reactor.Startup, noted(func() { runs++ }))
	trigger := w.r.AddSystemEventTrigger(reactor.Before, reactor.Shutdown, noted(func() { runs++ }))
	for range 2 {
		w.r.CallWhenRunning(func() { w.check(w.r.Stop()) })
		w.run()
	}
	if runs != 2 {
		t.Errorf("the two ran %d times", runs)
	}
	w.checkIs(trigger.Remove(), reactor.ErrNoTrigger)
}

func TestRemoveTrigger(t *testing.T) {
	w := newWorld(t, reactor.Epoll)
	var order []string
	note := func(name string) func() held { return noted(func() { order = append(order, name) }) }
	w.r.AddSystemEventTrigger(reactor.Before, reactor.Startup, note("first"))
	removed := w.r.AddSystemEventTrigger(reactor.Before, reactor.Startup, note("removed"))
	w.check(removed.Remove())
	w.checkIs(removed.Remove(), reactor.ErrNoTrigger)
	w.checkIs(reactor.Trigger{}.Remove(), reactor.ErrNoTrigger)
	var next, self reactor.Trigger
	self = w.r.AddSystemEventTrigger(reactor.Before, reactor.Startup, noted(func() {
		order = append(order, "remover")
		w.check(next.Remove())
		w.checkIs(self.Remove(), reactor.ErrNoTrigger)
		w.r.AddSystemEventTrigger(reactor.Before, reactor.Startup, note("added by it"))
	}))
	next = w.r.AddSystemEventTrigger(reactor.Before, reactor.Startup, note("removed by it"))
	w.r.AddSystemEventTrigger(reactor.Before, reactor.Startup, note("last"))
	w.r.CallWhenRunning(func() { w.check(w.r.Stop()) })
	w.run()
	wantOrder(t, order, "first", "remover", "last", "added by it")
}

// TestStopDuringStartup ends a startup in each of its phases. What was not reached
// comes in the next run.
func TestStopDuringStartup(t *testing.T) {
	tests := []struct {
		phase reactor.Phase
		want  []string // in the first run, and then in the second
	}{
		{reactor.Before, []string{"stop", "Before", "shutdown", "", "During", "After", "running"}},
		{reactor.During, []string{"Before", "stop", "During", "shutdown", "", "After", "running"}},
		{reactor.After, []string{"Before", "During", "stop", "After", "running", "shutdown", ""}},
	}
	for _, test := range tests {
		t.Run(fmt.Sprint(test.phase), func(t *testing.T) {
			forEachPoller(t, func(w *world) {
				var order []string
				note := func(name string) func() { return func() { order = append(order, name) } }
				w.r.AddSystemEventTrigger(test.phase, reactor.Startup, noted(func() {
					note("stop")()
					w.check(w.r.Stop())
				}))
				for phase, name := range []string{"Before", "During", "After"} {
					w.r.AddSystemEventTrigger(reactor.Phase(phase), reactor.Startup, noted(note(name)))
				}
				w.r.CallWhenRunning(note("running"))
				w.r.AddSystemEventTrigger(reactor.During, reactor.Shutdown, noted(note("shutdown")))
				w.run()
				note("")()
				w.r.CallWhenRunning(func() { _ = w.r.Stop() })
				w.run()
				wantOrder(w.T, order, test.want...)
			})
		})
	}
}

// TestStopWhileStartupIsHeld leaves a Deferred behind that fires in the next run,
// whose own startup it must not touch.
func TestStopWhileStartupIsHeld(t *testing.T) {
	forEachPoller(t, func(w *world) {
		stale := deferred.New[struct{}]()
		w.r.AddSystemEventTrigger(reactor.Before, reactor.Startup, func() held { return stale })
		w.check(w.r.CallFromThread(func() { w.check(w.r.Stop()) }))
		w.run()

		var order []string
		note := func(name string) { order = append(order, name) }
		w.r.AddSystemEventTrigger(reactor.Before, reactor.Startup, func() held {
			w.r.CallLater(0, func() { note("stale"); w.check(stale.Callback(struct{}{})) })
			return later(w.r, func() { note("held") })
		})
		w.r.AddSystemEventTrigger(reactor.During, reactor.Startup, noted(func() { note("during") }))
		w.r.CallWhenRunning(func() { note("running"); w.check(w.r.Stop()) })
		w.run()
		wantOrder(w.T, order, "stale", "held", "during", "running")
	})
}

// TestFailedTriggers are logged by name, with the reason, and hold up nothing.
func TestFailedTriggers(t *testing.T) {
	forEachPoller(t, func(w *world) {
		take := reports(w.T)
		failed := deferred.Fail[struct{}](errEnough)
		w.r.AddSystemEventTrigger(reactor.Before, reactor.Startup, func() held { return failed })
		w.r.AddSystemEventTrigger(reactor.Before, reactor.Shutdown, func() held {
			wait := deferred.New[struct{}]()
			w.r.CallLater(0, func() { w.check(wait.Errback(errEnough)) })
			return wait
		})
		w.r.CallWhenRunning(func() {
			w.wantLog("a system event trigger failed", "TestFailedTriggers.func", "trigger_test.go", errEnough.Error())
			w.check(w.r.Stop())
		})
		w.run()
		w.wantLog("a system event trigger failed", "TestFailedTriggers.func", errEnough.Error())
		deferred.FlushUnhandled()
		if got := take(); len(got) > 0 {
			w.Errorf("failures that were logged are reported as unhandled, too: %v", got)
		}
		failed.AddBoth(func(v struct{}, err error) (struct{}, error) {
			w.checkIs(err, errEnough) // the result is still there
			return v, nil
		})
	})
}

func TestCallWhenRunning(t *testing.T) {
	forEachPoller(t, func(w *world) {
		var order []string
		note := func(name string) func() { return func() { order = append(order, name) } }
		w.r.AddSystemEventTrigger(reactor.Before, reactor.Startup, noted(func() {
			w.r.CallWhenRunning(note("asked before startup"))
			note("before startup")()
		}))
		w.r.AddSystemEventTrigger(reactor.During, reactor.Startup, noted(func() {
			w.r.CallWhenRunning(note("asked during startup"))
			note("during startup")()
		}))
		w.r.CallWhenRunning(func() {
			w.r.CallWhenRunning(note("asked when running"))
			note("running")()
			w.check(w.r.Stop())
			w.r.CallWhenRunning(note("asked after Stop"))
		})
		w.r.AddSystemEventTrigger(reactor.During, reactor.Shutdown, noted(func() {
			w.r.CallWhenRunning(note("asked during shutdown"))
		}))
		w.run()
		wantOrder(w.T, order, "before startup", "asked during startup", "during startup",
			"asked when running", "running", "asked after Stop", "asked before startup")
		order = nil
		w.r.CallWhenRunning(func() { w.check(w.r.Stop()) })
		w.run()
		wantOrder(w.T, order, "asked during shutdown")
	})
}
