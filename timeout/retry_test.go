package timeout_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/deferred/deferredtest"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/timeout"
)

// longest is a Jitter that takes the longest wait each time, so that a test can
// tell when attempts are made.
func longest() float64 { return 1 }

// patient waits 1, 2, 4, 4, 4... seconds.
var patient = timeout.Policy{Base: second, Cap: 4 * second, Jitter: longest}

// with is a policy with another of its fields.
func with(p timeout.Policy, change func(p *timeout.Policy)) timeout.Policy {
	change(&p)
	return p
}

// answer is what an attempt answers with.
type answer = *deferred.Deferred[int]

// attempts is a function for Retry that writes down when it was called.
type attempts struct {
	tidyClock
	at  []time.Duration
	act func(attempt int) answer
}

func newAttempts(t testing.TB, act func(clock deferred.Clock, attempt int) answer) *attempts {
	a := &attempts{tidyClock: newTidyClock(t)}
	a.act = func(attempt int) answer { return act(a.tidyClock, attempt) }
	return a
}

func (a *attempts) call(attempt int) answer {
	a.at = append(a.at, a.since())
	if attempt != len(a.at) {
		a.t.Errorf("attempt %d is told that it is %d", len(a.at), attempt)
	}
	return a.act(attempt)
}

func (a *attempts) wantAt(want ...time.Duration) {
	a.t.Helper()
	if !slices.Equal(a.at, want) {
		a.t.Errorf("attempts at %v, want %v", a.at, want)
	}
}

// wantRetryError checks what Retry has given up with; a nil last is none.
func wantRetryError(t *testing.T, d answer, attempts int, why, last error) {
	t.Helper()
	f := deferredtest.FailureOf(t, d)
	e, ok := errors.AsType[*timeout.RetryError](f)
	if !ok {
		t.Fatalf("failed with %v, want a RetryError", f)
	}
	if e.Attempts != attempts || !errors.Is(e.Why, why) || !errors.Is(f, why) {
		t.Errorf("failed with %d attempts, %v; want %d, %v", e.Attempts, e.Why, attempts, why)
	}
	if !errors.Is(e.Err, last) || last != nil && !errors.Is(f, last) {
		t.Errorf("the last error is %v, want %v", e.Err, last)
	}
}

// failing is an attempt that fails, and says which one it was.
func failing(_ deferred.Clock, attempt int) answer {
	return deferred.Fail[int](fmt.Errorf("attempt %d: %w", attempt, errTest))
}

func TestRetrySucceeds(t *testing.T) {
	tests := []struct {
		name string
		good int // the attempt that succeeds
		late time.Duration
		want []time.Duration
	}{
		{"at once", 1, 0, []time.Duration{0}},
		{"the first, after a while", 1, second, []time.Duration{0}},
		{"the second", 2, 0, []time.Duration{0, second}},
		{"the last", 5, 0, []time.Duration{0, second, 3 * second, 7 * second, 11 * second}},
		{"with time for each", 3, second, []time.Duration{0, 2 * second, 5 * second}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a := newAttempts(t, func(clock deferred.Clock, attempt int) answer {
				f := func() (int, error) {
					if attempt < test.good {
						return 0, errTest
					}
					return 10 * attempt, nil
				}
				if test.late == 0 {
					return deferred.Maybe(f)
				}
				return timeout.Later(clock, test.late, f)
			})
			d := timeout.Retry(a, patient, a.call)
			a.Advance(time.Minute)
			if got := deferredtest.SuccessOf(t, d); got != 10*test.good {
				t.Errorf("the value is %d, want %d", got, 10*test.good)
			}
			a.wantAt(test.want...)
		})
	}
}

