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
		{"of many, one in the middle adds more than a block holds", "0:0 1:1 2:2 3:3 4:4 5:5 6:5 7:6 8:7 9:8 10:9 11:10 12:11 13:12 14:13 15:14 16:15 17:16 18:17 19:18 d=19", func(s *script) {
			d := newNumber()
			for i := range 5 {
				d.AddCallback(s.cb(s.text(i, nil)))
			}
			d.AddCallback(s.does("5", func() {
				for i := 7; i < 20; i++ {
					d.AddCallback(s.cb(s.text(i, nil)))
				}
			}))
			d.AddCallback(s.cb("6"))
			_ = d.Callback(0)
			s.result("d", d)
		}},
		{"of many, callbacks and others take turns", "0:0 1:1 2:1 3:2 4:2 5:3 6:3 7:4 8:4 9:5 10:5 11:6 12:6 13:7 14:7 15:8 16:8 17:9 18:9 19:10 d=10", func(s *script) {
			d := newNumber()
			for i := range 20 {
				if name := s.text(i, nil); i%2 == 0 {
					d.AddCallback(s.cb(name))
				} else {
					d.AddBoth(s.see(name))
				}
			}
			_ = d.Callback(0)
			s.result("d", d)
		}},
		{"of many, one pauses and one waits", "0:0 1:1 2:2 3:3 4:4 unpaused 5:4 6:5 7:6 fired 8:70 9:71 d=72", func(s *script) {
			d, inner := newNumber(), newNumber()
			for i := range 10 {
				switch name := s.text(i, nil); i {
				case 4:
					d.AddCallback(s.does(name, d.Pause))
				case 7:
					d.AddCallback(s.chains(name, inner))
				default:
					d.AddCallback(s.cb(name))
				}
			}
			_ = d.Callback(0)
			s.say("unpaused")
			d.Unpause()
			s.say("fired")
			_ = inner.Callback(70)
			s.result("d", d)
		}},
		{"of many, one fails, one panics, and the callbacks between are passed by", "0:0 1:1 2:2 e:!no 4:100 e:!panic:_boom 9:100 d=101", func(s *script) {
			d := newNumber()
			for i := range 10 {
				switch name := s.text(i, nil); i {
				case 2:
					d.AddCallback(s.fails(name)).AddCallback(s.cb("not called")).AddCallback(s.cb("not called")).AddErrback(s.eb("e"))
				case 3, 5, 6, 7:
				case 4:
					d.AddCallback(s.does(name, func() { panic("boom") })).AddCallback(s.cb("not called")).AddCallback(s.cb("not called"))
				case 8:
					d.AddErrback(s.eb("e"))
				default:
					d.AddCallback(s.cb(name))
				}
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
		{"of many, one answers a nil pointer to a failure, which is none", "0:0 7:7 d=8", func(s *script) {
			d := newNumber().AddCallback(s.cb("0")).
				AddCallback(func(int) (int, error) { return 7, (*failure.Failure)(nil) }).
				AddCallback(s.cb("7")).Finally(func() {})
			_ = d.Callback(0)
			s.result("d", d)
		}},
		{"each side of a pair may be the last of a block, or the first of the next", "0:0 1:1 cb:2 2:3 0:0 1:1 e:!no 2:100 0:0 1:1 cb:2 2:3 0:0 1:1 e:!no 2:100", func(s *script) {
			for _, before := range []int{6, 7} { // the block takes all but the first, which is nine
				for _, fails := range []bool{false, true} {
					d := newNumber().AddCallback(s.cb("0"))
					for range before {
						d.Finally(func() {})
					}
					if fails {
						d.AddCallback(func(v int) (int, error) { s.say("1:" + s.text(v, nil)); return 0, errNo })
					} else {
						d.AddCallback(s.cb("1"))
					}
					d.AddCallbacks(s.cb("cb"), s.eb("e")).AddCallback(s.cb("2"))
					_ = d.Callback(0)
				}
			}
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
