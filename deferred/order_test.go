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
