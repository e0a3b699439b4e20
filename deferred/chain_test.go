package deferred_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// TestChain is about callbacks that answer with another Deferred.
func TestChain(t *testing.T) {
	play(t, []scenario{
		{"the result of one at rest is moved at once", "o:1 a:5 inner=0", func(s *script) {
			inner := deferred.Succeed(5)
			deferred.Succeed(1).AddCallback(s.chains("o", inner)).AddCallback(s.cb("a"))
			s.result("inner", inner)
		}},
		{"a failure of one at rest is moved, and handled with the outer one", "o:1 e:!no inner=0", func(s *script) {
			inner := deferred.Fail[int](errNo)
			deferred.Succeed(1).AddCallback(s.chains("o", inner)).AddErrback(s.eb("e"))
			s.result("inner", inner)
		}},
		{"one that has not fired is waited for", "o:1 waits a:5 inner=0", func(s *script) {
			inner := newNumber()
			deferred.Succeed(1).AddCallback(s.chains("o", inner)).AddCallback(s.cb("a"))
			s.say("waits")
			_ = inner.Callback(5)
			s.result("inner", inner)
		}},
		{"one that waits itself is waited for", "o:1 m:1 waits a:5", func(s *script) {
			innermost, middle := newNumber(), newNumber()
			d := newNumber().AddCallback(s.chains("o", middle)).AddCallback(s.cb("a"))
			middle.AddCallback(s.chains("m", innermost))
			_ = d.Callback(1)
			_ = middle.Callback(1)
			s.say("waits")
			_ = innermost.Callback(5)
		}},
		{"one that is paused is waited for", "o:1 waits a:5", func(s *script) {
			inner := deferred.Succeed(5)
			inner.Pause()
			deferred.Succeed(1).AddCallback(s.chains("o", inner)).AddCallback(s.cb("a"))
			s.say("waits")
			inner.Unpause()
		}},
		{"handlers that are on the inner one already run first, and may change the value", "i:5 a:6", func(s *script) {
			inner := newNumber().AddCallback(s.cb("i"))
			deferred.Succeed(1).AddCallback(func(int) (int, error) { return inner.Chain() }).AddCallback(s.cb("a"))
			_ = inner.Callback(5)
		}},
		{"handlers that are added to the inner one later run after the outer one, and see the zero value", "a:5 b:6 i:0", func(s *script) {
			inner := newNumber()
			d := deferred.Succeed(1).AddCallback(func(int) (int, error) { return inner.Chain() })
			inner.AddCallback(s.cb("i"))
			d.AddCallback(s.cb("a")).AddCallback(s.cb("b"))
			_ = inner.Callback(5)
		}},
		{"through three the outermost goes first, then the rests from the outside in", "outer:5 middle-rest:0 inner-rest:0", func(s *script) {
			inner, middle := newNumber(), deferred.Succeed(1)
			middle.AddCallback(func(int) (int, error) { return inner.Chain() })
			outer := deferred.Succeed(1).AddCallback(func(int) (int, error) { return middle.Chain() })
			inner.AddCallback(s.cb("inner-rest"))
			middle.AddCallback(s.cb("middle-rest"))
			outer.AddCallback(s.cb("outer"))
			_ = inner.Callback(5)
		}},
		{"an errback may wait, and a success of the inner one recovers", "e:!no a:5", func(s *script) {
			inner := newNumber()
			deferred.Fail[int](errNo).AddErrback(func(f *failure.Failure) (int, error) {
				s.say("e:" + s.text(0, f))
				return inner.Chain()
			}).AddCallback(s.cb("a"))
			_ = inner.Callback(5)
		}},
		{"an errback may wait, and a failure of the inner one replaces", "e:!other lost:!other", func(s *script) {
			inner := newNumber()
			deferred.Fail[int](errNo).AddErrback(func(*failure.Failure) (int, error) { return inner.Chain() }).
				AddBoth(s.see("e"))
			_ = inner.Errback(errors.New("other"))
		}},
		{"a handler for both may wait", "a:5", func(s *script) {
			inner := newNumber()
			deferred.Succeed(1).AddBoth(func(int, error) (int, error) { return inner.Chain() }).AddCallback(s.cb("a"))
			_ = inner.Callback(5)
		}},
		{"one Deferred may wait many times in a row", "d=10", func(s *script) {
			d := newNumber()
			inners := make([]*number, 10)
			for i := range inners {
				inners[i] = newNumber()
				d.AddCallback(func(v int) (int, error) {
					return inners[i].AddCallback(func(int) (int, error) { return v + 1, nil }).Chain()
				})
			}
			_ = d.Callback(0)
			for _, inner := range inners {
				_ = inner.Callback(0)
			}
			s.result("d", d)
		}},
		{"an Unpause of a waiting one does not release it", "deferred:_Unpause_without_Pause waits a:5", func(s *script) {
			inner := newNumber()
			d := deferred.Succeed(1).AddCallback(func(int) (int, error) { return inner.Chain() }).AddCallback(s.cb("a"))
			s.panics(d.Unpause)
			s.say("waits")
			_ = inner.Callback(5)
		}},
	})
}

