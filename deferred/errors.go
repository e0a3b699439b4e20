package deferred

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spindle-go/spindle/failure"
)

// The sentinels of this package. Test for them with errors.Is.
var (
	// ErrAlreadyCalled is the answer to firing a Deferred that was fired. In
	// debug mode its text says where that was, see SetDebug.
	ErrAlreadyCalled = errors.New("deferred: already called")

	// ErrAlreadyChained is the failure of a second consumer: the result of a
	// Deferred can be moved on once. chain.Fork makes copies.
	ErrAlreadyChained = errors.New("deferred: already chained to another Deferred")

	// ErrChainCycle is the failure of a Deferred that would wait for itself.
	ErrChainCycle = errors.New("deferred: would wait for itself")

	// ErrChainType is the failure when a callback answers with the Chain of a
	// Deferred of another type than its own result.
	ErrChainType = errors.New("deferred: Chain of another type")

	// ErrGoexit is the failure when a handler or a canceller ended its goroutine
	// with runtime.Goexit, as testing's FailNow does.
	ErrGoexit = errors.New("deferred: a handler called runtime.Goexit")

	// ErrAbandoned is the failure of a coroutine that still waited when its loop
	// ended. It is also what Await panics with there, to end the coroutine. It is
	// not reported as unhandled.
	ErrAbandoned = errors.New("deferred: abandoned, as its loop has ended")

	// ErrCancelled is the failure of a Deferred that was cancelled.
	// errors.Is(ErrCancelled, context.Canceled) holds.
	ErrCancelled error = cancelledError{}

	// ErrTimeout is the failure of a Deferred whose AddTimeout ran out.
	// errors.Is(ErrTimeout, context.DeadlineExceeded) holds, and it has
	// Timeout() bool. The failure itself says after how long.
	ErrTimeout error = &timeoutError{}
)

// alreadyCalledError is an ErrAlreadyCalled of debug mode.
type alreadyCalledError struct{ first failure.Place }

func (e *alreadyCalledError) Error() string {
	return ErrAlreadyCalled.Error() + ", first at " + e.first.String()
}

func (e *alreadyCalledError) Unwrap() error { return ErrAlreadyCalled }

// cancelledError is the type of ErrCancelled.
type cancelledError struct{}

func (cancelledError) Error() string { return "deferred: cancelled" }

func (cancelledError) Is(target error) bool { return target == context.Canceled }

// timeoutError is the type of ErrTimeout and of the failures that are one.
type timeoutError struct{ after time.Duration }

func (e *timeoutError) Error() string {
	if e == ErrTimeout { //nolint:errorlint // the sentinel itself
		return "deferred: timed out"
	}
	return fmt.Sprintf("deferred: timed out after %v", e.after)
}

func (e *timeoutError) Is(target error) bool {
	return target == ErrTimeout || target == context.DeadlineExceeded
}

// Timeout makes it a timeout in the sense of net.Error.
func (e *timeoutError) Timeout() bool { return true }
