package deferred_test

import (
	"errors"
	"runtime"
	"testing"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// loop is a stand-in for a reactor: it has turns.
func (s *script) loop() *deferred.Turns {
	s.loops++
	loop := deferred.NewTurns()
	s.t.Cleanup(loop.Close)
	return loop
}

// turn runs do in a turn of loop, and writes down its end.
func (s *script) turn(loop *deferred.Turns, do func()) {
	loop.Begin()
	do()
	s.say("end")
	loop.End()
}

func TestUnhandled(t *testing.T) {
	fail := func() *number { return deferred.Fail[int](errNo) }
	handle := func(d *number) { d.Catch(func(*failure.Failure) {}) }
	play(t, []scenario{
		{"handled before it comes: never", "end", func(s *script) {
			s.turn(s.loop(), func() {
				d := newNumber()
				handle(d)
				_ = d.Errback(errNo)
			})
		}},
		{"handled within the turn: never", "end end", func(s *script) {
			loop := s.loop()
			s.turn(loop, func() { handle(fail()) })
			s.turn(loop, func() {})
		}},
		{"left: once, at the end of the turn", "end lost:!no end", func(s *script) {
			loop := s.loop()
			var d *number
			s.turn(loop, func() { d = fail() })
			s.turn(loop, func() { handle(d) })
		}},
		{"left by several: each, in the order they came", "end lost:!1 lost:!2 lost:!3", func(s *script) {
			s.turn(s.loop(), func() {
				for i := range 3 {
					deferred.Fail[int](errors.New(s.text(i+1, nil)))
				}
			})
		}},
		{"left in the first turn, handled in the next: reported", "end lost:!no end", func(s *script) {
			loop := s.loop()
			d := newNumber()
			s.turn(loop, func() { _ = d.Errback(errNo) })
			s.turn(loop, func() { handle(d) })
		}},
		{"between turns: at the end of the next", "end lost:!no", func(s *script) {
			loop := s.loop()
			s.turn(loop, func() {})
			s.events = nil
			fail()
			s.turn(loop, func() {})
		}},
		{"before the loop is there: at the end of its first turn", "end lost:!no", func(s *script) {
			fail()
			s.turn(s.loop(), func() {})
		}},
		{"of a turn that Close ends", "close lost:!no", func(s *script) {
			loop := deferred.NewTurns()
			loop.Begin()
			fail()
			s.say("close")
			loop.Close()
		}},
		{"a loop that was closed holds nothing back", "end lost:!no", func(s *script) {
			closed := deferred.NewTurns()
			closed.Begin()
			closed.Close()
			s.turn(s.loop(), func() { fail() })
		}},
		{"a handler that passes it on does not make it twice", "end lost:!no a:!no end b:!no end", func(s *script) {
			loop := s.loop()
			var d *number
			s.turn(loop, func() { d = fail() })
			s.turn(loop, func() { d.AddBoth(s.see("a")) })
			s.turn(loop, func() { d.AddBoth(s.see("b")).AddCallback(s.cb("not called")) })
		}},
		{"a new failure after it is reported", "end lost:!no end lost:!other", func(s *script) {
			loop := s.loop()
			var d *number
			s.turn(loop, func() { d = fail() })
			s.turn(loop, func() { d.AddErrback(func(*failure.Failure) (int, error) { return 0, errors.New("other") }) })
		}},
		{"moved by Chain: once, where it ended", "end lost:!no", func(s *script) {
			s.turn(s.loop(), func() {
				inner := fail()
				deferred.Succeed(1).AddCallback(func(int) (int, error) { return inner.Chain() })
			})
		}},
		{"moved by Then: once, where it ended", "end lost:!no", func(s *script) {
			s.turn(s.loop(), func() { deferred.Then(deferred.Then(fail(), increment), increment) })
		}},
		{"moved by ChainDeferred: once, where it ended", "end lost:!no", func(s *script) {
			s.turn(s.loop(), func() { fail().ChainDeferred(newNumber()) })
		}},
		{"moved by Chain to where it is handled: never", "end", func(s *script) {
			s.turn(s.loop(), func() {
				inner := fail()
				handle(deferred.Succeed(1).AddCallback(func(int) (int, error) { return inner.Chain() }))
			})
		}},
		{"moved after it was reported: not again", "end lost:!no end end end end", func(s *script) {
			loop := s.loop()
			var d *number
			s.turn(loop, func() { d = fail() })
			s.turn(loop, func() { inner := d; d = deferred.Maybe(inner.Chain) })
			s.turn(loop, func() { d = deferred.Then(d, increment) })
			s.turn(loop, func() {
				d = deferred.ThenBoth(d, func(v int, err error) (int, error) { return v, err })
			})
			s.turn(loop, func() { to := newNumber(); d.ChainDeferred(to); d = to })
			if f := failureOf(s.t, d); !errors.Is(f, errNo) {
				s.t.Errorf("it came out as %v", f)
			}
		}},
		{"waiting for one that is paused: not yet", "end end lost:!no", func(s *script) {
			loop := s.loop()
			inner := newNumber()
			s.turn(loop, func() {
				inner.Pause()
				_ = inner.Errback(errNo)
				deferred.Maybe(inner.Chain)
			})
			s.turn(loop, inner.Unpause)
		}},
		{"two loops, one in a turn: the end of the other does not count", "end-b end lost:!no", func(s *script) {
			a, b := s.loop(), s.loop()
			s.turn(a, func() {
				fail()
				b.Begin()
				s.say("end-b")
				b.End()
			})
		}},
		{"two loops, handled after the end of the other: never", "end-b end-b end", func(s *script) {
			a, b := s.loop(), s.loop()
			s.turn(a, func() {
				d := fail()
				for range 2 {
					b.Begin()
					s.say("end-b")
					b.End()
				}
				handle(d)
			})
		}},
		{"two loops, both in a turn: at the end of the later one", "end-a end-b lost:!no", func(s *script) {
			a, b := s.loop(), s.loop()
			a.Begin()
			b.Begin()
			fail()
			s.say("end-a")
			a.End()
			s.say("end-b")
			b.End()
		}},
		{"a loop that begins later does not hold it", "end-a end-b lost:!no end-a", func(s *script) {
			a, b := s.loop(), s.loop()
			a.Begin()
			b.Begin()
			fail()
			s.say("end-a")
			a.End()
			a.Begin()
			s.say("end-b")
			b.End()
			s.say("end-a")
			a.End()
		}},
		{"a loop that sleeps does not hold it", "end lost:!no", func(s *script) {
			asleep := s.loop()
			asleep.Begin()
			asleep.End()
			s.turn(s.loop(), func() { fail() })
		}},
		{"what comes while others are held is reported later, each once", "end-a lost:!1 end-b lost:!2 lost:!3", func(s *script) {
			a, b := s.loop(), s.loop()
			a.Begin()
			deferred.Fail[int](errors.New("1"))
			s.say("end-a")
			a.End()
			b.Begin()
			deferred.Fail[int](errors.New("2"))
			a.Begin()
			deferred.Fail[int](errors.New("3"))
			a.End() // b holds both
			s.say("end-b")
			b.End()
		}},
		{"the report may come at the end of another loop's turn, if it sleeps", "end lost:!no", func(s *script) {
			a, b := s.loop(), s.loop()
			b.Begin()
			a.Begin()
			fail()
			a.End()
			s.say("end")
			b.End()
		}},
		{"FlushUnhandled does not wait", "lost:!no flushed end", func(s *script) {
			loop := s.loop()
			s.turn(loop, func() {
				fail()
				deferred.FlushUnhandled()
				s.say("flushed")
			})
		}},
		{"FlushUnhandled reports once", "lost:!no flushed", func(s *script) {
			d := fail()
			deferred.FlushUnhandled()
			s.say("flushed")
			deferred.FlushUnhandled()
			runtime.KeepAlive(d)
		}},
		{"FlushUnhandled with others held reports all, in order", "lost:!1 lost:!2", func(s *script) {
			a, b := s.loop(), s.loop()
			a.Begin()
			b.Begin()
			deferred.Fail[int](errors.New("1"))
			a.End()
			deferred.Fail[int](errors.New("2"))
			deferred.FlushUnhandled()
			b.End()
		}},
		{"the handler may flush, and make failures", "lost:!no end lost:!other", func(s *script) {
			loop := s.loop()
			deferred.SetUnhandledHandler(func(u deferred.Unhandled) {
				s.say("lost:" + s.text(0, u.Failure))
				if errors.Is(u.Failure, errNo) {
					handle(fail())
					deferred.Fail[int](errors.New("other"))
				}
			})
			loop.Begin()
			fail()
			loop.End()
			s.turn(loop, func() {})
		}},
	})
}

// TestClosedTurnsAreForgotten makes sure that a loop that is started and stopped
// again and again leaves nothing behind.
func TestClosedTurnsAreForgotten(t *testing.T) {
	gone := func() <-chan struct{} {
		loop := deferred.NewTurns()
		loop.Begin()
		loop.Close()
		return collected(loop)
	}()
	waitForGC(t, gone, "the turns of a loop that was closed")
}

// TestUnhandledFromManyHandlers is about a failure that gets one handler after
// another, none of which handles it.
func TestUnhandledFromManyHandlers(t *testing.T) {
	r := watchUnhandled(t)
	d := deferred.Fail[int](errNo)
	for range 1000 {
		d.AddCallback(increment)
	}
	deferred.FlushUnhandled()
	for range 1000 {
		d.AddCallback(increment)
	}
	deferred.FlushUnhandled()
	if n := r.of(errNo); n != 1 {
		t.Errorf("reported %d times, want once", n)
	}
}

// TestUnhandledAfterOneThatWasReported is about a second failure of a Deferred whose
// first was reported before it was handled.
func TestUnhandledAfterOneThatWasReported(t *testing.T) {
	r := watchUnhandled(t)
	errOther := errors.New("other")
	d, inner := newNumber(), newNumber()
	_ = d.Errback(errNo)
	deferred.FlushUnhandled()
	d.AddErrback(func(*failure.Failure) (int, error) { return 1, nil })
	d.AddCallback(func(int) (int, error) { return inner.Chain() })
	_ = inner.Errback(errOther)
	deferred.FlushUnhandled()
	if first, second := r.of(errNo), r.of(errOther); first != 1 || second != 1 {
		t.Errorf("the first was reported %d times and the second %d times, want once each", first, second)
	}
	runtime.KeepAlive(d)
}
