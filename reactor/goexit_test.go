//go:build unix

package reactor_test

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/reactor"
	"github.com/spindle-go/spindle/threads"
)

// TestGoexit has a callback of each sort end the loop's goroutine. Everything is
// given back: accepted calls run, descriptors are told, jobs end, the reactor can
// run again.
func TestGoexit(t *testing.T) {
	tests := []struct {
		name string
		arm  func(w *world)
	}{
		{"thread call", func(w *world) {
			w.check(w.r.CallFromThread(runtime.Goexit))
		}},
		{"delayed call", func(w *world) { w.r.CallLater(0, runtime.Goexit) }},
		{"startup", func(w *world) {
			w.r.AddSystemEventTrigger(reactor.Before, reactor.Startup, noted(runtime.Goexit))
		}},
		{"running", func(w *world) { w.r.CallWhenRunning(runtime.Goexit) }},
		{"shutdown", func(w *world) {
			w.r.AddSystemEventTrigger(reactor.Before, reactor.Shutdown, noted(runtime.Goexit))
			w.r.CallWhenRunning(func() { w.check(w.r.Stop()) })
		}},
		{"end of shutdown", func(w *world) {
			w.r.AddSystemEventTrigger(reactor.After, reactor.Shutdown, noted(runtime.Goexit))
			w.r.CallWhenRunning(func() { w.check(w.r.Stop()) })
		}},
		{"DoRead", func(w *world) {
			a, b := w.pair()
			a.onRead = func() error { runtime.Goexit(); return nil }
			w.check(w.r.AddReader(a))
			b.send()
		}},
		{"every ConnectionLost, and calls at the end", func(w *world) {
			for range 3 {
				a, _ := w.pair()
				a.onLost = runtime.Goexit
				twin := a.twin()
				twin.onLost = runtime.Goexit
				w.check(w.r.AddReader(a))
				w.check(w.r.AddWriter(twin))
				w.Cleanup(func() { a.wantLost(reactor.ErrStopped); twin.wantLost(reactor.ErrStopped) })
				w.check(w.r.CallFromThread(runtime.Goexit))
			}
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			forEachPoller(t, func(w *world) {
				a, b := w.pair()
				w.check(w.r.AddReader(a))
				accepted, ran := 0, 0
				post := func() {
					if w.r.CallFromThread(func() { ran++ }) == nil {
						accepted++
					}
				}
				w.check(w.r.CallFromThread(post)) // which may be in the turn that is cut short
				post()
				test.arm(w)
				post()
				stopped := w.r.Stopped()
				ended := make(chan bool)
				returned := false
				go func() {
					defer func() { ended <- returned }()
					_ = w.r.Run(within(w.T))
					returned = true
				}()
				if await(w.T, ended, "the loop's goroutine to end") {
					w.Fatal("Run returned, although its goroutine was ended")
				}
				await(w.T, stopped, "Stopped's channel")
				if ran != accepted {
					w.Errorf("%d of %d accepted calls ran", ran, accepted)
				}
				a.wantLost(reactor.ErrStopped)
				w.checkIs(w.r.CallFromThread(nothing), reactor.ErrStopped)
				w.checkIs(w.r.Stop(), reactor.ErrNotRunning)
				w.wantLog("runtime.Goexit in", "ends the loop", "in=")
				w.runOnce(b)
			})
		})
	}
}

// runOnce runs the reactor until a descriptor is ready: it is as good as new.
func (w *world) runOnce(e *end) {
	w.Helper()
	e.onWrite = func() error { return w.r.Stop() }
	w.check(w.r.AddWriter(e))
	w.run()
}

// TestGoexitWhileAJobRuns ends the loop without a shutdown. A job that waits is
// dropped, and its Deferred fires; one that runs is not waited for.
func TestGoexitWhileAJobRuns(t *testing.T) {
	w := newWorld(t, reactor.Epoll)
	w.check(w.r.ThreadPool().Resize(0, 1))
	release, begun := make(chan struct{}), make(chan struct{})
	defer close(release)
	w.check(w.r.CallInThread(func() { close(begun); <-release }))
	var dropped error
	threads.DeferToThread(w.r, func(context.Context) (int, error) {
		return 0, errors.New("it was dropped, and ran")
	}).AddErrback(func(f *failure.Failure) (int, error) {
		dropped = f
		runtime.Goexit() // in the last calls, too
		return 0, nil
	}).Catch(func(*failure.Failure) {})
	ended := make(chan struct{})
	w.r.CallWhenRunning(func() {
		await(t, begun, "a job to begin")
		runtime.Goexit()
	})
	go func() {
		defer close(ended)
		_ = w.r.Run(within(t))
	}()
	await(t, ended, "the loop's goroutine to end")
	w.wantLog("the pool was stopped before its jobs had ended", "1 jobs still running and 1 dropped", "reactor: stopped")
	w.checkIs(dropped, threads.ErrPoolStopped)
}

// TestGoexitWhileThePoolStops ends the loop while shutdown waits for a job. The
// goroutine that waits for it ends with Run, and not with the pool's timeout.
func TestGoexitWhileThePoolStops(t *testing.T) {
	w := newWorld(t, reactor.Epoll, reactor.WithPoolTimeout(time.Hour))
	release, begun := make(chan struct{}), make(chan struct{})
	defer close(release)
	w.check(w.r.CallInThread(func() { close(begun); <-release }))
	w.r.CallWhenRunning(func() {
		await(t, begun, "a job to begin")
		w.check(w.r.Stop())
	})
	w.r.AddSystemEventTrigger(reactor.During, reactor.Shutdown, noted(func() { w.r.CallLater(0, runtime.Goexit) }))
	w.r.AddSystemEventTrigger(reactor.After, reactor.Shutdown, noted(func() { t.Error("shutdown did not wait for the job") }))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = w.r.Run(within(t))
	}()
	await(t, ended, "the loop's goroutine to end")
	w.wantLog("runtime.Goexit in delayed call", "1 jobs still running and 0 dropped", context.Canceled.Error())
}

// TestUnhandledPanics has the handler for unhandled failures end the process, as
// it may: here the panic is caught behind Run, which has given everything back.
func TestUnhandledPanics(t *testing.T) {
	forEachPoller(t, func(w *world) {
		deferred.SetUnhandledHandler(func(u deferred.Unhandled) { panic(u) })
		defer deferred.SetUnhandledHandler(nil)
		a, b := w.pair()
		w.check(w.r.AddReader(a))
		w.check(w.r.CallFromThread(func() {
			deferred.Fail[int](errEnough)
			deferred.Fail[int](errEnough) // the second panics when Run gives back
		}))
		caught := func() (v any) {
			defer func() { v = recover() }()
			return w.r.Run(within(w.T))
		}()
		if u, ok := caught.(deferred.Unhandled); !ok || u.Failure.Check(errEnough) == nil {
			w.Fatalf("caught %v, want the unhandled failure", caught)
		}
		a.wantLost(reactor.ErrStopped)
		w.runOnce(b)
	})
}
