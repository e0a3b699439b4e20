package timeouttest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spindle-go/spindle/timeout"
)

const (
	// soon is the delay of calls that a check waits for.
	soon = 2 * time.Millisecond

	// far is the delay of calls that no check waits for.
	far = time.Hour
)

// script is one run of a behaviour on one clock, with the names of the calls
// that ran.
type script struct {
	testing.TB
	Harness
	ran []string
}

// note is a function that writes down that it ran.
func (s *script) note(name string) func() {
	return func() { s.ran = append(s.ran, name) }
}

// at makes a call whose deadline is exactly offset from that of anchor.
// CallLater alone could not: between two of them a real clock goes on.
func (s *script) at(anchor *timeout.DelayedCall, offset time.Duration, f func()) *timeout.DelayedCall {
	s.Helper()
	c := s.CallLater(soon, f)
	s.must(c.Delay(anchor.Time().Add(offset).Sub(c.Time())))
	return c
}

// wantOrder runs the clock until as many calls ran as there are names, and
// checks which they were.
func (s *script) wantOrder(names ...string) {
	s.Helper()
	s.Run(func() bool { return len(s.ran) >= len(names) })
	if !slices.Equal(s.ran, names) {
		s.Errorf("ran %q, want %q", s.ran, names)
	}
}

// must fails the test on an error that a change should not answer.
func (s *script) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// wantRefusal checks that a call is not active and that every change of it
// answers want.
func (s *script) wantRefusal(c *timeout.DelayedCall, want error) {
	s.Helper()
	deadline := c.Time()
	changes := []struct {
		name string
		err  error
	}{
		{"Cancel()", c.Cancel()},
		{"Reset(0)", c.Reset(0)},
		{"Reset(-1)", c.Reset(-1)},
		{"Delay(1)", c.Delay(1)},
		{"Delay(-1)", c.Delay(-1)},
	}
	for _, change := range changes {
		if change.err != want { //nolint:errorlint // a sentinel is promised, not a chain
			s.Errorf("%s answers %v, want %v", change.name, change.err, want)
		}
	}
	if c.Active() {
		s.Errorf("the call is active, although changes answer %v", want)
	}
	if !c.Time().Equal(deadline) {
		s.Error("a refused change moved the deadline")
	}
}

// wantPanic checks that f panics with a text that holds part.
func (s *script) wantPanic(part string, f func()) {
	s.Helper()
	defer func() {
		s.Helper()
		v := recover()
		if v == nil || !strings.Contains(fmt.Sprint(v), part) {
			s.Errorf("panic %v, want one whose text holds %q", v, part)
		}
	}()
	f()
}
