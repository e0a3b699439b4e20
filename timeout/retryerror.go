package timeout

import (
	"context"
	"errors"
	"fmt"

	"github.com/spindle-go/spindle/deferred"
)

// Why Retry gave up, as errors.Is finds it in its failure.
var (
	// ErrNoAttemptsLeft: as many attempts failed as the policy allows.
	ErrNoAttemptsLeft = errors.New("timeout: no attempts left")

	// ErrPermanent: an attempt failed in a way that is not worth another one.
	ErrPermanent = errors.New("timeout: a permanent error")

	// ErrDeadline: the policy's deadline passed. It is a deferred.ErrTimeout and
	// a context.DeadlineExceeded, and has Timeout() bool.
	ErrDeadline error = deadlineError{}
)

// ErrNoAnswer is the failure of an attempt whose function answered Retry with a
// nil Deferred. It is permanent.
var ErrNoAnswer = errors.New("timeout: the function of a Retry answered with a nil Deferred")

// RetryError is what Retry fails with when it gives up. errors.Is and errors.As
// see both errors in it. Any goroutine may read it.
type RetryError struct {
	// Attempts is how many attempts were begun.
	Attempts int

	// Why is ErrNoAttemptsLeft, ErrPermanent or ErrDeadline; or the panic of a
	// function of the policy.
	Why error

	// Err is what the last attempt failed with, as a *failure.Failure. Of an
	// attempt that the deadline cut short it is the error only if that is not
	// deferred.ErrCancelled; otherwise it is the one of the attempt before, and
	// nil if there was none.
	Err error
}

// Error says why, after how many attempts, and what the last error was.
func (e *RetryError) Error() string {
	attempts := "attempts"
	if e.Attempts == 1 {
		attempts = "attempt"
	}
	text := fmt.Sprintf("%v, after %d %s", e.Why, e.Attempts, attempts)
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap gives Err, if there is one, and Why.
func (e *RetryError) Unwrap() []error {
	if e.Err == nil {
		return []error{e.Why}
	}
	return []error{e.Err, e.Why}
}

// deadlineError is the type of ErrDeadline.
type deadlineError struct{}

func (deadlineError) Error() string { return "timeout: the deadline has passed" }

func (deadlineError) Is(target error) bool {
	return target == deferred.ErrTimeout || target == context.DeadlineExceeded
}

// Timeout makes it a timeout in the sense of net.Error.
func (deadlineError) Timeout() bool { return true }
