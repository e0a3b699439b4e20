//go:build unix

package reactor_test

import (
	"context"
	"errors"
	"os"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/reactor"
)

// program is what React runs here.
type program = func(r *reactor.Reactor) *deferred.Deferred[string]

// TestReact is what comes of main.
func TestReact(t *testing.T) {
	tests := []struct {
		name string
		main program
		want string
		err  error
	}{
		{"fires at once", func(*reactor.Reactor) *deferred.Deferred[string] { return deferred.Succeed("now") }, "now", nil},
		{"fires later", func(r *reactor.Reactor) *deferred.Deferred[string] {
			d := deferred.New[string]()
			r.CallLater(time.Millisecond, func() { _ = d.Callback("later") })
			return d
		}, "later", nil},
		{"fails at once", func(*reactor.Reactor) *deferred.Deferred[string] { return deferred.Fail[string](errEnough) }, "", errEnough},
		{"fails later", func(r *reactor.Reactor) *deferred.Deferred[string] {
			d := deferred.New[string]()
			r.CallLater(0, func() { _ = d.Errback(errEnough) })
			return d
		}, "", errEnough},
		{"panics", func(*reactor.Reactor) *deferred.Deferred[string] { panic(errEnough) }, "", errEnough},
		{"returns nil", func(*reactor.Reactor) *deferred.Deferred[string] { return nil }, "", reactor.ErrNilDeferred},
		{"stops and fires", func(r *reactor.Reactor) *deferred.Deferred[string] {
			_ = r.Stop()
			return deferred.Succeed("stopped")
		}, "stopped", nil},
		{"stops", func(r *reactor.Reactor) *deferred.Deferred[string] {
			_ = r.Stop()
			return deferred.New[string]()
		}, "", deferred.ErrCancelled},
		{"stops, and cleans up for some turns", func(r *reactor.Reactor) *deferred.Deferred[string] {
			d := deferred.New[string]()
			d.AddErrback(func(*failure.Failure) (string, error) {
				cleaned := deferred.New[string]()
				inTurns(r, 3, func() { _ = cleaned.Callback("cleaned up") })
				return cleaned.Chain()
			})
			inTurns(r, 2, func() { _ = r.Stop() })
			return d
		}, "cleaned up", nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			forEachPoller(t, func(w *world) {
				for range 2 { // React can be used again
					got, err := reactor.React(within(w.T), w.r, test.main)
					if got != test.want || !errors.Is(err, test.err) {
						w.Errorf("React gave %q and %v, want %q and %v", got, err, test.want, test.err)
					}
				}
				w.run1()
			})
		})
	}
}

// run1 runs the reactor once more, with nothing left of React.
func (w *world) run1() {
	w.Helper()
	w.r.CallWhenRunning(func() { w.check(w.r.Stop()) })
	w.run()
}

// TestReactIsEnded from outside, while main's Deferred pends.
func TestReactIsEnded(t *testing.T) {
	tests := []struct {
		name string
		end  func(r *reactor.Reactor, cancel context.CancelCauseFunc)
		errs []error
	}{
		{"by Stop", func(r *reactor.Reactor, _ context.CancelCauseFunc) { _ = r.Stop() }, []error{deferred.ErrCancelled, context.Canceled}},
		{"by the context", func(_ *reactor.Reactor, cancel context.CancelCauseFunc) { cancel(errEnough) }, []error{deferred.ErrCancelled, errEnough}},
		{"by a signal", func(*reactor.Reactor, context.CancelCauseFunc) {
			_ = syscall.Kill(os.Getpid(), syscall.SIGUSR2)
		}, []error{deferred.ErrCancelled}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			forEachPoller(t, func(w *world) {
				ctx, cancel := context.WithCancelCause(within(w.T))
				cancelled := 0
				got, err := reactor.React(ctx, w.r, func(r *reactor.Reactor) *deferred.Deferred[int] {
					inTurns(r, 2, func() { test.end(r, cancel) })
					return deferred.New(func(*deferred.Deferred[int]) { cancelled++ })
				})
				for _, want := range test.errs {
					w.checkIs(err, want)
				}
				if errors.Is(err, errTooLong) || got != 0 || cancelled != 1 {
					w.Errorf("got %d and %v, cancelled %d times", got, err, cancelled)
				}
				w.run1()
			}, reactor.WithSignals(syscall.SIGUSR2))
		})
	}
}

// TestReactSucceedsInSpiteOfTheContext has main's work be done when it is cancelled.
func TestReactSucceedsInSpiteOfTheContext(t *testing.T) {
	w := newWorld(t, reactor.Epoll)
	ctx, cancel := context.WithCancelCause(within(t))
	got, err := reactor.React(ctx, w.r, func(*reactor.Reactor) *deferred.Deferred[int] {
		cancel(errEnough)
		return deferred.New(func(d *deferred.Deferred[int]) { _ = d.Callback(7) })
	})
	if got != 7 || err != nil {
		t.Errorf("got %d and %v, want 7", got, err)
	}
}

// TestReactThatDoesNotBegin calls main never: not now, and not in a later run.
func TestReactThatDoesNotBegin(t *testing.T) {
	tests := []struct {
		name string
		arm  func(w *world, cancel context.CancelCauseFunc)
		want error
	}{
		{"the context has ended", func(_ *world, cancel context.CancelCauseFunc) { cancel(errEnough) }, errEnough},
		{"startup stops it", func(w *world, _ context.CancelCauseFunc) {
			w.r.AddSystemEventTrigger(reactor.Before, reactor.Startup, noted(func() { _ = w.r.Stop() }))
		}, reactor.ErrStopped},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t, reactor.Epoll)
			ctx, cancel := context.WithCancelCause(within(t))
			test.arm(w, cancel)
			_, err := reactor.React(ctx, w.r, func(*reactor.Reactor) *deferred.Deferred[int] {
				w.Error("main was called")
				return nil
			})
			w.checkIs(err, test.want)
			w.run1()
		})
	}
}

// TestReactGoexit has main end the goroutine.
func TestReactGoexit(t *testing.T) {
	w := newWorld(t, reactor.Epoll)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = reactor.React(within(t), w.r, func(*reactor.Reactor) *deferred.Deferred[int] {
			runtime.Goexit()
			return nil
		})
		t.Error("React returned")
	}()
	await(t, ended, "the goroutine to end")
	w.wantLog("runtime.Goexit in", "TestReactGoexit")
	w.run1()
	deferred.FlushUnhandled()
}
