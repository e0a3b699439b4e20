package deferred_test

import (
	"errors"
	"testing"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// The tests in this file are about what differs from Twisted on purpose, one
// for each difference.

// TestDifferenceSecondConsumerFails: in Twisted the second one gets None, as if
// that were the result.
func TestDifferenceSecondConsumerFails(t *testing.T) {
	consumers := []struct {
		name    string
		consume func(inner *number) (outer *number)
	}{
		{"Chain", func(inner *number) *number {
			return deferred.Succeed(0).AddCallback(func(int) (int, error) { return inner.Chain() })
		}},
		{"Then", func(inner *number) *number { return deferred.Then(inner, increment) }},
		{"ThenBoth", func(inner *number) *number {
			return deferred.ThenBoth(inner, func(v int, err error) (int, error) { return v + 1, err })
		}},
	}
	for _, first := range consumers {
		for _, second := range consumers {
			t.Run(first.name+" then "+second.name, func(t *testing.T) {
				silenceUnhandled(t)
				pending := newNumber()
				one, two := first.consume(pending), second.consume(pending)
				if f := failureOf(t, two); !errors.Is(f, deferred.ErrAlreadyChained) {
					t.Errorf("while it waits the second one has %v", f)
				}
				_ = pending.Callback(5)
				if v := valueOf(t, one); v < 5 {
					t.Errorf("the first one has %v", v)
				}
				if f := failureOf(t, second.consume(pending)); !errors.Is(f, deferred.ErrAlreadyChained) {
					t.Errorf("afterwards another one has %v", f)
				}
			})
		}
	}
}

// TestDifferenceRestRunsWhenTheWaitingOneIsPaused: in Twisted the inner one's
// further callbacks are stranded until somebody touches it.
func TestDifferenceRestRunsWhenTheWaitingOneIsPaused(t *testing.T) {
	play(t, []scenario{
		{"chained", "rest:0 unpause a:5", func(s *script) {
			inner := newNumber()
			outer := deferred.Succeed(1).AddCallback(func(int) (int, error) { return inner.Chain() }).AddCallback(s.cb("a"))
			inner.AddCallback(s.cb("rest"))
			outer.Pause()
			_ = inner.Callback(5)
			s.say("unpause")
			outer.Unpause()
		}},
		{"made by Then", "rest:0 unpause f:5", func(s *script) {
			d := newNumber()
			out := deferred.Then(d, s.cb("f"))
			d.AddCallback(s.cb("rest"))
			out.Pause()
			_ = d.Callback(5)
			s.say("unpause")
			out.Unpause()
		}},
	})
}

// TestDifferencePauseTakesEffectBeforeTheNextCallback: in Twisted the run goes
// on to its end.
func TestDifferencePauseTakesEffectBeforeTheNextCallback(t *testing.T) {
	play(t, []scenario{
		{"own callback", "a:1 paused b:1 c:2", func(s *script) {
			d := newNumber()
			d.AddCallback(s.does("a", d.Pause)).AddCallback(s.cb("b")).AddCallback(s.cb("c"))
			_ = d.Callback(1)
			s.say("paused")
			d.Unpause()
		}},
	})
}

// TestDifferenceChainToARunningOneWaitsForTheEndOfTheRun: in Twisted it takes the
// value that is passing at the moment.
func TestDifferenceChainToARunningOneWaitsForTheEndOfTheRun(t *testing.T) {
	play(t, []scenario{
		{"inside a callback of the inner one", "a:1 b:1 outer:2", func(s *script) {
			inner := newNumber()
			inner.AddCallback(s.does("a", func() {
				deferred.Succeed(0).AddCallback(func(int) (int, error) { return inner.Chain() }).AddCallback(s.cb("outer"))
			}))
			inner.AddCallback(s.cb("b"))
			_ = inner.Callback(1)
		}},
	})
}

// TestDifferenceChainCycleFails: in Twisted all of a cycle wait for ever.
func TestDifferenceChainCycleFails(t *testing.T) {
	play(t, []scenario{
		{"itself", "d:!would_wait_for_itself lost:!would_wait_for_itself", func(s *script) {
			d := newNumber()
			d.AddCallback(func(int) (int, error) { return d.Chain() }).AddBoth(s.see("d"))
			_ = d.Callback(1)
		}},
		{"two", "b:!would_wait_for_itself a:!would_wait_for_itself lost:!would_wait_for_itself", func(s *script) {
			a, b := newNumber(), newNumber()
			a.AddCallback(func(int) (int, error) { return b.Chain() }).AddBoth(s.see("a"))
			b.AddCallback(func(int) (int, error) { return a.Chain() }).AddBoth(s.see("b"))
			_ = a.Callback(1)
			_ = b.Callback(1)
		}},
	})
}

// TestDifferenceUnpauseBelowZeroPanics: in Twisted the Deferred is stuck for ever.
func TestDifferenceUnpauseBelowZeroPanics(t *testing.T) {
	play(t, []scenario{
		{"without a Pause", "deferred:_Unpause_without_Pause a:1", func(s *script) {
			d := newNumber().AddCallback(s.cb("a"))
			s.panics(d.Unpause)
			_ = d.Callback(1)
		}},
		{"once too often", "deferred:_Unpause_without_Pause a:1", func(s *script) {
			d := newNumber().AddCallback(s.cb("a"))
			d.Pause()
			d.Unpause()
			s.panics(d.Unpause)
			_ = d.Callback(1)
		}},
		{"of one that waits, which in Twisted gets the inner one as its value", "deferred:_Unpause_without_Pause a:5", func(s *script) {
			inner := newNumber()
			d := deferred.Succeed(1).AddCallback(func(int) (int, error) { return inner.Chain() }).AddCallback(s.cb("a"))
			s.panics(d.Unpause)
			_ = inner.Callback(5)
		}},
	})
}

// TestDifferenceCancellerThatPanicsFires: in Twisted the exception leaves cancel
// and the Deferred stays as it was.
func TestDifferenceCancellerThatPanicsFires(t *testing.T) {
	play(t, []scenario{
		{"before it fired", "e:!panic:_boom after", func(s *script) {
			deferred.New(func(*number) { panic("boom") }).AddErrback(s.eb("e")).Cancel()
			s.say("after")
		}},
		{"after it fired the panic is reported", "a:1 after lost:!panic:_boom", func(s *script) {
			deferred.New(func(d *number) { _ = d.Callback(1); panic("boom") }).AddCallback(s.cb("a")).Cancel()
			s.say("after")
		}},
	})
}

// TestDifferenceCancellerIsNotReentered: in Twisted a cancel inside the canceller
// calls it again.
func TestDifferenceCancellerIsNotReentered(t *testing.T) {
	play(t, []scenario{
		{"a cancel inside", "c end e:!cancelled", func(s *script) {
			s.withCanceller("c", func(d *number) { d.Cancel(); s.say("end") }).AddErrback(s.eb("e")).Cancel()
		}},
	})
}

// TestDifferenceUnhandledIsReportedAtTheEndOfTheTurn: in Twisted it is logged when
// the Deferred is collected, which may be never.
func TestDifferenceUnhandledIsReportedAtTheEndOfTheTurn(t *testing.T) {
	play(t, []scenario{
		{"while the Deferred is still there", "end-of-turn lost:!no after", func(s *script) {
			loop := deferred.NewTurns()
			defer loop.Close()
			loop.Begin()
			d := deferred.Fail[int](errNo)
			s.say("end-of-turn")
			loop.End()
			s.say("after")
			d.Catch(func(*failure.Failure) {})
		}},
	})
}
