package timeouttest

import (
	"fmt"
	"time"
)

// ordering is about when calls run, and in which order.
func ordering() []behaviour {
	return []behaviour{
		{"calls run in the order of their deadlines", byDeadline},
		{"equal deadlines run in the order they were made", firstInFirstOut},
		{"a moved call keeps its rank among equal deadlines", rankStays},
		{"a call never runs inside CallLater", notInside},
		{"a call made by a call runs later", madeByCall},
		{"a newer call in front does not hide an older one", newerInFront},
		{"a call never runs early", neverEarly},
		{"the deadline is the delay from now", deadline},
		{"the farthest deadline does not overflow", farthest},
	}
}

func byDeadline(s *script) {
	anchor := s.CallLater(soon, s.note("first"))
	s.at(anchor, 3*time.Millisecond, s.note("fourth"))
	s.at(anchor, time.Nanosecond, s.note("second"))
	s.at(anchor, 2*time.Millisecond, s.note("third"))
	s.wantOrder("first", "second", "third", "fourth")
}

func firstInFirstOut(s *script) {
	const calls = 12
	anchor := s.CallLater(soon, s.note("0"))
	names := []string{"0"}
	for i := 1; i < calls; i++ {
		name := fmt.Sprint(i)
		names = append(names, name)
		s.at(anchor, 0, s.note(name))
	}
	s.wantOrder(names...)
}

func rankStays(s *script) {
	first := s.CallLater(soon, s.note("first"))
	second := s.at(first, 0, s.note("second"))
	s.at(first, 0, s.note("third"))
	for range 2 {
		s.must(second.Delay(time.Millisecond))
		s.must(first.Delay(time.Millisecond))
		s.must(second.Delay(-time.Millisecond))
		s.must(first.Delay(-time.Millisecond))
	}
	s.wantOrder("first", "second", "third")
}

func notInside(s *script) {
	s.CallLater(0, func() {
		s.note("outer begins")()
		s.CallLater(0, s.note("inner"))
		s.note("outer ends")()
	})
	if len(s.ran) > 0 {
		s.Fatalf("ran %q before the clock did", s.ran)
	}
	s.wantOrder("outer begins", "outer ends", "inner")
}

func madeByCall(s *script) {
	first := s.CallLater(soon, func() {
		s.note("first")()
		s.CallLater(0, s.note("made by first"))
	})
	s.at(first, 0, s.note("second"))
	s.wantOrder("first", "second", "made by first")
}

func newerInFront(s *script) {
	const most = 100 // ends the program on a clock that does hide the older one
	count := 0
	var again func()
	again = func() {
		s.note("again")()
		if count++; count < most {
			s.must(s.CallLater(0, again).Delay(-far))
		}
	}
	first := s.CallLater(soon, again)
	s.at(first, 0, s.note("older"))
	s.Run(func() bool { return count >= most })
	if len(s.ran) < 2 || s.ran[1] != "older" {
		s.Errorf("calls made into the past ran in front of an older one that was due: %q", s.ran[:min(3, len(s.ran))])
	}
}

func neverEarly(s *script) {
	const ms = time.Millisecond
	delays := []time.Duration{0, 1, ms - 1, ms, ms + 1, 5 * ms / 2, 5 * ms}
	ran := 0
	for _, d := range delays {
		due := s.Now().Add(d)
		s.CallLater(d, func() {
			ran++
			if now := s.Now(); now.Before(due) {
				s.Errorf("a call with a delay of %v ran %v early", d, due.Sub(now))
			}
		})
	}
	s.Run(func() bool { return ran == len(delays) })
}

func deadline(s *script) {
	before := s.Now()
	c := s.CallLater(far, s.note("far"))
	after := s.Now()
	if c.Time().Before(before.Add(far)) || c.Time().After(after.Add(far)) {
		s.Errorf("deadline %v, want between %v and %v", c.Time(), before.Add(far), after.Add(far))
	}
	if !c.Active() {
		s.Error("a new call is not active")
	}
	s.must(c.Cancel())
}

func farthest(s *script) {
	const most = time.Duration(1<<63 - 1)
	calls := []struct {
		name  string
		delay time.Duration
		later time.Duration
	}{
		{"made there", most, 0},
		{"delayed there", far, most},
		{"delayed further", most, most},
	}
	for _, c := range calls {
		s.must(s.CallLater(c.delay, s.note(c.name)).Delay(c.later))
	}
	s.CallLater(soon, s.note("soon"))
	s.wantOrder("soon")
}
