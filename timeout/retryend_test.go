package timeout_test

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/deferred/deferredtest"
	"github.com/spindle-go/spindle/timeout"
)

func TestRetryDeadline(t *testing.T) {
	for5 := with(patient, func(p *timeout.Policy) { p.Deadline = 5 * second })
	sleeping := func(d time.Duration) func(clock deferred.Clock, attempt int) answer {
		return func(clock deferred.Clock, _ int) answer {
			return timeout.Later(clock, d, func() (int, error) { return 0, errTest })
		}
	}
	// stubborn makes something of its cancel, in the third attempt.
	stubborn := func(end func(d answer) error) func(clock deferred.Clock, attempt int) answer {
		return func(clock deferred.Clock, attempt int) answer {
			if attempt < 3 {
				return failing(clock, attempt)
			}
			return deferred.New(func(d answer) {
				if err := end(d); err != nil {
					panic(err)
				}
			})
		}
	}
	tests := []struct {
		name     string
		policy   timeout.Policy
		act      func(clock deferred.Clock, attempt int) answer
		attempts int
		last     error
	}{
		{"while it waits", for5, failing, 3, errTest},
		{"in the first attempt", for5, sleeping(time.Hour), 1, nil},
		{"in a later attempt", for5, sleeping(3 * second), 2, errTest},
		{"as an attempt begins", with(for5, func(p *timeout.Policy) { p.Deadline = 3 * second }), failing, 2, errTest},
		{"in an attempt that fails by itself", for5, stubborn(func(d answer) error { return d.Errback(errRate) }), 3, errRate},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a := newAttempts(t, test.act)
			d := timeout.Retry(a, test.policy, a.call)
			a.Advance(test.policy.Deadline - 1)
			deferredtest.NoResult(t, d)
			a.Advance(1)
			a.wantCalls(0)
			wantRetryError(t, d, test.attempts, timeout.ErrDeadline, test.last)
		})
	}
	t.Run("in an attempt that has a value", func(t *testing.T) {
		a := newAttempts(t, stubborn(func(d answer) error { return d.Callback(7) }))
		d := timeout.Retry(a, for5, a.call)
		a.Advance(5 * second)
		wantValue(7)(t, d)
	})
	t.Run("not reached", func(t *testing.T) {
		a := newAttempts(t, func(deferred.Clock, int) answer { return deferred.Succeed(7) })
		d := timeout.Retry(a, for5, a.call)
		a.wantCalls(0)
		wantValue(7)(t, d)
	})
}

// TestRetryDeadlineIsATimeout finds in the failure what a timeout is known by.
func TestRetryDeadlineIsATimeout(t *testing.T) {
	a := newAttempts(t, failing)
	d := timeout.Retry(a, with(patient, func(p *timeout.Policy) { p.Deadline = 1 }), a.call)
	a.Advance(1)
	f := deferredtest.FailureOf(t, d)
	for _, want := range []error{timeout.ErrDeadline, deferred.ErrTimeout, context.DeadlineExceeded, errTest} {
		if !errors.Is(f, want) {
			t.Errorf("%v is no %v", f, want)
		}
	}
	if errors.Is(f, deferred.ErrCancelled) {
		t.Errorf("%v counts as cancelled", f)
	}
	if e, ok := errors.AsType[interface {
		error
		Timeout() bool
	}](f); !ok || !e.Timeout() {
		t.Errorf("%v is no timeout for net.Error", f)
	}
}

func TestRetryCancel(t *testing.T) {
	lasting := with(patient, func(p *timeout.Policy) { p.Deadline = time.Hour })
	waits := func(end func(d answer) error) func(deferred.Clock, int) answer {
		return func(clock deferred.Clock, attempt int) answer {
			if attempt == 1 {
				return failing(clock, attempt)
			}
			return deferred.New(func(d answer) {
				if err := end(d); err != nil {
					panic(err)
				}
			})
		}
	}
	tests := []struct {
		name  string
		act   func(clock deferred.Clock, attempt int) answer
		after time.Duration
		want  func(t *testing.T, d answer)
	}{
		{"while it waits", failing, second / 2, wantExactly(deferred.ErrCancelled)},
		{"in an attempt", func(clock deferred.Clock, _ int) answer {
			return timeout.Later(clock, time.Minute, func() (int, error) { return 0, nil })
		}, second, wantExactly(deferred.ErrCancelled)},
		{"in an attempt that has a value", waits(func(d answer) error { return d.Callback(7) }), second, wantValue(7)},
		{"in an attempt that fails", waits(func(d answer) error { return d.Errback(errRate) }), second, wantExactly(errRate)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a := newAttempts(t, test.act)
			d := timeout.Retry(a, lasting, a.call)
			a.Advance(test.after)
			made := len(a.at)
			d.Cancel()
			a.wantCalls(0)
			test.want(t, d)
			a.Advance(2 * time.Hour)
			if len(a.at) != made {
				t.Errorf("%d attempts after the cancel", len(a.at)-made)
			}
		})
	}
}

