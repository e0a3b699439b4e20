package timeouttest

import "time"

// stopping is about AfterFunc and what it answers.
func stopping() []behaviour {
	return []behaviour{
		{"AfterFunc runs its function once", afterFuncRuns},
		{"stop takes the call back once", stopTwice},
		{"stop after the call ran answers false", stopAfterRun},
		{"stop inside the call answers false", stopInside},
		{"AfterFunc and CallLater share one order", sharedOrder},
	}
}

func afterFuncRuns(s *script) {
	s.AfterFunc(soon, s.note("call"))
	s.wantOrder("call")
	s.CallLater(soon, s.note("sentinel"))
	s.wantOrder("call", "sentinel")
}

func stopTwice(s *script) {
	stop := s.AfterFunc(soon, s.note("stopped"))
	s.wantStop(stop, true)
	s.wantStop(stop, false)
	s.CallLater(2*soon, s.note("sentinel"))
	s.wantOrder("sentinel")
	s.wantStop(stop, false)
}

func stopAfterRun(s *script) {
	stop := s.AfterFunc(soon, s.note("call"))
	s.wantOrder("call")
	s.wantStop(stop, false)
}

func stopInside(s *script) {
	var stop func() bool
	stop = s.AfterFunc(soon, func() {
		s.note("call")()
		s.wantStop(stop, false)
	})
	s.wantOrder("call")
}

func sharedOrder(s *script) {
	s.AfterFunc(0, s.note("first"))
	anchor := s.CallLater(0, s.note("second"))
	s.at(anchor, 0, s.note("third"))
	s.AfterFunc(time.Millisecond, s.note("fourth"))
	s.wantOrder("first", "second", "third", "fourth")
}

func (s *script) wantStop(stop func() bool, want bool) {
	s.Helper()
	if got := stop(); got != want {
		s.Errorf("stop answers %v, want %v", got, want)
	}
}
