package deferred_test

import (
	"testing"

	"github.com/spindle-go/spindle/deferred"
)

// TestReentrancy is about what handlers do to the Deferred that runs them, and to
// others.
func TestReentrancy(t *testing.T) {
	play(t, []scenario{
		{"a handler added inside runs in its place, not at once", "a:1 a-end b:1 nested:2", func(s *script) {
			d := newNumber()
			d.AddCallback(func(v int) (int, error) {
				s.say("a:" + s.text(v, nil))
				d.AddCallback(s.cb("nested"))
				s.say("a-end")
				return v, nil
			})
			d.AddCallback(s.cb("b"))
			_ = d.Callback(1)
		}},
		{"the same on one that has fired before", "a:1 a-end nested:1", func(s *script) {
			d := deferred.Succeed(1)
			d.AddCallback(func(v int) (int, error) {
				s.say("a:" + s.text(v, nil))
				d.AddCallback(s.cb("nested"))
				s.say("a-end")
				return v, nil
			})
		}},
		{"a chain of handlers that each add the next ends", "d=1000", func(s *script) {
			d := newNumber()
			var next func(v int) (int, error)
			next = func(v int) (int, error) {
				if v < 999 {
					d.AddCallback(next)
				}
				return v + 1, nil
			}
			d.AddCallback(next)
			_ = d.Callback(0)
			s.result("d", d)
		}},
		{"firing inside answers ErrAlreadyCalled", "a:1 !already_called !already_called b:1", func(s *script) {
			d := newNumber()
			d.AddCallback(s.does("a", func() { s.err(d.Callback(2)); s.err(d.Errback(errNo)) }))
			d.AddBoth(s.see("b"))
			_ = d.Callback(1)
		}},
		{"cancelling inside does nothing", "a:1 b:1", func(s *script) {
			d := deferred.New(func(*number) { s.say("not called") })
			d.AddCallback(s.does("a", d.Cancel))
			d.AddBoth(s.see("b"))
			_ = d.Callback(1)
		}},
		{"pausing inside holds back the next handler", "a:1 paused b:1", func(s *script) {
			d := newNumber()
			d.AddCallback(s.does("a", d.Pause))
			d.AddBoth(s.see("b"))
			_ = d.Callback(1)
			s.say("paused")
			d.Unpause()
		}},
		{"pausing and unpausing inside changes nothing", "a:1 b:1", func(s *script) {
			d := newNumber()
			d.AddCallback(s.does("a", func() { d.Pause(); d.Unpause() }))
			d.AddBoth(s.see("b"))
			_ = d.Callback(1)
		}},
		{"unpausing inside, paused before, runs nothing twice", "a:1 b:1", func(s *script) {
			d := newNumber()
			d.AddCallback(s.does("a", func() { d.Pause(); d.Pause(); d.Unpause() }))
			d.AddBoth(s.see("b"))
			_ = d.Callback(1)
			d.Unpause()
		}},
		{"firing another inside runs its handlers inside", "a:1 x:5 a-end b:1", func(s *script) {
			other := newNumber().AddCallback(s.cb("x"))
			d := newNumber()
			d.AddCallback(s.does("a", func() { _ = other.Callback(5); s.say("a-end") }))
			d.AddBoth(s.see("b"))
			_ = d.Callback(1)
		}},
		{"adding to the one that has just handed over runs its list at once", "o:2 late:0 rest:1 added o-end", func(s *script) {
			inner := newNumber()
			outer := deferred.Succeed(1).AddCallback(func(int) (int, error) { return inner.Chain() })
			inner.AddCallback(s.cb("late")).AddCallback(s.cb("rest"))
			outer.AddCallback(s.does("o", func() {
				inner.Finally(func() { s.say("added") })
				s.say("o-end")
			}))
			_ = inner.Callback(2)
		}},
		{"two that fire one another", "a:1 b:2 a-end !already_called", func(s *script) {
			a, b := newNumber(), newNumber()
			a.AddCallback(s.does("a", func() { _ = b.Callback(2); s.say("a-end") }))
			var answer error
			b.AddCallback(s.does("b", func() { answer = a.Callback(3) }))
			_ = a.Callback(1)
			s.err(answer)
		}},
	})
}