// TestRetryCancelInside has functions of the user's that cancel the Retry they
// work for.
func TestRetryCancelInside(t *testing.T) {
	tests := []struct {
		name   string
		cancel func(cancel func(), p *timeout.Policy) (act func(clock deferred.Clock, attempt int) answer)
	}{
		{"the function, which then answers", func(cancel func(), _ *timeout.Policy) func(deferred.Clock, int) answer {
			return func(clock deferred.Clock, attempt int) answer {
				if attempt == 1 {
					return failing(clock, attempt)
				}
				cancel()
				return timeout.Later(clock, time.Hour, func() (int, error) { return 0, nil })
			}
		}},
		{"the jitter", func(cancel func(), p *timeout.Policy) func(deferred.Clock, int) answer {
			p.Jitter = func() float64 { cancel(); return 1 }
			return func(clock deferred.Clock, attempt int) answer {
				return timeout.Later(clock, second, func() (int, error) { return 0, errTest })
			}
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var d answer
			p := with(patient, func(p *timeout.Policy) { p.Deadline = time.Minute })
			a := newAttempts(t, test.cancel(func() { d.Cancel() }, &p))
			d = timeout.Retry(a, p, a.call)
			a.Advance(second)
			a.wantCalls(0)
			wantError(deferred.ErrCancelled)(t, d)
		})
	}
}

// TestRetryCancelTakesItsTime has an attempt that does not fire when it is
// cancelled: Retry waits for it, whatever else would end it in the meantime.
func TestRetryCancelTakesItsTime(t *testing.T) {
	tests := []struct {
		name  string
		first func(a *attempts, d answer)
		then  func(a *attempts, d answer)
		want  func(t *testing.T, d answer)
	}{
		{"cancel, then the deadline", cancelRetry, passDeadline, wantExactly(errTest)},
		{"the deadline, then cancel", passDeadline, cancelRetry, wantError(timeout.ErrDeadline)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inner := deferred.New[int]()
			cancels := 0
			inner.PassCancelTo(cancelFunc(func() { cancels++ }))
			a := newAttempts(t, func(deferred.Clock, int) answer { return inner })
			d := timeout.Retry(a, with(patient, func(p *timeout.Policy) { p.Deadline = second }), a.call)
			test.first(a, d)
			test.then(a, d)
			deferredtest.NoResult(t, d)
			if cancels == 0 {
				t.Error("the attempt was not cancelled")
			}
			a.Advance(second)
			if err := inner.Errback(errTest); err != nil {
				t.Fatal(err)
			}
			test.want(t, d)
		})
	}
}

// wantExactly checks for an error that is not wrapped in a RetryError.
func wantExactly(want error) func(*testing.T, answer) {
	return func(t *testing.T, d answer) {
		t.Helper()
		f := deferredtest.FailureOf(t, d)
		if f.Unwrap() != want { //nolint:errorlint // the very same error
			t.Errorf("failed with %v, want %v alone", f, want)
		}
	}
}

func cancelRetry(_ *attempts, d answer) { d.Cancel() }

func passDeadline(a *attempts, _ answer) { a.Advance(second) }

// TestRetryGoexit has functions that end their goroutine. Those that are called
// from a callback of the attempt show in its Deferred as well.
func TestRetryGoexit(t *testing.T) {
	tests := []struct {
		name   string
		change func(p *timeout.Policy)
		act    func(clock deferred.Clock, attempt int) answer
	}{
		{"in the function", func(*timeout.Policy) {}, func(clock deferred.Clock, attempt int) answer {
			if attempt == 2 {
				runtime.Goexit()
			}
			return failing(clock, attempt)
		}},
		{"in Permanent", func(p *timeout.Policy) {
			p.Permanent = func(error) bool { runtime.Goexit(); return false }
		}, later},
		{"in the jitter", func(p *timeout.Policy) {
			p.Jitter = func() float64 { runtime.Goexit(); return 0 }
		}, later},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := with(patient, func(p *timeout.Policy) { p.Deadline = time.Minute })
			test.change(&p)
			a := newAttempts(t, test.act)
			d := timeout.Retry(a, p, a.call)
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				a.Advance(second)
			}()
			<-ended
			deferred.SetUnhandledHandler(func(u deferred.Unhandled) {
				if u.Failure.Check(deferred.ErrGoexit) == nil {
					t.Errorf("reported %+v", u.Failure)
				}
			})
			a.wantCalls(0)
			wantError(deferred.ErrGoexit)(t, d)
		})
	}
}

// later is an attempt that fails after a while.
func later(clock deferred.Clock, _ int) answer {
	return timeout.Later(clock, second, func() (int, error) { return 0, errTest })
}