// TestChainOfAnotherType is about an answer that does not fit.
func TestChainOfAnotherType(t *testing.T) {
	silenceUnhandled(t)
	inner := deferred.New[string]()
	d := deferred.Succeed[any](1).AddCallback(func(any) (any, error) { return inner.Chain() })
	var got *failure.Failure
	d.Catch(func(f *failure.Failure) { got = f })
	if !errors.Is(got, deferred.ErrChainType) {
		t.Fatalf("failure %v, want ErrChainType", got)
	}
	want := "deferred: Chain of another type: deferred: request to wait for a Deferred[string] in a callback of a Deferred[interface {}]"
	if got.Error() != want {
		t.Errorf("text %q, want %q", got.Error(), want)
	}
	if err := inner.Callback("still free"); err != nil {
		t.Errorf("the inner Deferred cannot be fired any more: %v", err)
	}
	// It was not taken, so somebody else may have it.
	if v := valueOf(t, deferred.Then(inner, func(s string) (int, error) { return len(s), nil })); v != len("still free") {
		t.Errorf("the value is %v", v)
	}
}

// valueOf returns the value that d has.
func valueOf[T any](t *testing.T, d *deferred.Deferred[T]) (v T) {
	t.Helper()
	seen := false
	d.Tap(func(got T) { v, seen = got, true })
	if !seen {
		t.Fatalf("no value: %v", d)
	}
	return v
}

// failureOf returns the failure that d has, which is handled then.
func failureOf[T any](t *testing.T, d *deferred.Deferred[T]) (got *failure.Failure) {
	t.Helper()
	d.Catch(func(f *failure.Failure) { got = f })
	if got == nil {
		t.Fatalf("no failure: %v", d)
	}
	return got
}

// TestChainRequestAsError is about a request to wait that went astray.
func TestChainRequestAsError(t *testing.T) {
	silenceUnhandled(t)
	_, request := newNumber().Chain()
	if want := "deferred: request to wait for a Deferred[int], which was not heard: " +
		"return Chain's error as it is from a callback, neither wrapped nor stored"; request.Error() != want {
		t.Errorf("its text is %q, want %q", request.Error(), want)
	}
	d := deferred.Succeed(1).AddCallback(func(int) (int, error) { return 0, fmt.Errorf("wrapped: %w", request) })
	if f := failureOf(t, d); f.Error() != "wrapped: "+request.Error() {
		t.Errorf("wrapped it gives %v, want a failure with its text", f)
	}
}

