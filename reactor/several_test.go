//go:build unix

package reactor_test

import (
	"testing"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/reactor"
	"github.com/spindle-go/spindle/threads"
)

// What others ask of a loop.
var (
	_ deferred.Clock = (*reactor.Reactor)(nil)
	_ threads.Caller = (*reactor.Reactor)(nil)
	_ interface {
		OnLoop() bool
		Stopped() <-chan struct{}
		ThreadPool() *threads.Pool
	} = (*reactor.Reactor)(nil)
)

// TestSeveralReactors plays ball between reactors on goroutines of their own.
func TestSeveralReactors(t *testing.T) {
	forEachPoller(t, func(w *world) {
		const reactors, rounds = 4, 500
		var ring [reactors]*reactor.Reactor
		var ends [reactors]chan error
		up := make(chan struct{}, reactors)
		for i := range ring {
			ring[i] = newReactor(w.T, reactor.WithPoller(w.kind))
			ends[i] = make(chan error, 1)
			ring[i].CallWhenRunning(func() { up <- struct{}{} })
			go func() { ends[i] <- ring[i].Run(within(w.T)) }()
		}
		for range ring {
			await(w.T, up, "the reactors to run")
		}
		over := make(chan struct{})
		var pass func(n int) func()
		pass = func(n int) func() {
			return func() {
				at := n % reactors
				for i, r := range ring {
					if r.OnLoop() != (i == at) {
						w.Errorf("OnLoop of reactor %d is %v on that of %d", i, r.OnLoop(), at)
					}
				}
				if n == rounds {
					close(over)
				} else if err := ring[(n+1)%reactors].CallFromThread(pass(n + 1)); err != nil {
					w.Error(err)
				}
			}
		}
		w.check(ring[0].CallFromThread(pass(0)))
		await(w.T, over, "the ball to have gone round")
		for i, r := range ring {
			w.check(r.Stop())
			w.check(await(w.T, ends[i], "Run to return"))
		}
	})
}

// TestReactorInsideAReactor runs one on the goroutine of another, which waits.
func TestReactorInsideAReactor(t *testing.T) {
	forEachPoller(t, func(w *world) {
		inner := newReactor(w.T, reactor.WithPoller(w.kind))
		w.r.CallWhenRunning(func() {
			inner.CallWhenRunning(func() { w.check(inner.Stop()) })
			w.check(inner.Run(within(w.T)))
			if !w.r.OnLoop() || inner.OnLoop() {
				w.Error("the outer reactor has lost its goroutine")
			}
			w.check(w.r.Stop())
		})
		w.run()
	})
}
