package chain

import (
	"fmt"
	"strings"
)

// FailureGroup is the failure of First and Race when every Deferred failed.
// errors.Is and errors.As look into each of Errs, so errors.Is(err,
// deferred.ErrCancelled) holds as soon as one of them was cancelled. It is
// Twisted's FailureGroup.
//
// It does not change after it was made, so any goroutine may read it.
type FailureGroup struct {
	// Errs has one entry for each Deferred, in the order of the slice that was
	// given. Each is a *failure.Failure.
	Errs []error
}

// Error returns the texts of all Errs, each with its index.
func (e *FailureGroup) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "chain: all of %d Deferreds failed", len(e.Errs))
	for i, err := range e.Errs {
		fmt.Fprintf(&b, "%s %d: %v", separator(i), i, err)
	}
	return b.String()
}

// separator is what stands before the i-th entry.
func separator(i int) string {
	if i == 0 {
		return ":"
	}
	return ";"
}

// Unwrap returns Errs, which stays the group's own: it must not be changed.
func (e *FailureGroup) Unwrap() []error { return e.Errs }
