package timeouttest

import (
	"errors"
	"time"

	"github.com/spindle-go/spindle/timeout"
)

// moving is about deadlines that change.
func moving() []behaviour {
	return []behaviour{
		{"a call is reset to an earlier deadline", resetEarlier},
		{"a call is reset to a later deadline", resetLater},
		{"a reset counts from now", resetFromNow},
		{"a reset to a negative delay changes nothing", resetNegative},
		{"delays add up", delayAddsUp},
		{"a call is delayed past another", delayLater},
		{"a negative delay brings a call forward", delayEarlier},
		{"a call that is moved into the past is due at once", delayIntoPast},
		{"a call moves one of the same batch away", moveInBatch},
	}
}

func resetEarlier(s *script) {
	c := s.CallLater(far, s.note("call"))
	s.must(c.Reset(soon))
	s.wantOrder("call")
}

func resetLater(s *script) {
	c := s.CallLater(soon, s.note("call"))
	s.at(c, time.Millisecond, s.note("sentinel"))
	s.must(c.Reset(far))
	s.wantOrder("sentinel")
	if !c.Active() {
		s.Error("a call that was reset to later is not active")
	}
}

func resetFromNow(s *script) {
	c := s.CallLater(2*far, s.note("call"))
	s.CallLater(soon, s.note("sentinel"))
	s.wantOrder("sentinel")
	before := s.Now()
	s.must(c.Reset(far))
	after := s.Now()
	if c.Time().Before(before.Add(far)) || c.Time().After(after.Add(far)) {
		s.Errorf("deadline %v, want between %v and %v", c.Time(), before.Add(far), after.Add(far))
	}
}

func resetNegative(s *script) {
	c := s.CallLater(soon, s.note("call"))
	want := c.Time()
	if err := c.Reset(-1); !errors.Is(err, timeout.ErrNegativeDelay) {
		s.Errorf("a negative reset answers %v", err)
	}
	if !c.Active() || !c.Time().Equal(want) {
		s.Errorf("a refused reset left the call active: %v, with the deadline %v, want %v", c.Active(), c.Time(), want)
	}
	s.wantOrder("call")
}

func delayAddsUp(s *script) {
	c := s.CallLater(far, s.note("call"))
	want := c.Time().Add(3*time.Minute - time.Minute)
	s.must(c.Delay(time.Minute))
	s.must(c.Delay(2 * time.Minute))
	s.must(c.Delay(-time.Minute))
	if !c.Time().Equal(want) {
		s.Errorf("deadline %v, want %v", c.Time(), want)
	}
}

func delayLater(s *script) {
	c := s.CallLater(soon, s.note("call"))
	s.at(c, time.Millisecond, s.note("other"))
	s.must(c.Delay(2 * time.Millisecond))
	s.wantOrder("other", "call")
}

func delayEarlier(s *script) {
	anchor := s.CallLater(soon, s.note("anchor"))
	c := s.at(anchor, far, s.note("call"))
	s.must(c.Delay(-far - time.Nanosecond))
	s.wantOrder("call", "anchor")
}

func delayIntoPast(s *script) {
	s.CallLater(soon, s.note("other"))
	c := s.CallLater(far, s.note("call"))
	want := c.Time().Add(-2 * far)
	s.must(c.Delay(-2 * far))
	if !c.Active() || !c.Time().Equal(want) {
		s.Errorf("active %v with the deadline %v, want an active call at %v", c.Active(), c.Time(), want)
	}
	s.wantOrder("call", "other")
}

func moveInBatch(s *script) {
	var second, third *timeout.DelayedCall
	first := s.CallLater(soon, func() {
		s.note("first")()
		s.must(second.Reset(far))
		s.must(third.Delay(time.Millisecond))
	})
	second = s.at(first, 0, s.note("second"))
	third = s.at(first, 0, s.note("third"))
	s.at(first, 0, s.note("fourth"))
	s.wantOrder("first", "fourth", "third")
	if !second.Active() {
		s.Error("a call that was moved out of its batch is not active")
	}
}
