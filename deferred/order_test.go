package deferred_test

import (
	"testing"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// TestOrder is about the order of handlers and the choice of the side.
func TestOrder(t *testing.T) {
	play(t, []scenario{
		{"handlers of all kinds run in the order they were added", "a:1 b:2 tap:2 finally c:2 d:3", func(s *script) {
			d := newNumber().
				AddCallback(s.cb("a")).
				AddErrback(s.eb("not called")).
				AddBoth(s.see("b")).
				Tap(func(v int) { s.say("tap:" + s.text(v, nil)) }).
				Finally(func() { s.say("finally") }).
				AddCallbacks(s.cb("c"), s.eb("not called")).
				Catch(func(*failure.Failure) { s.say("not called") }).
				AddCallback(s.cb("d"))
			_ = d.Callback(1)
		}},
		{"more handlers than fit inside run in the order they were added", "0:0 1:1 2:2 3:3 4:4 5:5 6:6 7:7 8:8 9:9 10:10 11:11 12:12 13:13 14:14 15:15 16:16 17:17 18:18 19:19 d=20", func(s *script) {
			d := newNumber()
			for i := range 20 {
				d.AddCallback(s.cb(s.text(i, nil)))
			}
			_ = d.Callback(0)
			s.result("d", d)
		}},
		{"a failure goes by callbacks to the next errback", "a:1 e:!no b:100", func(s *script) {
			d := newNumber().
				AddCallback(s.fails("a")).
				AddCallback(s.cb("not called")).
				Tap(func(int) { s.say("not called") }).
				AddErrback(s.eb("e")).
				AddErrback(s.eb("not called")).
				AddCallback(s.cb("b"))
			_ = d.Callback(1)
		}},
		{"an errback never sees the failure of its own callback", "a:1 next:!no", func(s *script) {
			d := newNumber().AddCallbacks(s.fails("a"), s.eb("not called")).AddErrback(s.eb("next"))
			_ = d.Callback(1)
		}},
		{"one of a pair is called for one result", "e:!no next:100", func(s *script) {
			d := newNumber().AddCallbacks(s.cb("not called"), s.eb("e")).AddCallbacks(s.cb("next"), s.eb("not called"))
			_ = d.Errback(errNo)
		}},
		{"a pair counts as two where handlers overflow", "a:1 b:2 c:3 d:4", func(s *script) {
			d := newNumber().AddCallback(s.cb("a"))
			for _, name := range []string{"b", "c", "d"} {
				d.AddCallbacks(s.cb(name), s.eb("not called"))
			}
			_ = d.Callback(1)
		}},
		{"a nil side of a pair passes the result on", "e:!no cb:100", func(s *script) {
			d := newNumber().AddCallbacks(s.cb("not called"), nil).AddCallbacks(nil, s.eb("e")).
				AddCallbacks(nil, s.eb("not called")).AddCallbacks(s.cb("cb"), nil)
			_ = d.Errback(errNo)
		}},
		{"a handler for both sees either result", "x:1 y:!no", func(s *script) {
			_ = newNumber().AddBoth(s.see("x")).Callback(1)
			_ = newNumber().AddBoth(s.see("y")).Catch(func(*failure.Failure) {}).Errback(errNo)
		}},
		{"a handler for both that passes its input on keeps the failure", "a:!no b:!no lost:!no", func(s *script) {
			_ = newNumber().AddBoth(s.see("a")).AddBoth(s.see("b")).Errback(errNo)
		}},
		{"a handler for both that answers a value handles the failure", "b:7", func(s *script) {
			_ = newNumber().AddBoth(func(int, error) (int, error) { return 7, nil }).AddBoth(s.see("b")).Errback(errNo)
		}},
		{"a tap looks and changes nothing", "tap:1 b:1", func(s *script) {
			_ = newNumber().Tap(func(v int) { s.say("tap:" + s.text(v, nil)) }).AddBoth(s.see("b")).Callback(1)
		}},
		{"a catch handles a failure, and leaves the zero value", "caught:!no b:0", func(s *script) {
			_ = newNumber().Catch(func(f *failure.Failure) { s.say("caught:" + s.text(0, f)) }).AddBoth(s.see("b")).Errback(errNo)
		}},
		{"a catch lets a value pass", "b:1", func(s *script) {
			_ = newNumber().Catch(func(*failure.Failure) { s.say("not called") }).AddBoth(s.see("b")).Callback(1)
		}},
		{"a finally runs with either result, which passes on", "finally a:1 finally b:!no lost:!no", func(s *script) {
			_ = newNumber().Finally(func() { s.say("finally") }).AddBoth(s.see("a")).Callback(1)
			_ = newNumber().Finally(func() { s.say("finally") }).AddBoth(s.see("b")).Errback(errNo)
		}},
		{"the value beside an error counts for nothing", "b:!no lost:!no", func(s *script) {
			_ = newNumber().AddCallback(func(int) (int, error) { return 5, errNo }).AddBoth(s.see("b")).Callback(1)
		}},
		{"handlers that ran are gone", "a:1 again", func(s *script) {
			d := newNumber().AddCallback(s.cb("a"))
			_ = d.Callback(1)
			d.Pause()
			s.say("again")
			d.Unpause()
		}},
	})
}

// TestSynchronous is about when handlers run: at once, inside whoever makes it
// possible.
func TestSynchronous(t *testing.T) {
	play(t, []scenario{
		{"inside Callback", "a:1 after", func(s *script) {
			d := newNumber().AddCallback(s.cb("a"))
			_ = d.Callback(1)
			s.say("after")
		}},
		{"inside Errback", "e:!no after", func(s *script) {
			d := newNumber().AddErrback(s.eb("e"))
			_ = d.Errback(errNo)
			s.say("after")
		}},
		{"inside AddCallback of one that has fired", "a:1 after b:2", func(s *script) {
			d := deferred.Succeed(1)
			d.AddCallback(s.cb("a"))
			s.say("after")
			d.AddCallback(s.cb("b"))
		}},
		{"inside Unpause", "fired a:1 after", func(s *script) {
			d := newNumber().AddCallback(s.cb("a"))
			d.Pause()
			_ = d.Callback(1)
			s.say("fired")
			d.Unpause()
			s.say("after")
		}},
		{"inside the fire of the inner one", "o:1 waits a:2 after", func(s *script) {
			inner := newNumber()
			deferred.Succeed(1).AddCallback(s.chains("o", inner)).AddCallback(s.cb("a"))
			s.say("waits")
			_ = inner.Callback(2)
			s.say("after")
		}},
		{"inside Cancel", "e:!cancelled after", func(s *script) {
			d := newNumber().AddErrback(s.eb("e"))
			d.Cancel()
			s.say("after")
		}},
		{"inside Maybe", "run after d=1", func(s *script) {
			d := deferred.Maybe(func() (int, error) { s.say("run"); return 1, nil })
			s.say("after")
			s.result("d", d)
		}},
	})
}

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
