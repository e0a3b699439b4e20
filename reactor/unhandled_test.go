//go:build unix

package reactor_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/reactor"
)

// reports collects what the process reports as unhandled, until the test ends.
func reports(t *testing.T) (take func() []error) {
	t.Helper()
	deferred.FlushUnhandled()
	var mu sync.Mutex // two loops may report
	var got []error
	deferred.SetUnhandledHandler(func(u deferred.Unhandled) {
		mu.Lock()
		defer mu.Unlock()
		got = append(got, u.Failure)
	})
	t.Cleanup(func() { deferred.SetUnhandledHandler(nil) })
	return func() []error {
		mu.Lock()
		defer mu.Unlock()
		defer func() { got = nil }()
		return got
	}
}

// TestUnhandledAtTheEndOfTheTurn makes failures in each sort of callback. They are
// reported before the next turn, unless they were handled in theirs.
func TestUnhandledAtTheEndOfTheTurn(t *testing.T) {
	tests := []struct {
		name string
		call func(w *world, f func())
	}{
		{"thread call", func(w *world, f func()) { w.check(w.r.CallFromThread(f)) }},
		{"delayed call", func(w *world, f func()) { w.r.CallLater(0, f) }},
		{"startup", func(w *world, f func()) { w.r.CallWhenRunning(f) }},
		{"descriptor", func(w *world, f func()) {
			a, b := w.pair()
			a.onRead = func() error { a.drain(); f(); return nil }
			w.check(w.r.AddReader(a))
			b.send()
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			forEachPoller(t, func(w *world) {
				take := reports(w.T)
				test.call(w, func() {
					deferred.Fail[int](errEnough)
					handled := deferred.Fail[int](errors.New("handled later in the turn"))
					w.check(w.r.CallFromThread(func() {
						if got := take(); len(got) != 1 || !errors.Is(got[0], errEnough) {
							w.Errorf("the next turn began with reports of %v", got)
						}
						w.check(w.r.Stop())
					}))
					if got := take(); len(got) > 0 {
						w.Errorf("reported before the end of the turn: %v", got)
					}
					handled.Catch(func(*failure.Failure) {})
				})
				w.run()
				if got := take(); len(got) > 0 {
					w.Errorf("reported later: %v", got)
				}
			})
		})
	}
}

// TestUnhandledInTheLastTurn is reported before Run returns.
func TestUnhandledInTheLastTurn(t *testing.T) {
	forEachPoller(t, func(w *world) {
		take := reports(w.T)
		a, _ := w.pair()
		w.check(w.r.AddReader(a))
		a.onLost = func() {
			deferred.Fail[int](errEnough)
			w.check(w.r.CallFromThread(nothing))
		}
		w.r.AddSystemEventTrigger(reactor.After, reactor.Shutdown, noted(func() {
			w.check(w.r.CallFromThread(func() { deferred.Fail[int](errEnough) })) // runs behind the last turn
		}))
		w.r.CallWhenRunning(func() { w.check(w.r.Stop()) })
		w.run()
		if got := take(); len(got) != 2 {
			w.Errorf("reported: %v, want two", got)
		}
	})
}

// TestUnhandledInTwoReactors has two loops fail at the same time, and handle in
// the same turn what must not be reported.
func TestUnhandledInTwoReactors(t *testing.T) {
	forEachPoller(t, func(w *world) {
		const turns = 2000
		take := reports(w.T)
		errHandled := errors.New("handled")
		play := func(r *reactor.Reactor) error {
			made := 0
			var step func()
			step = func() {
				d := deferred.Fail[int](errHandled)
				deferred.Fail[int](errEnough)
				if made++; made == turns {
					_ = r.Stop()
				} else {
					_ = r.CallFromThread(step)
				}
				d.Catch(func(*failure.Failure) {})
			}
			r.CallWhenRunning(step)
			return r.Run(within(w.T))
		}
		other := newReactor(w.T, reactor.WithPoller(w.kind))
		ended := make(chan error, 1)
		go func() { ended <- play(other) }()
		w.check(play(w.r))
		w.check(await(w.T, ended, "the other reactor"))
		deferred.FlushUnhandled()
		got := take()
		for _, err := range got {
			w.checkIs(err, errEnough)
		}
		if len(got) != 2*turns {
			w.Errorf("%d reports, want %d", len(got), 2*turns)
		}
	})
}

// TestOtherReactorIsIdle must not put off a report: an idle loop is not in a turn.
func TestOtherReactorIsIdle(t *testing.T) {
	forEachPoller(t, func(w *world) {
		take := reports(w.T)
		idle := newReactor(w.T, reactor.WithPoller(w.kind))
		ctx, cancel := context.WithCancel(within(w.T))
		up, ended := make(chan struct{}), make(chan error, 1)
		idle.CallLater(0, func() { close(up) })
		go func() { ended <- idle.Run(ctx) }()
		await(w.T, up, "the other reactor")
		w.r.CallWhenRunning(func() { deferred.Fail[int](errEnough) })
		var look func()
		look = func() {
			if len(take()) == 1 {
				w.check(w.r.Stop())
				return
			}
			inTurns(w.r, 1, look) // the other one may still be in its last turn
		}
		inTurns(w.r, 1, look)
		w.run() // which fails if there is no report
		cancel()
		w.checkIs(await(w.T, ended, "the other reactor"), context.Canceled)
	})
}

// TestHandlerOpensAPhase fires, in the handler, the Deferred that holds startup:
// that is between two turns, when the loop is about to sleep for ever.
func TestHandlerOpensAPhase(t *testing.T) {
	forEachPoller(t, func(w *world) {
		wait := deferred.New[struct{}]()
		deferred.SetUnhandledHandler(func(deferred.Unhandled) { w.check(wait.Callback(struct{}{})) })
		defer deferred.SetUnhandledHandler(nil)
		w.r.AddSystemEventTrigger(reactor.Before, reactor.Startup, func() held {
			deferred.Fail[int](errEnough)
			return wait
		})
		w.r.CallWhenRunning(func() { w.check(w.r.Stop()) })
		w.run()
	})
}