// TestFiring is about Callback, Errback and those that make one fired.
func TestFiring(t *testing.T) {
	play(t, []scenario{
		{"the second fire answers ErrAlreadyCalled, and changes nothing", "ok !already_called !already_called d=1", func(s *script) {
			d := newNumber()
			s.err(d.Callback(1))
			s.err(d.Callback(2))
			s.err(d.Errback(errNo))
			s.result("d", d)
		}},
		{"the same after a failure", "ok !already_called !already_called e:!no", func(s *script) {
			d := newNumber()
			s.err(d.Errback(errNo))
			s.err(d.Callback(2))
			s.err(d.Errback(errNo))
			d.AddErrback(s.eb("e"))
		}},
		{"the same while paused", "ok !already_called a:1", func(s *script) {
			d := newNumber().AddCallback(s.cb("a"))
			d.Pause()
			s.err(d.Callback(1))
			s.err(d.Callback(2))
			d.Unpause()
		}},
		{"the same while waiting", "o:1 !already_called a:3", func(s *script) {
			inner := newNumber()
			d := newNumber().AddCallback(s.chains("o", inner)).AddCallback(s.cb("a"))
			_ = d.Callback(1)
			s.err(d.Callback(2))
			_ = inner.Callback(3)
		}},
		{"the handlers' failures are not the business of who fires", "ok e:!no", func(s *script) {
			d := newNumber().AddCallback(func(int) (int, error) { return 0, errNo })
			s.err(d.Callback(1))
			d.AddErrback(s.eb("e"))
		}},
		{"Succeed has fired", "d=1 !already_called", func(s *script) {
			d := deferred.Succeed(1)
			s.result("d", d)
			s.err(d.Callback(2))
		}},
		{"Fail has fired", "!already_called e:!no", func(s *script) {
			d := deferred.Fail[int](errNo)
			s.err(d.Callback(2))
			d.AddErrback(s.eb("e"))
		}},
		{"the zero value is a Deferred", "a:1", func(s *script) {
			var d number
			d.AddCallback(s.cb("a"))
			_ = d.Callback(1)
		}},
		{"Maybe of a value", "d=1", func(s *script) {
			s.result("d", deferred.Maybe(func() (int, error) { return 1, nil }))
		}},
		{"Maybe of an error", "d=!no lost:!no", func(s *script) {
			s.result("d", deferred.Maybe(func() (int, error) { return 0, errNo }))
		}},
		{"Maybe of a panic", "d=!panic:_boom lost:!panic:_boom", func(s *script) {
			s.result("d", deferred.Maybe(func() (int, error) { panic("boom") }))
		}},
		{"Maybe of a Deferred that has fired", "d=1 inner=0", func(s *script) {
			inner := deferred.Succeed(1)
			s.result("d", deferred.Maybe(inner.Chain))
			s.result("inner", inner)
		}},
		{"Maybe of a Deferred that fires later", "d=nothing d=1", func(s *script) {
			inner := newNumber()
			d := deferred.Maybe(inner.Chain)
			s.result("d", d)
			_ = inner.Callback(1)
			s.result("d", d)
		}},
	})
}

func TestCalled(t *testing.T) {
	inner := newNumber()
	waiting := deferred.Succeed(1).AddCallback(func(int) (int, error) { return inner.Chain() })
	source := newNumber()
	paused := newNumber()
	paused.Pause()
	_ = paused.Callback(1)
	rows := []struct {
		name string
		d    *number
		want bool
	}{
		{"not fired", newNumber(), false},
		{"fired", deferred.Succeed(1), true},
		{"fired while paused", paused, true},
		{"waiting", waiting, true},
		{"made by Then, source not fired", deferred.Then(source, increment), false},
		{"made by Then, source fired", deferred.Then(deferred.Succeed(1), increment), true},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			if got := row.d.Called(); got != row.want {
				t.Errorf("Called() = %v, want %v", got, row.want)
			}
		})
	}
}

// TestPause is about the count of pauses.
func TestPause(t *testing.T) {
	play(t, []scenario{
		{"as many Unpause as Pause", "one a:1", func(s *script) {
			d := newNumber().AddCallback(s.cb("a"))
			d.Pause()
			d.Pause()
			_ = d.Callback(1)
			d.Unpause()
			s.say("one")
			d.Unpause()
		}},
		{"a Pause of one that has fired holds back what is added", "added a:1", func(s *script) {
			d := deferred.Succeed(1)
			d.Pause()
			d.AddCallback(s.cb("a"))
			s.say("added")
			d.Unpause()
		}},
		{"an Unpause before the fire runs nothing", "unpaused a:1", func(s *script) {
			d := newNumber().AddCallback(s.cb("a"))
			d.Pause()
			d.Unpause()
			s.say("unpaused")
			_ = d.Callback(1)
		}},
		{"a pause of a waiting one keeps the value for later", "o:1 delivered a:2", func(s *script) {
			inner := newNumber()
			d := deferred.Succeed(1).AddCallback(s.chains("o", inner)).AddCallback(s.cb("a"))
			d.Pause()
			_ = inner.Callback(2)
			s.say("delivered")
			d.Unpause()
		}},
		{"a failure that is paused is not unhandled", "flushed e:!no", func(s *script) {
			d := newNumber()
			d.Pause()
			_ = d.Errback(errNo)
			deferred.FlushUnhandled()
			s.say("flushed")
			d.AddErrback(s.eb("e"))
			d.Unpause()
		}},
		{"a failure that nothing handles is unhandled after Unpause", "flushed lost:!no", func(s *script) {
			d := newNumber()
			d.Pause()
			_ = d.Errback(errNo)
			deferred.FlushUnhandled()
			s.say("flushed")
			d.Unpause()
		}},
	})
}
