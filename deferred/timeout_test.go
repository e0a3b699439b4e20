package deferred_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/timeout"
)

const second = time.Second

func newClock() *timeout.VirtualClock { return timeout.NewVirtualClock(time.Unix(0, 0)) }

// TestAddTimeout has all the ways in which one ends. Afterwards no delayed call
// may be left on the clock.
func TestAddTimeout(t *testing.T) {
	play(t, withoutDelayedCalls([]timed{
		{"a value in time", "a:1", func(s *script, clock *timeout.VirtualClock) {
			d := newNumber().AddTimeout(second, clock).AddBoth(s.see("a"))
			clock.Advance(second - 1)
			_ = d.Callback(1)
		}},
		{"a failure in time", "e:!no", func(s *script, clock *timeout.VirtualClock) {
			d := newNumber().AddTimeout(second, clock).AddErrback(s.eb("e"))
			_ = d.Errback(errNo)
		}},
		{"a cancel by somebody else in time", "e:!cancelled", func(s *script, clock *timeout.VirtualClock) {
			d := newNumber().AddTimeout(second, clock).AddErrback(s.eb("e"))
			d.Cancel()
		}},
		{"out of time, without a canceller", "e:!timed_out_after_1s ok !already_called", func(s *script, clock *timeout.VirtualClock) {
			d := newNumber().AddTimeout(second, clock).AddErrback(s.eb("e"))
			clock.Advance(second)
			s.err(d.Callback(1))
			s.err(d.Callback(1))
		}},
		{"out of time, the canceller gives a value", "c a:7", func(s *script, clock *timeout.VirtualClock) {
			s.withCanceller("c", func(d *number) { _ = d.Callback(7) }).AddTimeout(second, clock).AddBoth(s.see("a"))
			clock.Advance(second)
		}},
		{"out of time, the canceller gives a failure", "c e:!no", func(s *script, clock *timeout.VirtualClock) {
			s.withCanceller("c", func(d *number) { _ = d.Errback(errNo) }).AddTimeout(second, clock).AddErrback(s.eb("e"))
			clock.Advance(second)
		}},
		{"out of time, an errback before it handles the cancel", "x:!cancelled a:100", func(s *script, clock *timeout.VirtualClock) {
			newNumber().AddErrback(s.eb("x")).AddTimeout(second, clock).AddBoth(s.see("a"))
			clock.Advance(second)
		}},
		{"out of time, with a conversion", "on:!cancelled a:100", func(s *script, clock *timeout.VirtualClock) {
			newNumber().AddTimeout(second, clock, func(v int, err error) (int, error) {
				s.say("on:" + s.text(v, err))
				return 100, nil
			}).AddBoth(s.see("a"))
			clock.Advance(second)
		}},
		{"of one that is at rest", "a:1", func(s *script, clock *timeout.VirtualClock) {
			deferred.Succeed(1).AddTimeout(second, clock).AddBoth(s.see("a"))
		}},
		{"a conversion sees a value as well", "on:7 a:7", func(s *script, clock *timeout.VirtualClock) {
			deferred.New(func(d *number) { _ = d.Callback(7) }).AddTimeout(second, clock, s.see("on")).AddBoth(s.see("a"))
			clock.Advance(second)
		}},
		{"a conversion that fails", "on:!cancelled e:!no", func(s *script, clock *timeout.VirtualClock) {
			newNumber().AddTimeout(second, clock, func(v int, err error) (int, error) {
				s.say("on:" + s.text(v, err))
				return 0, errNo
			}).AddErrback(s.eb("e"))
			clock.Advance(second)
		}},
		{"a conversion that waits", "a:5", func(s *script, clock *timeout.VirtualClock) {
			inner := newNumber()
			newNumber().AddTimeout(second, clock, func(int, error) (int, error) { return inner.Chain() }).AddBoth(s.see("a"))
			clock.Advance(second)
			_ = inner.Callback(5)
		}},
		{"a conversion is not called for a result in time, nor for a cancel", "a:1 e:!cancelled", func(s *script, clock *timeout.VirtualClock) {
			on := func(int, error) (int, error) { s.say("not called"); return 0, nil }
			_ = newNumber().AddTimeout(second, clock, on).AddBoth(s.see("a")).Callback(1)
			newNumber().AddTimeout(second, clock, on).AddErrback(s.eb("e")).Cancel()
		}},
		{"it covers what is waited for before it", "e:!timed_out_after_1s", func(s *script, clock *timeout.VirtualClock) {
			inner := newNumber()
			d := newNumber().AddCallback(func(int) (int, error) { return inner.Chain() }).AddTimeout(second, clock).AddErrback(s.eb("e"))
			_ = d.Callback(1)
			clock.Advance(second)
		}},
		{"it covers nothing that comes after it", "still-waiting a:5", func(s *script, clock *timeout.VirtualClock) {
			inner := newNumber()
			d := newNumber().AddTimeout(second, clock).AddCallback(func(int) (int, error) { return inner.Chain() }).AddBoth(s.see("a"))
			_ = d.Callback(1)
			clock.Advance(2 * second)
			s.say("still-waiting")
			_ = inner.Callback(5)
		}},
		{"the delayed call is taken back when the chain passes, not at the end", "0-left a:5", func(s *script, clock *timeout.VirtualClock) {
			inner := newNumber()
			d := newNumber().AddTimeout(second, clock).AddCallback(func(int) (int, error) { return inner.Chain() }).AddBoth(s.see("a"))
			_ = d.Callback(1)
			s.say(s.text(len(clock.Calls()), nil) + "-left")
			_ = inner.Callback(5)
		}},
		{"the shorter of two wins, inside", "e:!timed_out_after_1s", func(s *script, clock *timeout.VirtualClock) {
			newNumber().AddTimeout(second, clock).AddTimeout(2*second, clock).AddErrback(s.eb("e"))
			clock.Advance(3 * second)
		}},
		{"the shorter of two wins, outside", "e:!timed_out_after_1s", func(s *script, clock *timeout.VirtualClock) {
			newNumber().AddTimeout(2*second, clock).AddTimeout(second, clock).AddErrback(s.eb("e"))
			clock.Advance(3 * second)
		}},
		{"the time is up while it is paused", "unpause e:!timed_out_after_1s", func(s *script, clock *timeout.VirtualClock) {
			d := newNumber().AddTimeout(second, clock).AddErrback(s.eb("e"))
			d.Pause()
			clock.Advance(second)
			s.say("unpause")
			d.Unpause()
		}},
		{"the time is up when it has fired and is paused: it is not cancelled", "a:1", func(s *script, clock *timeout.VirtualClock) {
			d := newNumber().AddTimeout(second, clock).AddBoth(s.see("a"))
			d.Pause()
			_ = d.Callback(1)
			clock.Advance(second)
			d.Unpause()
		}},
		{"the time is up after a cancel, before the chain has passed: a timeout", "e:!timed_out_after_1s", func(s *script, clock *timeout.VirtualClock) {
			d := newNumber().AddTimeout(second, clock).AddErrback(s.eb("e"))
			d.Pause()
			d.Cancel()
			clock.Advance(second)
			d.Unpause()
		}},
		{"of one made by Then it cancels the source", "c e:!timed_out_after_1s", func(s *script, clock *timeout.VirtualClock) {
			d := s.withCanceller("c", func(*number) {})
			deferred.Then(d, increment).AddTimeout(second, clock).AddErrback(s.eb("e"))
			clock.Advance(second)
		}},
		{"no time at all is up with the next move of the clock", "made e:!timed_out_after_0s", func(s *script, clock *timeout.VirtualClock) {
			newNumber().AddTimeout(0, clock).AddErrback(s.eb("e"))
			s.say("made")
			clock.Advance(0)
		}},
	}))
}