func TestRetryGivesUp(t *testing.T) {
	errFatal := errors.New("fatal")
	fatal := with(patient, func(p *timeout.Policy) {
		p.Permanent = func(err error) bool { return errors.Is(err, errFatal) }
	})
	tests := []struct {
		name     string
		policy   timeout.Policy
		act      func(clock deferred.Clock, attempt int) answer
		attempts int
		why      error
		last     error
	}{
		{"after five attempts", patient, failing, 5, timeout.ErrNoAttemptsLeft, errTest},
		{"after one", with(patient, func(p *timeout.Policy) { p.Attempts = 1 }), failing, 1, timeout.ErrNoAttemptsLeft, errTest},
		{"on an error that is marked", patient, func(clock deferred.Clock, attempt int) answer {
			if attempt < 3 {
				return failing(clock, attempt)
			}
			return deferred.Fail[int](fmt.Errorf("wrapped: %w", timeout.Permanent(errFatal)))
		}, 3, timeout.ErrPermanent, errFatal},
		{"on an error that the policy knows", fatal, func(clock deferred.Clock, attempt int) answer {
			if attempt < 2 {
				return failing(clock, attempt)
			}
			return deferred.Fail[int](errFatal)
		}, 2, timeout.ErrPermanent, errFatal},
		{"on a panic", patient, func(deferred.Clock, int) answer { panic(errTest) }, 1, timeout.ErrPermanent, errTest},
		{"on a panic in a callback", patient, func(clock deferred.Clock, _ int) answer {
			return timeout.Later(clock, second, func() (int, error) { panic(errTest) })
		}, 1, timeout.ErrPermanent, errTest},
		{"on nothing", patient, func(deferred.Clock, int) answer { return nil }, 1, timeout.ErrPermanent, timeout.ErrNoAnswer},
		{"with a policy that panics", with(patient, func(p *timeout.Policy) {
			p.Permanent = func(error) bool { panic(errFatal) }
		}), failing, 1, errFatal, errTest},
		{"with a jitter that panics", with(patient, func(p *timeout.Policy) {
			p.Jitter = func() float64 { panic(errFatal) }
		}), failing, 1, errFatal, errTest},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a := newAttempts(t, test.act)
			d := timeout.Retry(a, test.policy, a.call)
			a.Advance(time.Minute)
			wantRetryError(t, d, test.attempts, test.why, test.last)
			if len(a.at) != test.attempts {
				t.Errorf("%d attempts, want %d", len(a.at), test.attempts)
			}
		})
	}
}

// TestRetryTakesAnAnswerOnce has a function that answers with the same Deferred
// again: its failure is gone, and must not count as a value.
func TestRetryTakesAnAnswerOnce(t *testing.T) {
	var same answer
	a := newAttempts(t, func(deferred.Clock, int) answer { return same })
	same = deferred.Fail[int](errTest)
	d := timeout.Retry(a, patient, a.call)
	a.Advance(time.Minute)
	wantRetryError(t, d, 2, timeout.ErrPermanent, deferred.ErrAlreadyChained)
}

// TestRetryAnswersItsOwnDeferred has an attempt that waits for the Retry.
func TestRetryAnswersItsOwnDeferred(t *testing.T) {
	var d answer
	a := newAttempts(t, func(clock deferred.Clock, attempt int) answer {
		if attempt == 1 {
			return failing(clock, attempt)
		}
		return d
	})
	d = timeout.Retry(a, patient, a.call)
	a.Advance(time.Minute)
	wantRetryError(t, d, 2, timeout.ErrPermanent, deferred.ErrChainCycle)
}

func TestRetryUnlimited(t *testing.T) {
	const most = 10_000
	a := newAttempts(t, func(clock deferred.Clock, attempt int) answer {
		if attempt == most {
			return deferred.Succeed(attempt)
		}
		return failing(clock, attempt)
	})
	d := timeout.Retry(a, with(patient, func(p *timeout.Policy) { p.Attempts = timeout.Unlimited }), a.call)
	a.Advance(most * 4 * second)
	if got := deferredtest.SuccessOf(t, d); got != most {
		t.Errorf("succeeded with %d", got)
	}
}

// TestRetryStack makes many attempts with no time between them: each has a turn
// of its own, and the last takes no more stack than the second.
func TestRetryStack(t *testing.T) {
	const most = 1000
	var depths []int
	a := newAttempts(t, func(clock deferred.Clock, attempt int) answer {
		depths = append(depths, stackDepth())
		return failing(clock, attempt)
	})
	d := timeout.Retry(a, timeout.Policy{Attempts: most, Jitter: func() float64 { return 0 }}, a.call)
	a.wantAt(0)
	a.Advance(0)
	wantRetryError(t, d, most, timeout.ErrNoAttemptsLeft, errTest)
	if depths[most-1] != depths[1] {
		t.Errorf("the stack is %d frames deep in the last attempt, %d in the second", depths[most-1], depths[1])
	}
}

// TestRetryFiredElsewhere is the programming error that Retry's comment names.
func TestRetryFiredElsewhere(t *testing.T) {
	a := newAttempts(t, failing)
	d := timeout.Retry(a, patient, a.call)
	if err := d.Callback(1); err != nil {
		t.Fatal(err)
	}
	var reported []*failure.Failure
	deferred.SetUnhandledHandler(func(u deferred.Unhandled) { reported = append(reported, u.Failure) })
	a.Advance(time.Minute)
	deferred.FlushUnhandled()
	if len(reported) != 1 || !strings.Contains(reported[0].Error(), "only Retry fires") {
		t.Errorf("reported %v, want the panic", reported)
	}
}

func TestRetryRefuses(t *testing.T) {
	clock := newTidyClock(t)
	good := func(int) answer { return deferred.Succeed(1) }
	wantPanic(t, "clock, got nil", func() { timeout.Retry(nil, timeout.Policy{}, good) })
	wantPanic(t, "function, got nil", func() { timeout.Retry[int](clock, timeout.Policy{}, nil) })
}
