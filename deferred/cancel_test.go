package deferred_test

import (
	"context"
	"errors"
	"testing"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// withCanceller is a Deferred whose canceller says so and calls do.
func (s *script) withCanceller(name string, do func(d *number)) *number {
	return deferred.New(func(d *number) {
		s.say(name)
		do(d)
	})
}

func TestCancel(t *testing.T) {
	nothing := func(*number) {}
	play(t, []scenario{
		{"without a canceller it fails with ErrCancelled", "e:!cancelled", func(s *script) {
			newNumber().AddErrback(s.eb("e")).Cancel()
		}},
		{"a nil canceller is none", "e:!cancelled ok", func(s *script) {
			d := deferred.New[int](nil).AddErrback(s.eb("e"))
			d.Cancel()
			s.err(d.Callback(1))
		}},
		{"without a canceller one late fire is swallowed", "ok !already_called e:!cancelled", func(s *script) {
			d := newNumber()
			d.Cancel()
			s.err(d.Callback(1))
			s.err(d.Callback(2))
			d.AddErrback(s.eb("e"))
		}},
		{"a late Errback is swallowed as well", "ok !already_called e:!cancelled", func(s *script) {
			d := newNumber()
			d.Cancel()
			s.err(d.Errback(errNo))
			s.err(d.Errback(errNo))
			d.AddErrback(s.eb("e"))
		}},
		{"cancelling many times swallows one fire", "ok !already_called e:!cancelled", func(s *script) {
			d := newNumber()
			d.Cancel()
			d.Cancel()
			d.Cancel()
			s.err(d.Callback(1))
			s.err(d.Callback(2))
			d.AddErrback(s.eb("e"))
		}},
		{"a canceller that fires gives the result", "c e=7", func(s *script) {
			d := s.withCanceller("c", func(d *number) { _ = d.Callback(7) })
			d.Cancel()
			s.result("e", d)
		}},
		{"a canceller that fails gives the failure", "c e:!no", func(s *script) {
			s.withCanceller("c", func(d *number) { _ = d.Errback(errNo) }).AddErrback(s.eb("e")).Cancel()
		}},
		{"a canceller that does nothing leaves ErrCancelled, and no fire is swallowed", "c e:!cancelled !already_called", func(s *script) {
			d := s.withCanceller("c", nothing).AddErrback(s.eb("e"))
			d.Cancel()
			s.err(d.Callback(1))
		}},
		{"a canceller runs once", "c e:!cancelled", func(s *script) {
			d := s.withCanceller("c", nothing).AddErrback(s.eb("e"))
			d.Cancel()
			d.Cancel()
		}},
		{"a canceller is not called after the fire", "d=1", func(s *script) {
			d := s.withCanceller("not called", nothing)
			_ = d.Callback(1)
			d.Cancel()
			s.result("d", d)
		}},
		{"one that is paused and has fired is left alone", "a:1", func(s *script) {
			d := s.withCanceller("not called", nothing).AddCallback(s.cb("a"))
			d.Pause()
			_ = d.Callback(1)
			d.Cancel()
			d.Unpause()
		}},
		{"one that is paused and has not fired is cancelled, and runs later", "cancelled e:!cancelled", func(s *script) {
			d := newNumber().AddErrback(s.eb("e"))
			d.Pause()
			d.Cancel()
			s.say("cancelled")
			d.Unpause()
		}},
		{"a canceller may pause", "c paused e:!cancelled", func(s *script) {
			d := s.withCanceller("c", (*number).Pause).AddErrback(s.eb("e"))
			d.Cancel()
			s.say("paused")
			d.Unpause()
		}},
		{"a canceller may add handlers", "c e:!cancelled", func(s *script) {
			s.withCanceller("c", func(d *number) { d.AddErrback(s.eb("e")) }).Cancel()
		}},
		{"a failure of a cancel is like any other", "lost:!cancelled", func(*script) {
			newNumber().Cancel()
		}},
	})
}

func TestCancelGoesInward(t *testing.T) {
	play(t, []scenario{
		{"to the one that is waited for", "c e:!cancelled", func(s *script) {
			inner := s.withCanceller("c", func(*number) {})
			deferred.Succeed(1).AddCallback(func(int) (int, error) { return inner.Chain() }).AddErrback(s.eb("e")).Cancel()
		}},
		{"to the innermost", "c outer:!cancelled", func(s *script) {
			d := s.withCanceller("c", func(*number) {})
			for range 5 {
				inner := d
				d = deferred.Succeed(1).AddCallback(func(int) (int, error) { return inner.Chain() })
			}
			d.AddErrback(s.eb("outer")).Cancel()
		}},
		{"the outer one's own canceller is not called", "inner e:!cancelled", func(s *script) {
			inner := s.withCanceller("inner", func(*number) {})
			d := s.withCanceller("not called", func(*number) {}).AddCallback(func(int) (int, error) { return inner.Chain() })
			_ = d.Callback(1)
			d.AddErrback(s.eb("e")).Cancel()
		}},
		{"an errback of the inner one recovers for the outer one", "i:!cancelled a:100", func(s *script) {
			inner := newNumber().AddErrback(s.eb("i"))
			deferred.Succeed(1).AddCallback(func(int) (int, error) { return inner.Chain() }).AddCallback(s.cb("a")).Cancel()
		}},
		{"the innermost without a canceller swallows its producer's late fire", "e:!cancelled ok !already_called", func(s *script) {
			inner := newNumber()
			deferred.Succeed(1).AddCallback(func(int) (int, error) { return inner.Chain() }).AddErrback(s.eb("e")).Cancel()
			s.err(inner.Callback(5))
			s.err(inner.Callback(5))
		}},
		{"it is a request: the outer one may go on waiting, and be cancelled again", "first second e:!cancelled", func(s *script) {
			second := s.withCanceller("second", func(*number) {})
			first := s.withCanceller("first", func(*number) {}).
				AddErrback(func(*failure.Failure) (int, error) { return second.Chain() })
			d := deferred.Succeed(1).AddCallback(func(int) (int, error) { return first.Chain() }).AddErrback(s.eb("e"))
			d.Cancel()
			d.Cancel()
		}},
		{"the inner one that is paused after its fire is left alone", "a:5", func(s *script) {
			inner := deferred.Succeed(5)
			inner.Pause()
			d := deferred.Succeed(1).AddCallback(func(int) (int, error) { return inner.Chain() }).AddCallback(s.cb("a"))
			d.Cancel()
			inner.Unpause()
		}},
		{"through Then to the source", "c e:!cancelled", func(s *script) {
			d := s.withCanceller("c", func(*number) {})
			deferred.Then(deferred.Then(d, s.cb("not called")), s.cb("not called")).AddErrback(s.eb("e")).Cancel()
		}},
		{"through Then to what its function chained to", "f:1 c e:!cancelled", func(s *script) {
			inner := s.withCanceller("c", func(*number) {})
			deferred.Then(deferred.Succeed(1), s.chains("f", inner)).AddErrback(s.eb("e")).Cancel()
		}},
		{"of the inner one reaches the outer one as a failure", "e:!cancelled", func(s *script) {
			inner := newNumber()
			deferred.Succeed(1).AddCallback(func(int) (int, error) { return inner.Chain() }).AddErrback(s.eb("e"))
			inner.Cancel()
		}},
	})
}

// stop is a Canceller that is no Deferred.
type stop func()

func (f stop) Cancel() { f() }

func TestPassCancelTo(t *testing.T) {
	play(t, []scenario{
		{"the cancel is passed on, and nothing else happens", "passed d=nothing", func(s *script) {
			d := newNumber().PassCancelTo(stop(func() { s.say("passed") }))
			d.Cancel()
			s.result("d", d)
		}},
		{"it can be fired from what comes of that", "a:7", func(s *script) {
			d := newNumber()
			d.PassCancelTo(stop(func() { _ = d.Callback(7) })).AddCallback(s.cb("a")).Cancel()
		}},
		{"each cancel is passed on until it fires", "passed passed a:1", func(s *script) {
			d := newNumber().PassCancelTo(stop(func() { s.say("passed") })).AddCallback(s.cb("a"))
			d.Cancel()
			d.Cancel()
			_ = d.Callback(1)
			d.Cancel()
		}},
		{"a cancel inside is not passed on again", "passed", func(s *script) {
			d := newNumber()
			d.PassCancelTo(stop(func() { s.say("passed"); d.Cancel() })).Cancel()
		}},
		{"no fire is swallowed", "ok !already_called", func(s *script) {
			d := newNumber().PassCancelTo(stop(func() {}))
			d.Cancel()
			s.err(d.Callback(1))
			s.err(d.Callback(2))
		}},
		{"it replaces the canceller", "passed", func(s *script) {
			s.withCanceller("not called", func(*number) {}).PassCancelTo(stop(func() { s.say("passed") })).Cancel()
		}},
		{"on one that has fired it does nothing", "d=1", func(s *script) {
			d := deferred.Succeed(1).PassCancelTo(stop(func() { s.say("not called") }))
			d.Cancel()
			s.result("d", d)
		}},
		{"it is reached through waiting ones", "passed e:!no", func(s *script) {
			inner := newNumber()
			inner.PassCancelTo(stop(func() { s.say("passed"); _ = inner.Errback(errNo) }))
			deferred.Succeed(1).AddCallback(func(int) (int, error) { return inner.Chain() }).AddErrback(s.eb("e")).Cancel()
		}},
		{"another Deferred may be the one", "other:!cancelled e:!cancelled", func(s *script) {
			other := newNumber().AddErrback(func(f *failure.Failure) (int, error) { s.say("other:" + s.text(0, f)); return 0, f })
			d := newNumber().PassCancelTo(other).AddErrback(s.eb("e"))
			other.ChainDeferred(d)
			d.Cancel()
		}},
		{"two that pass it to one another end", "a=nothing b=nothing", func(s *script) {
			a, b := newNumber(), newNumber()
			a.PassCancelTo(b)
			b.PassCancelTo(a)
			a.Cancel()
			s.result("a", a)
			s.result("b", b)
		}},
		{"a panic there is the caller's, and it can be cancelled again", "boom boom d=nothing", func(s *script) {
			d := newNumber().PassCancelTo(stop(func() { panic("boom") }))
			s.panics(d.Cancel)
			s.panics(d.Cancel)
			s.result("d", d)
		}},
	})
}

// TestErrCancelled is about the error itself.
func TestErrCancelled(t *testing.T) {
	d := newNumber()
	d.Cancel()
	f := failureOf(t, d)
	if !errors.Is(f, deferred.ErrCancelled) || !errors.Is(f, context.Canceled) {
		t.Errorf("%v is not ErrCancelled and context.Canceled", f)
	}
	if errors.Is(f, context.DeadlineExceeded) || errors.Is(f, deferred.ErrTimeout) {
		t.Errorf("%v is a timeout as well", f)
	}
	if !errors.Is(deferred.ErrCancelled, context.Canceled) {
		t.Error("the sentinel is not context.Canceled")
	}
}
