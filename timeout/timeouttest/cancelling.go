package timeouttest

import (
	"time"

	"github.com/spindle-go/spindle/timeout"
)

// cancelling is about calls that are taken back, and about calls that are over.
func cancelling() []behaviour {
	return []behaviour{
		{"a cancelled call does not run", cancelled},
		{"a cancelled call refuses changes", changeAfterCancel},
		{"a call that is running refuses changes", changeWhileRunning},
		{"a call that has run refuses changes", changeAfterRun},
		{"a call cancels one of the same batch", cancelInBatch},
		{"a negative delay panics", negativeDelay},
		{"a nil function panics", nilFunction},
	}
}

func cancelled(s *script) {
	c := s.CallLater(soon, s.note("cancelled"))
	s.at(c, time.Millisecond, s.note("sentinel"))
	s.must(c.Cancel())
	if c.Active() {
		s.Error("a cancelled call is active")
	}
	s.wantOrder("sentinel")
}

func changeAfterCancel(s *script) {
	c := s.CallLater(far, s.note("cancelled"))
	s.must(c.Cancel())
	s.wantRefusal(c, timeout.ErrAlreadyCancelled)
}

func changeWhileRunning(s *script) {
	var c *timeout.DelayedCall
	c = s.CallLater(soon, func() {
		s.note("call")()
		s.wantRefusal(c, timeout.ErrAlreadyRun)
	})
	s.wantOrder("call")
}

func changeAfterRun(s *script) {
	c := s.CallLater(soon, s.note("call"))
	s.wantOrder("call")
	s.wantRefusal(c, timeout.ErrAlreadyRun)
}

func cancelInBatch(s *script) {
	var second *timeout.DelayedCall
	first := s.CallLater(soon, func() {
		s.note("first")()
		s.must(second.Cancel())
	})
	second = s.at(first, 0, s.note("second"))
	s.at(first, 0, s.note("third"))
	s.at(first, time.Millisecond, s.note("sentinel"))
	s.wantOrder("first", "third", "sentinel")
	s.wantRefusal(second, timeout.ErrAlreadyCancelled)
}

func negativeDelay(s *script) {
	s.wantPanic("-1ns", func() { s.CallLater(-1, s.note("negative")) })
	s.wantPanic("-2ns", func() { s.AfterFunc(-2, s.note("negative")) })
	s.CallLater(soon, s.note("sentinel"))
	s.wantOrder("sentinel")
}

func nilFunction(s *script) {
	s.wantPanic("nil", func() { s.CallLater(0, nil) })
	s.wantPanic("nil", func() { s.AfterFunc(0, nil) })
	s.CallLater(soon, s.note("sentinel"))
	s.wantOrder("sentinel")
}
