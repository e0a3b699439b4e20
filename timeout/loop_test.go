package timeout_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/deferred/deferredtest"
	"github.com/spindle-go/spindle/timeout"
)

var _ timeout.LoopClock = (*timeout.VirtualClock)(nil)

// done is what a function of a loop answers with that has nothing to wait for.
type done = *deferred.Deferred[struct{}]

const second = time.Second

// called is one call of a loop's function.
type called struct {
	at    time.Duration
	count int
}

// loopTest is a loop that writes down its calls. Each call does and answers what
// act says.
type loopTest struct {
	*timeout.Loop
	tidyClock
	calls []called
	act   func(call int) done
}

func newLoopTest(t testing.TB, opts ...timeout.LoopOption) *loopTest {
	l := &loopTest{tidyClock: newTidyClock(t), act: func(int) done { return nil }}
	l.Loop = timeout.NewLoop(l.tidyClock, func(count int) done {
		l.calls = append(l.calls, called{l.since(), count})
		return l.act(len(l.calls))
	}, opts...)
	return l
}

// acts makes the first calls do these, one each; nil and the others do nothing.
func (l *loopTest) acts(acts ...func() done) {
	l.act = func(call int) done {
		if call <= len(acts) && acts[call-1] != nil {
			return acts[call-1]()
		}
		return nil
	}
}

func (l *loopTest) sleeps(d time.Duration) func() done {
	return func() done { return timeout.Sleep(l.tidyClock, d) }
}

func (l *loopTest) stops() done {
	l.must(l.Stop())
	return nil
}

func (l *loopTest) must(err error) {
	l.t.Helper()
	if err != nil {
		l.t.Error(err)
	}
}

func (l *loopTest) wantCalled(want ...called) {
	l.t.Helper()
	if !slices.Equal(l.calls, want) {
		l.t.Errorf("called %v, want %v", l.calls, want)
	}
}

func (l *loopTest) wantRunning(want bool) {
	l.t.Helper()
	if got := l.Running(); got != want {
		l.t.Errorf("running: %v, want %v", got, want)
	}
}

func (l *loopTest) wantErr(got, want error) {
	l.t.Helper()
	if got != want { //nolint:errorlint // a sentinel is promised, not a chain
		l.t.Errorf("answered %v, want %v", got, want)
	}
}

func (l *loopTest) wantFailure(d done, want error) {
	l.t.Helper()
	if f := deferredtest.FailureOf(l.t, d); !errors.Is(f, want) {
		l.t.Errorf("failed with %v, want %v", f, want)
	}
}
