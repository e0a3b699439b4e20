package timeout_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/spindle-go/spindle/deferred/deferredtest"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/timeout"
)

func TestRetryErrorText(t *testing.T) {
	tests := []struct {
		name string
		err  timeout.RetryError
		want string
	}{
		{
			"one attempt",
			timeout.RetryError{Attempts: 1, Why: timeout.ErrPermanent, Err: errTest},
			"timeout: a permanent error, after 1 attempt: the test's own",
		},
		{
			"more",
			timeout.RetryError{Attempts: 3, Why: timeout.ErrNoAttemptsLeft, Err: errTest},
			"timeout: no attempts left, after 3 attempts: the test's own",
		},
		{
			"no error",
			timeout.RetryError{Attempts: 1, Why: timeout.ErrDeadline},
			"timeout: the deadline has passed, after 1 attempt",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := test.err.Error(); got != test.want {
				t.Errorf("the text is %q, want %q", got, test.want)
			}
			if !errors.Is(&test.err, test.err.Why) || errors.Is(&test.err, errTest) != (test.err.Err != nil) {
				t.Errorf("%v does not show what is in it", &test.err)
			}
		})
	}
}

// TestRetryErrorTrace keeps the trace of what went wrong in the attempt.
func TestRetryErrorTrace(t *testing.T) {
	a := newAttempts(t, failing)
	f := deferredtest.FailureOf(t, timeout.Retry(a, timeout.Policy{Attempts: 1}, a.call))
	if trace := f.Traceback(); !strings.Contains(trace, "timeout_test.failing") {
		t.Errorf("the trace does not name the attempt:\n%s", trace)
	}
}

func TestPermanent(t *testing.T) {
	if err := timeout.Permanent(nil); err != nil {
		t.Errorf("Permanent(nil) is %v", err)
	}
	err := timeout.Permanent(errTest)
	if !errors.Is(err, errTest) || err.Error() != errTest.Error() {
		t.Errorf("Permanent hides the error: %v", err)
	}
}

// ignore is an errback for failures that a test has no interest in.
func ignore(*failure.Failure) (int, error) { return 0, nil }

// wantPanicked checks that the failure of d holds a panic with a text.
func wantPanicked(t *testing.T, d answer, text string) {
	t.Helper()
	f := deferredtest.FailureOf(t, d)
	if p, ok := errors.AsType[*failure.PanicError](f); !ok || !strings.Contains(p.Error(), text) {
		t.Errorf("failed with %v, want a panic with %q", f, text)
	}
}
