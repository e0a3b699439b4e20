package deferred_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// onItsOwn runs do on a goroutine of its own, which may end in do, and waits for
// the end.
func onItsOwn(t *testing.T, do func()) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		do()
	}()
	select {
	case <-ended:
	case <-ctx.Done():
		t.Fatalf("the goroutine has not ended within %v", patience)
	}
}

// TestGoexitInAnyHandler ends the goroutine in each kind of handler. The handler
// after it sees ErrGoexit, and what waits has its result.
func TestGoexitInAnyHandler(t *testing.T) {
	for name, add := range adders() {
		t.Run(name, func(t *testing.T) {
			silenceUnhandled(t) // the Deferred of a Maybe or a Then, which nobody gets
			d := newNumber()
			add(d, runtime.Goexit)
			out := deferred.Then(d, increment)
			onItsOwn(t, func() {
				_ = d.Callback(1)
				t.Error("Goexit did not end the goroutine")
			})
			if f := failureOf(t, out); !errors.Is(f, deferred.ErrGoexit) {
				t.Errorf("failure %v, want ErrGoexit", f)
			}
		})
	}
}

// exit is a callback that ends the goroutine.
func (s *script) exit(name string) func(int) (int, error) {
	return s.does(name, runtime.Goexit)
}

// TestGoexit is about what runs all the same when a handler ends the goroutine.
func TestGoexit(t *testing.T) {
	play(t, []scenario{
		{"the handlers after it", "x:1 e:!a_handler_called_runtime.Goexit a:100", func(s *script) {
			d := newNumber().AddCallback(s.exit("x")).AddErrback(s.eb("e")).AddCallback(s.cb("a"))
			onItsOwn(s.t, func() { _ = d.Callback(1) })
		}},
		{"of many, the handlers after it, and none twice", "0:0 1:1 x:2 e:!a_handler_called_runtime.Goexit a:100 b:101", func(s *script) {
			d := newNumber().AddCallback(s.cb("0")).AddCallback(s.cb("1")).AddCallback(s.exit("x"))
			for range 10 {
				d.AddCallback(s.cb("not called"))
			}
			d.AddErrback(s.eb("e")).AddCallback(s.cb("a")).AddCallback(s.cb("b"))
			onItsOwn(s.t, func() { _ = d.Callback(0) })
		}},
		{"not the code after the fire", "x:1 lost:!a_handler_called_runtime.Goexit", func(s *script) {
			d := newNumber().AddCallback(s.exit("x"))
			onItsOwn(s.t, func() { _ = d.Callback(1); s.say("not reached") })
		}},
		{"what waits, and what waits for that", "x:5 a:!a_handler_called_runtime.Goexit b:!a_handler_called_runtime.Goexit lost:!a_handler_called_runtime.Goexit", func(s *script) {
			inner := newNumber().AddCallback(s.exit("x"))
			middle := deferred.Succeed(1).AddCallback(func(int) (int, error) { return inner.Chain() }).AddBoth(s.see("a"))
			deferred.Succeed(1).AddCallback(func(int) (int, error) { return middle.Chain() }).AddBoth(s.see("b"))
			onItsOwn(s.t, func() { _ = inner.Callback(5) })
		}},
		{"the rest of the one that handed over", "x:5 e:!a_handler_called_runtime.Goexit rest:0", func(s *script) {
			inner := newNumber()
			deferred.Succeed(1).AddCallback(func(int) (int, error) { return inner.Chain() }).
				AddCallback(s.exit("x")).AddErrback(s.eb("e"))
			inner.AddCallback(s.cb("rest"))
			onItsOwn(s.t, func() { _ = inner.Callback(5) })
		}},
		{"the rest, when the one before left nothing", "x:5 e:!a_handler_called_runtime.Goexit", func(s *script) {
			inner := newNumber()
			deferred.Succeed(1).AddCallback(func(int) (int, error) { return inner.Chain() }).
				AddCallback(s.exit("x")).AddErrback(s.eb("e"))
			onItsOwn(s.t, func() { _ = inner.Callback(5) })
		}},
		{"each rest, though each ends the goroutine again", "x0 a0 x1 a1 x2 a2 x3 a3 x4 a4", func(s *script) {
			d := newNumber()
			first := d
			for i := range 5 {
				inner := d
				d = deferred.Succeed(1).AddCallback(func(int) (int, error) { return inner.Chain() })
				name := s.text(4-i, nil)
				inner.Finally(func() { s.say("x" + name); runtime.Goexit() }).Catch(func(*failure.Failure) { s.say("a" + name) })
			}
			onItsOwn(s.t, func() { _ = first.Callback(5) })
		}},
		{"what its rest hands to", "x:5 e:!a_handler_called_runtime.Goexit to:0", func(s *script) {
			inner := newNumber()
			deferred.Succeed(1).AddCallback(func(int) (int, error) { return inner.Chain() }).
				AddCallback(s.exit("x")).AddErrback(s.eb("e"))
			inner.ChainDeferred(newNumber().AddBoth(s.see("to")))
			onItsOwn(s.t, func() { _ = inner.Callback(5) })
		}},
		{"the handlers around a nested fire, which end as well", "a:1 x:2 inner:!a_handler_called_runtime.Goexit outer:!a_handler_called_runtime.Goexit", func(s *script) {
			other := newNumber().AddCallback(s.exit("x")).Catch(func(f *failure.Failure) { s.say("inner:" + s.text(0, f)) })
			d := newNumber().AddCallback(s.does("a", func() { _ = other.Callback(2); s.say("not reached") })).
				Catch(func(f *failure.Failure) { s.say("outer:" + s.text(0, f)) })
			onItsOwn(s.t, func() { _ = d.Callback(1) })
		}},
		{"a handler after it may wait", "x:1 a:5", func(s *script) {
			inner := newNumber()
			d := newNumber().AddCallback(s.exit("x")).
				AddErrback(func(*failure.Failure) (int, error) { return inner.Chain() }).AddBoth(s.see("a"))
			onItsOwn(s.t, func() { _ = d.Callback(1) })
			_ = inner.Callback(5)
		}},
		{"in a canceller the Deferred fails with it", "c e:!a_handler_called_runtime.Goexit", func(s *script) {
			d := s.withCanceller("c", func(*number) { runtime.Goexit() }).AddErrback(s.eb("e"))
			onItsOwn(s.t, d.Cancel)
		}},
		{"in a canceller that has fired it changes nothing", "c a:1", func(s *script) {
			d := s.withCanceller("c", func(d *number) { _ = d.Callback(1); runtime.Goexit() })
			onItsOwn(s.t, d.Cancel)
			d.AddBoth(s.see("a"))
		}},
		{"in what a cancel is passed to it can be cancelled again", "passed passed d=nothing", func(s *script) {
			d := newNumber().PassCancelTo(stop(func() { s.say("passed"); runtime.Goexit() }))
			onItsOwn(s.t, d.Cancel)
			onItsOwn(s.t, d.Cancel)
			s.result("d", d)
		}},
		{"in the conversion of a timeout", "e:!a_handler_called_runtime.Goexit", func(s *script) {
			clock := newClock()
			newNumber().AddTimeout(second, clock, func(int, error) (int, error) { runtime.Goexit(); return 0, nil }).AddErrback(s.eb("e"))
			onItsOwn(s.t, func() { clock.Advance(second) })
		}},
	})
}

// TestGoexitNamesThePlace makes sure that one finds who did it.
func TestGoexitNamesThePlace(t *testing.T) {
	d := newNumber().Finally(runtime.Goexit)
	onItsOwn(t, func() { _ = d.Callback(1) })
	if f := failureOf(t, d); !strings.Contains(f.Traceback(), "TestGoexitNamesThePlace") {
		t.Errorf("the trace does not lead here:\n%s", f.Traceback())
	}
}