// timed is a scenario with a clock.
type timed struct {
	name string
	want string
	do   func(s *script, clock *timeout.VirtualClock)
}

// withoutDelayedCalls makes scenarios that end with a clock that has nothing to
// do.
func withoutDelayedCalls(rows []timed) (scenarios []scenario) {
	for _, row := range rows {
		scenarios = append(scenarios, scenario{row.name, row.want, func(s *script) {
			clock := newClock()
			row.do(s, clock)
			if n := len(clock.Calls()); n > 0 {
				s.t.Errorf("%d delayed calls are left", n)
			}
		}})
	}
	return scenarios
}

// noClock is a clock that nobody may ask.
type noClock struct{ t *testing.T }

func (c noClock) AfterFunc(time.Duration, func()) (stop func() bool) {
	c.t.Error("a delayed call was made")
	return func() bool { return true }
}

// TestTimeoutOfOneAtRestMakesNoDelayedCall is about a timeout with nothing to wait
// for, which costs nothing then.
func TestTimeoutOfOneAtRestMakesNoDelayedCall(t *testing.T) {
	deferred.Succeed(1).AddTimeout(second, noClock{t})
	deferred.Fail[int](errNo).AddTimeout(second, noClock{t}).Catch(func(*failure.Failure) {})
}

// TestErrTimeout is about the error itself.
func TestErrTimeout(t *testing.T) {
	clock := newClock()
	d := newNumber().AddTimeout(1500*time.Millisecond, clock)
	clock.Advance(2 * second)
	f := failureOf(t, d)
	if !errors.Is(f, deferred.ErrTimeout) || !errors.Is(f, context.DeadlineExceeded) {
		t.Errorf("%v is not ErrTimeout and context.DeadlineExceeded", f)
	}
	if errors.Is(f, deferred.ErrCancelled) || errors.Is(f, context.Canceled) {
		t.Errorf("%v is a cancel as well", f)
	}
	if want := "deferred: timed out after 1.5s"; f.Error() != want {
		t.Errorf("text %q, want %q", f.Error(), want)
	}
	if want := "deferred: timed out"; deferred.ErrTimeout.Error() != want {
		t.Errorf("the sentinel's text is %q, want %q", deferred.ErrTimeout.Error(), want)
	}
	for name, err := range map[string]error{"failure": f, "sentinel": deferred.ErrTimeout} {
		timer, ok := errors.AsType[interface {
			error
			Timeout() bool
		}](err)
		if !ok || !timer.Timeout() {
			t.Errorf("the %s is no timeout in the sense of net.Error", name)
		}
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the %s is not context.DeadlineExceeded", name)
		}
	}
}

// TestTimeoutNeedsNoHandler makes sure that a timeout that nobody looks at is
// reported as one.
func TestTimeoutNeedsNoHandler(t *testing.T) {
	var got []*failure.Failure
	deferred.FlushUnhandled()
	deferred.SetUnhandledHandler(func(u deferred.Unhandled) { got = append(got, u.Failure) })
	defer deferred.SetUnhandledHandler(nil)
	clock := newClock()
	newNumber().AddTimeout(second, clock)
	clock.Advance(second)
	deferred.FlushUnhandled()
	if len(got) != 1 || !errors.Is(got[0], deferred.ErrTimeout) {
		t.Errorf("reported %v, want one ErrTimeout", got)
	}
}