// TestChainDeferred is about a step that fires another Deferred.
func TestChainDeferred(t *testing.T) {
	play(t, []scenario{
		{"a value is passed on, and the zero value is left", "to:5 d=0", func(s *script) {
			to := newNumber().AddBoth(s.see("to"))
			d := newNumber().ChainDeferred(to)
			_ = d.Callback(5)
			s.result("d", d)
		}},
		{"a failure is passed on, and the zero value is left", "e:!no d=0", func(s *script) {
			to := newNumber().AddErrback(s.eb("e"))
			d := newNumber().ChainDeferred(to)
			_ = d.Errback(errNo)
			s.result("d", d)
		}},
		{"of one that has fired, at once", "to:5", func(s *script) {
			to := newNumber().AddBoth(s.see("to"))
			deferred.Succeed(5).ChainDeferred(to)
		}},
		{"the target goes before the rest of the list", "to:5 rest:0", func(s *script) {
			to := newNumber().AddBoth(s.see("to"))
			d := newNumber().ChainDeferred(to).AddCallback(s.cb("rest"))
			_ = d.Callback(5)
		}},
		{"a second target gets the zero value", "one:5 two:0", func(s *script) {
			d := newNumber().ChainDeferred(newNumber().AddBoth(s.see("one"))).
				ChainDeferred(newNumber().AddBoth(s.see("two")))
			_ = d.Callback(5)
		}},
		{"a target that has fired makes it fail", "d:!already_called lost:!already_called", func(s *script) {
			d := newNumber().ChainDeferred(deferred.Succeed(1)).AddBoth(s.see("d"))
			_ = d.Callback(5)
		}},
		{"its own target makes it fail", "d:!already_called lost:!already_called", func(s *script) {
			d := newNumber()
			d.ChainDeferred(d).AddBoth(s.see("d"))
			_ = d.Callback(5)
		}},
		{"a target that was made by Then makes it fail", "d:!already_chained_to_another_Deferred lost:!already_chained_to_another_Deferred", func(s *script) {
			d := newNumber().ChainDeferred(deferred.Then(newNumber(), increment)).AddBoth(s.see("d"))
			_ = d.Callback(5)
		}},
		{"a target that was cancelled takes one result without a word", "d:0", func(s *script) {
			to := newNumber().Catch(func(*failure.Failure) {})
			to.Cancel()
			d := newNumber().ChainDeferred(to).AddBoth(s.see("d"))
			_ = d.Callback(5)
		}},
		{"a target that is paused keeps the result", "d:0 to:5", func(s *script) {
			to := newNumber().AddBoth(s.see("to"))
			to.Pause()
			_ = newNumber().ChainDeferred(to).AddBoth(s.see("d")).Callback(5)
			to.Unpause()
		}},
		{"a cancel of the target does not reach it", "!cancelled d=nothing", func(s *script) {
			to := newNumber().AddErrback(func(f *failure.Failure) (int, error) { s.err(f); return 0, nil })
			d := newNumber().ChainDeferred(to)
			to.Cancel()
			s.result("d", d)
		}},
		{"a cancel of it reaches the target as a failure", "to:!cancelled lost:!cancelled", func(s *script) {
			to := newNumber().AddBoth(s.see("to"))
			newNumber().ChainDeferred(to).Cancel()
		}},
		{"the fired one may wait for the rest of the one that fired it", "rest:0 to:1", func(s *script) {
			d, to := newNumber(), newNumber()
			to.AddCallback(func(int) (int, error) { return d.Chain() }).AddBoth(s.see("to"))
			d.ChainDeferred(to).AddCallback(s.cb("rest"))
			_ = d.Callback(5)
		}},
		{"the fired one may go on waiting", "to:5 to:6", func(s *script) {
			inner := newNumber()
			to := newNumber().AddBoth(s.see("to")).AddCallback(func(int) (int, error) { return inner.Chain() }).AddBoth(s.see("to"))
			_ = newNumber().ChainDeferred(to).Callback(5)
			_ = inner.Callback(6)
		}},
	})
}
