//go:build unix

package reactor_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/deferred/deferredtest"
	"github.com/spindle-go/spindle/reactor"
	"github.com/spindle-go/spindle/threads"
	"github.com/spindle-go/spindle/timeout"
)

// runs runs r until main, or what it began, has stopped it.
func runs(t *testing.T, r *reactor.Reactor, main func()) {
	t.Helper()
	r.CallWhenRunning(main)
	run(t, r)
}

// TestStopEndsCoroutines has some that wait for a timer and for nothing at all
// when the reactor stops.
func TestStopEndsCoroutines(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	r := newReactor(t)
	var log []string
	var outs []*deferred.Deferred[struct{}]
	begin := func(name string, d func() *deferred.Deferred[struct{}]) {
		outs = append(outs, chain.Async(func(co *chain.Co) (struct{}, error) {
			defer func() { log = append(log, name) }()
			v, err := chain.Await(co, d())
			log = append(log, name+" came back")
			return v, err
		}))
	}
	runs(t, r, func() {
		begin("timer", func() *deferred.Deferred[struct{}] { return timeout.Sleep(r, time.Hour) })
		begin("nothing", func() *deferred.Deferred[struct{}] { return deferred.New[struct{}]() })
		if err := r.Stop(); err != nil {
			t.Error(err)
		}
	})
	for i, name := range []string{"timer", "nothing"} {
		if !slices.Contains(log, name) || slices.Contains(log, name+" came back") {
			t.Errorf("%s: the log is %q", name, log)
		}
		if f := deferredtest.FailureOf(t, outs[i]); !errors.Is(f, deferred.ErrAbandoned) {
			t.Errorf("%s: %v", name, f)
		}
	}
}

// TestCoroutineIsOnTheLoop, and so it is told when it would block the loop.
func TestCoroutineIsOnTheLoop(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	r := newReactor(t)
	var before, after bool
	var err error
	runs(t, r, func() {
		chain.Async(func(co *chain.Co) (int, error) {
			defer func() { _ = r.Stop() }()
			before = r.OnLoop()
			if _, err := chain.Await(co, timeout.Sleep(r, time.Millisecond)); err != nil {
				return 0, err
			}
			after = r.OnLoop()
			_, err = threads.BlockingCallFromThread(t.Context(), r, func() *deferred.Deferred[int] { return deferred.Succeed(1) })
			return 0, nil
		})
	})
	if !before || !after {
		t.Errorf("on the loop: %v before a wait, %v after it", before, after)
	}
	if !errors.Is(err, threads.ErrOnLoop) {
		t.Errorf("a blocking call answered %v", err)
	}
	if r.OnLoop() {
		t.Error("on the loop of a reactor that does not run")
	}
}

// TestReactorRunsInACoroutine of another loop, and each has its own.
func TestReactorRunsInACoroutine(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	outer, inner := newReactor(t), newReactor(t)
	ended := ""
	runs(t, outer, func() {
		chain.Async(func(co *chain.Co) (int, error) {
			runs(t, inner, func() {
				chain.Async(func(co *chain.Co) (int, error) {
					defer func() { ended += "inner " }()
					return chain.Await(co, deferred.New[int]())
				})
				_ = inner.Stop()
			})
			if !outer.OnLoop() || inner.OnLoop() {
				t.Error("after the inner reactor, the coroutine is not on the outer loop alone")
			}
			defer func() { ended += "outer" }()
			_ = outer.Stop()
			return chain.Await(co, deferred.New[int]())
		})
	})
	if want := "inner outer"; strings.TrimSpace(ended) != want {
		t.Errorf("ended %q, want %q", ended, want)
	}
}
