package chain

import (
	"context"
	"errors"

	"github.com/spindle-go/spindle/deferred"
)

// contextError is the failure of a Deferred that was cancelled because a context
// had ended. errors.Is finds two things in it: the cause, and what the end
// amounts to for a Deferred.
type contextError struct {
	cause error // context.Cause
	kind  error // deferred.ErrCancelled, or deferred.ErrTimeout after a deadline
}

// endOf is the error for ctx, which has ended.
func endOf(ctx context.Context) error {
	kind := deferred.ErrCancelled
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		kind = deferred.ErrTimeout
	}
	return &contextError{cause: context.Cause(ctx), kind: kind}
}

// Error implements error.
func (e *contextError) Error() string { return "chain: context ended: " + e.cause.Error() }

// Unwrap returns what errors.Is is to find.
func (e *contextError) Unwrap() []error { return []error{e.kind, e.cause} }
